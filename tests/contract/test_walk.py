"""Every documented endpoint that exists answers as documented; those still to come are listed in one place."""

from __future__ import annotations

import re
from typing import Any

import httpx2
import pytest

from tests.contract.documented import ENDPOINTS, NULLS, PENDING, Endpoint
from tests.contract.live import Live
from tests.contract.matching import compare
from tests.contract.requests import REQUESTS, Sent

EXISTING = [endpoint for endpoint in ENDPOINTS if endpoint.name not in PENDING["endpoints"]]


def _named(endpoint: Endpoint) -> str:
    return endpoint.name


def _send(live: Live, endpoint: Endpoint, sent: Sent) -> httpx2.Response:
    path = re.sub(r":(\w+)", lambda m: sent.path[m[1]], endpoint.path)
    return live.client(endpoint.api).request(endpoint.method, path, params=sent.query, json=sent.body)


def _anonymous_path(path: str) -> str:
    return re.sub(r":\w+|\{\w+\}", "{}", path)


@pytest.fixture(scope="session")
def served_routes(live: Live) -> set[str]:
    """`METHOD path` of what the running service says it serves, parameters unnamed."""
    paths: dict[str, dict[str, Any]] = live.user.get("/openapi.json").json()["paths"]
    return {f"{method.upper()} {_anonymous_path(path)}" for path, found in paths.items() for method in found}


@pytest.mark.parametrize("endpoint", EXISTING, ids=_named)
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


def test_pending_is_what_is_not_served(served_routes: set[str]) -> None:
    """The one list may neither hide an endpoint that exists nor forget one that does not."""
    missing = {e.name for e in ENDPOINTS if _anonymous_path(e.name) not in served_routes}
    assert set(PENDING["endpoints"]) == missing


def test_pending_only_shrinks() -> None:
    """`at_most` follows the list down; a change that raises it is seen in review."""
    assert len(PENDING["endpoints"]) == PENDING["at_most"]


@pytest.mark.parametrize("endpoint", [e for e in ENDPOINTS if e not in EXISTING], ids=_named)
def test_pending_endpoint_is_an_unknown_route(live: Live, endpoint: Endpoint) -> None:
    path = re.sub(r":(workspaceId|wsId)", live.workspace_id, endpoint.path)
    answer = live.client(endpoint.api).request(endpoint.method, re.sub(r":\w+", "x", path), json={})
    assert answer.status_code == 404, answer.text
    assert answer.json()["error"]["code"] == "NOT_FOUND"


def test_every_documented_endpoint_has_its_request() -> None:
    assert set(REQUESTS) == {endpoint.name for endpoint in ENDPOINTS}


def test_nulls_are_listed_for_endpoints_that_exist() -> None:
    assert set(NULLS) <= {endpoint.name for endpoint in EXISTING}
