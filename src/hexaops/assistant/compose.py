"""Picks the answer for what was understood. Changes are not here: they need a plan, which the chat feature asks for."""

from __future__ import annotations

from hexaops.analysis.applications.freshness import Freshness
from hexaops.assistant.answers import unsure
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import TEXT_LIMIT, listing
from hexaops.assistant.evidence import KUBERNETES
from hexaops.assistant.intents.catalog import INTENTS
from hexaops.assistant.intents.spec import Need
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.model import Understanding
from hexaops.kit.durations import format_time
from hexaops.kit.text import markdown

READS = "read_applications"


def hindered(asked: Understanding, facts: Facts, draft: Draft) -> bool:
    """Whether the question cannot be taken further: not allowed, not read, not clear. Then the draft says why."""
    if Need.APPLICATIONS in INTENTS[asked.intent].needs:
        if READS not in facts.capabilities:
            draft.fulfilled = False
            draft.say("I can't tell: this message may not read applications (capability read_applications).")
            return True
        if facts.applications is None:
            tell_unread(facts.freshness, draft)
            return True
    if asked.ambiguous:
        unsure.ask_which(asked, draft)
        return True
    if INTENTS[asked.intent].names_others:
        return False
    if asked.unknown_names and not (asked.targets and not asked.is_change_request):
        unsure.tell_unknown(asked, draft)
        return True
    return False


def compose(asked: Understanding, facts: Facts, draft: Draft) -> None:
    """Answer one part of a message that asks for no change."""
    draft.taken.append(asked.intent.value)
    if hindered(asked, facts, draft):
        return
    if Need.APPLICATIONS in INTENTS[asked.intent].needs:
        tell_freshness(facts.freshness, draft)
    elif asked.intent is Intent.NODE_STATUS and facts.node_freshness is not None and facts.node_freshness.stale:
        tell_freshness(facts.node_freshness, draft)
    if (answer := INTENTS[asked.intent].answer) is None:
        raise LookupError(f"{asked.intent} is answered by a reader or a plan")
    answer(asked, facts, draft)


def tell_freshness(freshness: Freshness, draft: Draft) -> None:
    """Say first when what follows is old or incomplete."""
    if freshness.stale:
        as_of = format_time(freshness.as_of) if freshness.as_of else "an unknown time"
        why = markdown(next(iter(freshness.stale.values())), TEXT_LIMIT)
        noted = draft.evidence.note(
            KUBERNETES, f"watches of {', '.join(freshness.stale)}", "interrupted", unit="state", at=freshness.as_of
        )
        draft.say(f"⚠️ The cluster cannot be read right now ({why}). What follows is as of {as_of}.", noted)
        draft.gap()
    for kind, why in freshness.missing.items():
        noted = draft.evidence.note(KUBERNETES, f"list {kind}", "not available", unit="state", at=freshness.as_of)
        reason = markdown(why, TEXT_LIMIT)
        draft.say(f"⚠️ I can't read objects of kind {kind} here ({reason}): the rest is told without them.", noted)
    if freshness.missing:
        draft.gap()


def tell_unread(freshness: Freshness, draft: Draft) -> None:
    """Nothing was read from the cluster since the start."""
    draft.fulfilled = False
    kinds = listing([*freshness.unread], limit=20) if freshness.unread else "its objects"
    why = f"; {markdown(freshness.problem, TEXT_LIMIT)}" if freshness.problem else ""
    draft.say(f"I can't tell: the cluster has not been read yet (missing: {kinds}{why}).")
