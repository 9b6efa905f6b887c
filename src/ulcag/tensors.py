"""Files that torch.save wrote, read such that nothing in them can run."""

import pickle
import re
from pathlib import Path
from typing import Any

import torch


def load_tensors(path: Path, device: torch.device | str = "cpu") -> Any:
    """Tensors and plain values of a file, on a device.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it cannot be read, or holds something else; the message is one line that says what.
    """
    try:
        return torch.load(path, map_location=device, weights_only=True)
    except FileNotFoundError:
        raise
    except pickle.UnpicklingError as error:
        # Torch's own message advises to let the file run what it likes.
        what = re.search(r"GLOBAL (\S+)", str(error))
        raise ValueError(f"something other than tensors{f', {what[1]}' if what else ''}") from None
    except EOFError:
        raise ValueError("a file that ends too early") from None
    except (OSError, RuntimeError) as error:
        raise ValueError(str(error)) from None
