"""`hexaops whoami`: who the service takes you for, and where you may work."""

from __future__ import annotations

import typer

from hexaops.cli.client import open_api
from hexaops.cli.options import Options
from hexaops.cli.output import print_facts, print_json, print_table


def whoami(context: typer.Context) -> None:
    """Show the service, the user of the token, and the workspaces with the user's role in each."""
    options: Options = context.obj
    api = open_api(context)
    workspaces = api.get("/api/v1/workspaces")["data"]
    user_id = api.find_user_id()
    if options.as_json:
        print_json({"service": api.base_url, "user_id": user_id, "workspaces": workspaces})
        return
    print_facts({"service": api.base_url, "user": user_id or "not named by the token"})
    print_table(("Workspace", "Name", "Your role"), [(one["id"], one["name"], one["role"]) for one in workspaces])
