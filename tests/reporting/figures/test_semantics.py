"""Distances, classifier and people for single samples."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

from tests.reporting.figures.parts import state_of, texts
from ulcag.reporting.figures.semantics import semantics_figure
from ulcag.samples.table import VOTE_SHARES
from ulcag.training.tables import DISTANCES, LOGITS


def heights(axes: Axes) -> list[list[float]]:
    return [[bar.get_height() for bar in bars] for bars in axes.containers]


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
    assert [text.get_text() for text in picture.texts] == ["✓ angry → happy"]
    assert [text.get_text() for text in other.texts] == ["✗ angry\ntrue: happy"]
    assert heights(bars) == [[0.0] * 7, pytest.approx([0.1 * i for i in range(7)])]
    classifier, people = heights(said)
    assert classifier[5] == pytest.approx(1)
    assert people == [0, 0, 0, 0.75, 0.25, 0, 0]
    assert len(heights(unvoted)) == 1
    # the label after training, behind the bars
    assert [axes.patches[-1].get_x() for axes in (bars, said, unvoted)] == [2.5, 2.5, -0.5]


def test_semantics_of_all_samples_are_on_the_same_scale_with_one_legend() -> None:
    state = state_of([0.1, 0.9], [0, 1]).assign(**dict.fromkeys(LOGITS, 0.0))
    state.loc[state["sample_id"] == "s1", DISTANCES] *= 10
    truth = pd.Series([0, 1], index=["s0", "s1"], dtype="Int8")
    templates = pd.DataFrame(columns=["moment", "class", *DISTANCES])
    votes = pd.DataFrame([["s1", 1.0, *[0.0] * 6]], columns=["sample_id", *VOTE_SHARES])
    figure = semantics_figure(
        state, templates, truth.astype(int), truth, votes, lambda _: np.zeros((8, 8, 3), np.uint8), "t"
    )
    near, far = figure.axes[3], figure.axes[6]
    assert near.get_ylim() == far.get_ylim()
    assert max(heights(far)[0]) == pytest.approx(9)
    (below,) = [part for part in figure.subfigs if part.legends]
    assert {text.get_text() for text in below.legends[0].get_texts()} == {
        "before labels change", "after training", "classifier, after training", "people", "label after training",
    }  # fmt: skip


def test_semantics_of_an_arm_that_never_changes_labels() -> None:
    end = pd.DataFrame({"sample_id": ["a"], "alpha": np.nan, "label": 3, "moment": "end"})
    state = end.assign(**dict.fromkeys(LOGITS, 0.0), **dict.fromkeys(DISTANCES, np.nan))
    templates = pd.DataFrame(columns=["moment", "class", *DISTANCES])
    given, truth = pd.Series([3], index=["a"]), pd.Series([3], index=["a"], dtype="Int8")
    votes = pd.DataFrame(columns=["sample_id", *VOTE_SHARES])
    figure = semantics_figure(state, templates, given, truth, votes, lambda _: np.zeros((8, 8, 3), np.uint8), "t")
    assert [text.get_text() for text in figure.axes[2].texts] == ["✓ happy"]
    assert "none" in [text.get_text() for text in figure.axes[3].texts]


def test_semantics_of_an_arm_without_templates() -> None:
    state = pd.DataFrame(columns=["sample_id", "alpha", "label", "moment", *LOGITS, *DISTANCES])
    nothing = pd.Series(dtype="Int8")
    templates = pd.DataFrame(columns=["moment", "class", *DISTANCES])
    votes = pd.DataFrame(columns=["sample_id", *VOTE_SHARES])
    figure = semantics_figure(state, templates, nothing, nothing, votes, lambda _: np.zeros((8, 8, 3), np.uint8), "t")
    assert texts(figure)[:2] == ["this arm has no templates"] * 2
