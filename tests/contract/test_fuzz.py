"""Generated requests over every route of the served OpenAPI, 2,000 in the long form: none gets an unplanned 5xx."""

from __future__ import annotations

import uuid
from typing import Any

import httpx2
import pytest
import requests
import schemathesis
from fastapi import FastAPI
from pydantic import BaseModel

from hexaops.errors import HexaopsError, UpstreamUnavailableError
from hexaops.metrics import Metrics
from hexaops.middleware import RequestMiddleware, install_error_handlers
from tests.contract.fuzzing import Fuzz, operations_of
from tests.contract.live import Live, data_of

CASES = [300, pytest.param(2000, marks=pytest.mark.long)]


class Targets:
    """Live ids for the path parameters; what a case has ended or removed is made again."""

    def __init__(self, live: Live) -> None:
        self._live = live
        body = {"name": "fuzzed", "scopes": ["workspace:read"]}
        account = data_of(live.account.post("/internal/v1/service-accounts", json=body))
        backup = data_of(live.account.post(f"/internal/v1/applications/{live.applications['web-app']}/backup", json={}))
        self._webhook_id = self._channel_id = ""
        self._fixed = {
            "workspace_id": live.workspace_id,
            "application_id": live.applications["web-app"],
            "action_id": live.action_id,
            "account_id": account["service_account"]["id"],
            "token_id": account["token"]["id"],
            "user_id": "local:fuzzed",
            "backup_id": backup["backup_id"],
        }

    def __call__(self) -> dict[str, str]:
        hooks = f"{self._live.aiops}/webhooks"
        if not self._webhook_id or self._live.user.get(f"{hooks}/{self._webhook_id}").status_code == 404:
            body = {"url": "http://127.0.0.1:65535/hook", "events": ["aiops.insight.generated"]}
            self._webhook_id = data_of(self._live.user.post(hooks, json=body))["id"]
        channels = f"{self._live.aiops}/notification-channels"
        if not self._channel_id or self._live.user.get(f"{channels}/{self._channel_id}").status_code == 404:
            channel = {"name": f"fuzzed-{uuid.uuid4()}", "kind": "webhook", "target": "http://127.0.0.1:65535/notice"}
            self._channel_id = data_of(self._live.user.post(channels, json=channel))["id"]
        made = {"webhook_id": self._webhook_id, "channel_id": self._channel_id}
        return {**self._fixed, **made, "session_id": self._live.new_session()}


def _session(client: httpx2.Client) -> requests.Session:
    """The client's credentials in a session of the library that schemathesis sends with."""
    session = requests.Session()
    kept = {"authorization", "x-service-account"}
    session.headers.update({name: value for name, value in client.headers.items() if name in kept})
    return session


@pytest.mark.timeout(480)  # 2,000 cases take 70 to 100 s on two free cores
@pytest.mark.parametrize("cases", CASES)
def test_nothing_generated_breaks_the_service(expendable: Live, cases: int) -> None:
    public, internal = _session(expendable.user), _session(expendable.account)

    def call(case: Any) -> Any:
        session = internal if case.path.startswith("/internal/") else public
        return case.call(base_url=expendable.served.base_url, session=session, timeout=60)

    fuzz = Fuzz(call, Targets(expendable))
    schema = schemathesis.openapi.from_url(f"{expendable.served.base_url}/openapi.json")
    operations = operations_of(schema)
    fuzz.run(operations, cases=cases)
    assert set(fuzz.operations) == {operation.label for operation in operations}
    assert fuzz.failures == [], "\n\n".join(fuzz.failures[:10])
    assert fuzz.sent >= cases
    assert expendable.served.process.poll() is None


class Wanted(BaseModel):
    """A body with a number that one of the routes below cannot bear."""

    replicas: int


def _app(*, broken: bool) -> FastAPI:
    app = FastAPI()
    app.add_middleware(RequestMiddleware, metrics=Metrics())
    install_error_handlers(app)

    @app.post("/scale")
    async def scale(wanted: Wanted) -> None:
        if broken and wanted.replicas > 100:
            raise HexaopsError("More than anybody thought of")
        raise UpstreamUnavailableError("The cluster does not answer", details={"source": "kubernetes"})

    return app


@pytest.mark.parametrize("broken", [True, False])
def test_a_broken_route_is_found_and_a_planned_503_is_not_one(broken: bool) -> None:
    fuzz = Fuzz(lambda case: case.call())
    schema = schemathesis.openapi.from_asgi("/openapi.json", _app(broken=broken))
    fuzz.run(operations_of(schema), cases=100)
    assert fuzz.sent == 100
    assert any("unplanned" in failure for failure in fuzz.failures) == broken
