"""Which CSV file belongs to which sample: by their names and folders, or as a table says. In py-feat's, of many
pictures each, which picture does.
"""

import os
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

import pandas as pd

from ulcag.action_units.csv_programs import PY_FEAT
from ulcag.action_units.unit_csv import Picture, program_of, read_pictures
from ulcag.config import SourceSettings
from ulcag.errors import InputError
from ulcag.text import CsvFile

_SAY = "assign files to pictures in a table (action_units.table: a CSV with the columns image and csv)"
_DO = f"put them in folders named like those of the pictures (train/0.csv for train/0.jpg), or {_SAY}"


@dataclass(frozen=True)
class Matched:
    """CSV files and samples.

    Attributes:
        csv_of: sample id -> its file; samples without one are left out.
        unmatched: files that belong to no sample, and pictures in a file of many.
        hidden: files that were not looked at, because their name or folder begins with a dot.
    """

    csv_of: dict[str, Path]
    unmatched: Sequence[PurePath]
    hidden: list[Path]


def csv_folder(samples: pd.DataFrame, settings: SourceSettings) -> Path:
    """The folder of the settings; else `openface` beside the folder that holds all images, or in it.

    Raises:
        InputError: there is one at either place.
    """
    if settings.folder:
        return Path(settings.folder)
    pictures = Path(os.path.commonpath([os.path.abspath(Path(path).parent) for path in samples["path"]]))
    places = [pictures.parent / "openface", pictures / "openface"]
    there = [place for place in places if place.is_dir()]
    if len(there) > 1:
        found, do = " and ".join(map(str, there)), "set action_units.folder to one of them"
        raise InputError(pictures, expected="one folder of OpenFace's CSV files", found=found, do=do)
    return (there or places)[0]


def by_name(samples: pd.DataFrame, folder: Path) -> Matched:
    """Match files and images by stem, which is all that OpenFace keeps of an image's name.

    Where a stem comes more than once, on either side, what lies in sub-folders is matched by their names, too:
    train/0.csv belongs to train/0.jpg. A file that could be of two images is refused, and two that could be of one.

    Args:
        samples: rows of the samples table.
        folder: searched with all below it.

    Raises:
        InputError: no file belongs to any sample, or it is not plain which one does.
    """
    files, hidden = csv_files(folder)
    found, several = _by_stem(samples, {path.relative_to(folder): path for path in files}, _DO)
    if not found:
        raise _nothing(samples, folder, files, several)
    matched = {sample_id: folder / within for sample_id, within in found.items()}
    taken = set(matched.values())
    return Matched(matched, [path for path in files if path not in taken], hidden)


def by_picture(samples: pd.DataFrame, folder: Path) -> tuple[dict[str, Picture], Matched]:
    """What py-feat's files say of each sample: their column `input` has the picture's path, matched as in `by_name`.

    Args:
        samples: rows of the samples table.
        folder: searched with all below it; files of no program are counted as unmatched.

    Returns:
        Sample id -> its picture; and the files, with pictures of no sample among the unmatched.

    Raises:
        InputError: as `by_name`, a file is another program's, or a picture is in two.
    """
    files, hidden = csv_files(folder)
    pictures: dict[PurePath, Picture] = {}
    unmatched: list[PurePath] = []
    for path in files:
        program = program_of(path)
        if program is None:
            unmatched.append(path)
            continue
        if program is not PY_FEAT:
            do = "put the files of each program in a separate folder"
            raise InputError(path, expected="a CSV file of py-feat, like others here", found=f"{program.name}'s", do=do)
        for name, picture in read_pictures(path).items():
            if pictures.setdefault(name, picture) is not picture:
                found = f"'{name}', which is also in {pictures[name].path}"
                raise InputError(path, expected="each picture in one file", found=found, do="remove one of them")
    matched, several = _by_stem(samples, {name: name for name in pictures}, "give the paths of the samples in `input`")
    if not matched:
        example = PurePath(samples["path"].iloc[0]).name if len(samples) else "none"
        some = f", such as '{next(iter(pictures))}'" if pictures else ""
        found = f"{len(pictures)} pictures{some}" + (f"; '{several[0]}' more than once" if several else "")
        raise InputError(folder, expected=f"pictures of samples, such as {example}, in `input`", found=found)
    taken = set(matched.values())
    unmatched += [name for name in pictures if name not in taken]
    of_samples = {sample_id: pictures[name] for sample_id, name in matched.items()}
    return of_samples, Matched({sample_id: one.path for sample_id, one in of_samples.items()}, unmatched, hidden)


def _by_stem(samples: pd.DataFrame, files: dict[PurePath, PurePath], do: str) -> tuple[dict[str, PurePath], list[str]]:
    """Match files and images by stem, and by the folders above where a stem comes more than once.

    Args:
        samples: rows of the samples table.
        files: what messages call each file, by its path as far as folders count.
        do: what helps.

    Returns:
        Sample id -> file; and the stems that come more than once, in order.

    Raises:
        InputError: it is not plain which one belongs to which.
    """
    images: dict[str, list[tuple[str, PurePath]]] = defaultdict(list)
    for sample_id, path in zip(samples["sample_id"], samples["path"], strict=True):
        images[_norm(PurePath(path).stem)].append((sample_id, PurePath(path)))
    by_stem = _of_stems(list(files), images)
    several = {stem for stem, paths in by_stem.items() if len(paths) > 1 or len(images[stem]) > 1}
    matched: dict[str, PurePath] = {}
    for stem, paths in by_stem.items():
        for path in paths:
            common = {sample_id: _folders_in_common(path, image) for sample_id, image in images[stem]}
            most = max(common.values())
            if not most and len(path.parts) > 1 and several:
                continue
            best = [sample_id for sample_id, number in common.items() if number == most]
            if len(best) > 1:
                found = f"a match for both {best[0]} and {best[1]}"
                raise InputError(files[path], expected="a CSV file of one picture", found=found, do=do)
            other = matched.setdefault(best[0], path)
            if not most:
                # It says of no folder that it is from there: another file of that name may as well be meant.
                other = next((another for another in paths if another is not path), path)
            if other is not path:
                found = f"a match for {best[0]}, like {files[other]}"
                raise InputError(files[path], expected="one CSV file for each picture", found=found, do=do)
    return matched, sorted(several)


def by_table(samples: pd.DataFrame, folder: Path, table: Path) -> Matched:
    """The CSV of each sample as a table says.

    Args:
        samples: rows of the samples table.
        folder: that the CSV files are relative to.
        table: a CSV with the columns `image` (a sample's id, its path, or the name of its file) and `csv`, which is
            blank where there is none.

    Raises:
        InputError: the table cannot be read, lacks a column, names an image or a file twice, none of the samples, what
            several samples are called, or a file that is not there.
    """
    rows = CsvFile(table)
    place = rows.places(("image", "csv"), "a table")
    samples_of = _spellings(samples)
    image_in: dict[str, int] = {}
    file_in: dict[Path, int] = {}
    matched, unmatched, strange = dict[str, Path](), list[Path](), list[str]()
    for record in rows.rows():
        image, name = (record.cells[place[column]] for column in ("image", "csv"))
        where = f"{table}, row {record.row}"
        ids = next((ids for key in _keys(image) if (ids := samples_of.get(key))), [])
        if len(ids) > 1:
            found, do = f"'{image}', which matches {len(ids)} pictures", "give the sample's id or its whole path"
            raise InputError(where, expected="one picture", found=found, do=do)
        first = image_in.setdefault(ids[0] if ids else image, record.row)
        if first != record.row:
            found = f"'{image}', the same picture as in row {first}"
            raise InputError(where, expected="a different picture in each row", found=found, do="remove one of them")
        if not name:
            continue
        path = folder / name
        if not path.is_file():
            do = "correct the table, or set action_units.folder, the folder that file paths are relative to"
            raise InputError(where, expected="an existing CSV file", found=str(path), do=do)
        first = file_in.setdefault(path.resolve(), record.row)
        if first != record.row:
            do = "remove one of them: each picture needs its own CSV file"
            raise InputError(where, expected="a different file in each row", found=f"{path}, as in row {first}", do=do)
        if ids:
            matched[ids[0]] = path
        else:
            unmatched.append(path)
            strange.append(image)
    if not matched:
        do = "put a sample's id, its path or its file name in the column image"
        found = f"{len(image_in)} rows" + (f", such as '{strange[0]}'" if strange else "")
        raise InputError(table, expected=f"pictures such as {samples['sample_id'].iloc[0]}", found=found, do=do)
    return Matched(matched, unmatched, [])


def _spellings(samples: pd.DataFrame) -> dict[tuple[str, str], list[str]]:
    """Sample ids by what a table may call their images."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for sample_id, path in zip(samples["sample_id"], samples["path"], strict=True):
        found["id", sample_id].append(sample_id)
        found["path", os.path.abspath(path)].append(sample_id)
        found["name", PurePath(path).name].append(sample_id)
    return found


def _keys(image: str) -> tuple[tuple[str, str], ...]:
    """What a cell may mean, the surest first."""
    return ("id", image), ("path", os.path.abspath(image)), ("name", image)


def csv_files(folder: Path) -> tuple[list[Path], list[Path]]:
    """All CSV files in a folder and below, and the hidden ones."""
    files: list[Path] = []
    hidden: list[Path] = []
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() == ".csv" or path.name.lower() == ".csv":
            is_hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
            (hidden if is_hidden else files).append(path)
    return files, hidden


def _of_stems(files: list[PurePath], images: dict[str, list[tuple[str, PurePath]]]) -> dict[str, list[PurePath]]:
    """Files by the stem of the images that they are named like.

    Upper and lower case make no difference where only one image and no file has the stem in another case.
    """
    loose: dict[str, list[str]] = defaultdict(list)
    for stem in images:
        loose[stem.casefold()].append(stem)
    exact = {_norm(path.stem) for path in files}
    found: dict[str, list[PurePath]] = defaultdict(list)
    for path in files:
        stem = _norm(path.stem)
        if stem not in images:
            alike = loose.get(stem.casefold(), [])
            if len(alike) != 1 or alike[0] in exact:
                continue
            stem = alike[0]
        found[stem].append(path)
    return found


def _folders_in_common(one: PurePath, other: PurePath) -> int:
    """How many folders above two files have the same names, from the files on."""
    number = 0
    for a, b in zip(one.parts[-2::-1], other.parts[-2::-1], strict=False):
        if _norm(a).casefold() != _norm(b).casefold():
            break
        number += 1
    return number


def _norm(name: str) -> str:
    """Some file systems take letters with accents apart."""
    return unicodedata.normalize("NFC", name)


def _nothing(samples: pd.DataFrame, folder: Path, files: list[Path], several: list[str]) -> InputError:
    if samples.empty:
        raise InputError("samples", expected="samples to find action units of", found="none")
    example = f"{PurePath(samples['path'].iloc[0]).stem}.csv"
    expected = f"OpenFace's CSV files, such as {example}"
    if several:
        found = f"{len(files)}, '{several[0]}' more than once, and none in a folder named like that of its picture"
        return InputError(folder, expected=expected, found=found, do=_DO)
    found = f"{len(files)} CSV files, none of them named like a picture" if files else "no CSV file"
    if not folder.is_dir():
        found = "no such folder"
    return InputError(folder, expected=expected, found=found, do=f"set action_units.folder to their folder, or {_SAY}")
