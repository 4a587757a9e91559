"""`POST /internal/v1/logs/query` as documented, its fence, its pages, its refusals; the same for users."""

from __future__ import annotations

from typing import Any

import pytest

from hexaops.features.logs.cursors import LIFETIME_SECONDS
from hexaops.features.logs.service import KEPT_SECONDS
from tests.features.logs.conftest import RANGE, LogsWorld

DOCUMENTED = {
    "level": "error",
    "message": "Database connection timeout after 30s",
    "component": "api-service",
    "pod": "api-service-7d8c9f5b6-abc12",
    "trace_id": "trace-123456",
    "metadata": {"duration_ms": 30000, "retry_count": 3, "error_code": "connection_timeout"},
}


async def test_the_documented_query_has_the_documented_answer(logs: LogsWorld) -> None:
    await logs.push(
        DOCUMENTED,
        {**DOCUMENTED, "timestamp": "2024-01-20T14:55:00Z", "message": "Database connection timeout after 31s"},
        {"level": "WARN", "component": "database", "message": "connection slow", "timestamp": "2024-01-20T14:00:00Z"},
        {"level": "warning", "component": "database", "message": "error: connection lost", "trace_id": "t"},
        {"level": "info", "component": "api-service", "message": "database error, but only told of"},
        {**DOCUMENTED, "component": "worker"},
        {**DOCUMENTED, "timestamp": "2024-01-20T15:00:00Z"},
    )
    filters = {"workspace_id": logs.own, "log_level": ["error", "warning"], "components": ["api-service", "database"]}
    options: dict[str, Any] = {"limit": 1000, "sort": "timestamp desc", "highlight": True, "aggregate": True}
    answer = await logs.ask("error AND (database OR connection)", filters=filters, **options)
    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    assert data["query_id"].startswith("query-")
    assert data["total_hits"] == 3
    assert data["execution_time_ms"] >= 0
    assert [row["timestamp"] for row in data["logs"]] == [
        "2024-01-20T14:55:00Z", "2024-01-20T14:45:30Z", "2024-01-20T14:45:30Z"
    ]  # fmt: skip
    expected = {**DOCUMENTED, "timestamp": "2024-01-20T14:45:30Z", "workspace_id": logs.own,
                "highlight": [[0, 8], [9, 19]]}  # fmt: skip
    assert data["logs"][2] == expected
    assert data["aggregations"]["by_component"] == {"api-service": 2, "database": 1}
    assert data["aggregations"]["by_level"] == {"error": 2, "warning": 1}
    assert data["aggregations"]["timeline"] == [
        {"timestamp": f"2024-01-20T14:{minute}:00Z", "count": count}
        for minute, count in (("00", 0), ("15", 0), ("30", 0), ("45", 3))
    ]
    assert data["patterns"][0] == {
        "pattern": "Database connection timeout after <*>", "frequency": 2,
        "first_seen": "2024-01-20T14:45:30Z", "last_seen": "2024-01-20T14:55:00Z",
    }  # fmt: skip
    assert data["limits"] == []
    assert data["pagination"] == {"has_more": False, "next_cursor": None}


async def test_what_is_not_asked_for_is_null_with_its_reason(logs: LogsWorld) -> None:
    await logs.push({})
    data = (await logs.ask(aggregate=False)).json()["data"]
    assert (data["aggregations"], data["patterns"], data["logs"][0]["trace_id"]) == (None, None, None)
    assert set(data["reasons"]) == {"aggregations", "patterns", "logs[].trace_id"}
    assert "highlight" not in data["logs"][0]


async def test_without_a_range_it_is_the_last_hour(logs: LogsWorld) -> None:
    await logs.push({"timestamp": "2024-01-20T15:29:59Z", "message": "new"})
    await logs.push({"timestamp": "2024-01-20T14:29:59Z", "message": "old"}, {"timestamp": ..., "message": "now"})
    answer = await logs.access.client.post("/internal/v1/logs/query", json={}, headers=logs.reader)
    assert [row["message"] for row in answer.json()["data"]["logs"]] == ["now", "new"]


@pytest.mark.parametrize("sort", ["timestamp desc", "timestamp asc"])
async def test_pages_hold_every_line_once(logs: LogsWorld, sort: str) -> None:
    await logs.push(*({"message": f"m{number}"} for number in range(5)))
    seen: list[str] = []
    cursor = None
    while True:
        data = (await logs.ask(limit=2, sort=sort, cursor=cursor)).json()["data"]
        assert data["total_hits"] == 5
        seen += [row["message"] for row in data["logs"]]
        cursor = data["pagination"]["next_cursor"]
        if cursor is None:
            break
    expected = [f"m{number}" for number in range(5)]
    assert seen == (expected if sort.endswith("asc") else expected[::-1])


async def test_a_cursor_is_good_for_its_query_its_caller_and_its_time_only(logs: LogsWorld) -> None:
    await logs.push({}, {})
    cursor = (await logs.ask(limit=1)).json()["data"]["pagination"]["next_cursor"]
    stranger = await logs.access.account("logs:read")
    assert (await logs.ask(limit=1, cursor=cursor)).status_code == 200
    changed = cursor[:-1] + ("A" if cursor[-1] != "A" else "B")
    for refused in (
        await logs.ask("hello", limit=1, cursor=cursor),
        await logs.ask(limit=1, cursor=cursor, filters={"workspace_id": logs.own}),
        await logs.ask(limit=1, cursor=cursor, sort="timestamp asc"),
        await logs.ask(limit=1, cursor=cursor, headers=stranger),
        await logs.ask(limit=1, cursor=changed),
        await logs.ask(limit=1, cursor="!"),
        await logs.ask(limit=1, cursor=""),
    ):
        assert refused.status_code == 400, refused.text
        assert refused.json()["error"]["code"] == "INVALID_CURSOR"
    logs.access.clock.advance(LIFETIME_SECONDS + 2)
    assert "expired" in (await logs.ask(limit=1, cursor=cursor)).text


async def test_an_answer_can_be_fetched_again_by_its_caller_for_an_hour(logs: LogsWorld) -> None:
    await logs.push({})
    answer = await logs.ask()
    path = f"/internal/v1/logs/queries/{answer.json()['data']['query_id']}"
    again = await logs.access.client.get(path, headers=logs.reader)
    assert again.json()["data"] == answer.json()["data"]
    stranger = await logs.access.account("logs:read")
    assert (await logs.access.client.get(path, headers=stranger)).status_code == 404
    logs.access.clock.advance(KEPT_SECONDS + 1)
    gone = await logs.access.client.get(path, headers=logs.reader)
    assert gone.json()["error"]["code"] == "LOG_QUERY_NOT_FOUND"


async def test_the_fence_stands_outside_of_the_text(logs: LogsWorld) -> None:
    await logs.push({"message": "own canary"}, {"message": "foreign canary", "workspace_id": logs.other})
    bound = await logs.access.account("logs:read", workspace_ids=[logs.own])
    for text in ("", "canary", "NOT nothing", "foreign OR own", "NOT (own AND foreign)", f'"{logs.other}" OR canary'):
        assert await logs.found(text, headers=bound) == ["own canary"], text
    data = (await logs.ask("foreign", headers=bound)).json()["data"]
    assert (data["total_hits"], data["patterns"], data["aggregations"]["by_level"]) == (0, [], {})
    assert await logs.found("canary") == ["foreign canary", "own canary"]
    assert await logs.found(filters={"workspace_id": logs.other}) == ["foreign canary"]


async def test_a_foreign_workspace_looks_like_an_absent_one(logs: LogsWorld) -> None:
    bound = await logs.access.account("logs:read", workspace_ids=[logs.own])
    foreign = await logs.ask(headers=bound, filters={"workspace_id": logs.other})
    absent = await logs.ask(headers=bound, filters={"workspace_id": "ws-absent"})
    assert foreign.status_code == absent.status_code == 404
    assert foreign.json()["error"] == absent.json()["error"]


async def test_users_query_their_own_workspace(logs: LogsWorld) -> None:
    await logs.push({"message": "own"}, {"message": "foreign", "workspace_id": logs.other})
    viewer = await logs.access.member("vera", "viewer")
    url = f"/api/v1/workspaces/{logs.own}/aiops/logs"
    body: dict[str, Any] = {"query": {"time_range": RANGE}}
    answer = await logs.access.client.post(f"{url}/query", json=body, headers=viewer)
    data = answer.json()["data"]
    assert [row["message"] for row in data["logs"]] == ["own"]
    again = await logs.access.client.get(f"{url}/queries/{data['query_id']}", headers=viewer)
    assert again.json()["data"] == data
    other = await logs.access.member("otto", "viewer")
    assert (await logs.access.client.get(f"{url}/queries/{data['query_id']}", headers=other)).status_code == 404
    body["query"]["filters"] = {"workspace_id": logs.other}
    assert (await logs.access.client.post(f"{url}/query", json=body, headers=viewer)).status_code == 404


REFUSED: list[tuple[dict[str, Any], int, str]] = [
    ({"query": {"text": "error AND"}}, 400, "position"),
    ({"query": {"text": 5}}, 422, "query.text"),
    ({"query": {"text": "a", "tex": "b"}}, 422, "query.tex"),
    ({"query": {"filters": {"log_level": ["loud"]}}}, 422, "query.filters.log_level[0]"),
    ({"query": {"filters": {"level": ["error"]}}}, 422, "query.filters.level"),
    ({"query": {"time_range": {"start": RANGE["end"], "end": RANGE["start"]}}}, 422, "query.time_range"),
    ({"query": {"time_range": {"start": "2024-01-20T14:00:00", "end": RANGE["end"]}}}, 422, "query.time_range.start"),
    ({"query": {"time_range": {"start": 1705759200, "end": RANGE["end"]}}}, 422, "query.time_range.start"),
    ({"query": {"time_range": {"start": "1705759200", "end": RANGE["end"]}}}, 422, "query.time_range.start"),
    ({"query": {"time_range": {"start": "2023-12-01T00:00:00Z", "end": RANGE["end"]}}}, 422, "query.time_range"),
    ({"options": {"limit": 1001}}, 422, "options.limit"),
    ({"options": {"sort": "level"}}, 422, "options.sort"),
]


@pytest.mark.parametrize(("body", "status", "named"), REFUSED)
async def test_bad_input_is_refused_by_name(logs: LogsWorld, body: dict[str, Any], status: int, named: str) -> None:
    answer = await logs.access.client.post("/internal/v1/logs/query", json=body, headers=logs.reader)
    assert answer.status_code == status, answer.text
    assert named in answer.json()["error"]["details"]
