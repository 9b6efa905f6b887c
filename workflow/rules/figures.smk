# Figures, as far as rules ask: each says in a file of its own what it is drawn from, and for what there is one.
from ulcag.reporting.figures import FIGURES
from ulcag.reporting.figures.declaration import LISTS

DRAWN = "<results>/reporting/figures"
# Where the files lie that figures can be drawn from.
FIGURE_FILES = {
    "action_units": "<results>/action_units/{dataset}/action_units.parquet",
    "check": "<results>/samples/{dataset}/check.csv",
    "cooccurrence": "<results>/graph/{dataset}/{fold}/cooccurrence.parquet",
    # with the shards beside it, as in training
    "faces": "<results>/faces/{dataset}/faces.parquet",
    "metrics": f"<results>/evaluation/{RUN}/metrics.json",
    "noise": "<results>/samples/{dataset}/noise/{noise}/seed{seed}.parquet",
    "pictures": "<results>/samples/{dataset}/pictures.parquet",
    "run": f"<results>/training/{RUN}/run.json",
    "samples": "<results>/samples/{dataset}/samples.parquet",
    "votes": "<results>/samples/{dataset}/votes.parquet",
    "all_audits": [f"<results>/audit/{audit.path}/audit.json" for audit in AUDITS],
    "all_metrics": per_run(f"<results>/evaluation/{RUN}/metrics.json"),
    "elsewhere": ELSEWHERE,
}
SEVERAL_NOISES = len({(run.dataset, run.noise) for run in RUNS}) > len(DATASETS)


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


def runs_with(figure):
    """Paths of a figure, one for each run that has something that it shows."""
    shows = set(FIGURES[figure].shows)
    return [
        f"{DRAWN}/{RUN}/{figure}.png".format(**run.plain())
        for run in RUNS
        if not shows or shows & CONFIG.method_settings(run.dataset, run.arm).gives
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
