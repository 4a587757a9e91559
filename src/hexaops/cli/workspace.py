"""`hexaops workspace`: workspaces and their members."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from hexaops.cli.client import open_api, segment
from hexaops.cli.failures import USAGE, CliError
from hexaops.cli.options import Options
from hexaops.cli.output import cell, print_facts, print_json, print_list, print_table
from hexaops.cli.times import when

app = typer.Typer(help="Workspaces and their members.", no_args_is_help=True)
members = typer.Typer(help="Members of a workspace and their roles.", no_args_is_help=True)
app.add_typer(members, name="members")
WorkspaceId = Annotated[str, typer.Argument(help="The workspace's id.", metavar="WORKSPACE_ID")]
UserId = Annotated[str, typer.Argument(help="The user's id, from the token's subject.", metavar="USER_ID")]


@app.command("list")
def list_workspaces(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Every workspace, as the service account.")] = False,
) -> None:
    """List your workspaces."""
    options: Options = context.obj
    api = open_api(context)
    found = api.internal("GET", "/workspaces")["data"] if everything else api.get("/api/v1/workspaces")["data"]
    if options.as_json:
        print_list(found)
        return
    columns = ("Workspace", "Name", "Plan", "Status", "Namespaces" if everything else "Your role")
    rows = [
        (one["id"], one["name"], one["plan"], one["status"],
         (one["namespaces"] or "all unclaimed") if everything else one["role"])
        for one in found
    ]  # fmt: skip
    print_table(columns, rows)


@app.command()
def create(  # noqa: PLR0913, PLR0917 # size: one parameter an option
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Its name.")],
    namespace: Annotated[list[str] | None, typer.Option(help="A namespace it owns; repeatable.")] = None,
    cluster: Annotated[str | None, typer.Option(help="Cluster id [the default cluster].")] = None,
    admin: Annotated[str | None, typer.Option(help="User id of the first admin [you].")] = None,
    plan: Annotated[str, typer.Option(help="shared or dedicated.")] = "shared",
    timezone: Annotated[str, typer.Option(help="Its time zone.")] = "UTC",
    unclaimed: Annotated[
        bool, typer.Option("--unclaimed", help="Instead of --namespace: every namespace no other workspace claims.")
    ] = False,
    expect_missing: Annotated[
        bool, typer.Option("--expect-missing", help="Also claim namespaces that do not exist yet.")
    ] = False,
) -> None:
    """Create a workspace from unclaimed namespaces, with you as its first admin.

    Example: `hexaops workspace create "Team Blue" --namespace blue --namespace blue-jobs`
    """
    if unclaimed == bool(namespace):
        raise CliError("Give --namespace (repeatable) or --unclaimed.", exit_code=USAGE)
    options: Options = context.obj
    api = open_api(context)
    body = {
        "name": name, "namespaces": namespace, "plan": plan, "timezone": timezone, "cluster": cluster,
        "admin": admin or api.find_user_id(), "expect_missing": expect_missing,
    }  # fmt: skip
    made = api.internal("POST", "/workspaces", body)["data"]
    if options.as_json:
        print_json(made)
        return
    shown = made["namespaces"] if made["namespaces"] is not None else "all unclaimed"
    print_facts({"workspace": made["id"], "name": made["name"], "namespaces": shown, "admin": body["admin"]})
    _print_taken(made["taken"])
    if body["admin"] is None:
        typer.echo(f"Add a member: hexaops workspace members put {made['id']} USER_ID admin", err=True)


def _print_taken(taken: dict[str, Any]) -> None:
    """Applications that moved out of the default workspace."""
    if taken["applications"] is None:
        typer.echo(f"Applications taken from other workspaces: unknown ({taken['reason']}).", err=True)
    elif taken["total"] and taken["workspace_id"]:
        names = [f"{one['project']}/{one['name']}" for one in taken["applications"]]
        more = f" and {taken['total'] - len(names)} more" if taken["total"] > len(names) else ""
        typer.echo(f"Taken from {taken['workspace_id']}: {cell(names)}{more}", err=True)


@app.command()
def schedule(  # size: one parameter an option
    context: typer.Context,
    workspace_id: WorkspaceId,
    window: Annotated[list[str] | None, typer.Option(help="When changes may begin; repeatable.")] = None,
    freeze: Annotated[list[str] | None, typer.Option(help="When none may begin; repeatable.")] = None,
    always: Annotated[bool, typer.Option("--always", help="Remove every window.")] = False,
    no_freezes: Annotated[bool, typer.Option("--no-freezes", help="Remove every freeze.")] = False,
    timezone: Annotated[str | None, typer.Option(help="The workspace's time zone, such as Europe/Berlin.")] = None,
) -> None:
    """Show or set when changes may begin, in the workspace's time zone. What is given replaces what was there.

    Example: `hexaops workspace schedule ws-1 --window "mon-fri 09:00-17:00" --freeze 2026-12-20/2027-01-03`
    """
    if (window and always) or (freeze and no_freezes):
        raise CliError("Give --window or --always, --freeze or --no-freezes.", exit_code=USAGE)
    options: Options = context.obj
    path = f"/workspaces/{segment(workspace_id)}"
    policy: dict[str, Any] = {}
    if window or always:
        policy["change_windows"] = window or []
    if freeze or no_freezes:
        policy["change_freezes"] = freeze or []
    change: dict[str, Any] = ({"policy": policy} if policy else {}) | ({"timezone": timezone} if timezone else {})
    api = open_api(context)
    found = (api.internal("PATCH", path, change) if change else api.internal("GET", path))["data"]
    shown = {
        "windows": found["policy"]["change_windows"], "freezes": found["policy"]["change_freezes"],
        "timezone": found["timezone"],
    }  # fmt: skip
    if options.as_json:
        print_json(shown)
        return
    print_facts({
        "windows": ", ".join(shown["windows"]) or "at any time", "freezes": ", ".join(shown["freezes"]) or "none",
        "timezone": shown["timezone"],
    })  # fmt: skip


@app.command()
def delete(context: typer.Context, workspace_id: WorkspaceId) -> None:
    """Delete a workspace; its namespaces return to the default one."""
    options: Options = context.obj
    open_api(context).internal("DELETE", f"/workspaces/{segment(workspace_id)}")
    print_json({"deleted": workspace_id}) if options.as_json else typer.echo(f"Deleted {workspace_id}")


@members.command("list")
def list_members(context: typer.Context, workspace_id: WorkspaceId) -> None:
    """List the members."""
    options: Options = context.obj
    found = open_api(context).internal("GET", f"/workspaces/{segment(workspace_id)}/members")["data"]
    if options.as_json:
        print_list(found)
        return
    print_table(("User", "Role", "Since"), [(one["user_id"], one["role"], when(one["added_at"])) for one in found])


@members.command("put")
def put_member(
    context: typer.Context,
    workspace_id: WorkspaceId,
    user_id: UserId,
    role: Annotated[str, typer.Argument(help="viewer, operator or admin.")],
) -> None:
    """Add a member or change their role."""
    options: Options = context.obj
    one = open_api(context).internal(
        "PUT", f"/workspaces/{segment(workspace_id)}/members/{segment(user_id)}", {"role": role}
    )["data"]
    print_json(one) if options.as_json else typer.echo(f"{user_id} is {one['role']} of {workspace_id}")


@members.command("remove")
def remove_member(context: typer.Context, workspace_id: WorkspaceId, user_id: UserId) -> None:
    """Remove a member."""
    options: Options = context.obj
    open_api(context).internal("DELETE", f"/workspaces/{segment(workspace_id)}/members/{segment(user_id)}")
    print_json({"removed": user_id}) if options.as_json else typer.echo(f"Removed {user_id}")
