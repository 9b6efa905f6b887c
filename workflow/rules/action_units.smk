rule read_action_units:
    input:
        ancient(listed),
        lambda w: [there(path) for path in units(w).files()],
        unpack(faces_for_units),
        samples=ancient("<results>/samples/{dataset}/samples.parquet"),
    output:
        action_units="<results>/action_units/{dataset}/action_units.parquet",
    log:
        "<results>/logs/action_units/{dataset}.log",
    benchmark:
        "<results>/benchmarks/action_units/{dataset}.tsv"
    wildcard_constraints:
        dataset=one_of(AT_ONCE),
    conda:
        lambda w: f"../../envs/{units(w).environment}.yaml"
    resources:
        mem_mb=per_attempt(2000),
        runtime=per_attempt(60),
    params:
        settings=units_settings,
        rows=rows_of,
        files=files_of_units,
        faces=lambda w, input: (
            option("faces", input.faces) if "faces" in input.keys() else ""
        ),
    shell:
        ulcag(
            "action-units --settings {params.settings:q} --samples {input.samples:q} {params.faces}"
            " --out {output.action_units:q}"
        )


# Settings that change no result are a resource and not a parameter, so that an edit of them runs nothing again.
# No `container:`, which would mean Apptainer and nothing else: a source that runs in a container starts it itself, with
# whichever engine the settings name, under --use-conda and without.
rule read_shard_action_units:
    input:
        # beside its table, where the command finds it
        crops="<results>/faces/{dataset}/shard-{shard}.arrow",
        faces="<results>/faces/{dataset}/shard-{shard}.parquet",
    output:
        table="<results>/action_units/{dataset}/shard-{shard}.parquet",
    log:
        "<results>/logs/action_units/{dataset}/{shard}.log",
    benchmark:
        "<results>/benchmarks/action_units/{dataset}/{shard}.tsv"
    wildcard_constraints:
        dataset=one_of(BY_SHARD),
    conda:
        lambda w: f"../../envs/{units(w).environment}.yaml"
    threads: lambda w: units(w).threads
    resources:
        mem_mb=lambda w, threads, attempt: 1000 * attempt + threads * units(w).memory_mb,
        # Not growing: each attempt goes on where the one before was stopped.
        runtime=240,
        pace=lambda w: " ".join(
            f"--set {name}={value}" for name, value in units(w).pace().items()
        ),
    params:
        settings=units_settings,
        state=f"{RESULTS}/.state/action_units/{{dataset}}/{{shard}}",
    shell:
        ulcag(
            "action-units --settings {params.settings:q} {resources.pace}"
            " --faces {input.faces:q} --threads {threads} --state {params.state:q} --out {output.table:q}"
        )


rule merge_action_units:
    input:
        ancient([LISTED, PASSED]),
        samples="<results>/samples/{dataset}/samples.parquet",
        tables=shards("<results>/action_units/{dataset}/shard-{shard}.parquet"),
    output:
        action_units="<results>/action_units/{dataset}/action_units.parquet",
    log:
        "<results>/logs/action_units/{dataset}/merge.log",
    benchmark:
        "<results>/benchmarks/action_units/{dataset}/merge.tsv"
    wildcard_constraints:
        dataset=one_of(BY_SHARD),
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=per_attempt(2000),
        runtime=per_attempt(30),
    shell:
        ulcag(
            "merge action_units {input.tables:q} --samples {input.samples:q}"
            " --out {output.action_units:q}"
        )


rule action_units:
    input:
        CHECKPOINTS,
        expand(
            "<results>/action_units/{dataset}/action_units.parquet",
            dataset=DATASETS,
        ),
