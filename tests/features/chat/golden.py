"""Whole answers as files: `HEXAOPS_UPDATE_GOLDEN=1 pytest tests/features/chat` writes them anew."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "golden"
_IDS = re.compile(r"\b(ev|msg|sess|plan|action)_[0-9a-z]{20,}\b")


def steady(data: dict[str, Any]) -> dict[str, Any]:
    """The answer with its random ids numbered in order of appearance, without what is fitted elsewhere."""
    seen: dict[str, str] = {}

    def number(found: re.Match[str]) -> str:
        return seen.setdefault(found[0], f"{found[1]}_{len(seen) + 1}")

    steadied: dict[str, Any] = json.loads(_IDS.sub(number, json.dumps(data)))
    steadied["response"]["metadata"].pop("confidence")
    return steadied


def check(name: str, question: str, data: dict[str, Any]) -> None:
    """Compare an answer with its file."""
    path = FOLDER / f"{name}.json"
    told = {"question": question, "content": data["response"]["content"].splitlines(), "data": steady(data)}
    text = json.dumps(told, indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("HEXAOPS_UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text
