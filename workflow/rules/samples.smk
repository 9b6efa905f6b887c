rule read_samples:
    input:
        lambda w: getattr(CONFIG.datasets[w.dataset].samples, "path", []),
    output:
        samples=f"{RESULTS}/samples/{{dataset}}/samples.parquet",
        votes=f"{RESULTS}/samples/{{dataset}}/votes.parquet",
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
        "python -m ulcag samples --settings {params.settings:q} --cache {params.cache:q} --workers {threads}"
        " --out {output.samples:q} --out-votes {output.votes:q} 2>&1 | tee {log:q}"


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
        "python -m ulcag noise --settings {params.settings:q} --samples {input.samples:q} --seed {wildcards.seed:q}"
        " --out {output.noise:q} 2>&1 | tee {log:q}"


# What is wrong with a data set, however bad it is: the table and its figure are there to be looked at.
rule check_samples:
    input:
        samples=f"{RESULTS}/samples/{{dataset}}/samples.parquet",
    output:
        check=f"{RESULTS}/samples/{{dataset}}/check.csv",
        pictures=f"{RESULTS}/samples/{{dataset}}/pictures.parquet",
    log:
        f"{RESULTS}/logs/check/{{dataset}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/check/{{dataset}}.tsv"
    conda:
        "../../envs/check.yaml"
    threads: 2
    resources:
        mem_mb=grows(4000),
        runtime=grows(120),
    shell:
        "python -m ulcag check --samples {input.samples:q} --workers {threads} --on-fatal warn --out {output.check:q}"
        " --out-pictures {output.pictures:q} 2>&1 | tee {log:q}"


# Stops what costs time on a data set with a fatal finding. A rule of its own, so that after `check: warn` no picture is
# looked at again.
rule pass_check:
    input:
        unpack(check_of),
    output:
        passed=f"{RESULTS}/samples/{{dataset}}/passed.txt",
    log:
        f"{RESULTS}/logs/check/{{dataset}}-passed.log",
    benchmark:
        f"{RESULTS}/benchmarks/check/{{dataset}}-passed.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=grows(1000),
        runtime=grows(30),
    params:
        check=lambda w, input: option("check", input.check) if input else "",
        on_fatal=lambda w: (
            "stop" if CONFIG.datasets[w.dataset].check == "stop" else "warn"
        ),
    shell:
        "python -m ulcag gate {params.check} --on-fatal {params.on_fatal} --out {output.passed:q} 2>&1 | tee {log:q}"


rule samples:
    input:
        expand(f"{RESULTS}/samples/{{dataset}}/samples.parquet", dataset=DATASETS),
        expand(f"{RESULTS}/samples/{{dataset}}/passed.txt", dataset=DATASETS),
