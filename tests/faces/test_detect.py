"""Detection: MTCNN itself on a cartoon, and the choice between faces."""

import subprocess
import sys

import numpy as np
import pytest

from tests.faces.conftest import cartoon, face
from ulcag.config import FacesSettings
from ulcag.faces.detect import Mtcnn, NotSearchedError, make_detector, select_face


def test_mtcnn_finds_a_drawn_face_and_its_eyes() -> None:
    (found,) = make_detector(FacesSettings())(cartoon(200))
    x0, y0, x1, y1 = found.box
    assert found.probability > 0.9
    # the drawn head spans 44..156 and 24..176
    assert 30 < x0 < 70 < 130 < x1 < 170
    assert 15 < y0 < 60 < 150 < y1 < 190
    assert found.landmarks.shape == (5, 2)
    assert found.landmarks.dtype == np.float64
    assert found.landmarks[:2] == pytest.approx(np.array([[78, 90], [122, 90]]), abs=6)


def test_a_face_is_found_alike_whatever_was_searched_before() -> None:
    detector = Mtcnn(40, 0.5)
    first = detector(cartoon(160))
    detector(cartoon(240))
    again = detector(cartoon(160))
    assert [found.box for found in first] == [found.box for found in again]


def test_min_probability_filters() -> None:
    (found,) = Mtcnn(40, 0.5)(cartoon(200))
    assert Mtcnn(40, found.probability)(cartoon(200))
    assert not Mtcnn(40, min(1.0, found.probability + 1e-6))(cartoon(200)) or found.probability == 1


def test_nothing_is_found_on_an_even_wall() -> None:
    assert Mtcnn(40, 0.5)(np.full((100, 140, 3), 128, np.uint8)) == []


@pytest.mark.parametrize(("height", "width", "min_face"), [(1, 1, 40), (39, 200, 40), (200, 39, 40), (46, 90, 47)])
def test_a_picture_smaller_than_min_face_is_not_searched(height: int, width: int, min_face: int) -> None:
    with pytest.raises(NotSearchedError, match=f"the shorter side has {min(height, width)} pixels, under min_face"):
        Mtcnn(min_face, 0.5)(np.zeros((height, width, 3), np.uint8))


# 20 is the least there is; 47 * (12 / 47) is below 12 in floating point
@pytest.mark.parametrize("side", [20, 40, 47])
def test_a_picture_just_large_enough_is_searched(side: int) -> None:
    assert Mtcnn(side, 0.5)(np.zeros((side, side, 3), np.uint8)) == []


def test_a_small_face_is_searched_for_only_where_there_is_no_large_one() -> None:
    small = np.full((500, 500, 3), 60, np.uint8)
    small[380:480, 20:120] = cartoon(100)
    both = small.copy()
    both[20:320, 180:480] = cartoon(300)
    (alone,) = Mtcnn(40, 0.9, 0.4)(small)
    assert alone.box[2] < 120
    (large,) = Mtcnn(40, 0.9, 0.4)(both)
    assert large.box[0] > 180
    assert len(Mtcnn(40, 0.9)(both)) == 2


def test_who_wants_another_face_than_the_largest_gets_small_ones_looked_for() -> None:
    both = np.full((500, 500, 3), 60, np.uint8)
    both[380:480, 20:120] = cartoon(100)
    both[20:320, 180:480] = cartoon(300)
    found = {
        policy: len(make_detector(FacesSettings.read({"select": policy, "min_face_share": 0.4}))(both))
        for policy in ("largest", "most_central", "most_probable")
    }
    assert found == {"largest": 1, "most_central": 2, "most_probable": 2}


LARGE_AT_THE_BORDER = face(0, 0, 60, 60, probability=0.92)
PROBABLE = face(70, 0, 100, 30, probability=0.99)
CENTRAL = face(40, 40, 62, 62, probability=0.95)


@pytest.mark.parametrize(
    ("policy", "chosen"), [("largest", LARGE_AT_THE_BORDER), ("most_probable", PROBABLE), ("most_central", CENTRAL)]
)
def test_policies(policy: str, chosen: object) -> None:
    faces = [PROBABLE, LARGE_AT_THE_BORDER, CENTRAL]
    assert select_face(faces, policy, 100, 100) is chosen
    assert select_face(faces[::-1], policy, 100, 100) is chosen


def test_the_room_is_imported_without_torch() -> None:
    modules = "ulcag.faces.run, ulcag.faces.shard, ulcag.action_units.run, ulcag.action_units.csv_folder"
    code = f"import sys, {modules}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": "src"}, check=False).returncode == 0
