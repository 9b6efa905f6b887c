"""The example in docs/own-training-loop.md runs as it stands, learns, and relabels."""

import re
from pathlib import Path
from typing import Any

import torch

DOCS = Path(__file__).parents[2] / "docs"


def test_the_example_runs() -> None:
    code = re.search(r"```python\n(.*?)```", (DOCS / "own-training-loop.md").read_text(), re.DOTALL)
    assert code is not None
    torch.manual_seed(0)
    n, units = 120, 6
    truth = torch.arange(n) % 3
    images = torch.nn.functional.one_hot(truth, 3).float() * 3 + torch.randn(n, 3)
    z = (torch.rand(n, units) < torch.nn.functional.one_hot(truth, 3).repeat(1, 2) * 0.8 + 0.1).float()
    labels = torch.where(torch.arange(n) % 4 == 0, (truth + 1) % 3, truth)
    batches = [(images[part], part, z[part]) for part in torch.randperm(n).split(40)]
    names: dict[str, Any] = {
        "D": 8,
        "C": 3,
        "backbone": torch.nn.Linear(3, 8),
        "batches": batches,
        "labels": labels.clone(),
        "z": z,
        "epochs": 25,
    }
    exec(code[1], names)
    with torch.no_grad():
        predicted = names["classifier"](names["backbone"](images)).argmax(1)
    assert (predicted == truth).float().mean() > 0.8
    assert not torch.equal(names["labels"], labels)
    assert torch.equal(names["given"], labels)
