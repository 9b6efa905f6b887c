"""The faces stage, with a detector that sees bright rectangles; MTCNN itself on a rendered face."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests.faces.conftest import cartoon, crops_in, leaning
from ulcag.config import FacesSettings
from ulcag.errors import InputError
from ulcag.faces.detect import Detection, Mtcnn, NotSearchedError, select_face
from ulcag.faces.run import crop_shard
from ulcag.faces.shard import crops_of
from ulcag.faces.table import FACES
from ulcag.merge import merge_tables
from ulcag.samples.synthetic import render_dataset
from ulcag.tables import read_made_by, read_table


def see_bright(image: np.ndarray) -> list[Detection]:
    """Every white rectangle is a face."""
    n, _, stats, _ = cv2.connectedComponentsWithStats((image[:, :, 0] > 200).astype(np.uint8))
    boxes = [(float(x), float(y), float(x + w), float(y + h)) for x, y, w, h, _ in stats[1:n]]
    return [Detection(box, 0.9 + 0.01 * i, np.full((5, 2), box[0])) for i, box in enumerate(boxes)]


def picture(*boxes: tuple[int, int, int, int]) -> np.ndarray:
    image = np.zeros((100, 120, 3), dtype=np.uint8)
    for x0, y0, x1, y1 in boxes:
        image[y0:y1, x0:x1] = 255
    return image


@pytest.fixture
def samples(tmp_path: Path) -> pd.DataFrame:
    """One face, two faces, none, a text file, and a file that is not there."""
    folder = tmp_path / "images"
    folder.mkdir()
    Image.fromarray(picture((30, 20, 60, 60))).save(folder / "a_one.png")
    Image.fromarray(picture((10, 10, 30, 30), (60, 40, 100, 90))).save(folder / "b_two.png")
    Image.fromarray(picture()).save(folder / "c_none.png")
    (folder / "d_text.png").write_text("no picture")
    names = ["a_one", "b_two", "c_none", "d_text", "e_missing"]
    return pd.DataFrame({"sample_id": names, "path": [str(folder / f"{n}.png") for n in names]})


def run(samples: pd.DataFrame, folder: Path, shard: int = 0, **settings: object) -> pd.DataFrame:
    read = FacesSettings.read({"shards": 1} | settings)
    out = folder / f"{shard}.arrow", folder / f"{shard}.parquet"
    crop_shard(samples, shard, read, *out, {"samples": "x"}, see_bright)
    return read_table(out[1], FACES).set_index("sample_id")


def test_every_picture_has_a_status_and_none_costs_the_shard(samples: pd.DataFrame, tmp_path: Path) -> None:
    table = run(samples, tmp_path)
    assert table["status"].tolist() == ["found", "several", "none", "unreadable", "unreadable"]
    assert table["row"].tolist() == [0, 1, pd.NA, pd.NA, pd.NA]
    assert table["n_faces"].tolist() == [1, 2, 0, 0, 0]
    assert "no such file" in table["reason"]["e_missing"]
    assert table.loc["a_one", ["box_x0", "box_y0", "box_x1", "box_y1"]].tolist() == [30, 20, 60, 60]
    # 30 % of 30 x 40 on each side
    assert table.loc["a_one", ["crop_x0", "crop_y0", "crop_x1", "crop_y1"]].tolist() == [21, 8, 69, 72]
    image, box = crops_in(tmp_path / "0.arrow").whole(0, 0, "a_one")
    assert image.shape == (64, 48, 3)
    assert box == (9, 12, 39, 52)
    assert set(read_made_by(tmp_path / "0.parquet")["inputs"]) == {"samples"}


@pytest.mark.parametrize("align", [True, False])
def test_a_leaning_face_is_stored_upright_if_asked_for(align: bool, tmp_path: Path) -> None:
    image, lean = np.zeros((200, 200, 3), np.uint8), leaning(100 + 100j, 80, 20)
    for x, y in lean.landmarks[:2]:
        cv2.circle(image, (round(x), round(y)), 5, (255, 255, 255), -1)
    Image.fromarray(image).save(tmp_path / "a.png")
    samples = pd.DataFrame({"sample_id": ["a"], "path": [str(tmp_path / "a.png")]})
    out = tmp_path / "0.arrow", tmp_path / "0.parquet"
    crop_shard(samples, 0, FacesSettings(shards=1, align=align), *out, {}, lambda _: [lean])
    row = read_table(out[1], FACES).loc[0]
    crops = crops_of(out[1])
    assert crops.settings.align == align
    stored, _ = crops.whole(0, 0, "a")
    _, _, _, ends = cv2.connectedComponentsWithStats((stored[:, :, 0] > 128).astype(np.uint8))
    (_, left), (_, right) = sorted(tuple(end) for end in ends[1:])
    if align:
        assert row["crop_turn"] == pytest.approx(20, abs=1e-3)
        assert abs(left - right) < 1
    else:
        assert pd.isna(row["crop_turn"])
        assert right - left > 8
    # what is said of the picture itself is the same
    assert row["box_x0"] == lean.box[0]
    assert row["right_eye_y"] == pytest.approx(lean.landmarks[1, 1])


def test_policies(samples: pd.DataFrame, tmp_path: Path) -> None:
    assert run(samples, tmp_path, select="largest").loc["b_two", "box_x0"] == 60
    assert run(samples, tmp_path, none_found="whole_image")["row"].notna().tolist() == [True, True, True, False, False]
    with pytest.raises(InputError, match=r"c_none\.png\n  expected: a face"):
        run(samples, tmp_path, none_found="error")
    with pytest.raises(InputError, match=r"d_text\.png\n  expected: a picture"):
        run(samples, tmp_path, unreadable="error")


def test_select_face() -> None:
    points = np.zeros((5, 2))
    large = Detection((0, 0, 50, 50), 0.9, points)
    sure = Detection((80, 0, 90, 10), 0.99, points)
    central = Detection((40, 45, 60, 55), 0.95, points)
    faces = [large, sure, central]
    assert select_face(faces, "largest", 100, 100) is large
    assert select_face(faces, "most_probable", 100, 100) is sure
    assert select_face(faces, "most_central", 100, 100) is central


def test_whole_images(samples: pd.DataFrame, tmp_path: Path) -> None:
    table = run(samples, tmp_path, source="whole_image", longest_side=64)
    assert table["status"].tolist() == ["whole_image"] * 3 + ["unreadable"] * 2
    image, box = crops_in(tmp_path / "0.arrow").whole(0, 1, samples["sample_id"][1])
    assert image.shape == (53, 64, 3)
    assert box == (0, 0, 64, 53)


def test_a_wrong_folder_is_an_error(samples: pd.DataFrame, tmp_path: Path) -> None:
    elsewhere = samples.assign(path=samples["path"].str.replace("images", "pictures"))
    with pytest.raises(InputError, match="none of the 5 files of this shard"):
        run(elsewhere, tmp_path)
    assert not (tmp_path / "0.arrow").exists()


def test_shards_give_what_one_gives(samples: pd.DataFrame, tmp_path: Path) -> None:
    one = run(samples, tmp_path / "one").drop(columns=["shard", "row"])
    (tmp_path / "three").mkdir()
    for shard in range(2):
        run(samples, tmp_path / "three", shard, shards=2)
    paths = [tmp_path / "three" / f"{shard}.parquet" for shard in range(2)]
    merged = merge_tables(samples, paths, FACES, tmp_path / "many" / "faces.parquet").set_index("sample_id")
    pd.testing.assert_frame_equal(merged.drop(columns=["shard", "row"]), one)
    with pytest.raises(InputError, match="2 rows for 5 samples"):
        merge_tables(samples, paths[:1], FACES, tmp_path / "faces.parquet")


def test_the_same_pictures_give_the_same_bytes(samples: pd.DataFrame, tmp_path: Path) -> None:
    for name in ("a", "b"):
        run(samples, tmp_path / name)
    for name in ("0.arrow", "0.parquet"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_mtcnn_finds_a_rendered_face(tmp_path: Path) -> None:
    render_dataset(tmp_path, train=2, test=1, workers=1, progress=False)
    detector = Mtcnn(min_face=40, min_probability=0.9)
    for path in sorted((tmp_path / "images").glob("*.jpg")):
        image = np.asarray(Image.open(path))
        (face,) = detector(image)
        x0, y0, x1, y1 = face.box
        eyes, mouth = face.landmarks[:2], face.landmarks[3:]
        assert 80 < x1 - x0 < 200
        assert 100 < y1 - y0 < 240
        assert eyes[:, 1].max() < mouth[:, 1].min()
    assert detector(np.zeros((200, 200, 3), dtype=np.uint8)) == []
    with pytest.raises(NotSearchedError):
        detector(np.zeros((5, 5, 3), dtype=np.uint8))


def test_files_of_every_kind(tmp_path: Path) -> None:
    image = Image.fromarray(picture((30, 20, 60, 60)))
    turned = Image.Exif()
    turned[0x0112] = 6
    sideways = Image.fromarray(np.ascontiguousarray(np.rot90(picture((30, 20, 60, 60)))))
    image.save(tmp_path / "b.jpg", quality=95)
    data = (tmp_path / "b.jpg").read_bytes()
    (tmp_path / "a_truncated.jpg").write_bytes(data[: len(data) // 2])
    (tmp_path / "c_empty.jpg").touch()
    image.convert("L").save(tmp_path / "d_grey.png")
    image.convert("RGBA").save(tmp_path / "e_alpha.png")
    sideways.save(tmp_path / "f_turned.png", exif=turned)
    image.convert("CMYK").save(tmp_path / "g_cmyk.jpg", quality=95)
    names = sorted(path.name for path in tmp_path.iterdir())
    samples = pd.DataFrame({"sample_id": names, "path": [str(tmp_path / name) for name in names]})
    table = run(samples, tmp_path)
    good = table[table["status"] == "found"]
    assert good.index.tolist() == ["b.jpg", "d_grey.png", "e_alpha.png", "f_turned.png", "g_cmyk.jpg"]
    assert table["status"].drop(good.index).tolist() == ["unreadable", "unreadable"]
    assert good["row"].tolist() == [0, 1, 2, 3, 4]
    assert set(good["width"]) == {120}
    assert set(good["height"]) == {100}
    assert np.abs(good[["box_x0", "box_y0", "box_x1", "box_y1"]].to_numpy() - [30, 20, 60, 60]).max() <= 1
    crops = crops_in(tmp_path / "0.arrow")
    for row, name in enumerate(good.index):
        # the face is white
        assert crops.tight(0, row, name, 16)[4:12, 4:12].min() > 240


@pytest.mark.parametrize("shards", [1, 2, 5, 7])
def test_a_crop_does_not_depend_on_the_number_of_shards(samples: pd.DataFrame, tmp_path: Path, shards: int) -> None:
    one = run(samples.iloc[:4], tmp_path / "one")
    expected = crops_in(tmp_path / "one" / "0.arrow")
    # a shard of unreadable files alone is an error, so the last two files are left to the test above
    part = samples.iloc[:3]
    for shard in range(shards):
        run(part, tmp_path / "many", shard, shards=shards)
    tables = [tmp_path / "many" / f"{shard}.parquet" for shard in range(shards)]
    merged = merge_tables(part, tables, FACES, tmp_path / "many" / "faces.parquet").set_index("sample_id")
    crops = crops_of(tmp_path / "many" / "faces.parquet")
    for sample_id, row in merged[merged["row"].notna()].iterrows():
        found, box = crops.whole(int(row["shard"]), int(row["row"]), sample_id)
        same, same_box = expected.whole(0, int(one["row"][sample_id]), sample_id)
        assert np.array_equal(found, same)
        assert box == same_box


def test_the_tight_box_lies_on_the_original_face(tmp_path: Path) -> None:
    # a crop of 300 x 400 and its margins is stored at 320, two thirds or so of its size
    image = np.zeros((700, 600, 3), dtype=np.uint8)
    image[200:600, 200:500] = 255
    Image.fromarray(image).save(tmp_path / "a.png")
    samples = pd.DataFrame({"sample_id": ["a"], "path": [str(tmp_path / "a.png")]})
    table = run(samples, tmp_path)
    assert table.loc["a", ["crop_x0", "crop_y0", "crop_x1", "crop_y1"]].tolist() == [110, 80, 590, 700]
    stored, box = crops_in(tmp_path / "0.arrow").whole(0, 0, "a")
    assert stored.shape == (320, 248, 3)
    x0, y0, x1, y1 = (round(value) for value in box)
    assert stored[y0 + 1 : y1 - 1, x0 + 1 : x1 - 1].min() > 240
    stored[y0 - 1 : y1 + 1, x0 - 1 : x1 + 1] = 0
    assert stored.max() < 15


def fail(image: np.ndarray) -> list[Detection]:
    raise NotSearchedError("the shorter side has 30 pixels, under min_face")


def crop(samples: pd.DataFrame, folder: Path, **settings: Any) -> pd.DataFrame:
    read = FacesSettings.read({"shards": 1} | settings)
    crop_shard(samples, 0, read, folder / "0.arrow", folder / "0.parquet", {}, fail)
    return read_table(folder / "0.parquet", FACES).set_index("sample_id")


def test_a_picture_that_cannot_be_searched_says_why(samples: pd.DataFrame, tmp_path: Path) -> None:
    row = crop(samples, tmp_path).loc["a_one"]
    assert (row["status"], row["reason"]) == ("none", "the shorter side has 30 pixels, under min_face")
    assert row["row"] is pd.NA
    assert crop(samples, tmp_path, none_found="whole_image").loc["a_one", "row"] == 0
    with pytest.raises(InputError, match=r"none \(the shorter side has 30 pixels, under min_face\)"):
        crop(samples, tmp_path, none_found="error")


def test_the_summary_counts(samples: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(samples, tmp_path)
    assert "2 unreadable, 1 found, 1 several, 1 none; 2 of 5 crops stored" in capsys.readouterr().err


def test_shards_of_different_settings_do_not_merge(samples: pd.DataFrame, tmp_path: Path) -> None:
    run(samples.iloc[:4], tmp_path, 0, shards=2, margin=0.2)
    run(samples.iloc[:4], tmp_path, 1, shards=2)
    tables = [tmp_path / "0.parquet", tmp_path / "1.parquet"]
    message = r"1\.parquet\n  expected: 0\.2 as in .*0\.parquet\n  found:    faces.margin: 0\.3"
    with pytest.raises(InputError, match=message):
        merge_tables(samples, tables, FACES, tmp_path / "faces.parquet")


def test_a_merge_names_what_is_missing_or_double(samples: pd.DataFrame, tmp_path: Path) -> None:
    run(samples, tmp_path)
    table = tmp_path / "0.parquet"
    with pytest.raises(InputError, match="sample 'a_one' has 2"):
        merge_tables(samples, [table, table], FACES, tmp_path / "faces.parquet")
    more = pd.concat([samples, pd.DataFrame({"sample_id": ["f_new"], "path": ["f.png"]})])
    with pytest.raises(InputError, match="5 rows for 6 samples; sample 'f_new' has 0"):
        merge_tables(more, [table], FACES, tmp_path / "faces.parquet")
    with pytest.raises(InputError, match="5 rows for 4 samples"):
        merge_tables(samples.iloc[:4], [table], FACES, tmp_path / "faces.parquet")
    with pytest.raises(InputError, match="no such file"):
        merge_tables(samples, [tmp_path / "absent.parquet"], FACES, tmp_path / "faces.parquet")


def test_the_merged_table_says_how_the_faces_were_made(samples: pd.DataFrame, tmp_path: Path) -> None:
    run(samples, tmp_path, margin=0.2)
    merge_tables(samples, [tmp_path / "0.parquet"], FACES, tmp_path / "faces.parquet")
    settings = read_made_by(tmp_path / "faces.parquet")["settings"]
    assert settings == FacesSettings(shards=1, margin=0.2).plain()


def test_the_room_with_mtcnn_itself(tmp_path: Path) -> None:
    Image.fromarray(cartoon(200)).save(tmp_path / "a.png")
    Image.fromarray(cartoon(30)).save(tmp_path / "b_small.png")
    samples = pd.DataFrame({"sample_id": ["a", "b"], "path": [str(tmp_path / n) for n in ("a.png", "b_small.png")]})
    frame = crop_shard(samples, 0, FacesSettings(shards=1), tmp_path / "0.arrow", tmp_path / "0.parquet", {})
    assert frame["status"].tolist() == ["found", "none"]
    assert frame["reason"][1] == "the shorter side has 30 pixels, under min_face"
    assert crops_in(tmp_path / "0.arrow").tight(0, 0, "a", 224).shape == (224, 224, 3)


def test_crops_and_their_table_lie_in_one_folder(samples: pd.DataFrame, tmp_path: Path) -> None:
    apart = tmp_path / "crops" / "0.arrow"
    with pytest.raises(InputError, match=r"0\.arrow\n.*a file next to .*0\.parquet\n(.|\n)*to one folder"):
        crop_shard(samples, 0, FacesSettings(shards=1), apart, tmp_path / "0.parquet", {}, see_bright)
    assert not apart.exists()
