"""Renders the faces of `drawn.py` into a folder; what is there already is not rendered again."""

import hashlib
import importlib.util
import multiprocessing
from functools import partial
from pathlib import Path

import cv2
import torch

from ulcag.action_units.reader import drawn
from ulcag.action_units.reader.drawn import PICTURES, SIZE, draw, generator, person_named
from ulcag.errors import InputError
from ulcag.files import whole_or_absent
from ulcag.progress import progress
from ulcag.samples.synthetic.dataset import PACKAGES, renderer


def rendered_folder(cache: Path) -> Path:
    """Where the pictures of this version of renderer and draws are kept."""
    drawn_by = hashlib.sha256(renderer().encode() + Path(drawn.__file__).read_bytes())
    return cache / f"reader-{drawn_by.hexdigest()[:12]}"


def render_faces(folder: Path, people: int, workers: int) -> list[Path]:
    """The pictures of the first people, in order.

    Args:
        folder: where they are kept.
        people: how many.
        workers: processes; change no picture.

    Raises:
        InputError: a package that draws faces is not installed.
    """
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        do = "pip install 'ulcag[synthetic]'"
        raise InputError(
            "rendered faces", expected=f"the packages {', '.join(PACKAGES)}", found="not all of them", do=do
        )
    paths = [_path(folder, number) for number in range(people * PICTURES)]
    todo = [person for person in range(people) if not all(_path(folder, n).exists() for n in _numbers(person))]
    if workers == 1:
        for person in progress(todo, what="rendering", unit="person", total=len(todo)):
            _render_person(folder, person)
    elif todo:
        context = multiprocessing.get_context("spawn")
        with context.Pool(workers, initializer=_start_worker) as pool:
            # By one worker before the others: on a fresh install anny builds a cache, which two should not.
            pool.apply(_render_person, (folder, todo[0]))
            rest = pool.imap_unordered(partial(_render_person, folder), todo[1:])
            for _ in progress(rest, what="rendering", unit="person", total=len(todo), initial=1):
                pass
    return paths


def _numbers(person: int) -> range:
    return range(person * PICTURES, (person + 1) * PICTURES)


def _path(folder: Path, number: int) -> Path:
    return folder / f"{draw(number).name}.jpg"


def _start_worker() -> None:
    """One thread a process: the workers share the cores already."""
    cv2.setNumThreads(1)
    torch.set_num_threads(1)


def _render_person(folder: Path, person: int) -> None:
    from ulcag.samples.synthetic.photo import encode_jpeg
    from ulcag.samples.synthetic.render import Sitter, render

    sitter = None
    for number in _numbers(person):
        picture = draw(number)
        path = _path(folder, number)
        if path.exists():
            continue
        sitter = sitter or Sitter(person_named(picture.person))
        noise = generator("sensor", picture.name)
        face = render(sitter, picture.intensities, picture.scene, noise, SIZE)
        with whole_or_absent(path) as beside:
            beside.write_bytes(encode_jpeg(face, picture.scene.jpeg_quality))
