"""The model card: what the network was trained on, how good it is, how to load it, and what it must not be used for."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ulcag.classes import CLASSES
from ulcag.config import TrainSettings
from ulcag.methods import method_class
from ulcag.versions import versions

_PACKAGES = ("torch", "torchvision", "onnx", "onnxruntime", "safetensors")


def model_card(
    record: Mapping[str, Any],
    settings: TrainSettings,
    units: Sequence[str],
    has_branch: bool,
    files: Mapping[str, str],
    difference: float,
    metrics: Mapping[str, Any] | None,
) -> str:
    """The card as Markdown.

    Args:
        record: run.json.
        settings: of the run.
        units: action units that are an output; none if the branch is left out.
        has_branch: whether the run's network has an auxiliary branch.
        files: name to SHA-256 of what was written.
        difference: greatest between ONNX and PyTorch.
        metrics: metrics.json of the run, if it was given.
    """
    parts = (
        _head(units, has_branch),
        _training(record, settings),
        _metrics(metrics),
        _use(record, settings, units),
        _LIMITS,
        _record(record, settings, files, difference),
    )
    return "\n".join(parts)


def _head(units: Sequence[str], has_branch: bool) -> str:
    outputs = "- `logits` (N, 7) and `probabilities` (N, 7), their softmax: " + ", ".join(CLASSES)
    if units:
        outputs += f"\n- `action_units` (N, {len(units)}), probabilities: {', '.join(units)}"
        outputs += "\n\nAction units were learnt from pseudo labels of a program, not from human coding."
    elif has_branch:
        outputs += "\n\n**The auxiliary branch of this run is left out: there is no output for action units.**"
    else:
        outputs += "\n\nThis arm has no auxiliary branch, so there is no output for action units."
    return f"""# Facial expression network

A network for seven facial expressions, trained with [ULC-AG's pipeline](https://doi.org/10.1109/ICPR56361.2022.9956650)
(Liu, Zhang, Kauttonen, Zhao, ICPR 2022; an independent implementation of the paper).

{outputs}

The layer of the confidence alpha and the margin are also left out: only training needs them.
"""


def _training(record: Mapping[str, Any], settings: TrainSettings) -> str:
    run, training, samples = record["run"], settings.training, record.get("samples", {})
    left_out = samples.get("left_out", {})
    rows = {
        "data set": run.get("dataset"),
        "labels": f"the data set's own, of {len(CLASSES)} classes; noise added: {run.get('noise')}",
        "arm": f"{run.get('arm')} (method {settings.method})",
        "seed, fold": f"{run.get('seed')}, {run.get('fold')}",
        "epochs": training.epochs,
        "training samples": f"{samples.get('train')} ({left_out.get('train')} left out, without a face)",
        "held-out samples": f"{samples.get('held_out')} ({left_out.get('held_out')} left out, without a face)",
        "backbone": f"{training.backbone}, {'pre-trained' if training.weights else 'from random weights'}",
        "input": f"{training.image_size} x {training.image_size} pixels, RGB",
    }
    lines = "\n".join(f"| {name} | {value} |" for name, value in rows.items())
    return f"## Training\n\n| | |\n|---|---|\n{lines}\n"


def _metrics(metrics: Mapping[str, Any] | None) -> str:
    if metrics is None:
        return "## Metrics\n\nNone were given (`--metrics`): the quality of this network is unknown here.\n"
    held_out = metrics["held_out"]
    last = held_out["last"]
    names = {"accuracy": "accuracy", "mean_class_accuracy": "mean of classes", "macro_f1": "macro F1", "ece": "ECE"}
    values = "\n".join(f"| {text} | {last[name]:.4f} |" for name, text in names.items())
    head = "| true \\ predicted | " + " | ".join(CLASSES) + " |\n|---|" + "---|" * len(CLASSES)
    confusion = "\n".join(
        f"| {name} | " + " | ".join(map(str, row)) + " |" for name, row in zip(CLASSES, last["confusion"], strict=True)
    )
    unknown = f", {held_out['truth_unknown']} of them of unknown truth" if held_out.get("truth_unknown") else ""
    return f"""## Metrics

On {held_out["n"]} held-out samples{unknown}, after the last epoch; one run, so no spread.

| | |
|---|---|
{values}

Counts:

{head}
{confusion}
"""


def _use(record: Mapping[str, Any], settings: TrainSettings, units: Sequence[str]) -> str:
    training = settings.training
    size, m = training.image_size, len(record["action_units"]["names"])
    outputs = "logits, probabilities" + (", action_units" if units else "")
    made_of: dict[str, Any] = {"method": "baseline", "training": {"backbone": training.backbone}}
    strict = ""
    method = settings.settings
    if units or method_class(method).heads_in_use or method.networks > 1 or method.last_stages > 1:
        made_of |= {"method": settings.method, "settings": method.plain()}
        # what only training needs is left out of the file
        strict = ", strict=False"
    also = "\n    action_units = network.method.unit_probabilities(f)" if units else ""
    cut = "A face is cut as a square around its box"
    if record["faces"]["align"] and record["faces"]["source"] == "mtcnn":
        cut = "A face is turned upright by MTCNN's five landmarks (`cut_crop` of the package `ulcag`), cut as a square"
    return f"""## Use

{cut} and scaled to {size} x {size} pixels. Mean and standard deviation are
inside the network. With onnxruntime:

```python
import numpy as np
import onnxruntime

session = onnxruntime.InferenceSession("model.onnx")
faces = np.zeros((1, 3, {size}, {size}), np.float32)  # RGB in 0..1
{outputs} = session.run(None, {{"images": faces}})
```

With safetensors and the package `ulcag`:

```python
import numpy as np
import torch
from safetensors.torch import load_file

from ulcag.config import TrainSettings
from ulcag.training.network import Network

settings = TrainSettings.read({made_of!r})
network = Network(settings, np.eye({m}), seed=0)
network.load_state_dict(load_file("model.safetensors"){strict})
network.eval()
faces = torch.zeros(1, 3, {size}, {size}, dtype=torch.uint8)  # RGB in 0..255
with torch.no_grad():
    f = network.features(faces)
    logits = network.classifier(f){also}
```
"""


_LIMITS = """## Limits of use, and ethics

- An expression is not an emotion. The network names what a face looks like to the people or the program that labelled
  its training data; it cannot know what a person feels.
- It is for research on learning with wrong labels. Do not use it for decisions about people, such as on work, school,
  health, credit, insurance, security or law, or to watch people who have not agreed to it.
- Expressions in such data sets are posed, rendered, or selected from the web. Faces in daily life look different, and
  the metrics above do not apply to them.
- Bias was not measured: differences in errors by age, sex, skin colour, glasses, disability or culture are unknown, but
  must be expected.
- Probabilities are those of a network whose training labels may be wrong. They are not calibrated for other pictures.
- It assigns one of seven classes to any picture, even without a face.
"""


def _record(record: Mapping[str, Any], settings: TrainSettings, files: Mapping[str, str], difference: float) -> str:
    hashes = {f"input {name}": value for name, value in record.get("inputs", {}).items()}
    hashes |= {"run's model.pt": record["model_sha256"], **files}
    hashed = "\n".join(f"| {name} | `{value}` |" for name, value in hashes.items())
    trained_with = record.get("versions", {})
    exported_with = versions(_PACKAGES)
    made = "\n".join(
        f"| {name} | {trained_with.get(name, '')} | {exported_with.get(name, '')} |"
        for name in dict.fromkeys((*trained_with, *exported_with))
    )
    return f"""## Record

On random pictures, the outputs of model.onnx differ from those of PyTorch by at most {difference:.1e}.

| SHA-256 of | |
|---|---|
{hashed}

| version | training | export |
|---|---|---|
{made}

Settings:

```json
{json.dumps(settings.plain(), indent=2, sort_keys=True)}
```
"""
