"""The server of the watch cache's benchmark: generated pods in pages, then prepared watch events, over plain HTTP.

Everything is encoded before the first request, so that what is measured in the client's process is the client.
The pods are the simulator's generated ones; each event is a whole pod in an HTTP chunk of its own, as a real server
sends it.
"""

from __future__ import annotations

import argparse
import asyncio
import copy
import json
import sys
from typing import Any
from urllib.parse import parse_qs, urlsplit

from simulator.clock import SimulationClock
from simulator.store import Store
from simulator.world.scenarios.generated import generate

PAGE = 500


def make_pods(count: int) -> tuple[list[dict[str, Any]], int]:
    """Generated pods and the version of their list."""
    store = Store(SimulationClock())
    generate(store, pods=count)
    return store.list("pods"), store.resource_version


def make_pages(pods: list[dict[str, Any]], version: int) -> list[bytes]:
    """Bodies of a list in pages; the continue token is the next page's number."""
    pages = []
    for start in range(0, len(pods), PAGE):
        more = start + PAGE < len(pods)
        meta = {"resourceVersion": str(version), **({"continue": str(start // PAGE + 1)} if more else {})}
        body = {"kind": "PodList", "apiVersion": "v1", "metadata": meta, "items": pods[start : start + PAGE]}
        pages.append(json.dumps(body, separators=(",", ":")).encode())
    return pages


def make_events(pods: list[dict[str, Any]], version: int, count: int) -> list[bytes]:
    """Chunks of MODIFIED events: one more restart each."""
    chunks = []
    for number in range(1, count + 1):
        pod = copy.deepcopy(pods[number * 7919 % len(pods)])
        pod["metadata"]["resourceVersion"] = str(version + number)
        pod["status"]["containerStatuses"][0]["restartCount"] += 1
        event = {"type": "MODIFIED", "object": {"kind": "Pod", "apiVersion": "v1", **pod}}
        line = json.dumps(event, separators=(",", ":")).encode() + b"\n"
        chunks.append(f"{len(line):x}\r\n".encode() + line + b"\r\n")
    return chunks


class PodServer:
    """Lists at once; a watch stays silent until somebody asks for /begin."""

    def __init__(self, pages: list[bytes], events: list[bytes]) -> None:
        self._pages = pages
        self._events = events
        self._begin = asyncio.Event()

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            while head := await reader.readline():
                target = head.split()[1].decode()
                while (await reader.readline()).strip():
                    pass
                await self._answer(target, writer)
                await writer.drain()
        except ConnectionError:
            return
        finally:
            writer.close()

    async def _answer(self, target: str, writer: asyncio.StreamWriter) -> None:
        parts = urlsplit(target)
        query = parse_qs(parts.query)
        if parts.path == "/begin":
            self._begin.set()
            _send(writer, b"{}")
        elif "watch" in query:
            await self._watch(writer)
        else:
            _send(writer, self._pages[int(query.get("continue", ["0"])[0])])

    async def _watch(self, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
        await self._begin.wait()
        self._begin.clear()
        for chunk in self._events:
            writer.write(chunk)
            await writer.drain()
        await asyncio.Event().wait()


def _send(writer: asyncio.StreamWriter, body: bytes) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)


async def serve(pages: list[bytes], events: list[bytes]) -> None:
    """Until killed; prints where."""
    server = await asyncio.start_server(PodServer(pages, events).handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    print(json.dumps({"url": f"http://127.0.0.1:{port}", "bytes": sum(map(len, pages))}), flush=True)
    async with server:
        await server.serve_forever()


def main() -> None:
    """Generate, then serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pods", type=int, required=True)
    parser.add_argument("--events", type=int, required=True)
    options = parser.parse_args()
    pods, version = make_pods(options.pods)
    pages, events = make_pages(pods, version), make_events(pods, version, options.events)
    pods.clear()
    asyncio.run(serve(pages, events))


if __name__ == "__main__":
    sys.exit(main())
