"""The whole of config.yaml: data sets, noise, arms, and the runs that are their product."""

import difflib
import itertools
import re
from collections.abc import Iterable, Mapping
from typing import Any, Self

from pydantic import Field, NonNegativeInt

from ulcag.config.action_units import ActionUnitsSettings
from ulcag.config.method import ARMS, ArmSettings, MethodSettings, method_settings
from ulcag.config.rooms import CheckMode, FacesSettings, GraphSettings, NoiseSettings, SamplesSettings
from ulcag.config.section import Section
from ulcag.config.training import TrainingSettings
from ulcag.errors import InputError

# Names become folders.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_FOLD = re.compile(r"all|([1-9]\d*)of([2-9]|[1-9]\d+)")


class DatasetSettings(Section):
    """One data set and what each room does with it."""

    samples: SamplesSettings
    check: CheckMode = Field(
        "stop", description="stop: a fatal finding ends the job; warn: it is told, and the job goes on; off: no check"
    )
    faces: FacesSettings = FacesSettings()
    action_units: ActionUnitsSettings = ActionUnitsSettings()
    graph: GraphSettings = GraphSettings()
    training: TrainingSettings = TrainingSettings()
    method: dict[str, Any] = Field(default_factory=dict, description="method settings for this data set's runs")


class RunsSettings(Section):
    """Runs to make: the product of these lists."""

    datasets: tuple[str, ...] = Field(min_length=1)
    noise: tuple[str, ...] = ("none",)
    arms: tuple[str, ...] = Field(min_length=1)
    seeds: tuple[NonNegativeInt, ...] = (0,)
    folds: tuple[str, ...] = ("all",)
    test_on: tuple[str, ...] = Field(
        (), description="other data sets whose test split the trained networks are tried on"
    )


class Run(Section):
    """One training: data set x noise x arm x seed x fold.

    Fold `all` trains on the training split and predicts the test split. Fold `3of10` holds out the third tenth
    of the training split and predicts that; `1of10` serves as validation split.
    """

    dataset: str
    noise: str
    arm: str
    seed: int
    fold: str

    @property
    def path(self) -> str:
        """The run's folder below a room's results."""
        return f"{self.dataset}/{self.noise}/{self.arm}/seed{self.seed}/{self.fold}"


class Config(Section):
    """config.yaml."""

    results: str = Field("results", description="where everything goes")
    tensorboard: bool = Field(False, description="events for TensorBoard in results/tensorboard, while runs run")
    datasets: dict[str, DatasetSettings]
    noise: dict[str, NoiseSettings] = Field(default_factory=dict)
    arms: dict[str, ArmSettings] = Field(default_factory=dict)
    runs: tuple[RunsSettings, ...] = Field(min_length=1)

    @classmethod
    def read(cls, values: Mapping[str, Any], where: str = "config.yaml") -> Self:
        """Check the whole configuration, names in `runs` and method settings included.

        Raises:
            InputError: names every wrong key, or the first name that is not defined and the nearest that is.
        """
        values = dict(values)
        values["noise"] = {"none": {}} | dict(values.get("noise") or {})
        values["arms"] = ARMS | dict(values.get("arms") or {})
        config = super().read(values, where)
        for kind in ("datasets", "noise", "arms"):
            for name in getattr(config, kind):
                if not _NAME.fullmatch(name):
                    raise InputError(f"{where}, {kind}", expected="a name that can be a folder", found=repr(name))
        for run in config.all_runs():
            config._check_run(run, where)
        for r in config.runs:
            for other in r.test_on:
                _known(other, config.datasets, f"{where}, runs.test_on")
        return config

    def all_runs(self) -> list[Run]:
        """Every run once, in the order of the configuration."""
        runs = (
            Run(dataset=dataset, noise=noise, arm=arm, seed=seed, fold=fold)
            for r in self.runs
            for dataset, noise, seed, fold, arm in itertools.product(r.datasets, r.noise, r.seeds, r.folds, r.arms)
        )
        return list(dict.fromkeys(runs))

    def elsewhere(self) -> list[tuple[Run, str]]:
        """Runs, and the other data sets that they are tried on; only whole runs, which are not cross-fitted."""
        pairs = [
            (run, other)
            for r in self.runs
            for other in r.test_on
            for run in self.model_copy(update={"runs": (r,)}).all_runs()
            if other != run.dataset and run.fold == "all"
        ]
        return list(dict.fromkeys(pairs))

    def method(self, dataset: str, arm: str) -> MethodSettings:
        """The method settings of an arm on a data set."""
        return method_settings(self.arms[arm], self.datasets[dataset].method)

    def _check_run(self, run: Run, where: str) -> None:
        for kind, name in (("datasets", run.dataset), ("noise", run.noise), ("arms", run.arm)):
            _known(name, getattr(self, kind), f"{where}, runs.{kind}")
        fold = _FOLD.fullmatch(run.fold)
        if not fold or (fold[1] and int(fold[1]) > int(fold[2])):
            raise InputError(f"{where}, runs.folds", expected="'all', or such as '1of10'", found=repr(run.fold))
        self.method(run.dataset, run.arm)


def _known(name: str, names: Iterable[str], where: str) -> None:
    names = list(names)
    if name not in names:
        nearest = difflib.get_close_matches(name, names, n=1)
        do = f"did you mean '{nearest[0]}'?" if nearest else ""
        raise InputError(where, expected=f"one of {', '.join(names)}", found=repr(name), do=do)
