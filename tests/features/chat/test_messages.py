"""Taking messages: what is refused, what is stored, and the answer as an event stream."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Set
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.event import listen
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.features.access.authorize import Authorizer
from hexaops.features.access.caller import Caller
from hexaops.features.access.gate import Gate
from hexaops.features.access.principal import Principal
from hexaops.features.access.request_log import Record
from hexaops.features.audit.reader import AuditReader
from hexaops.features.chat.gathering import Gatherer, Known
from hexaops.features.chat.schemas import ChatRequest, EndRequest
from hexaops.features.chat.service import ChatService
from hexaops.features.chat.sessions import SessionService
from hexaops.features.chat.streaming import ChatStream
from hexaops.features.conversations.errors import SessionEndedError
from hexaops.storage.tables import ChatMessageRow, ChatSessionRow
from tests.contract.documented import error
from tests.contract.matching import matches
from tests.features.applications.world import ChatWorld
from tests.features.chat.proposing import WrittenProposer, rebuild, use
from tests.pages import page

CHAT = "/aiops/chat"
EVENTS = {"Accept": "text/event-stream"}


def parsed(text: str) -> list[tuple[str, dict[str, Any]]]:
    """Events of a stream."""
    found = []
    for block in text.strip().split("\n\n"):
        name, data = block.split("\n")
        assert name.startswith("event: ")
        assert data.startswith("data: ")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


async def stored_messages(world: ChatWorld) -> int:
    async with world.access.context.database.reading() as session:
        return (await session.scalar(select(func.count()).select_from(ChatMessageRow))) or 0


@pytest.mark.parametrize("message", ["", "   ", "\n\t", "\u200b\u200b", "\x00", None])
async def test_an_empty_message_is_refused_as_documented(world: ChatWorld, message: str | None) -> None:
    body = {} if message is None else {"message": message}
    answer = await world.post(CHAT, body)
    assert answer.status_code == 400
    assert answer.json()["error"] == {
        "code": "INVALID_CHAT_MESSAGE",
        "message": "Chat message is invalid or empty",
        "details": {"message": "Message content cannot be empty"},
    }
    assert matches(error(400, "public")["details"], answer.json()["error"]["details"]) == []
    assert (await world.get("/aiops/sessions")).json()["data"] == []


async def test_a_message_of_8000_characters_is_read_and_a_longer_one_refused(world: ChatWorld) -> None:
    assert (await world.post(CHAT, {"message": "a" * 8000})).status_code == 200
    answer = await world.post(CHAT, {"message": "a" * 8001})
    assert answer.status_code == 400
    assert answer.json()["error"]["details"] == {"message": "Message content cannot be longer than 8000 characters"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"message": 5}, "message"),
        ({"message": "hi", "session_id": 7}, "session_id"),
        ({"message": "hi", "context": {"time_range": "-1h"}}, "context.time_range"),
        ({"message": "hi", "context": {"include_metrics": "perhaps"}}, "context.include_metrics"),
        ({"message": "hi", "capabilities": [1]}, "capabilities[0]"),
    ],
)
async def test_a_malformed_body_is_refused(world: ChatWorld, body: dict[str, Any], field: str) -> None:
    answer = await world.post(CHAT, body)
    assert answer.status_code == 422
    assert field in answer.json()["error"]["details"]
    assert await stored_messages(world) == 0


@pytest.mark.parametrize("message", ["\ud800 status", "stat\x00us", "سلام", "💥" * 2000, "{{7*7}} ${jndi:x} %s"])
async def test_any_text_is_stored_and_answered(stored: ChatWorld, message: str) -> None:
    body = json.dumps({"message": message}).encode()
    answer = await stored.access.client.post(
        stored.path + CHAT, content=body, headers={**stored.operator, "Content-Type": "application/json"}
    )
    assert answer.status_code in {200, 422}
    assert await stored_messages(stored) == (2 if answer.status_code == 200 else 0)


async def test_a_session_is_opened_when_none_is_named(stored: ChatWorld) -> None:
    data = await stored.ask("status")
    session = (await stored.get(f"/aiops/sessions/{data['session_id']}")).json()["data"]
    assert (session["name"], session["message_count"]) == ("status", 2)


async def test_concurrent_messages_of_one_session_are_all_kept_in_order(stored: ChatWorld) -> None:
    session_id = (await stored.ask("hello"))["session_id"]
    await asyncio.gather(*(stored.ask("status", session_id=session_id) for _ in range(5)))
    async with stored.access.context.database.reading() as session:
        rows = [*await session.scalars(select(ChatMessageRow).order_by(ChatMessageRow.seq))]
        count = await session.scalar(select(ChatSessionRow.message_count).where(ChatSessionRow.id == session_id))
    assert [row.seq for row in rows] == [*range(1, 13)]
    assert [row.role for row in rows] == ["user", "assistant"] * 6
    assert count == 12


async def test_the_chat_limit_counts_messages(world: ChatWorld) -> None:
    answer = await world.post(CHAT, {"message": "hi"})
    assert answer.headers["x-ratelimit-limit"] == "10000"
    assert answer.headers["x-ratelimit-remaining"] == "9999"


async def test_an_idempotency_key_replays_the_answer(stored: ChatWorld) -> None:
    headers = {**stored.operator, "Idempotency-Key": "one"}
    first = await stored.post(CHAT, {"message": "status"}, headers)
    again = await stored.post(CHAT, {"message": "status"}, headers)
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert await stored_messages(stored) == 2


async def test_an_idempotency_key_replays_a_stream(stored: ChatWorld) -> None:
    headers = {**stored.operator, **EVENTS, "Idempotency-Key": "two"}
    first = await stored.post(CHAT, {"message": "status"}, headers)
    again = await stored.post(CHAT, {"message": "status"}, headers)
    assert again.text == first.text
    assert await stored_messages(stored) == 2


async def test_the_stream_ends_with_the_same_body(stored: ChatWorld) -> None:
    answer = await stored.post(CHAT, {"message": "status"}, {**stored.operator, **EVENTS})
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    told = parsed(answer.text)
    assert [name for name, _ in told[:3]] == ["status", "status", "status"]
    assert told[1][1] == {"stage": "reading", "intent": "status_query"}
    name, final = told[-1]
    assert name == "final"
    text = "".join(data["content"] for kind, data in told if kind == "delta")
    assert text == final["data"]["response"]["content"]
    evidence = [item for kind, data in told if kind == "evidence" for item in data["evidence"]]
    assert evidence == final["data"]["evidence"]
    cited, known = final["data"]["citations"], {item["id"] for item in evidence}
    assert {one for citation in cited for one in citation["evidence"]} == known
    assert all(text.splitlines()[citation["line"]] for citation in cited)
    history = (await stored.get(f"/aiops/sessions/{final['data']['session_id']}/history")).json()["data"]
    assert history["messages"][1]["content"] == text


async def test_a_plan_is_an_event_of_its_own(world: ChatWorld) -> None:
    use(world, WrittenProposer())
    answer = await world.post(CHAT, {"message": "restart web-app"}, {**world.operator, **EVENTS})
    told = parsed(answer.text)
    (plan,) = [data for name, data in told if name == "plan"]
    assert plan == told[-1][1]["data"]["attachments"][0]["data"]


async def test_errors_before_the_stream_are_plain_answers(world: ChatWorld) -> None:
    for body, status in (({"message": " "}, 400), ({"message": "hi", "session_id": "sess_nope"}, 404)):
        answer = await world.post(CHAT, body, {**world.operator, **EVENTS})
        assert answer.status_code == status
        assert answer.headers["content-type"].startswith("application/json")


async def _turn(world: ChatWorld, session_id: str | None = None) -> tuple[Caller, Any]:
    principal = Principal("user", "local:olivia", "olivia")
    granted = await world.access.get(Authorizer).enter(principal, world.workspace_id)
    caller = Caller(principal, granted.workspace, granted.permissions, "req_1", "127.0.0.1", granted.role)
    return caller, await world.access.get(ChatService).open(
        caller, ChatRequest(message="status", session_id=session_id)
    )


async def test_an_error_within_the_stream_is_an_event_with_the_same_body(world: ChatWorld) -> None:
    session_id = (await world.post(CHAT, {"message": "status"})).json()["data"]["session_id"]
    caller, turn = await _turn(world, session_id)
    await world.access.get(SessionService).end(caller, turn.session_id, EndRequest())
    told = parsed(b"".join([part async for part in world.access.get(ChatStream).events(turn, "req_1")]).decode())
    refused = SessionEndedError()
    assert told[-1] == (
        "error",
        {
            "error": {"code": refused.code, "message": refused.message, "details": refused.details},
            "request_id": "req_1",
        },
    )


class BrokenGatherer(Gatherer):
    """Cannot read anything."""

    async def known(self, caller: Caller, capabilities: Set[str]) -> Known:
        raise OSError


async def test_a_message_whose_answer_fails_opens_no_session(world: ChatWorld) -> None:
    rebuild(world, gatherer=BrokenGatherer(**vars(world.access.get(ChatService).gatherer)))
    assert (await world.post(CHAT, {"message": "status"})).status_code == 500
    assert (await world.get("/aiops/sessions")).json()["data"] == []


async def _recorded(world: ChatWorld, after: int) -> list[int]:
    events, _ = await world.access.get(AuditReader).list_events(page())
    return [one.details["status"] for one in reversed(events) if one.action == "request" and one.seq > after]


async def test_a_message_is_recorded_once_together_with_its_answer(stored: ChatWorld) -> None:
    before = (await stored.access.get(AuditReader).head()).seq
    assert (await stored.post(CHAT, {"message": "status"})).status_code == 200
    assert (await stored.post(CHAT, {"message": "status"}, headers={**stored.operator, **EVENTS})).status_code == 200
    assert (await stored.post(CHAT, {"message": ""})).status_code == 400
    assert await _recorded(stored, before) == [200, 200, 400]


class BrokenRecord(Record):
    """Its last transaction fails, at its commit or just after it."""

    at_commit = True

    @asynccontextmanager
    async def last_transaction(self) -> AsyncIterator[AsyncSession]:
        async with super().last_transaction() as session:
            if self.at_commit:
                listen(session.sync_session, "before_commit", _refuse)
            yield session
        raise OSError


class LateBrokenRecord(BrokenRecord):
    """Fails once everything is committed."""

    at_commit = False


def _refuse(_session: object) -> None:
    raise OSError


async def _failed_with(stored: ChatWorld, record_class: type[Record]) -> tuple[int, list[int]]:
    """Messages stored and statuses recorded of one request that this record breaks."""
    before = (await stored.access.get(AuditReader).head()).seq
    stored.access.get(Gate)._log.record_class = record_class
    failed = await stored.post(CHAT, {"message": "status"})
    assert failed.status_code == (503 if record_class is BrokenRecord else 500)  # the database's failure, or ours
    return await stored_messages(stored), await _recorded(stored, before)


async def test_an_answer_that_cannot_be_stored_is_recorded_as_failed(stored: ChatWorld) -> None:
    assert await _failed_with(stored, BrokenRecord) == (0, [503])


async def test_an_answer_that_fails_once_it_is_stored_is_recorded_again(stored: ChatWorld) -> None:
    assert await _failed_with(stored, LateBrokenRecord) == (2, [200, 500])


async def test_a_client_that_goes_away_leaves_a_whole_exchange(stored: ChatWorld) -> None:
    _, turn = await _turn(stored)
    stream = stored.access.get(ChatStream)
    events = stream.events(turn, "req_1")
    assert (await anext(events)).startswith(b"event: status")
    await events.aclose()  # type: ignore[attr-defined]
    await stream.close()
    assert await stored_messages(stored) == 2
