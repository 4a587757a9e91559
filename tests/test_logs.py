"""What the service writes about itself: which requests at which level, and lines without a terminal's colours."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hexaops.logs import Redactor, configure_logs
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
