"""All pictures through FaceLandmarkImg, in chunks; a chunk that dies is divided until its culprit is alone.

One picture that OpenFace cannot read, or that is too small for it, ends a whole call. Not all pictures without CSV are
to blame: no face gives no CSV either, and those behind the culprit were never looked at.
"""

import itertools
import math
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from ulcag.action_units.engine import BOXES, CSVS, PICTURES, Engine
from ulcag.action_units.outcomes import Outcome, Outcomes
from ulcag.action_units.unit_csv import DamagedCsvError, FaceRow, read_unit_csv
from ulcag.errors import InputError
from ulcag.progress import progress

# So many pictures that die alone, with no call that ever ended well, are not the pictures' fault.
_HOPELESS = 20

# What a picture without CSV had been searched by.
_BESIDE = "OpenFace found another face, not the one that MTCNN found"
_WHERE = {"own": "by its own detector", "box": "in the box that it was given"}

Prepare = Callable[[str, Path], None]
Select = Callable[[str, Path, list[FaceRow]], FaceRow | None]


def run_chunks(
    stems: Sequence[str],
    prepare: Prepare,
    select: Select,
    engine: Engine,
    outcomes: Outcomes,
    before: Outcomes | None = None,
) -> None:
    """Find out the outcome of each picture that has none yet.

    Args:
        stems: the pictures' names.
        prepare: writes a picture of that name into a call's folder, and its box where boxes are handed over.
        select: the face of a picture among those that its CSV holds; None if it is none of them.
        engine: runs FaceLandmarkImg; closed when this ends.
        outcomes: what is known, and what becomes known.
        before: what came out with another detector, where that was tried first: OpenFace works, then, and a picture
            that it died of before says nothing when it dies again.

    Raises:
        InputError: the engine cannot run, a CSV is none of OpenFace's, or every picture fails. What is known stays.
    """
    left = [stem for stem in stems if stem not in outcomes]
    work = _Work(prepare, select, engine, outcomes, before)
    chunks = list(_split(left, math.ceil(len(left) / engine.settings.chunk)))
    bar = progress(
        what=f"openface, {engine.settings.detector}", unit="image", total=len(stems), initial=len(stems) - len(left)
    )
    try:
        with ThreadPoolExecutor(engine.settings.threads) as pool:
            futures = [pool.submit(work.do, chunk, bar.update) for chunk in chunks]
            try:
                for future in as_completed(futures):
                    future.result()
            except BaseException:
                for future in futures:
                    future.cancel()
                engine.close()
                raise
        work.finish()
    finally:
        bar.close()
        engine.close()


def remove_leftovers(owner: str) -> None:
    """Remove the folders of calls, with the pictures in them, that a killed job of the same owner left behind."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_prefix(owner)}*"):
        shutil.rmtree(folder, ignore_errors=True)


def _prefix(owner: str) -> str:
    return f"ulcag-openface-{owner}-"


class _Work:
    """One thread at a time does one chunk."""

    def __init__(
        self, prepare: Prepare, select: Select, engine: Engine, outcomes: Outcomes, before: Outcomes | None
    ) -> None:
        self.prepare, self.select, self.engine, self.outcomes = prepare, select, engine, outcomes
        self.before = before
        self._no_face = f"OpenFace found no face, {_WHERE[engine.settings.detector]}"
        self._numbers = itertools.count()
        self._ended_well = False
        self._died_alone: list[Outcome] = []
        self._lock = threading.Lock()
        self._given_up = False

    def do(self, chunk: list[str], update: Callable[[int], Any]) -> None:
        """A chunk to its end: the whole, then parts of what a call that died left open."""
        try:
            self._do(chunk, update)
        except BaseException:
            # The next chunk may be this thread's before anybody has seen the error.
            self._given_up = True
            raise

    def _do(self, chunk: list[str], update: Callable[[int], Any]) -> None:
        waiting = [chunk]
        while waiting and not self._given_up:
            piece = waiting.pop()
            found, why = self._call(piece)
            known = {outcome.stem for outcome in found}
            rest = [stem for stem in piece if stem not in known]
            if not why:
                found += [Outcome(stem, "no_face", self._no_face) for stem in rest]
                rest = []
            self.outcomes.add(found)
            update(len(found))
            if why and len(piece) == 1:
                self._died(piece[0] if rest else None, why)
                update(len(rest))
                rest = []
            elif not why:
                self._ended_well = True
            waiting += reversed(_doubling(rest))

    def _call(self, piece: list[str]) -> tuple[list[Outcome], str]:
        """One call of FaceLandmarkImg: what is certain, and why it died if it did."""
        folder = Path(tempfile.mkdtemp(prefix=_prefix(self.engine.owner)))
        try:
            for name in (PICTURES, BOXES, CSVS):
                (folder / name).mkdir()
            for stem in piece:
                self.prepare(stem, folder)
            why = self.engine.run(str(next(self._numbers)), folder)
            read = [self._read(stem, folder / CSVS / f"{stem}.csv", whole=not why) for stem in piece]
            return [outcome for outcome in read if outcome is not None], why
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _read(self, stem: str, path: Path, whole: bool) -> Outcome | None:
        """What a CSV says; None if there is none, or it may have been cut short."""
        if not path.exists():
            return None
        # A call that was killed may have been in the middle of a line.
        if not whole and not path.read_bytes().endswith(b"\n"):
            return None
        try:
            faces = read_unit_csv(path)
            face = self.select(stem, path, faces)
        except DamagedCsvError as error:
            return Outcome(stem, "failed", f"OpenFace's CSV, {error}") if whole else None
        if face is None:
            return Outcome(stem, "no_face", _BESIDE if faces else self._no_face)
        return Outcome(stem, "ok", face=face, detector=self.engine.settings.detector)

    def _died(self, stem: str | None, why: str) -> None:
        """A picture that a call died of alone. It is held back until it is clear that calls can end well, too."""
        with self._lock:
            if stem is not None:
                self._died_alone.append(Outcome(stem, "failed", f"OpenFace {why}"))
            new = [o for o in self._died_alone if self.before is None or self.before[o.stem].status != "failed"]
            if len(new) >= _HOPELESS and not self._ended_well:
                self._give_up()

    def finish(self) -> None:
        """Write down what was held back.

        Raises:
            InputError: no call ended well, and no picture has an outcome.
        """
        if self._died_alone and not self._ended_well and not len(self.outcomes) and self.before is None:
            self._give_up()
        self.outcomes.add(self._died_alone)

    def _give_up(self) -> None:
        do = "try the program by hand on one picture, then run the command again; finished pictures are kept"
        found = f"{len(self._died_alone)} pictures failed, the last: {self._died_alone[-1].reason}; no call succeeded"
        raise InputError(self.engine.settings.program, expected="a working OpenFace", found=found, do=do)


def _split(items: list[str], parts: int) -> Iterable[list[str]]:
    """In order, into so many parts of nearly the same size, none of them empty."""
    parts = min(parts, len(items))
    return (items[len(items) * i // parts : len(items) * (i + 1) // parts] for i in range(parts))


def _doubling(items: list[str]) -> list[list[str]]:
    """In order, into parts of 1, 2, 4, ... items.

    FaceLandmarkImg works in order, so that the culprit is among the first without CSV: alone, it costs one more death,
    where halves would cost one a level, and each of those may be a stall.
    """
    parts, start = [], 0
    while start < len(items):
        parts.append(items[start : 2 * start + 1])
        start = 2 * start + 1
    return parts
