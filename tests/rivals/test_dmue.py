"""DMUE. Values after `official` are of the authors' code (github.com/JDAI-CV/FaceX-Zoo, addition_module/DMUE)."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tests.rivals.test_label_smoothing import batch_of
from tests.rivals.waves import waves
from ulcag.learning import Epoch, Samples
from ulcag.rivals.dmue import (
    Dmue,
    auxiliary_cross_entropy,
    distribution_loss,
    latent_distributions,
    relations,
    similarity_loss,
)
from ulcag.rivals.dmue_settings import DmueSettings

C, D = 7, 5
LABELS = torch.tensor([0, 1, 2, 3, 4, 5, 6, 6, 5, 4, 3, 2, 1, 0, 3, 3, 4, 4])
N = len(LABELS)


def started(epoch: int, features: int = D, epochs: int = 30) -> Dmue:
    torch.manual_seed(0)
    method = Dmue(DmueSettings(), features, torch.eye(2), seed=3)
    nothing = torch.zeros(0, dtype=torch.int64)
    samples = Samples(nothing, torch.zeros(0, 2), nothing.bool(), nothing)
    method.start_epoch(Epoch(epoch, lambda number: number * epochs / 30, False), samples)
    return method


def as_in_the_official_run(epoch: int) -> tuple[Dmue, nn.Linear]:
    """The method and the classifier, with the weights that the authors' code was given."""
    method, classifier = started(epoch), nn.Linear(D, C, bias=False)
    weights: list[tuple[nn.Parameter, Tensor]] = [(classifier.weight, waves(C, D, speed=0.7))]
    for head, values in zip(method.auxiliary, waves(C, C - 1, D, speed=1.3), strict=True):
        weights.append((head.weight, values))
    for layer, speed in ((method.score[0], 0.9), (method.score[2], 1.1)):
        weights.append((layer.weight, waves(*layer.weight.shape, speed=speed)))
        weights.append((layer.bias, waves(*layer.bias.shape, speed=speed + 1)))
    with torch.no_grad():
        for parameter, values in weights:
            parameter.copy_(values)
    return method, classifier


@pytest.mark.parametrize(
    ("epoch", "up", "down"),
    [(0, math.exp(-5), 1), (5, math.exp(-1.25), 1), (10, 1, 1), (20, 1, math.exp(-0.25))],
)
def test_the_target_takes_over(epoch: int, up: float, down: float) -> None:
    method = started(epoch)
    assert (method.up, method.down) == pytest.approx((up, down))
    shorter = started(epoch // 5, epochs=6)
    assert (shorter.up, shorter.down) == pytest.approx((up, down))


def test_the_latent_distribution_by_hand() -> None:
    # of three classes; square roots of 9 to 1 are 3 to 1
    said = torch.tensor([9.0, 1.0]).log()
    logits = torch.full((3, 3, 2), 5.0, requires_grad=True) * 1
    for place in range(3):
        logits[place, place] = said
    q = latent_distributions(logits, torch.arange(3), 2.0)
    torch.testing.assert_close(q, torch.tensor([[0, 0.75, 0.25], [0.75, 0, 0.25], [0.75, 0.25, 0]]))
    assert not q.requires_grad


def test_the_loss_on_the_distribution_by_hand() -> None:
    logits, q = torch.tensor([[0.5, 0.3, 0.2]]).log(), torch.tensor([[0.0, 0.5, 0.5]])
    assert distribution_loss(logits, torch.tensor([0]), q).item() == pytest.approx((0.2**2 + 0.3**2) / 3)


def test_the_auxiliary_cross_entropy_by_hand() -> None:
    logits = torch.zeros(3, 3, 2)
    # of its own class a branch may say what it likes
    logits[0, 0], logits[1, 1], logits[2, 2] = waves(3, 2) * 9
    # branch 1 knows classes 0 and 2, and gives a sample of class 2 a quarter
    logits[1, 2] = torch.tensor([3.0, 1.0]).log()
    loss = auxiliary_cross_entropy(logits, torch.arange(3))
    assert loss.item() == pytest.approx((1 + 1.5 + 1) / 3 * math.log(2))
    # branch 1 has no samples
    assert auxiliary_cross_entropy(torch.zeros(3, 2, 2), torch.tensor([1, 1])).item() == pytest.approx(math.log(2))


def test_the_loss_on_similarities_by_hand() -> None:
    # branch 1 compares the first two samples: rows (0.6, 0.8), where the target has (1, 0) and (0, 1)
    logits = torch.tensor([[[7.0], [7.0], [2.0]], [[3.0], [4.0], [7.0]]])
    f = torch.tensor([[2.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    first = (0.4**2 + 0.8**2 + 0.6**2 + 0.2**2) / 4
    # branch 0 has one sample, which is like itself
    assert similarity_loss(logits, f, torch.tensor([0, 0, 1])).item() == pytest.approx((first + 0) / 2)


def test_relations_by_hand() -> None:
    f = torch.tensor([[2.0, 0.0], [0.0, 1.0], [3.0, 4.0], [-1.0, 0.0]])
    found = relations(f, torch.tensor([0, 1, 1, 2]), 4)
    # cosines 1, (0 + 0.6) / 2 and -1; nobody is of class 3
    torch.testing.assert_close(found[0], torch.tensor([1, 0.65, 0, 0, 1, 0, 0, 0]))
    # cosines 0, (1 + 0.8) / 2 and 0
    torch.testing.assert_close(found[1], torch.tensor([0.0, 1, 0, 0, 0, 1, 0, 0]))
    assert relations(f, torch.full((4,), 2), 4).tolist() == [[0, 0, 0, 0, 0, 0, 1, 0]] * 4


def test_parts_are_those_of_the_official_code() -> None:
    method, classifier = as_in_the_official_run(0)
    target, *stages = waves(8 * N, D).chunk(8)
    of_branches = torch.stack([head(f) for head, f in zip(method.auxiliary, stages, strict=True)])
    score = method.score(relations(target, LABELS, C))
    official = [0.7962765693664551, 0.9493760466575623, 0.9038031101226807, 0.6795458197593689]
    assert score[:4].flatten().tolist() == pytest.approx(official, rel=1e-5)
    q = latent_distributions(of_branches, LABELS, 1.2)
    official = [0.2844829559, 0.2013546825, 0.1533758193, 0.1273435056, 0.1162529141, 0.1171901599, 0]
    assert q[6].tolist() == pytest.approx(official, rel=1e-5)
    logits = classifier(target)
    losses = [
        F.cross_entropy(score * logits, LABELS),
        distribution_loss(logits, LABELS, q),
        similarity_loss(of_branches, target, LABELS),
        auxiliary_cross_entropy(of_branches, LABELS),
    ]
    official = [3.1563541889190674, 0.030057495459914207, 0.024087488651275635, 1.9546767473220825]
    assert [loss.item() for loss in losses] == pytest.approx(official, rel=1e-5)


@pytest.mark.parametrize(
    ("epoch", "official"), [(0, 2.13834547996521), (4, 6.460537910461426), (20, 28.78117561340332)]
)
def test_the_loss_is_that_of_the_official_code(epoch: int, official: float) -> None:
    method, classifier = as_in_the_official_run(epoch)
    step = method.step(classifier, waves(8 * N, D), batch_of(LABELS))
    assert step.loss.item() == pytest.approx(official, rel=1e-5)
    assert step.classification.item() == pytest.approx(3.1563541889190674, rel=1e-5)


def test_the_order_of_a_batch_does_not_matter() -> None:
    method, classifier = as_in_the_official_run(12)
    f, order = waves(8, N, D), torch.randperm(N, generator=torch.Generator().manual_seed(0))
    step = method.step(classifier, f.flatten(0, 1), batch_of(LABELS))
    other = method.step(classifier, f[:, order].flatten(0, 1), batch_of(LABELS[order]))
    torch.testing.assert_close(other.loss, step.loss)
    assert step.alpha is not None
    torch.testing.assert_close(other.alpha, step.alpha[order])


@pytest.mark.parametrize("labels", [LABELS.clamp(max=5), LABELS.clamp(2, 3), torch.full((N,), 6), LABELS[:7]])
def test_a_batch_that_lacks_classes_is_as_good(labels: Tensor) -> None:
    method, classifier = as_in_the_official_run(12)
    f = waves(8 * len(labels), D).requires_grad_()
    loss = method.step(classifier, f, batch_of(labels)).loss
    loss.backward()
    assert loss.isfinite()
    for values in (f, classifier.weight, *method.parameters()):
        assert values.grad is not None
        assert values.grad.isfinite().all()


def test_a_branch_learns_nothing_from_samples_of_its_class() -> None:
    logits = waves(C, N, C - 1).requires_grad_()
    q = latent_distributions(logits, LABELS, 1.2)
    loss = auxiliary_cross_entropy(logits, LABELS) + similarity_loss(logits, waves(N, D, speed=0.7), LABELS)
    (loss + distribution_loss(waves(N, C), LABELS, q)).backward()
    assert logits.grad is not None
    own = F.one_hot(LABELS, C).T.bool()
    assert (logits.grad[own] == 0).all()
    assert (logits.grad[~own] != 0).any(dim=1).all()


def test_auxiliary_classifiers_alone_learn_at_the_auxiliary_rate() -> None:
    method = started(0)
    own = {id(parameter) for parameter in method.auxiliary_parameters()}
    assert {name.split(".")[0] for name, value in method.named_parameters() if id(value) in own} == {"auxiliary"}
    assert {name.split(".")[0] for name, value in method.named_parameters() if id(value) not in own} == {"score"}


def test_a_branch_says_what_wrong_labels_should_have_been() -> None:
    # a fifth of class 2 is called 4; features show the class that it is
    truth = torch.arange(140) % C
    labels = torch.where((truth == 2) & (torch.arange(140) % 5 == 0), 4, truth)
    shown = F.one_hot(truth, C) + 0.3 * waves(140, C)
    method, classifier, f = started(0, C), nn.Linear(C, C, bias=False), shown.repeat(8, 1)
    optimiser = torch.optim.Adam([*method.parameters(), *classifier.parameters()], lr=0.1)
    for _ in range(50):
        loss = method.step(classifier, f, batch_of(labels)).loss
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    said = torch.stack([head(shown) for head in method.auxiliary])
    q = latent_distributions(said, labels, 1.2)[labels != truth]
    assert len(q) == 4
    assert (q.argmax(dim=1) == 2).all()
