rule read_samples:
    input:
        lambda w: getattr(CONFIG.datasets[w.dataset].samples, "path", []),
    output:
        samples=f"{RESULTS}/samples/{{dataset}}/samples.parquet",
    log:
        f"{RESULTS}/logs/samples/{{dataset}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/samples/{{dataset}}.tsv"
    conda:
        "../../envs/synthetic.yaml"
    threads: 2
    resources:
        mem_mb=grows(4000),
        runtime=grows(120),
    params:
        settings=settings_of("samples"),
        # Rendered pictures outlive the rule's outputs: they are made once.
        cache=f"{RESULTS}/.cache",
    shell:
        "python -m ulcag samples --settings {params.settings:q} --cache {params.cache} --workers {threads}"
        " --out {output.samples} 2>&1 | tee {log}"


rule inject_noise:
    input:
        lambda w: CONFIG.noise[w.noise].path or [],
        samples=f"{RESULTS}/samples/{{dataset}}/samples.parquet",
    output:
        noise=f"{RESULTS}/samples/{{dataset}}/noise/{{noise}}/seed{{seed}}.parquet",
    log:
        f"{RESULTS}/logs/noise/{{dataset}}/{{noise}}/seed{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/noise/{{dataset}}/{{noise}}/seed{{seed}}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=grows(2000),
        runtime=grows(10),
    params:
        settings=lambda w: json.dumps(CONFIG.noise[w.noise].plain(), sort_keys=True),
    shell:
        "python -m ulcag noise --settings {params.settings:q} --samples {input.samples} --seed {wildcards.seed}"
        " --out {output.noise} 2>&1 | tee {log}"


rule samples:
    input:
        expand(f"{RESULTS}/samples/{{dataset}}/samples.parquet", dataset=DATASETS),
