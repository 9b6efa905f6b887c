"""The example in docs/label-errors.md runs as it stands."""

import re
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[2] / "docs"


def test_the_example_of_scikit_learn() -> None:
    first, second = re.findall(r"```python\n(.*?)```", (DOCS / "label-errors.md").read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(second, names)
    # labels as they came are nearly all right
    assert (names["better"] != names["labels"]).mean() < 0.02
    # and the first is how it begins
    exec(first, {"labels": names["labels"], "pred_probs": names["pred_probs"]})
