"""Bad bodies at every route that takes one: a clear 4xx in the documented shape, and not one row written.

The cases are made from the served OpenAPI: every field of every body once with values of wrong kinds, so that new
routes and fields are covered by being there.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from hexaops.api import ROUTES
from hexaops.features.routing import Entry
from hexaops.storage.tables import Base
from tests.living import LivingWorld, living_world
from tests.serving import Headers
from tests.test_routes import LIMITS

WRITING = [entry for entry in ROUTES if entry.method in {"POST", "PUT", "PATCH"}]
LEFT_OUT = frozenset({"audit_events", "idempotency_keys", "executors"})
"""Records of the refusals themselves."""
WRONG: dict[str, tuple[Any, ...]] = {
    "string": (7, True, [], {}, "x" * 100_000),
    "integer": ("x", 1.5, [], {}, 10**30),
    "number": ("x", [], {}),
    "boolean": ("perhaps", 7, [], {}),
    "array": (7, "x", {}, [[[]]]),
    "object": (7, "x", []),
}
RAW = (b"{", b"[1]", b'"x"', b"7", b"\xff\xfe", b"{" * 5000)


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[LivingWorld]:
    """The documents' world, with limits that do not get in the way."""
    async with living_world(sqlite_url, tmp_path, LIMITS) as opened:
        yield opened


def resolved(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """The schema behind a reference, or the first alternative that is not null."""
    while True:
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        elif "anyOf" in schema:
            schema = next(one for one in schema["anyOf"] if one.get("type") != "null")
        else:
            return schema


def wrong_bodies(entry: Entry, document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Field → a body in which only that field is of a wrong kind (what else is required may be missing)."""
    schema = schema_of(entry, document)
    if schema is None:
        return
    for field, given in schema.get("properties", {}).items():
        for value in WRONG.get(resolved(given, document).get("type", ""), ()):
            yield field, {field: value}


async def rows(world: LivingWorld) -> dict[str, int]:
    """Rows by table."""
    counts = {}
    async with world.access.context.database.reading() as session:
        for name, table in Base.metadata.tables.items():
            if name not in LEFT_OUT:
                counts[name] = await session.scalar(select(func.count()).select_from(table)) or 0
    return counts


def path_of(world: LivingWorld, entry: Entry) -> str:
    """The route's path in the own workspace, with ids of nothing."""
    path = entry.path.replace("{workspace_id}", world.workspace_id)
    for name in ("application_id", "action_id", "session_id", "webhook_id", "delivery_id", "channel_id", "account_id",
                 "token_id"):  # fmt: skip
        path = path.replace(f"{{{name}}}", "nothing-like-it")
    return path.replace("{user_id}", "local:nobody")


async def test_bad_bodies_write_nothing(world: LivingWorld) -> None:
    admin = await world.access.member("ada", "admin")
    document = world.access.client._transport.app.openapi()  # type: ignore[attr-defined] # the served app itself
    before = await rows(world)
    tried = 0
    for entry in WRITING:
        headers: Headers = admin if entry.policy.audience == "user" else world.access.administrator
        headers = {**headers, "Content-Type": "application/json"}
        path = path_of(world, entry)
        fields = list(wrong_bodies(entry, document))
        takes_a_body = bool(fields)
        for raw in RAW if takes_a_body else ():
            answer = await world.access.client.request(entry.method, path, content=raw, headers=headers)
            check_refusal(entry, raw, answer)
            tried += 1
        for field, body in fields:
            answer = await world.access.client.request(entry.method, path, json=body, headers=headers)
            check_refusal(entry, {field: str(body[field])[:40]}, answer)
            tried += 1
    assert tried > 200
    assert await rows(world) == before
    assert not world.writes()


async def test_unknown_fields_of_a_body_are_named(world: LivingWorld) -> None:
    admin = await world.access.member("ada", "admin")
    tried = 0
    document = world.access.client._transport.app.openapi()  # type: ignore[attr-defined] # the served app itself
    for entry in WRITING:
        schema = schema_of(entry, document)
        if schema is None or schema.get("additionalProperties") is not False:
            assert schema is None or entry.path.endswith(("/alertmanager", "/logs/push")), entry.path
            continue
        headers: Headers = admin if entry.policy.audience == "user" else world.access.administrator
        answer = await world.access.client.request(
            entry.method, path_of(world, entry), json={"mispelt": 1}, headers=headers
        )
        check_refusal(entry, "mispelt", answer)
        assert answer.json()["error"]["details"]["mispelt"] == "no such field", (entry.path, answer.text)
        tried += 1
    assert tried > 30


async def test_unknown_and_repeated_parameters_of_a_query_are_named(world: LivingWorld) -> None:
    admin = await world.access.member("ada", "admin")
    guarded = [entry for entry in ROUTES if entry.policy.audience != "anyone"]
    for entry in guarded:
        headers: Headers = admin if entry.policy.audience == "user" else world.access.administrator
        path = f"{path_of(world, entry)}?mispelt=1&limit=2&limit=3"
        answer = await world.access.client.request(entry.method, path, headers=headers)
        check_refusal(entry, "mispelt", answer)
        details = answer.json()["error"]["details"]
        assert details["query.mispelt"].startswith("no such parameter; this route takes "), (entry.path, answer.text)
        assert details["query.limit"].startswith(("no such parameter", "may be given once")), (entry.path, answer.text)


def schema_of(entry: Entry, document: dict[str, Any]) -> dict[str, Any] | None:
    """The schema of the body that a route takes."""
    operation = document["paths"][entry.path][entry.method.lower()]
    content = operation.get("requestBody", {}).get("content", {})
    return resolved(content["application/json"]["schema"], document) if "application/json" in content else None


def check_refusal(entry: Entry, sent: Any, answer: Any) -> None:
    """A 4xx of ours, with the request's id in body and header."""
    told = f"{entry.method} {entry.path} {sent!r:.80}: {answer.status_code} {answer.text:.200}"
    assert 400 <= answer.status_code < 500, told
    body = answer.json()
    assert body["error"]["code"], told
    assert body["error"]["message"], told
    assert body["request_id"] == answer.headers["x-request-id"], told
