# What was read is an input: what lies outside the folder of results, and what has to wait until it is read anew.
from ulcag.samples.layouts import layout_of
from ulcag.sources import (
    all_missing,
    file_print,
    pictures_print,
    rows_print,
)


# What lies outside the folder of results is known by fingerprints: params functions of the wildcards alone, for Snakemake
# takes parameters that are made from inputs for no change.
def there(path):
    """An input that has to be there, whatever its time: without it, what was made of it stands, and what is yet to be made
    is an error of the plan. With braces or path variables it would be a pattern: then the job says that there is none.
    As `local` it stays where the configuration says when a workflow gives this one, as a module, a `prefix`.
    """
    return local(ancient(path)) if path and not set("{<") & set(path) else []


# What a rule is called in a workflow that uses this one as a module.
RULE_NAME = workflow.modifier.modify_rulename


def asked(rule):
    """Whether this process plans or runs jobs of a rule. A cluster's job process sees all that its job hangs on, and would
    look at every picture for each shard."""
    allowed = workflow.dag_settings.allowed_rules
    return not allowed or RULE_NAME(rule) in allowed


def data_of(w):
    """An input function: the data set's folder or table."""
    return there(layout_of(CONFIG.datasets[w.dataset].samples).data)


def listed(w):
    """An input function: samples are read. What depends on pictures and not on labels takes it and the samples table as
    `ancient`, and asks for its rows by a params function."""
    return checkpoints.list_samples.get(dataset=w.dataset).output[0]


def passed(w):
    """An input function: samples are read and, if they are to be, checked. The same file for `check: off`: another would be
    a reason to look for faces again."""
    return checkpoints.pass_check.get(dataset=w.dataset).output[0]


def samples_of(w):
    """The samples table, once it is read anew; for params functions of rules whose input is `listed`, or `passed` where
    there are shards."""
    mark = passed(w) if "shard" in w.keys() else listed(w)
    return Path(mark).with_name("samples.parquet")


# What is made from samples, and from what is found to be outdated behind a checkpoint, has its file as an `ancient`
# input: it has to wait. Until the checkpoint is over, Snakemake takes all behind such an input for up to date, and would
# start what is outdated for another reason with, say, faces of the samples before.
LISTED = "<results>/samples/{dataset}/listed.txt"
PASSED = "<results>/samples/{dataset}/passed.txt"
# Targets of all stages name these: where one is missing, nothing is compared.
CHECKPOINTS = expand([LISTED, PASSED], dataset=DATASETS)
# Targets from training on name what networks are trained on: a job that fails leaves none of it, and Snakemake makes a
# missing file again only if a target names it. Else the mended input of a failed job would never be seen.
TRAINED_ON = CHECKPOINTS + list(
    dict.fromkeys(
        f"<results>/{table}.parquet".format(**run.plain())
        for run in RUNS + [run for audit in AUDITS for run in audit.runs()]
        for table in (
            "samples/{dataset}/samples",
            "samples/{dataset}/noise/{noise}/seed{seed}",
            "faces/{dataset}/faces",
            "action_units/{dataset}/action_units",
            "graph/{dataset}/{fold}/cooccurrence",
        )
    )
)


def labels_of(w):
    """A params function: what decides the rows of the samples table."""
    if not asked("read_samples"):
        return ""
    return layout_of(CONFIG.datasets[w.dataset].samples).fingerprint(Path(RESULTS))


def pictures_of(w):
    """A params function: a shard's rows and pictures, or all where there is no shard."""
    if not asked("crop_faces" if "shard" in w.keys() else "check_samples"):
        return ""
    dataset = CONFIG.datasets[w.dataset]
    part = (dataset.faces.shards, int(w.shard)) if "shard" in w.keys() else (1, 0)
    return pictures_print(samples_of(w), dataset.samples, *part)


def pictures_there(w):
    """An input function: a picture that is missing, where all of the data set are. A disk that is not mounted is no
    reason to throw away crops."""
    if not asked("crop_faces"):
        return []
    dataset = CONFIG.datasets[w.dataset]
    crops = Path(RESULTS) / f"faces/{w.dataset}/shard-{w.shard}.arrow"
    missing = all_missing(
        samples_of(w), dataset.samples, dataset.faces.shards, int(w.shard)
    )
    return there(missing if crops.exists() else "")


def rows_of(w):
    """A params function: ids and paths of all samples."""
    return rows_print(samples_of(w)) if asked("read_action_units") else ""


def files_of_units(w):
    """A params function: what the source of action units reads outside the results, such as CSV files."""
    if not asked("read_action_units"):
        return ""
    return units(w).fingerprint(samples_of(w), CONFIG.datasets[w.dataset].samples)


CHECKED = [name for name in DATASETS if CONFIG.datasets[name].check != "off"]


def check_of(w):
    """An input function: the findings, where the data set is checked; and what changes with every row or picture. Where
    inputs have the same content as before, Snakemake may leave the checkpoint out, and would look behind it no more.
    """
    folder = f"<results>/samples/{w.dataset}"
    if CONFIG.datasets[w.dataset].check == "off":
        return {
            "listed": LISTED.format(dataset=w.dataset),
            "samples": f"{folder}/samples.parquet",
        }
    return {"check": f"{folder}/check.csv", "pictures": f"{folder}/pictures.parquet"}
