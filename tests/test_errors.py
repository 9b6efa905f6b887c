"""The error that a user reads."""

import pickle

from ulcag.errors import InputError


def test_it_is_the_same_from_another_process() -> None:
    error = InputError("a.csv, row 3", expected="a label", found="none", do="write one")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert str(again) == str(error) == "a.csv, row 3\n  expected: a label\n  found:    none\n  to do:    write one"
    assert (again.where, again.expected, again.found, again.do) == ("a.csv, row 3", "a label", "none", "write one")
