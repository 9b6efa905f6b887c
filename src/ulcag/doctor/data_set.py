"""What a data set of a given size needs of disk and memory."""

from pathlib import Path

from ulcag.doctor.finding import Finding
from ulcag.doctor.machine import GB, disk_free, memory_bytes

# Measured by benchmarks/sizes.py (docs/performance.md, "Disk and memory"), bytes. A crop of a press photo, as large as
# crops become.
CROP = 18_700
# A training of ResNet-18 at 224 pixels on a CPU: an image of a batch, and the process beside them.
IMAGE, PROCESS = 27.6e6, 1_876e6
# A sample in the tables of a training, and its features, 512 numbers of four bytes, which some methods keep.
ROW, FEATURES = 1_600, 2_048


def fits(images: int, results: Path) -> list[Finding]:
    """Whether crops of so many images find room where results go, and a training on them in memory."""
    from ulcag.config import TrainingSettings

    crops, training = images * CROP, PROCESS + images * (ROW + FEATURES)
    batch = TrainingSettings().batch_size
    disk = f"{crops / GB:,.1f} GB of crops, {CROP / 1000:.0f} kB each, as measured on press photos"
    memory = f"{training / GB:,.1f} GB for a training without its batch; on a CPU, {IMAGE / 1e6:.0f} MB more for each "
    memory += f"picture in the batch: {(training + batch * IMAGE) / GB:,.0f} GB in all with the default of {batch}"
    room = disk_free(results)[0]
    return [
        _needed(f"disk for {images:,}", crops <= room, disk, "set `results` to a folder on a larger disk"),
        _needed(f"memory for {images:,}", training <= memory_bytes(), memory, "use a machine with more memory"),
    ]


def _needed(what: str, enough: bool, found: str, do: str) -> Finding:
    return Finding(what, "ok", found) if enough else Finding(what, "missing", f"not enough: {found}", do)
