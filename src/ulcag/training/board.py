"""What a run tells while it runs, for TensorBoard."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ulcag.errors import InputError


class Board:
    """Scalars of each epoch: all that the history table holds. Without a folder it does nothing.

    Args:
        folder: for the events of one run; None: nothing is wanted.
        first_epoch: from which it goes on; later events of a run that was killed are taken back.

    Raises:
        InputError: the package tensorboard is not installed.
    """

    def __init__(self, folder: Path | None, first_epoch: int = 0) -> None:
        self._writer: Any = None
        if folder is None:
            return
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            do = "pip install 'ulcag[tensorboard]', or drop --tensorboard (config: tensorboard)"
            raise InputError("tensorboard", expected="the package tensorboard", found="not installed", do=do) from None
        self._writer = SummaryWriter(str(folder), purge_step=first_epoch)

    def add(self, row: Mapping[str, float | None]) -> None:
        """A row of the history table."""
        if self._writer is not None:
            for name, value in row.items():
                if name != "epoch" and value is not None:
                    self._writer.add_scalar(name, value, row["epoch"])
            self._writer.flush()

    def close(self) -> None:
        """Finish the file."""
        if self._writer is not None:
            self._writer.close()
