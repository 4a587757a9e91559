"""A scripted API server on a socket: lists in pages, watches, and every way in which they can break.

Real bytes on a real connection, because what is tested is what happens when they end in the middle.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

Object = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """What the server was asked."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass
class Answer:
    """A scripted answer; `path` is matched from the start of the request's path."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1
    path: str = "/"
    drop: bool = False
    """Close the connection instead of answering."""
    hang: bool = False
    """Say nothing until the client gives up."""


def status_body(code: int, reason: str, message: str = "", **details: Any) -> Object:
    """A Status as the API server sends it."""
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message or reason,
        "reason": reason,
        "code": code,
        "details": details,
    }


class Watch:
    """One open watch, to be broken by the test."""

    def __init__(self, collection: Collection, query: dict[str, str], writer: asyncio.StreamWriter) -> None:
        self.collection = collection
        self.query = query
        self.stalled = False
        self._writer = writer
        self._done = asyncio.Event()

    def send(self, kind: str, item: Object) -> None:
        """One event, unless stalled."""
        if not self.stalled:
            self.write(json.dumps({"type": kind, "object": item}).encode() + b"\n")

    def write(self, data: bytes) -> None:
        """Any bytes as one chunk."""
        if not self._writer.is_closing():
            self._writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def close(self) -> None:
        """End as a server does whose time is over."""
        if not self._writer.is_closing():
            self._writer.write(b"0\r\n\r\n")
        self._done.set()

    def break_mid_line(self) -> None:
        """Half an event, then the connection is gone."""
        self.write(b'{"type":"MODIFIED","object":{"metadata":{"name":"half')
        self._done.set()

    def gone(self) -> None:
        """The server's 410 inside a watch."""
        self.send("ERROR", status_body(410, "Expired", "too old resource version"))
        self.close()

    def bookmark(self) -> None:
        """Only a version."""
        version = str(self.collection.server.version)
        self.send("BOOKMARK", {"kind": self.collection.kind, "metadata": {"resourceVersion": version}})

    async def wait_end(self) -> None:
        """Until broken or closed by a test."""
        await self._done.wait()


class Collection:
    """Objects under one path, their history and their watches."""

    def __init__(self, server: ApiServer, kind: str) -> None:
        self.server = server
        self.kind = kind
        self.objects: dict[tuple[str, str], Object] = {}
        self.history: list[tuple[int, str, Object]] = []
        self.compacted = 0
        self.watches: list[Watch] = []
        self.pages: dict[str, tuple[list[Object], int]] = {}
        self.expire_continue = 0
        """How many continue tokens are answered by 410."""

    def put(self, name: str, namespace: str = "default", **rest: Any) -> Object:
        """Create or replace an object."""
        old = self.objects.get((namespace, name))
        version = self.server.next_version()
        uid = old["metadata"]["uid"] if old else f"uid-{namespace}-{name}-{version}"
        meta = {
            "name": name,
            "namespace": namespace,
            "uid": uid,
            "resourceVersion": str(version),
            "creationTimestamp": "2026-01-01T00:00:00Z",
        }
        item = {**rest, "metadata": {**meta, **rest.get("metadata", {})}}
        self.objects[namespace, name] = item
        self._record(version, "MODIFIED" if old else "ADDED", item)
        return item

    def delete(self, name: str, namespace: str = "default") -> None:
        """Remove an object."""
        item = self.objects.pop((namespace, name))
        version = self.server.next_version()
        item = {**item, "metadata": {**item["metadata"], "resourceVersion": str(version)}}
        self._record(version, "DELETED", item)

    def compact(self) -> None:
        """Forget the history, as etcd does."""
        self.compacted = self.server.version
        self.history.clear()

    def _record(self, version: int, kind: str, item: Object) -> None:
        self.history.append((version, kind, item))
        for watch in self.watches:
            watch.send(kind, item)

    def page(self, query: dict[str, str]) -> tuple[int, Object]:
        """One page of a list."""
        token = query.get("continue")
        if token and self.expire_continue:
            self.expire_continue -= 1
            return 410, status_body(410, "Expired", "the provided continue parameter is too old")
        items, version = self.pages.pop(token) if token else ([*self.objects.values()], self.server.version)
        limit = int(query.get("limit", 0)) or len(items)
        meta: dict[str, Any] = {"resourceVersion": str(version)}
        if len(items) > limit:
            meta["continue"] = f"token-{len(self.pages)}-{version}-{len(items)}"
            self.pages[meta["continue"]] = (items[limit:], version)
        return 200, {"kind": f"{self.kind}List", "metadata": meta, "items": items[:limit]}


class ApiServer:
    """Start with `serving()`; add collections, script answers, break watches, look at what was asked."""

    def __init__(self) -> None:
        self.version = 100
        self.collections: dict[str, Collection] = {}
        self.answers: list[Answer] = []
        self.requests: list[Request] = []
        self.url = ""
        self._connections: set[asyncio.StreamWriter] = set()

    def next_version(self) -> int:
        """Versions are counted over all kinds."""
        self.version += 1
        return self.version

    def collection(self, path: str, kind: str) -> Collection:
        """Serve a kind under its path."""
        self.collections[path] = Collection(self, kind)
        return self.collections[path]

    def answer(self, status: int, body: Any = None, **rest: Any) -> None:
        """Script the next answer(s)."""
        self.answers.append(Answer(status, body, **rest))

    def asked(self, method: str, *, watch: bool | None = None) -> list[Request]:
        """Requests so far by method; with `watch`, only watches or only others."""
        return [
            request
            for request in self.requests
            if request.method == method and watch in (None, "watch" in request.query)
        ]

    def drop_connections(self) -> None:
        """As when the server dies."""
        for writer in [*self._connections]:
            writer.transport.abort()

    @asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator[ApiServer]:
        """Listen on a free port of the loopback."""
        tasks: set[asyncio.Task[None]] = set()

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.ensure_future(self._serve(reader, writer))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        server = await asyncio.start_server(accept, "127.0.0.1", port)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            server.close()
            self.drop_connections()
            for task in [*tasks]:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer)
        try:
            while (request := await _read_request(reader)) is not None:
                self.requests.append(request)
                if not await self._respond(request, writer):
                    return
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            self._connections.discard(writer)
            writer.close()

    async def _respond(self, request: Request, writer: asyncio.StreamWriter) -> bool:
        """Whether the connection stays open."""
        scripted = self._scripted(request)
        if scripted:
            if scripted.hang:
                await asyncio.Event().wait()
            if scripted.drop:
                return False
            return await _send(writer, scripted.status, scripted.body, scripted.headers)
        collection = self.collections.get(request.path)
        if collection is None:
            return await _send(writer, 404, status_body(404, "NotFound", "not found"))
        if "watch" in request.query:
            await self._watch(collection, request, writer)
            return False
        return await _send(writer, *collection.page(request.query))

    async def _watch(self, collection: Collection, request: Request, writer: asyncio.StreamWriter) -> None:
        since = int(request.query["resourceVersion"])
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
        watch = Watch(collection, request.query, writer)
        if since < collection.compacted:
            watch.gone()
        for version, kind, item in collection.history:
            if version > since:
                watch.send(kind, item)
        collection.watches.append(watch)
        try:
            await watch.wait_end()
            await writer.drain()
        finally:
            collection.watches.remove(watch)

    def _scripted(self, request: Request) -> Answer | None:
        for answer in self.answers:
            if request.path.startswith(answer.path):
                answer.times -= 1
                if answer.times <= 0:
                    self.answers.remove(answer)
                return answer
        return None


async def _read_request(reader: asyncio.StreamReader) -> Request | None:
    head = await reader.readline()
    if not head:
        return None
    method, target, _ = head.decode().split(" ", 2)
    headers: dict[str, str] = {}
    while (line := (await reader.readline()).decode().strip()) != "":
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    parts = urlsplit(target)
    query = {key: values[0] for key, values in parse_qs(parts.query).items()}
    return Request(method, parts.path, query, headers, json.loads(body) if body else None)


async def _send(writer: asyncio.StreamWriter, status: int, body: Any, headers: dict[str, str] | None = None) -> bool:
    content = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
    lines = [f"HTTP/1.1 {status} Status", f"Content-Length: {len(content)}", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + content)
    await writer.drain()
    return True
