"""A run from its inputs to its folder."""

import ctypes
import math
import os
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import cv2
import pandas as pd
import torch
from torch import nn

from ulcag import __version__
from ulcag.config import Run, TrainSettings
from ulcag.errors import InputError
from ulcag.files import binding, sha256, whole_or_absent, write_json
from ulcag.graph.table import CoOccurrence
from ulcag.progress import progress
from ulcag.tables import write_table
from ulcag.training import checkpoint
from ulcag.training.board import Board
from ulcag.training.data import EpochBatches, FaceImages, Part, RunData, make_loader
from ulcag.training.epoch import Learner, train_epoch
from ulcag.training.network import Network, memory_format
from ulcag.training.predict import examine, examine_templates, held_out_logits
from ulcag.training.processes import Processes
from ulcag.training.schedule import relabelling_start
from ulcag.training.tables import HELD_OUT_LOGITS, HISTORY, RELABELS, TEMPLATES, TRAIN_STATE

# Held-out images in a batch: has no influence on a result.
_PREDICT_BATCH = 256
# Numbers of glibc's malloc.h.
_TRIM_THRESHOLD, _MMAP_MAX = -1, -4
PRECISIONS = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


def choose_device(name: str, local: int = 0) -> torch.device:
    """The device of the settings; `auto`: a GPU where there is one, each of a machine's processes its own (`local`).

    Raises:
        InputError: the device is not there.
    """
    if name == "auto" and not torch.cuda.is_available():
        return torch.device("cpu")
    try:
        device = torch.device(f"cuda:{local}" if name in ("auto", "cuda") else name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        do = "one GPU for each process: training.processes" if local else ""
        found = f"{name}, process {local} of this machine: {error}"
        raise InputError("training.device", expected="a device that is there", found=found, do=do) from None
    if device.type == "cuda":
        torch.cuda.set_device(device)
    return device


def backbone_dtype(precision: str, device: torch.device) -> torch.dtype:
    """What the backbone computes in; `auto`: bf16 where it is fast, else fp16 on a GPU and fp32 on a CPU."""
    if precision != "auto":
        return PRECISIONS[precision]
    if device.type == "cuda":
        bf16 = torch.cuda.is_bf16_supported(including_emulation=False)
        return torch.bfloat16 if bf16 else torch.float16
    # Older releases of torch cannot tell.
    can: Mapping[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    # Intel's processors that were made for AMX multiply bf16 at half the speed of fp32 where AMX is kept from them, as
    # in some virtual machines (docs/performance.md). They are known by their fp16, which others with bf16 do not have.
    fast = can.get("amx_bf16") or (can.get("avx512_bf16") and not can.get("avx512_fp16"))
    return torch.bfloat16 if fast else torch.float32


def keep_memory(keep: bool = True) -> None:
    """Let glibc keep what is freed. By default it gives large blocks back to the system at once, and each step of
    training on a CPU waits for fresh pages in their place (docs/performance.md)."""
    with suppress(OSError, AttributeError):  # another C library
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_MMAP_MAX, 0 if keep else 65536)
        mallopt(_TRIM_THRESHOLD, -1 if keep else 128 * 1024)


def train_run(
    run: Run,
    settings: TrainSettings,
    data: RunData,
    shards: Sequence[Path],
    graph: CoOccurrence,
    folder: Path,
    inputs: dict[str, str],
    state: Path | None = None,
    tensorboard: Path | None = None,
) -> None:
    """Train one arm with one seed and write the run's folder; `run.json` is written last.

    Args:
        run: what it is called, with seed and fold.
        settings: the arm and all that it depends on.
        data: samples, labels, pseudo action units.
        shards: files of crops.
        graph: edges of Eq. 5.
        folder: for model.pt, held_out_logits, train_state, templates, relabels, history (Parquet) and run.json.
        inputs: name to SHA-256 of what `data` and `graph` were read from.
        state: folder for checkpoints, removed when the run is done; a run that was killed goes on from there and
            ends as it would have. None: no checkpoints.
        tensorboard: folder for events of TensorBoard.

    Raises:
        InputError: fewer training samples than a batch has, a loss that is not finite, or a checkpoint that cannot be
            written.
    """
    training = settings.training
    if len(data.train) < training.batch_size:
        raise InputError(
            f"run {run.path}",
            expected=f"at least one batch of {training.batch_size} training samples",
            found=f"{len(data.train)} samples with a face ({data.left_out['train']} without)",
            do="lower training.batch_size",
        )
    processes = Processes.started()
    if training.batch_size % processes.number or processes.number != training.processes:
        expected = f"training.processes: {processes.number}, and a batch_size that it divides"
        found = f"{training.processes} and {training.batch_size}"
        do = f"start it with torchrun --nproc-per-node={training.processes}, as Snakemake does"
        raise InputError(f"run {run.path}, {processes.number} processes", expected=expected, found=found, do=do)
    if processes.number > 1 and training.device.startswith("cuda:"):
        do = "set training.device: auto or cuda"
        raise InputError("training.device", expected="a GPU for each process", found=training.device, do=do)
    # What cuBLAS needs to repeat its results; before the GPU is first used.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    device = choose_device(training.device, processes.local)
    processes.join(device)
    torch.set_num_threads(training.threads)
    cv2.setNumThreads(1)
    torch.use_deterministic_algorithms(True)
    # Fills what is about to be written; nothing here reads what was not.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    dtype = backbone_dtype(training.precision, device)
    if device.type == "cpu":
        keep_memory()

    network = Network(settings.kind, graph.matrix, training, settings.method, run.seed)
    network = network.to(device).to(memory_format=memory_format(device, dtype, training.image_size))
    if processes.number > 1 and training.sync_batch_norm and device.type == "cuda":
        network = nn.SyncBatchNorm.convert_sync_batchnorm(network)  # type: ignore[no-untyped-call]
    groups = network.parameter_groups(training)
    for group in groups:
        group["initial_lr"] = group["lr"]
    optimiser: torch.optim.Optimizer
    if training.optimiser == "adamw":
        optimiser = torch.optim.AdamW(groups, weight_decay=training.weight_decay)
    else:
        optimiser = torch.optim.SGD(groups, momentum=training.momentum, weight_decay=training.weight_decay)
    learner = Learner(
        settings,
        network,
        optimiser,
        data.labels.to(device),
        data.z.to(device),
        data.known.to(device),
        dtype,
        processes=processes,
    )

    def loader(part: Part, batch_size: int, seed: int | None) -> tuple[EpochBatches, Any]:
        shared = processes if seed is not None else None
        batches = EpochBatches(len(part), batch_size, shuffle_seed=seed, processes=shared)
        return batches, make_loader(FaceImages(shards, part, training, seed), batches, training.loader_workers, device)

    train_batches, train_loader = loader(data.train, training.batch_size, run.seed)
    _, train_as_is = loader(data.train, _PREDICT_BATCH, None)
    _, held_out_loader = loader(data.held_out, _PREDICT_BATCH, None)

    def look(moment: str) -> None:
        records.templates.append(examine_templates(learner).assign(moment=moment))
        records.states.append(_named(examine(learner, train_as_is), data.train).assign(moment=moment))

    about: dict[str, Any] = {"settings": settings.plain() | {"run": run.plain()}, "inputs": inputs}
    arithmetic = {"device": device.type, "precision": str(dtype), "processes": processes.number}
    bound_to = binding(about, _versions(), arithmetic)
    records = checkpoint.Records() if state is None else checkpoint.load(state, bound_to, learner)
    processes.check_same("epochs done:", records.epochs, device)
    started = time.monotonic() - records.seconds
    board = Board(tensorboard if processes.first else None, records.epochs)
    bar = progress(
        range(records.epochs, training.epochs),
        what=run.path,
        unit="epoch",
        initial=records.epochs,
        total=training.epochs,
        quiet=not processes.first,
    )
    for epoch in bar:
        if epoch == relabelling_start(settings) and processes.first:
            look("start")
        train_batches.epoch = epoch
        epoch_started, seen = time.monotonic(), len(train_batches) * training.batch_size
        row, changed = train_epoch(learner, train_loader, epoch)
        check_loss(row, run.path)
        if not processes.first:
            continue
        board.add(row)
        records.history.append(row)
        records.changes.append(_named(changed, data.train))
        predicted = held_out_logits(network, held_out_loader, device)
        records.logits.append(_named(predicted, data.held_out).assign(epoch=epoch))
        records.seconds = time.monotonic() - started
        if state is not None:
            checkpoint.save(state, bound_to, learner, records)
        told = {"loss": f"{row['loss']:.3f}", "relabelled": len(changed)}
        if row["alpha_mean"] is not None:
            told["alpha"] = f"{row['alpha_mean']:.2f}"
        bar.set_postfix(told | {"images/s": f"{seen / (time.monotonic() - epoch_started):.0f}"})
    board.close()
    processes.leave()
    if not processes.first:
        return
    look("end")

    write_table(folder / "held_out_logits.parquet", pd.concat(records.logits), HELD_OUT_LOGITS, **about)
    write_table(folder / "train_state.parquet", pd.concat(records.states), TRAIN_STATE, **about)
    write_table(folder / "templates.parquet", pd.concat(records.templates), TEMPLATES, **about)
    write_table(folder / "relabels.parquet", pd.concat(records.changes), RELABELS, **about)
    history = pd.DataFrame(records.history).astype({"theta": float})
    write_table(folder / "history.parquet", history, HISTORY, **about)
    # Through an open file: given a path, torch writes its name into the file, and the same weights differ in bytes.
    with whole_or_absent(folder / "model.pt") as beside, open(beside, "wb") as file:
        torch.save({name: value.cpu() for name, value in network.state_dict().items()}, file)
    record = {
        "run": run.plain(),
        "settings": settings.plain(),
        "samples": {"train": len(data.train), "held_out": len(data.held_out), "left_out": data.left_out},
        "action_units": {"names": list(graph.names), "known": int(data.known.sum())},
        "inputs": inputs,
        "model_sha256": sha256(folder / "model.pt"),
        "seconds": round(time.monotonic() - started, 1),
        "device": str(device),
        "precision": next(name for name, one in PRECISIONS.items() if one == dtype),
        "versions": _versions(),
    }
    write_json(folder / "run.json", record)
    if state is not None:
        shutil.rmtree(state, ignore_errors=True)


def check_loss(row: dict[str, float | None], where: str) -> None:
    """Stop a run whose loss is no number any more: what it would go on with is worthless.

    Raises:
        InputError: the epoch's mean loss is not finite.
    """
    loss = row["loss"]
    if loss is None or not math.isfinite(loss):
        do = "lower the learning rates (training.learning_rate, .auxiliary_learning_rate), or use precision: fp32"
        raise InputError(f"run {where}, epoch {row['epoch']}", expected="a finite loss", found=str(loss), do=do)


def _named(frame: pd.DataFrame, part: Part) -> pd.DataFrame:
    """Sample ids in place of numbers."""
    ids = [part.sample_ids[int(number)] for number in frame["number"]]
    return frame.drop(columns="number").assign(sample_id=pd.Series(ids, dtype="str"))


def _versions() -> dict[str, str | None]:
    versions: dict[str, str | None] = {"ulcag": __version__, "git": git_commit()}
    for package in ("torch", "torchvision", "numpy", "pandas", "pyarrow", "opencv-python-headless"):
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = None
    return versions


def git_commit() -> str | None:
    """The commit of the code that runs, `-dirty` if it was edited; None where it is no git checkout."""
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty", "--abbrev=40"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None
