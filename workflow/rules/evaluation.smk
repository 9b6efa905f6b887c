rule evaluate_run:
    input:
        samples=f"{RESULTS}/samples/{{dataset}}/samples.parquet",
        noise=f"{RESULTS}/samples/{{dataset}}/noise/{{noise}}/seed{{seed}}.parquet",
        logits=f"{RESULTS}/training/{RUN}/held_out_logits.parquet",
        state=f"{RESULTS}/training/{RUN}/train_state.parquet",
        relabels=f"{RESULTS}/training/{RUN}/relabels.parquet",
        history=f"{RESULTS}/training/{RUN}/history.parquet",
        record=f"{RESULTS}/training/{RUN}/run.json",
    output:
        metrics=f"{RESULTS}/evaluation/{RUN}/metrics.json",
        predictions=f"{RESULTS}/evaluation/{RUN}/predictions.parquet",
    log:
        f"{RESULTS}/logs/evaluation/{RUN}.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluation/{RUN}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=per_attempt(2000),
        runtime=per_attempt(15),
    params:
        run=lambda w, input: Path(input.record).parent,
        folder=lambda w, output: Path(output.metrics).parent,
    shell:
        "python -m ulcag evaluate --samples {input.samples:q} --noise {input.noise:q} --run {params.run:q}"
        " --out {params.folder:q} 2>&1 | tee {log:q}"


# A trained network on another data set's test split.
rule evaluate_elsewhere:
    input:
        ancient(PASSED.format(dataset="{other}")),
        record=f"{RESULTS}/training/{RUN}/run.json",
        model=f"{RESULTS}/training/{RUN}/model.pt",
        samples=f"{RESULTS}/samples/{{other}}/samples.parquet",
        # with the shards beside it, as in training
        faces=f"{RESULTS}/faces/{{other}}/faces.parquet",
    output:
        metrics=f"{RESULTS}/evaluation/{RUN}/on-{{other}}.json",
    log:
        f"{RESULTS}/logs/evaluation/{RUN}/on-{{other}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluation/{RUN}/on-{{other}}.tsv"
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
        "python -m ulcag evaluate --run {params.run:q} --data {wildcards.other:q} --samples {input.samples:q}"
        " --faces {input.faces:q} --out {output.metrics:q} 2>&1 | tee {log:q}"


rule evaluate:
    input:
        TRAINED_ON,
        ELSEWHERE,
        per_run(f"{RESULTS}/evaluation/{RUN}/metrics.json"),
