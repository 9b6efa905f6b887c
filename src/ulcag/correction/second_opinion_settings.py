"""Settings of `second-opinion`: there are none. What it takes from data it does not ask for."""

from typing import ClassVar

from ulcag.section import MethodSettings


class SecondOpinionSettings(MethodSettings):
    """Every label is judged before training, by those who have not seen it. Not in the paper."""

    name: ClassVar[str] = "second-opinion"
    code: ClassVar[str] = "ulcag.correction.second_opinion:SecondOpinion"
    looks_first: ClassVar[bool] = True

    @property
    def relabels_from(self) -> float | None:
        """Labels are judged before the first epoch, and logged when it ends."""
        return 0

    @property
    def gives(self) -> frozenset[str]:
        """Confidences in labels, and distances of samples to classes by their action units."""
        return super().gives | {"confidence", "distances"}
