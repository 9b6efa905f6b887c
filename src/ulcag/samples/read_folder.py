"""Reader for folders named like classes: train/<class>/*.jpg and test/<class>/*.jpg."""

from pathlib import Path

from ulcag.classes import CLASSES, class_index
from ulcag.config import FolderSamples
from ulcag.errors import InputError
from ulcag.image import IMAGE_ENDINGS
from ulcag.samples.found import Found, counted, samples_table

_SPLITS = {"train": "train", "training": "train", "test": "test", "testing": "test", "val": "test", "valid": "test"}


def read_folder(settings: FolderSamples) -> Found:
    """Rows of the samples table; sample ids are paths relative to the root.

    Folders that `settings.labels` calls `drop` are left out and counted. Without folders for splits every image is
    for training.

    Raises:
        InputError: no such folder, a folder that is no class, or no image.
    """
    root = Path(settings.root)
    paths, split, label, dropped = [], [], [], 0
    for folder, name, code in class_folders(settings):
        files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in IMAGE_ENDINGS)
        if code is None:
            dropped += len(files)
            continue
        paths += files
        split += [name] * len(files)
        label += [code] * len(files)
    if not paths:
        expected = "images in folders such as train/happy/"
        raise InputError(root, expected=expected, found="none", do=f"endings that count: {', '.join(IMAGE_ENDINGS)}")
    ids = [path.relative_to(root).as_posix() for path in paths]
    found = (
        ", ".join(sorted(path.name for path in _splits(root))) or "no folder for a split: all images are for training"
    )
    notes = (f"folders: {found}", *counted({"images in folders to drop": dropped}))
    return Found(samples_table(ids, [str(path) for path in paths], split, label), notes)


def class_folders(settings: FolderSamples) -> list[tuple[Path, str, int | None]]:
    """The folders of images: path, split, and class, which is None for a folder to drop.

    Raises:
        InputError: no such folder, or a folder that is no class.
    """
    root = Path(settings.root)
    if not root.is_dir():
        raise InputError(root, expected="a folder", found="no such folder", do="check `root`")
    return [
        (folder, split, _class_of(folder, settings))
        for part, split in (_splits(root) or {root: "train"}).items()
        for folder in sorted(path for path in part.iterdir() if path.is_dir())
    ]


def _splits(root: Path) -> dict[Path, str]:
    folders = sorted(path for path in root.iterdir() if path.is_dir())
    return {path: _SPLITS[path.name.lower()] for path in folders if path.name.lower() in _SPLITS}


def _class_of(folder: Path, settings: FolderSamples) -> int | None:
    name = settings.labels.get(folder.name, folder.name)
    if name == "drop":
        return None
    code = class_index(name)
    if code is None:
        do = f"translate it: labels: {{'{folder.name}': <class name or drop>}}"
        raise InputError(folder, expected=f"a folder named {', '.join(CLASSES)}", found=folder.name, do=do)
    return code
