"""`--settings` and `--set`: the same way to configure every command, with its settings listed in its help."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel

from ulcag.config.section import Section
from ulcag.errors import InputError

S = TypeVar("S", bound=Section)


def add_settings(parser: argparse.ArgumentParser, *models: type[Section]) -> None:
    """Add the two options, and the settings of `models` to the end of the help."""
    parser.add_argument(
        "--settings", default="{}", metavar="JSON|FILE", help="settings as JSON, or a YAML file that holds them"
    )
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="one setting, such as training.epochs=16"
    )
    lines = ["settings (for --set, or keys of --settings):"]
    for model in models:
        lines += [f"  {key} = {default}\n      {text}".rstrip() for key, default, text in _describe(model, "")]
    parser.epilog = "\n".join(lines)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter


def read_settings(options: argparse.Namespace, model: type[S]) -> S:
    """The settings that a command was given.

    Raises:
        InputError: they cannot be read, or a key or value is not allowed.
    """
    return model.read(settings_values(options), where="--settings")


def settings_values(options: argparse.Namespace) -> dict[str, Any]:
    """The same, before they are checked."""
    text = options.settings
    if not text.lstrip().startswith("{"):
        path = Path(text)
        if not path.is_file():
            raise InputError("--settings", expected="JSON in braces, or a YAML file", found=text)
        text = path.read_text()
    try:
        values = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise InputError("--settings", expected="JSON or YAML", found=str(error)) from None
    if not isinstance(values, dict):
        raise InputError("--settings", expected="keys and values", found=type(values).__name__)
    for assignment in options.set:
        key, equals, value = assignment.partition("=")
        if not equals:
            raise InputError("--set", expected="KEY=VALUE", found=assignment)
        here = values
        *parents, last = key.split(".")
        for parent in parents:
            here = here.setdefault(parent, {})
        here[last] = yaml.safe_load(value)
    return values


def _describe(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, str, str]]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _describe(kind, f"{prefix}{name}.")
        else:
            default = "(required)" if field.is_required() else json.dumps(field.get_default(call_default_factory=True))
            yield prefix + name, default, field.description or ""
