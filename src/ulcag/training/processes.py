"""One training on several GPUs: each process computes the features of its part of a batch, and all see all of them.

What the method does with a batch (class weights, confidence groups, L_rr, templates, relabelling) it does with the
global batch, in every process alike, and the labels stay the same in all. So 2 x 256 is 1 x 512, but for batch
normalisation, whose statistics are the global batch's only where they are synchronised.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from ulcag.errors import InputError

T = TypeVar("T")
# The first process predicts and writes while the others wait for it.
_PATIENCE = timedelta(hours=2)


@dataclass(frozen=True)
class Processes:
    """The processes of one training, as torchrun started them. One process is the usual case, and costs nothing."""

    rank: int = 0
    number: int = 1
    local: int = 0

    @staticmethod
    def started() -> "Processes":
        """What torchrun says in the environment; one process without it."""
        rank, number, local = (
            int(os.environ.get(name, default)) for name, default in (("RANK", 0), ("WORLD_SIZE", 1), ("LOCAL_RANK", 0))
        )
        return Processes(rank, number, local)

    def join(self, device: torch.device) -> None:
        """Meet the others."""
        if self.number > 1 and not dist.is_initialized():
            backend = "nccl" if device.type == "cuda" else "gloo"
            dist.init_process_group(backend, rank=self.rank, world_size=self.number, timeout=_PATIENCE)

    def leave(self) -> None:
        """Part from the others."""
        if self.number > 1:
            dist.destroy_process_group()

    @property
    def first(self) -> bool:
        """Whether this is the one that predicts, writes and says something."""
        return self.rank == 0

    def part(self, batch: Sequence[T]) -> Sequence[T]:
        """This process's part of a batch: contiguous, so that all parts in order are the batch."""
        size = len(batch) // self.number
        return batch[self.rank * size : (self.rank + 1) * size]

    def backbone(self, backbone: nn.Module, device: torch.device) -> nn.Module:
        """The backbone such that its gradients are the mean over processes."""
        if self.number == 1:
            return backbone
        devices = [device] if device.type == "cuda" else None
        return DistributedDataParallel(backbone, device_ids=devices)

    def gather(self, f: Tensor, numbers: Tensor) -> tuple[Tensor, Tensor]:
        """Features (V * n, ...) of V pictures of each sample, and sample numbers (n,), of this part to those of the
        global batch, (V * N, ...) and (N,), pictures in the same order.

        The gradient flows back to this process's own features.
        """
        if self.number == 1:
            return f, numbers
        parts = [torch.empty_like(numbers) for _ in range(self.number)]
        dist.all_gather(parts, numbers)
        by_process = _Gather.apply(f, self.rank, self.number).unflatten(0, (self.number, -1, len(numbers)))
        return by_process.transpose(0, 1).flatten(0, 2), torch.cat(parts)

    def agree(self, parameters: Iterable[nn.Parameter]) -> None:
        """Mean of the gradients of what every process computed for the whole batch: equal but for rounding."""
        if self.number == 1:
            return
        gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
        if gradients:
            flat = torch.cat([gradient.flatten() for gradient in gradients])
            dist.all_reduce(flat)
            flat /= self.number
            sizes = [gradient.numel() for gradient in gradients]
            for gradient, part in zip(gradients, torch.split(flat, sizes), strict=True):
                gradient.copy_(part.view_as(gradient))

    def as_the_first(self, values: Tensor) -> Tensor:
        """The first process's values in all."""
        if self.number > 1:
            dist.broadcast(values, 0)
        return values

    def check_same(self, what: str, value: int, device: torch.device) -> None:
        """Stop at once, rather than wait for each other, if the processes do not start from the same.

        Raises:
            InputError: they do not.
        """
        theirs = int(self.as_the_first(torch.tensor([value], device=device)))
        if theirs != value:
            do = "give all processes the same files"
            raise InputError(f"process {self.rank}", expected=f"{what} {theirs}", found=str(value), do=do)


class _Gather(torch.autograd.Function):
    """All parts' features in order. Backwards: this part's gradient, times the number of processes.

    Each process holds the whole gradient of the whole batch's loss, so the sum over processes is wanted of the
    backbone's; DistributedDataParallel takes the mean.
    """

    @staticmethod
    def forward(ctx: Any, f: Tensor, rank: int, number: int) -> Tensor:
        ctx.place, ctx.number = slice(rank * len(f), (rank + 1) * len(f)), number
        parts = [torch.empty_like(f) for _ in range(number)]
        dist.all_gather(parts, f.contiguous())
        return torch.cat(parts)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        return ctx.number * gradient[ctx.place], None, None
