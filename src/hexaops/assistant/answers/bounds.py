"""What is above or below a bound of a question: how many, the bound again, then each with its value."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import NAME_LIMIT, TEXT_LIMIT, listing, plural
from hexaops.assistant.understanding.bounds import Bound
from hexaops.kit.durations import format_duration
from hexaops.kit.quantities import format_bytes
from hexaops.kit.text import markdown

SHOWN = 20
LABELS = {
    "cpu": "CPU use", "memory": "memory use", "either": "CPU or memory use", "cost": "monthly cost",
    "latency": "response time", "error_rate": "error rate", "request_rate": "request rate", "age": "age",
}  # fmt: skip


class Value(Struct, frozen=True):
    """One thing's value, or why it has none."""

    name: str
    subject: str
    value: float | None
    source: str
    label: str = ""
    """Which of several it is the value of."""
    reason: str = ""
    id: str = ""


def tell_bounded(
    values: Sequence[Value], bound: Bound, noun: str, facts: Facts, draft: Draft, *, yes_no: bool
) -> list[Value]:  # fmt: skip
    """Who is beyond the bound, the farthest first; where nobody is, who is nearest. Returns those who are."""
    known = [one for one in values if one.value is not None]
    if not known:
        draft.fulfilled = False
        why = next((one.reason for one in values if one.reason), "") or "there is nothing of it"
        draft.say(f"I can't tell which {noun}s have a {LABELS.get(bound.of, bound.of)} {bound.words}: "
                  f"{markdown(why, TEXT_LIMIT)}.")  # fmt: skip
        return []
    known.sort(key=lambda one: (one.value or 0.0, one.name), reverse=bound.is_upward)
    found = [one for one in known if one.value is not None and bound.fits(one.value, bound.value)]
    names = {one.name for one in known}
    noted = [_note(one, bound, facts, draft) for one in (found or known[:1])[:SHOWN]]
    many = len({one.name for one in found})
    if len(names) == 1:
        one = known[0]
        lead = ("Yes: " if found else "No: ") if yes_no else ""
        rest = f", {'' if found else 'not '}{bound.words}"
        draft.say(f"{lead}**{one.name}** has {_has(one, bound)}{rest}.", *noted[:1])
    elif not found:
        nearest = f"the {'highest' if bound.is_upward else 'lowest'} is {known[0].name} with {_told(known[0], bound)}"
        draft.say(f"None of {plural(len(names), noun)} has {_what(bound)}; {nearest}.", *noted)
    else:
        verb = "has" if many == 1 else "have"
        draft.say(f"{many} of {plural(len(names), noun)} {verb} {_what(bound)}:", *noted)
        for one, item in zip(found, noted, strict=False):
            draft.say(f"- {one.name}: {_told(one, bound)}", item)
        if len(found) > SHOWN:
            draft.say(f"- … and {len(found) - SHOWN} more")
    draft.shown += [one.id for one in found[:SHOWN] if one.id]
    unknown = sorted({one.name for one in values if one.value is None} - names)
    if unknown:
        reasons = listing([*dict.fromkeys(markdown(one.reason, NAME_LIMIT) for one in values if one.reason)][:2])
        draft.gap()
        draft.say(f"Not known of {listing(unknown, limit=5)}{f' ({reasons})' if reasons else ''}.")
    return found


def _what(bound: Bound) -> str:
    if bound.of in ("restarts", "replicas"):
        return f"{bound.words} {bound.of if bound.value != 1 else bound.of[:-1]}"
    article = "an" if bound.of in ("error_rate", "age") else "a"
    label = LABELS[bound.of]
    if bound.reserved:
        article, label = "a", f"{LABELS[bound.of].split()[0]} {bound.reserved[:-1]} a pod"
    return f"{article} {label} {bound.words}"


def _has(one: Value, bound: Bound) -> str:
    if bound.of in ("restarts", "replicas"):
        return _told(one, bound)
    return f"{_what(bound).removesuffix(bound.words)}of {_told(one, bound)}"


def _told(one: Value, bound: Bound) -> str:
    value = one.value or 0.0
    label = f"{one.label} " if one.label else ""
    if bound.percent or bound.of == "error_rate":
        return f"{label}{value:g}%"
    match bound.of:
        case "restarts" | "replicas":
            return plural(int(value), bound.of[:-1])
        case "cost":
            return f"${value:.2f} a month"
        case "latency":
            return f"{value:g} ms (p95)"
        case "request_rate":
            return f"{value:g} requests a second"
        case "age":
            return f"{format_duration(value)}"
        case "memory":
            return f"{label}{format_bytes(value)}"
        case _:
            return f"{label}{value:.3g} {'core' if value == 1 else 'cores'}"


def _note(one: Value, bound: Bound, facts: Facts, draft: Draft) -> str:
    unit = f"{one.label or bound.of} {'%' if bound.percent else ''}".strip()
    return draft.evidence.note(one.source, one.subject, one.value or 0.0, unit=unit, at=facts.now)
