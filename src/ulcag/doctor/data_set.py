"""What a data set of a given size needs of disk and memory."""

from pathlib import Path

from ulcag.doctor.finding import Finding
from ulcag.doctor.machine import GB, disk_free, memory_bytes

# Measured by benchmarks/sizes.py (docs/performance.md, "Disk and memory"), bytes. A crop of a press photo, as large as
# crops become.
CROP = 18_700
# A training of ResNet-18 at 224 pixels: the process, and where there is no GPU an image of a batch.
PROCESS, IMAGE = 1_490e6, 32.2e6
# A sample in the tables of a training, and its features, 512 numbers of four bytes, which some methods keep.
SAMPLE = 1_610 + 2_048


def fits(images: int, results: Path) -> list[Finding]:
    """Whether crops of so many images find room where results go, and a training on them in memory."""
    from ulcag.config import TrainingSettings

    crops, training = images * CROP, PROCESS + images * SAMPLE
    batch = TrainingSettings().batch_size
    on_cpu = training + batch * IMAGE
    disk = f"{crops / GB:,.1f} GB of crops, {CROP / 1000:.0f} kB each as of press photos"
    memory = (
        f"{training / GB:,.1f} GB for a training with a GPU; without, {on_cpu / GB:,.1f} GB in batches of {batch}, "
    )
    memory += f"the default, and {IMAGE / 1e6:.0f} MB less for each image less"
    free = disk_free(results)[0]
    return [
        _needed(f"{images:,} images: disk", crops <= free, disk, "name a folder on a larger disk: `results`"),
        _needed(f"{images:,}: memory", training <= memory_bytes(), memory, "use a machine with more memory"),
    ]


def _needed(what: str, enough: bool, found: str, do: str) -> Finding:
    return Finding(what, "ok", found) if enough else Finding(what, "missing", f"not enough: {found}", do)
