"""The reporting stage's tables: from files to files. Its figures are in `figures`, a file each."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ulcag.evaluation.record import read_elsewhere
from ulcag.files import whole_or_absent
from ulcag.reporting.across import across_markdown, across_table
from ulcag.reporting.published import beside_published, published_markdown, read_published
from ulcag.reporting.read import metrics_of_runs
from ulcag.reporting.side_by_side import side_by_side, side_by_side_markdown
from ulcag.reporting.tables import label_changes_by_class, markdown, paired_differences, summary, values_of_runs, wide


def write_tables(
    runs: Sequence[dict[str, Any]],
    metrics_files: Sequence[Path],
    published_file: Path,
    elsewhere_files: Sequence[Path],
    folder: Path,
) -> None:
    """Tables over runs: accuracy.md, side_by_side.md, labels.md, published.md, across.md, accuracy.csv to read;
    runs.csv, results.csv, side_by_side.csv, differences.csv, published.csv, across.csv, labels_by_class.csv to
    compute with.

    Args:
        runs: all runs that the configuration names (dataset, noise, arm, seed, fold).
        metrics_files: those that exist; a run without is an empty cell.
        published_file: published numbers.
        elsewhere_files: metrics of runs on other data sets than their own.
        folder: where to write, two folders below the one that holds `evaluation`.
    """
    metrics = metrics_of_runs(metrics_files, "seconds", "device", "precision", "held_out.by_epoch")
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
    note = "Mean ± standard deviation over seeds (number of seeds); one seed has no spread. — means not run.\n"
    for name, chosen in (("accuracy.md", parts), ("labels.md", label_parts)):
        tables = [markdown(title, *wide(runs, summarised, reading, metric)) for title, reading, metric in chosen]
        with whole_or_absent(folder / name) as part:
            part.write_text("\n".join([*tables, note]))
    beside = beside_published(summarised, read_published(published_file))
    across = across_table(metrics, [read_elsewhere(path) for path in elsewhere_files])
    all_arms = side_by_side(metrics)
    texts = {
        "side_by_side.md": side_by_side_markdown(all_arms),
        "published.md": published_markdown(beside, "../../evaluation"),
        "across.md": across_markdown(across),
    }
    for name, text in texts.items():
        with whole_or_absent(folder / name) as part:
            part.write_text(text)
    header, rows = wide(runs, summarised, "last", "accuracy")
    frames = {
        "accuracy.csv": pd.DataFrame(rows, columns=header),
        "side_by_side.csv": all_arms,
        "across.csv": across,
        "published.csv": beside,
        "runs.csv": values,
        "results.csv": summarised,
        "labels_by_class.csv": label_changes_by_class(metrics),
        "differences.csv": paired_differences(values, "last", "accuracy"),
    }
    for name, frame in frames.items():
        with whole_or_absent(folder / name) as part:
            frame.to_csv(part, index=False, float_format="%.6g")
