"""Which applications have a backup, and from when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.jobs import tell_next
from hexaops.assistant.answers.lines import listing, name_of, subject_of
from hexaops.assistant.evidence import STORE
from hexaops.backends.kubernetes.rows import CronJobRow
from hexaops.kit.durations import format_duration, format_time
from hexaops.kit.text import markdown

SHOWN = 12
NAMED = 30
NAME_LIMIT = 63
HOW = (
    "A service account starts backups, one application at a time or all together (docs/backups.md), not this chat. "
    "“Restore NAME from the last backup” answers with a plan."
)


class Kept(Struct, frozen=True):
    """The newest complete backup of an application that is still there."""

    started_at: datetime
    expires_at: datetime
    objects: int | None


def answer_backups(applications: Sequence[Application], newest: Mapping[str, Kept], facts: Facts, draft: Draft) -> None:
    """The oldest first: what is most at risk; then those without any."""
    have = sorted((one for one in applications if one.id in newest), key=lambda one: newest[one.id].started_at)
    without = [one for one in applications if one.id not in newest]
    counted = draft.evidence.note(
        STORE, "applications with a backup", len(have), unit="applications", at=facts.now, is_query=True
    )
    for one in have[:SHOWN]:
        kept = newest[one.id]
        ago = format_duration((facts.now - kept.started_at).total_seconds())
        at, until = format_time(kept.started_at), format_time(kept.expires_at)
        noted = draft.evidence.note(
            STORE, f"newest backup of {subject_of(one)}", f"{at}, until {until}", unit="time", at=facts.now
        )
        draft.say(f"- {name_of(one, facts)}: last backed up {ago} ago ({at}), kept until {until}", noted)
    if len(have) > SHOWN:
        draft.say(f"- … and {len(have) - SHOWN} more with a backup", counted)
    if without:
        names = listing([name_of(one, facts) for one in without], limit=NAMED)
        draft.say(f"No backup of {names}." if len(without) == 1 or have else f"There is no backup of {names}.", counted)
    if not applications:
        draft.say("There are 0 applications to back up.", counted)
    draft.gap()
    draft.say(HOW)


def tell_last_backup(
    applications: Sequence[Application], newest: Mapping[str, Kept], facts: Facts, draft: Draft
) -> None:
    """When the newest of all was made, before what each application has."""
    have = [one for one in applications if one.id in newest]
    if len(have) < 2:
        return
    last = max(have, key=lambda one: newest[one.id].started_at)
    at = newest[last.id].started_at
    noted = draft.evidence.note(
        STORE, f"newest backup of {subject_of(last)}", format_time(at), unit="time", at=facts.now
    )
    ago = format_duration((facts.now - at).total_seconds())
    draft.say(f"The last backup was made {ago} ago ({format_time(at)}), of {name_of(last, facts)}.", noted)


def tell_next_backup(schedules: Sequence[CronJobRow], facts: Facts, draft: Draft) -> None:
    """Nothing here makes backups by itself; CronJobs of the cluster that are called so may."""
    noted = draft.evidence.note(STORE, "schedules of backups", 0, unit="schedules", at=facts.now, is_query=True)
    draft.say(
        "No backup is scheduled here: hexaops makes one when a service account starts it (docs/backups.md).", noted
    )
    if schedules:
        draft.say("What the cluster itself schedules under that name:", noted)
        tell_next(schedules, facts, draft)


def tell_gone(names: Sequence[str], draft: Draft) -> None:
    """Applications that are in their backups only."""
    if names:
        shown = listing([markdown(name, NAME_LIMIT) for name in sorted(names)])
        draft.say(f"Only in backups, and gone from the cluster: {shown}.")
