"""Lines that others push: each format, what is refused by number, what is cleaned, whose workspace it is."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from tests.features.logs.conftest import NOON, PUSHES, LogsWorld
from tests.features.logs.formats.test_protobuf import OTLP, literal, loki

NANOSECONDS = "1705761930123456789"
"""2024-01-20T14:45:30.123456789Z."""


async def test_lines_are_stored_and_those_that_are_refused_are_listed(logs: LogsWorld) -> None:
    good = {"timestamp": NOON, "workspace_id": logs.own, "message": "kept"}
    lines = [
        json.dumps(good), "", "{", "[]", json.dumps({**good, "message": 5}), json.dumps({**good, "level": "loud"}),
        json.dumps({**good, "timestamp": "yesterday"}), json.dumps({**good, "timestamp": "2024-01-20T14:00:00"}),
        json.dumps({**good, "timestamp": "2020-01-01T00:00:00Z"}), json.dumps({**good, "workspace_id": "ws-absent"}),
        json.dumps({**good, "metadata": []}), json.dumps({**good, "pod": 1}), json.dumps({**good, "message": "kept 2"}),
        json.dumps({**good, "timestamp": "2024-01-20T18:00:00Z"}),
    ]  # fmt: skip
    answer = await logs.send("push", "\n".join(lines).encode(), "application/x-ndjson")
    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    assert (data["accepted"], data["refused"]) == (2, 11)
    assert [error["line"] for error in data["errors"]] == [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14]
    reasons = {error["line"]: error["reason"] for error in data["errors"]}
    assert [reasons[number].split(":")[0] for number in (5, 6, 7, 10, 11, 12, 14)] == [
        "message", "level", "timestamp", "workspace_id", "metadata", "pod", "timestamp"
    ]  # fmt: skip
    assert await logs.found("kept") == ["kept 2", "kept"]


async def test_the_same_body_is_stored_once(logs: LogsWorld) -> None:
    for _ in range(2):
        assert (await logs.push({"message": "once"})).json()["data"]["accepted"] == 1
    assert await logs.found() == ["once"]


async def test_levels_are_normalised_and_further_fields_become_metadata(logs: LogsWorld) -> None:
    await logs.push({"level": "FATAL", "caller": "main.go:7", "metadata": {"n": 1}}, {"message": "plain", "level": ...})
    data = (await logs.ask(sort="timestamp asc")).json()["data"]
    assert [row["level"] for row in data["logs"]] == ["error", "unknown"]
    assert data["logs"][0]["metadata"] == {"caller": "main.go:7", "n": 1}


async def test_secrets_and_escapes_are_gone_before_anything_is_stored(logs: LogsWorld) -> None:
    await logs.push(
        {"message": "login password=hunter2secret \x1b[31mred\x1b[0m \u202eevil\n\tat main"},
        {"message": "b", "metadata": {"api_key": "abcdef123456", "note": "token=abcdef123456"}},
    )
    answer = await logs.ask(sort="timestamp asc")
    assert "hunter2secret" not in answer.text
    assert "abcdef123456" not in answer.text
    assert answer.json()["data"]["logs"][0]["message"] == "login password=[redacted] red evil\n\tat main"
    assert await logs.found("hunter2secret") == []
    folder = logs.access.context.settings.home_folder() / "logs"
    assert not [file for file in folder.rglob("*") if file.is_file() and b"hunter2secret" in file.read_bytes()]


async def test_an_account_of_one_workspace_need_not_name_it(logs: LogsWorld) -> None:
    bound = await logs.access.account("logs:push:json", workspace_ids=[logs.other])
    answer = await logs.push({"workspace_id": ..., "message": "mine"}, {"workspace_id": logs.own}, headers=bound)
    assert (answer.json()["data"]["accepted"], answer.json()["data"]["refused"]) == (1, 1)
    assert await logs.found(filters={"workspace_id": logs.other}) == ["mine"]
    unbound = await logs.push({"workspace_id": ...})
    assert "workspace_id" in unbound.json()["data"]["errors"][0]["reason"]


def record(message: Any, **more: Any) -> dict[str, Any]:
    """An OTLP record."""
    return {"timeUnixNano": NANOSECONDS, "body": message, **more}


async def test_otlp_records_are_taken(logs: LogsWorld) -> None:
    attributes = [
        {"key": "service.name", "value": {"stringValue": "api-service"}},
        {"key": "k8s.pod.name", "value": {"stringValue": "api-1"}},
        {"key": "hexaops.workspace_id", "value": {"stringValue": logs.own}},
        {"key": "k8s.namespace.name", "value": {"stringValue": "prod"}},
    ]
    records = [
        record({"stringValue": "hello"}, severityNumber=13, traceId="ab" * 16,
               attributes=[{"key": "retry", "value": {"intValue": "3"}}]),
        record({"kvlistValue": {"values": [{"key": "a", "value": {"arrayValue": {"values": [{"boolValue": True}]}}}]}},
               severityText="Error"),
        record(None),
        {"body": {"stringValue": "bad"}, "timeUnixNano": "x"},
    ]  # fmt: skip
    body = {"resourceLogs": [{"resource": {"attributes": attributes}, "scopeLogs": [{"logRecords": records}]}]}
    answer = await logs.send("otlp/v1/logs", json.dumps(body).encode())
    assert answer.status_code == 200, answer.text
    assert [error["line"] for error in answer.json()["data"]["errors"]] == [3, 4]
    first, second = (await logs.ask(sort="timestamp asc")).json()["data"]["logs"]
    assert first == {
        "timestamp": "2024-01-20T14:45:30.123456Z", "level": "warning", "message": "hello", "component": "api-service",
        "pod": "api-1", "workspace_id": logs.own, "trace_id": "ab" * 16,
        "metadata": {"k8s.namespace.name": "prod", "retry": 3},
    }  # fmt: skip
    assert (second["message"], second["level"]) == ('{"a":[true]}', "error")


async def test_loki_streams_are_taken(logs: LogsWorld) -> None:
    labels = {"app": "api-service", "pod": "api-1", "level": "error", "workspace_id": logs.own, "namespace": "prod"}
    values = [[NANOSECONDS, "hello"], [NANOSECONDS, "again", {"trace_id": "t1"}], ["x", "bad"], ["1"]]
    body = json.dumps({"streams": [{"stream": labels, "values": values}]}).encode()
    answer = await logs.send("loki/api/v1/push", gzip.compress(body), encoding="gzip")
    assert answer.status_code == 200, answer.text
    assert [error["line"] for error in answer.json()["data"]["errors"]] == [3, 4]
    first, second = (await logs.ask(sort="timestamp asc")).json()["data"]["logs"]
    assert (first["component"], first["level"], first["metadata"]) == ("api-service", "error", {"namespace": "prod"})
    assert (second["trace_id"], second["message"]) == ("t1", "again")


async def test_protocol_buffers_are_taken(logs: LogsWorld) -> None:
    protobuf = "application/x-protobuf"
    bound = await logs.access.account(*PUSHES, workspace_ids=[logs.own])
    body = loki('{app="web", level="error"}', (1_705_761_930, 0, "by loki"))
    for encoding in ("snappy", ""):
        sent = await logs.send("loki/api/v1/push", literal(body), protobuf, headers=bound, encoding=encoding)
        assert sent.status_code == 200, sent.text
        assert sent.json()["data"]["accepted"] == 1, sent.text
    sent = await logs.send("otlp/v1/logs", gzip.compress(OTLP), protobuf, encoding="gzip")
    assert [error["line"] for error in sent.json()["data"]["errors"]] == [1, 2]  # no workspace has the id WS
    assert await logs.found() == ["by loki"]
    for path, content in (("otlp/v1/logs", b"\xff"), ("loki/api/v1/push", b"\xff\xff"), ("loki/api/v1/push", body)):
        refused = await logs.send(path, content, protobuf, encoding="")
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, "UNREADABLE_LOG_LINES")


@pytest.mark.parametrize(
    ("path", "body", "encoding", "code"),
    [
        ("otlp/v1/logs", b"{", "identity", "UNREADABLE_LOG_LINES"),
        ("loki/api/v1/push", b"[]", "identity", "UNREADABLE_LOG_LINES"),
        ("push", b"x", "gzip", "UNREADABLE_LOG_LINES"),
        ("push", b"x", "br", "UNREADABLE_LOG_LINES"),
        ("push", gzip.compress(b" " * 9_000_000), "gzip", "CONTENT_TOO_LARGE"),
        ("push", b"1\n" * 20_001, "identity", "UNREADABLE_LOG_LINES"),
    ],
    ids=["unended", "no streams", "no gzip", "unknown encoding", "too large", "too many lines"],
)
async def test_a_body_that_cannot_be_read_is_refused(
    logs: LogsWorld, path: str, body: bytes, encoding: str, code: str
) -> None:
    answer = await logs.send(path, body, encoding=encoding)
    assert answer.status_code in {400, 413}, answer.text
    assert answer.json()["error"]["code"] == code


PATHS = {"push": "logs:push:json", "otlp/v1/logs": "logs:push:otlp", "loki/api/v1/push": "logs:push:loki"}


@pytest.mark.parametrize("path", PATHS)
async def test_each_form_needs_a_scope_of_its_own(logs: LogsWorld, path: str) -> None:
    others = await logs.access.account("logs:read", *(scope for scope in PUSHES if scope != PATHS[path]))
    answer = await logs.send(path, b"{}", headers=others)
    assert answer.status_code == 403
    assert answer.json()["error"]["details"]["required_permission"] == PATHS[path]
