"""Eq. 12 and 13 against values worked out by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ulcag.method.ramps import lambda1, lambda2


@pytest.mark.parametrize(
    ("epoch", "first", "second"),
    [
        (0, math.exp(-1), 1.0),
        (5, math.exp(-0.25), 1.0),
        (10, 1.0, 1.0),
        (20, 1.0, math.exp(-0.25)),
        (30, 1.0, math.exp(-4 / 9)),
    ],
)
def test_ramps_by_hand(epoch: int, first: float, second: float) -> None:
    assert lambda1(epoch, beta=10) == pytest.approx(first)
    assert lambda2(epoch, beta=10) == pytest.approx(second)


@given(st.floats(0, 200), st.floats(0, 50), st.floats(0.1, 50))
def test_the_target_branch_gains_what_the_auxiliary_branch_loses(epoch: float, later: float, beta: float) -> None:
    assert lambda1(epoch + later, beta) >= lambda1(epoch, beta) >= math.exp(-1)
    assert math.exp(-1) <= lambda2(epoch + later, beta) <= lambda2(epoch, beta)


@pytest.mark.parametrize("beta", [0, -1, math.nan])
def test_beta_must_be_positive(beta: float) -> None:
    for ramp in (lambda1, lambda2):
        with pytest.raises(ValueError, match="beta must be above 0"):
            ramp(1, beta)
