"""Names that the shell completes: asked of the running service, quickly or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from hexaops.cli.client import Api
from hexaops.cli.failures import CliError
from hexaops.cli.options import Options


def application_names(context: typer.Context, incomplete: str) -> list[str]:
    """Applications of the workspace that begin so; none when there is no service to ask."""
    api = Api(_options(context.find_root().params))
    try:
        data = api.get(api.workspace("/applications"), limit=500)["data"]
    except CliError:
        return []
    finally:
        api.close()
    return [one["name"] for one in data["applications"] if one["name"].startswith(incomplete)]


def action_names(incomplete: str) -> list[str]:
    """Kinds of changes that begin so."""
    from hexaops.runbooks.catalog import ASKED_FOR  # noqa: PLC0415 # slow to import

    return [name for name in ASKED_FOR if name.startswith(incomplete)]


def _options(given: dict[str, Any]) -> Options:
    """The global options: a completion runs no callback that would have read them."""
    home = Path(given.get("home") or "~/.hexaops").expanduser()
    return Options(home, given.get("url"), given.get("token"), given.get("workspace"))
