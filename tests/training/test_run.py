"""A run as a whole; what it does is tested end to end in tests/pipeline."""

import math

import pytest

from ulcag.errors import InputError
from ulcag.training.records import Records
from ulcag.training.run import check_loss


@pytest.mark.parametrize("loss", [math.nan, math.inf, None])
def test_a_loss_that_is_no_number_stops_the_run(loss: float | None) -> None:
    with pytest.raises(InputError, match=r"run a/b, epoch 3\n.*a finite loss\n.*\n.*lower the learning rates"):
        check_loss({"epoch": 3, "loss": loss}, "a/b")


def test_any_other_loss_does_not() -> None:
    check_loss({"epoch": 3, "loss": 1e9}, "a/b")


def test_the_record_says_where_a_run_went_on(capsys: pytest.CaptureFixture[str]) -> None:
    records = Records()
    for device in ("cpu", "cpu", "cuda (a card)", "cuda (a card)", "cpu"):
        records.note_device(device)
    assert records.devices == ["cpu", "cuda (a card)", "cpu"]
    told = capsys.readouterr().err.splitlines()
    assert told == [
        "device changed from cpu to cuda (a card): results are the same up to rounding",
        "device changed from cuda (a card) to cpu: results are the same up to rounding",
    ]
