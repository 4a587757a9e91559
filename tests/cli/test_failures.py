"""What a command says when something is not as it should be: the next step, and an exit code that tells which."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run


@contextmanager
def answering(
    status: int, body: dict[str, Any] | str, headers: dict[str, str] | None = None
) -> Iterator[tuple[str, list[str]]]:
    """A server that answers everything the same; its URL, and the Authorization headers that it saw."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        """Answers."""

        def do_GET(self) -> None:
            seen.append(self.headers.get("Authorization", ""))
            self.rfile.read(int(self.headers.get("Content-Length", "0")))
            content = (body if isinstance(body, str) else json.dumps(body)).encode()
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_arguments: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def error(code: str, message: str = "No", **details: Any) -> dict[str, Any]:
    """The documented error body."""
    return {"error": {"code": code, "message": message, "details": details}, "request_id": "req_7"}


def test_without_a_service_it_says_how_to_start_one(bare: Run, tmp_path: Path) -> None:
    done = bare("--home", str(tmp_path), "apps")
    assert (done.code, "hexaops serve" in done.err) == (3, True)
    (tmp_path / "credentials.json").write_text(
        '{"base_url": "http://127.0.0.1:9", "workspace_id": "ws-1", "user_token": "t"}'
    )
    done = bare("--home", str(tmp_path), "ask", "hello")
    assert (done.code, "No hexaops service answers" in done.err, "hexaops serve" in done.err) == (3, True, True)


@pytest.mark.parametrize(
    ("status", "body", "headers", "code", "said"),
    [
        (401, error("UNAUTHENTICATED"), {}, 4, "--token"),
        (403, error("INSUFFICIENT_AI_PERMISSIONS", required_permission="execute_actions"), {}, 4, "execute_actions"),
        (404, error("WORKSPACE_NOT_FOUND"), {}, 1, "workspace list"),
        (409, error("OPERATION_IN_PROGRESS", operation_id="op-1"), {}, 1, "op-1"),
        (409, error("PLAN_STALE"), {}, 1, "new plan"),
        (409, error("GUARDRAIL_REFUSED", rule=17), {}, 1, "hexaops automation on"),
        (422, error("VALIDATION_FAILED", url="is private"), {}, 1, "url: is private"),
        (429, error("AI_RATE_LIMIT_EXCEEDED"), {"Retry-After": "300"}, 1, "Wait 300 seconds"),
        (503, error("UPSTREAM_UNAVAILABLE", source="cluster"), {}, 3, "source: cluster"),
        (500, error("INTERNAL_ERROR"), {}, 1, "req_7"),
        (502, "<html>a proxy's page</html>", {}, 1, "HTTP 502"),
    ],
)
def test_refusals_are_explained(
    bare: Run, status: int, body: Any, headers: dict[str, str], code: int, said: str
) -> None:
    with answering(status, body, headers) as (url, _):
        done = bare("--url", url, "--token", "t", "--workspace", "ws-1", "apps")
    assert done.code == code
    assert said in done.err
    assert done.out == ""


def test_a_refusal_as_json_is_the_services_own_body(bare: Run) -> None:
    with answering(404, error("WORKSPACE_NOT_FOUND")) as (url, _):
        done = bare("--url", url, "--token", "t", "workspace", "list", "--json")
    assert json.loads(done.err)["error"]["code"] == "WORKSPACE_NOT_FOUND"


def _home(folder: Path, url: str) -> str:
    """A home folder whose own service is at a URL."""
    credentials = {"base_url": url, "workspace_id": "ws-1", "user_token": "t"}
    (folder / "credentials.json").write_text(json.dumps(credentials))
    return str(folder)


def test_an_incident_says_how_its_remediation_goes_on(bare: Run, tmp_path: Path) -> None:
    confirm = {"action": "scale_application", "parameters": {"application_id": "app-1", "replicas": 3}}
    waiting = {"step": "scale_healthy_replicas", "status": "awaiting_confirmation", "reason": "it waits (rule 12)",
               "confirm": [confirm]}  # fmt: skip
    incident = {"incident_id": "inc-1", "remediation_steps": [waiting], "timeline": []}
    with answering(200, {"data": incident}) as (url, _):
        shown = bare("--home", _home(tmp_path, url), "incidents", "show", "inc-1").out
    assert "it waits (rule 12)" in shown
    assert "To go on: hexaops actions run scale_application app-1 replicas=3\n" in shown


@pytest.mark.parametrize("tripped", [True, False])
def test_a_tripped_breaker_says_who_resets_it(bare: Run, tmp_path: Path, tripped: bool) -> None:
    state: dict[str, Any] = {"mode": "act", "classes": [], "changed_by": None, "tripped_at": None, "reason": None}
    with answering(200, {"data": {**state, "tripped": tripped}}) as (url, _):
        shown = bare("--home", _home(tmp_path, url), "autopilot", "status").out
    assert ("hexaops autopilot reset" in shown) == tripped


def test_the_homes_token_is_not_shown_to_another_service(bare: Run, tmp_path: Path) -> None:
    credentials = {"base_url": "http://127.0.0.1:9", "workspace_id": "ws-1", "user_token": "home-token"}
    (tmp_path / "credentials.json").write_text(json.dumps(credentials))
    with answering(200, {"data": []}) as (url, seen):
        done = bare("--home", str(tmp_path), "--url", url, "workspace", "list")
        assert (done.code, "--token" in done.err) == (4, True)
        assert bare("--home", str(tmp_path), "--url", url, "token", "list").code == 4
        assert seen == []
        assert bare("--home", str(tmp_path), "--url", url, "--token", "mine", "workspace", "list").code == 0
    assert seen == ["Bearer mine"]


def test_a_url_that_is_none_is_told(bare: Run) -> None:
    done = bare("--url", "example", "--token", "t", "--workspace", "ws-1", "apps")
    assert (done.code, "http://HOST:PORT" in done.err) == (2, True)


COMMANDS = ("", "ask", "chat", "apps", "actions", "actions run", "sessions", "webhooks", "channels", "token",
            "workspace", "workspace members", "audit", "automation", "serve")  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(bare: Run, command: str) -> None:
    done = bare(*command.split(), "--help")
    assert (done.code, "Usage: hexaops" in done.out) == (0, True)
