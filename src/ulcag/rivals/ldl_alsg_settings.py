"""Settings of LDL-ALSG: the defaults are ours, no code of the authors was found."""

from typing import ClassVar

from pydantic import Field

from ulcag.section import MethodSettings


class LdlAlsgSettings(MethodSettings):
    """LDL-ALSG, with action units as the auxiliary labels: Chen et al., CVPR 2020."""

    name: ClassVar[str] = "ldl-alsg"
    code: ClassVar[str] = "ulcag.rivals.ldl_alsg:LdlAlsg"
    looks_first: ClassVar[bool] = True

    neighbours: int = Field(8, ge=1, description="number of nearest samples by action units")
    weight: float = Field(1.0, ge=0, description="weight of similarity to the neighbours")
