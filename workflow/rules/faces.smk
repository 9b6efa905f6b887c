rule crop_faces:
    input:
        # The check comes first; how old it is, and whether it stops or warns, changes no crop.
        ancient([LISTED, PASSED]),
        ancient(passed),
        pictures_there,
        samples=ancient("<results>/samples/{dataset}/samples.parquet"),
    output:
        crops="<results>/faces/{dataset}/shard-{shard}.arrow",
        table="<results>/faces/{dataset}/shard-{shard}.parquet",
    log:
        "<results>/logs/faces/{dataset}/{shard}.log",
    benchmark:
        "<results>/benchmarks/faces/{dataset}/{shard}.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=per_attempt(3000),
        runtime=per_attempt(60),
    params:
        settings=settings_of("faces"),
        pictures=pictures_of,
    shell:
        ulcag(
            "faces --settings {params.settings:q} --samples {input.samples:q} --shard {wildcards.shard:q}"
            " --out-crops {output.crops:q} --out-table {output.table:q}"
        )


rule merge_faces:
    input:
        ancient([LISTED, PASSED]),
        samples="<results>/samples/{dataset}/samples.parquet",
        tables=shards("<results>/faces/{dataset}/shard-{shard}.parquet"),
    output:
        faces="<results>/faces/{dataset}/faces.parquet",
    log:
        "<results>/logs/faces/{dataset}/merge.log",
    benchmark:
        "<results>/benchmarks/faces/{dataset}/merge.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=per_attempt(2000),
        runtime=per_attempt(30),
    shell:
        ulcag(
            "merge faces {input.tables:q} --samples {input.samples:q} --out {output.faces:q}"
        )


rule faces:
    input:
        CHECKPOINTS,
        expand("<results>/faces/{dataset}/faces.parquet", dataset=DATASETS),
        [
            f"<results>/faces/{dataset}/shard-{shard:03d}.arrow"
            for dataset in DATASETS
            for shard in range(CONFIG.datasets[dataset].faces.shards)
        ],
