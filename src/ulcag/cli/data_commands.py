"""Commands of the stages that make the data: samples, check, noise, faces, action units, graph."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from ulcag.action_units.sources import SOURCES, source_of
from ulcag.action_units.sources.source import ByShard
from ulcag.cli.settings import add_settings, read_settings, settings_values, whole_number
from ulcag.config import FacesSettings, NoiseSettings, PresenceSettings, SamplesSettings, SourceSettings
from ulcag.errors import InputError
from ulcag.files import hashes, whole_or_absent
from ulcag.samples.layouts import EMBEDDED, LAYOUTS, layout_of
from ulcag.section import Section


def add_commands(commands: Any) -> None:
    """Add the commands of these stages."""
    samples = commands.add_parser("samples", help="read a data set into a samples table")
    samples.add_argument("--cache", type=Path, default=Path("results/.cache"), help="folder for rendered pictures")
    samples.add_argument(
        "--out-votes", type=Path, help="table to write of people's votes, if the data set has any (.parquet)"
    )
    samples.add_argument("--workers", type=whole_number(1), default=2, help="number of rendering processes")
    add_settings(samples, *(layout.settings_type for layout in LAYOUTS.values()))
    samples.set_defaults(do=_samples)

    counted = [name for name, layout in LAYOUTS.items() if layout.published_counts({})]
    check = commands.add_parser("check", help="check a data set: counts, files, copies of test pictures")
    check.add_argument(
        "--reader", choices=counted, help="reader of the published counts to compare with (default: the table's)"
    )
    check.add_argument("--workers", type=whole_number(1), default=2, help="number of processes that read pictures")
    check.add_argument("--out", type=Path, required=True, help="table of findings to write (.csv)")
    check.add_argument("--out-pictures", type=Path, help="table to write of facts about each picture (.parquet)")
    check.set_defaults(do=_check)

    gate = commands.add_parser("gate", help="stop if a check found something fatal")
    gate.add_argument("--check", type=Path, help="check.csv; omit it if nothing was checked")
    gate.add_argument("--out", type=Path, required=True, help="file to write if the pipeline may continue")
    gate.set_defaults(do=_gate)
    for parser in (check, gate):
        parser.add_argument("--on-fatal", choices=["stop", "warn"], default="stop", help="stop: exit with code 1")

    noise = commands.add_parser("noise", help="inject label noise into the training split")
    noise.add_argument("--seed", type=whole_number(0), default=0, help="random seed")
    add_settings(noise, NoiseSettings)
    noise.set_defaults(do=_noise)

    faces = commands.add_parser("faces", help="find faces and store their crops, for one shard")
    faces.add_argument("--shard", type=int, default=0, help="number of the shard, from 0")
    faces.add_argument("--out-crops", type=Path, required=True, help="file of crops to write (.arrow)")
    faces.add_argument(
        "--out-table", type=Path, required=True, help="table to write of what was found in each picture (.parquet)"
    )
    add_settings(faces, FacesSettings)
    faces.set_defaults(do=_faces)

    by_shard = [name for name, source in SOURCES.items() if issubclass(source, ByShard)]
    action_units = commands.add_parser(
        "action-units",
        help="get the action units of a data set, or of one shard of crops",
        description=f"Sources that read crops shard by shard ({', '.join(by_shard)}) need --faces and --state; "
        "the others read a whole data set and need --samples.",
    )
    action_units.add_argument("--from-csv", metavar="DIR", help="folder of the CSV files; same as --set folder=DIR")
    action_units.add_argument("--samples", type=Path, help="samples.parquet")
    action_units.add_argument(
        "--faces",
        type=Path,
        help="the shard's table, next to its crops; with --set of_several=nearest_box: faces.parquet",
    )
    action_units.add_argument("--state", type=Path, help="folder from which a killed job resumes")
    action_units.add_argument("--threads", type=whole_number(1), help="number of cores (default: from the settings)")
    add_settings(action_units, SourceSettings)
    action_units.set_defaults(do=_action_units)

    fit_reader = commands.add_parser(
        "fit-reader",
        help="refit the head of the action unit reader to rendered faces",
        description="Render faces with known action units, degrade them to resemble photographs, and fit the head that "
        "`action_units.source: reader` uses (extras `synthetic` and `dlib-face`). The result is always the same.",
    )
    fit_reader.add_argument("--out", type=Path, required=True, help="file to write the head to (.safetensors)")
    fit_reader.add_argument("--cache", type=Path, default=Path("results/.cache"), help="folder for rendered faces")
    fit_reader.add_argument(
        "--workers", type=whole_number(1), default=2, help="number of rendering processes, and of threads"
    )
    fit_reader.set_defaults(do=_fit_reader)

    merge = commands.add_parser("merge", help="merge the tables of all shards of a stage")
    merge.add_argument("stage", choices=["faces", "action_units"])
    merge.add_argument("tables", type=Path, nargs="+", help="tables of the shards")
    merge.set_defaults(do=_merge)

    graph = commands.add_parser("graph", help="count which action units occur together (Eq. 5)")
    graph.add_argument("--action-units", type=Path, required=True, help="action_units.parquet")
    graph.add_argument("--fold", default="all", help="all, or the held-out part, such as 1of10")
    add_settings(graph, PresenceSettings)
    graph.set_defaults(do=_graph)

    for parser in (check, noise, faces, merge, graph):
        parser.add_argument("--samples", type=Path, required=True, help="samples.parquet")
    for parser in (samples, noise, merge, action_units, graph):
        parser.add_argument("--out", type=Path, required=True, help="table to write (.parquet)")


class _AnySamples(Section):
    samples: SamplesSettings


def _samples(options: argparse.Namespace) -> None:
    from ulcag.samples.table import SAMPLES, VOTES, class_counts
    from ulcag.tables import write_table

    values = {"reader": EMBEDDED} | settings_values(options)
    settings = _AnySamples.read({"samples": values}, where="--settings").samples
    layout = layout_of(settings)
    found = layout.read(options.cache, options.workers)
    samples = found.samples
    for note in found.notes:
        _say(note)
    inputs = hashes(layout.files())
    write_table(options.out, samples, SAMPLES, settings=settings.plain(), inputs=inputs, notes=found.notes)
    if options.out_votes:
        write_table(options.out_votes, found.votes, VOTES, settings=settings.plain(), inputs=inputs)
    for split in ("train", "test"):
        labels = samples["label"][samples["split"] == split].to_numpy(dtype="int64")
        _say(f"{split}: {len(labels)} samples {class_counts(labels)}")


def _check(options: argparse.Namespace) -> None:
    from ulcag.samples.check import check_samples, stop_if_fatal

    found = check_samples(
        options.samples, options.out, options.out_pictures, reader=options.reader, workers=options.workers
    )
    if options.on_fatal == "stop":
        stop_if_fatal(found, options.samples)


def _gate(options: argparse.Namespace) -> None:
    from ulcag.samples.check import read_findings, stop_if_fatal

    if options.check and options.on_fatal == "stop":
        stop_if_fatal(read_findings(options.check), options.check)
    with whole_or_absent(options.out) as beside:
        beside.write_text("may go on\n")


def _noise(options: argparse.Namespace) -> None:
    from ulcag.samples.noise import noise_notes, noisy_labels
    from ulcag.samples.table import NOISE, SAMPLES
    from ulcag.tables import read_table, write_table

    settings = read_settings(options, NoiseSettings)
    samples = read_table(options.samples, SAMPLES)
    noise = noisy_labels(samples, settings, options.seed)
    for note in noise_notes(samples, settings):
        _say(note)
    about = settings.plain() | {"seed": options.seed}
    write_table(options.out, noise, NOISE, settings=about, inputs=hashes({"samples": options.samples}))
    _say(f"{int(noise['replaced'].sum())} of {len(noise)} training labels replaced")


def _faces(options: argparse.Namespace) -> None:
    from ulcag.faces.run import crop_shard
    from ulcag.samples.table import SAMPLES
    from ulcag.tables import read_table

    settings = read_settings(options, FacesSettings)
    samples = read_table(options.samples, SAMPLES)
    inputs = hashes({"samples": options.samples})
    crop_shard(samples, options.shard, settings, options.out_crops, options.out_table, inputs)


def _action_units(options: argparse.Namespace) -> None:
    from ulcag.action_units.run import read_all, read_shard
    from ulcag.faces.shard import crops_of
    from ulcag.faces.table import FACES
    from ulcag.samples.table import SAMPLES
    from ulcag.tables import read_table

    if options.from_csv:
        options.set.append(f"folder={json.dumps(options.from_csv)}")
    source = source_of(read_settings(options, SourceSettings))
    if isinstance(source, ByShard):
        faces, state = _given(options, "faces", source.name), _given(options, "state", source.name)
        how = {"state": state, "threads": options.threads}
        read_shard(source, read_table(faces, FACES), crops_of(faces), options.out, hashes({"faces": faces}), **how)
        return
    files = {"samples": _given(options, "samples", source.name)}
    files |= {"faces": _given(options, "faces", "of_several: nearest_box")} if source.needs_faces else {}
    rows = read_table(files["faces"], FACES) if "faces" in files else None
    files |= {"table": Path(source.settings.table)} if source.settings.table else {}
    read_all(source, read_table(files["samples"], SAMPLES), rows, options.out, hashes(files))


def _fit_reader(options: argparse.Namespace) -> None:
    from ulcag.action_units.reader.make import fit_reader

    about = fit_reader(options.out, options.cache, workers=options.workers)
    _say(f"correlation r on held-out people: {about['held_out_r']}")


def _given(options: argparse.Namespace, name: str, who: str) -> Path:
    """An option that is not always needed.

    Raises:
        InputError: it is now, and was not given.
    """
    path: Path | None = getattr(options, name)
    if path is None:
        raise InputError(f"--{name}", expected=f"a path, needed by {who}", found="nothing")
    return path


def _merge(options: argparse.Namespace) -> None:
    from ulcag.action_units.table import ACTION_UNITS
    from ulcag.faces.table import FACES
    from ulcag.merge import merge_tables
    from ulcag.samples.table import SAMPLES
    from ulcag.tables import read_table

    schema = {"faces": FACES, "action_units": ACTION_UNITS}[options.stage]
    merge_tables(read_table(options.samples, SAMPLES), options.tables, schema, options.out)


def _graph(options: argparse.Namespace) -> None:
    from ulcag.action_units.table import ACTION_UNITS
    from ulcag.graph.count import count_cooccurrence
    from ulcag.graph.table import write_cooccurrence
    from ulcag.samples.table import SAMPLES
    from ulcag.tables import read_table

    settings = read_settings(options, PresenceSettings)
    samples = read_table(options.samples, SAMPLES)
    graph = count_cooccurrence(samples, read_table(options.action_units, ACTION_UNITS), options.fold, settings)
    inputs = hashes({"samples": options.samples, "action_units": options.action_units})
    write_cooccurrence(options.out, graph, inputs)
    _say(f"{graph.n_samples} samples counted, {graph.n_left_out} without usable action units left out")


def _say(text: str) -> None:
    print(text, file=sys.stderr)
