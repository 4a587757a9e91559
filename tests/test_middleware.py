"""What every answer has, and what is refused before any route: large, foreign and broken bodies, odd methods."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI, Request, Response

from hexaops.metrics import Metrics
from hexaops.middleware import LARGEST_BODY_BYTES, RequestMiddleware, field_problems, install_error_handlers
from tests.features.applications.world import ChatWorld, chat_world

CHAT = "/aiops/chat"
ACTIONS = "/aiops/actions"


@pytest.fixture
async def served(sqlite_url: str, tmp_path: Path) -> AsyncIterator[ChatWorld]:
    async with chat_world(sqlite_url, tmp_path) as world:
        yield world


@pytest.fixture
async def stored(database_url: str, tmp_path: Path) -> AsyncIterator[ChatWorld]:
    """On both engines."""
    async with chat_world(database_url, tmp_path) as world:
        yield world


async def send(
    world: ChatWorld, path: str, content: Any, *, method: str = "POST", **headers: str
) -> tuple[httpx2.Response, dict[str, Any]]:
    given = {
        **world.operator,
        "Content-Type": "application/json",
        **{k.replace("_", "-"): v for k, v in headers.items()},
    }
    answer = await world.access.client.request(method, world.path + path, content=content, headers=given)
    checked(answer)
    return answer, answer.json() if answer.content else {}


def checked(answer: httpx2.Response) -> None:
    """What holds for every answer."""
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert not [name for name in answer.headers if name.startswith("access-control-")], "no other origin is let in"
    assert answer.headers["x-request-id"]
    if answer.status_code >= 400 and answer.content:
        body = answer.json()
        assert set(body) == {"error", "request_id"}
        assert set(body["error"]) == {"code", "message", "details"}
        assert body["request_id"] == answer.headers["x-request-id"]


async def test_a_body_that_is_too_large_is_refused_by_its_length(served: ChatWorld) -> None:
    answer, body = await send(served, CHAT, b"x" * (LARGEST_BODY_BYTES + 1))
    assert (answer.status_code, body["error"]["code"]) == (413, "CONTENT_TOO_LARGE")
    assert str(LARGEST_BODY_BYTES) in body["error"]["details"]["body"]
    lying, _ = await send(served, CHAT, b"{}", Content_Length="9" * 400)
    assert lying.status_code == 413


@pytest.mark.parametrize("key", [{}, {"Idempotency_Key": "once"}])
async def test_a_body_without_a_length_is_counted_as_it_arrives(served: ChatWorld, key: dict[str, str]) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(LARGEST_BODY_BYTES // 65_536 + 2):
            yield b"x" * 65_536

    answer, body = await send(served, CHAT, parts(), **key)
    assert (answer.status_code, body["error"]["code"]) == (413, "CONTENT_TOO_LARGE")


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
async def test_a_body_of_another_type_is_refused_by_that_name(served: ChatWorld, media_type: str) -> None:
    answer, body = await send(served, CHAT, b'{"message": "status"}', Content_Type=media_type)
    assert (answer.status_code, body["error"]["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"null", b"\xff\xfe", b'{"message":' + b"[" * 100_000, b"\x00"])
async def test_broken_bodies_are_the_callers_mistake(served: ChatWorld, content: bytes) -> None:
    for path in (CHAT, ACTIONS):
        answer, _ = await send(served, path, content)
        assert answer.status_code in {400, 422}, answer.text


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "PUT", "BREW"])
async def test_other_methods_are_405_and_say_which_are_not(served: ChatWorld, method: str) -> None:
    answer, _ = await send(served, "/applications", b"", method=method, Origin="https://evil.example")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"


async def test_an_unknown_path_is_404(served: ChatWorld) -> None:
    for path in ("/nothing", "/docs", "/redoc", "/aiops/", "/applications/"):
        assert (await send(served, path, None, method="GET"))[0].status_code == 404
    for path in ("/redoc", "/admin"):
        answer = await served.access.client.get(path)
        checked(answer)
        assert answer.status_code == 404


ODD = ("a\x00b", "\ud800", "x" * 400)
PLAIN = {"action": "restart_application", "parameters": {"application_id": "web-app"}}


def odd_bodies(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each place of a request where a client may put any text."""
    for field in ("action", "session_id", "message_id"):
        yield ACTIONS, {**PLAIN, field: text}
    for parameters in ({"application_id": text}, {"plan_id": text}, {"note": text}, {text: 1}, {"deep": [{"x": text}]}):
        yield ACTIONS, {**PLAIN, "parameters": {"application_id": "no-such-app", **parameters}}
    for more in ({"capabilities": [text]}, {"session_id": text}, {"context": {"time_range": text}}):
        yield CHAT, {"message": "status", **more}
    context = {"focus_area": text, "applications": [text]}
    yield "/aiops/sessions", {"name": text, "description": text, "context": context, "capabilities": [text]}
    yield "/aiops/sessions/sess_x/end", {"summary": text, "actions_completed": [text]}
    yield "/aiops/webhooks", {"url": f"http://127.0.0.1/{text}", "events": [text], "description": text}


@pytest.mark.parametrize("number", range(len(ODD)), ids=["nul", "half-a-character", "long"])
async def test_text_that_cannot_be_stored_is_never_an_error_of_ours(stored: ChatWorld, number: int) -> None:
    admin = await stored.access.member("ada", "admin", stored.workspace_id)
    for path, body in odd_bodies(ODD[number]):
        answer, _ = await send(stored, path, json.dumps(body).encode(), **admin)
        assert answer.status_code < 500, (path, body, answer.text)


@pytest.mark.parametrize("number", [b"NaN", b"1e999", b"-Infinity", b"9" * 4000])
async def test_numbers_that_are_none_are_refused(served: ChatWorld, number: bytes) -> None:
    content = (
        b'{"action": "scale_application", "parameters": {"application_id": "web-app", "replicas": ' + number + b"}}"
    )
    answer, _ = await send(served, ACTIONS, content)
    # The number is judged when its application has been read, which this world's cluster answers with rubbish.
    assert answer.status_code in {400, 422, 503}, answer.text


@pytest.mark.parametrize(
    "query",
    ["limit=-1", "limit=0", "limit=99999999999999999999", "limit=1e3", "limit=", "before=%00", "before=%ED%A0%80",
     "before=" + "9" * 4000, "cursor=%00", "cursor=AAAA", "cursor=eyJhIjoxfQ", "cursor=%F0%9F%92%A5", "status=%ff",
     "session_id=%ED%A0%80", "project=%ED%A0%80", "name=" + "x" * 4000],
)  # fmt: skip
async def test_odd_queries_are_refused_or_find_nothing(stored: ChatWorld, query: str) -> None:
    admin = await stored.access.member("ada", "admin", stored.workspace_id)
    for path in ("/applications", ACTIONS, "/aiops/sessions", "/aiops/audit", "/aiops/webhooks/deliveries"):
        answer, _ = await send(stored, f"{path}?{query}", None, method="GET", **admin)
        assert answer.status_code in {200, 400, 422}, (path, answer.text)


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b'{"message": "hello", "message": "bye"}', "message"),
        (b'{"message": "hello", "context": {"time_range": "1h", "time_range": "2h"}}', "time_range"),
        (b'{"message": "hello", "\\u006dessage": "bye"}', "message"),
    ],
)
async def test_a_key_that_is_there_twice_is_named(served: ChatWorld, content: bytes, key: str) -> None:
    answer, body = await send(served, CHAT, content)
    assert (answer.status_code, body["error"]["code"]) == (400, "MALFORMED_REQUEST")
    assert body["error"]["details"] == {"body": f"has '{key}' twice"}


async def test_plain_routes_are_counted_by_their_path() -> None:
    app, metrics = FastAPI(), Metrics()
    app.add_middleware(RequestMiddleware, metrics=metrics)

    async def page(_request: Request) -> Response:
        return Response("here")

    app.router.add_route("/pages/{name}", page)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test") as client:
        for path in ("/pages/a", "/pages/b", "/nowhere"):
            await client.get(path)
    samples = [sample for family in metrics.requests.collect() for sample in family.samples]
    counted = {sample.labels["route"]: sample.value for sample in samples if sample.name.endswith("_total")}
    assert counted == {"/pages/{name}": 2, "unmatched": 1}


async def test_made_up_methods_make_no_metrics_of_their_own() -> None:
    app, metrics = FastAPI(), Metrics()
    app.add_middleware(RequestMiddleware, metrics=metrics)
    install_error_handlers(app)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test") as client:
        for number in range(5):
            await client.request(f"BREW{number}", "/")
    found = [sample for family in metrics.requests.collect() for sample in family.samples]
    assert {sample.labels["method"] for sample in found} == {"other"}


async def test_a_body_that_does_not_come_is_not_awaited_for_ever() -> None:
    app = FastAPI()
    app.add_middleware(RequestMiddleware, metrics=Metrics(), body_seconds=0.05)
    install_error_handlers(app)

    @app.post("/")
    async def takes(body: dict[str, Any]) -> dict[str, Any]:
        return body

    async def stalled() -> AsyncIterator[bytes]:
        yield b'{"a":'
        await asyncio.Event().wait()

    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test") as client:
        answer = await client.post("/", content=stalled(), headers={"Content-Type": "application/json"})
    checked(answer)
    assert (answer.status_code, answer.json()["error"]["code"]) == (408, "REQUEST_TIMEOUT")


async def test_what_fails_unforeseen_has_its_id_and_tells_nothing() -> None:
    app = FastAPI()
    app.add_middleware(RequestMiddleware, metrics=Metrics())
    install_error_handlers(app)

    @app.get("/")
    async def fails() -> None:
        message = "postgresql://owner:hunter2hunter2@db/x"
        raise RuntimeError(message)

    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test") as client:
        answer = await client.get("/", headers={"X-Request-Id": "mine"})
    checked(answer)
    assert (answer.status_code, answer.headers["x-request-id"]) == (500, "mine")
    assert "hunter2" not in answer.text


def test_what_is_wrong_is_said_in_the_models_own_words() -> None:
    problems = field_problems([{"loc": ("body", "scopes", 0), "msg": "Value error, no such scope"}])
    assert problems == {"scopes[0]": "no such scope"}
