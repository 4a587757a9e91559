"""The data files beside this module: the documents' facts, what is still to come, what may be null."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def _load(name: str) -> Any:
    return json.loads((HERE / name).read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Endpoint:
    """One documented endpoint."""

    api: str
    method: str
    path: str
    query: dict[str, str]
    request: dict[str, Any] | None
    response: dict[str, Any]

    @property
    def name(self) -> str:
        """`METHOD path`, as the other data files name it."""
        return f"{self.method} {self.path}"


CONTRACT: dict[str, Any] = _load("contract.json")
ENDPOINTS = [
    Endpoint(e["api"], e["method"], e["path"], e["query"], e["request"], e["response"]) for e in CONTRACT["endpoints"]
]
NULLS: dict[str, dict[str, list[str]]] = _load("nulls.json")


def error(status: int, api: str) -> dict[str, Any]:
    """The documented error of a status."""
    found: dict[str, Any] = next(e for e in CONTRACT["errors"] if e["status"] == status and e["api"] == api)
    return found
