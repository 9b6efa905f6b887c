# Figures of data sets and of several runs, and tables. Figures of single runs: reporting_runs.smk.

# A data set with several amounts of noise is worth a picture of them.
SEVERAL_NOISES = len({(run.dataset, run.noise) for run in RUNS}) > len(DATASETS)


rule draw_cooccurrence:
    input:
        cooccurrence=f"{RESULTS}/graph/{{dataset}}/{{fold}}/cooccurrence.parquet",
    output:
        png=report(
            f"{FIGURES}/{{dataset}}/cooccurrence-{{fold}}.png",
            caption="../report/cooccurrence.rst",
            category="Data",
            subcategory="{dataset}",
            labels={"figure": "co-occurrence", "fold": "{fold}"},
        ),
        pdf=f"{FIGURES}/{{dataset}}/cooccurrence-{{fold}}.pdf",
    log:
        f"{RESULTS}/logs/figures/{{dataset}}/cooccurrence-{{fold}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/{{dataset}}/cooccurrence-{{fold}}.tsv"
    conda:
        "../../envs/figures.yaml"
    resources:
        mem_mb=per_attempt(1000),
        runtime=per_attempt(15),
    params:
        base=lambda w, output: Path(output.png).with_suffix(""),
    shell:
        "python -m ulcag figures cooccurrence --cooccurrence {input.cooccurrence:q} --out {params.base:q}"
        " 2>&1 | tee {log:q}"


rule draw_check:
    input:
        samples=f"{RESULTS}/samples/{{dataset}}/samples.parquet",
        pictures=f"{RESULTS}/samples/{{dataset}}/pictures.parquet",
        check=f"{RESULTS}/samples/{{dataset}}/check.csv",
    output:
        png=report(
            f"{FIGURES}/{{dataset}}/check.png",
            caption="../report/check.rst",
            category="Data",
            subcategory="{dataset}",
            labels={"figure": "check", "fold": ""},
        ),
        pdf=f"{FIGURES}/{{dataset}}/check.pdf",
    log:
        f"{RESULTS}/logs/figures/{{dataset}}/check.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/{{dataset}}/check.tsv"
    conda:
        "../../envs/figures.yaml"
    resources:
        mem_mb=per_attempt(1000),
        runtime=per_attempt(30),
    params:
        base=lambda w, output: Path(output.png).with_suffix(""),
    shell:
        "python -m ulcag figures check --samples {input.samples:q} --pictures {input.pictures:q}"
        " --check {input.check:q} --out {params.base:q} 2>&1 | tee {log:q}"


rule draw_action_units:
    input:
        ancient(LISTED),
        samples=f"{RESULTS}/samples/{{dataset}}/samples.parquet",
        action_units=f"{RESULTS}/action_units/{{dataset}}/action_units.parquet",
    output:
        png=report(
            f"{FIGURES}/{{dataset}}/action-units.png",
            caption="../report/action-units.rst",
            category="Data",
            subcategory="{dataset}",
            labels={"figure": "action units", "fold": ""},
        ),
        pdf=f"{FIGURES}/{{dataset}}/action-units.pdf",
    log:
        f"{RESULTS}/logs/figures/{{dataset}}/action-units.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/{{dataset}}/action-units.tsv"
    conda:
        "../../envs/figures.yaml"
    resources:
        mem_mb=per_attempt(1000),
        runtime=per_attempt(15),
    params:
        base=lambda w, output: Path(output.png).with_suffix(""),
    shell:
        "python -m ulcag figures action-units --samples {input.samples:q} --action-units {input.action_units:q}"
        " --out {params.base:q} 2>&1 | tee {log:q}"


rule draw_comparison:
    input:
        metrics=per_run(f"{RESULTS}/evaluation/{RUN}/metrics.json"),
    output:
        png=report(
            f"{FIGURES}/comparison.png",
            caption="../report/comparison.rst",
            category="Results",
            labels={"figure": "all arms by epoch"},
        ),
        pdf=f"{FIGURES}/comparison.pdf",
    log:
        f"{RESULTS}/logs/figures/comparison.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/comparison.tsv"
    conda:
        "../../envs/figures.yaml"
    resources:
        mem_mb=per_attempt(1000),
        runtime=per_attempt(15),
    params:
        base=lambda w, output: Path(output.png).with_suffix(""),
    shell:
        "python -m ulcag figures comparison --all-metrics {input.metrics:q} --out {params.base:q} 2>&1 | tee {log:q}"


rule draw_across:
    input:
        metrics=per_run(f"{RESULTS}/evaluation/{RUN}/metrics.json"),
        elsewhere=ELSEWHERE,
    output:
        png=report(
            f"{FIGURES}/across.png",
            caption="../report/comparison.rst",
            category="Results",
            labels={"figure": "across data sets"},
        ),
        pdf=f"{FIGURES}/across.pdf",
    log:
        f"{RESULTS}/logs/figures/across.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/across.tsv"
    conda:
        "../../envs/figures.yaml"
    resources:
        mem_mb=per_attempt(1000),
        runtime=per_attempt(30),
    params:
        base=lambda w, output: Path(output.png).with_suffix(""),
    shell:
        "python -m ulcag figures across --all-metrics {input.metrics:q} --elsewhere {input.elsewhere:q}"
        " --out {params.base:q} 2>&1 | tee {log:q}"


rule draw_noise_levels:
    input:
        metrics=per_run(f"{RESULTS}/evaluation/{RUN}/metrics.json"),
    output:
        png=report(
            f"{FIGURES}/noise-levels.png",
            caption="../report/noise-levels.rst",
            category="Results",
            labels={"figure": "accuracy and labels against noise"},
        ),
        pdf=f"{FIGURES}/noise-levels.pdf",
    log:
        f"{RESULTS}/logs/figures/noise-levels.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/noise-levels.tsv"
    conda:
        "../../envs/figures.yaml"
    resources:
        mem_mb=per_attempt(1000),
        runtime=per_attempt(15),
    params:
        base=lambda w, output: Path(output.png).with_suffix(""),
    shell:
        "python -m ulcag figures noise-levels --all-metrics {input.metrics:q} --out {params.base:q} 2>&1 | tee {log:q}"


rule draw_reliability:
    input:
        records=[f"{RESULTS}/audit/{audit.path}/audit.json" for audit in AUDITS],
    output:
        png=report(
            f"{FIGURES}/reliability.png",
            caption="../report/reliability.rst",
            category="Results",
            labels={"figure": "reliability"},
        ),
        pdf=f"{FIGURES}/reliability.pdf",
    log:
        f"{RESULTS}/logs/figures/reliability.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/reliability.tsv"
    conda:
        "../../envs/figures.yaml"
    resources:
        mem_mb=per_attempt(1000),
        runtime=per_attempt(15),
    params:
        base=lambda w, output: Path(output.png).with_suffix(""),
    shell:
        "python -m ulcag figures reliability --all-audits {input.records:q} --out {params.base:q} 2>&1 | tee {log:q}"


rule write_tables:
    input:
        metrics=per_run(f"{RESULTS}/evaluation/{RUN}/metrics.json"),
        elsewhere=ELSEWHERE,
        published=Path(workflow.basedir) / "workflow/experiments/published.csv",
    output:
        accuracy=report(
            f"{RESULTS}/reporting/tables/accuracy.csv",
            caption="../report/tables.rst",
            category="Results",
            labels={"figure": "accuracy"},
        ),
        texts=expand(
            f"{RESULTS}/reporting/tables/{{name}}.md",
            name=["accuracy", "labels", "published", "across"],
        ),
        long=expand(
            f"{RESULTS}/reporting/tables/{{name}}.csv",
            name=["results", "differences", "labels_by_class", "published", "across"],
        ),
    log:
        f"{RESULTS}/logs/tables.log",
    benchmark:
        f"{RESULTS}/benchmarks/tables.tsv"
    conda:
        "../../envs/figures.yaml"
    resources:
        mem_mb=per_attempt(1000),
        runtime=per_attempt(15),
    params:
        runs=json.dumps([run.plain() for run in RUNS]),
        folder=lambda w, output: Path(output.accuracy).parent,
    shell:
        "python -m ulcag tables {input.metrics:q} --runs {params.runs:q} --published {input.published:q}"
        " --elsewhere {input.elsewhere:q} --out {params.folder:q} 2>&1 | tee {log:q}"


rule tables:
    input:
        TRAINED_ON,
        rules.write_tables.output,


rule figures:
    input:
        TRAINED_ON,
        rules.draw_comparison.output,
        rules.draw_noise_levels.output if SEVERAL_NOISES else [],
        rules.draw_across.output if ELSEWHERE else [],
        rules.draw_reliability.output if AUDITS else [],
        per_run(f"{FIGURES}/{RUN}/confusion.png"),
        [per_run(f"{FIGURES}/{RUN}/{figure}.png") for figure in RUN_FIGURES],
        [per_run(f"{FIGURES}/{RUN}/{figure}.png") for figure in PICTURE_FIGURES],
        list(dict.fromkeys(per_run(f"{FIGURES}/{{dataset}}/cooccurrence-{{fold}}.png"))),
        expand(f"{FIGURES}/{{dataset}}/action-units.png", dataset=DATASETS),
        expand(f"{FIGURES}/{{dataset}}/check.png", dataset=CHECKED),


localrules:
    list_samples,
    samples,
    faces,
    action_units,
    graph,
    train,
    evaluate,
    tables,
    figures,
    all,
