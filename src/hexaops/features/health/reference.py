"""`/docs`: the routes of `/openapi.json` as one plain page, rendered here: no script, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from fastapi import Request, Response

POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""One style of our own in the page, and nothing else."""
STYLE = (
    ":root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;"
    "padding:0 1rem}code{font:13px ui-monospace,monospace}summary{cursor:pointer;padding:.25rem 0}"
    "table{border-collapse:collapse;margin:.5rem 0 1rem}td,th{border:1px solid #8884;padding:.2rem .6rem;"
    "text-align:left;vertical-align:top}b{display:inline-block;width:4.5rem}"
)
DEPTH = 2
"""How far fields of fields are listed; `/openapi.json` has the rest."""

Schema = Mapping[str, Any]


async def reference(request: Request) -> Response:
    """The routes, their parameters, answers and errors, for people."""
    page = render(request.app.openapi())
    return Response(page, media_type="text/html", headers={"Content-Security-Policy": POLICY})


def render(document: Schema) -> str:
    """The page of an OpenAPI document."""
    groups: dict[str, list[str]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            groups.setdefault(operation["tags"][0], []).append(_operation(document, method, path, operation))
    title = escape(f"{document['info']['title']} {document['info']['version']}")
    body = "".join(f"<h2>{escape(tag)}</h2>{''.join(parts)}" for tag, parts in groups.items())
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
        f'<h1>{title}</h1><p>Every field of every route: <a href="/openapi.json">/openapi.json</a>.</p>{body}</html>'
    )


def _operation(document: Schema, method: str, path: str, operation: Schema) -> str:
    head = f"<b>{method.upper()}</b><code>{escape(path)}</code>"
    parts = [f"<p>{escape(operation.get('description', ''))}</p>"]
    if parameters := operation.get("parameters"):
        rows = [(one["name"], one["in"], _type(one["schema"]), one.get("description", "")) for one in parameters]
        parts.append(_table(("parameter", "in", "type", "meaning"), rows))
    if body := operation.get("requestBody"):
        parts += [_content(document, "request field", body)]
    for status, response in operation["responses"].items():
        if "x-error-codes" not in response:
            parts += [f"<p>{status}: {escape(response['description'])}</p>", _content(document, "field", response)]
    errors = [(status, code) for status, one in operation["responses"].items() for code in one.get("x-error-codes", ())]
    return f"<details><summary>{head}</summary>{''.join(parts)}{_table(('status', 'error code'), errors)}</details>"


def _content(document: Schema, word: str, part: Schema) -> str:
    schemas = [one["schema"] for one in part.get("content", {}).values()]
    rows = [*_fields(document, schemas[0], "", DEPTH)] if schemas else []
    return _table((word, "type", "meaning"), rows) if rows else ""


def _fields(document: Schema, schema: Schema, below: str, depth: int) -> Iterator[tuple[str, str, str]]:
    for name, field in _resolved(document, schema).get("properties", {}).items():
        found = _resolved(document, field)
        path = f"{below}{name}"
        yield path, _type(field), found.get("description", "")
        inner = found.get("items") or field
        if depth:
            yield from _fields(document, inner, f"{path}[]." if found.get("items") else f"{path}.", depth - 1)


def _resolved(document: Schema, schema: Schema) -> Schema:
    reference = schema.get("$ref")
    found: Schema = document["components"]["schemas"][reference.rpartition("/")[2]] if reference else schema
    return found


def _type(schema: Schema) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        parts = schema.get("prefixItems") or [schema.get("items", {})]
        return f"list of {', '.join(_type(one) for one in parts)}"
    return str(schema.get("type", "any"))


def _table(head: tuple[str, ...], rows: list[Any]) -> str:
    if not rows:
        return ""
    titles = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    lines = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{titles}</tr>{lines}</table>"
