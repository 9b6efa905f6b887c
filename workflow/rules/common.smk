# What all rules share: the checked configuration, where things are, and one way to hand settings to a command.
import json
import shlex
import sys
from pathlib import Path

PROJECT = Path(workflow.current_basedir.get_path_or_uri(secret_free=True)).parents[1]
# A clone has the package beside it; elsewhere it is installed.
if (PROJECT / "src").is_dir():
    sys.path.insert(0, str(PROJECT / "src"))

from snakemake.settings.types import DeploymentMethod

from ulcag.action_units.sources import source_of
from ulcag.action_units.sources.source import ByShard
from ulcag.config import Config, check_braces
from ulcag.errors import InputError
from ulcag.methods import METHODS
from ulcag.pipeline import link_package


def check_conda_path():
    """Nothing, if Snakemake can hand the folder of its conda environments to a shell, which it does in bare quotes."""
    settings = workflow.deployment_settings
    folder = str(settings.conda_prefix or Path(".snakemake/conda").resolve())
    found = [letter for letter in "'\"$`\\" if letter in folder]
    if found and DeploymentMethod.CONDA in settings.deployment_method:
        expected = "a path that can be quoted, for --use-conda"
        do = "give another folder for environments: --conda-prefix"
        raise InputError(folder, expected=expected, found=" ".join(found), do=do)


try:
    check_braces(str(PROJECT), "rename the folder, or put the project into another")
    check_conda_path()
    CONFIG = Config.read(config, "config")
except InputError as error:
    raise WorkflowError(str(error)) from None

RUNS = CONFIG.all_runs()
AUDITS = CONFIG.all_audits()
DATASETS = list(dict.fromkeys(run.dataset for run in [*RUNS, *AUDITS]))
AUDIT = "{dataset}/{noise}/{arm}/seed{seed}"
RUN = f"{AUDIT}/{{fold}}"


# <results> in paths of rules, and in those that input functions return; not in parameters. AUDIT and RUN are no path
# variables: Snakemake 9.27 would not see the wildcards in them when it applies constraints.
pathvars:
    results=CONFIG.results,


# The same for parameters and Python: a workflow that uses this one as a module may have named another folder.
RESULTS = workflow.modifier.modify_path(workflow.pathvars.get("results"))
# Where commands find the package.
link_package(Path(".snakemake/ulcag"))


def ulcag(command, start="python"):
    """A rule's shell command: one of the package's, and what it says goes to the log, too.

    The package comes by its path, so that no conda environment needs it installed. The text is the same wherever it lies,
    for Snakemake runs again what has another command. Idle OpenMP threads that spin would starve the other jobs of a small
    machine.
    """
    environment = "PYTHONPATH=.snakemake/ulcag OMP_WAIT_POLICY=PASSIVE"
    return f"{environment} {start} -m ulcag {command} 2>&1 | tee {{log:q}}"


wildcard_constraints:
    dataset="|".join(CONFIG.datasets),
    noise="|".join(CONFIG.noise),
    arm="|".join(CONFIG.arms),
    seed=r"\d+",
    fold=r"all|\d+of\d+",
    shard=r"\d{3}",


def per_run(pattern):
    """One path for each run of the configuration."""
    return [pattern.format(**run.plain()) for run in RUNS]


def shards(pattern):
    """An input function: one path for each shard of the data set."""
    return lambda w: [
        pattern.format(dataset=w.dataset, shard=f"{shard:03d}")
        for shard in range(CONFIG.datasets[w.dataset].faces.shards)
    ]


def option(name, path):
    """An option of a command that is there or not. It is quoted here: `:q` would make one word of name and path."""
    return f"--{name} {shlex.quote(path)}"


# Networks on other data sets than their own.
ELSEWHERE = [
    f"<results>/evaluation/{run.path}/on-{other}.json"
    for run, other in CONFIG.elsewhere()
]


# Memory and minutes are said rule by rule. Snakemake's default-resources belong to a profile, which a workflow that uses
# this one as a module does not have, and --default-resources on the command line takes its place.
def per_attempt(first):
    """A resources function: what the first attempt asks for; where there are retries, each asks for as much again."""
    return lambda w, attempt: first * attempt


def settings_of(stage):
    """A params function: the stage's part of the data set's configuration. An edit of it runs the rule again."""
    return lambda w: json.dumps(
        getattr(CONFIG.datasets[w.dataset], stage).plain(), sort_keys=True
    )


def training(w):
    """Training settings of the wildcards' data set."""
    return CONFIG.datasets[w.dataset].training


def start_of_training(w):
    """A params function: one process, or torchrun with several on this machine."""
    n = training(w).processes
    torchrun = f"python -m torch.distributed.run --standalone --nproc-per-node={n}"
    return "python" if n == 1 else torchrun


def train_settings(w):
    """What one training depends on, and nothing else: the method's settings are resolved."""
    return json.dumps(
        {
            "method": CONFIG.arms[w.arm].method,
            "settings": CONFIG.method_settings(w.dataset, w.arm).plain(),
            "training": training(w).plain(),
        },
        sort_keys=True,
    )


def units(w):
    """The source of the action units of the wildcards' data set."""
    return source_of(CONFIG.datasets[w.dataset].action_units)


# Some sources read a data set at once, others its crops, shard by shard.
BY_SHARD = [
    name
    for name, dataset in CONFIG.datasets.items()
    if isinstance(source_of(dataset.action_units), ByShard)
]
AT_ONCE = [name for name in CONFIG.datasets if name not in BY_SHARD]


def one_of(names):
    """A constraint on a wildcard; of no names, one that nothing meets."""
    return "|".join(names) or "(?!)"


def faces_for_units(w):
    """An input function: the faces table, where the source needs it."""
    faces = f"<results>/faces/{w.dataset}/faces.parquet"
    return {"faces": faces} if units(w).needs_faces else {}


def units_settings(w):
    """A params function: what the table of action units depends on."""
    return json.dumps(units(w).of_table(), sort_keys=True)


def audit_of(w):
    """The audit that the wildcards name."""
    path = AUDIT.format(**w)
    return next(audit for audit in AUDITS if audit.path == path)


def fold_runs(file):
    """An input function: one file of the run of each fold."""
    return lambda w: [
        f"<results>/training/{run.path}/{file}" for run in audit_of(w).runs()
    ]
