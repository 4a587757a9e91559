"""Assembles the data file: endpoints, objects, errors, limits, webhooks, and each document's hash."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

from tools.contract.markdown import Section, sections
from tools.contract.shapes import shape_of

DOCUMENTS = {"public": "ai-operations-api.md", "internal": "internal-api.md"}

_ENDPOINT = re.compile(r"(GET|POST|PUT|PATCH|DELETE) (/\S+)")
_QUERY = re.compile(r"`(\w+)` \((\w+)\)")
_NAMED = re.compile(r"`([\w.]+)`")
_ERROR = re.compile(r"(\d{3}) .*")
_LIMIT = re.compile(r"(?:\*\*(.+)\*\*: )?(\d+) requests per (minute|hour)(?: per (\w+))?")
_PERIOD_SECONDS = {"minute": 60, "hour": 3600}

Facts = dict[str, Any]


def extract(folder: Path) -> Facts:
    """The facts of both documents in `folder`; raises FileNotFoundError when one is missing."""
    texts = {api: (folder / name).read_bytes() for api, name in DOCUMENTS.items()}
    parsed = {api: sections(text.decode()) for api, text in texts.items()}
    return {
        "documents": {DOCUMENTS[api]: hashlib.sha256(text).hexdigest() for api, text in texts.items()},
        "authentication_headers": _header_names(parsed["internal"], "Authentication", "http"),
        "endpoints": [fact for api, found in parsed.items() for s in found if (fact := _endpoint(api, s))],
        "objects": {
            s.title: shape_of(s.blocks[0].parsed(), path="data")
            for found in parsed.values()
            for s in found
            if s.title.endswith(" Object")
        },
        "errors": [fact for api, found in parsed.items() for s in found if (fact := _error(api, s))],
        "rate_limits": [fact for api, found in parsed.items() for s in found for fact in _limits(api, s)],
        "rate_limit_headers": _header_names(parsed["internal"], "Rate Limiting", ""),
        "webhooks": {api: _webhooks(found) for api, found in parsed.items()},
    }


def _endpoint(api: str, section: Section) -> Facts | None:
    named = next((m for b in section.blocks if (m := _ENDPOINT.fullmatch(b.text.strip()))), None)
    response = section.block("Response")
    if named is None or response is None:
        return None
    request = section.block("Request Body")
    return {
        "name": section.title,
        "api": api,
        "method": named[1],
        "path": named[2],
        "path_parameters": re.findall(r":(\w+)", named[2]),
        "query": {m[1]: m[2] for item in section.lists.get("Query Parameters", []) if (m := _QUERY.match(item))},
        "request": shape_of(request.parsed(), path="request") if request else None,
        "response": shape_of(response.parsed(), path="answer"),
        "supported": {
            label.removeprefix("Supported ").lower(): [m[1] for item in items if (m := _NAMED.match(item))]
            for label, items in section.lists.items()
            if label.startswith("Supported ")
        },
    }


def _error(api: str, section: Section) -> Facts | None:
    status = _ERROR.fullmatch(section.title)
    if status is None or not section.blocks:
        return None
    body = section.blocks[0].parsed()
    return {
        "api": api,
        "status": int(status[1]),
        "code": body["error"]["code"],
        "details": shape_of(body["error"]["details"], path="details"),
    }


def _limits(api: str, section: Section) -> list[Facts]:
    """Limits stand in a list, and the public one in the example of its error."""
    items = [item for found in section.lists.values() for item in found]
    items += [b.parsed()["error"]["details"]["limit"] for b in section.blocks if '"limit": "' in b.text]
    return [
        {
            "api": api,
            "group": m[1],
            "requests": int(m[2]),
            "period_seconds": _PERIOD_SECONDS[m[3]],
            "per": m[4],
        }
        for item in items
        if (m := _LIMIT.fullmatch(item))
    ]


def _header_names(found: list[Section], title: str, language: str) -> list[str]:
    blocks = [b for s in found if s.title == title for b in s.blocks if b.language == language]
    return [line.partition(":")[0] for block in blocks for line in block.text.splitlines() if ":" in line]


def _webhooks(found: list[Section]) -> Facts:
    section = next(s for s in found if s.title == "Webhooks")
    payload = next((b for b in section.blocks if b.language == "json"), None)
    return {
        "events": [m[1] for items in section.lists.values() for item in items if (m := _NAMED.match(item))],
        "payload": shape_of(payload.parsed(), path="webhook") if payload else None,
    }
