"""The extractor reads facts out of a document, and says when the data file is out of date."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.contract.__main__ import main
from tools.contract.facts import DOCUMENTS, extract
from tools.contract.formats import FORMATS, is_format
from tools.contract.shapes import shape_of

PUBLIC = """# Title

## Thing Object

```json
{"id": "app-1", "created_at": "2024-01-20T15:00:00Z"}
```

### Get Thing
Words that are no fact.

```http
GET /api/v1/things/:thingId
```

**Query Parameters:**
- `limit` (integer) - How many

**Response:**
```json
{"data": {"count": 3, "labels": {"a": "b"}}}
```

### 429 Too Many
```json
{"error": {"code": "SLOW_DOWN", "message": "m", "details": {"limit": "100 requests per hour"}}}
```

## Webhooks
- `thing.done`

Example webhook payload:
```json
{"event": "thing.done"}
```
"""
INTERNAL = """# Internal

## Authentication

```http
Authorization: Bearer <token>
X-Service-Account: <id>
```

## Do Thing

```http
POST /internal/v1/do
```

**Request Body:**
```json
{"operation": "clean_up"}
```

**Supported Operations:**
- `clean_up` - words

**Response:**
```json
{"data": {"status": "running"}}
```

## Rate Limiting
- **Things**: 50 requests per minute per workspace

Rate limit headers:
```
X-RateLimit-Limit: 100
```

## Webhooks
- `internal.done`
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / DOCUMENTS["public"]).write_text(PUBLIC, encoding="utf-8")
    (tmp_path / DOCUMENTS["internal"]).write_text(INTERNAL, encoding="utf-8")
    return tmp_path


def test_facts(folder: Path) -> None:
    facts = extract(folder)
    get, do = facts["endpoints"]
    assert (get["api"], get["method"], get["path"]) == ("public", "GET", "/api/v1/things/:thingId")
    assert get["path_parameters"] == ["thingId"]
    assert get["query"] == {"limit": "integer"}
    assert get["response"]["keys"]["data"]["keys"] == {
        "count": {"type": "integer"},
        "labels": {"type": "map", "values": {"type": "string", "format": "plain"}},
    }
    assert do["supported"] == {"operations": ["clean_up"]}
    assert do["request"]["keys"]["operation"] == {"type": "string", "format": "word", "values": ["clean_up"]}
    assert facts["objects"]["Thing Object"]["keys"]["id"] == {"type": "string", "format": "id", "prefix": "app-"}
    assert [(e["status"], e["code"]) for e in facts["errors"]] == [(429, "SLOW_DOWN")]
    assert facts["authentication_headers"] == ["Authorization", "X-Service-Account"]
    assert facts["rate_limit_headers"] == ["X-RateLimit-Limit"]
    assert [(x["group"], x["requests"], x["period_seconds"], x["per"]) for x in facts["rate_limits"]] == [
        (None, 100, 3600, None),
        ("Things", 50, 60, "workspace"),
    ]
    assert facts["webhooks"]["public"]["events"] == ["thing.done"]
    assert facts["webhooks"]["internal"]["payload"] is None


def test_no_prose_is_taken(folder: Path) -> None:
    text = json.dumps(extract(folder))
    assert "Words that are no fact" not in text
    assert "How many" not in text


def test_check_finds_a_changed_document(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data_file = folder / "contract.json"
    command = ["extract", str(folder), "--data-file", str(data_file)]
    assert main([*command, "--check"]) == 1
    assert main(command) == 0
    assert main([*command, "--check"]) == 0
    before = data_file.read_bytes()
    document = folder / DOCUMENTS["public"]
    document.write_text(PUBLIC.replace('"count"', '"total"'), encoding="utf-8")
    assert main([*command, "--check"]) == 1
    assert "out of date" in capsys.readouterr().out
    assert data_file.read_bytes() == before


def test_a_missing_folder_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extract", str(tmp_path / "none"), "--check"]) == 0
    assert "skipped" in capsys.readouterr().out
    assert main(["extract", str(tmp_path / "none")]) == 2


@pytest.mark.parametrize(
    ("key", "value", "kind"),
    [
        ("created_at", "2024-01-20T15:00:00Z", "time"),
        ("uptime", "15d 4h 23m", "duration"),
        ("age", "2d5h", "duration"),
        ("cpu", "100m", "quantity"),
        ("memory", "14.5Gi", "quantity"),
        ("replicas", "3/3", "fraction"),
        ("status", "in_progress", "word"),
        ("estimated_savings", "$45/month", "money"),
        ("required_permission", "workspace:admin", "scope"),
        ("content", "performance", "plain"),
        ("type", "ClusterIP", "plain"),
        ("session_id", "sess_global_123", "id"),
    ],
)
def test_kinds_of_strings(key: str, value: str, kind: str) -> None:
    shape = shape_of({key: value}, path="answer")["keys"][key]
    assert shape["format"] == kind
    assert is_format(value, kind)
    assert kind in FORMATS
