"""No secret in a log line, an error, the audit log or an answer: canaries through every sink, at debug level."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.backends.kubernetes.errors import Status, Target, error_from_status
from hexaops.config import Settings
from hexaops.factory import ProcessContext
from hexaops.features.audit.event import AuditEvent
from hexaops.features.audit.log import AuditLog
from hexaops.features.changes.difference import unified
from hexaops.logs import Redactor, configure_logs
from hexaops.storage.tables import AuditRow
from tests.analysis.applications.rows import event, fill, pod, workload
from tests.features.applications.world import ChatWorld, chat_world
from tests.serving import unwatched_cluster

CANARY = "CanarySecret4711x"
PASSWORD = "CanaryDatabase4712x"  # a canary
RECEIVERS = {"webhook_allowed_networks": ["127.0.0.0/8"], "webhook_allow_http": True}
LINE = f"Back-off: postgresql://app:{CANARY}@db/shop refused, token={CANARY}, Authorization: Bearer {CANARY}"


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything that is logged, at debug level; the loggers are put back afterwards."""
    root, kept = logging.getLogger(), [*logging.getLogger().handlers]
    level, stream = root.level, io.StringIO()
    configure_logs(level="debug", style="json", redactor=Redactor(), stream=stream)
    yield stream
    root.handlers[:] = kept
    root.setLevel(level)


def leaks(text: str, *secrets: str) -> list[str]:
    """Which of the secrets a text holds, whole or in its larger part."""
    return [secret for secret in (*secrets, CANARY, PASSWORD) if secret in text or secret[:12] in text]


async def _sinks(world: ChatWorld, logged: io.StringIO) -> dict[str, str]:
    """Secrets of ours are made and used, a cluster quotes secrets of others; what every sink then holds."""
    admin = await world.access.member("ada", "admin", world.workspace_id)
    hook = {"url": f"http://127.0.0.1:65009/{CANARY}", "events": ["aiops.action.completed"]}
    answer = await world.post("/aiops/webhooks", hook, admin)
    assert answer.status_code == 201, answer.text
    made = answer.json()["data"]
    channel = {"name": "x", "kind": "slack", "target": f"http://127.0.0.1:65009/{CANARY}"}
    added = await world.post("/aiops/notification-channels", channel, admin)
    assert added.status_code == 201, added.text
    account = {"name": "x", "scopes": ["workspace:read"]}
    client = world.access.client
    url = "/internal/v1/service-accounts"
    issued = (await client.post(url, json=account, headers=world.access.administrator)).json()["data"]
    owner = workload("production", "leaky", desired=1, ready=0)
    failing = pod(owner, 0, ready=False, reason="CrashLoopBackOff", message=LINE, restarts=9)
    fill(world.cache, [owner, failing, event(failing, "BackOff", LINE, count=9)])
    answers = [
        await world.ask("what is wrong with leaky?"),
        await world.ask(f"show events of leaky please, password={CANARY}"),
        (await world.get("/applications/leaky")).json(),
        (await world.post(f"/aiops/webhooks/{made['id']}/test", {}, admin)).json(),
        added.json(),
        (await world.get("/aiops/notification-channels", admin)).json(),
        (await world.post(f"/aiops/notification-channels/{added.json()['data']['id']}/test", {}, admin)).json(),
        (await world.post("/aiops/actions", {"action": "x", "parameters": {"password": CANARY}}, admin)).json(),
        (await client.get(url, headers=world.access.administrator)).json(),
        (await world.get(f"/aiops/webhooks/{made['id']}", admin)).json(),
    ]
    bad = {"Authorization": f"Bearer hexaops_sa_{CANARY}", "X-Service-Account": "sa-x"}
    answers += [(await client.get("/internal/v1/workspaces", headers=bad)).json()]
    log = logging.getLogger("hexaops.test")
    log.debug("calling %s", f"https://user:{CANARY}@api/", extra={"header": f"Bearer {CANARY}", "token": CANARY})
    try:
        raise RuntimeError(LINE)  # its traceback is what is looked at
    except RuntimeError:
        log.exception("failed with password=%s", CANARY)
    details = {"parameters": {"api_key": CANARY, "note": LINE}, "list": [f"pwd={CANARY}"]}
    await world.access.get(AuditLog).append(AuditEvent("x", "user", "u", resource=f"token={CANARY}", details=details))
    async with world.access.context.database.reading() as session:
        rows = [(row.resource, row.details) for row in (await session.scalars(select(AuditRow))).all()]
    kept = answers
    for shown in kept:  # the receiver's own address, shown to who manages it, is no leak
        if isinstance(shown.get("data"), dict):
            shown["data"].pop("url", None)
    secrets = {"secret": made["secret"], "token": issued["token"]["token"]}
    return {"log": logged.getvalue(), "audit": json.dumps(rows), "answers": json.dumps(kept), **secrets}


async def test_no_sink_holds_a_secret(sqlite_url: str, tmp_path: Path, logged: io.StringIO) -> None:
    async with chat_world(sqlite_url, tmp_path, RECEIVERS) as world:
        sinks = await _sinks(world, logged)
    assert "hexaops.test" in sinks["log"]
    assert "leaky" in sinks["answers"]
    for name in ("log", "audit", "answers"):
        assert leaks(sinks[name], sinks["secret"], sinks["token"]) == [], name


async def test_the_check_finds_a_redaction_that_is_off(sqlite_url: str, tmp_path: Path, logged: io.StringIO) -> None:
    """A seeded bug: the lines go to a stream of their own without the chain."""
    plain = logging.StreamHandler(logged)
    logging.getLogger().addHandler(plain)
    async with chat_world(sqlite_url, tmp_path, RECEIVERS) as world:
        sinks = await _sinks(world, logged)
    assert leaks(sinks["log"]) == [CANARY]


async def test_the_database_s_password_is_never_written(tmp_path: Path) -> None:
    url = f"postgresql://app:{PASSWORD}@127.0.0.1:9/shop"
    settings = Settings.model_validate({"home": tmp_path, "database_url": url})
    assert not leaks(repr(settings) + str(settings.model_dump()))
    context = ProcessContext(settings, Clusters([unwatched_cluster()]))
    assert not leaks(repr(context.database.url) + str(context.database.engine.url))
    assert not leaks(context.redactor.redact(f"could not connect as app/{PASSWORD}"))
    await context.close()


@pytest.mark.parametrize("code", [400, 403, 404, 409, 422, 500])
def test_what_the_api_server_quotes_is_no_leak(code: int) -> None:
    error = error_from_status(
        code, Status(message=LINE, reason="x", code=code), Target("patch", "Deployment", "a", "b")
    )
    assert not leaks(json.dumps([error.message, str(error), error.details]))


def test_a_difference_shows_no_environment() -> None:
    env = [{"name": "DB_PASSWORD", "value": CANARY}, {"name": "DSN", "value": f"postgresql://a:{CANARY}@db/x"}]
    applied = {"kubectl.kubernetes.io/last-applied-configuration": json.dumps({"env": env})}
    template = {"metadata": {"annotations": {}}, "spec": {"containers": [{"env": env, "name": "a"}]}}
    before: dict[str, Any] = {"metadata": {"name": "x", "annotations": applied}, "spec": {"template": template}}
    changed = [{"name": "DB_PASSWORD", "value": CANARY + "2"}, env[1], {"name": "MODE", "value": "fast"}]
    spec = {"containers": [{"env": changed, "name": "a"}]}
    after = {**before, "spec": {"template": {**template, "spec": spec}}}
    shown = unified(before, after, "x")
    assert "MODE" in shown
    assert not leaks(shown)
