"""Reviews taken into an audit."""

import csv
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.audit.by_hand import audit_of
from ulcag.audit.apply import apply_review, final_labels
from ulcag.audit.table import AUDIT
from ulcag.classes import CLASSES
from ulcag.errors import InputError
from ulcag.tables import read_table, write_table

ROWS = [
    ("a", 3, 5, "relabel"),
    ("b", 3, 5, "review"),
    ("c", 0, 1, "review"),
    ("d", 2, 2, "keep"),
    ("e", 4, 4, "unjudged"),
    ("f", 6, 0, "relabel"),
]


def review(folder: Path, *lines: str, header: str = "sample_id,label,verdict") -> Path:
    path = folder / "review.csv"
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def test_accept_reject_and_other(tmp_path: Path) -> None:
    audit = audit_of(ROWS)
    before = audit.copy()
    after = apply_review(audit, review(tmp_path, "b,sad,accept", "a,happy,reject", "c,neutral,other", "e,fear,other"))
    assert audit.equals(before)
    assert after["sample_id"].tolist() == list("abcdef")
    assert after["decision"].tolist() == ["keep", "relabel", "relabel", "keep", "relabel", "relabel"]
    assert after["suggested"].tolist() == [5, 5, 4, 2, 2, 0]
    assert after["reason"].tolist() == [
        "reviewed: given label kept",
        "reviewed: suggestion accepted",
        "reviewed: another label chosen",
        "reason 3",
        "reviewed: another label chosen",
        "reason 5",
    ]
    assert final_labels(after).to_dict() == {"a": 3, "b": 5, "c": 4, "d": 2, "e": 2, "f": 0}
    # certainty is of the suggested label, whoever suggests it
    assert after["certainty"].tolist()[:3] == pytest.approx([0.8, 0.8, 0.2 / 6])
    assert pd.isna(after["certainty"][4])
    write_table(tmp_path / "audit.parquet", after, AUDIT)
    assert read_table(tmp_path / "audit.parquet", AUDIT)["decision"].tolist() == after["decision"].tolist()


def test_without_a_review_only_relabel_changes_a_label() -> None:
    labels = final_labels(audit_of(ROWS))
    assert labels.to_dict() == {"a": 5, "b": 3, "c": 0, "d": 2, "e": 4, "f": 0}
    assert labels.dtype == "int8"
    assert final_labels(audit_of([])).empty


def test_a_row_without_verdict_is_not_reviewed(tmp_path: Path) -> None:
    audit = audit_of(ROWS)
    assert apply_review(audit, review(tmp_path, "a,sad,", "b,,", "", "c,anything,")).equals(audit)
    assert apply_review(audit, review(tmp_path)).equals(audit)


def test_the_same_label_twice_is_kept_however_it_is_called(tmp_path: Path) -> None:
    for verdict in ("accept", "reject"):
        assert apply_review(audit_of(ROWS), review(tmp_path, f"d,fear,{verdict}"))["decision"][3] == "keep"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_what_spreadsheets_make_of_it(encoding: str, delimiter: str, tmp_path: Path) -> None:
    path = tmp_path / "review.csv"
    text = 'verdict,comment,label,sample_id\r\nAccept,"ü",Sadness, a \r\n,,,\r\n'
    path.write_bytes(text.replace(",", delimiter).encode(encoding))
    assert apply_review(audit_of(ROWS), path)["reason"][0] == "reviewed: suggestion accepted"


@pytest.mark.parametrize(
    ("line", "place", "expected", "found"),
    [
        ("zz,sad,accept", "row 3", "a sample of this audit", "'zz'"),
        ("zz,,", "row 3", "a sample of this audit", "'zz'"),
        ("f,surprise,reject", "row 3", "each sample once", "'f' again, first in row 2"),
        ("a,joyous,other", "row 3, label", "angry, disgust, fear", "'joyous'"),
        ("a,sad,yes", "row 3, verdict", "accept, reject, other, or nothing", "'yes'"),
        ("a,happy,accept", "row 3, verdict accept", "the suggested label sad", "happy"),
        ("a,sad,reject", "row 3, verdict reject", "the given label happy", "sad"),
        ("a,sad,other", "row 3, verdict other", "neither the given label happy nor the suggested sad", "sad"),
        ("a,happy,other", "row 3, verdict other", "neither the given label happy nor the suggested sad", "happy"),
        ("a,sad,accept,really", "row 3", "3 cells, like the header", "4: 'a,sad,accept,really'"),
        ('"a,sad,accept', "row 3", "CSV", "no end of a cell in quotation marks"),
    ],
)
def test_what_is_refused(tmp_path: Path, line: str, place: str, expected: str, found: str) -> None:
    with pytest.raises(InputError) as caught:
        apply_review(audit_of(ROWS), review(tmp_path, "f,angry,accept", line))
    assert caught.value.where.startswith(str(tmp_path / "review.csv")) and caught.value.where.endswith(place)
    assert expected in caught.value.expected and found in caught.value.found


def test_no_review_at_all(tmp_path: Path) -> None:
    audit, path = audit_of(ROWS), tmp_path / "review.csv"
    with pytest.raises(InputError, match="no such file"):
        apply_review(audit, path)
    path.write_text("")
    with pytest.raises(InputError, match="an empty file"):
        apply_review(audit, path)
    path.write_text("sample_id,label\na,sad\n")
    with pytest.raises(InputError, match="no verdict in: sample_id, label"):
        apply_review(audit, path)
    # Excel where a semicolon is between cells.
    path.write_text('"sample_id,""label"",""verdict"""\n"a,""sad"",""accept"""\n')
    with pytest.raises(InputError, match="each line is a single cell here"):
        apply_review(audit, path)
    path.write_bytes(b"\x89PNG\r\n\x1a\n\xff")
    with pytest.raises(InputError, match="a review with columns sample_id, label, verdict"):
        apply_review(audit, path)


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data(), st.lists(texts, min_size=1, max_size=8, unique=True))
def test_every_review_comes_back_as_labels(tmp_path: Path, data: st.DataObject, ids: list[str]) -> None:
    """Ids with quotes, line ends and formulas; a verdict that follows from the label."""
    classes, decisions = st.integers(0, 6), st.sampled_from(["keep", "relabel", "review"])
    rows = [(name, data.draw(classes), data.draw(classes), data.draw(decisions)) for name in ids]
    labels = {name: data.draw(classes) for name in ids if data.draw(st.booleans())}
    path = tmp_path / "review.csv"
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(["sample_id", "label", "verdict"])
        for name, given_label, suggested, _ in rows:
            if name in labels:
                verdicts = {suggested: "accept", given_label: "reject"}
                writer.writerow([name, CLASSES[labels[name]], verdicts.get(labels[name], "other")])
    audit = audit_of(rows)
    after = final_labels(apply_review(audit, path))
    assert after.to_dict() == final_labels(audit).to_dict() | labels
