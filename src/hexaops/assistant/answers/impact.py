"""What would happen to the applications if a node failed, a pod died, or a change were made: from what runs now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hexaops.analysis.applications.model import Application
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import NAME_LIMIT, listing, name_of, note_count, note_replicas, plural
from hexaops.assistant.evidence import KUBERNETES
from hexaops.assistant.understanding.intents import Intent
from hexaops.backends.kubernetes.rows import PdbRow
from hexaops.kit.text import markdown

SHOWN = 20
_ELSEWHERE = (
    "Kubernetes starts them on other nodes that have room, after some minutes; pods of a StatefulSet only when the "
    "node is back or removed. Disruption budgets do not hold a failing node back."
)


def tell_loss_of_any_node(facts: Facts, draft: Draft) -> None:
    """What the loss of each node would mean, the worst first."""
    lost = {node.name: _lost_with(node.name, facts) for node in facts.nodes}
    worst = {name: [one for one, ready in hit if one.ready and one.ready - ready < 1] for name, hit in lost.items()}
    grave = [name for name, down in worst.items() if down]
    noted = note_count(draft, facts, len(grave), "nodes whose loss leaves an application without a ready pod")
    of_all = plural(len(lost), "node")
    if grave:
        draft.say(f"{len(grave)} of {of_all} would take an application down by failing:", noted)
    else:
        draft.say(f"Any one of {of_all} can fail: every application would keep a ready pod.", noted)
    for name in sorted(lost, key=lambda name: (-len(worst[name]), name))[:SHOWN]:
        pods = sum(len([pod for pod in one.pods if pod.node == name]) for one, _ in lost[name])
        item = note_count(draft, facts, pods, f"pods of the workspace on {name}")
        down = listing([name_of(one, facts) for one in worst[name]]) if worst[name] else ""
        then = f"**down: {down}**" if down else "nothing goes down"
        of = plural(len(lost[name]), "application")
        draft.say(f"- {markdown(name, NAME_LIMIT)}: {plural(pods, 'pod')} of {of} stop, {then}", item)
    if len(lost) > SHOWN:
        draft.say(f"- … and {len(lost) - SHOWN} more")
    draft.gap()
    draft.say(_ELSEWHERE)


def _lost_with(node: str, facts: Facts) -> list[tuple[Application, int]]:
    """Applications with pods on the node, and how many of them are ready."""
    hit = [(one, [pod for pod in one.pods if pod.node == node]) for one in facts.applications or ()]
    return [(one, sum(pod.ready for pod in pods)) for one, pods in hit if pods]


def tell_loss_of_node(node: str, facts: Facts, draft: Draft) -> None:
    """Which ready pods run on a node, and how many each application would have left."""
    at, name = facts.freshness.as_of, markdown(node, NAME_LIMIT)
    hit = [(one, [pod for pod in one.pods if pod.node == node]) for one in facts.applications or ()]
    hit = [(one, pods) for one, pods in hit if pods]
    if not hit:
        noted = note_count(draft, facts, 0, f"pods of the workspace on {node}")
        draft.say(f"Nothing of this workspace runs on {name}, so nothing of it would stop.", noted)
        return
    left = {one.id: one.ready - sum(pod.ready for pod in pods) for one, pods in hit}
    count = sum(len(pods) for _, pods in hit)
    noted = note_count(draft, facts, count, f"pods of the workspace on {node}")
    of_all = f"{plural(count, 'pod')} of {plural(len(hit), 'application')}"
    draft.say(f"If {name} fails, {of_all} stop:", noted)
    for one, pods in sorted(hit, key=lambda pair: (left[pair[0].id], pair[0].name))[:SHOWN]:
        ready = sum(pod.ready for pod in pods)
        value = f"{ready} of {one.ready} ready pods"
        item = draft.evidence.note(KUBERNETES, f"{one.project}/{one.name} on {node}", value, unit="pods", at=at)
        then = "**none is left: it is down**" if left[one.id] < 1 else f"{left[one.id]} would be left"
        draft.say(f"- {name_of(one, facts)}: {value} run there, {then}", item)
    if len(hit) > SHOWN:
        draft.say(
            f"- … and {len(hit) - SHOWN} more", note_count(draft, facts, len(hit) - SHOWN, "further applications")
        )
    draft.gap()
    draft.say(_ELSEWHERE)
    draft.shown += [one.id for one, _ in hit[:SHOWN]]


def tell_impact(
    selected: Sequence[Application],
    about: Intent | None,
    down: Mapping[str, int],
    budgets: Mapping[str, Sequence[PdbRow]],
    facts: Facts,
    draft: Draft,
) -> None:
    """What a change, or the loss of a pod, means for each application; `down`: pods that a rollout may take at once."""
    for one in selected[:SHOWN]:
        noted = note_replicas(draft, one, facts)
        draft.say(f"**{name_of(one, facts)}** has {one.ready} of {plural(one.desired, 'replica')} ready.", noted)
        draft.say(f"- {_words(one, about, down[one.id])}", noted)
        for row in budgets.get(one.id, ()):
            value = f"{row.disruptions_allowed} evictions allowed"
            subject = f"PodDisruptionBudget {row.namespace}/{row.name}"
            item = draft.evidence.note(KUBERNETES, subject, value, unit="state", at=facts.freshness.as_of)
            allowed = plural(row.disruptions_allowed, "eviction")
            draft.say(f"- {markdown(row.name, NAME_LIMIT)} allows {allowed} now; a rollout is not bound by it", item)
    draft.gap()
    draft.say("Nothing has been changed.")
    draft.shown += [one.id for one in selected[:SHOWN]]


def _words(one: Application, about: Intent | None, down: int) -> str:
    if one.desired == 0:
        return "Nothing runs, so nothing would be interrupted"
    if about is Intent.STOP_APPLICATION:
        return f"Stopping it removes all {plural(one.desired, 'pod')}: it would serve nothing until it is started again"
    if about in (Intent.RESTART_APPLICATION, Intent.RESTART_FAILING, Intent.ROLLBACK_APPLICATION, Intent.CONFIG_UPDATE):
        ready = max(0, min(one.ready, one.ready - (one.desired - down)))
        kept = one.ready - ready
        if kept < 1:
            return f"Its {plural(one.desired, 'pod')} are replaced all at once: it is down until new ones are ready"
        return f"Its {plural(one.desired, 'pod')} are replaced in turn: {kept} or more of {one.ready} stay ready"
    if one.ready < 2:
        return "If its only ready pod dies, it is down until the new one is ready"
    return f"If a pod dies, {one.ready - 1} of {one.ready} go on serving while a new one starts"
