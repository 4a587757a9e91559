"""The API server as an ASGI application, and how to serve it.

A request goes: who is it → what is asked → may they → injected faults → the handler → audit (writes only). Every
refusal is a `Status`, as the real server gives it.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import uvicorn
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from simulator.resources import EXTENSIONS
from simulator.server import metrics, reviews
from simulator.server.access import Access, Rule, User
from simulator.server.audit import AuditLog, audit_entry
from simulator.server.call import Call, make_call, not_allowed, not_served, parse_place
from simulator.server.certificates import Certificate
from simulator.server.deleting import Deleter
from simulator.server.encoding import EncodedObjects
from simulator.server.eviction import Evictor
from simulator.server.faults import ApiFaults, Fault, error_of, wait_before
from simulator.server.garbage import GarbageCollector
from simulator.server.metrics import MetricsReader
from simulator.server.negotiation import status_response
from simulator.server.paths import PathReader, not_found
from simulator.server.pod_logs import LogReader
from simulator.server.proxying import Proxy
from simulator.server.reading import Reader
from simulator.server.reviews import Reviewer
from simulator.server.scale import Scaler
from simulator.server.sources import Meters, PodLogs, Usage
from simulator.server.streaming import Broken
from simulator.server.watching import WatchHub
from simulator.server.writing import Writer
from simulator.status import StatusError
from simulator.store import Store

_STOP_SECONDS = 2.0
_LOG = logging.getLogger(__name__)
_TYPE = ("kind", "apiVersion")
_READS = ("get", "list", "watch")
_UNSUPPORTED = ("exec", "attach", "portforward", "proxy", "binding", "ephemeralcontainers", "resize", "token",
                "finalize", "approval")  # fmt: skip


@dataclass
class ApiServer:
    """The ASGI application; `close` takes it off its store."""

    store: Store
    access: Access
    audit: AuditLog
    faults: ApiFaults
    hub: WatchHub
    reader: Reader
    logs: PodLogs | None
    usage: Usage | None
    meters: Meters | None
    garbage: GarbageCollector
    installed: set[str]
    """API groups besides Kubernetes' own, as custom resources would add them (`simulator.resources.EXTENSIONS`)."""
    _paths: PathReader = field(init=False)

    def __post_init__(self) -> None:
        self._paths = PathReader(self.access, self.installed)
        self._writer = Writer(self.store, self.reader)
        self._deleter = Deleter(self.store, self.reader)
        self._scaler = Scaler(self.store)
        self._evictor = Evictor(self.store)
        self._log_reader = LogReader(self.store, self.logs)
        self._metrics = MetricsReader(self.store, self.usage)
        self._proxy = Proxy(self.store, self.meters) if self.meters is not None else None
        self._reviewer = Reviewer(self.access)
        self.faults.compact = self.store.compact

    def close(self) -> None:
        """End all watches and stop to follow the store."""
        self.hub.end_all()
        self.hub.close()
        self.garbage.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1003})
            return
        request = Request(scope, receive)
        try:
            response: Response | None = await self._answer(request)
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001 - the edge of a request: whatever happens, the client hears of it
            _LOG.exception("%s %s failed", request.method, request.url.path)
            message = f"Internal error occurred: {type(error).__name__}"
            response = status_response(StatusError(500, "InternalError", message))
        if response is not None:
            await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response | None:
        call: Call | None = None
        fault: Fault | None = None
        received = self.store.clock.now()
        try:
            user = self.access.authenticate(request.headers.get("authorization", ""))
            _refuse_impersonation(request)
            place = parse_place(request.url.path)
            if place is None:
                return await self._paths.read(request, user)
            call = make_call(request, user, place, received)
            if call.resource in EXTENSIONS and place.group not in self.installed:
                call.resource = None
            self.access.check(user, call.attributes)
            if call.verb not in _READS:
                call.body = await request.body()
            fault = self.faults.find(call.verb, request.url.path)
            await wait_before(fault)
            response = await self._dispatch(call)
            if fault is not None and fault.status_after is not None:
                raise error_of(fault.status_after, fault.retry_after_seconds)
        except StatusError as error:
            response = status_response(error)
            self._record(call, response, error)
        else:
            self._record(call, response, None)
        return Broken() if fault is not None and fault.drop else response

    async def _dispatch(self, call: Call) -> Response:
        place = call.place
        if place.group == metrics.GROUP and place.version == metrics.VERSION:
            return await self._metrics.read(call)
        if place.group == reviews.GROUP and place.version == reviews.VERSION:
            return await self._reviewer.create(call)
        if call.resource is None:
            if not self._paths.serves(place.group, place.version):
                return not_found()
            raise not_served()
        if place.subresource and place.subresource != "status":
            return await self._dispatch_part(call)
        if place.subresource and place.subresource not in call.resource.subresources:
            raise not_served()
        return await self._dispatch_object(call)

    async def _dispatch_object(self, call: Call) -> Response:
        place, resource = call.place, call.known
        has_scope = bool(place.namespace) == resource.namespaced
        if not has_scope and (place.namespace or place.name):
            raise not_served()
        match call.verb:
            case "list":
                return await self.reader.list_page(call)
            case "watch":
                return await self.reader.watch(call)
            case "get":
                return await self.reader.get(call)
            case "create" if not place.name and has_scope:
                return await self._writer.create(call)
            case "update" if place.name:
                return await self._writer.update(call)
            case "patch" if place.name:
                return await self._writer.patch(call)
            case "delete" if not place.subresource:
                return await self._deleter.delete(call)
            case "deletecollection" if has_scope and "deletecollection" in resource.verbs:
                return await self._deleter.delete_collection(call)
        raise not_allowed()

    async def _dispatch_part(self, call: Call) -> Response:
        part, resource = call.place.subresource, call.known
        if part == "proxy" and self._proxy is not None and call.verb == "get":
            return self._proxy.get(call)
        if part not in resource.subresources:
            if part in _UNSUPPORTED:
                message = f"the simulator does not support the subresource {part} of {resource.plural}"
                raise StatusError(501, "NotImplemented", message, details={})
            raise not_served()
        match part, call.verb:
            case "scale", "get":
                return await self._scaler.get(call)
            case "scale", "update":
                return await self._scaler.update(call)
            case "scale", "patch":
                return await self._scaler.patch(call)
            case "eviction", "create":
                return await self._evictor.create(call)
            case "log", "get":
                return await self._log_reader.get(call)
        raise not_allowed()

    def _record(self, call: Call | None, response: Response, error: StatusError | None) -> None:
        if call is None or call.verb in _READS:
            return
        entry = audit_entry(
            verb=call.verb,
            uri=call.request.url.path + (f"?{call.request.url.query}" if call.request.url.query else ""),
            user={"username": call.user.name, "groups": list(call.user.groups)},
            agent=call.request.headers.get("user-agent", ""),
            reference=call.reference,
            received=call.received,
            now=self.store.clock.now(),
        )
        if error is None:
            entry["responseStatus"] = {"metadata": {}, "code": response.status_code}
        else:
            entry["responseStatus"] = {
                key: value for key, value in error.body().items() if key not in ("kind", "apiVersion")
            }
        if call.request_object is not None:
            entry["requestObject"] = call.request_object
        self.audit.record(entry)


def create_app(  # noqa: PLR0913 # size: each part of the world may be left out
    store: Store,
    *,
    users: Mapping[str, User],
    rules: Mapping[str, Sequence[Rule]] | None = None,
    logs: PodLogs | None = None,
    usage: Usage | None = None,
    meters: Meters | None = None,
    audit: AuditLog | None = None,
    faults: ApiFaults | None = None,
    bookmark_seconds: float = 60.0,
    installed: Collection[str] = (),
) -> ApiServer:
    """The API server of a store. `users` are by token; `rules` by the name of a user or group."""
    faults = faults or ApiFaults()
    hub = WatchHub(store, faults)
    return ApiServer(
        store=store,
        access=Access(users, rules),
        audit=audit or AuditLog(),
        faults=faults,
        hub=hub,
        reader=Reader(store, EncodedObjects(store), hub, bookmark_seconds),
        logs=logs,
        usage=usage,
        meters=meters,
        garbage=GarbageCollector(store),
        installed={*installed},
    )


@asynccontextmanager
async def serve(
    app: ApiServer, host: str = "127.0.0.1", port: int = 0, *, certificate: Certificate | None = None
) -> AsyncIterator[str]:
    """Serve an application while the context is open; gives its URL. Port 0 is any free port.

    With a certificate it is served over TLS, which kubectl needs to send its token.
    """
    listener = socket.create_server((host, port), backlog=512)
    # asyncio turns Nagle's algorithm off for sockets that it made itself; here each answer would wait 40 ms for it.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=75,
        ssl_certfile=certificate.certificate if certificate else None,
        ssl_keyfile=certificate.key if certificate else None,
    )
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup(sockets=[listener])
    try:
        yield f"{'https' if certificate else 'http'}://{host}:{listener.getsockname()[1]}"
    finally:
        app.hub.end_all()
        await _stop(server)
        listener.close()


async def _stop(server: uvicorn.Server) -> None:
    """Let requests end for a moment, then end them; uvicorn's own way waits for 0.1 s at the least."""
    state = server.server_state
    for listening in server.servers:
        listening.close()
    for connection in list(state.connections):
        connection.shutdown()
    with suppress(TimeoutError):
        async with asyncio.timeout(_STOP_SECONDS):
            while state.connections or state.tasks:  # noqa: ASYNC110 - uvicorn tells nobody when they are gone
                await asyncio.sleep(0.005)
    for task in state.tasks:
        task.cancel()


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def _refuse_impersonation(request: Request) -> None:
    if any(name.lower().startswith("impersonate-") for name in request.headers):
        raise StatusError(501, "NotImplemented", "the simulator does not support impersonation", details={})
