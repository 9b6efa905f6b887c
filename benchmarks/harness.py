"""What all measurements share: interleaved repeats, medians with spread, the machine, and a section of a page."""

import os
import platform
import resource
import statistics
import sys
import textwrap
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ulcag.image import IMAGE_ENDINGS, UnreadableError, read_image
from ulcag.versions import version_of

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
# What a processor must have for fast arithmetic, as Linux names it.
_FLAGS = ("avx2", "avx512f", "avx512_bf16", "avx512_fp16", "amx_bf16", "amx_tile")
_PACKAGES = (
    "facenet-pytorch",
    "numpy",
    "opencv-python-headless",
    "pandas",
    "pillow",
    "pyarrow",
    "torch",
    "torchvision",
)


@dataclass(frozen=True)
class Spread:
    """Median, smallest and largest of some repeats."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: list[float]) -> "Spread":
        return cls(statistics.median(values), min(values), max(values))

    def text(self, digits: int = 2) -> str:
        """Such as `4.20 (4.11 to 4.35)`."""
        return f"{self.median:.{digits}f} ({self.low:.{digits}f} to {self.high:.{digits}f})"


@dataclass(frozen=True)
class Times:
    """Seconds of each repeat by the clock, and of processor time with that of child processes."""

    wall: list[float]
    cpu: list[float]


def measure(
    cases: Mapping[str, Callable[[], object]],
    repeats: int = 5,
    warm_up: int = 1,
    ready: Callable[[str], object] = lambda name: None,
) -> dict[str, Times]:
    """Run all cases in turn, `repeats` times after `warm_up` rounds that do not count.

    In turn, because a machine's speed drifts: what is compared has run within seconds of each other. `ready` is called
    before a case each time, and does not count.
    """
    times = {name: Times([], []) for name in cases}
    for turn in range(warm_up + repeats):
        for name, run in cases.items():
            ready(name)
            cpu, wall = _cpu(), time.perf_counter()
            run()
            wall, cpu = time.perf_counter() - wall, _cpu() - cpu
            if turn >= warm_up:
                times[name].wall.append(wall)
                times[name].cpu.append(cpu)
            print(f"{name}, round {turn + 1} of {warm_up + repeats}: {wall:.2f} s, CPU {cpu:.2f} s", file=sys.stderr)
    return times


def ratio(slow: list[float], fast: list[float]) -> Spread:
    """How many times as long `slow` took, round by round, so that a machine that slows down for a while slows both."""
    return Spread.of([a / b for a, b in zip(slow, fast, strict=True)])


def slope(small: float, large: float, n_small: int, n_large: int) -> float:
    """Cost a sample at the larger number, as a multiple of that at the smaller: 1 is flat."""
    return (large / n_large) / (small / n_small)


def _cpu() -> float:
    """Processor seconds of this process and its children, of those that ended and of those that run."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    ticks = 0
    for children in Path("/proc/self/task").glob("*/children"):
        for pid in children.read_text().split():
            # user and system time, counted after the name in brackets
            ticks += sum(int(field) for field in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13])
    return sum(usage.ru_utime + usage.ru_stime for usage in used) + ticks / os.sysconf("SC_CLK_TCK")


def memory(pid: int | str = "self") -> dict[str, float]:
    """Resident memory of a process in MB: `own` it cannot give back, `file` is mapped and can be dropped."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    return {name: int(fields[key].split()[0]) / 1024 for name, key in (("own", "RssAnon"), ("file", "RssFile"))}


def machine(threads: int) -> str:
    """The machine in a line: its processor, threads of a process, other load, versions."""
    installed = {package: version_of(package) for package in _PACKAGES}
    versions = ", ".join(f"{package} {version}" for package, version in installed.items() if version)
    return (
        f"{processor()}, {threads} thread{'s' if threads > 1 else ''} a process, load {os.getloadavg()[0]:.1f} at the "
        f"start; Python {platform.python_version()}, {versions}."
    )


def processor() -> str:
    """Cores, and what they can."""
    info = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    fields = dict(line.split(":", 1) for line in info.splitlines() if ":" in line)
    names = {name.strip(): value.strip() for name, value in fields.items()}
    has = [flag for flag in _FLAGS if flag in names.get("flags", "").split()]
    return f"{len(os.sched_getaffinity(0))} cores of {names.get('model name', platform.machine())} ({', '.join(has)})"


def pictures(folder: Path, most: int) -> list[Path]:
    """At most so many pictures of a folder, spread over it: their names may sort by kind. Of these, those that can be
    read; hidden files are none."""
    if not folder.is_dir():
        sys.exit(f"{folder}: no such folder")
    found = sorted(p for p in folder.iterdir() if p.suffix.lower() in IMAGE_ENDINGS and not p.name.startswith("."))
    chosen = found[:: max(1, len(found) // most)][:most]
    good = [path for path in chosen if _can_be_read(path)]
    if len(good) < len(chosen):
        print(f"{folder}: left out {len(chosen) - len(good)} files that cannot be read", file=sys.stderr)
    if not good:
        sys.exit(f"{folder}: no pictures")
    return good


def _can_be_read(path: Path) -> bool:
    try:
        read_image(path)
    except UnreadableError:
        return False
    return True


def table(head: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def with_section(page: str, name: str, text: str) -> str:
    """A page with `text` between the markers `<!-- name -->` and `<!-- /name -->`; they are added if need be."""
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    section = f"{start}\n{text.strip()}\n{end}"
    if start not in page:
        return f"{page.rstrip()}\n\n{section}\n"
    before, rest = page.split(start, 1)
    return before + section + rest.split(end, 1)[1]


def wrapped(text: str, width: int = 120) -> str:
    """Paragraphs in lines of at most `width`; headings, tables, lists, code and pictures as they are."""
    parts = text.strip().split("\n\n")
    as_they_are = ("#", "|", "-", "`", "!", "<")
    return "\n\n".join(
        part
        if part.startswith(as_they_are)
        else textwrap.fill(part, width, break_long_words=False, break_on_hyphens=False)
        for part in parts
    )


def write_section(name: str, text: str, page: Path = PAGE) -> None:
    """Print a section and put it into its place on the page."""
    text = wrapped(text)
    print(text)
    page.write_text(with_section(page.read_text(), name, text))
