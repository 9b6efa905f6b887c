"""Several backbones in place of one."""

import torch
from torch import nn

from ulcag.backbones.several import LastStages, Networks, only_for_training


def layer(weight: float) -> nn.Linear:
    made = nn.Linear(1, 1, bias=False)
    nn.init.constant_(made.weight, weight)
    return made


def test_networks_come_one_after_the_other_in_training_and_the_first_alone_in_use() -> None:
    networks = Networks([layer(1), layer(10)])
    x = torch.tensor([[1.0], [2.0]])
    assert networks(x).tolist() == [[1], [2], [10], [20]]
    assert networks.eval()(x).tolist() == [[1], [2]]


def test_last_stages_grow_from_one_stem() -> None:
    stages = LastStages(layer(2), [layer(1), layer(10)])
    x = torch.tensor([[1.0], [2.0]])
    assert stages(x).tolist() == [[2], [4], [20], [40]]
    assert stages.eval()(x).tolist() == [[2], [4]]


def test_what_only_training_needs_is_all_but_the_first() -> None:
    assert only_for_training(Networks([layer(1), layer(10)])) == {"networks.1.weight"}
    assert only_for_training(LastStages(layer(2), [layer(1), layer(10)])) == {"ends.1.weight"}
    assert only_for_training(layer(1)) == set()
