"""`hexaops dashboard`: a Grafana dashboard as JSON."""

from __future__ import annotations

from typing import Annotated

import typer

from hexaops.cli.client import open_api
from hexaops.cli.completing import application_names
from hexaops.cli.output import print_json

Application = Annotated[
    str | None, typer.Argument(help="An application; without one, the workspace.", autocompletion=application_names)
]


def dashboard(context: typer.Context, application: Application = None) -> None:
    """Print a Grafana dashboard of an application or of the workspace, to be imported there.

    Example: `hexaops dashboard web-app > web-app.json`
    """
    api = open_api(context)
    body = {"application_id": application} if application else {}
    print_json(api.post(api.aiops("/dashboards"), body)["data"]["dashboard"])
