"""Our numbers beside published ones: the paper's tables, cell by cell, and what other papers print.

Their FER+ numbers stand under `ferplus-official`: trained and tested on FER+'s labels. No data set of ours is that;
`ferplus` of workflow/experiments/real-noise.yaml is trained on FER2013's labels.
"""

from pathlib import Path

import pandas as pd

from ulcag.errors import InputError
from ulcag.reporting.tables import EMPTY, cell, markdown
from ulcag.text import CsvFile

COLUMNS = (
    "table", "dataset", "noise", "arms", "method", "backbone", "pretraining", "year", "accuracy", "protocol", "source",
)  # fmt: skip


def read_published(path: Path) -> pd.DataFrame:
    """Published accuracies: a row a cell; `arms` names those of ours that answer it, with blanks between, or none.

    `backbone`, `pretraining` and `protocol` (what was chosen, and on what) are text, and blank where not known.

    Raises:
        InputError: a column is missing, or an accuracy is no number from 0 to 100.
    """
    table = CsvFile(path)
    places = table.places(COLUMNS, "published numbers")
    records = list(table.rows())
    frame = pd.DataFrame(
        {name: [record.cells[place] for record in records] for name, place in places.items()}, dtype=str
    )
    # Where a spreadsheet writes decimal commas.
    numbers = pd.to_numeric(frame["accuracy"].str.replace(",", "."), errors="coerce")
    wrong = ~numbers.between(0, 100)
    if wrong.any():
        first = int(wrong.to_numpy().argmax())
        where = f"{path}, row {records[first].row}, accuracy"
        raise InputError(where, expected="a number from 0 to 100", found=repr(frame["accuracy"].iloc[first]))
    return frame.assign(accuracy=numbers)


def beside_published(summarised: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """One row for each published cell and arm of ours that answers it: ours, and how far it is from the published one.

    Args:
        summarised: from `tables.summary`; the last epoch's accuracy of fold `all` is taken.
        published: from `read_published`.

    Returns:
        Rows of the data sets that were run: the published columns with `arm` in place of `arms`, `ours`, `sd`,
        `n_seeds`, `difference` (points of percent; missing where nothing was run).
    """
    chosen = summarised[(summarised["reading"] == "last") & (summarised["metric"] == "accuracy")]
    ours = chosen[chosen["fold"] == "all"].set_index(["dataset", "noise", "arm"])[["mean", "sd", "n_seeds"]]
    rows = published[published["dataset"].isin(summarised["dataset"].unique())].copy()
    # a published method without an arm of ours keeps its one row
    rows["arm"] = [arms.split() or [""] for arms in rows.pop("arms")]
    rows = rows.explode("arm", ignore_index=True)
    found = ours.reindex(pd.MultiIndex.from_frame(rows[["dataset", "noise", "arm"]])).reset_index(drop=True)
    rows["ours"], rows["sd"], rows["n_seeds"] = 100 * found["mean"], 100 * found["sd"], found["n_seeds"]
    rows["difference"] = rows["ours"] - rows["accuracy"]
    # of several arms that answer one cell those that were not run say nothing
    one_cell = ["table", "dataset", "noise", "method", "backbone", "pretraining"]
    unanswered = rows.groupby(one_cell)["ours"].transform("count") == 0
    keep = rows["ours"].notna() | (unanswered & ~rows.duplicated(one_cell))
    return rows[keep].reset_index(drop=True)


def published_markdown(rows: pd.DataFrame, to_runs: str) -> str:
    """Markdown tables, one for each published table.

    Args:
        rows: from `beside_published`.
        to_runs: path from the file to the evaluation folder, for links.
    """
    if rows.empty:
        return "No published numbers for these data sets.\n"
    texts = []
    header = [
        "data set", "noise", "method", "network", "year", "published", "ours", "difference", "arm and runs", "protocol",
        "source",
    ]  # fmt: skip
    for table, part in rows.groupby("table", sort=False):
        lines = []
        for r in part.to_dict("records"):
            done = pd.notna(r["ours"])
            mine = cell(r["ours"] / 100, r["sd"] / 100, int(r["n_seeds"])) if done else EMPTY
            link = f"[{r['arm']}]({to_runs}/{r['dataset']}/{r['noise']}/{r['arm']})" if done else r["arm"]
            difference = f"{r['difference']:+.2f}" if done else EMPTY
            network = ", ".join(part for part in (r["backbone"], r["pretraining"]) if part)
            numbers = [r["year"], f"{r['accuracy']:.2f}", mine, difference]
            what = [r["dataset"], r["noise"], r["method"], network]
            lines.append([*what, *numbers, link, r["protocol"], r["source"]])
        texts.append(markdown(f"{table}: accuracy, %", header, lines))
    note = (
        "Ours: last epoch, mean ± standard deviation over seeds (number of seeds). — means not run, or no arm of ours. "
        "Network and protocol belong to the published number, and are blank where unknown. Compare a best epoch on the "
        "test set with the oracle in accuracy.md.\n"
    )
    return "\n".join([*texts, note])
