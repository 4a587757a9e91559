"""Each route has a method in both clients of its API, which sends exactly that request."""

from __future__ import annotations

import inspect
import json
import re
from typing import Any, get_type_hints

import httpx2
import msgspec
import pytest

from hexaops.client import ApiError, AsyncClient, AsyncServiceClient, Client, ServiceClient
from hexaops.client.generated import models, service_models
from hexaops.features.routing import Entry
from tools.client.operations import STREAM_METHODS, has_method, method_name, routes_of
from tools.client.render import FOLDER, render

WORKSPACE = "ws-1"
MODELS = {"models": models, "service_models": service_models}
BY_TYPE: dict[str, Any] = {"str": "x y", "int": 3, "bool": True, "float": 1.5}
SENDING = [entry for entry in routes_of("user") if method_name(entry) not in STREAM_METHODS.values()]
SENDING_SERVICE = [entry for entry in routes_of("service") if has_method(entry)]
LEFT_OUT = {"tail_logs", "export_all", "push_logs", "push_otlp", "push_loki"}
"""Streams and other formats than JSON, which its clients leave to log shippers and the command line."""


def test_every_route_has_a_method_of_its_own_in_both_clients() -> None:
    names = [method_name(entry) for entry in routes_of("user")]
    assert len({*names}) == len(names)
    for name in names:
        assert callable(getattr(Client, name, None)), name
        assert callable(getattr(AsyncClient, name, None)), name


def test_every_route_of_the_internal_api_has_a_method_in_the_clients_of_service_accounts() -> None:
    names = [method_name(entry) for entry in SENDING_SERVICE]
    assert len({*names}) == len(names)
    assert {method_name(entry) for entry in routes_of("service")} - {*names} == LEFT_OUT
    for kind in (ServiceClient, AsyncServiceClient):
        own = {name for name in dir(kind) if callable(getattr(kind, name)) and not name.startswith("_")}
        assert own - {"close", "from_home", "send", "wait"} == {*names}


def test_what_is_generated_is_current() -> None:
    for name, text in render().items():
        assert (FOLDER / name).read_text(encoding="utf-8") == text, f"{name}: run `make docs`"


def refused(requests: list[httpx2.Request]) -> httpx2.MockTransport:
    """Notes each request, and refuses it: no answer of the right type is needed then."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        requests.append(request)
        body = {"error": {"code": "NOT_FOUND", "message": "no", "details": {}}, "request_id": None}
        return httpx2.Response(404, json=body)

    return httpx2.MockTransport(answer)


def given(kind: type, entry: Entry) -> tuple[list[str], dict[str, Any], dict[str, Any]]:
    """Arguments of the entry's method: of its path, its query, and its body."""
    parameters = inspect.signature(getattr(kind, method_name(entry))).parameters
    places = [name for name, one in parameters.items() if one.kind is one.POSITIONAL_OR_KEYWORD and name != "self"]
    query = {name: value(str(one.annotation)) for name, one in parameters.items() if one.kind is one.KEYWORD_ONLY}
    bodies = [str(one.annotation) for one in parameters.values() if one.kind is one.VAR_KEYWORD]
    body: dict[str, Any] = {}
    for text in bodies:
        module, _, name = text.removeprefix("Unpack[").removesuffix("]").partition(".")
        model = getattr(MODELS[module], name)
        body = {name: name for name in get_type_hints(model)}
    return [f"a/{name}" for name in places], query, body


def value(annotation: str) -> Any:
    """Something of an annotated type."""
    if annotation.startswith("Sequence"):
        return ["x", "y"]
    if annotation.startswith("Literal"):
        return re.findall(r"['\"](\w+)", annotation)[0]
    return BY_TYPE[annotation.removesuffix(" | None")]


@pytest.mark.parametrize("entry", SENDING, ids=method_name)
async def test_a_method_sends_its_route(entry: Entry) -> None:
    places, query, body = given(Client, entry)
    seen: list[httpx2.Request] = []
    with Client("http://s", "t", WORKSPACE, transport=refused(seen)) as client, pytest.raises(ApiError):
        getattr(client, method_name(entry))(*places, **query, **body)
    async with AsyncClient("http://s", "t", WORKSPACE, transport=refused(seen)) as client:
        with pytest.raises(ApiError):
            await getattr(client, method_name(entry))(*places, **query, **body)
    sent(entry, seen, entry.path.replace("{workspace_id}", WORKSPACE), (places, query, body))


@pytest.mark.parametrize("entry", SENDING_SERVICE, ids=method_name)
async def test_a_method_of_a_service_account_sends_its_route(entry: Entry) -> None:
    places, query, body = given(ServiceClient, entry)
    seen: list[httpx2.Request] = []
    with ServiceClient("http://s", "sa-1", "t", transport=refused(seen)) as client, pytest.raises(ApiError):
        getattr(client, method_name(entry))(*places, **query, **body)
    async with AsyncServiceClient("http://s", "sa-1", "t", transport=refused(seen)) as client:
        with pytest.raises(ApiError):
            await getattr(client, method_name(entry))(*places, **query, **body)
    assert {(one.headers["x-service-account"], one.headers["authorization"]) for one in seen} == {("sa-1", "Bearer t")}
    sent(entry, seen, entry.path, (places, query, body))


def sent(
    entry: Entry, seen: list[httpx2.Request], path: str, arguments: tuple[list[str], dict[str, Any], dict[str, Any]]
) -> None:
    """Both clients' requests are what the arguments of `given` say."""
    places, query, body = arguments
    assert len(seen) == 2
    for request in seen:
        filled = path
        for place in places:
            filled = re.sub(r"{\w+}", place.replace("/", "%2F"), filled, count=1)
        assert (request.method, request.url.raw_path.partition(b"?")[0].decode()) == (entry.method, filled)
        assert {*request.url.params} == {*query}
        assert body == (json.loads(request.content) if request.content else {})
        assert ("idempotency-key" in request.headers) == entry.idempotent


def test_no_content_is_none() -> None:
    transport = httpx2.MockTransport(lambda _request: httpx2.Response(204))
    with Client("http://s", "t", WORKSPACE, transport=transport) as client:
        client.delete_webhook("hook_1")


def test_the_tail_of_logs_is_filtered_by_its_query() -> None:
    seen: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        line = msgspec.json.encode({"message": "hello"}).decode()
        return httpx2.Response(200, text=f"event: line\ndata: {line}\n\n")

    with Client("http://s", "t", WORKSPACE, transport=httpx2.MockTransport(answer)) as client:
        (event,) = client.tail_logs(text="hello", log_level=["error", "warn"])
    assert (event.name, event.data) == ("line", {"message": "hello"})
    assert [*seen[0].url.params.multi_items()] == [("text", "hello"), ("log_level", "error"), ("log_level", "warn")]
