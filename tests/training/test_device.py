"""Device and precision."""

import ctypes
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from ulcag.errors import InputError
from ulcag.training import device as of_devices
from ulcag.training.device import backbone_dtype, choose_device, keep_memory, name_of


def test_memory_is_kept_where_the_c_library_can(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []
    glibc = SimpleNamespace(mallopt=lambda name, value: asked.append((name, value)))
    monkeypatch.setattr(ctypes, "CDLL", lambda name: glibc)
    keep_memory()
    # M_MMAP_MAX: no block of its own for a large array; M_TRIM_THRESHOLD: the heap never shrinks
    assert asked == [(-4, 0), (-1, -1)]
    monkeypatch.setattr(ctypes, "CDLL", lambda name: SimpleNamespace())
    keep_memory()


CPU, GPU = torch.device("cpu"), torch.device("cuda")


@pytest.mark.parametrize("name", ["fp32", "bf16", "fp16"])
def test_a_precision_that_is_named_is_taken(name: str) -> None:
    expected = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}[name]
    assert backbone_dtype(name, CPU) == backbone_dtype(name, GPU) == expected


@pytest.mark.parametrize("has_bf16", [True, False])
def test_auto_on_a_gpu_is_what_the_hardware_has(has_bf16: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: has_bf16)
    assert backbone_dtype("auto", GPU) == (torch.bfloat16 if has_bf16 else torch.float16)


@pytest.mark.parametrize(
    ("can", "expected"),
    [
        ({"avx512_bf16": True, "avx512_fp16": False, "amx_bf16": False}, torch.bfloat16),
        ({"avx512_bf16": True, "avx512_fp16": True, "amx_bf16": True}, torch.bfloat16),
        # made for AMX, which is kept from it
        ({"avx512_bf16": True, "avx512_fp16": True, "amx_bf16": False}, torch.float32),
        ({"avx512_bf16": False, "avx2": True}, torch.float32),
        ({}, torch.float32),
    ],
)
def test_auto_on_a_cpu_is_bf16_where_that_is_fast(
    can: dict[str, bool], expected: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: can, raising=False)
    assert backbone_dtype("auto", CPU) == expected


def test_a_gpu_that_is_not_there_is_named() -> None:
    assert choose_device("cpu") == CPU
    if not torch.cuda.is_available():
        assert choose_device("auto", local=1) == CPU
        with pytest.raises(InputError, match=r"found:    cuda, process 1 of this machine(.|\n)*training\.processes"):
            choose_device("cuda", local=1)


def test_a_processor_is_named_with_its_instructions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    capability = torch.backends.cpu.get_cpu_capability()
    info = tmp_path / "cpuinfo"
    monkeypatch.setattr(of_devices, "Path", lambda name: info)
    monkeypatch.setattr(of_devices.platform, "machine", lambda: "some_architecture")
    assert name_of(CPU) == f"cpu (some_architecture, {capability})"
    info.write_text("processor\t: 0\nmodel name\t: Some Processor: 2 GHz\nflags\t\t: fpu\n\nmodel name\t: Another\n")
    assert name_of(CPU) == f"cpu (Some Processor: 2 GHz, {capability})"
