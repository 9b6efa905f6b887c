"""The methods, by name: the paper's, its rivals, and our own. A file or two and a line here make a method known.

Imports no heavy package, so that the Snakefile can check settings; a method's code is read when a network is made.
"""

import difflib
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ulcag.correction.second_opinion_settings import SecondOpinionSettings
from ulcag.errors import InputError
from ulcag.method.settings import UlcAgSettings
from ulcag.rivals.baseline_settings import BaselineSettings
from ulcag.rivals.co_teaching_settings import CoTeachingSettings
from ulcag.rivals.dmue_settings import DmueSettings
from ulcag.rivals.eac_settings import EacSettings
from ulcag.rivals.elr_settings import ElrSettings
from ulcag.rivals.forward_settings import ForwardSettings
from ulcag.rivals.gce_settings import GceSettings
from ulcag.rivals.label_smoothing_settings import LabelSmoothingSettings
from ulcag.rivals.ldl_alsg_settings import LdlAlsgSettings
from ulcag.rivals.linear_settings import LinearSettings
from ulcag.rivals.ltnet_settings import LtnetSettings
from ulcag.rivals.ran_settings import RanSettings
from ulcag.rivals.rul_settings import RulSettings
from ulcag.rivals.sce_settings import SceSettings
from ulcag.rivals.scn_settings import ScnSettings
from ulcag.section import MethodSettings

if TYPE_CHECKING:
    from ulcag.learning import Method

METHODS: dict[str, type[MethodSettings]] = {
    settings.name: settings
    for settings in (
        BaselineSettings,
        LinearSettings,
        LabelSmoothingSettings,
        GceSettings,
        SceSettings,
        ElrSettings,
        CoTeachingSettings,
        ForwardSettings,
        LtnetSettings,
        ScnSettings,
        RanSettings,
        LdlAlsgSettings,
        RulSettings,
        EacSettings,
        DmueSettings,
        UlcAgSettings,
        SecondOpinionSettings,
    )
}


def method_settings(name: str, values: Mapping[str, Any], where: str) -> MethodSettings:
    """The settings of a method, checked.

    Raises:
        InputError: there is no such method, or a key or value is not allowed.
    """
    if name not in METHODS:
        nearest = difflib.get_close_matches(name, METHODS, n=1)
        do = f"did you mean '{nearest[0]}'?" if nearest else ""
        raise InputError(where, expected=f"one of the methods {', '.join(METHODS)}", found=repr(name), do=do)
    return METHODS[name].read(values, where=f"{where}, settings of the method {name}")


def method_class(settings: MethodSettings) -> type["Method"]:
    """The code of a method."""
    module, name = settings.code.split(":")
    found: type[Method] = getattr(import_module(module), name)
    return found
