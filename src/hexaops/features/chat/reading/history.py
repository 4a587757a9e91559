"""Questions for what changed and what was reported: releases, scalings, warnings and actions on one timeline."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.history import Happened, answer_history, tell_last, tell_release, tell_who
from hexaops.assistant.answers.lines import listing, name_of
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
        of_one = asks_for_one(reading)
        whole = of_one or (reading.is_named and asks_for_the_last(reading))
        about = {one.id for one in selected} if whole and reading.is_named else ()
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
            Happened(one.at, one.type, one.resource, one.action, one.details, one.by)
            for one in found
            if (not reading.is_named or one.resource in names)
            and one.at >= now - seconds
            and (one.type == "warning") >= warnings_only
        ]
        kind = reading.asked.about or kind_of(reading.message)
        if of_one and (kind is None or not reading.is_named):
            changes = [one for one in kept if one.type != "warning"]
            if _DEPLOYED.search(reading.message):
                changes = [one for one in changes if one.action in _RELEASES] or changes
            of = f" of {listing([name_of(one, facts) for one in selected])}" if reading.is_named else ""
            wrote = writers(changes[0].resource, selected) if changes else ()
            tell_last(changes, of, facts, draft, who=_WHO.search(reading.message) is not None, managers=wrote)
            return
        if whole and reading.is_named and kind is not None:
            tell_who(kind, operations, selected, facts, draft)
        if whole and reading.is_named and not warnings_only:
            tell_release(kept, facts, draft, before=_BEFORE.search(reading.message) is not None,
                         asked=_RELEASED.search(reading.message) is not None)  # fmt: skip
        answer_history(kept, None if whole else seconds, facts, draft, warnings_only=warnings_only)


_REVISIONS = re.compile(
    r"\b(?:which|what|list|show|how many|any)\b.*\b(?:revisions?|rollback (?:targets?|points?)|versions? can)\b|"
    r"\b(?:which|what) (?:version|image|tag|release|revision)s?\b.*\b(?:before|previously|earlier)\b|"
    r"\b(?:revision|roll-?out|release|deploy(?:ment)?|version) history\b|"
    r"\b(?:what|which) (?:\w+ )?can (?:i|we) (?:go|roll) back to\b",
    re.IGNORECASE,
)
_LAST = re.compile(r"\b(?:who|last|latest|most recent(?:ly)?|ever|when (?:was|did|has))\b", re.IGNORECASE)


_BEFORE = re.compile(
    r"\b(?:which|what) (?:version|image|tag|release|revision)s?\b.*\b(?:before|previously|earlier)\b", re.IGNORECASE
)
_RELEASED = re.compile(r"\bwhen\b.*\b(?:deploy|releas|roll|ship|updat|upgrad)\w*", re.IGNORECASE)
_WHO = re.compile(r"\bwho(?:m|se)?\b", re.IGNORECASE)
_ONE = re.compile(
    r"\b(?:last|latest|most recent|newest) (?:\w+ )?(?:changes?|deploy(?:ment)?|release|roll-?out|update|thing)\b|"
    r"\bsince when\b|\bwho(?:m|se)?\b",
    re.IGNORECASE,
)
_LATEST = re.compile(
    r"\b(?:deployed|released|rolled out|changed|shipped|updated) (?:last|latest|most recently)\b|"
    r"\b(?:last|most recently) (?:deployed|released|rolled out|changed|updated)\b",
    re.IGNORECASE,
)
""" "What was deployed last?", of no application in particular."""
_DEPLOYED = re.compile(r"\b(?:deploy|releas|ship|roll(?:ed)?[ -]?out)", re.IGNORECASE)
_RELEASES = frozenset({"rolled_out", "created"})
_SYSTEM = frozenset({"kube-controller-manager", "kube-scheduler", "kubelet"})


def asks_for_one(reading: Reading) -> bool:
    """ "Who made the last change?", "since when?": one change, whenever it was, unless a time is said."""
    asked = reading.asked
    if asked.intent is not Intent.CHANGE_HISTORY or asked.parameters.time_range_seconds is not None:
        return False
    latest = not reading.is_named and _LATEST.search(reading.message) is not None
    return latest or _ONE.search(reading.message) is not None


def writers(name: str, applications: Sequence[Application]) -> list[str]:
    """Field managers of the one application of that name, without the cluster's own."""
    found = [one for one in applications if one.name == name]
    return [one for one in found[0].workload.field_managers if one not in _SYSTEM] if len(found) == 1 else []


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
