"""Our numbers beside published ones."""

from pathlib import Path

import pandas as pd
import pytest

from ulcag.errors import InputError
from ulcag.reporting.published import COLUMNS, beside_published, published_markdown, read_published

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "workflow" / "experiments" / "published.csv"


def summarised(*rows: tuple[str, str, str, float, float, int]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["dataset", "noise", "arm", "mean", "sd", "n_seeds"])
    return frame.assign(fold="all", reading="last", metric="accuracy")


def test_the_paper_s_tables_by_hand() -> None:
    published = read_published(PUBLISHED)
    paper = published[published["table"].str.startswith("Table ")]
    assert paper.groupby("table").size().to_dict() == {
        "Table I": 8, "Table II": 4, "Table III": 18, "Table IV": 3, "Table V": 19,
    }  # fmt: skip
    ours = paper[paper["method"].str.startswith("ULC-AG")]
    assert set(zip(ours["backbone"], ours["pretraining"], strict=True)) == {("ResNet-18", "MS-Celeb-1M")}
    third = published[(published["table"] == "Table III") & (published["method"] == "ULC-AG")]
    assert third["accuracy"].tolist() == [83.21, 81.16, 79.01, 59.45, 58.51, 56.45]


def test_a_cell_is_answered_by_each_arm_that_was_run() -> None:
    ours = summarised(
        ("rafdb", "none", "baseline", 0.85, 0.01, 3),
        ("rafdb", "none", "ulc-ag", 0.9, 0.005, 3),
        ("rafdb", "none", "ulc-ag-literal", 0.4, float("nan"), 1),
    )
    rows = beside_published(ours, read_published(PUBLISHED))
    first = rows[rows["table"] == "Table I"]
    assert first["arm"].tolist() == ["baseline", "target", "auxiliary", "ulc-ag", "ulc-ag-literal"]
    assert first["difference"].round(2).fillna(0).tolist() == [-0.82, 0, 0, 0.69, -49.31]
    # the method was not run with this noise: one empty row, not one a preset
    third = rows[(rows["table"] == "Table III") & (rows["noise"] == "uniform30")]
    assert third["arm"].tolist() == ["baseline", "scn", "ulc-ag"]
    assert set(rows["dataset"]) == {"rafdb"}
    text = published_markdown(rows, "../../evaluation")
    network = "ResNet-18, MS-Celeb-1M"
    assert f"| ULC-AG | {network} | 2022 | 89.31 | 90.00 ± 0.50 (3) | +0.69 | [ulc-ag](../../evaluation/rafdb/" in text
    assert f"| rafdb | none | RAN | {network} | 2020 | 86.90 | — | — |  |  | Wang et al." in text
    assert "| LA-Net |  | 2023 | 91.56 | — | — |  |  | Wu and Cui" in text
    assert "| DACL | ResNet-18, MS-Celeb-1M | 2021 | 87.78 | — | — |  | best epoch on the test set" in text


def test_what_other_papers_print_by_hand() -> None:
    published = read_published(PUBLISHED)
    others = published[published["table"].str.endswith("in other papers")]
    assert not others.duplicated(["dataset", "noise", "method", "backbone", "pretraining"]).any()
    clean = others[others["noise"] == "none"]
    assert clean.groupby("dataset").size().to_dict() == {"affectnet": 10, "ferplus-official": 10, "rafdb": 17}
    eac = others[(others["method"] == "EAC") & (others["backbone"] == "ResNet-50")].set_index("noise")
    assert eac["accuracy"].to_dict() == {"none": 90.35, "uniform10": 88.62, "uniform20": 87.35, "uniform30": 85.27}
    # another task than ours, so no difference is shown
    other_task = others["protocol"].str.contains("eight classes") | (others["dataset"] == "ferplus-official")
    assert set(others.loc[other_task, "arms"]) == {""}


def test_a_method_is_told_by_its_network_too() -> None:
    published = read_published(PUBLISHED)
    rows = beside_published(summarised(("rafdb", "none", "eac", 0.89, 0.01, 3)), published)
    assert rows.loc[rows["method"] == "EAC", ["backbone", "noise", "arm"]].to_numpy().tolist() == [
        ["ResNet-18", "none", "eac"], ["ResNet-50", "none", "eac"], ["ResNet-18", "uniform10", "eac"],
        ["ResNet-50", "uniform10", "eac"], ["ResNet-50", "uniform20", "eac"], ["ResNet-50", "uniform30", "eac"],
    ]  # fmt: skip
    assert rows.loc[rows["arm"] == "eac", "difference"].round(2).tolist()[:2] == [-0.99, -1.35]


def test_a_data_set_of_which_nothing_was_published() -> None:
    rows = beside_published(summarised(("mine", "none", "baseline", 0.5, 0.1, 3)), read_published(PUBLISHED))
    assert rows.empty
    assert "No published numbers" in published_markdown(rows, ".")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("table,dataset\n", "no noise, arms"),
        (",".join(COLUMNS) + "\nT,d,n,a,m,b,p,2022,high,o,s\n", "row 2, accuracy"),
    ],
)
def test_what_is_wrong_with_the_file_is_named(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text(text)
    with pytest.raises(InputError, match=message):
        read_published(tmp_path / "p.csv")


def test_a_file_as_a_spreadsheet_saves_it(tmp_path: Path) -> None:
    text = ";".join(reversed(COLUMNS)) + "\r\nü;;89,31;2022;;b;m;a b;none;mine;T\r\n;;;;;;;;;;\r\n"
    (tmp_path / "p.csv").write_bytes(text.encode("utf-16"))
    (row,) = read_published(tmp_path / "p.csv").to_dict("records")
    assert (row["table"], row["dataset"], row["arms"], row["accuracy"], row["source"]) == (
        "T",
        "mine",
        "a b",
        89.31,
        "ü",
    )
    assert (row["backbone"], row["pretraining"], row["protocol"]) == ("b", "", "")
