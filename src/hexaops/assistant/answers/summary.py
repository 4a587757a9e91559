"""The workspace in a few sentences that somebody can pass on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from msgspec import Struct

from hexaops.analysis.applications.model import UNHEALTHY
from hexaops.analysis.insights.costs import Statement
from hexaops.analysis.insights.model import WEIGHTS, Insight
from hexaops.assistant.answers.costs import monthly_cost
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import NAME_LIMIT, TEXT_LIMIT, listing, name_of, note_count, plural
from hexaops.assistant.answers.possible import suggest_for_issues
from hexaops.assistant.evidence import STORE
from hexaops.kit.text import markdown

GRAVE = frozenset({"critical", "high"})
SHOWN = 5
DAY = timedelta(days=1)


class Overview(Struct, frozen=True):
    """What an assessment found."""

    insights: Sequence[Insight]
    costs: Statement | None
    """None where use is not measured."""


def tell_summary(overview: Overview | None, facts: Facts, draft: Draft) -> None:
    """State first, then causes, then the rest."""
    every = facts.applications or ()
    ill = [one for one in every if one.status in UNHEALTHY]
    noted = note_count(draft, facts, len(every) - len(ill), f"of {len(every)} applications without an issue")
    name, of_all = markdown(facts.workspace_name, NAME_LIMIT), plural(len(every), "application")
    if not ill:
        draft.say(f"**{name}** is well: all {of_all} work.", noted)
    else:
        named = listing([f"{name_of(one, facts)} ({one.replicas} ready)" for one in ill], limit=SHOWN)
        verb = "has an issue" if len(ill) == 1 else "have issues"
        draft.say(f"**{name}**: {len(every) - len(ill)} of {of_all} work, {len(ill)} {verb}: {named}.", noted)
    if overview is not None:
        _insights(overview.insights, facts, draft)
        _cost(overview.costs, facts, draft)
    _done(facts, draft)
    suggest_for_issues(draft, every, facts)


def _insights(found: Sequence[Insight], facts: Facts, draft: Draft) -> None:
    grave = [one for one in found if one.weight in GRAVE]
    draft.gap()
    for one in grave[:SHOWN]:
        noted = [
            draft.evidence.note(seen.source, seen.about, seen.value, unit=seen.unit, at=facts.now)
            for seen in one.seen[:2]
        ]
        advice = one.recommendations[0].description if one.recommendations else ""
        what = f" What may help: {markdown(advice, TEXT_LIMIT)}." if advice else ""
        draft.say(f"- {markdown(one.title, TEXT_LIMIT)}: {markdown(one.description, TEXT_LIMIT)}{what}", *noted)
    rest = [one for one in found if one.weight not in GRAVE]
    if rest:
        counts = [(weight, sum(one.weight == weight for one in rest)) for weight in WEIGHTS]
        shown = listing([f"{count} {weight}" for weight, count in counts if count])
        noted_rest = draft.evidence.note(STORE, "further insights", len(rest), unit="insights", at=facts.now)
        draft.say(f"- {plural(len(rest), 'further insight')} of less weight ({shown})", noted_rest)


def _cost(costs: Statement | None, facts: Facts, draft: Draft) -> None:
    if costs is not None:
        words, noted = monthly_cost(costs, facts, draft)
        draft.say(f"- {words}", noted)


def _done(facts: Facts, draft: Draft) -> None:
    recent = [one for one in facts.operations if one.started_at >= facts.now - DAY]
    failed = sum(one.status == "failed" for one in recent)
    noted = draft.evidence.note(STORE, "changes of the last 24 h", len(recent), unit="changes", at=facts.now)
    words = plural(len(recent), "change") if recent else "No change"
    draft.say(f"- {words} by this service in the last 24 h{f', {failed} of them failed' if failed else ''}", noted)
