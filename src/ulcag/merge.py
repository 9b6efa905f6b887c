"""Tables of a stage's shards to one table."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ulcag.errors import InputError
from ulcag.files import hashes
from ulcag.tables import Schema, read_made_by, read_table, write_table


def merge_tables(samples: pd.DataFrame, tables: Sequence[Path], schema: Schema, out: Path) -> pd.DataFrame:
    """Join the tables of all shards into one, sorted by sample.

    Args:
        samples: rows of the samples table.
        tables: one of each shard, as their stage wrote them.
        schema: theirs.
        out: the table to write.

    Returns:
        Its rows.

    Raises:
        InputError: a sample has no row or several, a row has no sample, or the shards were made by different
            settings.
    """
    do = f"run the stage `{schema.name}` again for all shards"
    frame = pd.concat([read_table(path, schema) for path in tables], ignore_index=True)
    made_by = [read_made_by(path) for path in tables]
    first = made_by[0].get("settings", {})
    settings = {key: value for key, value in first.items() if key != "shard"}
    files: dict[str, Any] = {}
    for path, made in zip(tables, made_by, strict=True):
        other = made.get("settings", {})
        different = [key for key in settings | other if key != "shard" and other.get(key) != settings.get(key)]
        if different:
            key = different[0]
            found, expected = f"{schema.name}.{key}: {other.get(key)!r}", f"{settings.get(key)!r} as in {tables[0]}"
            raise InputError(path, expected=expected, found=found, do=do)
        files |= made.get("files", {})
    frame = frame.sort_values("sample_id", ignore_index=True)
    if frame["sample_id"].tolist() != sorted(samples["sample_id"]):
        times = frame["sample_id"].value_counts().reindex(samples["sample_id"], fill_value=0)
        wrong = times[times != 1]
        found = f"{len(frame)} rows for {len(samples)} samples"
        found += f"; sample '{wrong.index[0]}' has {wrong.iloc[0]}" if len(wrong) else ""
        raise InputError(out, expected="one row for each sample", found=found, do=do)
    inputs = hashes({path.name: path for path in tables})
    write_table(out, frame, schema, settings=settings, inputs=inputs, files=files)
    return frame
