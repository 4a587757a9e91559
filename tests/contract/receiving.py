"""A webhook receiver on loopback that keeps what it was sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Delivery:
    """One request of the service."""

    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> dict[str, Any]:
        """The body read as JSON."""
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass
class Receiver:
    """Where it listens, and what has come."""

    url: str = ""
    deliveries: list[Delivery] = field(default_factory=list)

    def of(self, event: str, resource_id: str) -> list[Delivery]:
        """The deliveries of one event that name one session or action."""
        wanted = resource_id.encode()
        return [d for d in list(self.deliveries) if d.document["event"] == event and wanted in d.body]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that accepts everything."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        """Takes a POST."""

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.deliveries.append(Delivery(headers, self.rfile.read(length)))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
