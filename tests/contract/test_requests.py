"""Every request of the walk is the documented one, key by key, also those whose endpoint is still to come."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import httpx2
import pytest

from tests.contract.documented import ENDPOINTS, Endpoint
from tests.contract.live import Live
from tests.contract.matching import compare
from tests.contract.requests import REQUESTS
from tests.contract.serving import Served

NAMES = ("web-app", "api-service", "database-app", "background-worker")
_CREDENTIALS = {"base_url": "http://127.0.0.1:1", "workspace_id": "ws-1"}


class Unserved(Live):
    """The ids that a running service would give."""

    def __init__(self) -> None:
        client = cast("httpx2.Client", None)
        super().__init__(Served(cast("Any", None), Path(), _CREDENTIALS), client, client)
        self.applications = {name: f"app-{name}" for name in NAMES}
        self.session_id, self.message_id, self.action_id = "sess_1", "msg_1", "action_1"
        self.global_session_id = "sess_2"

    def new_session(self) -> str:
        return "sess_3"

    def plan_of_scaling(self, deployment: str, body: dict[str, Any]) -> dict[str, Any]:  # as the base's
        return {}

    def wait_for_logs(self, text: str) -> None:
        """There are none to wait for."""

    def wait_for_requests(self, name: str) -> None:
        """None are sampled."""

    def new_incident(self) -> str:
        return "inc-1"

    def wait_until_measured(self) -> None:
        """Nothing is measured."""


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_request_is_as_documented(endpoint: Endpoint) -> None:
    sent = REQUESTS[endpoint.name](Unserved())
    assert set(sent.query) == set(endpoint.query)
    assert (sent.body is None) == (endpoint.request is None)
    if endpoint.request is not None:
        report = compare(endpoint.request, sent.body)
        assert (report.problems, report.nulls, report.empties) == ([], set(), set())
        assert _keys(endpoint.request, sent.body) == []


def _keys(shape: dict[str, Any] | None, value: Any) -> list[str]:
    """Keys of the document that the request does not send, also where the shape asks for none."""
    if shape is None:
        return []
    if shape["type"] == "array":
        return [key for item in value for key in _keys(shape["items"], item)]
    if shape["type"] != "object":
        return []
    missing = sorted(set(shape["keys"]) - set(value))
    return missing + [k for key, child in shape["keys"].items() if key in value for k in _keys(child, value[key])]
