"""The page of the action unit reader says what its head is."""

import re
from pathlib import Path

from ulcag.action_units.reader.drawn import PEOPLE, PICTURES
from ulcag.action_units.reader.features import DEPTHS, SIDE, WIDTH
from ulcag.action_units.reader.head import SHIPPED, about_head, read_head
from ulcag.action_units.reader.make import COPIES
from ulcag.action_units.table import PRESENCE_UNITS

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "action-unit-reader.md").read_text()


def test_the_page_is_of_the_head_that_is_shipped() -> None:
    head, _ = read_head(SHIPPED)
    about = about_head()
    assert (about["people"], about["copies"]) == (PEOPLE, COPIES)
    assert (about["pixels"], about["depths"]) == (SIDE, [list(depth) for depth in DEPTHS])
    assert f"{PEOPLE * PICTURES:,} rendered faces of {PEOPLE:,} people" in TEXT
    assert f"these {WIDTH:,} numbers" in TEXT
    unread = [unit for unit in PRESENCE_UNITS if unit not in head.units]
    assert f"**{' and '.join(unread)} are not read**" in " ".join(TEXT.split())


def test_every_unit_has_its_row() -> None:
    measured = re.search(r"<!-- rendered -->(.*?)<!-- /rendered -->", TEXT, re.DOTALL)
    assert measured is not None
    units = re.findall(r"^\| (AU\d\d) \|", measured[1], re.MULTILINE)
    assert units == list(read_head(SHIPPED)[0].units)


def test_the_picture_is_small() -> None:
    assert (DOCS / "images" / "action-unit-reader.png").stat().st_size < 250_000
