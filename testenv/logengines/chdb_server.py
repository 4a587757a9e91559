"""Serves chdb as ClickHouse serves SQL over HTTP: a statement in the body, its parameters in the address.

`python -m testenv.logengines.chdb_server PORT FOLDER`
"""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

SETTINGS = frozenset({"max_execution_time"})
"""Taken, and without effect on an engine within this process."""


def handler_of(session: Any) -> type[BaseHTTPRequestHandler]:
    """What answers requests with this session."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(200, b"Ok.\n")

        def do_POST(self) -> None:
            sql = self.rfile.read(int(self.headers["Content-Length"])).decode()
            given = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
            unknown = [name for name in given if not name.startswith("param_") and name not in SETTINGS]
            try:
                assert not unknown, f"unknown settings {unknown}"
                parameters = {name.removeprefix("param_"): value for name, value in given.items()}
                self._answer(200, session.query(sql, params=parameters).bytes())
            except BrokenPipeError:
                return  # the caller gave up
            except Exception as error:  # noqa: BLE001 # chdb raises RuntimeError and its own, which are answers here
                self._answer(400, str(error).encode())

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing is logged."""

    return Handler


def main(port: int, folder: str) -> None:
    """Serve until it is terminated."""
    from chdb.session import Session  # noqa: PLC0415 # installed apart

    HTTPServer(("127.0.0.1", port), handler_of(Session(folder))).serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
