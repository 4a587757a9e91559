"""`hexaops snapshot`: what a diagnosis of the live workspace looks at, as a file to replay or to send to somebody."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from hexaops.cli.client import open_api
from hexaops.cli.failures import USAGE, CliError
from hexaops.cli.options import Options
from hexaops.cli.output import print_json

FOR_THE_OWNER = 0o600
"""Secrets are redacted, and still it tells much about a cluster."""


def snapshot(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="File to write; `-` writes to standard output.", metavar="FILE")],
) -> None:
    """Write a snapshot of the live workspace that `hexaops diagnose --snapshot` reads; secrets are redacted.

    Examples: `hexaops snapshot incident.json`, `hexaops snapshot - | hexaops diagnose --snapshot -`
    """
    options: Options = context.obj
    api = open_api(context)
    taken = api.get(api.aiops("/diagnosis/snapshot"))["data"]
    text = json.dumps(taken, ensure_ascii=False)
    if str(file) == "-":
        typer.echo(text)
        return
    _write(file, text)
    facts = {"file": str(file), "objects": len(taken["objects"]), "logs": len(taken["logs"]), "unread": taken["unread"]}
    if options.as_json:
        print_json(facts)
    else:
        typer.echo(f"Wrote {file}: {facts['objects']} objects, logs of {facts['logs']} containers")


def _write(file: Path, text: str) -> None:
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FOR_THE_OWNER)
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            opened.write(text)
    except OSError as error:
        message = f"Cannot write {file}: {error.strerror}"
        raise CliError(message, exit_code=USAGE) from error
