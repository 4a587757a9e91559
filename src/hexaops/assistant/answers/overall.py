"""Counts over a whole workspace: its projects, what is requested, which pods were killed or evicted."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hexaops.analysis.applications.model import Application
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import NAME_LIMIT, name_of, note_count, plural, subject_of
from hexaops.assistant.evidence import KUBERNETES
from hexaops.backends.kubernetes.rows import PodRow
from hexaops.kit.durations import format_duration
from hexaops.kit.quantities import format_bytes, format_cpu
from hexaops.kit.text import markdown

SHOWN = 20
_RANKED = re.compile(r"\b(?P<word>most|fewest) (?P<of>pods?|replicas?|apps?|applications?)\b", re.IGNORECASE)


def tell_projects(facts: Facts, draft: Draft, *, message: str = "") -> None:
    """The projects with what is in each; the one that was asked for first."""
    counts = {name: [0, 0] for name in facts.projects}
    for one in facts.applications or ():
        held = counts.setdefault(one.project, [0, 0])
        held[0] += 1
        held[1] += len(one.pods)
    noted = note_count(draft, facts, len(counts), "projects")
    ranked = _RANKED.search(message)
    order = sorted(counts)
    if ranked and counts:
        place, noun = (0, "applications") if ranked["of"].casefold().startswith("app") else (1, "pods")
        fewest = ranked["word"].casefold() == "fewest"
        order = sorted(counts, key=lambda name: (counts[name][place] * (1 if fewest else -1), name))
        best = counts[order[0]][place]
        draft.say(f"{markdown(order[0], NAME_LIMIT)} has the {ranked['word'].casefold()} {noun}: {best}.", noted)
    else:
        verb = "is" if len(counts) == 1 else "are"
        draft.say(f"There {verb} {plural(len(counts), 'project')} (namespaces) in this workspace.", noted)
    for name in order[:SHOWN]:
        applications, pods = counts[name]
        value = f"{plural(applications, 'application')}, {plural(pods, 'pod')}"
        item = draft.evidence.note(KUBERNETES, f"Namespace {name}", value, unit="objects", at=facts.freshness.as_of)
        draft.say(f"- {markdown(name, NAME_LIMIT)}: {value}", item)
    if len(order) > SHOWN:
        draft.say(f"- … and {len(order) - SHOWN} more", noted)


def tell_requested(applications: Sequence[Application], facts: Facts, draft: Draft) -> None:
    """What the wanted replicas request together, and how many request nothing."""
    cpu = sum((one.workload.resources.cpu_request or 0.0) * one.desired for one in applications)
    memory = sum((one.workload.resources.memory_request or 0.0) * one.desired for one in applications)
    noted = [
        draft.evidence.note(
            KUBERNETES, f"{word} requested by {plural(len(applications), 'application')}", amount, unit="spec",
            at=facts.freshness.as_of, is_query=True,
        )
        for word, amount in (("CPU", format_cpu(cpu)), ("memory", format_bytes(memory)))
    ]  # fmt: skip
    of = plural(len(applications), "application")
    draft.say(f"The replicas of {of} request {format_cpu(cpu)} CPU and {format_bytes(memory)} memory in all.", *noted)
    ranked = sorted(applications, key=lambda one: -(one.workload.resources.memory_request or 0.0) * one.desired)
    for one in ranked[:SHOWN]:
        resources = one.workload.resources
        value = (
            f"{one.desired} × {format_cpu(resources.cpu_request or 0.0)} CPU and "
            f"{format_bytes(resources.memory_request or 0.0)} memory"
        )
        item = draft.evidence.note(KUBERNETES, subject_of(one), value, unit="spec", at=facts.freshness.as_of)
        draft.say(f"- {name_of(one, facts)}: {value}", item)
    if len(ranked) > SHOWN:
        draft.say(f"- … and {len(ranked) - SHOWN} more")


def tell_killed(applications: Sequence[Application], facts: Facts, draft: Draft) -> None:
    """Pods of which a container was last ended for want of memory."""
    pods = [pod for one in applications for pod in one.pods]
    found = [pod for pod in pods if "OOMKilled" in (pod.last_terminated_reason, pod.reason)]
    noted = note_count(draft, facts, len(found), "pods whose container was last ended by OOMKilled")
    of_all, verb = plural(len(pods), "pod"), "was" if len(found) < 2 else "were"
    draft.say(f"{len(found) or 'None'} of {of_all} {verb} last ended for want of memory (OOMKilled)"
              f"{':' if found else '.'}", noted)  # fmt: skip
    _listed(found, facts, draft)


def tell_evicted(pods: Sequence[PodRow], facts: Facts, draft: Draft) -> None:
    """Pods that are still there and were evicted."""
    found = [pod for pod in pods if pod.reason == "Evicted"]
    noted = note_count(draft, facts, len(found), "evicted pods")
    verb = "was" if len(found) < 2 else "were"
    draft.say(f"{len(found) or 'None'} of {plural(len(pods), 'pod')} {verb} evicted{':' if found else '.'}", noted)
    _listed(found, facts, draft)
    if not found:
        draft.say("A pod that was evicted and deleted since then is not seen.")


def _listed(pods: Sequence[PodRow], facts: Facts, draft: Draft) -> None:
    for pod in pods[:SHOWN]:
        ago = ""
        if pod.last_restart_at is not None:
            ago = f", {format_duration(max(0.0, facts.now.timestamp() - pod.last_restart_at))} ago"
        value = f"{plural(pod.restarts, 'restart')}{ago}"
        item = draft.evidence.note(
            KUBERNETES, f"Pod {pod.namespace}/{pod.name}", value, unit="state", at=facts.freshness.as_of
        )
        draft.say(f"- {markdown(pod.name, NAME_LIMIT)}: {value}", item)
    if len(pods) > SHOWN:
        draft.say(f"- … and {len(pods) - SHOWN} more")
