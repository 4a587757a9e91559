"""Since when applications are as they are, as far as their pods tell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from hexaops.analysis.applications.model import UNHEALTHY, Application, Status
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import NAME_LIMIT, name_of, note_replicas, plural
from hexaops.assistant.evidence import KUBERNETES
from hexaops.backends.kubernetes.rows import PodRow
from hexaops.kit.durations import format_duration, format_time
from hexaops.kit.text import markdown

SHOWN = 10
PODS = 5


def tell_since(selected: Sequence[Application], facts: Facts, draft: Draft, *, named: bool) -> None:
    """Each that was named, else those with an issue."""
    about = [one for one in selected if named or one.status in UNHEALTHY]
    if not about:
        noted = [note_replicas(draft, one, facts) for one in selected[:SHOWN]]
        draft.say(f"None of {plural(len(selected), 'application')} has an issue now.", *noted)
    for one in about[:SHOWN]:
        _tell(one, facts, draft)
    if len(about) > SHOWN:
        draft.say(f"- … and {len(about) - SHOWN} more")
    draft.shown += [one.id for one in about[:SHOWN]]


def _tell(one: Application, facts: Facts, draft: Draft) -> None:
    name = f"**{name_of(one, facts)}**"
    troubled = [(_since(problem.pod), problem.pod) for problem in one.problems]
    noted = note_replicas(draft, one, facts)
    if one.status in UNHEALTHY and troubled:
        first = min(at for at, _ in troubled)
        draft.say(f"{name} has been {one.status} for at least {_ago(first, facts)}, since {_at(first)}:", noted)
        for at, pod in sorted(troubled, key=lambda pair: pair[0])[:PODS]:
            _pod(at, pod, facts, draft)
        return
    ready = [pod.ready_since for pod in one.pods if pod.ready and pod.ready_since is not None]
    if one.status is Status.HEALTHY and ready:
        last = max(ready)
        draft.say(f"{name} has been {one.status} for at least {_ago(last, facts)}: since {_at(last)} all its "
                  f"{plural(len(ready), 'pod')} are ready.", noted)  # fmt: skip
        return
    draft.say(f"{name} is {one.status}; since when is not kept in the cluster.", noted)


def _pod(at: float, pod: PodRow, facts: Facts, draft: Draft) -> None:
    words = f"not ready since {_at(at)}"
    if pod.restarts and pod.last_restart_at is not None:
        words += f", {plural(pod.restarts, 'restart')}, the last {_ago(pod.last_restart_at, facts)} ago"
    item = draft.evidence.note(
        KUBERNETES, f"Pod {pod.namespace}/{pod.name}", words, unit="state", at=facts.freshness.as_of
    )
    draft.say(f"- Pod {markdown(pod.name, NAME_LIMIT)}: {words}", item)


def _since(pod: PodRow) -> float:
    return pod.created_at if pod.ready_since is None or pod.ready else pod.ready_since


def _at(at: float) -> str:
    return format_time(datetime.fromtimestamp(at, UTC))


def _ago(at: float, facts: Facts) -> str:
    return format_duration(max(0.0, facts.now.timestamp() - at))
