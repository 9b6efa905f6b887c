"""config.yaml: unknown keys are refused, names are checked, runs are the product."""

from typing import Any

import pytest

from ulcag.config import Config
from ulcag.errors import InputError


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
        ({"nois": {}}, "nois: unknown key; did you mean 'noise'"),
        ({"datasets": {"faces": {"samples": {"reader": "table"}}}}, r"table\.path: Field required"),
        ({"runs": [{"datasets": ["faces"], "arms": ["baselin"]}]}, "did you mean 'baseline'"),
        ({"runs": [{"datasets": ["face"], "arms": ["scn"]}]}, "did you mean 'faces'"),
        ({"runs": [{"datasets": ["faces"], "arms": ["scn"], "folds": ["11of10"]}]}, "'11of10'"),
        ({"runs": [{"datasets": ["faces"], "arms": ["scn"], "seeds": [-1]}]}, "greater than or equal to 0"),
        ({"noise": {"a/b": {}}}, "a name that can be a folder"),
        ({"noise": {"n": {"kind": "uniform", "rate": 1.5}}}, "less than or equal to 1"),
    ],
)
def test_mistakes_are_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Config.read(config(**changes))


def test_method_settings_come_from_preset_then_data_set_then_arm() -> None:
    values = config(
        arms={
            "literal": {"kind": "ulc-ag", "preset": "paper"},
            "mine": {"kind": "ulc-ag", "preset": "paper", "method": {"relabelling": {"margin": 0.3}}},
        }
    )
    values["datasets"]["faces"]["method"] = {"ramp": {"beta": 6}, "relabelling": {"margin": 0.2}}
    values["runs"][0]["arms"] = ["literal", "mine", "ulc-ag"]
    read = Config.read(values)
    literal, mine = read.method("faces", "literal"), read.method("faces", "mine")
    assert not literal.confidence.bias
    assert not mine.confidence.bias
    assert (literal.relabelling.margin, mine.relabelling.margin) == (0.2, 0.3)
    assert literal.ramp.beta == mine.ramp.beta == 6
    assert read.method("faces", "ulc-ag").confidence.bias


def test_a_wrong_method_key_is_an_error_of_the_configuration() -> None:
    values = config()
    values["datasets"]["faces"]["method"] = {"relabeling": {"margin": 1}}
    with pytest.raises(InputError, match="did you mean 'relabelling'"):
        Config.read(values)


def test_an_arm_depends_on_its_own_settings_only() -> None:
    method = Config.read(config()).method("faces", "ulc-ag")
    assert method.relevant("baseline") == {}
    assert set(method.relevant("scn")) == {"scn", "confidence"}
    assert "scn" not in method.relevant("ulc-ag")


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
    assert [audit.path for audit in read.all_audits()] == [f"faces/none/ulc-ag/seed{seed}" for seed in (0, 1)]
    assert [run.path for run in read.all_audits()[1].runs()] == [
        f"faces/none/ulc-ag/seed1/{part}of3" for part in (1, 2, 3)
    ]
    assert not read.all_runs()


@pytest.mark.parametrize(
    ("audits", "message"),
    [
        ([{"datasets": ["face"]}], r"audits\.datasets(.|\n)*did you mean 'faces'"),
        ([{"datasets": ["faces"], "arms": ["ulcag"]}], r"audits\.arms(.|\n)*did you mean 'ulc-ag'"),
        ([{"datasets": ["faces"], "folds": 1}], "greater than or equal to 2"),
        ([{"datasets": ["faces"]}, {"datasets": ["faces"], "folds": 3}], r"one audit faces/none/ulc-ag/seed0"),
        ([], "runs or audits to make"),
    ],
)
def test_mistakes_in_audits_are_named(audits: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Config.read(config(runs=[], audits=audits))


def test_an_arm_with_an_auxiliary_branch_needs_action_units() -> None:
    values = config()
    values["datasets"]["faces"]["action_units"] = {"source": "none"}
    with pytest.raises(InputError, match=r"which the arm ulc-ag needs(.|\n)*action_units\.source: none"):
        Config.read(values)
    values["runs"][0]["arms"] = ["baseline", "target", "scn"]
    assert len(Config.read(values).all_runs()) == 3
