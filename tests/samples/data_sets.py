"""Small data sets in the layouts that the readers know, and tables."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ulcag.classes import CLASSES
from ulcag.samples.layouts.affectnet import AffectNetSamples
from ulcag.samples.layouts.fer2013 import Fer2013Samples
from ulcag.samples.layouts.table import TableSamples
from ulcag.samples.layouts.table.read import read_table_samples

# For readers that unpack nothing.
NO_CACHE = Path("nothing is kept here")

RAFDB_ROWS = [f"{split}_{i:05d}.jpg {i}" for split in ("train", "test") for i in range(1, 8)]
AFFECTNET_HEADER = (
    "subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks,expression,valence,arousal"
)
FER_USAGES = ["Training"] * 5 + ["PublicTest", "PrivateTest"]
FER_VOTES = "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"


def touch(root: Path, *names: str) -> None:
    """Empty files, with the folders that they are in."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


def rafdb(root: Path, rows: list[str] = RAFDB_ROWS, images: str = "original") -> Path:
    """RAF-DB's label list; the folder of images is empty."""
    (root / "EmoLabel").mkdir(parents=True)
    (root / "Image" / images).mkdir(parents=True)
    (root / "EmoLabel" / "list_patition_label.txt").write_text("\n".join(rows) + "\n")
    return root


def affectnet_row(name: str, code: int) -> str:
    return f"{name},1,2,30,40,1.0;2.0;3.0;4.0,{code},0.1,-0.2"


def affectnet_full(root: Path, *, header: bool = True) -> AffectNetSamples:
    """The full release, without images: every code, and a row that is cut off."""
    for folder in ("Manually_Annotated_Images", "Automatically_Annotated_Images"):
        (root / folder).mkdir(parents=True)
    training = [AFFECTNET_HEADER, *[affectnet_row(f"1/t{code}.jpg", code) for code in range(11)], "2/cut.jpg,1,2"]
    (root / "training.csv").write_text("\n".join(training) + "\n")
    validation = [affectnet_row(f"3/v{code}.jpg", code) for code in range(8)]
    (root / "validation.csv").write_text("\n".join([AFFECTNET_HEADER, *validation] if header else validation) + "\n")
    automatic = [AFFECTNET_HEADER, *[affectnet_row(f"4/a{code}.jpg", code) for code in range(9)]]
    (root / "automatically_annotated.csv").write_text("\n".join(automatic) + "\n")
    return AffectNetSamples(root=str(root))


def affectnet_2021(root: Path) -> AffectNetSamples:
    """The release of 2021; its pictures are empty files."""
    for folder, codes in (("train_set", range(8)), ("val_set", range(3))):
        (root / folder / "annotations").mkdir(parents=True)
        (root / folder / "images").mkdir()
        for code in codes:
            np.save(root / folder / "annotations" / f"{code}_exp.npy", np.array(str(code)))
            np.save(root / folder / "annotations" / f"{code}_val.npy", np.array("0.5"))
            (root / folder / "images" / f"{code}.jpg").touch()
    return AffectNetSamples(root=str(root))


def fer_picture(number: int) -> np.ndarray:
    return ((np.arange(48 * 48).reshape(48, 48) + number) % 256).astype(np.uint8)


def fer_row(number: int) -> str:
    """A row of fer2013.csv."""
    return f"{number},{' '.join(map(str, fer_picture(number).ravel()))},{FER_USAGES[number]}"


def fer2013(root: Path, *, votes: bool = True) -> Fer2013Samples:
    """A picture of each class; with votes: five for sadness, one for fear, four for unknown, for each picture.

    FER+'s names are not the numbers of the rows: row 1 has none.
    """
    root.mkdir(exist_ok=True)
    numbers = range(len(FER_USAGES))
    (root / "fer2013.csv").write_text("\n".join(["emotion,pixels,Usage", *map(fer_row, numbers)]) + "\n")
    if votes:
        names = ["fer0000000.png", "", *[f"fer{n:07d}.png" for n in numbers[1:-1]]]
        text = [FER_VOTES, *[f"{FER_USAGES[n]},{names[n]},0,0,0,5,0,0,1,0,4,0" for n in numbers]]
        (root / "fer2013new.csv").write_text("\n".join(text) + "\n")
    return Fer2013Samples(root=str(root))


def parquet(path: Path, frame: pd.DataFrame | pa.Table, **settings: Any) -> TableSamples:
    if isinstance(frame, pd.DataFrame):
        frame.to_parquet(path)
    else:
        pq.write_table(frame, path)
    return TableSamples(path=str(path), **settings)


def csv(path: Path, text: str, **settings: Any) -> TableSamples:
    path.write_text(text)
    return TableSamples(path=str(path), **settings)


def said(of: TableSamples) -> dict[str, str]:
    """Image -> class, as the reader understands it."""
    samples = read_table_samples(of).samples
    return {name: CLASSES[code] for name, code in zip(samples["sample_id"], samples["label"], strict=True)}
