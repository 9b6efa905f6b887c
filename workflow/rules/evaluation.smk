rule evaluate_run:
    input:
        samples="<results>/samples/{dataset}/samples.parquet",
        noise="<results>/samples/{dataset}/noise/{noise}/seed{seed}.parquet",
        logits=f"<results>/training/{RUN}/held_out_logits.parquet",
        state=f"<results>/training/{RUN}/train_state.parquet",
        relabels=f"<results>/training/{RUN}/relabels.parquet",
        history=f"<results>/training/{RUN}/history.parquet",
        record=f"<results>/training/{RUN}/run.json",
    output:
        metrics=f"<results>/evaluation/{RUN}/metrics.json",
        predictions=f"<results>/evaluation/{RUN}/predictions.parquet",
    log:
        f"<results>/logs/evaluation/{RUN}.log",
    benchmark:
        f"<results>/benchmarks/evaluation/{RUN}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=per_attempt(2000),
        runtime=per_attempt(15),
    params:
        run=lambda w, input: Path(input.record).parent,
        folder=lambda w, output: Path(output.metrics).parent,
    shell:
        ulcag(
            "evaluate --samples {input.samples:q} --noise {input.noise:q} --run {params.run:q}"
            " --out {params.folder:q}"
        )


# A trained network on another data set's test split.
rule evaluate_elsewhere:
    input:
        ancient(PASSED.format(dataset="{other}")),
        record=f"<results>/training/{RUN}/run.json",
        model=f"<results>/training/{RUN}/model.pt",
        samples="<results>/samples/{other}/samples.parquet",
        # with the shards beside it, as in training
        faces="<results>/faces/{other}/faces.parquet",
    output:
        metrics=f"<results>/evaluation/{RUN}/on-{{other}}.json",
    log:
        f"<results>/logs/evaluation/{RUN}/on-{{other}}.log",
    benchmark:
        f"<results>/benchmarks/evaluation/{RUN}/on-{{other}}.tsv"
    wildcard_constraints:
        other="|".join(CONFIG.datasets),
    conda:
        "../../envs/torch.yaml"
    threads: lambda w: CONFIG.datasets[w.dataset].training.threads
    resources:
        mem_mb=per_attempt(4000),
        runtime=per_attempt(30),
    params:
        run=lambda w, input: Path(input.record).parent,
    shell:
        ulcag(
            "evaluate --run {params.run:q} --data {wildcards.other:q} --samples {input.samples:q}"
            " --faces {input.faces:q} --out {output.metrics:q}"
        )


rule evaluate:
    input:
        TRAINED_ON,
        ELSEWHERE,
        per_run(f"<results>/evaluation/{RUN}/metrics.json"),
