# Figures of single runs.
FIGURES = f"{RESULTS}/reporting/figures"
# Figures of a run, and what each is drawn from beside the run's folder.
RUN_FIGURES = {
    "confidence": ["samples", "noise"],
    "curves": ["metrics"],
    "flow": ["samples", "noise"],
    "templates": ["samples"],
}
RUN_FILES = {
    "metrics": f"{RESULTS}/evaluation/{RUN}/metrics.json",
    "samples": f"{RESULTS}/samples/{{dataset}}/samples.parquet",
    "noise": f"{RESULTS}/samples/{{dataset}}/noise/{{noise}}/seed{{seed}}.parquet",
}
# Figures of a run that show its pictures, and what they need beside those.
PICTURE_FIGURES = {
    "sheet": {},
    "semantics": {"votes": f"{RESULTS}/samples/{{dataset}}/votes.parquet"},
}
RUN_LABELS = {"arm": "{arm}", "seed": "{seed}", "fold": "{fold}"}


rule draw_confusion:
    input:
        metrics=f"{RESULTS}/evaluation/{RUN}/metrics.json",
    output:
        png=report(
            f"{FIGURES}/{RUN}/confusion.png",
            caption="../report/confusion.rst",
            category="Runs",
            subcategory="{dataset}, noise {noise}",
            labels={"figure": "confusion matrix"} | RUN_LABELS,
        ),
        pdf=f"{FIGURES}/{RUN}/confusion.pdf",
        counts=f"{FIGURES}/{RUN}/confusion.csv",
    log:
        f"{RESULTS}/logs/figures/{RUN}/confusion.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/{RUN}/confusion.tsv"
    conda:
        "../../envs/figures.yaml"
    resources:
        mem_mb=per_attempt(1000),
        runtime=per_attempt(15),
    params:
        base=lambda w, output: Path(output.png).with_suffix(""),
    shell:
        "python -m ulcag figures confusion --metrics {input.metrics:q} --out {params.base:q} 2>&1 | tee {log:q}"


rule draw_run:
    input:
        unpack(lambda w: {name: RUN_FILES[name] for name in RUN_FIGURES[w.figure]}),
        record=f"{RESULTS}/training/{RUN}/run.json",
    output:
        png=report(
            f"{FIGURES}/{RUN}/{{figure}}.png",
            caption="../report/run.rst",
            category="Runs",
            subcategory="{dataset}, noise {noise}",
            labels={"figure": "{figure}"} | RUN_LABELS,
        ),
        pdf=f"{FIGURES}/{RUN}/{{figure}}.pdf",
    log:
        f"{RESULTS}/logs/figures/{RUN}/{{figure}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/{RUN}/{{figure}}.tsv"
    wildcard_constraints:
        figure="|".join(RUN_FIGURES),
    conda:
        "../../envs/figures.yaml"
    resources:
        mem_mb=per_attempt(1000),
        runtime=per_attempt(15),
    params:
        base=lambda w, output: Path(output.png).with_suffix(""),
        run=lambda w, input: Path(input.record).parent,
        files=lambda w, input: " ".join(
            option(name, input[name]) for name in RUN_FIGURES[w.figure]
        ),
    shell:
        "python -m ulcag figures {wildcards.figure:q} --run {params.run:q} {params.files} --out {params.base:q}"
        " 2>&1 | tee {log:q}"


rule draw_pictures:
    input:
        unpack(lambda w: PICTURE_FIGURES[w.figure]),
        record=f"{RESULTS}/training/{RUN}/run.json",
        state=f"{RESULTS}/training/{RUN}/train_state.parquet",
        samples=f"{RESULTS}/samples/{{dataset}}/samples.parquet",
        noise=f"{RESULTS}/samples/{{dataset}}/noise/{{noise}}/seed{{seed}}.parquet",
        # with the shards beside it, as in training
        faces=f"{RESULTS}/faces/{{dataset}}/faces.parquet",
    output:
        png=report(
            f"{FIGURES}/{RUN}/{{figure}}.png",
            caption="../report/pictures.rst",
            category="Runs",
            subcategory="{dataset}, noise {noise}",
            labels={"figure": "{figure}"} | RUN_LABELS,
        ),
        pdf=f"{FIGURES}/{RUN}/{{figure}}.pdf",
    log:
        f"{RESULTS}/logs/figures/{RUN}/{{figure}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/{RUN}/{{figure}}.tsv"
    wildcard_constraints:
        figure="|".join(PICTURE_FIGURES),
    conda:
        "../../envs/figures.yaml"
    resources:
        mem_mb=per_attempt(1000),
        runtime=per_attempt(15),
    params:
        base=lambda w, output: Path(output.png).with_suffix(""),
        run=lambda w, input: Path(input.record).parent,
        votes=lambda w, input: (
            option("votes", input.votes) if "votes" in input.keys() else ""
        ),
    shell:
        "python -m ulcag figures {wildcards.figure:q} --run {params.run:q} --samples {input.samples:q}"
        " --noise {input.noise:q} --faces {input.faces:q} {params.votes} --out {params.base:q} 2>&1 | tee {log:q}"
