"""Settings of EAC: the defaults are its code's."""

from typing import ClassVar

from pydantic import Field

from ulcag.section import MethodSettings


class EacSettings(MethodSettings):
    """EAC: Zhang et al., ECCV 2022."""

    name: ClassVar[str] = "eac"
    code: ClassVar[str] = "ulcag.rivals.eac:Eac"
    needs_maps: ClassVar[bool] = True

    weight: float = Field(5.0, ge=0, description="weight of attention consistency; the authors' lambda")
    erase: float = Field(0.5, ge=0, le=1, description="probability of erasing a rectangle, for each picture of a pair")
    erase_area: tuple[float, float] = Field(
        (0.02, 0.25), description="least and greatest area of the rectangle, as a share of the picture"
    )
