"""Questions for what changed and what was reported: releases, scalings, warnings and actions on one timeline."""

from __future__ import annotations

import math
import re

from msgspec import Struct

from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.history import Happened, answer_history, tell_who
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.model import Understanding
from hexaops.features.applications.service import ApplicationService
from hexaops.features.chat.reading.asking import Reading
from hexaops.features.overview.activity import WINDOW_SECONDS, recent_activity
from hexaops.features.runs.queries import latest_actions
from hexaops.storage.database import Database


class HistoryReader(Struct, frozen=True):
    """Answers from the watch cache and the actions' rows."""

    applications: ApplicationService
    database: Database

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """The timeline, the newest first; of events only the cluster's warnings."""
        workspace, facts = reading.caller.get_workspace(), reading.facts
        selected = reading.select(draft)
        whole = reading.is_named and asks_for_the_last(reading)
        about = {one.id for one in selected} if whole else ()
        operations = []
        if "read_actions" in facts.capabilities:
            async with self.database.viewing() as connection:
                operations = await latest_actions(connection, workspace.id, about)
        now = facts.now.timestamp()
        seconds = math.inf if whole else reading.seconds
        found = recent_activity(
            selected if whole else facts.applications or (),
            replica_sets=self.applications.rows(workspace, "ReplicaSet"),
            events=self.applications.rows(workspace, "Event"),
            operations=operations,
            now=now,
            window_seconds=max(seconds, WINDOW_SECONDS),
        )
        names = {one.name for one in selected}
        warnings_only = reading.asked.intent is Intent.EVENT_QUERY
        kept = [
            Happened(one.at, one.type, one.resource, one.action, one.details)
            for one in found
            if (not reading.is_named or one.resource in names)
            and one.at >= now - seconds
            and (one.type == "warning") >= warnings_only
        ]
        kind = reading.asked.about or kind_of(reading.message)
        if whole and kind is not None:
            tell_who(kind, operations, selected, facts, draft)
        answer_history(kept, None if whole else seconds, facts, draft, warnings_only=warnings_only)


_REVISIONS = re.compile(
    r"\b(?:which|what|list|show|how many|any)\b.*\b(?:revisions?|rollback (?:targets?|points?)|versions? can)\b|"
    r"\brevision history\b|\b(?:what|which) (?:\w+ )?can (?:i|we) (?:go|roll) back to\b",
    re.IGNORECASE,
)
_LAST = re.compile(r"\b(?:who|last|latest|most recent(?:ly)?|ever|when (?:was|did|has))\b", re.IGNORECASE)


_REVISED = frozenset({
    Intent.ROLLBACK_APPLICATION, Intent.CHANGE_HISTORY, Intent.LIST_RESOURCES, Intent.STATUS_QUERY,
    Intent.ACTION_QUESTION, Intent.ROLLBACK_ACTION,
})  # fmt: skip
_KINDS = (
    (re.compile(r"\b(?:restart|reboot|bounc)", re.IGNORECASE), Intent.RESTART_APPLICATION),
    (re.compile(r"\bscal", re.IGNORECASE), Intent.SCALE_APPLICATION),
    (re.compile(r"\bstop", re.IGNORECASE), Intent.STOP_APPLICATION),
    (re.compile(r"\bstart", re.IGNORECASE), Intent.START_APPLICATION),
)


def kind_of(message: str) -> Intent | None:
    """The change that "who scaled X?" asks about."""
    return next((intent for words, intent in _KINDS if words.search(message)), None)


def asks_for_the_last(reading: Reading) -> bool:
    """ "who restarted X last?": whenever that was, unless a time is said."""
    words = _LAST.search(reading.message) or _REVISIONS.search(reading.message)
    return reading.asked.parameters.time_range_seconds is None and words is not None


def asks_for_revisions(message: str, asked: Understanding) -> bool:
    """ "Which revision is web-app on?", "which revisions can I go back to?"."""
    changes = asked.is_change_request or asked.wants_plan
    named = any(found.entity.kind == "application" for found in asked.targets)
    return named and not changes and asked.intent in _REVISED and _REVISIONS.search(message) is not None
