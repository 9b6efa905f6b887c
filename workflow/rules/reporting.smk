# Figures, by one rule for all that there is one of for a run, a fold, a data set, or everything; and tables.


# A table beside a figure (confusion.csv) is not declared: a rule has the same outputs whatever the figure.
rule draw_of_run:
    input:
        unpack(files_of),
    output:
        png=report(
            f"{DRAWN}/{RUN}/{{figure}}.png",
            caption="../report/figure.rst",
            category="Runs",
            subcategory="{dataset}, noise {noise}",
            labels=labels_with("arm", "seed", "fold"),
        ),
        pdf=f"{DRAWN}/{RUN}/{{figure}}.pdf",
    log:
        f"<results>/logs/figures/{RUN}/{{figure}}.log",
    benchmark:
        f"<results>/benchmarks/figures/{RUN}/{{figure}}.tsv"
    wildcard_constraints:
        figure=names_of("run"),
    conda:
        "../../envs/figures.yaml"
    resources:
        mem_mb=per_attempt(1000),
        runtime=per_attempt(30),
    params:
        files=options_of,
        # For the report: a caption's file can depend on no wildcard.
        caption=lambda w: FIGURES[w.figure].caption,
        base=lambda w, output: Path(output.png).with_suffix(""),
    shell:
        ulcag("figures {wildcards.figure:q} {params.files} --out {params.base:q}")


use rule draw_of_run as draw_of_fold with:
    output:
        png=report(
            f"{DRAWN}/{{dataset}}/{{figure}}-{{fold}}.png",
            caption="../report/figure.rst",
            category="Data",
            subcategory="{dataset}",
            labels=labels_with("fold"),
        ),
        pdf=f"{DRAWN}/{{dataset}}/{{figure}}-{{fold}}.pdf",
    log:
        "<results>/logs/figures/{dataset}/{figure}-{fold}.log",
    benchmark:
        "<results>/benchmarks/figures/{dataset}/{figure}-{fold}.tsv"
    wildcard_constraints:
        figure=names_of("fold"),


use rule draw_of_run as draw_of_dataset with:
    input:
        ancient(LISTED),
        unpack(files_of),
    output:
        png=report(
            f"{DRAWN}/{{dataset}}/{{figure}}.png",
            caption="../report/figure.rst",
            category="Data",
            subcategory="{dataset}",
            labels=labels_with("fold"),
        ),
        pdf=f"{DRAWN}/{{dataset}}/{{figure}}.pdf",
    log:
        "<results>/logs/figures/{dataset}/{figure}.log",
    benchmark:
        "<results>/benchmarks/figures/{dataset}/{figure}.tsv"
    wildcard_constraints:
        figure=names_of("dataset"),


use rule draw_of_run as draw_of_all with:
    output:
        png=report(
            f"{DRAWN}/{{figure}}.png",
            caption="../report/figure.rst",
            category="Results",
            labels=labels_with(),
        ),
        pdf=f"{DRAWN}/{{figure}}.pdf",
    log:
        "<results>/logs/figures/{figure}.log",
    benchmark:
        "<results>/benchmarks/figures/{figure}.tsv"
    wildcard_constraints:
        figure=names_of("all"),


rule write_tables:
    input:
        metrics=per_run(f"<results>/evaluation/{RUN}/metrics.json"),
        elsewhere=ELSEWHERE,
        published=PROJECT / "workflow/experiments/published.csv",
    output:
        accuracy=report(
            "<results>/reporting/tables/accuracy.csv",
            caption="../report/tables.rst",
            category="Results",
            labels={"figure": "accuracy"},
        ),
        texts=expand(
            "<results>/reporting/tables/{name}.md",
            name=["accuracy", "side_by_side", "labels", "published", "across"],
        ),
        long=expand(
            "<results>/reporting/tables/{name}.csv",
            name=[
                "runs",
                "results",
                "side_by_side",
                "differences",
                "labels_by_class",
                "published",
                "across",
            ],
        ),
    log:
        "<results>/logs/tables.log",
    benchmark:
        "<results>/benchmarks/tables.tsv"
    conda:
        "../../envs/figures.yaml"
    resources:
        mem_mb=per_attempt(1000),
        runtime=per_attempt(15),
    params:
        runs=json.dumps([run.plain() for run in RUNS]),
        folder=lambda w, output: Path(output.accuracy).parent,
    shell:
        ulcag(
            "tables {input.metrics:q} --runs {params.runs:q} --published {input.published:q}"
            " --elsewhere {input.elsewhere:q} --out {params.folder:q}"
        )


rule tables:
    input:
        TRAINED_ON,
        rules.write_tables.output,


rule figures:
    input:
        TRAINED_ON,
        expand(
            f"{DRAWN}/{{figure}}.{{suffix}}",
            figure=wanted("all"),
            suffix=["png", "pdf"],
        ),
        [runs_with(figure) for figure in wanted("run")],
        [
            list(dict.fromkeys(per_run(f"{DRAWN}/{{dataset}}/{figure}-{{fold}}.png")))
            for figure in wanted("fold")
        ],
        [
            f"{DRAWN}/{dataset}/{figure}.png"
            for figure in wanted("dataset")
            for dataset in datasets_of(figure)
        ],
