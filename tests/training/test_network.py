"""The network."""

import numpy as np
import torch

from tests.rivals.waves import waves
from ulcag.config import ARMS, TrainingSettings, TrainSettings
from ulcag.config.arms import merged
from ulcag.training.network import Network, memory_format

EDGES = np.eye(5)


def network(arm: str, seed: int = 0, **settings: dict[str, object]) -> Network:
    values = ARMS[arm] | {"settings": merged(ARMS[arm].get("settings", {}), settings)}
    return Network(TrainSettings.read(values), EDGES, seed)


@torch.no_grad()
def test_all_arms_of_a_seed_start_from_the_same_weights() -> None:
    def said(of: Network) -> torch.Tensor:
        logits: torch.Tensor = of.classifier(of.eval().backbone(waves(2, 3, 64, 64)))
        return logits

    first, other = said(network("baseline")), said(network("baseline", seed=1))
    for arm in ARMS:
        # weights have other names where there are several last stages
        assert torch.equal(said(network(arm)), first), arm
    assert not torch.equal(other, first)


def test_an_arm_has_the_heads_it_needs() -> None:
    arms = ("baseline", "target", "auxiliary", "ulc-ag", "scn", "ltnet", "ran", "rul", "dmue", "second-opinion")
    heads = {arm: {name.split(".")[0] for name in network(arm).method.state_dict()} for arm in arms}
    assert heads == {
        "baseline": set(),
        "target": {"confidence"},
        "auxiliary": {"confidence", "action_units"},
        "ulc-ag": {"confidence", "action_units"},
        "scn": {"confidence"},
        "ltnet": {"of_given", "of_predicted"},
        "ran": {"q0", "q1"},
        "rul": {"uncertainty"},
        "dmue": {"auxiliary", "score"},
        "second-opinion": set(),
    }


def test_channels_lie_last_but_where_that_is_slower() -> None:
    last, cpu, gpu = torch.channels_last, torch.device("cpu"), torch.device("cuda")
    assert memory_format(cpu, torch.float32, 48) == torch.contiguous_format
    assert memory_format(cpu, torch.float32, 224) == memory_format(cpu, torch.bfloat16, 48) == last
    assert memory_format(gpu, torch.float32, 48) == last


def test_the_layout_does_not_change_features() -> None:
    images = torch.randint(0, 256, (4, 3, 96, 96), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    one, other = network("baseline").eval(), network("baseline").eval().to(memory_format=torch.channels_last)
    with torch.no_grad():
        torch.testing.assert_close(one.features(images), other.features(images), atol=1e-4, rtol=1e-4)
        # the loader's images, whose colours lie last
        as_loaded = images.contiguous(memory_format=torch.channels_last)
        torch.testing.assert_close(one.features(images), one.features(as_loaded), atol=1e-4, rtol=1e-4)


def test_building_a_network_leaves_the_global_generator_alone() -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    network("ulc-ag")
    assert torch.equal(torch.rand(3), expected)


def test_random_edges_are_fixed_and_normalised() -> None:
    a_bar = network("ulc-ag", action_units={"edges": "random"}).method.action_units.a_bar
    assert not torch.equal(a_bar, torch.eye(5))
    assert torch.allclose(a_bar.sum(1), torch.ones(5))
    assert not a_bar.requires_grad


def test_features_normalise_as_the_weights_expect() -> None:
    net = network("baseline")
    seen = []
    net.backbone.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    net.features(torch.full((2, 3, 32, 32), 255, dtype=torch.uint8))
    expected = (1 - torch.tensor([0.485, 0.456, 0.406])) / torch.tensor([0.229, 0.224, 0.225])
    assert torch.allclose(seen[0][0, :, 0, 0], expected)


def test_the_auxiliary_branch_has_its_own_learning_rate() -> None:
    net = network("ulc-ag", confidence={"learn_margin": True})
    groups = net.parameter_groups(TrainingSettings())
    assert [group["lr"] for group in groups] == [0.01, 0.01, 0.005]
    own = net.parameter_groups(TrainingSettings(backbone_learning_rate=0.001))
    assert [group["initial_lr"] for group in own] == [0.01, 0.001, 0.005]
    assert len(own[1]["params"]) == len(list(net.backbone.parameters()))  # type: ignore[arg-type]
    assert sum(len(group["params"]) for group in groups) == len(list(net.parameters()))  # type: ignore[arg-type]


def test_a_network_leaves_torchs_random_numbers_as_they_were() -> None:
    for arm in ("baseline", "co-teaching", "dmue"):
        torch.manual_seed(7)
        network(arm)
        after = torch.rand(1)
        torch.manual_seed(7)
        assert torch.equal(torch.rand(1), after), arm
