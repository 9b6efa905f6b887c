"""config.yaml: unknown keys are refused, names are checked, runs are the product."""

from typing import Any

import pytest

from ulcag.config import ARMS, Config
from ulcag.errors import InputError
from ulcag.method.settings import LITERAL, UlcAgSettings
from ulcag.rivals.scn_settings import ScnSettings


def config(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "datasets": {"faces": {"samples": {"reader": "synthetic"}}},
        "runs": [{"datasets": ["faces"], "arms": ["baseline", "ulc-ag"]}],
    }
    return values | changes


def test_runs_are_the_product_and_each_occurs_once() -> None:
    runs = [
        {"datasets": ["faces"], "arms": ["baseline", "scn"], "seeds": [0, 1], "folds": ["all", "1of10"]},
        {"datasets": ["faces"], "arms": ["baseline"], "seeds": [0]},
    ]
    paths = [run.path for run in Config.read(config(runs=runs)).all_runs()]
    assert len(paths) == len(set(paths)) == 2 * 2 * 2
    assert paths[0] == "faces/none/baseline/seed0/all"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"datasets": {"faces": {"samples": {"reader": "synthetic", "trian": 5}}}}, "did you mean 'train'"),
        ({"datasets": {"faces": {"samples": {"reader": "synthetic"}, "face": {}}}}, "did you mean 'faces'"),
        (
            {"datasets": {"faces": {"samples": {"reader": "synthetic"}, "labels": {"0": "happy"}}}},
            "labels: unknown key here; it belongs below samples",
        ),
        ({"datasets": {"faces": {"samples": {"reader": "folder", "root": "r", "path": "t"}}}}, "other samples have it"),
        ({"datasets": {"faces": {"samples": {"reader": "synthetic"}, "noise": {}}}}, "it belongs at the top"),
        (
            {"datasets": {"faces": {"samples": {"reader": "synthetic"}, "graph": {"presence": "intensity"}}}},
            r"faces\.graph: unknown key; its key 'presence' belongs below action_units",
        ),
        (
            {"datasets": {"faces": {"samples": {"reader": "synthetic"}, "trianing": {"epochs": 3}}}},
            "trianing: unknown key; did you mean 'training'",
        ),
        ({"nois": {}}, "nois: unknown key; did you mean 'noise'"),
        ({"datasets": {"faces": {"samples": {"reader": "table"}}}}, r"table\.path: Field required"),
        ({"runs": [{"datasets": ["faces"], "arms": ["baselin"]}]}, "did you mean 'baseline'"),
        ({"runs": [{"datasets": ["faces"], "arms": ["au-posterior"]}]}, "use second-opinion in its place"),
        ({"runs": [{"datasets": ["face"], "arms": ["scn"]}]}, "did you mean 'faces'"),
        ({"runs": [{"datasets": ["faces"], "arms": ["scn"], "folds": ["11of10"]}]}, "'11of10'"),
        ({"runs": [{"datasets": ["faces"], "arms": ["scn"], "seeds": [-1]}]}, "greater than or equal to 0"),
        ({"noise": {"a/b": {}}}, "a name for a folder"),
        ({"noise": {"n": {"kind": "uniform", "rate": 1.5}}}, "less than or equal to 1"),
    ],
)
def test_mistakes_are_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Config.read(config(**changes))


def test_method_settings_come_from_the_method_then_the_data_set_then_the_arm() -> None:
    mine = {"method": "ulc-ag", "settings": LITERAL | {"relabelling": {"margin": 0.3}}}
    values = config(arms={"mine": mine})
    values["datasets"]["faces"]["methods"] = {"ulc-ag": {"ramp": {"beta": 6}, "relabelling": {"margin": 0.2}}}
    values["runs"][0]["arms"] = ["mine", "ulc-ag", "target", "scn"]
    read = Config.read(values)
    own, ulc_ag = read.method_settings("faces", "mine"), read.method_settings("faces", "ulc-ag")
    assert isinstance(own, UlcAgSettings)
    assert isinstance(ulc_ag, UlcAgSettings)
    assert (own.confidence.bias, ulc_ag.confidence.bias) == (False, True)
    assert (own.relabelling.margin, ulc_ag.relabelling.margin) == (0.3, 0.2)
    assert own.ramp.beta == ulc_ag.ramp.beta == 6
    # of another method
    assert read.method_settings("faces", "scn") == ScnSettings()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ulc-ag": {"relabeling": {"margin": 1}}}, "did you mean 'relabelling'"),
        ({"ulcag": {}}, r"faces\.methods(.|\n)*did you mean 'ulc-ag'"),
        ({"scn": {"ramp": {"beta": 6}}}, "settings of the method scn"),
        ({"au-posterior": {"ramp": {"beta": 6}}}, r"faces\.methods(.|\n)*use second-opinion in its place"),
    ],
)
def test_a_wrong_method_key_is_an_error_of_the_configuration(changes: dict[str, Any], message: str) -> None:
    values = config()
    values["datasets"]["faces"]["methods"] = changes
    with pytest.raises(InputError, match=message):
        Config.read(values)


@pytest.mark.parametrize(
    ("arm", "message"),
    [
        ({"method": "ulcag"}, r"arms\.mine(.|\n)*did you mean 'ulc-ag'"),
        ({"method": "scn", "settings": {"relabel_margn": 0}}, "did you mean 'relabel_margin'"),
        ({"kind": "ulc-ag"}, "use `method`, the new name of `kind`"),
        ({"method": "ulc-ag", "preset": "paper"}, "for `paper`, the arm ulc-ag-literal"),
        ({"method": "ulc-ag", "preset": "default"}, "for `default`, which was au-posterior, the method second-opinion"),
        ({"method": "au-posterior"}, r"arms\.mine(.|\n)*'au-posterior'(.|\n)*use second-opinion in its place"),
        ({"method": {"ramp": {"beta": 6}}}, "give the name of the method in `method`"),
    ],
)
def test_mistakes_in_arms_are_named_and_old_keys_with_the_new_ones(arm: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Config.read(config(arms={"mine": arm}))


def test_the_old_key_of_a_data_set_is_refused_with_the_new_one() -> None:
    values = config()
    values["datasets"]["faces"]["method"] = {"ramp": {"beta": 6}}
    with pytest.raises(InputError, match=r"datasets\.faces(.|\n)*move the settings to `methods`"):
        Config.read(values)


def test_only_the_arm_of_the_paper_has_its_name() -> None:
    assert {name for name in ARMS if "ulc-ag" in name} == {"ulc-ag", "ulc-ag-literal"}
    read = Config.read(config())
    assert read.method_settings("faces", "ulc-ag") == UlcAgSettings()
    literal = read.method_settings("faces", "ulc-ag-literal")
    assert isinstance(literal, UlcAgSettings)
    assert (literal.confidence.bias, literal.action_units.detach_confidence) == (False, False)


def test_elsewhere_is_every_other_data_set_for_whole_runs() -> None:
    datasets = {name: {"samples": {"reader": "synthetic"}} for name in ("a", "b", "c")}
    runs = [
        {"datasets": ["a", "b"], "arms": ["scn"], "seeds": [0, 1], "test_on": ["a", "c"]},
        {"datasets": ["a"], "arms": ["scn"], "folds": ["1of5"], "test_on": ["b"]},
    ]
    config = Config.read({"datasets": datasets, "runs": runs})
    found = [(run.path, other) for run, other in config.elsewhere()]
    assert sorted(found) == [
        ("a/none/scn/seed0/all", "c"),
        ("a/none/scn/seed1/all", "c"),
        ("b/none/scn/seed0/all", "a"),
        ("b/none/scn/seed0/all", "c"),
        ("b/none/scn/seed1/all", "a"),
        ("b/none/scn/seed1/all", "c"),
    ]
    with pytest.raises(InputError, match=r"runs\.test_on(.|\n)*did you mean 'a'"):
        Config.read({"datasets": datasets, "runs": [runs[0] | {"test_on": ["aa"]}]})


def test_an_audit_needs_a_run_of_every_fold() -> None:
    audits = [{"datasets": ["faces"], "seeds": [0, 1], "folds": 3}]
    read = Config.read(config(runs=[], audits=audits))
    assert [audit.path for audit in read.all_audits()] == [f"faces/none/linear/seed{seed}" for seed in (0, 1)]
    assert [run.path for run in read.all_audits()[1].runs()] == [
        f"faces/none/linear/seed1/{part}of3" for part in (1, 2, 3)
    ]
    assert not read.all_runs()


@pytest.mark.parametrize(
    ("audits", "message"),
    [
        ([{"datasets": ["face"]}], r"audits\.datasets(.|\n)*did you mean 'faces'"),
        ([{"datasets": ["faces"], "arms": ["ulcag"]}], r"audits\.arms(.|\n)*did you mean 'ulc-ag'"),
        ([{"datasets": ["faces"], "folds": 1}], "greater than or equal to 2"),
        ([{"datasets": ["faces"]}, {"datasets": ["faces"], "folds": 3}], r"one audit for faces/none/linear/seed0"),
        ([], "runs or audits to make"),
    ],
)
def test_mistakes_in_audits_are_named(audits: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Config.read(config(runs=[], audits=audits))


def test_an_arm_with_an_auxiliary_branch_needs_action_units() -> None:
    values = config()
    values["datasets"]["faces"]["action_units"] = {"source": "none"}
    with pytest.raises(InputError, match=r"needed by the arm ulc-ag(.|\n)*action_units\.source: none"):
        Config.read(values)
    values["runs"][0]["arms"] = ["baseline", "target", "scn"]
    assert len(Config.read(values).all_runs()) == 3
