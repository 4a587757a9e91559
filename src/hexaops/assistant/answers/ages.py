"""How old applications, their current revisions and their pods are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from hexaops.analysis.applications.model import Application
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import NAME_LIMIT, name_of, note_count, plural, subject_of
from hexaops.assistant.answers.pods import pods_of
from hexaops.assistant.evidence import KUBERNETES
from hexaops.kit.durations import format_duration, format_time
from hexaops.kit.text import markdown

SHOWN = 10


def tell_ages(
    selected: Sequence[Application], released_at: float | None, facts: Facts, draft: Draft, *, newest: bool = False
) -> None:
    """Of one application its own age and its revision's, then the pods, the oldest (or newest) first."""
    if len(selected) == 1:
        one = selected[0]
        draft.say(f"**{name_of(one, facts)}** was created {_ago(one.workload.created_at, facts)} ago.",
                  _note(subject_of(one), "created", one.workload.created_at, draft))  # fmt: skip
        if released_at is not None:
            noted = _note(subject_of(one), "current revision since", released_at, draft)
            draft.say(f"Its current revision has run for {_ago(released_at, facts)}.", noted)
    pods = [pod for one in selected for _, pod, _ in pods_of(one)]
    pods.sort(key=lambda pod: (-pod.created_at if newest else pod.created_at, pod.name))
    counted = note_count(draft, facts, len(pods), "pods of applications")
    if not pods:
        draft.say("There is no pod.", counted)
        return
    word = "newest" if newest else "oldest"
    draft.say(f"{plural(len(pods), 'pod')}{f', the {word} first' if len(pods) > 1 else ''}:", counted)
    for pod in pods[:SHOWN]:
        noted = _note(f"Pod {pod.namespace}/{pod.name}", "created", pod.created_at, draft)
        draft.say(f"- {markdown(pod.name, NAME_LIMIT)}: {_ago(pod.created_at, facts)} old", noted)
    if len(pods) > SHOWN:
        draft.say(f"- … and {len(pods) - SHOWN} more", counted)


def _ago(at: float, facts: Facts) -> str:
    return format_duration(max(0.0, facts.now.timestamp() - at))


def _note(subject: str, what: str, at: float, draft: Draft) -> str:
    return draft.evidence.note(KUBERNETES, subject, format_time(datetime.fromtimestamp(at, UTC)), unit=what, at=at)
