"""The bodies of requests as typed dictionaries, from the schemas of the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}


class Models:
    """Types of schemas; what is an object with named fields becomes a model."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.found: dict[str, str] = {}
        """Name → source text, each after those that it refers to."""

    def type_of(self, schema: Mapping[str, Any]) -> str:
        """The type of a value, as it is written in Python."""
        if "$ref" in schema:
            return self._named(schema["$ref"].rpartition("/")[2])
        if "anyOf" in schema:
            kinds = [self.type_of(one) for one in schema["anyOf"] if one.get("type") != "null"]
            nullable = len(kinds) < len(schema["anyOf"])
            return " | ".join([*dict.fromkeys(kinds), *(["None"] if nullable else [])])
        if "enum" in schema:
            return f"Literal[{', '.join(_quoted(one) for one in schema['enum'])}]"
        if "const" in schema:
            return f"Literal[{_quoted(schema['const'])}]"
        match schema.get("type"):
            case "array":
                return f"Sequence[{self.type_of(schema.get('items', {}))}]"
            case "object":
                inner = schema.get("additionalProperties")
                return f"Mapping[str, {self.type_of(inner) if isinstance(inner, dict) and inner else 'Any'}]"
            case kind:
                return PLAIN.get(str(kind), "Any")

    def _named(self, name: str) -> str:
        schema = self.document["components"]["schemas"][name]
        if "properties" not in schema:
            return self.type_of(schema)
        if name not in self.found:
            self.found[name] = ""  # a schema may refer to itself
            text = self._model(name, schema)
            self.found.pop(name)
            self.found[name] = text
        return name

    def _model(self, name: str, schema: Mapping[str, Any]) -> str:
        required = schema.get("required", ())
        lines = [f"class {name}(TypedDict):", f'    """{_first_line(schema)}"""', ""]
        for field, described in schema["properties"].items():
            kind = self.type_of(described)
            lines.append(f"    {field}: {kind if field in required else f'NotRequired[{kind}]'}")
        return "\n".join(lines)


def _quoted(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _first_line(schema: Mapping[str, Any]) -> str:
    text = str(schema.get("description") or schema.get("title") or "").split("\n\n")[0].replace("\n", " ").strip()
    return text if text.endswith(".") else f"{text}."
