"""The labels after an audit as CSV."""

from pathlib import Path

import pandas as pd
import pytest

from ulcag.audit.labels_csv import write_labels_csv
from ulcag.errors import InputError

AUDIT = pd.DataFrame(
    {
        "sample_id": ["a,1.jpg", "b.jpg", "c.jpg"],
        "given": [0, 3, 6],
        "quality": [0.25, 1, None],
        "certainty": [0.7, 1, None],
    }
)


@pytest.mark.parametrize("kind", ["int8", "Int8", "float64"])
def test_a_row_a_sample(kind: str, tmp_path: Path) -> None:
    write_labels_csv(AUDIT, pd.Series({"b.jpg": 3, "a,1.jpg": 5}, dtype=kind), tmp_path / "labels_clean.csv")
    assert (tmp_path / "labels_clean.csv").read_text().splitlines() == [
        "image,label,given,changed,quality,certainty",
        '"a,1.jpg",sad,angry,true,0.2500,0.7000',
        "b.jpg,happy,happy,false,1.0000,1.0000",
        "c.jpg,surprise,surprise,false,,",
    ]


def test_labels_that_cannot_be_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"samples of the audit\n.*1 other samples, such as d\.jpg"):
        write_labels_csv(AUDIT, pd.Series({"d.jpg": 3}), tmp_path / "x.csv")
    with pytest.raises(InputError, match="a class, 0 to 6"):
        write_labels_csv(AUDIT, pd.Series({"b.jpg": 7}), tmp_path / "x.csv")
    with pytest.raises(InputError, match=r"several for b\.jpg"):
        write_labels_csv(AUDIT, pd.Series([3, 4], index=["b.jpg", "b.jpg"]), tmp_path / "x.csv")
    assert not list(tmp_path.iterdir())


def test_labels_in_any_order_go_to_their_samples(tmp_path: Path) -> None:
    write_labels_csv(AUDIT, pd.Series({"c.jpg": 1, "b.jpg": 2, "a,1.jpg": 3}), tmp_path / "x.csv")
    write_labels_csv(AUDIT[::-1], pd.Series({"a,1.jpg": 3, "c.jpg": 1, "b.jpg": 2}), tmp_path / "y.csv")
    one, other = ((tmp_path / name).read_text().splitlines() for name in ("x.csv", "y.csv"))
    assert sorted(one) == sorted(other) and '"a,1.jpg",happy,angry,true,0.2500,0.7000' in one
