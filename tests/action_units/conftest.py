"""CSV files in OpenFace's formats."""

from pathlib import Path

import pytest

from ulcag.action_units.csv_programs import C_COLUMNS, R_COLUMNS


class Csv:
    """Writes one file; values are 0 but for those given."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, stem: str, *faces: dict[str, object], style: str = "new", lead: str = "face") -> Path:
        separator = ", " if style == "old" else ","
        first = {"face": ["face"], "frame": ["frame", "face_id", "timestamp"]}[lead]
        last = ["gaze_0_x"] if lead == "face" else ["success"]
        header = [*first, "confidence", *last, *R_COLUMNS, *C_COLUMNS]
        lines = [header]
        for number, values in enumerate(faces):
            usual = {"face": number, "face_id": number, "frame": 1, "success": 1}
            lines.append([str(values.get(name, usual.get(name, 0.0))) for name in header])
        path = self.folder / f"{stem}.csv"
        path.write_text("\n".join(separator.join(line) for line in lines) + "\n")
        return path


@pytest.fixture
def csv(tmp_path: Path) -> Csv:
    (tmp_path / "openface").mkdir()
    return Csv(tmp_path / "openface")


STAND_IN = Path(__file__).parent / "stand_in.sh"
# Heights that the stand-in takes for something else than a face.
HANG, NO_FACE, LOW, TWO_FACES, HALF, GREEDY, MISSED, DEADLY, UNSURE, NEIGHBOUR = range(601, 611)


def png_header(width: int, height: int) -> bytes:
    """All of a PNG that the stand-in reads."""
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big")


def install_stand_in(folder: Path, name: str = "FaceLandmarkImg") -> Path:
    """The stand-in under a name of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / name
    program.write_bytes(STAND_IN.read_bytes())
    program.chmod(0o755)
    return program
