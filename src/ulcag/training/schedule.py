"""When things happen in a run. Epochs count from 0; the settings speak of thirty."""

import math

from ulcag.config import TrainSettings


def relabelling_start(settings: TrainSettings) -> int | None:
    """First epoch in which labels may change; None for a method that never changes one."""
    of_thirty = settings.settings.relabels_from
    return None if of_thirty is None else round(settings.training.epoch(of_thirty))


def learning_rate_factor(settings: TrainSettings, epoch: int, through: float = 0.5) -> float:
    """What the learning rates of the settings are multiplied with.

    Args:
        settings: of the training.
        epoch: from 0.
        through: the part of the epoch that is over, 0..1. `one_cycle` alone changes within an epoch.
    """
    if settings.training.schedule == "one_cycle":
        now, top = (epoch + through) / settings.training.epochs, 0.3
        if now < top:
            return math.sin(math.pi / 2 * now / top) ** 2
        return math.cos(math.pi / 2 * (now - top) / (1 - top)) ** 2
    passed = sum(epoch >= round(settings.training.epoch(step)) for step in settings.training.learning_rate_steps)
    return settings.training.learning_rate_factor**passed
