"""When things happen in a run. Epochs count from 0; the settings speak of the paper's thirty."""

from ulcag.config import TrainSettings


def relabelling_start(settings: TrainSettings) -> int | None:
    """First epoch in which labels may change; None for an arm that never changes one."""
    if settings.kind in ("baseline", "target"):
        return None
    of = settings.method.scn if settings.kind == "scn" else settings.method.relabelling
    return round(settings.training.epoch(of.start_epoch))


def learning_rate_factor(settings: TrainSettings, epoch: int) -> float:
    """What the initial learning rates are multiplied with in an epoch."""
    passed = sum(epoch >= round(settings.training.epoch(step)) for step in settings.training.learning_rate_steps)
    return settings.training.learning_rate_factor**passed
