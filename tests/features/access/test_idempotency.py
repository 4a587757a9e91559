"""`Idempotency-Key` through HTTP: done once, replayed, refused, and what a kill leaves behind."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response, StreamingResponse
from sqlalchemy import func, select, update
from starlette.exceptions import HTTPException

from hexaops.errors import ConflictError, HexaopsError, UpstreamUnavailableError
from hexaops.features.access.caller import Caller
from hexaops.features.access.idempotency import (
    LARGEST_ANSWER_BYTES,
    IdempotencyOutcomeUnknownError,
    IdempotencyService,
    _digest,
)
from hexaops.features.access.idempotency_store import ClaimMarker, IdempotencyStore
from hexaops.features.access.principal import Principal
from hexaops.features.workspaces.service import WorkspaceService
from hexaops.storage.database import DatabaseUnavailableError
from hexaops.storage.tables import IdempotencyRow, WorkspaceRow
from tests.serving import START, AccessWorld, access_world

PATH = "/internal/v1/workspaces"
BODY = {"name": "Team", "namespaces": ["team"], "expect_missing": True}
MANY = {"rate_limit_workspace": "100000/minute"}


async def _post(access: AccessWorld, key: str | None = "k-1", body: Any = BODY, **headers: str) -> httpx2.Response:
    sent = {**access.administrator, **({"Idempotency-Key": key} if key is not None else {}), **headers}
    return await access.client.post(PATH, json=body, headers=sent)


async def _made(access: AccessWorld) -> int:
    async with access.context.database.reading() as session:
        return int(await session.scalar(select(func.count()).where(~WorkspaceRow.is_default)) or 0)


async def _set_row(access: AccessWorld, **values: Any) -> None:
    async with access.context.database.transaction() as session:
        await session.execute(update(IdempotencyRow).values(**values))


async def test_the_same_request_is_done_once_and_replayed(access: AccessWorld) -> None:
    first, second = await _post(access), await _post(access)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    assert second.headers["content-type"] == first.headers["content-type"]
    assert second.headers["x-request-id"] != first.headers["x-request-id"]
    assert await _made(access) == 1


async def test_a_stored_answer_survives_a_restart(database_url: str, tmp_path: Path) -> None:
    async with access_world(database_url, tmp_path) as before:
        first = await _post(before)
        administrator = before.administrator
    async with access_world(database_url, tmp_path) as after:
        after.administrator = administrator
        assert (await _post(after)).content == first.content
        assert await _made(after) == 1


async def test_another_body_or_route_is_refused(access: AccessWorld) -> None:
    await _post(access)
    for answer in (
        await _post(access, body={**BODY, "name": "Another"}),
        await access.client.post(
            "/internal/v1/service-accounts",
            json={"name": "robot", "scopes": ["workspace:read"]},
            headers={**access.administrator, "Idempotency-Key": "k-1"},
        ),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert await _made(access) == 1


async def test_a_key_is_its_caller_s_own(access: AccessWorld) -> None:
    other = await access.account("system:admin")
    await _post(access)
    answer = await access.client.post(
        PATH,
        json={"name": "Other", "namespaces": ["other"], "expect_missing": True},
        headers={**other, "Idempotency-Key": "k-1"},
    )
    assert answer.status_code == 201
    assert await _made(access) == 2


async def test_twins_at_the_same_time_take_effect_once(access: AccessWorld) -> None:
    answers = await asyncio.gather(*(_post(access) for _ in range(20)))
    statuses = {answer.status_code for answer in answers}
    assert 201 in statuses
    assert statuses <= {201, 409}
    assert {one.json()["error"]["code"] for one in answers if one.status_code == 409} <= {"IDEMPOTENCY_KEY_IN_PROGRESS"}
    assert await _made(access) == 1
    assert (await _post(access)).headers["idempotent-replayed"] == "true"


async def _twins(database_url: str, home: Path, keys: int, twins: int) -> None:
    """Neither process sends heartbeats here, so each takes the other for dead: the fence alone must hold."""
    async with access_world(database_url, home, MANY) as one, access_world(database_url, home, MANY) as other:
        other.administrator = one.administrator
        for number in range(keys):
            body = {"name": "Team", "namespaces": [f"team-{number}"], "expect_missing": True}
            calls = [_post(world, f"k-{number}", body) for world in (one, other) * (twins // 2)]
            statuses = [answer.status_code for answer in await asyncio.gather(*calls)]
            assert set(statuses) <= {201, 409}
            assert await _made(one) == number + 1


async def test_twins_at_two_processes_take_effect_once(database_url: str, tmp_path: Path) -> None:
    await _twins(database_url, tmp_path, 10, 8)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # a file is served by one process
async def test_ten_thousand_twins_take_effect_once_each(database_url: str, tmp_path: Path) -> None:
    await _twins(database_url, tmp_path, 200, 50)


async def test_a_refused_request_gives_its_key_back(access: AccessWorld) -> None:
    await access.workspace("First", "team")
    assert (await _post(access)).json()["error"]["code"] == "NAMESPACE_TAKEN"
    assert (await _post(access, body={"name": "Team"})).status_code == 422
    assert (await _post(access, body={**BODY, "namespaces": ["free"]})).status_code == 201


@pytest.mark.parametrize("key", ["", " ", "two words", "é", "x" * 256, "tab\there"])
async def test_a_key_that_is_none(access: AccessWorld, key: str) -> None:
    answer = await access.client.post(
        PATH,
        json=BODY,
        headers=httpx2.Headers([*access.administrator.items(), ("Idempotency-Key", key)], encoding="utf-8"),
    )
    assert (answer.status_code, answer.json()["error"]["details"]) == (
        422,
        {"Idempotency-Key": "1 to 255 visible ASCII characters"},
    )
    assert await _made(access) == 0


async def test_a_day_later_the_key_is_free(access: AccessWorld) -> None:
    await _post(access)
    access.clock.advance(86_401)
    answer = await _post(access, body={**BODY, "namespaces": ["later"]})
    assert answer.status_code == 201
    assert await _made(access) == 2
    access.clock.advance(86_401)
    assert await access.get(IdempotencyStore).purge() == 1


async def test_a_secret_is_not_readable_in_a_stored_answer(access: AccessWorld) -> None:
    headers = {**access.administrator, "Idempotency-Key": "k-1"}
    body = {"name": "robot", "scopes": ["workspace:read"]}
    path = "/internal/v1/service-accounts"
    first, second = [await access.client.post(path, json=body, headers=headers) for _ in range(2)]
    assert first.content == second.content
    async with access.context.database.reading() as session:
        stored = (await session.scalars(select(IdempotencyRow.body))).one()
    assert stored is not None
    assert first.json()["data"]["token"]["token"].encode() not in stored
    assert b"service_account" not in stored


async def test_a_claim_of_a_dead_process_that_did_nothing_is_taken_over(access: AccessWorld) -> None:
    await _post(access)
    await access.client.delete(f"{PATH}/{(await _post(access)).json()['data']['id']}", headers=access.administrator)
    await _set_row(access, state="claimed", executor_id="exec_dead", body=None)
    assert (await _post(access, body={**BODY, "name": "Another"})).status_code == 422
    again = await _post(access)
    assert again.status_code == 201
    assert "idempotent-replayed" not in again.headers
    assert await _made(access) == 1


async def test_a_claim_of_a_dead_process_that_took_effect_is_not_done_again(access: AccessWorld) -> None:
    await _post(access)
    await _set_row(access, state="effective", executor_id="exec_dead", body=None)
    for _ in range(2):
        answer = await _post(access)
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "IDEMPOTENCY_OUTCOME_UNKNOWN")
    assert await _made(access) == 1
    access.clock.advance(86_401)
    assert (await _post(access, body={**BODY, "namespaces": ["later"]})).status_code == 201


class Direct:
    """The service with handlers of the test's own."""

    def __init__(self, access: AccessWorld) -> None:
        self.access = access
        self.claims = access.get(IdempotencyStore)
        self.service = IdempotencyService(self.claims)
        self.caller = Caller(Principal("user", "alice", "Alice"), None, frozenset(), "req", "127.0.0.1")

    async def run(self, handler: Any, *, repeatable: bool | None = None) -> Response:
        """One request with the key, handled so."""
        scope = {"type": "http", "method": "POST", "path": "/x", "query_string": b"", "server": ("test", 80),
                 "scheme": "http", "headers": [(b"idempotency-key", b"k-1")]}  # fmt: skip

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"{}", "more_body": False}

        again = None if repeatable is None else lambda body: repeatable and body == b"{}"
        return await self.service.run(Request(scope, receive), self.caller, handler, again)

    async def effect(self) -> None:
        """Something that commits."""
        workspaces = self.access.get(WorkspaceService)
        await workspaces.put_member(self.access.workspace_id, "somebody", "viewer", caller=None)

    async def state(self) -> str | None:
        """Of the one row."""
        async with self.access.context.database.reading() as session:
            return await session.scalar(select(IdempotencyRow.state))


@pytest.fixture
def direct(access: AccessWorld) -> Direct:
    return Direct(access)


async def test_an_effect_and_its_mark_commit_together(direct: Direct) -> None:
    states = []

    async def handler(_request: Request) -> Response:
        states.append(await direct.state())
        await direct.effect()
        states.append(await direct.state())
        return Response(b"{}", 200)

    await direct.run(handler)
    states.append(await direct.state())
    assert states == ["claimed", "effective", "answered"]


async def test_a_failure_after_an_effect_keeps_the_key(direct: Direct) -> None:
    async def handler(_request: Request) -> Response:
        await direct.effect()
        raise UpstreamUnavailableError("the cluster went away")

    with pytest.raises(UpstreamUnavailableError):
        await direct.run(handler)
    with pytest.raises(IdempotencyOutcomeUnknownError):
        await direct.run(handler)


@pytest.mark.parametrize("error", [UpstreamUnavailableError("away"), ConflictError("no"), RuntimeError("bug")])
async def test_a_failure_before_any_effect_gives_the_key_back(direct: Direct, error: Exception) -> None:
    async def failing(_request: Request) -> Response:
        raise error

    with pytest.raises(type(error)):
        await direct.run(failing)
    assert await direct.state() is None


@pytest.mark.parametrize(("status", "state"), [(204, "answered"), (399, "answered"), (400, None), (503, None)])
async def test_only_a_success_is_kept(direct: Direct, status: int, state: str | None) -> None:
    async def handler(_request: Request) -> Response:
        return Response(b"", status)

    assert (await direct.run(handler)).status_code == status
    assert await direct.state() == state
    assert direct.access.get(ClaimMarker).working == set()


class RefusedError(HexaopsError):
    """An error of any status."""

    def __init__(self, status: int) -> None:
        super().__init__("no")
        self.status = status


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (RefusedError(409), None), (RefusedError(499), None), (RefusedError(500), "effective"),
        (RefusedError(503), "effective"),
        (RequestValidationError([]), None), (HTTPException(404), None), (RuntimeError("bug"), "effective"),
    ],
)  # fmt: skip
async def test_an_error_after_an_effect(direct: Direct, error: Exception, state: str | None) -> None:
    """A refusal says that nothing was done; any other error leaves it open."""

    async def handler(_request: Request) -> Response:
        await direct.effect()
        raise error

    with pytest.raises(type(error)):
        await direct.run(handler)
    assert await direct.state() == state
    assert direct.access.get(ClaimMarker).working == set()


async def test_an_effect_that_is_done_again_under_an_open_key(direct: Direct) -> None:
    """Only where doing it again is the same, and only once the process that did it is gone."""
    calls: list[bool] = []

    async def handler(_request: Request) -> Response:
        calls.append(True)
        if len(calls) == 1:
            await direct.effect()
            raise RuntimeError("bug")
        with pytest.raises(ConflictError, match="in progress"):
            await direct.run(handler, repeatable=True)
        return Response(b"again", 200)

    with pytest.raises(RuntimeError):
        await direct.run(handler)
    with pytest.raises(IdempotencyOutcomeUnknownError):
        await direct.run(handler, repeatable=False)
    assert (await direct.run(handler, repeatable=True)).body == b"again"
    assert (await direct.run(handler, repeatable=True)).headers["idempotent-replayed"] == "true"
    assert len(calls) == 2


async def test_a_replay_leaves_no_claim_behind(direct: Direct) -> None:
    async def handler(_request: Request) -> Response:
        return Response(b"\xff{}", 201, media_type="application/x-own")

    first, second = await direct.run(handler), await direct.run(handler)
    assert "idempotent-replayed" not in first.headers
    assert (second.status_code, second.body, second.media_type or second.headers["content-type"]) == (
        201, b"\xff{}", "application/x-own",
    )  # fmt: skip
    assert direct.access.get(ClaimMarker).working == set()


async def test_an_answer_of_no_type_is_json(direct: Direct) -> None:
    async def handler(_request: Request) -> Response:
        return Response(b"{}")

    await direct.run(handler)
    assert (await direct.run(handler)).headers["content-type"] == "application/json"


class Unanswering:
    """A store whose answers are lost."""

    def __init__(self, claims: IdempotencyStore) -> None:
        self._claims = claims

    def __getattr__(self, name: str) -> Any:
        return getattr(self._claims, name)

    async def answer(self, _claim: Any, _answer: Any) -> None:
        """The database is away."""
        raise DatabaseUnavailableError("away")


@pytest.mark.parametrize("effective", [True, False])
async def test_what_took_effect_is_answered_even_if_it_cannot_be_kept(direct: Direct, effective: bool) -> None:
    direct.service = IdempotencyService(cast(Any, Unanswering(direct.claims)))

    async def handler(_request: Request) -> Response:
        if effective:
            await direct.effect()
        return Response(b"done", 200)

    if effective:
        assert (await direct.run(handler)).body == b"done"
    else:
        with pytest.raises(DatabaseUnavailableError):
            await direct.run(handler)
    assert direct.access.get(ClaimMarker).working == set()


@pytest.mark.parametrize(("beyond", "kept"), [(0, True), (1, False)])
async def test_a_stream_is_kept_up_to_a_size(direct: Direct, beyond: int, kept: bool) -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b"x" * (LARGEST_ANSWER_BYTES - 1)
        yield b"y" * (1 + beyond)

    async def handler(_request: Request) -> Response:
        await direct.effect()
        return StreamingResponse(parts(), media_type="text/plain")

    first = await direct.run(handler)
    assert isinstance(first, StreamingResponse)
    sent = b"".join([part if isinstance(part, bytes) else b"?" async for part in first.body_iterator])
    assert len(sent) == LARGEST_ANSWER_BYTES + beyond
    if kept:
        assert (await direct.run(handler)).body == sent
    else:
        with pytest.raises(IdempotencyOutcomeUnknownError):
            await direct.run(handler)


async def test_a_failed_stream_is_not_kept(direct: Direct) -> None:
    async def handler(_request: Request) -> Response:
        async def parts() -> AsyncIterator[str]:
            yield "no"

        return StreamingResponse(parts(), status_code=400)

    await direct.run(handler)
    assert await direct.state() is None


def test_a_key_and_a_request_are_told_apart_by_every_part() -> None:
    assert len({_digest("ab", "c"), _digest("a", "bc"), _digest("abc"), _digest(b"ab", "d")}) == 4
    assert _digest("ab", b"c") == hashlib.sha256(b"2:ab1:c").hexdigest()


async def test_a_stalled_process_whose_claim_was_taken_over_commits_nothing(direct: Direct) -> None:
    database = direct.access.context.database

    async def stolen(_request: Request) -> Response:
        database.before_commit = None  # as the other process's own transaction
        await _set_row(direct.access, claim_id="claim_of_another", executor_id="exec_other")
        database.before_commit = direct.access.get(ClaimMarker).mark
        await direct.effect()
        return Response(b"{}", 200)

    with pytest.raises(ConflictError):
        await direct.run(stolen)
    members = await direct.access.get(WorkspaceService).list_members(direct.access.workspace_id)
    assert members == []


async def test_a_streamed_answer_is_replayed_whole(direct: Direct) -> None:
    async def parts() -> AsyncIterator[str]:
        yield "event: delta\n"
        await direct.effect()
        yield "event: final\n"

    async def handler(_request: Request) -> Response:
        return StreamingResponse(parts(), media_type="text/event-stream")

    first = await direct.run(handler)
    assert isinstance(first, StreamingResponse)
    with pytest.raises(ConflictError):
        await direct.run(handler)
    body = b"".join([part if isinstance(part, bytes) else b"?" async for part in first.body_iterator])
    second = await direct.run(handler)
    assert (second.body, second.headers["content-type"]) == (body, "text/event-stream; charset=utf-8")


async def test_a_stream_that_is_broken_off_does_not_hold_its_key(direct: Direct) -> None:
    async def parts() -> AsyncIterator[str]:
        yield "one"
        yield "two"

    async def handler(_request: Request) -> Response:
        return StreamingResponse(parts())

    first = await direct.run(handler)
    assert isinstance(first, StreamingResponse)
    iterator = first.body_iterator
    async for _ in iterator:
        break
    assert isinstance(iterator, AsyncGenerator)
    await iterator.aclose()
    assert isinstance(await direct.run(handler), StreamingResponse)


async def test_expired_keys_are_deleted_every_hour(access: AccessWorld) -> None:
    await _post(access)
    [job] = [job for job in access.context.background.jobs if job.name == "idempotency-purge"]
    upkeep = asyncio.create_task(job.repeat(access.clock))
    direct = Direct(access)
    async with asyncio.timeout(30):
        while await direct.state() is not None:
            access.clock.advance(3600)
            await asyncio.sleep(0)
        # Cancelled in the middle of a statement, it would leave the driver's thread behind.
        while not access.clock._sleepers:  # noqa: ASYNC110 # nothing tells that a task has begun to sleep
            await asyncio.sleep(0)
    upkeep.cancel()
    await asyncio.gather(upkeep, return_exceptions=True)
    assert access.clock.now() >= START + timedelta(hours=24)
