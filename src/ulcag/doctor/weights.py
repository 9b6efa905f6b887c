"""Weights that come with packages: of the face network, and of the action unit reader."""

from ulcag.doctor.finding import Finding
from ulcag.errors import InputError


def face_weights() -> list[Finding]:
    """Weights of the backbone `dlib_face`, known by their hash."""
    from ulcag.backbones.dlib_face_file import installed_file, read_layers

    what = "face weights"
    try:
        read_layers(installed_file())
    except InputError as error:
        found = f"{error.found}; no backbone dlib_face, used by the demo, audits and the reader"
        # Other remedies than installing are for who chooses a backbone.
        return [Finding(what, "optional", found, error.do.partition(",")[0])]
    return [Finding(what, "ok", "dlib's face network")]


def reader() -> list[Finding]:
    """The head of the action unit reader."""
    from ulcag.action_units.reader.head import SHIPPED, read_head

    what = "action unit reader"
    try:
        head, digest = read_head(SHIPPED)
    except InputError as error:
        found = f"{error.expected}: {error.found}; no action units without OpenFace or CSV files"
        return [Finding(what, "optional", found, error.do)]
    return [Finding(what, "ok", f"{len(head.units)} action units, sha256 {digest[:8]}")]
