"""`--settings` and `--set`: the same way to configure every command, with its settings listed in its help."""

import argparse
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel

from ulcag.errors import InputError
from ulcag.section import MethodSettings, Section
from ulcag.text import read_text

S = TypeVar("S", bound=Section)


def add_settings(parser: argparse.ArgumentParser, *models: type[Section], **parts: type[Section]) -> None:
    """Add the two options, and the settings of `models` to the end of the help.

    Args:
        parser: of the command.
        models: its settings.
        parts: heading to what `settings` of a training can be.
    """
    parser.add_argument(
        "--settings", default="{}", metavar="JSON|FILE", help="settings as JSON, or a YAML file of settings"
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="one setting, such as training.epochs=16; can be repeated",
    )
    lines = ["settings (for --set, or keys of --settings):"]
    for model in models:
        lines += [f"  {key} = {default}\n      {text}".rstrip() for key, default, text in _describe(model, "")]
    for heading, model in parts.items():
        lines += ["", f"{heading}:"]
        lines += [f"  {key} = {default}\n      {text}".rstrip() for key, default, text in _describe(model, "settings.")]
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
        if not os.path.isfile(text):
            raise InputError("--settings", expected="JSON in braces, or a YAML file", found=text)
        text = read_text(Path(text))
    values = _yaml(text, "--settings") or {}
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
            if not isinstance(here, dict):
                raise InputError("--set", expected=f"keys below '{parent}'", found=f"{here!r}, and {assignment}")
        here[last] = _yaml(value, f"--set {key}")
    return values


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """YAML in which a key that occurs twice is an error, not whichever comes last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
        twice = [key for key in keys if keys.count(key) > 1]
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"key {twice[0]!r} occurs twice", node.start_mark)
        return super().construct_mapping(node, deep)


def _yaml(text: str, where: str) -> Any:
    try:
        return yaml.load(text, _Loader)
    # ValueError: a date such as 2022-13-01
    except (yaml.YAMLError, ValueError) as error:
        raise InputError(where, expected="JSON or YAML", found=str(error)) from None


def _describe(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, str, str]]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if kind is MethodSettings:
            continue  # each method has its own
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _describe(kind, f"{prefix}{name}.")
        else:
            default = "(required)" if field.is_required() else json.dumps(field.get_default(call_default_factory=True))
            yield prefix + name, default, field.description or ""


def whole_number(least: int) -> Callable[[str], int]:
    """The type of an argument: a whole number, `least` or more."""

    def number(text: str) -> int:
        if int(text) < least:
            raise argparse.ArgumentTypeError(f"{text} is less than {least}")
        return int(text)

    # What argparse calls text that is none.
    number.__name__ = "whole number"
    return number
