"""When things happen in a run. Epochs count from 0; the settings speak of thirty."""

import math

from ulcag.config import TrainSettings


def relabelling_start(settings: TrainSettings) -> int | None:
    """First epoch in which labels may change; None for a method that never changes one."""
    of_thirty = settings.settings.relabels_from
    return None if of_thirty is None else round(settings.training.epoch(of_thirty))


def learning_rate_factor(settings: TrainSettings, epoch: int) -> float:
    """What the learning rates of the settings are multiplied with in an epoch."""
    if settings.training.schedule == "one_cycle":
        # in the middle of the epoch, so that neither the first nor the last has rate 0
        now, top = (epoch + 0.5) / settings.training.epochs, 0.3
        return (
            math.sin(math.pi / 2 * now / top) ** 2
            if now < top
            else math.cos(math.pi / 2 * (now - top) / (1 - top)) ** 2
        )
    passed = sum(epoch >= round(settings.training.epoch(step)) for step in settings.training.learning_rate_steps)
    return settings.training.learning_rate_factor**passed
