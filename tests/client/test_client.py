"""The clients that are shipped: retries, errors, streams. The page's examples run in tests/docs."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest

from hexaops.client import (
    ApiError,
    AsyncClient,
    AsyncServiceClient,
    Client,
    ClientError,
    NoConnectionError,
    Retry,
    ServiceClient,
    TooLongError,
)
from hexaops.client.events import EventParser
from hexaops.features.actions.views import ActionView
from hexaops.features.operations.views import WorkspaceOperationView
from hexaops.responses import encode

Answers = list[httpx2.Response | Exception]


def error(status: int, code: str, **headers: str) -> httpx2.Response:
    body = {"error": {"code": code, "message": "no", "details": {"rule": 7}}, "request_id": "req_1"}
    return httpx2.Response(status, json=body, headers=headers)


def action(status: str) -> ActionView:
    return ActionView(
        action_id="action_1", status=status, description="x", started_at=None, estimated_duration="1s", steps=[]
    )


def answer(view: Any) -> httpx2.Response:
    return httpx2.Response(200, content=b'{"data":' + encode(view) + b"}")


class Service:
    """Gives its answers in turn, and keeps what it was sent and how long the client waited."""

    def __init__(self, *answers: httpx2.Response | Exception) -> None:
        self._answers = [*answers]
        self.requests: list[httpx2.Request] = []
        self.waited: list[float] = []

    def client(self, retry: Retry | None = None) -> Client:
        transport = httpx2.MockTransport(self._answer)
        return Client("http://s", "token", "ws-1", retry=retry, transport=transport, sleep=self.waited.append)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        given = self._answers.pop(0)
        if isinstance(given, Exception):
            raise given
        return given


def test_a_repeated_request_keeps_its_key() -> None:
    broken = httpx2.ReadError("broken")
    service = Service(error(503, "UPSTREAM_UNAVAILABLE"), broken, answer(action("executing")))
    with service.client() as client:
        assert client.plan("restart_application", "web-app").status == "executing"
    keys = {request.headers["idempotency-key"] for request in service.requests}
    assert (len(service.requests), len(keys)) == (3, 1)
    first, second = service.waited
    assert 0.125 <= first <= 0.25 <= second <= 0.5, "pauses double, with jitter"
    assert json.loads(service.requests[0].content) == {
        "action": "restart_application",
        "parameters": {"application_id": "web-app"},
    }


def test_a_limit_is_waited_for_as_long_as_it_says() -> None:
    service = Service(error(429, "RATE_LIMIT_EXCEEDED", **{"Retry-After": "7"}), answer(action("completed")))
    with service.client() as client:
        client.action("action_1")
    assert service.waited == [7.0]
    late = Service(error(429, "RATE_LIMIT_EXCEEDED", **{"Retry-After": "3600"}))
    with late.client() as client, pytest.raises(ApiError) as refused:
        client.action("action_1")
    assert (refused.value.code, late.waited) == ("RATE_LIMIT_EXCEEDED", [])


def test_a_refusal_is_told_at_once_with_its_details() -> None:
    service = Service(error(409, "GUARDRAIL_REFUSED"))
    with service.client() as client, pytest.raises(ApiError) as refused:
        client.plan("stop_application", "web-app")
    found = refused.value
    assert (found.status, found.code, found.details, found.request_id) == (
        409, "GUARDRAIL_REFUSED", {"rule": 7}, "req_1",
    )  # fmt: skip
    assert service.waited == []


def test_attempts_end() -> None:
    service = Service(*(httpx2.ConnectError("refused") for _ in range(3)))
    with service.client(Retry(attempts=3)) as client, pytest.raises(NoConnectionError):
        client.overview()
    assert len(service.requests) == 3
    proxy = Service(httpx2.Response(502, text="<html>"), httpx2.Response(502, text="<html>"))
    with proxy.client(Retry(attempts=2)) as client, pytest.raises(ApiError, match="HTTP_502"):
        client.overview()


def test_waiting_for_an_action_ends_with_it_or_with_its_time() -> None:
    service = Service(answer(action("executing")), answer(action("completed")))
    with service.client() as client:
        assert client.wait(action("executing")).status == "completed"
    assert service.waited == [1.0, 1.0]
    slow = Service(*(answer(action("executing")) for _ in range(5)))
    with slow.client() as client, pytest.raises(TooLongError):
        client.wait(action("executing"), timeout_seconds=3)


def test_events_go_on_where_they_broke_off() -> None:
    first = httpx2.Response(200, text='id: 7\nevent: application\ndata: {"a":1}\n\n')
    second = httpx2.Response(200, text="id: 8\nevent: reset\ndata: {}\n\n")
    service = Service(first, httpx2.ReadError("broken"), second)
    with service.client() as client:
        events = client.events()
        assert [next(events).name for _ in range(2)] == ["application", "reset"]
    assert [one.headers.get("last-event-id") for one in service.requests] == [None, "7", "7"]


def test_a_stream_that_ends_with_an_error_raises_it() -> None:
    body = msgspec.json.encode({"error": {"code": "X", "message": "m", "details": {}}, "request_id": None}).decode()
    service = Service(httpx2.Response(200, text=f"event: status\ndata: {{}}\n\nevent: error\ndata: {body}\n\n"))
    with service.client() as client, pytest.raises(ApiError, match="X: m"):
        [*client.stream("hello")]


def test_data_of_several_lines_and_comments_are_read() -> None:
    parser = EventParser()
    lines = [": a comment", "event:delta", 'data: {"a":', "data: 1}", "", ""]
    assert [event.data for line in lines if (event := parser.feed(line))] == [{"a": 1}]


def test_both_clients_offer_the_same() -> None:
    def methods(kind: type) -> dict[str, tuple[str, ...]]:
        found = inspect.getmembers(kind, inspect.isfunction)
        return {name: (*inspect.signature(one).parameters,) for name, one in found if not name.startswith("_")}

    assert methods(Client) == methods(AsyncClient)
    assert methods(ServiceClient) == methods(AsyncServiceClient)


def operation(status: str) -> WorkspaceOperationView:
    return WorkspaceOperationView(
        operation_id="op-1", operation="security_scan", workspace_id="ws-1", resource_id="ws-1", status=status,
        description="x", started_at="2026-11-30T10:00:00Z", estimated_completion=None, steps=[], parameters={},
        context={}, requested_by="sa-1", reasons={},
    )  # fmt: skip


async def test_waiting_for_an_operation_ends_with_it_or_with_its_time() -> None:
    answers = [answer(operation(status)) for status in ("running", "completed", "running", "completed")]
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    transport = httpx2.MockTransport(lambda _request: answers.pop(0))
    with ServiceClient("http://s", "sa-1", "t", transport=transport, sleep=waited.append) as client:
        assert client.wait(operation("running")).status == "completed"
    async with AsyncServiceClient("http://s", "sa-1", "t", transport=transport, sleep=sleep) as other:
        assert (await other.wait(operation("running"))).status == "completed"
        with pytest.raises(TooLongError, match="op-1 is running after 0 s"):
            await other.wait(operation("running"), timeout_seconds=0)
    assert waited == [1.0] * 4


def test_a_home_names_the_service_account(tmp_path: Path) -> None:
    with pytest.raises(ClientError, match="hexaops serve"):
        ServiceClient.from_home(tmp_path)
    document = {"base_url": "http://s", "workspace_id": "ws-1", "service_account": {"id": "sa-1", "token": "t"}}
    (tmp_path / "credentials.json").write_text(json.dumps(document))
    with ServiceClient.from_home(tmp_path) as client:
        assert client.workspace_id == "ws-1"


def test_a_home_without_credentials_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ClientError, match="hexaops serve"):
        Client.from_home(tmp_path)
    monkeypatch.setenv("HEXAOPS_HOME", str(tmp_path / "other"))
    with pytest.raises(ClientError, match="other"):
        Client.from_home()
