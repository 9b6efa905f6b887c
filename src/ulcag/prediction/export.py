"""A run's network for others: model.onnx, model.safetensors, and a model card."""

import importlib
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ulcag.backbones.several import only_for_training
from ulcag.classes import CLASSES
from ulcag.errors import InputError
from ulcag.evaluation.evaluate import SCALARS
from ulcag.files import read_json, sha256, whole_or_absent
from ulcag.prediction.card import model_card
from ulcag.training.network import Network
from ulcag.training.saved import load_run

# Greatest difference between ONNX and PyTorch, as a part of the greatest logit.
_TOLERANCE = 1e-4
# Batches of random images that both are tried on.
_BATCHES = (1, 5)
_OPSET = 18
_LEFT_OUT = "confidence (alpha, Eq. 1) and the learnt margin are left out: only training needs them"


class Exported(nn.Module):
    """The network as one graph: features, classifier, and the auxiliary branch if it is wanted."""

    def __init__(self, network: Network, *, with_units: bool) -> None:
        super().__init__()
        self.network = network
        self.with_units = with_units

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        """RGB (N, 3, H, W) float32 in 0..1 to logits (N, C), probabilities (N, C), and those of units (N, M)."""
        f = self.network.features(images * 255)
        logits = self.network.classifier(f)
        outputs: tuple[Tensor, ...] = (logits, torch.softmax(logits, dim=1))
        units = self.network.method.unit_probabilities(f) if self.with_units else None
        return outputs if units is None else (*outputs, units)


def export_run(run: Path, out: Path, *, with_units: bool = False, metrics: Path | None = None) -> float:
    """Write model.onnx, model.safetensors and README.md, the model card.

    Args:
        run: the run's folder.
        out: folder to write to.
        with_units: keep the auxiliary branch; action units are an output then.
        metrics: metrics.json of the run, for the card.

    Returns:
        The greatest absolute difference between the outputs of ONNX and of PyTorch on random images.

    Raises:
        InputError: a package of the extra `export` is missing, the folder is no run, it has no auxiliary branch and
            `with_units` asks for it, the metrics are of another run, or ONNX gives other numbers than PyTorch.
    """
    for package in ("onnx", "onnxruntime", "safetensors"):
        _needed(package)
    record, settings, network = load_run(run)
    if with_units and not network.method.predicts_units:
        expected, found = "a run whose method predicts action units", f"method {settings.method}"
        raise InputError(f"{run}, --with-aus", expected=expected, found=found, do="drop --with-aus")
    measured = None if metrics is None else _metrics_of(metrics, record)

    # The wrapper too: the exporter gives its mode back to all that is in it.
    exported = Exported(network, with_units=with_units).eval()
    units: list[str] = record["action_units"]["names"] if with_units else []
    size = settings.training.image_size
    about = {"classes": ",".join(CLASSES), "run_model_sha256": record["model_sha256"]}
    about |= {"action_units": ",".join(units)} if units else {}
    with whole_or_absent(out / "model.onnx") as beside:
        _write_onnx(beside, exported, size, about)
        difference = _check_onnx(beside, exported, size)
    with whole_or_absent(out / "model.safetensors") as beside:
        _write_safetensors(beside, network, with_units, about)

    files = {name: sha256(out / name) for name in ("model.onnx", "model.safetensors")}
    has_branch = network.method.predicts_units
    card = model_card(record, settings, units, has_branch, files, difference, measured)
    with whole_or_absent(out / "README.md") as beside:
        beside.write_text(card)
    lines = [f"ONNX against PyTorch on random pictures: greatest difference {difference:.1e}", _LEFT_OUT]
    if has_branch and not with_units:
        lines.append("the auxiliary branch and its action units are left out; --with-aus keeps them")
    print("\n".join(f"export: {line}" for line in lines), file=sys.stderr)
    return difference


def _write_onnx(path: Path, exported: Exported, size: int, about: dict[str, str]) -> None:
    onnx = _needed("onnx")
    names = ["logits", "probabilities", *(["action_units"] if exported.with_units else [])]
    with warnings.catch_warnings():
        # The older exporter on purpose: the newer one needs two more packages (onnxscript, onnx-ir) for the same graph.
        warnings.simplefilter("ignore", DeprecationWarning)
        # The graph is for images of one size.
        warnings.simplefilter("ignore", torch.jit.TracerWarning)  # type: ignore[attr-defined]
        torch.onnx.export(
            exported,
            (torch.zeros(2, 3, size, size),),
            str(path),
            input_names=["images"],
            output_names=names,
            dynamic_axes={name: {0: "n"} for name in ("images", *names)},
            opset_version=_OPSET,
            dynamo=False,
        )
    model = onnx.load(str(path))
    # whoever has this file alone must know what the numbers stand for
    onnx.helper.set_model_props(model, about)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def _check_onnx(path: Path, exported: Exported, size: int) -> float:
    """The greatest absolute difference between ONNX and PyTorch.

    Raises:
        InputError: it is more than rounding explains.
    """
    session = _needed("onnxruntime").InferenceSession(str(path), providers=["CPUExecutionProvider"])
    random = np.random.default_rng(0)
    greatest, scale = 0.0, 0.0
    for n in _BATCHES:
        images = random.random((n, 3, size, size), dtype=np.float32)
        with torch.no_grad():
            expected = [output.numpy() for output in exported(torch.from_numpy(images))]
        found = session.run(None, {"images": images})
        greatest = max(greatest, *(float(np.abs(a - b).max()) for a, b in zip(found, expected, strict=True)))
        scale = max(scale, float(np.abs(expected[0]).max()))
    # `not <=`, for a difference that is no number is no agreement either
    if not greatest <= _TOLERANCE * max(scale, 1.0):
        expected_text = f"what PyTorch gives, within {_TOLERANCE:g} of the greatest logit ({scale:.3g})"
        do = "install the tested versions of torch, onnx and onnxruntime (constraints.txt)"
        raise InputError("model.onnx", expected=expected_text, found=f"a difference of {greatest:.3g}", do=do)
    return greatest


def _write_safetensors(path: Path, network: Network, with_units: bool, about: dict[str, str]) -> None:
    _needed("safetensors")
    from safetensors.torch import save

    wanted = {*network.method.heads_in_use, *(("action_units",) if with_units else ())}
    spare = {f"backbone.{name}" for name in only_for_training(network.backbone)}
    kept = {
        name: value
        for name, value in network.state_dict().items()
        if name not in spare and (not name.startswith("method.") or name.split(".")[1] in wanted)
    }
    # not by safetensors' own writer: it makes files that nobody else may read
    path.write_bytes(save({name: value.contiguous() for name, value in kept.items()}, metadata=about))


def _metrics_of(path: Path, record: dict[str, Any]) -> dict[str, Any]:
    needed = ("n", *(f"last.{name}" for name in (*SCALARS, "confusion")))
    metrics: dict[str, Any] = read_json(path, "run", *(f"held_out.{name}" for name in needed))
    of_run = metrics["run"]
    if of_run != record["run"]:
        do = "give the metrics.json that `ulcag evaluate` wrote for this run"
        raise InputError(path, expected=f"metrics of the run {record['run']}", found=f"metrics of {of_run}", do=do)
    return metrics


def _needed(package: str) -> Any:
    try:
        return importlib.import_module(package)
    except ImportError:
        do = "pip install 'ulcag[export]'"
        raise InputError("export", expected=f"the package {package}", found="not installed", do=do) from None
