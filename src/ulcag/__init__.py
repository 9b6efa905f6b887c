"""ULC-AG: uncertain label correction via auxiliary action unit graphs for facial expression recognition."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ulcag.prediction.predictor import Predictor

__version__ = "0.1.0"
__all__ = ["Predictor", "__version__"]


def __getattr__(name: str) -> Any:
    # Only when it is asked for: it needs torch, and the Snakefile imports this package.
    if name == "Predictor":
        from ulcag.prediction.predictor import Predictor

        return Predictor
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
