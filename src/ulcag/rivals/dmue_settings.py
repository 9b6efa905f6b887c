"""Settings of DMUE: the defaults are its code's, for RAF-DB. Epoch numbers are those of a schedule of 30 epochs."""

from typing import ClassVar

from pydantic import Field

from ulcag.classes import CLASSES
from ulcag.section import MethodSettings


class DmueSettings(MethodSettings):
    """DMUE: She et al., CVPR 2021."""

    name: ClassVar[str] = "dmue"
    code: ClassVar[str] = "ulcag.rivals.dmue:Dmue"
    # The target's, and one for each class.
    last_stages: ClassVar[int] = 1 + len(CLASSES)

    ramp_epoch: float = Field(
        10,
        gt=0,
        description="epoch in which the target's losses reach their full weight, and the auxiliary one begins to lose "
        "its own; the authors' ramp_a, 9 or 10",
    )
    distribution_weight: float = Field(
        0.5, ge=0, description="weight of the loss on the latent distribution; the authors' w"
    )
    temperature: float = Field(1.2, gt=0, description="of the latent distribution; above 1 makes it more even")
    similarity_weight: float = Field(1000.0, ge=0, description="weight of similarity preservation; the authors' gamma")
