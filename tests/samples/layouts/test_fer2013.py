"""FER2013 and FER+'s votes: what is read, and what is written with new labels."""

import os
import re
from pathlib import Path

import cv2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.audit.test_clean import ANGRY, written
from tests.samples.data_sets import FER_USAGES, FER_VOTES, fer2013, fer_picture, fer_row
from ulcag.classes import CLASSES
from ulcag.errors import InputError
from ulcag.samples.layouts.fer2013 import Fer2013, Fer2013Samples
from ulcag.samples.layouts.fer2013.pictures import fer_pictures, majority
from ulcag.samples.table import SAMPLES
from ulcag.tables import write_table


def test_labels_votes_splits_and_pictures(tmp_path: Path) -> None:
    found = Fer2013(fer2013(tmp_path / "fer")).read(tmp_path / "cache")
    samples = found.samples
    assert samples["sample_id"].tolist()[:-1] == [f"fer{n:07d}.png" for n in (0, 1, 2, 3, 5)]
    assert re.fullmatch(r"row0000001-[0-9a-f]{8}\.png", samples["sample_id"].iloc[-1])
    assert [CLASSES[c] for c in samples["label"]] == ["angry", "fear", "happy", "sad", "neutral", "disgust"]
    assert samples["split"].tolist() == [*["train"] * 4, "test", "train"]
    assert {CLASSES[c] for c in samples["clean_label"]} == {"sad"}
    for path, row in zip(samples["path"], (0, 2, 3, 4, 6, 1), strict=True):
        assert (cv2.imread(path, cv2.IMREAD_GRAYSCALE) == fer_picture(row)).all()
    assert f"FER+: {tmp_path}/fer/fer2013new.csv; 1 have no name there and are named by their row" in found.notes
    assert "left out: 1 PublicTest images: fer0000004.png" in found.notes
    # five of six votes for the seven classes
    shares = found.votes.set_index("sample_id")
    assert shares.index.tolist() == samples["sample_id"].tolist()
    assert shares.loc["fer0000003.png"].to_dict() == pytest.approx(
        {f"votes_{name}": {"sad": 5 / 6, "fear": 1 / 6}.get(name, 0) for name in CLASSES}
    )
    write_table(tmp_path / "samples.parquet", samples, SAMPLES)


def test_without_votes_there_is_no_clean_label(tmp_path: Path) -> None:
    settings = fer2013(tmp_path / "fer", votes=False).model_copy(update={"public_test": "train"})
    found = Fer2013(settings).read(tmp_path / "cache")
    assert found.samples["clean_label"].isna().all()
    assert found.samples["split"].tolist() == ["train"] * 6 + ["test"]
    assert "without FER+ votes" in found.notes[0] and "not names of FER+" in found.notes[1]
    assert found.samples["sample_id"].str.fullmatch(r"row000000\d-[0-9a-f]{8}\.png").all()
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
        Fer2013(Fer2013Samples(root=str(tmp_path))).read(tmp_path / "cache")
    settings = fer2013(tmp_path / "fer")
    with (tmp_path / "fer" / "fer2013.csv").open("a") as file:
        file.write("7,1 2 3,Training\n")
    with pytest.raises(InputError, match=r"row 9\n.*\n.*emotion '7', 3 pixels"):
        Fer2013(settings).read(tmp_path / "cache")
    fer2013(tmp_path / "fer")


def write_rows(path: Path, rows: list[str], header: str = "emotion,pixels,Usage", encoding: str = "utf-8") -> None:
    path.write_text("\n".join([header, *rows]) + "\n", encoding=encoding)


def read_rows(path: Path) -> list[str]:
    return path.read_text().splitlines()[1:]


def test_votes_for_other_rows_are_refused(tmp_path: Path) -> None:
    of, cache = fer2013(tmp_path), tmp_path / "cache"
    pixels, votes = tmp_path / "fer2013.csv", tmp_path / "fer2013new.csv"
    rows, voted = read_rows(pixels), read_rows(votes)
    write_rows(pixels, rows[1:])
    with pytest.raises(
        InputError, match=r"new\.csv, row 6\n.*PublicTest, as fer2013.csv has in row 6\n.*Training\n.*move"
    ):
        Fer2013(of).read(cache)
    write_rows(pixels, rows[:-1])
    with pytest.raises(InputError, match=r"new\.csv\n.*\n.*7 rows, but 6 in .*fer2013\.csv\n.*the same rows from both"):
        Fer2013(of).read(cache)
    write_rows(pixels, rows)
    for row, message in (
        (voted[0].replace("fer0000000", "fer0000001"), r"row 4\n.*once\n.*fer0000001\.png again, first in row 2"),
        (voted[0].replace("fer0000000.png", "a.png"), r"row 2\n.*fer0000017\.png, or none\n.*'a\.png'"),
        (voted[0].replace(",5,", ",x,"), r"row 2, sadness\n.*number of votes\n.*'x'"),
    ):
        write_rows(votes, [row, *voted[1:]], FER_VOTES)
        with pytest.raises(InputError, match=message):
            Fer2013(of).read(cache)
    assert not cache.exists()


def test_votes_in_another_order_within_a_usage_are_refused(tmp_path: Path) -> None:
    theirs = ["anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral"]
    columns = FER_VOTES.split(",")[2:]
    rows = [f"{n % 7},{' '.join(['7'] * 48 * 48)},Training" for n in range(1050)]
    votes = [f"Training,,{','.join('9' if c == theirs[n % 7] else '0' for c in columns)}" for n in range(1050)]
    write_rows(tmp_path / "fer2013.csv", rows)
    write_rows(tmp_path / "fer2013new.csv", votes, FER_VOTES)
    of = Fer2013Samples(root=str(tmp_path))
    assert len(fer_pictures(Path(of.root))) == 1050
    write_rows(tmp_path / "fer2013new.csv", [*votes[1:], votes[0]], FER_VOTES)
    with pytest.raises(InputError, match=r"new\.csv\n.*fer2013\.csv, row by row(.|\n)*0 of 1050 labels"):
        fer_pictures(Path(of.root))


def test_pictures_are_those_of_this_csv_whatever_was_kept(tmp_path: Path) -> None:
    of, table, cache = fer2013(tmp_path, votes=False), tmp_path / "fer2013.csv", tmp_path / "cache"
    rows = read_rows(table)
    first = Fer2013(of).read(cache).samples
    kept = {path: os.stat(path).st_mtime_ns for path in first["path"]}
    write_rows(table, ["3" + rows[0][1:], *rows[1:]])
    corrected = Fer2013(of).read(cache).samples
    assert (
        corrected["path"].tolist() == first["path"].tolist() and corrected["label"].tolist() != first["label"].tolist()
    )
    assert {path: os.stat(path).st_mtime_ns for path in first["path"]} == kept
    write_rows(table, rows[1:])
    fewer = Fer2013(of).read(cache).samples
    assert not set(fewer["path"]) & set(kept) and all(map(os.path.exists, kept))
    # Nor is any name that of another picture before.
    assert not set(fewer["sample_id"]) & set(first["sample_id"])
    for path, number in zip(fewer["path"], (1, 2, 3, 4, 6), strict=True):
        assert (cv2.imread(path, cv2.IMREAD_GRAYSCALE) == fer_picture(number)).all()


def test_without_rows_that_is_said(tmp_path: Path) -> None:
    write_rows(tmp_path / "fer2013.csv", [], encoding="utf-16")
    of = Fer2013Samples(root=str(tmp_path))
    with pytest.raises(InputError, match="no row below the header"):
        Fer2013(of).read(tmp_path / "cache")
    write_rows(tmp_path / "fer2013.csv", [fer_row(5)])
    with pytest.raises(InputError, match=r"only PublicTest\n.*`public_test`"):
        Fer2013(of).read(tmp_path / "cache")
    (tmp_path / "fer2013.csv").write_text(fer_row(5))
    with pytest.raises(InputError, match=r"columns emotion, pixels, Usage\n.*no emotion"):
        Fer2013(of).read(tmp_path / "cache")


@given(
    order=st.permutations(range(len(FER_USAGES))),
    columns=st.permutations(["emotion", " Usage", "Pixels", "note"]),
    sign=st.sampled_from(",;\t"),
    codec=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    name=st.sampled_from(["fer2013.csv", "icml_face_data.csv"]),
)
@settings(max_examples=8)
def test_rows_and_columns_in_any_order_are_the_same_pictures(
    order: list[int], columns: list[str], sign: str, codec: str, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("fer")
    of = fer2013(root)
    rows, votes = read_rows(root / "fer2013.csv"), read_rows(root / "fer2013new.csv")
    votes = [row.replace(",0,0,0,5,", f",{number},0,0,5,") for number, row in enumerate(votes)]
    write_rows(root / "fer2013new.csv", votes, FER_VOTES)
    before = by_content(of, root / "cache")
    cells = [dict(zip(["emotion", "Pixels", " Usage"], rows[number].split(","), strict=True)) for number in order]
    lines = [sign.join(row.get(column, f'"{sign}x"') for column in columns) for row in cells]
    (root / "fer2013.csv").unlink()
    write_rows(root / name, lines, sign.join(columns), codec)
    write_rows(root / "fer2013new.csv", [votes[number] for number in order], FER_VOTES)
    assert by_content(of, root / "cache") == before


def by_content(of: Fer2013Samples, cache: Path) -> set[tuple[object, ...]]:
    """Pixels, name without the row, split, label, clean label and votes of each sample."""
    found = Fer2013(of).read(cache)
    shares = found.votes.set_index("sample_id").T
    return {
        (
            cv2.imread(row.path, cv2.IMREAD_GRAYSCALE).tobytes(), re.sub(r"row\d+", "", row.sample_id), row.split,
            row.label, row.clean_label, tuple(shares[row.sample_id]),
        )
        for row in found.samples.itertuples()
    }  # fmt: skip


def test_fer2013_changes_in_the_emotion_only(tmp_path: Path) -> None:
    out, _ = written(tmp_path, "FER2013", {"fer0000002.png": ANGRY})
    old, new = ((folder / "fer2013.csv").read_text().split("\n") for folder in (tmp_path / "data", out))
    assert [i for i in range(len(old)) if old[i] != new[i]] == [4]
    assert new[4] == "0" + old[4][1:]
    assert (out / "fer2013new.csv").is_symlink()
