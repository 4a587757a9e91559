"""`hexaops serve`: the service, and the simulator beside it when no cluster is named."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hexaops.cli.credentials import read_credentials, write_credentials
from hexaops.cli.embedded import Simulator, SimulatorFailedError, SimulatorOptions

if TYPE_CHECKING:
    from hexaops.config import Settings
    from hexaops.kit.clock import Clock

EMBEDDED = {"webhook_allowed_networks": ["127.0.0.0/8", "::1/128"], "webhook_allow_http": True,
            "default_workspace_name": "Production Workspace"}  # fmt: skip
"""Settings that the embedded mode presets: its webhooks' receivers are on this machine."""


def serve(  # noqa: PLR0913, PLR0917 # size: one parameter an option
    home: Annotated[Path | None, typer.Option(help="Folder of the service's state [~/.hexaops].")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on [127.0.0.1].")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one [8080].")] = None,
    kubeconfig: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Serve this cluster instead of the simulator.")
    ] = None,
    context: Annotated[str | None, typer.Option(help="Context in the kubeconfig.")] = None,
    writer_kubeconfig: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Kubeconfig of the identity that makes changes.")
    ] = None,
    writer_context: Annotated[str | None, typer.Option(help="Context of the identity that makes changes.")] = None,
    database_url: Annotated[str | None, typer.Option(help="postgresql://… or sqlite:///FILE.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Simulator: begin its scenario anew.")] = False,
    scenario: Annotated[
        str | None, typer.Option(help="Simulator: default, empty or generated:N [what was saved].")
    ] = None,
    speed: Annotated[float, typer.Option(help="Simulator: how much faster than real time.")] = 1.0,
    log_format: Annotated[str | None, typer.Option(help="auto, json or text.")] = None,
) -> None:
    """Serve both APIs; every option has a HEXAOPS_… environment variable of the same name.

    Without a cluster (--kubeconfig, or a pod's own service account) a simulated one is started beside the service.
    The address and the first credentials are written to HOME/credentials.json, which the other commands read.
    """
    given = {
        "home": home, "host": host, "port": port, "kubeconfig": kubeconfig, "context": context,
        "writer_kubeconfig": writer_kubeconfig, "writer_context": writer_context, "database_url": database_url,
        "log_format": log_format,
    }  # fmt: skip
    os.umask(0o077)  # the home folder, the database and the keys are their owner's only
    from hexaops.backends.kubernetes.opening import is_in_cluster  # noqa: PLC0415 # slow to import, only needed here

    settings = read_settings(given)
    if settings.kubeconfig or is_in_cluster():
        run(settings, None)
        return
    settings = read_settings({**given, **_unset(EMBEDDED)})
    simulator = Simulator(settings.home_folder(), SimulatorOptions(fresh, scenario, speed))
    try:
        run(settings, simulator)
    except SimulatorFailedError as error:
        typer.echo(f"hexaops: {error}", err=True)
        raise typer.Exit(1) from None
    finally:
        simulator.stop()


def read_settings(given: dict[str, Any]) -> Settings:
    """Settings from the environment and the options; a wrong value ends the command with its reason."""
    from pydantic import ValidationError  # noqa: PLC0415 # slow to import

    from hexaops.config import Settings  # noqa: PLC0415 # slow to import

    try:
        return Settings(**{key: value for key, value in given.items() if value is not None})
    except ValidationError as error:
        for problem in error.errors():
            typer.echo(f"hexaops: setting {'.'.join(map(str, problem['loc']))}: {problem['msg']}", err=True)
        raise typer.Exit(2) from None


def run(settings: Settings, simulator: Simulator | None) -> None:
    """Listen, assemble, serve until told to stop."""
    home = settings.home_folder()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    listener = _listen(settings.host, settings.port)

    import uvicorn  # noqa: PLC0415 # slow to import

    from hexaops.backends.kubernetes.cache import freeze_held_memory  # noqa: PLC0415 # slow to import
    from hexaops.errors import HexaopsError  # noqa: PLC0415 # slow to import
    from hexaops.factory import ProcessContext  # noqa: PLC0415 # slow to import
    from hexaops.features.workspaces.embedded import EmbeddedAccess  # noqa: PLC0415 # slow to import
    from hexaops.kit.clock import SystemClock  # noqa: PLC0415 # slow to import
    from hexaops.logs import Redactor, configure_logs  # noqa: PLC0415 # slow to import
    from hexaops.main import create_app  # noqa: PLC0415 # slow to import

    redactor, clock = Redactor(), SystemClock()
    configure_logs(level=settings.log_level, style=settings.log_format, redactor=redactor)
    if simulator:
        simulator.wait_ready()
    base_url = f"http://{settings.host}:{listener.getsockname()[1]}"
    try:
        context = ProcessContext(settings, _open_cluster(settings, simulator, clock), clock, redactor)
    except HexaopsError as error:
        typer.echo(f"hexaops: {error.message}", err=True)
        raise typer.Exit(1) from None

    async def announce() -> None:
        access = context.provider.get(EmbeddedAccess)
        made = await access.ensure(context.cluster.id, read_credentials(home))
        content: dict[str, Any] = {"base_url": base_url, **made.document()}
        if simulator:
            content["simulator"] = {"kubeconfig": str(simulator.kubeconfig)}
        typer.echo(f"hexaops serves {base_url} (credentials: {write_credentials(home, content)})")
        sys.stdout.flush()
        freeze_held_memory()

    app = create_app(context, on_started=announce)
    config = uvicorn.Config(
        app, log_config=None, access_log=False, timeout_graceful_shutdown=round(settings.shutdown_grace_seconds),
        lifespan="on", server_header=False, proxy_headers=False,
    )  # fmt: skip
    server = uvicorn.Server(config)
    server.run(sockets=[listener])
    if not server.started:
        raise typer.Exit(1)


def _open_cluster(settings: Settings, simulator: Simulator | None, clock: Clock) -> Any:
    from hexaops.backends.kubernetes.opening import Identity, open_cluster  # noqa: PLC0415 # slow to import

    if simulator:
        reader, writer = Identity(simulator.kubeconfig, "reader"), Identity(simulator.kubeconfig, "writer")
        return open_cluster(settings.cluster_name, reader, writer, clock=clock)
    own_writer = settings.writer_kubeconfig or settings.writer_context
    return open_cluster(
        settings.cluster_name,
        Identity(settings.kubeconfig, settings.context),
        Identity(settings.writer_kubeconfig or settings.kubeconfig, settings.writer_context) if own_writer else None,
        clock=clock,
    )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        typer.echo(f"hexaops: cannot listen on {host}:{port} ({error.strerror}); try --port 0", err=True)
        raise typer.Exit(1) from None
    return listener


def _unset(presets: dict[str, Any]) -> dict[str, Any]:
    """Presets that the environment does not decide."""
    return {key: value for key, value in presets.items() if f"HEXAOPS_{key.upper()}" not in os.environ}
