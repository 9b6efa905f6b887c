"""The faces room: one shard of pictures to crops and a table of what was found; then the shards' tables to one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd

from ulcag.config import FacesSettings
from ulcag.errors import InputError
from ulcag.faces.crop import inside, scale_to_fit, with_margin
from ulcag.faces.detect import Detection, Detector, make_detector, select_face
from ulcag.faces.image import UnreadableError, read_image
from ulcag.faces.shard import encode_jpeg, shard_rows, write_shard
from ulcag.faces.table import CORNERS, FACES, LANDMARKS
from ulcag.files import hashes, sha256
from ulcag.progress import progress
from ulcag.tables import read_table, write_table


def crop_shard(
    samples: pd.DataFrame,
    shard: int,
    settings: FacesSettings,
    out_crops: Path,
    out_table: Path,
    inputs: dict[str, str],
    detector: Detector | None = None,
) -> pd.DataFrame:
    """Find the face in each picture of a shard, store the crops, and write what was found.

    A picture that cannot be read, or shows no face, is a row with that status; it never costs the shard.

    Args:
        samples: the whole samples table, sorted.
        shard: which part of it, from 0.
        settings: detection and cropping.
        out_crops, out_table: files to write.
        inputs: name to SHA-256 of what `samples` was read from.
        detector: in place of MTCNN.

    Returns:
        The rows written.

    Raises:
        InputError: no file of the shard exists, or a picture is unreadable or without face and the settings
            make that an error.
    """
    part = samples.iloc[shard_rows(len(samples), settings.shards, shard)]
    missing = [path for path in part["path"] if not Path(path).exists()]
    if len(part) and len(missing) == len(part):
        do = "check the data set's path and its folder of images"
        raise InputError(missing[0], expected="pictures", found=f"none of the {len(part)} files of this shard", do=do)
    if settings.source == "mtcnn" and detector is None:
        detector = make_detector(settings)

    rows: list[dict[str, Any]] = []
    crops: list[dict[str, Any]] = []
    for sample in progress(part.itertuples(), what=f"faces, shard {shard}", unit="image", total=len(part)):
        row, crop = _one(sample.sample_id, Path(sample.path), settings, detector)
        row["shard"] = shard
        row["row"] = None if crop is None else len(crops)
        rows.append(row)
        if crop is not None:
            crops.append(crop)
    frame = pd.DataFrame(rows, columns=FACES.names).astype({"row": "Int32", "width": "Int32", "height": "Int32"})
    write_shard(out_crops, crops)
    made_from = inputs | {"crops": sha256(out_crops)}
    write_table(out_table, frame, FACES, settings=settings.plain() | {"shard": shard}, inputs=made_from)
    return frame


def merge(samples: pd.DataFrame, tables: Sequence[Path], out: Path) -> pd.DataFrame:
    """Join the tables of all shards into faces.parquet.

    Raises:
        InputError: a sample has no row, or a row no sample.
    """
    frame = pd.concat([read_table(path, FACES) for path in tables], ignore_index=True)
    frame = frame.sort_values("sample_id", ignore_index=True)
    if frame["sample_id"].tolist() != sorted(samples["sample_id"]):
        found = f"{len(frame)} rows for {len(samples)} samples"
        do = "run the stage `faces` again for all shards"
        raise InputError(out, expected="one row for each sample", found=found, do=do)
    write_table(out, frame, FACES, inputs=hashes({path.name: path for path in tables}))
    return frame


def _one(
    sample_id: str, path: Path, settings: FacesSettings, detector: Detector | None
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """A row of the table, and the crop if there is one."""
    row: dict[str, Any] = dict.fromkeys(FACES.names) | {"sample_id": sample_id, "n_faces": 0}
    try:
        image = read_image(path)
    except UnreadableError as error:
        if settings.unreadable == "error":
            do = "replace the file, or set faces.unreadable: drop"
            raise InputError(path, expected="a picture", found=str(error), do=do) from None
        return row | {"status": "unreadable", "reason": str(error)}, None
    height, width = image.shape[:2]
    row |= {"width": width, "height": height}

    faces = detector(image) if settings.source == "mtcnn" and detector is not None else []
    row["n_faces"] = len(faces)
    if faces:
        face = select_face(faces, settings.select, width, height)
        row["status"] = "found" if len(faces) == 1 else "several"
        row |= _detection(face)
        box, margin = face.box, settings.margin
    elif settings.source == "whole_image" or settings.none_found == "whole_image":
        row["status"] = "whole_image" if settings.source == "whole_image" else "none"
        box, margin = (0.0, 0.0, float(width), float(height)), 0.0
    elif settings.none_found == "error":
        do = "leave the picture out, or set faces.none_found: drop"
        raise InputError(path, expected="a face", found="none", do=do)
    else:
        return row | {"status": "none"}, None

    crop = with_margin(box, margin, width, height)
    left, top, right, bottom = crop
    size = scale_to_fit(right - left, bottom - top, settings.longest_side)
    stored = image[top:bottom, left:right]
    if size != (right - left, bottom - top):
        stored = cv2.resize(stored, size, interpolation=cv2.INTER_AREA)
    tight = inside(box, crop, size)
    row |= {f"crop_{corner}": float(value) for corner, value in zip(CORNERS, crop, strict=True)}
    jpeg = encode_jpeg(np.ascontiguousarray(stored), settings.jpeg_quality)
    return row, {"sample_id": sample_id, "jpeg": jpeg, **dict(zip(CORNERS, tight, strict=True))}


def _detection(face: Detection) -> dict[str, float]:
    values = {"probability": face.probability}
    values |= {f"box_{corner}": value for corner, value in zip(CORNERS, face.box, strict=True)}
    for name, point in zip(LANDMARKS, face.landmarks, strict=True):
        values |= {f"{name}_x": float(point[0]), f"{name}_y": float(point[1])}
    return values
