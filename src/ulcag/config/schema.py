"""The JSON Schema of config.yaml, by which editors complete and check it while it is written."""

from typing import Any

from pydantic.json_schema import models_json_schema

from ulcag.action_units.sources import SOURCES
from ulcag.config.project import Config
from ulcag.methods import METHODS
from ulcag.section import Section


def config_schema() -> dict[str, Any]:
    """All keys of config.yaml, with what they mean, as JSON Schema (draft 2020-12).

    The settings of an arm are those of its method. What no schema can say, such as that runs name data sets that are
    there, only `Config.read` checks.
    """
    models: list[type[Section]] = [Config, *METHODS.values()]
    references, schema = models_json_schema([(model, "validation") for model in models])
    parts = schema["$defs"]
    of_methods = {name: references[model, "validation"] for name, model in METHODS.items()}
    parts["ArmSettings"]["properties"]["method"]["enum"] = list(METHODS)
    parts["ArmSettings"]["allOf"] = [
        {"if": {"properties": {"method": {"const": name}}}, "then": {"properties": {"settings": settings}}}
        for name, settings in of_methods.items()
    ]
    methods = parts["DatasetSettings"]["properties"]["methods"]
    parts["DatasetSettings"]["properties"]["methods"] = {
        "type": "object",
        "description": methods["description"],
        "properties": of_methods,
        "additionalProperties": False,
    }
    parts["ActionUnitsSettings"]["properties"]["source"]["enum"] = list(SOURCES)
    # YAML's numbers and `off`, which the configuration takes for words.
    check = parts["DatasetSettings"]["properties"]["check"]
    check |= {"type": ["string", "boolean"], "enum": [*check["enum"], False]}
    for part in parts.values():
        for value in part.get("properties", {}).values():
            if value.get("additionalProperties") == {"type": "string"}:
                value["additionalProperties"] = {"type": ["string", "integer"]}
    # A key with nothing but comments below it.
    for name in ("noise", "arms"):
        parts["Config"]["properties"][name]["type"] = ["object", "null"]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **references[Config, "validation"], **schema}
