# Tables and figures. Each figure says in a file of its own what it is drawn from, and for what there is one.
from ulcag.reporting.figures import FIGURES
from ulcag.reporting.figures.declaration import LISTS

DRAWN = f"{RESULTS}/reporting/figures"
# Where the files lie that figures can be drawn from.
FIGURE_FILES = {
    "action_units": f"{RESULTS}/action_units/{{dataset}}/action_units.parquet",
    "check": f"{RESULTS}/samples/{{dataset}}/check.csv",
    "cooccurrence": f"{RESULTS}/graph/{{dataset}}/{{fold}}/cooccurrence.parquet",
    # with the shards beside it, as in training
    "faces": f"{RESULTS}/faces/{{dataset}}/faces.parquet",
    "metrics": f"{RESULTS}/evaluation/{RUN}/metrics.json",
    "noise": f"{RESULTS}/samples/{{dataset}}/noise/{{noise}}/seed{{seed}}.parquet",
    "pictures": f"{RESULTS}/samples/{{dataset}}/pictures.parquet",
    "run": f"{RESULTS}/training/{RUN}/run.json",
    "samples": f"{RESULTS}/samples/{{dataset}}/samples.parquet",
    "votes": f"{RESULTS}/samples/{{dataset}}/votes.parquet",
    "all_audits": [f"{RESULTS}/audit/{audit.path}/audit.json" for audit in AUDITS],
    "all_metrics": per_run(f"{RESULTS}/evaluation/{RUN}/metrics.json"),
    "elsewhere": ELSEWHERE,
}
SEVERAL_NOISES = len({(run.dataset, run.noise) for run in RUNS}) > len(DATASETS)
# A caption's file can depend on no wildcard, but it sees the configuration; in params a caption would be one more
# reason to draw again.
config["captions"] = {name: figure.caption for name, figure in FIGURES.items()}


def names_of(of):
    """A constraint on the wildcard: the figures that there are for each such thing."""
    return one_of(name for name, figure in FIGURES.items() if figure.of == of)


def wanted(of):
    """The same figures, as far as there is something to draw."""
    return [
        name
        for name, figure in FIGURES.items()
        if figure.of == of
        and all(FIGURE_FILES[file] for file in figure.files)
        and (SEVERAL_NOISES or not figure.if_several_noises)
    ]


def datasets_of(figure):
    """Data sets that have the files of a figure: not all are checked."""
    files = set(FIGURES[figure].files)
    return CHECKED if files & {"check", "pictures"} else DATASETS


def files_of(w):
    """An input function: what the figure is drawn from."""
    return {file: FIGURE_FILES[file] for file in FIGURES[w.figure].files}


def options_of(w, input):
    """A params function: the same as options of the command. A run is named by its folder."""
    paths = {file: input[file] for file in FIGURES[w.figure].files}
    if "run" in paths:
        paths["run"] = str(Path(paths["run"]).parent)
    return " ".join(
        f"--{file.replace('_', '-')} {shlex.join(path if file in LISTS else [path])}"
        for file, path in paths.items()
    )


def labels_with(*names):
    """A labels function: what the figure is called, and wildcards, empty where the rule has none of the name."""
    return lambda w: (
        {"figure": FIGURES[w.figure].label} | {name: w.get(name, "") for name in names}
    )


# Where a command writes a table beside its figure, that is not declared: outputs of all figures are the same.
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
        f"{RESULTS}/logs/figures/{RUN}/{{figure}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/{RUN}/{{figure}}.tsv"
    wildcard_constraints:
        figure=names_of("run"),
    conda:
        "../../envs/figures.yaml"
    resources:
        mem_mb=per_attempt(1000),
        runtime=per_attempt(30),
    params:
        files=options_of,
        base=lambda w, output: Path(output.png).with_suffix(""),
    shell:
        "python -m ulcag figures {wildcards.figure:q} {params.files} --out {params.base:q} 2>&1 | tee {log:q}"


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
        f"{RESULTS}/logs/figures/{{dataset}}/{{figure}}-{{fold}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/{{dataset}}/{{figure}}-{{fold}}.tsv"
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
        f"{RESULTS}/logs/figures/{{dataset}}/{{figure}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/{{dataset}}/{{figure}}.tsv"
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
        f"{RESULTS}/logs/figures/{{figure}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/{{figure}}.tsv"
    wildcard_constraints:
        figure=names_of("all"),


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
        expand(
            f"{DRAWN}/{{figure}}.{{suffix}}",
            figure=wanted("all"),
            suffix=["png", "pdf"],
        ),
        [per_run(f"{DRAWN}/{RUN}/{figure}.png") for figure in wanted("run")],
        [
            list(dict.fromkeys(per_run(f"{DRAWN}/{{dataset}}/{figure}-{{fold}}.png")))
            for figure in wanted("fold")
        ],
        [
            f"{DRAWN}/{dataset}/{figure}.png"
            for figure in wanted("dataset")
            for dataset in datasets_of(figure)
        ],


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
