"""The faces stage: one shard of pictures to crops and a table of what was found."""

import sys
from pathlib import Path
from typing import Any

import pandas as pd

from ulcag.config import FacesSettings
from ulcag.errors import InputError
from ulcag.faces.crop import cut_crop
from ulcag.faces.detect import Detection, Detector, NotSearchedError, make_detector, select_face
from ulcag.faces.shard import new_shard, shard_of, shard_rows
from ulcag.faces.table import CORNERS, FACES, LANDMARKS
from ulcag.image import UnreadableError, read_image
from ulcag.progress import progress
from ulcag.tables import write_table


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
        samples: the whole samples table.
        shard: which part of it, from 0.
        settings: detection and cropping.
        out_crops, out_table: files to write, beside each other.
        inputs: name to SHA-256 of what `samples` was read from.
        detector: in place of MTCNN.

    Returns:
        The rows written.

    Raises:
        InputError: not one picture of the shard can be read, or one is unreadable or without face and the
            settings make that an error; or the two files are to lie apart.
    """
    if out_crops.parent != out_table.parent:
        do = "write both to one folder: the file of crops must be next to its table"
        raise InputError(out_crops, expected=f"a file next to {out_table}", found="another folder", do=do)
    part = samples.sort_values("sample_id").iloc[shard_rows(len(samples), settings.shards, shard)]
    if settings.source == "mtcnn" and detector is None:
        detector = make_detector(settings)

    rows: list[dict[str, Any]] = []
    with new_shard(out_crops) as add:
        for sample in progress(part.itertuples(), what=f"faces, shard {shard}", unit="image", total=len(part)):
            row, crop = _one(sample.sample_id, Path(sample.path), settings, detector)
            rows.append(row | {"shard": shard, "row": None if crop is None else add(crop)})
        _check_readable(rows, part["path"])
    frame = pd.DataFrame(rows, columns=FACES.names).astype({"row": "Int32", "width": "Int32", "height": "Int32"})
    about = settings.plain() | {"shard": shard}
    write_table(out_table, frame, FACES, settings=about, inputs=inputs, files={str(shard): shard_of(out_crops).plain()})
    counts = ", ".join(f"{count} {status}" for status, count in frame["status"].value_counts().items())
    print(f"faces, shard {shard}: {counts}; {frame['row'].count()} of {len(frame)} crops stored", file=sys.stderr)
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
            do = "check the folder of pictures, replace the file, or set faces.unreadable: drop"
            raise InputError(path, expected="a picture", found=str(error), do=do) from None
        return row | {"status": "unreadable", "reason": str(error)}, None
    height, width = image.shape[:2]
    row |= {"width": width, "height": height}

    faces: list[Detection] = []
    face: Detection | None = None
    try:
        if settings.source == "mtcnn" and detector is not None:
            faces = detector(image)
    except NotSearchedError as error:
        row["reason"] = str(error)
    row["n_faces"] = len(faces)
    if faces:
        face = select_face(faces, settings.select, width, height)
        row["status"] = "found" if len(faces) == 1 else "several"
        row |= _detection(face)
    elif settings.source == "whole_image" or settings.none_found == "whole_image":
        row["status"] = "whole_image" if settings.source == "whole_image" else "none"
    elif settings.none_found == "error":
        do = "leave the picture out, or set faces.none_found: drop or whole_image"
        found = "none" + (f" ({row['reason']})" if row["reason"] else "")
        raise InputError(path, expected="a face", found=found, do=do)
    else:
        return row | {"status": "none"}, None

    crop = cut_crop(image, face, settings)
    row |= {f"crop_{corner}": float(value) for corner, value in zip(CORNERS, crop.part, strict=True)}
    row["crop_turn"] = crop.turn
    return row, {"sample_id": sample_id, "jpeg": crop.jpeg, **dict(zip(CORNERS, crop.box, strict=True))}


def _check_readable(rows: list[dict[str, Any]], paths: "pd.Series[str]") -> None:
    """A wrong folder, an unmounted disk or unfetched pointer files would otherwise look like bad pictures."""
    if rows and all(row["status"] == "unreadable" for row in rows):
        found = f"{rows[0]['reason']}; none of the {len(rows)} files of this shard can be read"
        do = "check the data set's path and its folder of pictures"
        raise InputError(paths.iloc[0], expected="a picture", found=found, do=do)


def _detection(face: Detection) -> dict[str, float]:
    values = {"probability": face.probability}
    values |= {f"box_{corner}": value for corner, value in zip(CORNERS, face.box, strict=True)}
    for name, point in zip(LANDMARKS, face.landmarks, strict=True):
        values |= {f"{name}_x": float(point[0]), f"{name}_y": float(point[1])}
    return values
