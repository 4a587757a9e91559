"""What applications use now of what they request: a first look, where the history is too short to size them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hexaops.analysis.applications.model import Application
from hexaops.analysis.applications.usage import Resource
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import LABELS, name_of, subject_of, whole
from hexaops.assistant.answers.usage import amount
from hexaops.assistant.evidence import METRICS

SHOWN = 5


def tell_reserved(applications: Sequence[Application], facts: Facts, draft: Draft) -> None:
    """Those that use the least of their requests now; nothing where no use was read."""
    used = {one.id: used_of_requests(one, facts) for one in applications}
    known = [one for one in applications if used[one.id]]
    if not known:
        return
    known.sort(key=lambda one: min(share for share, _ in used[one.id].values()))
    draft.gap()
    draft.say("What they use of their requests at this moment, the least first:")
    for one in known[:SHOWN]:
        parts = [f"{LABELS[of]} {whole(share)} of {amount(of, total)}" for of, (share, total) in used[one.id].items()]
        noted = [
            draft.evidence.note(METRICS, subject_of(one), round(share, 1), unit=f"{of} % of requests", at=facts.now)
            for of, (share, _) in used[one.id].items()
        ]
        draft.say(f"- {name_of(one, facts)}: {', '.join(parts)}", *noted)
    draft.say("One moment is no ground for a size: what is needed at the busiest time is not seen in it.")


def used_of_requests(application: Application, facts: Facts) -> Mapping[Resource, tuple[float, float]]:
    """Percent and sum of the requests, of its measured pods; without what has no request or no measurement."""
    measured = facts.usage.by_object if facts.usage else {}
    found = [(pod, sample) for pod in application.pods if (sample := measured.get((pod.namespace, pod.name)))]
    sums: dict[Resource, tuple[float, float]] = {
        "cpu": (sum(s.cpu_cores for _, s in found), sum(pod.cpu_request or 0.0 for pod, _ in found)),
        "memory": (sum(s.memory_bytes for _, s in found), sum(pod.memory_request or 0.0 for pod, _ in found)),
    }
    return {resource: (100 * used / total, total) for resource, (used, total) in sums.items() if total}
