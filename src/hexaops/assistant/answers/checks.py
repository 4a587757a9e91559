"""Checks in words: whether one application reaches another, and how healthy an application is."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.analysis.checks import Check, Result
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import TEXT_LIMIT, listing, name_of, plural, subject_of
from hexaops.assistant.evidence import KUBERNETES
from hexaops.kit.text import markdown

MARKS: dict[Result, str] = {"passed": "", "warning": " ⚠️", "failed": " ❌", "unknown": " (unknown)"}
SHOWN = 12
JUDGED = "Judged by Services, endpoints and network policies; no packet was sent."


def tell_connection(
    source: Application, reached: str | None, found: Sequence[Check], facts: Facts, draft: Draft, *, why: bool = False
) -> None:
    """The verdict (none where it was asked `why` not), then what stands in the way, then what was looked at."""
    name = name_of(source, facts)
    pair = f"{name} and {reached or 'its own Service'}"
    noted = _note(source, found, facts, draft)
    failed = [one for one in found if one.result == "failed"]
    unknown = [one for one in found if one.result == "unknown"]
    told: Check | None = None
    if failed:
        told = failed[0]
        draft.say(f"{'Because' if why else 'No'}: {_sentence(told)}.", noted[found.index(told)])
    elif unknown:
        told = unknown[0]
        draft.say(
            f"As far as I can see nothing stands between {pair}, but {_sentence(told)}.", noted[found.index(told)]
        )
        draft.fulfilled = False
    else:
        draft.say(f"{'I see no reason' if why else 'Yes'}: nothing stands between {pair}.", *noted)
    for one, item in zip(found, noted, strict=True):
        if one is not told:
            draft.say(f"- {_sentence(one)}{MARKS[one.result]}", item)
    draft.say(JUDGED)


class Tested(Struct, frozen=True):
    """One connection, and the checks of it."""

    source: Application
    target: Application
    checks: Sequence[Check]


def tell_connections(tested: Sequence[Tested], facts: Facts, draft: Draft) -> None:
    """Which of many connections fail; which are open is a number."""
    if not tested:
        draft.fulfilled = False
        draft.say(
            "I can't tell which connections to test: no pod's settings name another application's Service. "
            "Name the one that connects and the one that it should reach."
        )
        return
    failing = [one for one in tested if _fails(one.checks)]
    count = plural(len(tested), "connection")
    if not failing:
        noted = [item for one in tested[:SHOWN] for item in _note(one.source, one.checks, facts, draft)]
        draft.say(f"All {count} that the pods' settings name are open.", *noted)
    else:
        draft.say(f"{len(failing)} of {count} that the pods' settings name cannot work:")
    for one in failing[:SHOWN]:
        bad = [check for check in one.checks if check.result == "failed"]
        noted = _note(one.source, bad, facts, draft)
        said = listing([_sentence(check) for check in bad], limit=2)
        draft.say(f"- {name_of(one.source, facts)} → {name_of(one.target, facts)}: {said}", *noted)
    draft.say(JUDGED)


def tell_health(checked: Sequence[tuple[Application, Sequence[Check]]], facts: Facts, draft: Draft) -> None:
    """What did not pass, of each application; one alone with all of its checks."""
    bad = [(one, found) for one, found in checked if any(check.result != "passed" for check in found)]
    if len(checked) == 1:
        application, found = checked[0]
        noted = _note(application, found, facts, draft)
        count = sum(check.result == "passed" for check in found)
        draft.say(f"{name_of(application, facts)} passes {count} of {plural(len(found), 'check')}.", *noted)
        for check, item in zip(found, noted, strict=True):
            draft.say(f"- {_sentence(check)}{MARKS[check.result]}", item)
        return
    total = plural(len(checked), "application")
    if not bad:
        noted = [item for one, found in checked for item in _note(one, found, facts, draft)]
        draft.say(f"All {total} pass every check: replicas, pods, probes, Services and findings.", *noted[:SHOWN])
        return
    draft.say(f"{len(bad)} of {total} {'does' if len(bad) == 1 else 'do'} not pass every check.")
    for application, found in sorted(bad, key=lambda one: not _fails(one[1]))[:SHOWN]:
        failing = [check for check in found if check.result != "passed"]
        noted = _note(application, failing, facts, draft)
        said = listing([f"{_sentence(check)}{MARKS[check.result]}" for check in failing], limit=3)
        draft.say(f"- {name_of(application, facts)}: {said}", *noted)
    if len(bad) > SHOWN:
        draft.say(f"- … and {len(bad) - SHOWN} more")


def _fails(found: Sequence[Check]) -> bool:
    return any(check.result == "failed" for check in found)


def _sentence(check: Check) -> str:
    return markdown(check.detail, 2 * TEXT_LIMIT)


def _note(application: Application, found: Sequence[Check], facts: Facts, draft: Draft) -> list[str]:
    subject, at = subject_of(application), facts.freshness.as_of
    return [
        draft.evidence.note(KUBERNETES, f"{one.check} of {subject}", f"{one.result}: {one.detail}", unit="check", at=at)
        for one in found
    ]
