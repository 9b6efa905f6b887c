rule evaluate_run:
    input:
        samples=f"{RESULTS}/samples/{{dataset}}/samples.parquet",
        noise=f"{RESULTS}/samples/{{dataset}}/noise/{{noise}}/seed{{seed}}.parquet",
        logits=f"{RESULTS}/training/{RUN}/test_logits.parquet",
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
        mem_mb=grows(2000),
        runtime=grows(15),
    params:
        run=lambda w, input: Path(input.record).parent,
        folder=lambda w, output: Path(output.metrics).parent,
    shell:
        "python -m ulcag evaluate --samples {input.samples} --noise {input.noise} --run {params.run}"
        " --out {params.folder} 2>&1 | tee {log}"


rule evaluate:
    input:
        per_run(f"{RESULTS}/evaluation/{RUN}/metrics.json"),
