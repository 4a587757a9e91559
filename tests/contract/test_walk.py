"""Every documented endpoint is served and answers as documented."""

from __future__ import annotations

import re
from typing import Any

import httpx2
import pytest

from tests.contract.documented import ENDPOINTS, NULLS, Endpoint
from tests.contract.live import Live
from tests.contract.matching import compare
from tests.contract.requests import REQUESTS, Sent


def _named(endpoint: Endpoint) -> str:
    return endpoint.name


def _send(live: Live, endpoint: Endpoint, sent: Sent) -> httpx2.Response:
    path = re.sub(r":(\w+)", lambda m: sent.path[m[1]], endpoint.path)
    return live.client(endpoint.api).request(endpoint.method, path, params=sent.query, json=sent.body)


def _anonymous_path(path: str) -> str:
    return re.sub(r":\w+|\{\w+\}", "{}", path)


@pytest.fixture(scope="package")
def served_routes(live: Live) -> set[str]:
    """`METHOD path` of what the running service says it serves, parameters unnamed."""
    paths: dict[str, dict[str, Any]] = live.user.get("/openapi.json").json()["paths"]
    return {f"{method.upper()} {_anonymous_path(path)}" for path, found in paths.items() for method in found}


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=_named)
def test_endpoint_answers_as_documented(live: Live, endpoint: Endpoint) -> None:
    sent = REQUESTS[endpoint.name](live)
    answer = _send(live, endpoint, sent)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].partition(";")[0] == "application/json"
    report = compare(endpoint.response, answer.json())
    assert report.problems == [], answer.text
    allowed = NULLS.get(endpoint.name, {})
    assert report.nulls <= set(allowed.get("nulls", [])), answer.text
    assert report.empties <= set(allowed.get("empties", [])), answer.text


def test_every_documented_endpoint_is_served(served_routes: set[str]) -> None:
    assert {endpoint.name for endpoint in ENDPOINTS if _anonymous_path(endpoint.name) not in served_routes} == set()


def test_every_documented_endpoint_has_its_request() -> None:
    assert set(REQUESTS) == {endpoint.name for endpoint in ENDPOINTS}


def test_nulls_are_listed_for_documented_endpoints() -> None:
    assert set(NULLS) <= {endpoint.name for endpoint in ENDPOINTS}
