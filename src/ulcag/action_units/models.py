"""OpenFace's models: which ones a local program has, and what FaceLandmarkImg says without them."""

import itertools
import re
from collections.abc import Sequence
from pathlib import Path

from ulcag.errors import InputError
from ulcag.files import binding, sha256

# What FaceLandmarkImg says where it has no MTCNN of its own, and goes on.
OTHER_DETECTOR = "defaulting to HOG-SVM"
# What it says without models that it needs, whatever its exit code. It says such things of its HAAR detector, too,
# which it does not use.
_MISSING = re.compile(
    r"(Could not load the landmark detector|Could not find CEN patch experts|Could not find the (landmark|AU) detection"
    r" model|Can't find the Face checker|no Action Unit models).*"
)
_DO = """\
download them with OpenFace's download_models.sh (the CE-CLM patch experts are not in its repository), or set an
            existing model with action_units.openface.program_arguments: ['-mloc', 'model/main_clnf_general.txt']"""
# Folders of models beside the program, and where `make install` puts them.
_FOLDERS = ("model", "AU_predictors", "classifiers")
_INSTALLED = Path("/usr/local/etc/OpenFace")


def check_models(program: str, said: str) -> None:
    """Stop where FaceLandmarkImg lacks models: no picture is to blame, and each call would end so.

    Args:
        program: that was called.
        said: all that it said.

    Raises:
        InputError: it lacks some.
    """
    lines = [match.group().strip() for match in _MISSING.finditer(said)]
    if lines:
        found = "; ".join(dict.fromkeys(lines))[:400]
        raise InputError(program, expected="OpenFace's models", found=found, do=_DO)


def hash_of_models(program: Path, arguments: Sequence[str]) -> str:
    """`, models sha256:...` of a local program's models, blank if none are found.

    Other models give other action units. All of each file is read, as every call of the program does.

    Args:
        program: its models are beside it, where it is installed, or where `-mloc` says.
        arguments: of the program.
    """
    named = [Path(value) for word, value in itertools.pairwise(arguments) if word == "-mloc"]
    homes = [program.parent, program.resolve().parent, _INSTALLED]
    folders = [home / name for home in homes for name in _FOLDERS]
    folders += [(home / path).parent for path in named for home in (Path(), *homes) if (home / path).is_file()]
    hashed = {
        f"{folder.name}/{file.relative_to(folder)}": sha256(file)
        for folder in dict.fromkeys(folder.resolve() for folder in folders)
        for file in folder.rglob("*")
        if file.is_file()
    }
    return f", models sha256:{binding(hashed)}" if hashed else ""
