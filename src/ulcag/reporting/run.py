"""The reporting stage: files to figures and tables."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ulcag.action_units.table import ACTION_UNITS
from ulcag.config import SourceSettings, TrainSettings
from ulcag.errors import InputError
from ulcag.evaluation.record import read_elsewhere, read_metrics
from ulcag.faces.shard import crops_of, pictures_of
from ulcag.faces.table import FACES
from ulcag.files import read_json, whole_or_absent
from ulcag.graph.table import read_cooccurrence
from ulcag.reporting.across import across_figure, across_markdown, across_table
from ulcag.reporting.action_units import action_units_figure
from ulcag.reporting.check import check_figure
from ulcag.reporting.comparison import comparison_figure
from ulcag.reporting.confidence import confidence_figure
from ulcag.reporting.confusion import confusion_figure, confusion_table
from ulcag.reporting.cooccurrence import cooccurrence_figure
from ulcag.reporting.curves import curves_figure
from ulcag.reporting.flow import flow_figure
from ulcag.reporting.noise_levels import noise_levels_figure
from ulcag.reporting.published import beside_published, published_markdown, read_published
from ulcag.reporting.reliability import reliability_figure
from ulcag.reporting.semantics import semantics_figure
from ulcag.reporting.sheet import choose_samples, sheet_figure
from ulcag.reporting.style import save
from ulcag.reporting.tables import label_changes_by_class, markdown, paired_differences, summary, values_of_runs, wide
from ulcag.reporting.templates import templates_figure
from ulcag.samples.check import read_findings
from ulcag.samples.table import NOISE, PICTURES, SAMPLES, VOTES, true_labels
from ulcag.tables import read_table, rows_of, settings_of
from ulcag.training.schedule import relabelling_start
from ulcag.training.tables import HISTORY, RUN_KEYS, TEMPLATES, TRAIN_STATE

# Pictures on the sheet, pixels.
_PICTURE = 160


def draw_confusion(metrics_file: Path, base: Path) -> None:
    """Confusion matrix of the last epoch, and its counts as CSV."""
    metrics = read_metrics(metrics_file, "held_out.last.confusion")
    last = metrics["held_out"]["last"]
    counts = np.array(last["confusion"])
    title = (
        f"{_name(metrics['run'])}\naccuracy {100 * last['accuracy']:.2f} %, "
        f"mean of classes {100 * last['mean_class_accuracy']:.2f} %"
    )
    save(confusion_figure(counts, title), base)
    with whole_or_absent(base.with_suffix(".csv")) as beside:
        confusion_table(counts).to_csv(beside)


def draw_action_units(samples_file: Path, action_units_file: Path, base: Path) -> None:
    """Quality of a data set's action units."""
    table = read_table(action_units_file, ACTION_UNITS)
    labels = rows_of(read_table(samples_file, SAMPLES), table["sample_id"], "samples")["label"]
    settings = SourceSettings.read(settings_of(action_units_file), where=str(action_units_file))
    title = f"Action units (source: {settings.source}), {len(table)} samples"
    codes = labels.to_numpy(dtype=np.int64)
    save(action_units_figure(codes, table, settings.min_confidence, title), base)


def draw_check(samples_file: Path, pictures_file: Path, check_file: Path, base: Path) -> None:
    """What a check found in a data set."""
    samples, pictures = read_table(samples_file, SAMPLES), read_table(pictures_file, PICTURES)
    title = f"Check of {samples_file.parent.name}"
    save(check_figure(read_findings(check_file), samples, pictures, title), base)


def draw_cooccurrence(table: Path, base: Path) -> None:
    """Heat map of Eq. 5."""
    save(cooccurrence_figure(read_cooccurrence(table)), base)


def draw_curves(run_folder: Path, metrics_file: Path, base: Path) -> None:
    """Curves of a run."""
    record = read_json(run_folder / "run.json", *RUN_KEYS, "settings")
    settings = TrainSettings.read(record["settings"], where=str(run_folder / "run.json"))
    history = read_table(run_folder / "history.parquet", HISTORY)
    metrics = read_metrics(metrics_file, "held_out.by_epoch", "labels.by_epoch")
    if metrics["run"] != record["run"]:
        do = "give the metrics that `ulcag evaluate` wrote for this run"
        raise InputError(metrics_file, expected=f"metrics of {record['run']}", found=f"of {metrics['run']}", do=do)
    save(curves_figure(history, metrics, relabelling_start(settings)), base)


def draw_flow(run_folder: Path, samples_file: Path, noise_file: Path, base: Path) -> None:
    """Where the labels of a run went."""
    state, given, truth, run = _labels_of_run(run_folder, samples_file, noise_file)
    end = state[state["moment"] == "end"]
    final = end["label"].to_numpy(dtype=np.int64)
    true = truth.reindex(end["sample_id"]).to_numpy(dtype=float, na_value=np.nan)
    save(flow_figure(given.reindex(end["sample_id"]).to_numpy(dtype=np.int64), final, true, _name(run)), base)


def draw_sheet(run_folder: Path, samples_file: Path, noise_file: Path, faces_file: Path, base: Path) -> None:
    """Pictures with confidence, given and corrected label."""
    state, given, truth, run = _labels_of_run(run_folder, samples_file, noise_file)
    save(sheet_figure(choose_samples(state, given, truth), _pictures(faces_file), _name(run)), base)


def draw_semantics(
    run_folder: Path, samples_file: Path, noise_file: Path, faces_file: Path, votes_file: Path, base: Path
) -> None:
    """Distances to templates of single samples, beside what the classifier and people say."""
    state, given, truth, run = _labels_of_run(run_folder, samples_file, noise_file)
    templates = read_table(run_folder / "templates.parquet", TEMPLATES)
    votes = read_table(votes_file, VOTES)
    picture = _pictures(faces_file)
    save(semantics_figure(state, templates, given, truth, votes, picture, _name(run)), base)


def draw_templates(run_folder: Path, samples_file: Path, base: Path) -> None:
    """Templates and samples in two dimensions."""
    state, truth, run = _state_of_run(run_folder, samples_file)
    templates = read_table(run_folder / "templates.parquet", TEMPLATES)
    save(templates_figure(state, templates, truth, _name(run)), base)


def draw_confidence(run_folder: Path, samples_file: Path, noise_file: Path, base: Path) -> None:
    """Confidence of right and of wrong labels."""
    state, given, truth, run = _labels_of_run(run_folder, samples_file, noise_file)
    save(confidence_figure(state, given, truth, _name(run)), base)


def draw_noise_levels(metrics_files: Sequence[Path], base: Path) -> None:
    """Accuracy and labels against the amount of noise."""
    save(noise_levels_figure(_metrics_of_runs(metrics_files, "replaced")), base)


def draw_across(metrics_files: Sequence[Path], elsewhere_files: Sequence[Path], base: Path) -> None:
    """Trained on one data set, tested on another."""
    elsewhere = [read_elsewhere(path) for path in elsewhere_files]
    save(across_figure(across_table(_metrics_of_runs(metrics_files), elsewhere)), base)


def draw_reliability(audit_files: Sequence[Path], base: Path) -> None:
    """Whether the quality of a label is the probability that it is right."""
    needed = [f"run.{name}" for name in ("dataset", "noise", "arm")]
    needed += [f"against_truth.audit.{name}" for name in ("calibration_error", "reliability")]
    save(reliability_figure([read_json(path, *needed) for path in audit_files]), base)


def draw_comparison(metrics_files: Sequence[Path], base: Path) -> None:
    """All arms beside each other."""
    save(comparison_figure(_metrics_of_runs(metrics_files, "held_out.by_epoch", "labels.by_epoch")), base)


def write_tables(
    runs: Sequence[dict[str, Any]],
    metrics_files: Sequence[Path],
    published_file: Path,
    elsewhere_files: Sequence[Path],
    folder: Path,
) -> None:
    """Tables over runs: accuracy.md, labels.md, published.md, across.md, accuracy.csv to read; results.csv,
    differences.csv, published.csv, across.csv and labels_by_class.csv to compute with.

    Args:
        runs: all runs that the configuration names (dataset, noise, arm, seed, fold).
        metrics_files: those that exist; a run without is an empty cell.
        published_file: published numbers.
        elsewhere_files: metrics of runs on other data sets than their own.
        folder: where to write, two folders below the one that holds `evaluation`.
    """
    metrics = _metrics_of_runs(metrics_files)
    values = values_of_runs(metrics)
    summarised = summary(values)
    parts = [
        ("Accuracy, last epoch, %", "last", "accuracy"),
        ("Mean-class accuracy, last epoch, %", "last", "mean_class_accuracy"),
        ("Macro F1, last epoch, %", "last", "macro_f1"),
        ("Accuracy, mean of the last five epochs, %", "last_five", "accuracy"),
        ("Accuracy, best epoch chosen on the held-out samples (oracle), %", "oracle", "accuracy"),
    ]
    label_parts = [
        ("Labels that agree with the truth, as given, %", "labels_before", "agreement"),
        ("Labels that agree with the truth, after training, %", "labels_after", "agreement"),
        ("The same, mean over true classes, as given, %", "labels_before", "macro_agreement"),
        ("The same, mean over true classes, after training, %", "labels_after", "macro_agreement"),
        ("Wrong labels fixed, %", "labels_after", "fixed_share"),
        ("Right labels broken, %", "labels_after", "broken_share"),
        ("Changes that named the true class, %", "labels_after", "changes_right_share"),
    ]
    note = "Mean ± standard deviation over seeds (number of seeds); one seed has no spread. — has not been run.\n"
    for name, chosen in (("accuracy.md", parts), ("labels.md", label_parts)):
        tables = [markdown(title, *wide(runs, summarised, reading, metric)) for title, reading, metric in chosen]
        with whole_or_absent(folder / name) as part:
            part.write_text("\n".join([*tables, note]))
    beside = beside_published(summarised, read_published(published_file))
    across = across_table(metrics, [read_elsewhere(path) for path in elsewhere_files])
    texts = {"published.md": published_markdown(beside, "../../evaluation"), "across.md": across_markdown(across)}
    for name, text in texts.items():
        with whole_or_absent(folder / name) as part:
            part.write_text(text)
    header, rows = wide(runs, summarised, "last", "accuracy")
    frames = {
        "accuracy.csv": pd.DataFrame(rows, columns=header),
        "across.csv": across,
        "published.csv": beside,
        "results.csv": summarised,
        "labels_by_class.csv": label_changes_by_class(metrics),
        "differences.csv": paired_differences(values, "last", "accuracy"),
    }
    for name, frame in frames.items():
        with whole_or_absent(folder / name) as part:
            frame.to_csv(part, index=False, float_format="%.6g")


def _pictures(faces_file: Path) -> Callable[[str], np.ndarray]:
    """Sample id to its crop."""
    found = pictures_of(read_table(faces_file, FACES), crops_of(faces_file), _PICTURE)

    def picture(sample_id: str) -> np.ndarray:
        image = found(sample_id)
        if image is None:
            do = "give the faces.parquet that the run was given"
            raise InputError(faces_file, expected=f"a crop of '{sample_id}'", found="none", do=do)
        return image

    return picture


def _labels_of_run(
    run_folder: Path, samples_file: Path, noise_file: Path
) -> tuple[pd.DataFrame, pd.Series, pd.Series, dict[str, Any]]:
    """The run's train_state, given labels and true labels by sample id, and what the run is called."""
    state, truth, run = _state_of_run(run_folder, samples_file)
    noise = read_table(noise_file, NOISE)
    rows_of(noise, state["sample_id"], "noise")
    return state, noise.set_index("sample_id")["label"], truth, run


def _state_of_run(run_folder: Path, samples_file: Path) -> tuple[pd.DataFrame, pd.Series, dict[str, Any]]:
    """The same, without the given labels."""
    run: dict[str, Any] = read_json(run_folder / "run.json", *RUN_KEYS)["run"]
    state = read_table(run_folder / "train_state.parquet", TRAIN_STATE)
    state = state.sort_values(["moment", "sample_id"], ignore_index=True)
    samples = read_table(samples_file, SAMPLES)
    rows_of(samples, state["sample_id"], "samples")
    return state, true_labels(samples), run


def _metrics_of_runs(paths: Sequence[Path], *needed: str) -> list[dict[str, Any]]:
    """metrics.json of runs, each once.

    Raises:
        InputError: one lacks what is needed of it, or two are of the same run.
    """
    metrics = [read_metrics(path, *needed) for path in paths]
    seen: dict[str, Path] = {}
    for path, one in zip(paths, metrics, strict=True):
        name = _name(one["run"])
        if name in seen:
            raise InputError(path, expected="one file for each run", found=f"{name}, as in {seen[name]}")
        seen[name] = path
    return metrics


def _name(run: dict[str, Any]) -> str:
    fold = "" if run["fold"] == "all" else f", fold {run['fold']}"
    return f"{run['arm']} on {run['dataset']}, noise {run['noise']}, seed {run['seed']}{fold}"
