"""Where a network computes, in which numbers, and with whose memory."""

import ctypes
import os
import platform
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import cv2
import torch

from ulcag.errors import InputError

PRECISIONS = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
# Numbers of glibc's malloc.h.
_TRIM_THRESHOLD, _MMAP_MAX = -1, -4


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
        do = "set training.processes to at most the number of GPUs" if local else ""
        found = f"{name}, process {local} of this machine: {error}"
        raise InputError("training.device", expected="an existing device", found=found, do=do) from None
    if device.type == "cuda":
        torch.cuda.set_device(device)
        # Without it, torch convolves fp32 with ten bits of each number, and a GPU's fp32 is not a CPU's.
        torch.backends.cudnn.allow_tf32 = False
    return device


def name_of(device: torch.device) -> str:
    """For the record: `cpu` or `cuda`, and which it is; of a CPU also the instructions that torch computes with."""
    if device.type == "cpu":
        return f"cpu ({_processor()}, {torch.backends.cpu.get_cpu_capability()})"
    return f"{device.type} ({torch.cuda.get_device_name(device)})"


def _processor() -> str:
    # Where Linux tells it; Python knows the name of an architecture alone.
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [value.strip() for key, _, value in (line.partition(":") for line in lines) if key.strip() == "model name"]
    return names[0] if names else platform.machine()


def ready_device(name: str, threads: int, local: int = 0) -> torch.device:
    """The device, in a process whose results are repeatable and which keeps its memory.

    Raises:
        InputError: the device is not there.
    """
    repeatable(threads)
    device = choose_device(name, local)
    if device.type == "cpu":
        keep_memory()
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


def repeatable(threads: int) -> None:
    """Make this process's results depend on its inputs and its number of threads alone.

    Call it before the GPU is first used.
    """
    # What cuBLAS needs.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.set_num_threads(threads)
    cv2.setNumThreads(1)
    torch.use_deterministic_algorithms(True)
    # Fills what is about to be written; nothing here reads what was not.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
