"""`hexaops env`: the service's address and your credentials as variables of a shell, for curl and scripts."""

from __future__ import annotations

import shlex

import typer

from hexaops.cli.client import open_api
from hexaops.cli.options import Options
from hexaops.cli.output import print_json


def env(context: typer.Context) -> None:
    """Print the address and your credentials as shell variables, for curl.

    `eval "$(hexaops env)"` sets URL, WORKSPACE and TOKEN, and ACCOUNT and ACCOUNT_TOKEN of the home folder's service
    account: the examples of the documentation then work as they stand. What it prints is secret.
    """
    options: Options = context.obj
    found = open_api(context).variables()
    if options.as_json:
        print_json(found)
        return
    for name, value in found.items():
        typer.echo(f"export {name}={shlex.quote(value)}")
