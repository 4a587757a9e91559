"""When it is not clear what is meant: ask, with the candidates, or say so; never guess."""

from __future__ import annotations

from collections.abc import Sequence

from hexaops.assistant.answers.draft import Draft, Suggestion
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import NAME_LIMIT, listing
from hexaops.assistant.answers.possible import STATUS
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.inventory import KnownEntity
from hexaops.assistant.understanding.model import PendingQuestion, Understanding
from hexaops.assistant.understanding.numbers import NTH
from hexaops.kit.text import markdown, plain

CHOICES = 5
LEFT_LIMIT = 120
_VERBS: dict[Intent, str] = {
    Intent.RESTART_APPLICATION: "Restart",
    Intent.SCALE_APPLICATION: "Scale",
    Intent.START_APPLICATION: "Start",
    Intent.STOP_APPLICATION: "Stop",
}


def ask_which(asked: Understanding, draft: Draft) -> None:
    """A mention that may mean several things: "did you mean", kept as the pending question."""
    draft.fulfilled = False
    ambiguity = asked.ambiguous[0]
    candidates = [candidate.entity for candidate in ambiguity.candidates[:CHOICES]]
    names = [_label(entity, candidates) for entity in candidates]
    mention = markdown(ambiguity.mention, NAME_LIMIT)
    draft.say(f"“{mention}” may mean several things. Did you mean {listing(names, last='or')}?")
    _offer(asked, draft, candidates)
    known = tuple(found.entity.id for found in asked.targets)
    draft.pending = PendingQuestion(
        "choose_entity", asked.intent.value, tuple(entity.id for entity in candidates), "", known, asked.parameters
    )


def tell_unknown(asked: Understanding, draft: Draft) -> None:
    """A name that nothing here has, with the nearest names."""
    draft.fulfilled = False
    unknown = asked.unknown_names[0]
    nearest = [candidate.entity for candidate in unknown.suggestions[:CHOICES]]
    words = f"I know nothing called “{markdown(unknown.mention, NAME_LIMIT)}” in this workspace."
    if not nearest:
        draft.say(words)
        draft.suggest(STATUS)
        return
    names = [_label(entity, nearest) for entity in nearest]
    draft.say(f"{words} Did you mean {listing(names, last='or')}?")
    _offer(asked, draft, nearest)
    draft.pending = PendingQuestion(
        "choose_entity", asked.intent.value, tuple(entity.id for entity in nearest), parameters=asked.parameters
    )


def ask_missing(asked: Understanding, facts: Facts, draft: Draft) -> None:
    """A change that lacks its application or its number of replicas."""
    draft.fulfilled = False
    missing = "application" if "application" in asked.missing else asked.missing[0]
    targets = tuple(found.entity.id for found in asked.targets)
    if missing == "meaning":
        _ask_meaning(asked, draft)
        return
    if missing == "replicas":
        names = listing([markdown(found.entity.name, NAME_LIMIT) for found in asked.targets])
        draft.say(f"To how many replicas shall I plan to scale {names}?")
        applications = [a for a in facts.applications or () if a.id in targets]
        for application in applications[:1]:
            noted = draft.evidence.note(
                "kubernetes", f"{application.kind} {application.project}/{application.name}", application.desired,
                unit="wanted replicas", at=facts.freshness.as_of,
            )  # fmt: skip
            draft.say(f"It has {application.desired} now.", noted)
        draft.shown += targets
    else:
        verb = _VERBS.get(asked.intent, "Change").lower()
        draft.say(f"Which application shall I plan to {verb}?")
        for application in (facts.applications or ())[:CHOICES]:
            name = plain(application.name, NAME_LIMIT)
            draft.suggest(Suggestion(asked.intent.value, f"{_VERBS.get(asked.intent, 'Change')} {name}", name))
    draft.pending = PendingQuestion("missing_parameter", asked.intent.value, (), missing, targets, asked.parameters)


def _ask_meaning(asked: Understanding, draft: Draft) -> None:
    """The words around the verb may mean something else than the application: name both readings."""
    verb = _VERBS.get(asked.intent, "Restart").lower()
    names = listing([markdown(found.entity.name, NAME_LIMIT) for found in asked.targets]) or "what is failing"
    left = markdown(" ".join(asked.left), NAME_LIMIT)
    draft.say(f"Do you want to {verb} {names} as a whole, or something about “{left}”? I plan only whole applications.")
    targets = tuple(found.entity.id for found in asked.targets)
    draft.shown += targets
    draft.pending = PendingQuestion(
        "choose_intent", asked.intent.value, (asked.intent.value,), "", targets, asked.parameters
    )


def tell_left_out(asked: Understanding, draft: Draft) -> None:
    """What else was asked for: never lost in silence."""
    if not asked.left_out:
        return
    draft.gap()
    draft.fulfilled = False
    said = listing([f"“{markdown(text, LEFT_LIMIT)}”" for text in asked.left_out[:CHOICES]])
    draft.say(f"I left out {said}: ask for it in a message of its own.")


def tell_invalid(asked: Understanding, draft: Draft) -> None:
    """A value that was said but cannot be used."""
    draft.fulfilled = False
    for value in asked.parameters.invalid[:3]:
        draft.say(f"“{markdown(value.text, NAME_LIMIT)}” cannot be used: {markdown(value.why, 2 * NAME_LIMIT)}.")
    draft.shown += [found.entity.id for found in asked.targets]


def _label(entity: KnownEntity, others: Sequence[KnownEntity]) -> str:
    name = markdown(entity.name, NAME_LIMIT)
    same = [other for other in others if other.name == entity.name]
    if len({other.namespace for other in same}) > 1:
        return f"{name} (project {markdown(entity.namespace, NAME_LIMIT)})"
    if len({other.workload_kind or other.kind for other in same}) > 1:
        return f"{name} ({markdown(entity.workload_kind or entity.kind, NAME_LIMIT)})"
    return name


def _offer(asked: Understanding, draft: Draft, candidates: Sequence[KnownEntity]) -> None:
    """One suggestion a candidate; what to say is its place in the list, which tells apart what has the same name."""
    unique = len({entity.name for entity in candidates}) == len(candidates)
    for number, entity in enumerate(candidates):
        name = plain(entity.name, NAME_LIMIT)
        message = name if unique else f"the {NTH[number]} one"
        label = plain(_label(entity, candidates).replace("\\", ""), 2 * NAME_LIMIT)
        draft.suggest(Suggestion(asked.intent.value, label, message, {"id": entity.id}))
