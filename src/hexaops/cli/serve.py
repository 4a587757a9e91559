"""`hexaops serve`: the service, with a simulated cluster when none is given."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hexaops.cli.embedded import Simulator, SimulatorOptions
from hexaops.kit.memory import bound_allocator
from hexaops.kit.models import build_models_when_used
from hexaops.kit.paths import field_path
from hexaops.storage.lock import AlreadyServedError, FileLock

if TYPE_CHECKING:
    from hexaops.config import Settings

EMBEDDED = {"webhook_allowed_networks": ["127.0.0.0/8", "::1/128"], "webhook_allow_http": True,
            "default_workspace_name": "Production Workspace", "probe_image": "busybox:1.37",
            "rate_limit_chat": "1000/hour", "changes_per_workspace": 50, "changes_per_cluster": 50}  # fmt: skip
"""Presets of the embedded mode: its webhook receivers are on this machine, its nodes download no image, and who tries
things out is not slowed down by limits that protect a real cluster."""
HELP = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    rich_markup_mode="markdown", pretty_exceptions_enable=False, add_completion=False, context_settings=HELP
)


@app.command()
def serve(  # noqa: PLR0913, PLR0917 # size: one parameter an option
    home: Annotated[Path | None, typer.Option(help="State folder [~/.hexaops].")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on [127.0.0.1].")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 picks a free one [8080].")] = None,
    kubeconfig: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Serve this cluster instead of the simulator.")
    ] = None,
    context: Annotated[str | None, typer.Option(help="Context in the kubeconfig.")] = None,
    writer_kubeconfig: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Kubeconfig of the identity that makes changes.")
    ] = None,
    writer_context: Annotated[str | None, typer.Option(help="Context of the identity that makes changes.")] = None,
    config_file: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="YAML file listing the clusters to serve (docs/cluster.md)."),
    ] = None,
    database_url: Annotated[str | None, typer.Option(help="postgresql://… or sqlite:///FILE.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Simulator: start the scenario from scratch.")] = False,
    scenario: Annotated[
        str | None, typer.Option(help="Simulator: default, empty or generated:N [the saved one].")
    ] = None,
    speed: Annotated[float, typer.Option(help="Simulator: speed relative to real time.")] = 1.0,
    log_format: Annotated[str | None, typer.Option(help="auto, json or text.")] = None,
    browser: Annotated[
        bool, typer.Option("--open", help="Simulator: open the console in a desktop's browser.")
    ] = False,
) -> None:
    """Run the service. Every option also has an environment variable, HEXAOPS_….

    Without a cluster (--kubeconfig, --config-file or a pod's service account) a simulated one is started.
    The URL and first credentials are written to HOME/credentials.json, which the other commands read.
    """
    given = {
        "home": home, "host": host, "port": port, "kubeconfig": kubeconfig, "context": context,
        "writer_kubeconfig": writer_kubeconfig, "writer_context": writer_context, "config_file": config_file,
        "database_url": database_url,
        "log_format": log_format,
    }  # fmt: skip
    os.umask(0o077)  # the home folder, the database and the keys are their owner's only
    settings = read_settings(given)
    check_price_file(settings)
    if settings.kubeconfig or settings.in_cluster() or names_clusters(settings):
        raise typer.Exit(_serve(settings, None))
    settings = read_settings({**given, **_unset(EMBEDDED)})
    # Before the simulator: a second one on the same home would write over the first one's state.
    lock = FileLock(settings.home_folder() / "home", shown=settings.home_folder())
    try:
        settings.home_folder().mkdir(parents=True, exist_ok=True, mode=0o700)
        lock.acquire()
    except (AlreadyServedError, OSError) as error:
        typer.echo(f"hexaops: {getattr(error, 'message', error)}", err=True)
        raise typer.Exit(1) from None
    simulator = Simulator(settings.home_folder(), SimulatorOptions(fresh, scenario, speed))
    try:
        raise typer.Exit(_serve(settings, simulator, browser=browser))
    finally:
        simulator.stop()
        lock.release()


def _serve(settings: Settings, simulator: Simulator | None, *, browser: bool = False) -> int:
    """The simulator starts while this process is still importing the service."""
    bound_allocator()
    gc.disable()  # until it serves: a start makes many objects and hardly any garbage
    build_models_when_used()
    from hexaops.cli.serving import serve_until_stopped  # noqa: PLC0415 # see above

    return serve_until_stopped(settings, simulator, browser=browser)


def read_settings(given: dict[str, Any]) -> Settings:
    """Settings from environment and options; exits with the reason if one is invalid."""
    from pydantic import ValidationError  # noqa: PLC0415 # slow to import

    from hexaops.config import Settings  # noqa: PLC0415 # slow to import

    try:
        return Settings(**{key: value for key, value in given.items() if value is not None})
    except ValidationError as error:
        for problem in error.errors():
            typer.echo(f"hexaops: setting {field_path(problem['loc'])}: {problem['msg']}", err=True)
        raise typer.Exit(2) from None


def names_clusters(settings: Settings) -> bool:
    """Whether the configuration file lists clusters; exits with the reason if it is invalid."""
    from hexaops.config import ConfigFileError, read_config_file  # noqa: PLC0415 # slow to import

    try:
        return settings.config_file is not None and bool(read_config_file(settings.config_file).clusters)
    except ConfigFileError as error:
        typer.echo(f"hexaops: setting config_file: {error}", err=True)
        raise typer.Exit(2) from None


def check_price_file(settings: Settings) -> None:
    """Exits with the reason if the price file is invalid."""
    if settings.price_file is None:
        return
    from hexaops.config import ConfigFileError  # noqa: PLC0415 # slow to import
    from hexaops.features.insights.price_file import read_price_file  # noqa: PLC0415 # slow to import

    try:
        read_price_file(settings.price_file)
    except ConfigFileError as error:
        typer.echo(f"hexaops: setting price_file: {error}", err=True)
        raise typer.Exit(2) from None


def _unset(presets: dict[str, Any]) -> dict[str, Any]:
    """Presets that the environment does not decide."""
    return {key: value for key, value in presets.items() if f"HEXAOPS_{key.upper()}" not in os.environ}
