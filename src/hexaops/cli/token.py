"""`hexaops token`: service accounts of the internal API and their tokens."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from hexaops.cli.client import open_api, segment
from hexaops.cli.options import Options
from hexaops.cli.output import print_facts, print_json, print_list, print_table
from hexaops.cli.times import when

app = typer.Typer(
    help="Service accounts and their tokens (as the home folder's service account).", no_args_is_help=True
)
AccountId = Annotated[str, typer.Argument(help="The account's id.", metavar="ACCOUNT_ID")]
Days = Annotated[float | None, typer.Option(help="Lifetime in days [until revoked].")]


@app.command("list")
def list_accounts(context: typer.Context) -> None:
    """List accounts and their tokens (never the token text)."""
    options: Options = context.obj
    found = open_api(context).internal("GET", "/service-accounts")["data"]
    if options.as_json:
        print_list(found)
        return
    rows = [
        (
            account["id"], account["name"], account["scopes"],
            "all" if account["workspace_ids"] is None else account["workspace_ids"],
            account["disabled"], token["id"], _state(token), when(token["last_used_at"]),
        )
        for account in found
        for token in account["tokens"]
    ]  # fmt: skip
    print_table(("Account", "Name", "Scopes", "Workspaces", "Disabled", "Token", "State", "Last used"), rows)


@app.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name: what the account is for.")],
    scope: Annotated[list[str], typer.Option(help="A scope, such as logs:read; repeatable.")],
    in_workspace: Annotated[
        list[str] | None, typer.Option(help="Restrict it to this workspace id; repeatable [all].")
    ] = None,
    days: Days = None,
) -> None:
    """Create a service account; its token is shown once.

    Example: `hexaops token create log-reader --scope logs:read --days 90`
    """
    options: Options = context.obj
    body = {"name": name, "scopes": scope, "workspace_ids": in_workspace or None, "expires_in_days": days}
    _print_token(options, open_api(context).internal("POST", "/service-accounts", body)["data"])


@app.command()
def rotate(context: typer.Context, account_id: AccountId, days: Days = None) -> None:
    """Issue a second token; the first stays valid until revoked."""
    options: Options = context.obj
    path = f"/service-accounts/{segment(account_id)}/tokens"
    _print_token(options, open_api(context).internal("POST", path, {"expires_in_days": days})["data"])


@app.command()
def revoke(
    context: typer.Context,
    account_id: AccountId,
    token_id: Annotated[str, typer.Argument(help="The token's id.", metavar="TOKEN_ID")],
) -> None:
    """Revoke a token immediately."""
    options: Options = context.obj
    open_api(context).internal("DELETE", f"/service-accounts/{segment(account_id)}/tokens/{segment(token_id)}")
    print_json({"revoked": token_id}) if options.as_json else typer.echo(f"Revoked {token_id}")


@app.command()
def disable(context: typer.Context, account_id: AccountId) -> None:
    """Disable an account."""
    _switch(context, account_id, disabled=True)


@app.command()
def enable(context: typer.Context, account_id: AccountId) -> None:
    """Enable an account."""
    _switch(context, account_id, disabled=False)


def _switch(context: typer.Context, account_id: str, *, disabled: bool) -> None:
    options: Options = context.obj
    one = open_api(context).internal("PATCH", f"/service-accounts/{segment(account_id)}", {"disabled": disabled})[
        "data"
    ]
    word = "disabled" if one["disabled"] else "enabled"
    print_json(one) if options.as_json else typer.echo(f"{account_id} is {word}")


def _print_token(options: Options, issued: dict[str, Any]) -> None:
    if options.as_json:
        print_json(issued)
        return
    account, token = issued["service_account"], issued["token"]
    print_facts(
        {
            "account": account["id"], "name": account["name"], "scopes": account["scopes"], "token id": token["id"],
            "expires": token["expires_at"] or "never", "token": token["token"],
        }
    )  # fmt: skip
    typer.echo("Save the token now: it is not shown again.", err=True)


def _state(token: dict[str, Any]) -> str:
    if token["revoked_at"]:
        return f"revoked {when(token['revoked_at'])}"
    return f"expires {when(token['expires_at'])}" if token["expires_at"] else "active"
