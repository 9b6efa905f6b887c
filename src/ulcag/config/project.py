"""The whole of config.yaml: data sets, noise, arms, and the runs that are their product."""

import difflib
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Self

from pydantic import Field, NonNegativeInt

from ulcag.config.action_units import ActionUnitsSettings
from ulcag.config.arms import ARMS, REPLACED, ArmSettings, merged, refuse_renamed
from ulcag.config.stages import CheckMode, FacesSettings, NoiseSettings, SamplesSettings
from ulcag.config.training import TrainingSettings
from ulcag.errors import InputError
from ulcag.methods import METHODS, method_settings
from ulcag.section import MethodSettings, Section

# Names become folders.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_FOLD = re.compile(r"all|([1-9]\d*)of([2-9]|[1-9]\d+)")


class DatasetSettings(Section):
    """One data set and what each stage does with it."""

    samples: SamplesSettings
    check: CheckMode = Field(
        "stop",
        description="stop: a fatal finding ends the job; warn: it is only reported; off: no check",
    )
    faces: FacesSettings = FacesSettings()
    action_units: ActionUnitsSettings = ActionUnitsSettings()
    training: TrainingSettings = TrainingSettings()
    methods: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="settings of methods for runs on this data set, such as ulc-ag: {ramp: ...}"
    )


class RunsSettings(Section):
    """Runs to make: all combinations of the entries of these lists."""

    datasets: tuple[str, ...] = Field(min_length=1)
    noise: tuple[str, ...] = ("none",)
    arms: tuple[str, ...] = Field(min_length=1)
    seeds: tuple[NonNegativeInt, ...] = (0,)
    folds: tuple[str, ...] = ("all",)
    test_on: tuple[str, ...] = Field(
        (), description="other data sets; the trained networks are also evaluated on their test splits"
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
        """The run's folder below a stage's results."""
        return f"{self.dataset}/{self.noise}/{self.arm}/seed{self.seed}/{self.fold}"


class AuditsSettings(Section):
    """Audits to make: all combinations of the entries of these lists."""

    datasets: tuple[str, ...] = Field(min_length=1)
    noise: tuple[str, ...] = ("none",)
    arms: tuple[str, ...] = ("linear",)
    seeds: tuple[NonNegativeInt, ...] = (0,)
    folds: int = Field(4, ge=2, description="number of folds, each judged by classifiers fitted to the others")
    cleanlab: bool = Field(
        False, description="also rank the labels with cleanlab (extra `cleanlab`), from the same probabilities"
    )


class Audit(Section):
    """One judgement of a data set's training labels, by the networks of all folds of one arm and seed."""

    dataset: str
    noise: str
    arm: str
    seed: int
    folds: int
    cleanlab: bool

    @property
    def path(self) -> str:
        """The audit's folder below the stage's results."""
        return f"{self.dataset}/{self.noise}/{self.arm}/seed{self.seed}"

    def runs(self) -> list[Run]:
        """The trainings that it needs, one a fold."""
        of = self.model_dump(include={"dataset", "noise", "arm", "seed"})
        return [Run(**of, fold=f"{part}of{self.folds}") for part in range(1, self.folds + 1)]


class Config(Section):
    """config.yaml."""

    results: str = Field("results", description="folder for all results")
    tensorboard: bool = Field(False, description="write TensorBoard events to results/tensorboard during training")
    datasets: dict[str, DatasetSettings]
    noise: dict[str, NoiseSettings] = Field(default_factory=dict)
    arms: dict[str, ArmSettings] = Field(default_factory=dict)
    runs: tuple[RunsSettings, ...] = ()
    audits: tuple[AuditsSettings, ...] = ()

    @classmethod
    def read(cls, values: Mapping[str, Any], where: str = "config.yaml") -> Self:
        """Check the whole configuration, names in `runs` and method settings included.

        Raises:
            InputError: names every wrong key, or the first name that is not defined and the nearest that is.
        """
        values = dict(values)
        values["noise"] = {"none": {}} | dict(values.get("noise") or {})
        values["arms"] = ARMS | dict(values.get("arms") or {})
        for name, arm in values["arms"].items():
            refuse_renamed(arm, f"{where}, arms.{name}")
        for name, dataset in dict(values.get("datasets") or {}).items():
            if isinstance(dataset, Mapping) and "method" in dataset:
                do = "move the settings to `methods`, below the method's name: methods: {ulc-ag: {ramp: {beta: 6}}}"
                raise InputError(f"{where}, datasets.{name}", expected="no key method", found="method", do=do)
        config = super().read(values, where)
        for kind in ("datasets", "noise", "arms"):
            for name in getattr(config, kind):
                if not _NAME.fullmatch(name):
                    raise InputError(
                        f"{where}, {kind}", expected="a name for a folder: letters, digits, _ . -", found=repr(name)
                    )
        check_braces(config.results, "choose another folder for results (--out)")
        if not config.runs and not config.audits:
            raise InputError(where, expected="runs or audits to make", found="neither")
        for name, arm in config.arms.items():
            method_settings(arm.method, arm.settings, f"{where}, arms.{name}")
        for name, dataset in config.datasets.items():
            for method, of_method in dataset.methods.items():
                _known(method, METHODS, f"{where}, datasets.{name}.methods")
                method_settings(method, of_method, f"{where}, datasets.{name}.methods")
        for run in config.all_runs():
            config._check_run(run, f"{where}, runs")
        for audit in config.all_audits():
            config._check_run(audit.runs()[0], f"{where}, audits")
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

    def all_audits(self) -> list[Audit]:
        """Every audit once, in the order of the configuration.

        Raises:
            InputError: two audits that would have the same folder.
        """
        audits = [
            Audit(dataset=dataset, noise=noise, arm=arm, seed=seed, folds=a.folds, cleanlab=a.cleanlab)
            for a in self.audits
            for dataset, noise, seed, arm in itertools.product(a.datasets, a.noise, a.seeds, a.arms)
        ]
        audits = list(dict.fromkeys(audits))
        several = [path for path, times in Counter(audit.path for audit in audits).items() if times > 1]
        if several:
            found = "several, with different folds or cleanlab"
            raise InputError("audits", expected=f"one audit for {several[0]}", found=found)
        return audits

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

    def method_settings(self, dataset: str, arm: str) -> MethodSettings:
        """Of an arm on a data set: the method's defaults, changed by the data set's, changed by the arm's."""
        chosen = self.arms[arm]
        values = merged(self.datasets[dataset].methods.get(chosen.method, {}), chosen.settings)
        return method_settings(chosen.method, values, f"arm {arm}")

    def _check_run(self, run: Run, where: str) -> None:
        for kind, name in (("datasets", run.dataset), ("noise", run.noise), ("arms", run.arm)):
            _known(name, getattr(self, kind), f"{where}.{kind}")
        fold = _FOLD.fullmatch(run.fold)
        if not fold or (fold[1] and int(fold[1]) > int(fold[2])):
            raise InputError(f"{where}.folds", expected="'all', or a part such as '1of10'", found=repr(run.fold))
        method = self.method_settings(run.dataset, run.arm)
        if method.needs_action_units and self.datasets[run.dataset].action_units.source == "none":
            expected = f"action units, needed by the arm {run.arm}"
            do = "set another action_units.source, or choose an arm without an auxiliary branch"
            raise InputError(f"{where}, {run.dataset}", expected=expected, found="action_units.source: none", do=do)


def check_braces(path: str, do: str) -> None:
    """Nothing, if Snakemake can work with a path of the project or of its results.

    Raises:
        InputError: it holds braces, which Snakemake takes for wildcards, and no way to write them otherwise.
    """
    found = [brace for brace in "{}" if brace in path]
    if found:
        expected = "a path without braces, which Snakemake takes for wildcards"
        raise InputError(path, expected=expected, found=" ".join(found), do=do)


def _known(name: str, names: Iterable[str], where: str) -> None:
    names = list(names)
    if name not in names:
        nearest = difflib.get_close_matches(name, names, n=1)
        do = REPLACED.get(name) or (f"did you mean '{nearest[0]}'?" if nearest else "")
        raise InputError(where, expected=f"one of {', '.join(names)}", found=repr(name), do=do)
