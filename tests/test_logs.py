"""What the service writes about itself: which requests at which level, and lines without a terminal's colours."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hexaops.logs import Redactor, bind_log_context, configure_logs
from hexaops.metrics import Metrics
from hexaops.middleware import RequestMiddleware


async def _answers(scope: Scope, receive: Receive, send: Send) -> None:
    request = Request(scope, receive)
    await Response(status_code=int(request.query_params.get("status", "200")))(scope, receive, send)


@pytest.mark.parametrize(
    ("method", "status", "level"),
    [("GET", 200, "DEBUG"), ("HEAD", 200, "DEBUG"), ("GET", 404, "INFO"), ("GET", 503, "INFO"), ("POST", 200, "INFO")],
)
async def test_reads_that_are_answered_are_logged_at_debug_only(
    caplog: pytest.LogCaptureFixture, method: str, status: int, level: str
) -> None:
    caplog.set_level(logging.DEBUG, logger="hexaops.http")
    transport = httpx2.ASGITransport(RequestMiddleware(_answers, Metrics()))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        await client.request(method, "/", params={"status": status})
    assert [record.levelname for record in caplog.records if record.message == "request"] == [level]


@pytest.fixture
def root_logger() -> Iterator[logging.Logger]:
    """The root logger, put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield root
    root.handlers[:] = handlers
    root.setLevel(level)


def test_json_lines_hold_no_colour_codes_and_no_secret(root_logger: logging.Logger) -> None:
    stream, redactor = io.StringIO(), Redactor()
    redactor.add("a-long-secret")
    configure_logs(level="info", style="auto", redactor=redactor, stream=stream)
    root_logger.info("Started with a-long-secret", extra={"color_message": "\x1b[36mStarted\x1b[0m", "port": 1})
    line: dict[str, Any] = json.loads(stream.getvalue())
    assert line["event"] == "Started with [redacted]"
    assert line["port"] == 1
    assert "color_message" not in line


@pytest.mark.parametrize("style", ["json", "text"])
def test_a_line_tells_of_the_request_and_of_the_error(
    root_logger: logging.Logger, style: Literal["json", "text"]
) -> None:
    stream = io.StringIO()
    configure_logs(level="info", style=style, redactor=Redactor(), stream=stream)
    bind_log_context(request_id="earlier", operation_id="earlier")
    bind_log_context(request_id="req-1")
    root_logger.warning("failed", exc_info=ValueError("the reason"))
    shown = stream.getvalue()
    assert "req-1" in shown
    assert "earlier" not in shown
    assert "ValueError: the reason" in shown


def test_a_line_holds_the_fields_that_are_given_with_it_even_if_json_has_no_form_of_them(
    root_logger: logging.Logger,
) -> None:
    stream = io.StringIO()
    configure_logs(level="info", style="json", redactor=Redactor(), stream=stream)
    bind_log_context()
    root_logger.info("%d of %d", 1, 2, extra={"path": Path("/x")})
    line: dict[str, Any] = json.loads(stream.getvalue())
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "1 of 2", "level": "info", "logger": "root", "path": repr(Path("/x"))}
