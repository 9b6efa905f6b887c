"""Who is in a picture and what the face does depends on its number alone."""

import numpy as np

from ulcag.action_units.reader.drawn import PICTURES, draw, person_named
from ulcag.samples.synthetic.action_units import AU_PRESENCE
from ulcag.samples.synthetic.expressions import RIVALS
from ulcag.samples.synthetic.sample import person_of


def test_a_picture_depends_on_its_number_alone() -> None:
    assert draw(7) == draw(7) != draw(8)
    assert draw(PICTURES - 1).person == draw(0).person != draw(PICTURES).person


def test_units_are_within_their_scale_and_none_comes_with_its_rival() -> None:
    drawn = [draw(number).intensities for number in range(400)]
    values = np.array([[units[unit] for unit in AU_PRESENCE] for units in drawn])
    assert values.min() == 0
    assert values.max() <= 5
    # Each is often enough there to be learnt.
    assert ((values > 1).mean(axis=0) > 0.05).all()
    for first, second in RIVALS:
        assert not any(units[first] > 4 and units[second] > 4 for units in drawn)


def test_people_are_not_those_of_the_embedded_data_set() -> None:
    name = draw(0).person
    assert person_named(name) == person_named(name)
    assert person_named(name).texture_seed != person_of(0, name).texture_seed
