"""Eq. 5 and 6."""

import pytest
import torch

from ulcag.method.au_graph import ActionUnitBranch, cooccurrence, normalise_rows, random_edges


def test_cooccurrence_by_hand_is_asymmetric() -> None:
    # AU 0 in four samples, AU 1 in two of those and in no other, AU 2 never, AU 3 in one with AU 0.
    z = torch.tensor([[1, 1, 0, 0], [1, 1, 0, 0], [1, 0, 0, 1], [1, 0, 0, 0], [0, 0, 0, 0]])
    a = cooccurrence(z)
    assert a.tolist() == [
        [1.0, 1.0, 0.0, 1.0],  # P(AU 0 | .): wherever AU 1 or AU 3 is, AU 0 is
        [0.5, 1.0, 0.0, 0.0],  # P(AU 1 | AU 0) = 2/4
        [0.0, 0.0, 1.0, 0.0],  # never seen: diagonal only
        [0.25, 0.0, 0.0, 1.0],
    ]


def test_cooccurrence_of_no_samples_is_the_identity() -> None:
    assert torch.equal(cooccurrence(torch.zeros(0, 3)), torch.eye(3, dtype=torch.float64))


def test_normalised_rows_sum_to_one() -> None:
    a_bar = normalise_rows(torch.tensor([[1.0, 3.0], [0.0, 1.0]]))
    assert a_bar.tolist() == [[0.25, 0.75], [0.0, 1.0]]


def test_random_edges_are_seeded_and_within_0_and_1() -> None:
    a = random_edges(18, seed=3)
    assert torch.equal(a, random_edges(18, seed=3))
    assert not torch.equal(a, random_edges(18, seed=4))
    assert 0 <= a.min() < a.max() < 1


@pytest.mark.parametrize(("semantic", "width"), [("logit", 5), ("node_mean", 5), ("flatten", 40)])
@pytest.mark.parametrize("joint", [False, True])
def test_branch_shapes(semantic: str, width: int, joint: bool) -> None:
    branch = ActionUnitBranch(16, torch.ones(5, 5), channels=8, semantic=semantic, joint_classifier=joint)
    s, logits = branch(torch.randn(3, 16))
    assert logits.shape == (3, 5)
    assert s.shape == (3, width) == (3, branch.semantic_width)


def test_branch_by_hand() -> None:
    # One channel a node, so that every step can be followed.
    branch = ActionUnitBranch(2, torch.tensor([[1.0, 1.0], [0.0, 1.0]]), channels=1)
    with torch.no_grad():
        branch.nodes.weight.copy_(torch.eye(2))
        branch.nodes.bias.zero_()
        branch.layer1.weight.fill_(2.0)
        branch.layer2.weight.fill_(-1.0)
        branch.classifier.weight.copy_(torch.tensor([[1.0], [10.0]]))
        branch.classifier.bias.copy_(torch.tensor([0.0, 1.0]))
    # nodes (1, 3); layer 1: mean 2 and 3, times 2 -> (4, 6); layer 2: mean 5 and 6, times -1, leaky 0.01
    _, logits = branch(torch.tensor([[1.0, 3.0]]))
    assert logits[0].tolist() == pytest.approx([-0.05, 1 - 0.6])


def test_each_unit_is_judged_on_its_own_node() -> None:
    branch = ActionUnitBranch(4, torch.eye(3), channels=2)
    f = torch.randn(1, 4)
    with torch.no_grad():
        before = branch(f)[1]
        branch.nodes.bias[0:2] += 1.0  # node 0's two channels
        after = branch(f)[1]
    assert before[0, 0] != after[0, 0]
    assert torch.equal(before[0, 1:], after[0, 1:])


def test_a_wrong_semantic_is_refused() -> None:
    with pytest.raises(ValueError, match="semantic must be logit, node_mean or flatten, got 'mean'"):
        ActionUnitBranch(4, torch.eye(3), semantic="mean")
