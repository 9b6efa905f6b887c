"""Predictions for files and folders of pictures, to tables and annotated pictures."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from ulcag.errors import InputError
from ulcag.faces.detect import NotSearchedError
from ulcag.files import hashes, whole_or_absent, write_json
from ulcag.image import IMAGE_ENDINGS, UnreadableError, read_image
from ulcag.prediction.annotate import write_annotated
from ulcag.prediction.predictor import Face, FoundFace, Predictor
from ulcag.prediction.table import BOX, FOUND, NONE, PROBABILITIES, UNREADABLE, WHOLE_IMAGE, predicted_faces
from ulcag.progress import progress
from ulcag.samples.reader_result import LeftOut, is_hidden
from ulcag.tables import write_table


def predict_pictures(
    run: Path,
    images: Sequence[Path],
    out: Path,
    *,
    whole_image: bool = False,
    annotate: bool = False,
    batch: int = 64,
    predictor: Predictor | None = None,
) -> pd.DataFrame:
    """Write predictions.parquet, .csv and .json; and pictures with the predictions drawn on them.

    A picture that cannot be read, or shows no face, is a row with that status; it never costs the others.

    Args:
        run: the run's folder.
        images: files, and folders that are searched with all that is below them.
        out: folder to write to; out/annotated is not searched.
        whole_image: pictures are face crops already.
        annotate: write out/annotated/<number>-<name>.jpg, numbered as the pictures come, from 0.
        batch: faces that the network judges at once; has no influence on a result.
        predictor: in place of one made of `run` and `whole_image`.

    Returns:
        The rows written.

    Raises:
        InputError: no such run, file or folder; no picture among them; or none that can be read.
    """
    if batch < 1:
        raise InputError("--batch", expected="1 or more", found=str(batch))
    paths, notes = find_pictures(images, out)
    for note in notes:
        print(f"predict: {note}", file=sys.stderr)
    predictor = predictor or Predictor(run, whole_image=whole_image)
    pictures = list(_judged(predictor, paths, batch))
    if all(picture["status"] == UNREADABLE for picture in pictures):
        found = f"{pictures[0]['reason']}; none of the {len(pictures)} files can be read"
        raise InputError(pictures[0]["path"], expected="a picture", found=found, do="check the files")

    schema = predicted_faces(predictor.units, predictor.read_units)
    rows = [row for picture in pictures for row in _rows(picture)]
    frame = pd.DataFrame(rows, columns=schema.names).astype({"face": "Int16", "width": "Int32", "height": "Int32"})
    settings = {"run": predictor.record["run"], "faces": predictor.faces.plain()}
    inputs = hashes({"run.json": run / "run.json", "model.pt": run / "model.pt"})
    write_table(out / "predictions.parquet", frame, schema, settings=settings, inputs=inputs, notes=notes)
    with whole_or_absent(out / "predictions.csv") as beside:
        frame.to_csv(beside, index=False, float_format="%.6g")
    plain = [picture | {"faces": [asdict(face) for face in picture["faces"]]} for picture in pictures]
    write_json(
        out / "predictions.json", {"run": predictor.record["run"], "inputs": inputs, "notes": notes, "pictures": plain}
    )
    if annotate:
        _annotate(paths, pictures, out / "annotated")
    counts = pd.Series([picture["status"] for picture in pictures]).value_counts()
    summary = ", ".join(f"{count} {status}" for status, count in counts.items())
    told = f"{frame['face'].count()} faces in {len(pictures)} pictures, by status: {summary}"
    print(f"predict: {told}. See {out / 'predictions.csv'}", file=sys.stderr)
    return frame


def find_pictures(images: Sequence[Path], out: Path) -> tuple[list[Path], tuple[str, ...]]:
    """Files as they are named, and the pictures that folders hold, sorted; each file once.

    Folders are searched with all below them, those that links lead to as well. What is left out is counted and named:
    hidden files and folders, files that are no pictures by their ending, links that lead nowhere, and what was found
    already. A hidden file or folder that is named itself is taken.

    Returns:
        The files, and notes.

    Raises:
        InputError: a path does not exist, a folder may not be read, or there is no picture.
    """
    found: dict[Path, Path] = {}
    left_out = LeftOut()
    for path in images:
        if not path.exists():
            raise InputError(
                _shown(path), expected="a picture, or a folder of pictures", found="no such file or folder"
            )
        for file in _pictures_below(path, out, left_out) if path.is_dir() else [path]:
            if file.resolve() in found:
                left_out.add("files found before", str(file))
            found.setdefault(file.resolve(), file)
    if not found:
        where = ", ".join(map(_shown, images))
        do = f"use one of these endings in folders: {', '.join(IMAGE_ENDINGS)}"
        raise InputError(where, expected="pictures", found="; ".join(("none", *left_out.notes())), do=do)
    return list(found.values()), left_out.notes()


def _pictures_below(top: Path, out: Path, left_out: LeftOut) -> list[Path]:
    # what an earlier prediction drew is nothing to predict
    seen = {(out / "annotated").resolve()}
    pictures: list[Path] = []
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        # a link may lead to a folder that it lies in
        if folder.resolve() in seen:
            continue
        seen.add(folder.resolve())
        try:
            inside = sorted(folder.iterdir())
        except OSError as error:
            found = error.strerror or str(error)
            raise InputError(_shown(folder), expected="a readable folder", found=found) from None
        for path in inside:
            if is_hidden(path.name):
                left_out.add("hidden files and folders", str(path))
            elif path.is_dir():
                waiting.append(path)
            elif not path.exists():
                left_out.add("broken links", str(path))
            elif path.suffix.lower() not in IMAGE_ENDINGS or not path.is_file():
                left_out.add("files without the ending of a picture", str(path))
            else:
                pictures.append(path)
    return sorted(pictures)


def _judged(predictor: Predictor, paths: Sequence[Path], batch: int) -> Iterator[dict[str, Any]]:
    """Pictures with status and faces, in order. Only a batch of squares is held, however many pictures there are."""
    waiting: list[tuple[dict[str, Any], list[FoundFace]]] = []
    faces_waiting = 0

    def judge() -> Iterator[dict[str, Any]]:
        found = [face for _, faces in waiting for face in faces]
        judged: list[Face] = []
        for start in range(0, len(found), batch):
            judged += predictor.judge(found[start : start + batch])
        rest = iter(judged)
        for picture, faces in waiting:
            yield picture | {"faces": [next(rest) for _ in faces]}
        waiting.clear()

    for path in progress(paths, what="predict", unit="image", total=len(paths)):
        waiting.append(_one(predictor, path))
        faces_waiting += len(waiting[-1][1])
        if faces_waiting >= batch:
            yield from judge()
            faces_waiting = 0
    yield from judge()


def _one(predictor: Predictor, path: Path) -> tuple[dict[str, Any], list[FoundFace]]:
    """What is known of a picture before its faces are judged, and its faces."""
    picture: dict[str, Any] = {"path": _shown(path), "status": UNREADABLE, "reason": None}
    picture |= {"width": None, "height": None}
    try:
        image = read_image(path)
    except UnreadableError as error:
        return picture | {"reason": _shown(error)}, []
    picture |= {"height": image.shape[0], "width": image.shape[1]}
    try:
        found = predictor.find(image)
    except NotSearchedError as error:
        return picture | {"status": NONE, "reason": str(error)}, []
    whole = predictor.detector is None
    return picture | {"status": WHOLE_IMAGE if whole else FOUND if found else NONE}, found


def _shown(name: object) -> str:
    """The same in words; bytes of a file's name that are no UTF-8, which no table holds, as escapes."""
    return str(name).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _rows(picture: dict[str, Any]) -> Iterator[dict[str, Any]]:
    about = {name: picture[name] for name in ("path", "status", "reason", "width", "height")}
    if not picture["faces"]:
        yield about
    for number, face in enumerate(picture["faces"]):
        row = about | {"face": number, "detection": face.detection, "expression": face.expression, "alpha": face.alpha}
        row |= dict(zip(BOX, face.box, strict=True))
        row |= dict(zip(PROBABILITIES, face.probabilities.values(), strict=True))
        row |= {f"{unit}_r": value for unit, value in (face.intensities or {}).items()}
        yield row | (face.action_units or {})


def _annotate(paths: Sequence[Path], pictures: Sequence[dict[str, Any]], folder: Path) -> None:
    both = zip(paths, pictures, strict=True)
    for number, (path, picture) in enumerate(progress(both, what="annotate", unit="image", total=len(paths))):
        with suppress(UnreadableError):  # the table says so already
            # shortened, because a name of 255 bytes has no room for the number
            name = f"{number:05d}-{path.stem[:50]}.jpg"
            write_annotated(folder / name, read_image(path), picture["faces"])
