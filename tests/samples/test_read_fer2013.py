"""The reader for FER2013 and FER+'s votes."""

from pathlib import Path

import cv2
import pytest

from tests.samples.layouts import FER_VOTES, fer2013, fer_picture
from ulcag.classes import CLASSES
from ulcag.config import Fer2013Samples
from ulcag.errors import InputError
from ulcag.samples.read_fer2013 import majority, read_fer2013
from ulcag.samples.table import SAMPLES
from ulcag.tables import write_table


def test_labels_votes_splits_and_pictures(tmp_path: Path) -> None:
    found = read_fer2013(fer2013(tmp_path / "fer"), tmp_path / "cache")
    samples = found.samples
    assert samples["sample_id"].tolist() == [f"fer{n:07d}.png" for n in (0, 1, 2, 3, 4, 6)]
    assert [CLASSES[c] for c in samples["label"]] == ["angry", "disgust", "fear", "happy", "sad", "neutral"]
    assert samples["split"].tolist() == ["train"] * 5 + ["test"]
    assert {CLASSES[c] for c in samples["clean_label"]} == {"sad"}
    assert (cv2.imread(samples["path"].iloc[3], cv2.IMREAD_GRAYSCALE) == fer_picture(3)).all()
    assert "left out: 1 PublicTest images" in found.notes
    # five of six votes for the seven classes
    shares = found.votes.set_index("sample_id")
    assert shares.index.tolist() == samples["sample_id"].tolist()
    assert shares.loc["fer0000003.png"].to_dict() == pytest.approx(
        {f"votes_{name}": {"sad": 5 / 6, "fear": 1 / 6}.get(name, 0) for name in CLASSES}
    )
    write_table(tmp_path / "samples.parquet", samples, SAMPLES)


def test_without_votes_there_is_no_clean_label(tmp_path: Path) -> None:
    settings = fer2013(tmp_path / "fer", votes=False).model_copy(update={"public_test": "train"})
    found = read_fer2013(settings, tmp_path / "cache")
    assert found.samples["clean_label"].isna().all()
    assert found.samples["split"].tolist() == ["train"] * 6 + ["test"]
    assert "without FER+ votes" in found.notes[0]
    assert found.votes.empty


@pytest.mark.parametrize(
    ("votes", "expected"),
    [
        ({"happiness": 6, "neutral": 4}, "happy"),
        ({"happiness": 5, "neutral": 5}, None),  # half is not more than half
        ({"happiness": 5, "neutral": 1, "fear": 1, "sadness": 3}, "happy"),  # single votes do not count: 5 of 8
        ({"happiness": 4, "neutral": 3, "sadness": 2}, None),
        ({"contempt": 8, "neutral": 2}, None),
        ({"unknown": 9, "neutral": 1}, None),
        ({"NF": 10}, None),
        ({"anger": 1}, None),
    ],
)
def test_majority_by_hand(votes: dict[str, int], expected: str | None) -> None:
    assert majority(votes) == (None if expected is None else CLASSES.index(expected))


def test_what_is_wrong_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"fer2013\.csv at one of"):
        read_fer2013(Fer2013Samples(root=str(tmp_path)), tmp_path / "cache")
    settings = fer2013(tmp_path / "fer")
    with (tmp_path / "fer" / "fer2013.csv").open("a") as file:
        file.write("7,1 2 3,Training\n")
    with pytest.raises(InputError, match=r"row 7\n.*\n.*emotion '7', 3 pixels"):
        read_fer2013(settings, tmp_path / "cache")
    fer2013(tmp_path / "fer")
    (tmp_path / "fer" / "fer2013new.csv").write_text(FER_VOTES + "\nTraining,,1,1,1,1,1,1,1,1,1,1\n")
    with pytest.raises(InputError, match="a row for each"):
        read_fer2013(settings, tmp_path / "cache")
