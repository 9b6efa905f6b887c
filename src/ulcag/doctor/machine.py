"""The machine: GPUs, disk, memory."""

import os
import shutil
from pathlib import Path

from ulcag.doctor.finding import Finding

GB = 1e9


def gpus() -> list[Finding]:
    """The GPUs that torch can use: the one reason why torch is imported here."""
    try:
        import torch
    except ModuleNotFoundError as error:
        if error.name == "torch":
            return []  # told among the packages
        raise
    except Exception as error:
        found = f"cannot be imported: {first_line(error)}"
        return [Finding("torch", "missing", found, "pip install --force-reinstall torch torchvision")]
    if torch.cuda.is_available():
        cards = [torch.cuda.get_device_properties(number) for number in range(torch.cuda.device_count())]
        names = ", ".join(f"{card.name} {card.total_memory / GB:.0f} GB" for card in cards)
        return [Finding("GPU", "ok", f"{names}; CUDA {torch.version.cuda}")]
    # docs/performance.md, "Step" and "One GPU, estimated".
    slow = "ResNet-18 at 224 pixels trains at 13 pictures/s on a CPU core, at an estimated 2,000 or more on a GPU"
    if torch.version.cuda is None:
        return [Finding("GPU", "optional", f"torch is built without CUDA; {slow}")]
    if shutil.which("nvidia-smi"):
        found = f"nvidia-smi is installed, but torch finds no GPU for CUDA {torch.version.cuda}; {slow}"
        return [Finding("GPU", "optional", found, "nvidia-smi")]
    return [Finding("GPU", "optional", f"none; {slow}")]


def disk(results: Path) -> list[Finding]:
    """Room where results go."""
    free, total = disk_free(results)
    return [Finding("disk", "ok", f"{free / GB:,.0f} of {total / GB:,.0f} GB free for {results}")]


def memory() -> list[Finding]:
    """Memory and cores."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return [Finding("memory", "ok", f"{memory_bytes() / GB:,.0f} GB; {cores} cores")]


def disk_free(folder: Path) -> tuple[int, int]:
    """Bytes free and bytes in all, where a folder is or would be made."""
    folder = folder.absolute()
    there = next(place for place in (folder, *folder.parents) if place.is_dir())
    usage = shutil.disk_usage(there)
    return usage.free, usage.total


def memory_bytes() -> int:
    """Of the machine, whatever a container or Slurm grants of it."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def first_line(error: BaseException) -> str:
    """What an error is and says, without the rest of a long message."""
    said = str(error).strip().splitlines()
    return f"{type(error).__name__}: {said[0][:200]}" if said else type(error).__name__
