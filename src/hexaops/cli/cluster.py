"""`hexaops cluster`: registered clusters."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from hexaops.cli.client import Api, open_api, segment
from hexaops.cli.kubeconfigs import flattened
from hexaops.cli.options import Options
from hexaops.cli.output import print_facts, print_json, print_list, print_table
from hexaops.cli.sources import read_sources

app = typer.Typer(help="Registered clusters (as the home folder's service account).",
                  no_args_is_help=True)  # fmt: skip
ClusterId = Annotated[str, typer.Argument(help="The cluster's id.", metavar="CLUSTER_ID")]
COLUMNS = ("Cluster", "Name", "From", "Server", "Status", "Own writer", "Reason")


@app.command("list")
def list_clusters(context: typer.Context) -> None:
    """List the registered clusters with their status."""
    options: Options = context.obj
    found = open_api(context).internal("GET", "/clusters")["data"]
    if options.as_json:
        print_list(found)
        return
    rows = [
        (one["id"], one["name"], one["source"], one["server"], one["status"], one["separate_writer"], one["reason"])
        for one in found
    ]
    print_table(COLUMNS, rows, remark=True)


@app.command()
def add(  # size: one parameter an option
    context: typer.Context,
    cluster_id: ClusterId,
    kubeconfig: Annotated[Path, typer.Option(help="Kubeconfig of the reading identity.")] = Path("~/.kube/config"),
    kube_context: Annotated[str | None, typer.Option("--context", help="Context in it [the current one].")] = None,
    writer_kubeconfig: Annotated[
        Path | None, typer.Option(help="Kubeconfig of the identity that makes changes.")
    ] = None,
    writer_context: Annotated[str | None, typer.Option(help="Context of the identity that makes changes.")] = None,
    name: Annotated[str | None, typer.Option(help="Name shown in answers [the id].")] = None,
    sources: Annotated[
        Path | None,
        typer.Option(help="YAML file with `log_source` and `metrics_source`, as the configuration file has them."),
    ] = None,
) -> None:
    """Register a cluster and test it; exit code 1 if it does not answer.

    Example: `hexaops cluster add prod --kubeconfig ~/.kube/config --context prod-reader --writer-context prod-writer`
    """
    options: Options = context.obj
    api = open_api(context)
    body: dict[str, Any] = {"id": cluster_id, "name": name, "kubeconfig": flattened(kubeconfig, kube_context)}
    if writer_kubeconfig or writer_context:
        body["writer_kubeconfig"] = flattened(writer_kubeconfig or kubeconfig, writer_context)
    if sources is not None:
        body |= read_sources(sources)
    made = api.internal("POST", "/clusters", body)["data"]
    if not options.as_json:
        print_facts({"cluster": made["id"], "name": made["name"], "server": made["server"]})
        if not made["separate_writer"]:
            typer.echo(
                "The same identity reads and writes: --writer-context or --writer-kubeconfig separates them.", err=True
            )
    _test(api, options, cluster_id)


@app.command()
def test(context: typer.Context, cluster_id: ClusterId) -> None:
    """Test the connection to a cluster; exit code 1 if it does not answer."""
    _test(open_api(context), context.obj, cluster_id)


@app.command()
def remove(context: typer.Context, cluster_id: ClusterId) -> None:
    """Remove a cluster that no workspace uses."""
    options: Options = context.obj
    open_api(context).internal("DELETE", f"/clusters/{segment(cluster_id)}")
    print_json({"removed": cluster_id}) if options.as_json else typer.echo(f"Removed {cluster_id}")


def _test(api: Api, options: Options, cluster_id: str) -> None:
    found = api.internal("POST", f"/clusters/{segment(cluster_id)}/test")["data"]
    if options.as_json:
        print_json(found)
    else:
        print_facts(
            {
                "reachable": found["reachable"], "reason": found["reason"], "version": found["version"],
                "reads as": found["reader"], "changes as": found["writer"], "may change": found["may_change"],
                "cannot read": [*found["unreadable"]] or None,
            }
        )  # fmt: skip
    raise typer.Exit(0 if found["reachable"] else 1)
