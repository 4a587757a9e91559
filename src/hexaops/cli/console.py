"""`hexaops console`: a link that opens the console once, signed in as you."""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Callable, Mapping
from typing import Annotated

import typer

from hexaops.cli.client import open_api
from hexaops.cli.options import Options
from hexaops.cli.output import print_json

DESKTOPS = frozenset({"darwin", "win32"})
DISPLAYS = frozenset({"DISPLAY", "WAYLAND_DISPLAY"})


def open_on_desktop(
    url: str,
    *,
    platform: str = sys.platform,
    environment: Mapping[str, str] = os.environ,
    opener: Callable[[str], bool] = webbrowser.open,
) -> bool:
    """Open the page where there is a desktop: a browser in the terminal would take the terminal over."""
    return (platform in DESKTOPS or any(environment.get(name) for name in DISPLAYS)) and opener(url)


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
