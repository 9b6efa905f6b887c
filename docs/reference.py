"""What the site says of settings, commands and modules, made from the code: Markdown for the pages in conf.py."""

import argparse
import json
import os
import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from ulcag.cli import build_parser
from ulcag.config.schema import config_schema

METHOD_PACKAGES = ("ulcag.method", "ulcag.rivals", "ulcag.correction")
# Characters a line of help.
_WIDTH = 100


def settings() -> str:
    """Every key of config.yaml: a section for each part, in the order of the file."""
    schema = config_schema()
    parts, top = schema["$defs"], schema["$ref"].rpartition("/")[2]
    parts[top]["description"] = "Data sets, noises, arms, and what to make of them."
    return "\n".join(_part(parts, top, "", "Top of the file"))


def _part(parts: dict[str, Any], name: str, path: str, heading: str) -> Iterator[str]:
    """A section, and those of the parts in it.

    Args:
        parts: of the schema, by name.
        name: of the part.
        path: of its keys in config.yaml, with a point at its end.
        heading: of the section.
    """
    part = parts[name]
    yield f"## {heading}\n\n{part['description']}\n"
    below = []
    if part["properties"]:
        yield "| key | takes | default | meaning |\n|---|---|---|---|"
    for key, value in part["properties"].items():
        inner = list(_inner(key, value))
        if not inner:
            yield f"| `{key}` | {_takes(value)} | {_default(part, key)} | {_cell(value.get('description', ''))} |"
            continue
        sections = [(f"{path}{where}", f"`{path}{where}`{words}", other) for where, words, other in inner]
        below += sections
        links = ", ".join(f"[{words}](#{_anchor(words)})" for _, words, _ in sections)
        about = f"{_cell(value['description'])}: " if "description" in value else ""
        yield f"| `{key}` | keys | {_default(part, key, 'as there')} | {about}{links} |"
    yield ""
    for where, words, other in below:
        yield from _part(parts, other, f"{where}.", words)


def _inner(key: str, value: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The parts that a key holds: where each is, more words for its heading, and its name in the schema."""

    def name(of: dict[str, Any]) -> str:
        return str(of["$ref"].rpartition("/")[2])

    if "$ref" in value:
        yield key, "", name(value)
    elif "discriminator" in value:
        words = value["discriminator"]
        for kind, reference in words["mapping"].items():
            yield key, f", `{words['propertyName']}: {kind}`", reference.rpartition("/")[2]
    elif "$ref" in value.get("items", {}):
        yield key, ", each entry", name(value["items"])
    elif isinstance(value.get("additionalProperties"), dict) and "$ref" in value["additionalProperties"]:
        yield f"{key}.NAME", "", name(value["additionalProperties"])
    else:
        for inner, of in value.get("properties", {}).items():
            yield f"{key}.{inner}", "", name(of)


def _anchor(heading: str) -> str:
    """Of a heading, as GitHub makes it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _takes(value: dict[str, Any]) -> str:
    """What values a key may have."""
    if "const" in value:
        return f"`{value['const']}`"
    if "enum" in value:
        # false: what YAML makes of a plain `off`, which is there, too.
        return ", ".join(f"`{word}`" for word in value["enum"] if word is not False)
    if "anyOf" in value:
        return " or ".join("blank" if one.get("type") == "null" else _takes(one) for one in value["anyOf"])
    if "prefixItems" in value:
        return f"{len(value['prefixItems'])} numbers"
    match value["type"]:
        case "array":
            return "a list"
        case "object":
            return "keys and values"
        case "boolean":
            return "`true`, `false`"
        case "string":
            return "text"
        case kind:
            return "a whole number" * (kind == "integer") + "a number" * (kind == "number") + _bounds(value)


def _bounds(value: dict[str, Any]) -> str:
    """In words, with a space before them; blank where there are none."""
    words = {
        "minimum": "from {}",
        "exclusiveMinimum": "above {}",
        "maximum": "up to {}",
        "exclusiveMaximum": "below {}",
    }
    return "".join(" " + text.format(value[bound]) for bound, text in words.items() if bound in value)


def _default(part: dict[str, Any], key: str, of_part: str = "") -> str:
    """The default of a key in words; `of_part` is what to say of a part that has one."""
    value = part["properties"][key]
    if key in part.get("required", ()) or "const" in value:
        return "must be given"
    if of_part:
        return of_part
    found = value.get("default")
    return "blank" if found in (None, "") else f"`{json.dumps(found) if not isinstance(found, str) else found}`"


def _cell(text: str) -> str:
    """Text that may stand in a cell of a table."""
    return text.replace("|", "\\|").replace("\n", " ").replace("*", "\\*")


def commands() -> str:
    """What each command says to `--help`; settings are left to the page of settings."""
    os.environ["COLUMNS"] = str(_WIDTH)
    return "\n".join(_help(build_parser(), level=2))


def _help(parser: argparse.ArgumentParser, level: int) -> Iterator[str]:
    """The help of the commands below a command, and of those below them."""
    for action in parser._actions:
        if not isinstance(action, argparse._SubParsersAction):
            continue
        about = {choice.dest: choice.help or "" for choice in action._choices_actions}
        for name, command in action.choices.items():
            has_settings, command.epilog = command.epilog is not None, None
            yield f"{'#' * level} `{command.prog}`\n\n{about[name][:1].upper()}{about[name][1:]}.\n"
            yield f"```text\n{command.format_help().strip()}\n```\n"
            if has_settings:
                yield "What can be set: [every setting](settings.md), and its `--help`.\n"
            yield from _help(command, level + 1)


def method_as_code() -> str:
    """The docstrings of all modules that are methods; their settings have a page of their own."""
    lines = []
    for package in METHOD_PACKAGES:
        found = pkgutil.iter_modules(import_module(package).__path__, f"{package}.")
        modules = [module.name for module in found if not module.name.endswith("settings")]
        lines.append(f"## `{package}`\n")
        lines.append(f"```{{eval-rst}}\n.. automodule:: {package}\n```\n")
        for module in modules:
            lines.append(f"### `{module.removeprefix('ulcag.')}`\n")
            lines.append(f"```{{eval-rst}}\n.. automodule:: {module}\n   :members:\n```\n")
    return "\n".join(lines)
