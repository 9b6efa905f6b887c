"""The labels after an audit as a plain CSV file, for whoever needs no more than that."""

from pathlib import Path

import pandas as pd

from ulcag.classes import CLASSES
from ulcag.errors import InputError
from ulcag.files import whole_or_absent


def write_labels_csv(audit: pd.DataFrame, final: pd.Series, out: Path) -> None:
    """Write a row a training sample, whole or absent: image, label, given, changed, quality, certainty.

    `image` is the sample id; `label` and `given` are class names; `changed` is true or false; the probabilities are
    blank for a sample that was not judged.

    Args:
        audit: rows of the audit table.
        final: class after the audit, indexed by sample id; a sample not in it keeps the given label.
        out: the CSV file.

    Raises:
        InputError: a final label for a sample that was not audited, two for one, or none of the seven classes.
    """
    if final.index.has_duplicates:
        twice = final.index[final.index.duplicated()][0]
        raise InputError("final labels", expected="one label for each sample", found=f"several for {twice}")
    strange = final.index.difference(pd.Index(audit["sample_id"]))
    if len(strange):
        found = f"{len(strange)} other samples, such as {strange[0]}"
        raise InputError("final labels", expected="samples of the audit", found=found, do="audit the data set again")
    given = audit["given"].astype("int64").to_numpy()
    label = final.reindex(audit["sample_id"]).to_numpy(dtype="float64", na_value=float("nan"))
    label = pd.Series(label).fillna(pd.Series(given)).to_numpy()
    wrong = [code for code in label if code not in range(len(CLASSES))]
    if wrong:
        raise InputError("final labels", expected=f"a class, 0 to {len(CLASSES) - 1}", found=str(wrong[0]))
    table = pd.DataFrame({"image": audit["sample_id"].to_numpy()})
    table["label"] = [CLASSES[int(code)] for code in label]
    table["given"] = [CLASSES[code] for code in given]
    table["changed"] = ["true" if differs else "false" for differs in label != given]
    for name in ("quality", "certainty"):
        table[name] = audit[name].to_numpy()
    with whole_or_absent(out) as beside:
        table.to_csv(beside, index=False, float_format="%.4f")
