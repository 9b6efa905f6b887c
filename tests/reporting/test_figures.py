"""Figures: what they say, not how they look."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from ulcag.reporting.action_units import action_units_figure
from ulcag.reporting.check import check_figure
from ulcag.reporting.comparison import comparison_figure
from ulcag.reporting.confidence import confidence_figure
from ulcag.reporting.confusion import confusion_figure, confusion_table
from ulcag.reporting.cooccurrence import cooccurrence_figure
from ulcag.reporting.curves import curves_figure
from ulcag.reporting.flow import flow_figure
from ulcag.reporting.noise_levels import noise_levels_figure
from ulcag.reporting.semantics import semantics_figure
from ulcag.reporting.sheet import choose_samples, sheet_figure
from ulcag.reporting.templates import templates_figure

from ulcag.action_units.csv_programs import C_COLUMNS, R_COLUMNS
from ulcag.action_units.outcomes import Outcome, action_unit_rows
from ulcag.action_units.table import INTENSITY_UNITS
from ulcag.action_units.unit_csv import FaceRow
from ulcag.classes import CLASSES
from ulcag.config import PresenceSettings
from ulcag.evaluation.metrics import area_under_curve
from ulcag.graph.table import CoOccurrence
from ulcag.reporting.style import RIGHT, WRONG, save
from ulcag.samples.findings import find
from ulcag.samples.table import VOTE_SHARES
from ulcag.training.tables import DISTANCES, HISTORY, LOGITS


def texts(figure: Figure) -> list[str]:
    found = [text.get_text() for axes in figure.axes for text in axes.texts]
    return found + [axes.get_title() for axes in figure.axes]


def legend(figure: Figure) -> list[str]:
    return [label for axes in figure.axes for label in axes.get_legend_handles_labels()[1]]


VALUES = dict.fromkeys((*R_COLUMNS, *C_COLUMNS), 0.0) | {"AU12_c": 1.0, "AU12_r": 2.0, "AU04_r": 1.5}


def test_saved_figures_are_whole_and_repeat_byte_for_byte(tmp_path: Path) -> None:
    for name in ("a", "b"):
        written = save(confusion_figure(np.eye(7, dtype=int), "t"), tmp_path / name / "x")
        assert [path.name for path in written] == ["x.png", "x.pdf"]
    for suffix in ("png", "pdf"):
        assert (tmp_path / "a" / f"x.{suffix}").read_bytes() == (tmp_path / "b" / f"x.{suffix}").read_bytes()


def test_confusion_is_percent_of_the_row() -> None:
    counts = np.zeros((7, 7), dtype=int)
    counts[3] = [1, 0, 0, 6, 1, 0, 0]
    figure = confusion_figure(counts, "title")
    cells = np.array(texts(figure)[:49]).reshape(7, 7)
    assert cells[3].tolist() == ["12.50", "0.00", "0.00", "75.00", "12.50", "0.00", "0.00"]
    assert set(cells[0]) == {"–"}
    rows = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert rows[3] == "happy (8)"
    assert confusion_table(counts).loc["happy", "neutral"] == 1


def test_cooccurrence_says_which_way_it_reads() -> None:
    matrix = np.array([[1.0, 0.25], [0.5, 1.0]])
    graph = CoOccurrence(("AU06", "AU12"), matrix, np.eye(2), np.array([4, 8]), 20, 3, PresenceSettings())
    figure = cooccurrence_figure(graph)
    assert texts(figure)[:4] == ["100", "25", "50", "100"]
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["cheek raiser  AU06", "lip corner puller  AU12"]
    assert "given" in axes.get_xlabel()
    assert "20 samples (3 without" in axes.get_title()


def test_the_check_of_a_data_set() -> None:
    split = ["train"] * 14 + ["test"] * 7
    samples = pd.DataFrame({"sample_id": [str(i) for i in range(21)], "split": split, "label": list(range(7)) * 3})
    samples["path"] = samples["sample_id"]
    pictures = pd.DataFrame({"sample_id": samples["sample_id"], "missing": False, "sha256": samples["sample_id"]})
    sizes = pd.array([30, *[100] * 19, None], dtype="Int32")
    pictures = pictures.assign(width=sizes, height=sizes, nearest="0", bits=200)
    pictures["reason"] = [None] * 20 + ["cut off"]
    published = {"train": dict.fromkeys(CLASSES, 2) | {"fear": 3}}
    figure = check_figure(find(samples, pictures, published), samples, pictures, "Check of x")
    train, test, side, findings = figure.axes
    assert [text.get_text().strip() for text in train.texts] == ["2", "2", "2, published 3", "2", "2", "2", "2"]
    assert train.lines[0].get_xdata().tolist() == [2, 2, 3, 2, 2, 2, 2]
    assert "no published numbers" in test.get_title()
    assert "1 cannot be read" in side.get_title()
    assert [tick.get_text() for tick in side.get_xticklabels()] == ["30", "100"]
    assert findings.get_title("left").startswith("2 fatal, 1 warning,")
    said = " ".join(text.get_text() for text in findings.texts)
    assert "train fear: not as many samples as published 2 of 3" in said
    assert "test: unreadable files 1 of 7 20 (cut off)" in said


def test_the_quality_of_action_units() -> None:
    found = [Outcome(str(i), "ok", face=FaceRow(0, confidence, VALUES)) for i, confidence in enumerate((0.9, 0.8, 0.2))]
    found += [Outcome("3", "no_face"), Outcome("4", "failed", "why")]
    table = action_unit_rows(pd.Series(list("01234")), ((outcome.stem, outcome) for outcome in found), 0.5)
    figure = action_units_figure(np.array([3, 3, 3, 0, 6]), table, 0.5, "title")
    rates, agreement, confidence, status = figure.axes
    shown = [text.get_text() for text in rates.texts]
    # happy alone has usable rows: AU12 is present in both, nothing else is
    assert sorted(shown) == ["0"] * 17 + ["100"]
    assert "happy (2)" in [label.get_text() for label in rates.get_yticklabels()]
    # AU12 is present by both, AU04 by intensity alone
    marks = dict(zip(INTENSITY_UNITS, agreement.lines[0].get_xdata(), strict=True))
    assert (marks["AU12"], marks["AU04"], marks["AU01"]) == (100, 0, 100)
    assert "1 of 3 below 0.5" in confidence.get_title()
    assert [text.get_text() for text in status.get_legend().get_texts()] == [
        "ok (2)", "low_confidence (1)", "no_face (1)", "failed (1)",
    ]  # fmt: skip


def test_a_data_set_without_any_usable_action_unit_can_be_drawn() -> None:
    table = action_unit_rows(pd.Series(["a"]), [("a", Outcome("a", "no_face"))], 0.5)
    assert "0 of 0 below" in action_units_figure(np.array([2]), table, 0.5, "title").axes[2].get_title()


def history(confidence: bool) -> pd.DataFrame:
    frame = pd.DataFrame({name: [0.5, 0.4, 0.3] for name in HISTORY.names}).assign(epoch=[0, 1, 2])
    if not confidence:
        frame.loc[:, [name for name in HISTORY.names if name.startswith("alpha")]] = np.nan
    return frame


def run_metrics(arm: str, seed: int, labels: bool = True) -> dict[str, object]:
    epochs = [{"epoch": e, "accuracy": 0.1 * e + 0.01 * seed, "mean_class_accuracy": 0.1 * e} for e in range(3)]
    agreement = [{"epoch": e, "agreement": 0.7, "macro_agreement": 0.6} for e in range(3)]
    return {
        "run": {"dataset": "d", "noise": "n", "arm": arm, "seed": seed, "fold": "all"},
        "replaced": 0.3,
        "held_out": {"by_epoch": epochs, "last": epochs[-1]},
        "labels": {"before": {"agreement": 0.7}, "after": agreement[-1], "by_epoch": agreement} if labels else None,
    }


def test_curves_show_confidence_and_where_relabelling_starts() -> None:
    figure = curves_figure(history(True), run_metrics("ulc-ag", 0), 1)  # type: ignore[arg-type]
    assert {"high group", "mean", "low group", "relabelling starts", "agreement"} <= set(legend(figure))


def test_curves_say_what_is_not_known() -> None:
    figure = curves_figure(history(False), run_metrics("baseline", 0, labels=False), None)  # type: ignore[arg-type]
    assert "this arm has no confidence" in texts(figure)
    assert "the true labels are not known" in texts(figure)
    assert "relabelling starts" not in legend(figure)


def test_comparison_averages_over_seeds() -> None:
    runs = [run_metrics("baseline", 0), run_metrics("baseline", 2), run_metrics("scn", 0)]
    figure = comparison_figure(runs)  # type: ignore[arg-type]
    accuracy = figure.axes[0]
    assert [line.get_label() for line in accuracy.lines] == ["baseline (2 seeds)", "scn"]
    assert accuracy.lines[0].get_ydata() == pytest.approx([1, 11, 21])


def test_noise_levels_are_means_over_seeds_and_leave_out_arms_with_one_level() -> None:
    runs = [run_metrics(arm, seed) for arm in ("baseline", "scn") for seed in (0, 2)]
    more = [run_metrics("baseline", 4)]
    more[0] |= {"replaced": 0.1, "run": more[0]["run"] | {"noise": "less"}}  # type: ignore[operator]
    figure = noise_levels_figure(runs + more)  # type: ignore[arg-type]
    accuracy, labels = figure.axes
    assert accuracy.get_legend_handles_labels()[1] == ["baseline"]
    line = accuracy.lines[0]
    # seed 4 at a tenth of the labels replaced; the mean of seeds 0 and 2 at three tenths
    assert line.get_ydata() == pytest.approx([24, 21])
    assert np.diff(line.get_xdata()) == pytest.approx([20])
    assert set(labels.get_legend_handles_labels()[1]) == {"baseline", "labels as given"}


def state_of(alpha: list[float], labels: list[int]) -> pd.DataFrame:
    """Both moments of samples s0, s1, ..., each as far from its label's template as 0.1 and from the others as 0.9."""
    rows = pd.DataFrame({"sample_id": [f"s{i}" for i in range(len(alpha))], "alpha": alpha, "label": labels})
    rows[DISTANCES] = 0.9 - 0.8 * np.eye(7)[labels]
    return pd.concat([rows.assign(moment="start"), rows.assign(moment="end")], ignore_index=True)


def test_area_under_curve_by_hand() -> None:
    # pairs of positive and negative: 3 > 1, 3 > 2, 2 > 1, 2 = 2
    assert area_under_curve(np.array([3, 2, 1, 2]), np.array([True, True, False, False])) == 3.5 / 4


def test_confidence_of_right_and_wrong_labels() -> None:
    state = state_of([0.9, 0.8, 0.1, 0.5], [0, 1, 2, 3])
    given = pd.Series([0, 1, 2, 3], index=["s0", "s1", "s2", "s3"])
    truth = pd.Series([0, 1, 3, None], index=given.index, dtype="Int8")
    figure = confidence_figure(state, given, truth, "t")
    assert legend(figure) == ["given label right (2)", "given label wrong (1)"] * 2
    assert texts(figure)[0] == "before labels change: AUC of finding wrong labels 1.00"
    nothing = confidence_figure(state.assign(alpha=np.nan), given, truth, "t")
    assert texts(nothing)[:2] == ["no confidence, or no truth"] * 2


def test_templates_lie_among_their_samples() -> None:
    labels = [0, 1, 2, 3, 4, 5, 6] * 3
    state = state_of([0.5] * 21, labels)
    between = pd.DataFrame(0.9 - 0.8 * np.eye(7), columns=DISTANCES).assign(**{"class": range(7)})
    templates = pd.concat([between.assign(moment="start"), between.assign(moment="end")], ignore_index=True)
    truth = pd.Series([0, *labels[1:]], index=[f"s{i}" for i in range(21)], dtype="Int8")
    truth["s1"] = 5
    figure = templates_figure(state, templates, truth, "t")
    before = figure.axes[0]
    *samples, wrong = [c.get_offsets() for c in before.collections[:8]]
    stars = [c.get_offsets() for c in before.collections[8:]]
    assert len(wrong) == 1
    assert len(stars) == 7
    for dots, star in zip(samples, stars, strict=True):
        assert np.allclose(dots, star, atol=1e-6)
    assert set(CLASSES) <= set(texts(figure))


def test_an_arm_without_templates_says_so() -> None:
    state = state_of([0.5] * 7, list(range(7)))
    state[DISTANCES] = np.nan
    truth = pd.Series(dtype="Int8")
    figure = templates_figure(state, pd.DataFrame(columns=["moment", "class", *DISTANCES]), truth, "t")
    assert "this arm has no templates" in texts(figure)


def test_flow_counts_right_and_wrong() -> None:
    given, final = np.array([0, 0, 1, 2, 2]), np.array([1, 1, 1, 3, 0])
    truth = np.array([1, 1, 0, 4, np.nan])
    figure = flow_figure(given, final, truth, "t")
    # two bands of two, one and one sample; the unchanged one is not drawn
    assert {"right: 2 (50 %)", "wrong: 1 (25 %)", "truth unknown: 1 (25 %)"} == set(legend(figure))
    assert {"angry 2", "fear 2", "disgust 2", "happy 1", "angry 1"} <= set(texts(figure))
    assert "no label changed" in texts(flow_figure(given, given, truth, "t"))


def test_sheet_chooses_by_verdict_and_says_it_with_colour_and_sign() -> None:
    ids = [f"s{i}" for i in range(20)]
    end = pd.DataFrame({"sample_id": ids, "alpha": np.linspace(0, 1, 20), "label": 3, "moment": "end"})
    state = pd.concat([end, end.assign(moment="start", alpha=0.5)])
    given = pd.Series([3] * 10 + [4] * 10, index=ids)
    truth = pd.Series([3] * 9 + [4] + [3] * 9 + [4], index=ids, dtype="Int8")
    chosen = choose_samples(state, given, truth)
    assert list(chosen) == [
        "changed, now right (9)", "changed, now wrong (1)", "kept, though wrong (1)", "kept, and right (9)",
    ]  # fmt: skip
    right = chosen["changed, now right (9)"]
    assert len(right) == 6
    assert (right["sample_id"].iloc[0], right["sample_id"].iloc[-1]) == ("s10", "s18")

    figure = sheet_figure(chosen, lambda _: np.zeros((8, 8, 3), dtype=np.uint8), "t")
    first, wrong = figure.axes[0], figure.axes[6]
    assert first.get_title().strip() == "✓ neutral → happy"
    assert first.title.get_color() == RIGHT
    assert wrong.get_title() == "✗ neutral → happy\ntrue: neutral"
    assert wrong.title.get_color() == WRONG
    assert first.texts[-1].get_text() == "α 0.50 → 0.53"
    assert CLASSES[3] == "happy"


def test_semantics_shows_distances_classifier_and_people() -> None:
    ids = ["a", "b"]
    logits = dict.fromkeys(LOGITS, 0.0) | {"logit_sad": 20.0}
    distances = {name: 0.1 * i for i, name in enumerate(DISTANCES)}
    end = pd.DataFrame({"sample_id": ids, "alpha": 0.5, "label": [3, 0], "moment": "end", **logits, **distances})
    state = pd.concat([end, end.assign(moment="start", **dict.fromkeys(DISTANCES, np.nan))])
    apart = pd.DataFrame(np.eye(7), columns=DISTANCES).assign(**{"class": range(7)})
    templates = pd.concat([apart.assign(moment=moment) for moment in ("start", "end")])
    given = pd.Series([0, 0], index=ids)
    truth = pd.Series([3, 3], index=ids, dtype="Int8")
    votes = pd.DataFrame([["a", *[0.0] * 3, 0.75, 0.25, *[0.0] * 2]], columns=["sample_id", *VOTE_SHARES])
    figure = semantics_figure(state, templates, given, truth, votes, lambda _: np.zeros((8, 8, 3), np.uint8), "t")
    before, _, picture, bars, said, other, _, unvoted = figure.axes
    assert [text.get_text() for text in before.texts] == ["1" if i % 8 == 0 else "0" for i in range(49)]
    assert picture.get_title() == "✓ angry → happy"
    assert other.get_title() == "✗ angry\ntrue: happy"
    heights = [patch.get_height() for patch in bars.patches]
    assert heights == pytest.approx([0.0] * 7 + [0.1 * i for i in range(7)])
    classifier, people = np.array([patch.get_height() for patch in said.patches]).reshape(2, 7)
    assert classifier[5] == pytest.approx(1)
    assert people.tolist() == [0, 0, 0, 0.75, 0.25, 0, 0]
    assert len(unvoted.patches) == 7
    assert [label.get_fontweight() for label in said.get_xticklabels()].index("bold") == 3


def test_semantics_of_an_arm_that_never_changes_labels() -> None:
    end = pd.DataFrame({"sample_id": ["a"], "alpha": np.nan, "label": 3, "moment": "end"})
    state = end.assign(**dict.fromkeys(LOGITS, 0.0), **dict.fromkeys(DISTANCES, np.nan))
    templates = pd.DataFrame(columns=["moment", "class", *DISTANCES])
    given, truth = pd.Series([3], index=["a"]), pd.Series([3], index=["a"], dtype="Int8")
    votes = pd.DataFrame(columns=["sample_id", *VOTE_SHARES])
    figure = semantics_figure(state, templates, given, truth, votes, lambda _: np.zeros((8, 8, 3), np.uint8), "t")
    assert figure.axes[2].get_title() == "✓ happy"
    assert "none" in [text.get_text() for text in figure.axes[3].texts]


def test_semantics_of_an_arm_without_templates() -> None:
    state = pd.DataFrame(columns=["sample_id", "alpha", "label", "moment", *LOGITS, *DISTANCES])
    nothing = pd.Series(dtype="Int8")
    templates = pd.DataFrame(columns=["moment", "class", *DISTANCES])
    votes = pd.DataFrame(columns=["sample_id", *VOTE_SHARES])
    figure = semantics_figure(state, templates, nothing, nothing, votes, lambda _: np.zeros((8, 8, 3), np.uint8), "t")
    assert texts(figure)[:2] == ["this arm has no templates"] * 2
