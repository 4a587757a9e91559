"""A table belongs to one feature; other features ask that one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from hexaops import features
from hexaops.storage import tables

FEATURES = Path(features.__path__[0])
SHARED: Mapping[str, set[str]] = {
    "OperationRow": {"runs", "actions", "backups", "changes", "incidents", "operations", "alerts"},
    "OperationStepRow": {"runs", "backups", "changes", "operations"},
    "PlanRow": {"changes", "actions", "operations", "scaling"},
    "ChatSessionRow": {"chat", "conversations"},
    "IncidentRow": {"incidents", "autopilot"},
    "IncidentEntryRow": {"incidents", "autopilot"},
    "AutomationRow": {"workspaces", "autopilot"},
}
"""Rows of runs and plans are what the features that start them have in common; sessions are also asked below chat. The
autopilot decides in the transaction that holds an incident, and its breaker is a switch like that of the automation."""


def _users() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {name: set() for name in vars(tables) if name.endswith("Row")}
    for path in FEATURES.rglob("*.py"):
        for name in set(re.findall(r"\b[A-Z]\w*Row\b", path.read_text(encoding="utf-8"))) & found.keys():
            found[name].add(path.relative_to(FEATURES).parts[0])
    return found


def test_each_table_has_one_owner() -> None:
    shared = {name: used for name, used in _users().items() if len(used) > 1}
    assert {
        name: used - SHARED.get(name, set()) for name, used in shared.items() if used - SHARED.get(name, set())
    } == {}
    assert SHARED.keys() <= shared.keys(), "a table that is not shared any more needs no exception"
