"""What `hexaops serve` does after parsing its options: listen, assemble, start, serve until stopped.

The context starts before uvicorn rather than in its lifespan, so a failed start is reported in one line.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import socket
import ssl
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import typer
import uvicorn

from hexaops.admission import Admission, lanes_for
from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.backends.kubernetes.opening import Identity, open_cluster
from hexaops.cli.connections import KEEP_ALIVE_SECONDS, BoundedProtocol
from hexaops.cli.console import open_on_desktop
from hexaops.cli.credentials import read_credentials, write_credentials
from hexaops.cli.draining import refuse_new
from hexaops.cli.embedded import Simulator, SimulatorFailedError
from hexaops.config import ConfigFileError, Settings, read_config_file
from hexaops.errors import HexaopsError
from hexaops.factory import ProcessContext
from hexaops.features.access.local_issuer import OWNER
from hexaops.features.signin.links import LINK_PREFIX, SignInLinks
from hexaops.features.workspaces.embedded import EmbeddedAccess
from hexaops.kit.background import Periodic
from hexaops.kit.clock import Clock, SystemClock
from hexaops.kit.keys import UnusableKeyError
from hexaops.kit.memory import collect_seldom, freeze_held_memory, release_library_pages
from hexaops.logs import Redactor, configure_logs
from hexaops.main import create_app

logger = logging.getLogger(__name__)

FIRST_REQUEST_SECONDS = 1.0
"""How long a stop waits for the first request on open connections."""
LOOK_SECONDS = 0.05
TICK_SECONDS = 1.0


class StoppableServer(uvicorn.Server):
    """Returns when stopped; uvicorn would raise the signal again and end the process before `close`."""

    def __init__(self, config: uvicorn.Config, *, end_streams: Callable[[], None]) -> None:
        super().__init__(config)
        self._end_streams = end_streams
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 # uvicorn's
        """Stop after running requests finish; a second Ctrl-C stops immediately."""
        self.force_exit = self.force_exit or (self.should_exit and sig == signal.SIGINT)
        self.should_exit = True
        self._loop.call_soon_threadsafe(self._stop.set)  # a signal arrives between any two instructions

    async def main_loop(self) -> None:
        """Tick once a second instead of ten times: that is all the `Date` header needs, and a stop wakes it."""
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), TICK_SECONDS)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve connections that the kernel has already accepted before shutting down.

        uvicorn would close the listener, and with it pending connections and those whose request has not arrived yet.
        """
        for listener in sockets or []:
            refuse_new(listener)
        await asyncio.sleep(LOOK_SECONDS)  # who had begun to connect has connected
        for listener in sockets or []:
            await self._take_waiting(listener)
        for server in self.servers:
            server.close()
        self._end_streams()
        loop = asyncio.get_running_loop()
        end = loop.time() + FIRST_REQUEST_SECONDS
        await asyncio.sleep(LOOK_SECONDS)
        while self._silent() and loop.time() < end and not self.force_exit:  # noqa: ASYNC110 # no event tells of it
            await asyncio.sleep(LOOK_SECONDS)
        await super().shutdown(sockets)

    async def _take_waiting(self, listener: socket.socket) -> None:
        """Accept every pending connection."""
        listener.setblocking(False)
        while True:
            try:
                connection, _ = listener.accept()
            except (BlockingIOError, OSError):
                return
            connection.setblocking(False)
            await asyncio.get_running_loop().connect_accepted_socket(self._protocol, connection, ssl=self.config.ssl)

    def _protocol(self) -> asyncio.Protocol:
        made: asyncio.Protocol = self.config.http_protocol_class(  # type: ignore[call-arg] # as uvicorn makes it
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return made

    def _silent(self) -> bool:
        """Whether a connection has yet to send its first request."""
        return any(getattr(connection, "cycle", None) is None for connection in self.server_state.connections)


def serve_until_stopped(settings: Settings, simulator: Simulator | None, *, browser: bool = False) -> int:
    """Serve; returns the process's exit status. `browser`: open the simulator's console on the desktop."""
    redactor, clock = Redactor(), SystemClock()
    configure_logs(level=settings.log_level, style=settings.log_format, redactor=redactor)
    settings.home_folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        listener = _listen(settings.host, settings.port)
        if simulator:
            simulator.wait_ready()
        context = ProcessContext(settings, _clusters(settings, simulator, clock), clock, redactor)
        config = _uvicorn_config(context)
        with listener, asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(_serve(context, config, listener, simulator, browser=browser))
    except (HexaopsError, SimulatorFailedError, ConfigFileError, UnusableKeyError, OSError) as error:
        typer.echo(f"hexaops: {getattr(error, 'message', error)}", err=True)
        return 1
    except KeyboardInterrupt:  # while it was starting or closing
        return 0
    return 0


async def _serve(
    context: ProcessContext,
    config: uvicorn.Config,
    listener: socket.socket,
    simulator: Simulator | None,
    *,
    browser: bool,
) -> None:
    try:
        await context.open()
        host, port = listener.getsockname()[:2]
        scheme = "https" if config.is_ssl else "http"
        base_url = f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
        path = await _write_credentials(context, base_url, simulator)
        if simulator:
            context.background.add(_keep(simulator))
        await context.start()
        gc.enable()  # off since the command began
        freeze_held_memory()
        release_library_pages()
        collect_seldom()
        listener.listen(config.backlog)  # before saying so: whoever reads the line may call at once
        typer.echo(f"hexaops serves {base_url} (credentials: {path})")
        if simulator and context.settings.local_issuer:
            code = context.provider.get(SignInLinks).create(OWNER)
            typer.echo(f"Console: {base_url}{LINK_PREFIX}{code} (opens once, within 10 minutes; then: hexaops console)")
            if browser:
                await asyncio.to_thread(open_on_desktop, f"{base_url}{LINK_PREFIX}{code}")
        await StoppableServer(config, end_streams=context.end_streams).serve(sockets=[listener])
    finally:
        await context.close()


def _keep(simulator: Simulator) -> Periodic:
    """Starts a simulator that has ended again: nothing else would."""

    async def look() -> None:
        if await asyncio.to_thread(simulator.revive):
            logger.warning("the simulator had ended and was started again")

    return Periodic("simulator", look, 1.0, waits_first=True, expected=(SimulatorFailedError,))


async def _write_credentials(context: ProcessContext, base_url: str, simulator: Simulator | None) -> str:
    home = context.settings.home_folder()
    made = await context.provider.get(EmbeddedAccess).ensure(context.clusters.default_id, read_credentials(home))
    content: dict[str, Any] = {"base_url": base_url, **made.document()}
    if context.settings.tls_certificate is not None:
        content["certificate"] = str(context.settings.tls_certificate.expanduser().absolute())
    if simulator:
        content["simulator"] = {"kubeconfig": str(simulator.kubeconfig)}
    return str(write_credentials(home, content))


def _uvicorn_config(context: ProcessContext) -> uvicorn.Config:
    return uvicorn.Config(
        Admission(create_app(context), lanes_for(context.settings.database_pool_size), context.metrics),
        http=BoundedProtocol,
        log_config=None,
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=round(context.settings.shutdown_grace_seconds),
        lifespan="off",
        ws="none",  # no route speaks it, and its library is slow to import
        server_header=False,
        proxy_headers=False,
        **_tls(context.settings),
    )


def _tls(settings: Settings) -> dict[str, Any]:
    """Nothing where plain HTTP is served."""
    if settings.tls_certificate is None:
        return {}
    authorities = settings.tls_client_ca
    return {
        "ssl_certfile": settings.tls_certificate.expanduser(),
        "ssl_keyfile": settings.tls_key.expanduser() if settings.tls_key else None,
        "ssl_ca_certs": authorities.expanduser() if authorities else None,
        # Optional here: the public API asks for none. The internal API refuses a call without one.
        "ssl_cert_reqs": ssl.CERT_OPTIONAL if authorities else ssl.CERT_NONE,
        "ssl_context_factory": partial(_context, revoked=settings.tls_client_crl),
    }


def _context(_config: uvicorn.Config, default: Callable[[], ssl.SSLContext], *, revoked: Path | None) -> ssl.SSLContext:
    context = default()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if revoked is not None:
        context.load_verify_locations(revoked.expanduser())
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    return context


def _clusters(settings: Settings, simulator: Simulator | None, clock: Clock) -> Clusters:
    """The cluster from the settings; those in the configuration file and the database are registered later."""
    if not simulator and settings.kubeconfig is None and settings.config_file is not None:
        sources = read_config_file(settings.config_file).clusters
        if sources:
            return Clusters([], default_id=sources[0].id)
    return Clusters([_cluster(settings, simulator, clock)])


def _cluster(settings: Settings, simulator: Simulator | None, clock: Clock) -> Cluster:
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
    # asyncio turns Nagle's algorithm off for sockets that it made itself; here each answer would wait 40 ms for it.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        message = f"cannot listen on {host}:{port} ({error.strerror}); try --port 0"
        raise OSError(message) from error
    return listener
