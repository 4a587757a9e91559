"""`hexaops diagnose`: offline diagnosis of a snapshot. Needs no service, cluster or credentials.

One JSON line per snapshot. Exit codes: 0 nothing found, 1 findings, 2 unusable input.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hexaops.cli.failures import USAGE, CliError
from hexaops.cli.options import Options
from hexaops.kit.text import plain

if TYPE_CHECKING:
    from hexaops.analysis.diagnosis import Finding

FOUND = 1
COLOURS = {"CRITICAL": "red", "HIGH": "red", "MEDIUM": "yellow", "LOW": None}


def diagnose(
    context: typer.Context,
    snapshot: Annotated[
        Path | None, typer.Option(help="A JSON snapshot, or .jsonl with one per line; `-` reads standard input.")
    ] = None,
) -> None:
    """Diagnose a snapshot of a cluster, offline.

    A snapshot is a JSON object with `now`, `objects` as the API server returns them, `logs` by namespace/pod/container,
    and optionally `metrics` and `id`. Exit code 0: nothing found; 1: findings; 2: unusable input.

    Examples: `hexaops diagnose --snapshot incident.json`, `hexaops diagnose --snapshot cases.jsonl --json`
    """
    from hexaops.analysis.diagnosis import SnapshotError, read_snapshot  # noqa: PLC0415 # most commands do without
    from hexaops.analysis.diagnosis import diagnose as findings_of  # noqa: PLC0415 # the same

    if snapshot is None:
        hint = "`hexaops snapshot FILE` writes one of a workspace; `hexaops ask 'What is wrong?'` asks the service."
        raise CliError("diagnose reads a file: pass --snapshot FILE.", hint=hint, exit_code=USAGE)
    options: Options = context.obj
    code = 0
    for number, text in _snapshots(snapshot):
        try:
            raw = json.loads(text)
            found = findings_of(read_snapshot(raw))
        except (json.JSONDecodeError, SnapshotError, RecursionError) as error:
            typer.echo(f"Error: cannot use snapshot {number} of {snapshot}: {error}", err=True)
            code = USAGE
            continue
        _print(raw.get("id"), found, as_json=options.as_json)
        code = max(code, FOUND) if found else code
    raise typer.Exit(code)


def _snapshots(path: Path) -> Iterator[tuple[int, str]]:
    """The snapshots of the file, numbered from 1."""
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"Cannot read {path}: {error}"
        raise CliError(message, exit_code=USAGE) from error
    if path.suffix == ".jsonl":
        yield from ((number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip())
    else:
        yield 1, text


def _print(name: Any, found: list[Finding], *, as_json: bool) -> None:
    from hexaops.analysis.diagnosis.documents import finding_document  # noqa: PLC0415 # as above

    if as_json:
        typer.echo(json.dumps({"id": name, "findings": [finding_document(one) for one in found]}, ensure_ascii=False))
        return
    if name is not None:
        typer.secho(plain(str(name), 200), bold=True)
    for one in found:
        shown = finding_document(one)
        subject = "/".join(part for part in (one.subject.kind, one.subject.namespace, one.subject.name) if part)
        typer.secho(
            f"{one.severity.name.lower():8} {plain(subject, 400)}: {shown['finding']}", fg=COLOURS[one.severity.name]
        )
        typer.echo(f"         cause: {shown['cause']}")
        for item in one.evidence[:4]:
            typer.echo(f"         {item.source}: {plain(item.text, 300)}")
        if one.fix:
            typer.echo(f"         fix: {plain(one.fix.summary, 300)}")
    if not found:
        typer.echo("Nothing found.")
