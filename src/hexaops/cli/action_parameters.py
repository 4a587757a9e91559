"""Parameters of `hexaops actions run`: read by the kind of action, and described by it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import typer

from hexaops.cli.failures import USAGE, CliError
from hexaops.cli.output import print_table

TARGETS = {"application": "application_id", "project": "project", "alert": "alert_id", "backup": "backup_id"}


def read_parameters(action: str, target: str, given: Sequence[str]) -> dict[str, Any]:
    """The request's parameters; raises CliError for what cannot be read. The service checks the values."""
    fields, named = _fields(action), _target(action, target)
    parameters: dict[str, Any] = {**named}
    for text in given:
        if text.startswith("{"):
            parameters |= _document(text)
            continue
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise CliError(f"Not name=value: {text}", hint="Write parameters as in replicas=4.", exit_code=USAGE)
        outer, dot, inner = name.partition(".")
        if dot and _is(fields.get(outer, {}), "object"):
            # "hard.requests.cpu=4", "env.LOG_LEVEL=debug": maps hold text, and null removes an entry
            parameters[outer] = {**(parameters.get(outer) or {}), inner: None if value == "null" else value}
        else:
            parameters[name] = _value(fields.get(name, {}), value)
    _check_names(action, parameters, fields)
    return parameters


def _check_names(action: str, parameters: Mapping[str, Any], fields: Mapping[str, Any]) -> None:
    """The service refuses a parameter that the action does not take; here the hint says how to read about it."""
    taken = {*fields, *TARGETS.values(), "application_ids"}
    unknown = [name for name in parameters if name not in taken]
    if fields and unknown:
        own = ", ".join(name for name in fields if name not in TARGETS.values()) or "none"
        hint = f"It takes: {own}. See: hexaops actions run {action} --help"
        raise CliError(f"{action} takes no parameter {unknown[0]}", hint=hint, exit_code=USAGE)


def print_kind(action: str) -> None:
    """What one kind of action does and takes; raises CliError for an unknown kind."""
    from hexaops.runbooks.catalog import ASKED_FOR  # noqa: PLC0415 # slow to import

    book = ASKED_FOR.get(action)
    if book is None:
        raise CliError(f"Unknown action: {action}", hint=f"Actions: {', '.join(ASKED_FOR)}", exit_code=USAGE)
    own = book.parameters.__doc__ or ""
    target = "APPLICATION[,APPLICATION…]" if book.takes_several else book.target.upper()
    typer.echo(f"Usage: hexaops actions run {action} {target} [NAME=VALUE]...\n")
    typer.echo(f"{book.words.does[:1].upper()}{book.words.does[1:]}. Risk: {book.risk}. Undo: {book.words.undo}.")
    required = book.parameters.model_json_schema().get("required", ())
    rows = [
        (name, describe(field), "yes" if name in required else "no")
        for name, field in _fields(action).items()
        if name not in {"reason", *TARGETS.values()}
    ]
    if rows:
        typer.echo(f"\n{' '.join(own.split())}")
        print_table(("Parameter", "Type", "Needed"), rows)
    steps = " → ".join(step.name for step in book.steps)
    typer.echo(f"\nSteps: {steps}\nA map is written as env.NAME=VALUE; everything else as JSON: pods='[\"web-1\"]'.")


def describe(field: Mapping[str, Any]) -> str:
    """A field's JSON schema in a word or two."""
    kinds = [one for one in field.get("anyOf", [field]) if one.get("type") != "null"]
    kind = kinds[0]
    if kind.get("type") == "array":
        return f"list of {describe(kind['items'])}"
    if kind.get("type") == "object":
        return "map of text to text or null"
    if choices := kind.get("enum"):
        return ", ".join(map(str, choices))
    bounds = [str(kind[key]) for key in ("minimum", "maximum") if key in kind]
    return f"{kind.get('type', 'object')}{f', {bounds[0]} to {bounds[1]}' if len(bounds) == 2 else ''}"


def _fields(action: str) -> dict[str, Any]:
    from hexaops.runbooks.catalog import ASKED_FOR  # noqa: PLC0415 # slow to import

    book = ASKED_FOR.get(action)
    return {} if book is None else dict(book.parameters.model_json_schema()["properties"])


def _target(action: str, target: str) -> dict[str, Any]:
    """The parameter that names what the action is about: several applications are separated by commas."""
    from hexaops.runbooks.catalog import ASKED_FOR  # noqa: PLC0415 # slow to import

    kind = ASKED_FOR[action].target if action in ASKED_FOR else "application"
    names = [name for name in target.split(",") if name]
    return {"application_ids": names} if kind == "application" and len(names) > 1 else {TARGETS[kind]: target}


def _document(text: str) -> dict[str, Any]:
    try:
        read: dict[str, Any] = json.loads(text)
    except ValueError as error:
        raise CliError(f"Not a JSON object: {error}", exit_code=USAGE) from None
    return read


def _value(field: Mapping[str, Any], text: str) -> Any:
    """JSON where it is some; text stays text where the parameter is one, so that `image=1.27` is no number."""
    try:
        read = json.loads(text)
    except ValueError:
        return [part for part in text.split(",") if part] if _is(field, "array") else text
    return text if _is(field, "string") and not isinstance(read, str) and read is not None else read


def _is(field: Mapping[str, Any], kind: str) -> bool:
    return kind in _types(field)


def _types(field: Mapping[str, Any]) -> Iterator[str]:
    for one in field.get("anyOf", [field]):
        if "type" in one:
            yield str(one["type"])
