"""`hexaops console`: a link that opens the console once, signed in as you."""

from __future__ import annotations

import webbrowser
from typing import Annotated

import typer

from hexaops.cli.client import open_api
from hexaops.cli.options import Options
from hexaops.cli.output import print_json


def console(
    context: typer.Context,
    browser: Annotated[bool, typer.Option("--open", help="Open it in the default browser.")] = False,
) -> None:
    """Print a link to the console that signs you in. It works once, within ten minutes."""
    options: Options = context.obj
    api = open_api(context)
    made = api.post("/api/v1/session/links")["data"]
    url = api.base_url + made["path"]
    if options.as_json:
        print_json({"url": url, "expires_in_seconds": made["expires_in_seconds"]})
    else:
        typer.echo(url)
    if browser:
        webbrowser.open(url)
