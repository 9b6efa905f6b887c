"""ULC-AG: uncertain label correction via auxiliary action unit graphs for facial expression recognition.

In Python: `find_label_errors` and `label_quality` judge the labels of any classification task by a model of yours;
`Predictor` says what a trained network sees in a picture.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ulcag.correction.label_errors import find_label_errors, label_quality
    from ulcag.prediction.predictor import Predictor

__version__ = "0.1.0"
__all__ = ["Predictor", "__version__", "find_label_errors", "label_quality"]

_HOMES = {
    "Predictor": "ulcag.prediction.predictor",
    "find_label_errors": "ulcag.correction.label_errors",
    "label_quality": "ulcag.correction.label_errors",
}


def __getattr__(name: str) -> Any:
    # Only when it is asked for: they need torch, and the Snakefile imports this package.
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
