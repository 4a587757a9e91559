"""Every documented error, provoked on the running service: status, code, keys of the details, request id."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from hexaops.features.access.local_issuer import LocalIssuer
from hexaops.kit.clock import SystemClock
from hexaops.metrics import Metrics
from hexaops.middleware import RequestMiddleware, install_error_handlers
from tests.contract.answers import error_problems
from tests.contract.documented import CONTRACT, error
from tests.contract.live import Live, data_of, poll
from tests.contract.matching import matches
from tests.contract.serving import Served, serving

RATE_HEADERS = CONTRACT["rate_limit_headers"]
VIEWER = "contract-viewer"


def _assert_error(answer: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    assert error_problems(body, answer.headers) == [], answer.text
    assert body["error"]["code"] == code, answer.text
    return body


def _assert_documented(answer: httpx2.Response, status: int, api: str) -> None:
    documented = error(status, api)
    body = _assert_error(answer, status, documented["code"])
    assert matches(documented["details"], body["error"]["details"]) == [], answer.text


@pytest.fixture(scope="module")
def viewer(live: Live) -> Iterator[httpx2.Client]:
    """A member of the workspace who may look only."""
    member = f"/internal/v1/workspaces/{live.workspace_id}/members/local:{VIEWER}"
    assert live.account.put(member, json={"role": "viewer"}).status_code in {200, 201}
    issuer = LocalIssuer(live.served.home, audience="hexaops", clock=SystemClock())
    with live.served.user(issuer.issue(VIEWER, lifetime=timedelta(hours=1))) as client:
        yield client


@pytest.fixture(scope="module")
def cut_off(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The service in front of a cluster that is not there, with one chat message an hour."""
    home = tmp_path_factory.mktemp("cut-off")
    settings = {
        "HEXAOPS_CLUSTER_SYNC_SECONDS": "0.5",
        "HEXAOPS_RATE_LIMIT_CHAT": "1/hour",
        "HEXAOPS_RATE_LIMIT_WORKSPACE": "1/minute",
    }
    with serving(home, "--kubeconfig", str(_dead_kubeconfig(home)), settings=settings) as served:
        yield served


def _dead_kubeconfig(folder: Path) -> Path:
    path = folder / "kubeconfig"
    path.write_text(
        """apiVersion: v1
kind: Config
clusters: [{name: away, cluster: {server: "http://127.0.0.1:1"}}]
users: [{name: reader, user: {token: none}}]
contexts: [{name: away, context: {cluster: away, user: reader}}]
current-context: away
""",
        encoding="utf-8",
    )
    return path


@pytest.mark.parametrize("message", ["", "  \n\t "])
def test_400_invalid_chat_message(live: Live, message: str) -> None:
    _assert_documented(live.user.post(f"{live.aiops}/chat", json={"message": message}), 400, "public")


def test_400_malformed_body(live: Live) -> None:
    headers = {"Content-Type": "application/json"}
    answer = live.user.post(f"{live.aiops}/chat", content=b'{"message": ', headers=headers)
    _assert_error(answer, 400, "MALFORMED_REQUEST")


def test_401_invalid_service_account(live: Live) -> None:
    answer = live.account.get("/internal/v1/automation", headers={"X-Service-Account": "sa-invalid"})
    _assert_documented(answer, 401, "internal")


def test_401_of_the_public_api(live: Live) -> None:
    answer = live.user.get(f"{live.aiops}/sessions", headers={"Authorization": "Bearer none"})
    _assert_error(answer, 401, "UNAUTHENTICATED")


def test_403_insufficient_ai_permissions(live: Live, viewer: httpx2.Client) -> None:
    parameters = {"application_id": live.applications["web-app"], "confirmation": True}
    body = {"action": "restart_application", "parameters": parameters}
    _assert_documented(viewer.post(f"{live.aiops}/actions", json=body), 403, "public")


def test_403_insufficient_internal_permissions(live: Live) -> None:
    created = data_of(
        live.account.post("/internal/v1/service-accounts", json={"name": "reader", "scopes": ["workspace:read"]})
    )
    with live.served.account({"id": created["service_account"]["id"], "token": created["token"]["token"]}) as reader:
        _assert_documented(reader.get("/internal/v1/automation"), 403, "internal")


def test_404_absent_and_foreign_look_the_same(live: Live, viewer: httpx2.Client) -> None:
    absent = viewer.get("/api/v1/workspaces/ws-absent/aiops/sessions")
    _assert_error(absent, 404, "WORKSPACE_NOT_FOUND")
    session_id = live.session_id
    foreign = viewer.get(f"{live.aiops}/sessions/{session_id}/history")
    unknown = viewer.get(f"{live.aiops}/sessions/sess_unknown/history")
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.json()["error"] == unknown.json()["error"]


def test_409_operation_in_progress(live: Live) -> None:
    running = live.restart("api-service")
    body = {
        "action": "restart_application",
        "parameters": {"application_id": live.applications["api-service"], "confirmation": True},
    }
    second = live.user.post(f"{live.aiops}/actions", json=body)
    live.settled_action(running["action_id"])
    _assert_documented(second, 409, "internal")


def test_422_validation_failed(live: Live) -> None:
    answer = live.user.post(f"{live.aiops}/chat", json={"message": 3})
    body = _assert_error(answer, 422, "VALIDATION_FAILED")
    assert "message" in body["error"]["details"]


def test_422_idempotency_key_reused(live: Live) -> None:
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    first = live.user.post(f"{live.aiops}/sessions", json={"name": "one"}, headers=headers)
    again = live.user.post(f"{live.aiops}/sessions", json={"name": "one"}, headers=headers)
    other = live.user.post(f"{live.aiops}/sessions", json={"name": "two"}, headers=headers)
    assert first.json()["data"] == again.json()["data"]
    _assert_error(other, 422, "IDEMPOTENCY_KEY_REUSED")


def test_503_ai_service_unavailable() -> None:
    app = FastAPI()
    app.add_middleware(RequestMiddleware, metrics=Metrics())
    install_error_handlers(app)

    @app.post("/api/v1/ai/chat")
    @app.get("/internal/v1/audit")
    async def without_database() -> None:
        raise OperationalError("select 1", None, OSError("no such file"))

    with TestClient(app) as client:
        answer = client.post("/api/v1/ai/chat")
        _assert_documented(answer, 503, "public")
        _assert_error(client.get("/internal/v1/audit"), 503, "UPSTREAM_UNAVAILABLE")


def test_503_upstream_unavailable_names_the_source(cut_off: Served) -> None:
    with cut_off.user() as user:
        answer = user.get(f"/api/v1/workspaces/{cut_off.workspace_id}/applications")
    body = _assert_error(answer, 503, "UPSTREAM_UNAVAILABLE")
    assert body["error"]["details"]["source"] == "kubernetes_api"


def test_429_ai_rate_limit_exceeded(cut_off: Served) -> None:
    chat = f"/api/v1/workspaces/{cut_off.workspace_id}/aiops/chat"
    with cut_off.user() as user:
        degraded = user.post(chat, json={"message": "What is the status of my applications?"})
        limited = user.post(chat, json={"message": "What is the status of my applications?"})
    assert degraded.status_code == 200, degraded.text
    assert all(name in degraded.headers for name in RATE_HEADERS)
    _assert_documented(limited, 429, "public")
    assert int(limited.headers["Retry-After"]) > 0
    assert limited.headers["X-RateLimit-Limit"] == "1"
    assert limited.headers["X-RateLimit-Remaining"] == "0"
    assert int(limited.headers["X-RateLimit-Reset"]) > 0


def test_429_of_the_internal_api(cut_off: Served) -> None:
    with cut_off.account() as account:
        answer = poll(lambda: account.get("/internal/v1/automation"), lambda found: found.status_code == 429)
    _assert_error(answer, 429, "RATE_LIMIT_EXCEEDED")
    assert all(name in answer.headers for name in ("Retry-After", *RATE_HEADERS))
