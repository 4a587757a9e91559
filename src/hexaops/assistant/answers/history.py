"""What happened, as one timeline: the newest first, each with where it was seen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import NAME_LIMIT, TEXT_LIMIT, listing, name_of, plural
from hexaops.assistant.answers.tables import attach_table
from hexaops.assistant.evidence import KUBERNETES, STORE
from hexaops.assistant.understanding.intents import Intent
from hexaops.kit.durations import format_duration, format_time
from hexaops.kit.text import markdown, plain

SHOWN = 12


class Done(Protocol):
    """A change that was asked for here."""

    @property
    def kind(self) -> str:
        """Such as restart_application."""

    @property
    def status(self) -> str:
        """The public status."""

    @property
    def requested_by(self) -> str:
        """Who."""

    @property
    def started_at(self) -> datetime:
        """When."""


class Happened(Struct, frozen=True):
    """One thing that happened. Texts are as they came."""

    at: float
    """Seconds since 1970."""
    type: str
    """deployment, warning or operation."""
    resource: str
    action: str
    details: str
    by: str = ""
    """Who asked for it, where it was asked for here."""


EARLIER = 4


def tell_last(
    changes: Sequence[Happened], of: str, facts: Facts, draft: Draft, *, who: bool = False, managers: Sequence[str] = ()
) -> None:
    """The last change that is kept, then a few before it; `who`: its author first, `managers`: who wrote to it."""
    if not changes:
        noted = draft.evidence.note(
            KUBERNETES, f"changes{of}", 0, unit="count", at=facts.freshness.as_of, is_query=True
        )
        draft.say(f"No change{of} is known: neither revisions nor actions are kept.", noted)
        return
    last = changes[0]
    noted = _note(last, draft)
    by = markdown(last.by, NAME_LIMIT)
    lead = "The last change"
    if who:
        lead = f"By {by}" if last.by else "Who made it is not known"
    draft.say(f"{lead}: {_told(last, facts)}.", noted)
    if not last.by:
        shown = [markdown(one, NAME_LIMIT) for one in managers]
        wrote = f" Its fields were last written by {listing(shown)}." if shown else ""
        draft.say(f"It was made in the cluster, not here, and a cluster keeps no person's name.{wrote}", noted)
    if len(changes) > 1:
        draft.say("Before that:")
    for one in changes[1 : EARLIER + 1]:
        draft.say(f"- {_told(one, facts)}", _note(one, draft))
    if len(changes) > EARLIER + 1:
        draft.say(f"- … and {len(changes) - EARLIER - 1} more (see the table)")
    _timeline(changes, draft)


def _note(one: Happened, draft: Draft) -> str:
    source = STORE if one.type == "operation" else KUBERNETES
    value = f"{one.action}: {plain(one.details, TEXT_LIMIT)}"
    at = datetime.fromtimestamp(one.at, UTC)
    return draft.evidence.note(source, f"{one.type} of {plain(one.resource, NAME_LIMIT)}", value, unit="event", at=at)


def _timeline(found: Sequence[Happened], draft: Draft) -> None:
    rows = [
        [format_time(datetime.fromtimestamp(one.at, UTC)), one.type, plain(one.resource, NAME_LIMIT), one.action,
         plain(one.details, TEXT_LIMIT)]
        for one in found
    ]  # fmt: skip
    attach_table(draft, "timeline", ("time", "type", "resource", "action", "details"), rows)


def answer_history(
    found: Sequence[Happened], seconds: float | None, facts: Facts, draft: Draft, *, warnings_only: bool
) -> None:
    """The timeline, and a table of all of it; `seconds` None: of all that is kept."""
    what = "warning" if warnings_only else "change or warning"
    within = "all that is kept" if seconds is None else f"the last {format_duration(seconds)}"
    counted = draft.evidence.note(
        KUBERNETES, f"{what}s in {within}", len(found), unit="count", at=facts.freshness.as_of, is_query=True
    )
    if not found:
        draft.say(f"There was no {what} in {within}.", counted)
        if facts.no_warnings:
            draft.say(f"Events cannot be read here: {markdown(facts.no_warnings, TEXT_LIMIT)}.")
        return
    changes = sum(one.type != "warning" for one in found)
    counts = [plural(changes, "change")] if changes else []
    if len(found) > changes:
        counts.append(f"{len(found) - changes} kinds of warning" if len(found) - changes > 1 else "1 kind of warning")
    draft.say(f"In {within}: {' and '.join(counts)}, newest first:", counted)
    for one in found[:SHOWN]:
        draft.say(f"- {_told(one, facts)}", _note(one, draft))
    if len(found) > SHOWN:
        draft.say(f"- … and {len(found) - SHOWN} more (see the table)", counted)
    _timeline(found, draft)


def tell_release(found: Sequence[Happened], facts: Facts, draft: Draft, *, before: bool, asked: bool) -> None:
    """When the newest revision came, or which one there was before it (`before`), where that was asked for."""
    revisions = [one for one in found if one.type == "deployment" and one.details.startswith("Revision")]
    if not (before or asked) or not revisions or len({one.resource for one in revisions}) != 1:
        return
    name, wanted = markdown(revisions[0].resource, NAME_LIMIT), revisions[1:2] if before else revisions[:1]
    if not wanted:
        draft.say(f"No revision of **{name}** before the current one is kept.", _note(revisions[0], draft))
        return
    one = wanted[0]
    ago, details = format_duration(max(0.0, facts.now.timestamp() - one.at)), markdown(one.details, TEXT_LIMIT)
    words = f"Before the current one, **{name}** had" if before else f"**{name}** was last deployed {ago} ago:"
    draft.say(f"{words} {details}{f', since {ago} ago' if before else ''}.", _note(one, draft))


def tell_who(
    about: Intent, operations: Sequence[Done], selected: Sequence[Application], facts: Facts, draft: Draft
) -> None:
    """Who had this change made last, of all that was ever asked for here."""
    names = listing([name_of(one, facts) for one in selected])
    last = next((one for one in operations if one.kind == about.value), None)
    what = about.value.replace("_", " ").removesuffix(" application")
    if last is None:
        noted = draft.evidence.note(STORE, f"{about.value} of {names}", 0, unit="actions", at=facts.now, is_query=True)
        draft.say(f"Nobody has asked for a {what} of {names} here.", noted)
        draft.say("What is done with kubectl leaves no name in the cluster, at most a new revision.")
        return
    by = plain(last.requested_by, NAME_LIMIT)
    noted = draft.evidence.note(
        STORE, f"{about.value} of {names}", f"{by}, {last.status}", unit="action", at=last.started_at
    )
    ago = format_duration(max(0.0, (facts.now - last.started_at).total_seconds()))
    draft.say(f"The last {what} of {names}: by {markdown(by, NAME_LIMIT)}, {ago} ago ({last.status}).", noted)


def _told(one: Happened, facts: Facts) -> str:
    ago = format_duration(max(0.0, facts.now.timestamp() - one.at))
    name, details = markdown(one.resource, NAME_LIMIT), markdown(one.details, TEXT_LIMIT)
    if one.type == "warning":
        return f"{ago} ago, **{name}** reported {markdown(one.action, NAME_LIMIT)}: “{details}”"
    return f"{ago} ago, **{name}** {one.action.replace('_', ' ')}: {details}"
