"""Workloads that run and do not get on: rollouts past their deadline, pods that are evicted over and over."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from hexaops.analysis.diagnosis.model import Evidence, FieldChange, Finding, Fix, Ref, Severity
from hexaops.analysis.diagnosis.objects import Obj, spec_path, text
from hexaops.analysis.diagnosis.rules.making import quote
from hexaops.analysis.diagnosis.snapshot import RECENT_SECONDS, Snapshot

EVICTED_AGAIN = 3
"""So many pods of one workload within an hour are no accident."""
_OWN_USE = re.compile(r"(?i)exceed(?:s|ed) (?:the |its )?(?:local ephemeral storage |total )?limit|Usage of EmptyDir")


def past_deadline(snapshot: Snapshot) -> Iterator[Finding]:
    """A Deployment whose newest revision does not become available in time; a symptom of what ails its pods."""
    for one in snapshot.each("Deployment"):
        progress = one.condition("Progressing")
        if text(progress, "reason") != "ProgressDeadlineExceeded" or progress.get("status") != "False":
            continue
        missing, wanted = one.number("status", "unavailableReplicas"), one.number("spec", "replicas")
        if not missing or one.number("status", "readyReplicas") < wanted or one.get("spec", "paused") is True:
            continue  # with too few ready pods it is unavailable, which another rule says
        updated = one.number("status", "updatedReplicas")
        yield Finding(
            "rollout-deadline",
            one.ref,
            f"its rollout has timed out: {updated} of {wanted} pods are of the newest revision, {missing} unavailable",
            f"progress deadline exceeded ({quote(text(progress, 'message'))}); to say why needs the newest pods",
            Severity.HIGH,
            (Evidence("status", one.ref, f"Progressing: {quote(text(progress, 'message'))}"),),
            symptom_of=(one.ref, *[item.ref for item in snapshot.owned_sets(one.ref)]),
        )


def evicted_again(snapshot: Snapshot) -> Iterator[Finding]:
    """Pods that use more disk than they may, are evicted, and do it again in the next pod."""
    gone: dict[Ref, list[Obj]] = defaultdict(list)
    for pod in snapshot.pods_because("Evicted"):
        if _OWN_USE.search(pod.text("status", "message")):
            ended = text(pod.condition("DisruptionTarget"), "lastTransitionTime")
            if snapshot.events(pod.ref, "Evicted") or (ended and snapshot.age(pod.created) < RECENT_SECONDS):
                gone[snapshot.workload(pod).ref].append(pod)
    for ref, pods in gone.items():
        above = snapshot.at(ref)
        if above is None or ref.kind in {"Pod", "Job", "CronJob"} or len(pods) < EVICTED_AGAIN:
            continue
        said = quote(pods[0].text("status", "message"))
        yield Finding(
            "evicted",
            ref,
            f"{len(pods)} of its pods were evicted within an hour",
            f"evicted for what they write themselves: {said}",
            Severity.MEDIUM,
            tuple(Evidence("status", pod.ref, f"Evicted: {said}") for pod in pods[:2]),
            Fix.patched(
                ref,
                "Write less, or raise the limit",
                (FieldChange(f"{spec_path(above)}.volumes[].emptyDir.sizeLimit", None, None),),
            ),
            key=f"evicted {ref}",
            affected=(ref, *[pod.ref for pod in pods]),
        )


RULES = (past_deadline, evicted_again)
