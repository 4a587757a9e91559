"""A table belongs to one feature; other features ask that one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from hexaops import features
from hexaops.storage import tables

FEATURES = Path(features.__path__[0])
SHARED: Mapping[str, set[str]] = {
    "OperationRow": {"runs", "backups", "changes", "incidents"},
    "OperationStepRow": {"runs", "backups", "changes"},
    "IncidentRow": {"incidents", "autopilot"},
    "IncidentEntryRow": {"incidents", "autopilot"},
    "AutomationRow": {"workspaces", "autopilot"},
    "ChatSessionRow": {"chat", "conversations"},
}
"""Autopilot decides under the locks of an incident and of the switch that stops it. Operations are started and
followed in the transaction of what they belong to; sessions are also asked below chat."""
TOUCHES = r"\b(?:select|update|delete|insert|aliased|get|get_one)\(\s*({name})\b|\b({name})[.(]"
"""Reads or writes it; a feature that asks another one may name the row it gets."""


def _users() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {name: set() for name in vars(tables) if name.endswith("Row")}
    for path in FEATURES.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for names in re.findall(TOUCHES.format(name=r"[A-Z]\w*Row"), text):
            for name in {*names} & found.keys():
                found[name].add(path.relative_to(FEATURES).parts[0])
    return found


def test_each_table_has_one_owner() -> None:
    shared = {name: used for name, used in _users().items() if len(used) > 1}
    assert {
        name: used - SHARED.get(name, set()) for name, used in shared.items() if used - SHARED.get(name, set())
    } == {}
    assert SHARED.keys() <= shared.keys(), "a table that is not shared any more needs no exception"
