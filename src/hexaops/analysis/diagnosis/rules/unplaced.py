"""A pod without a node, with what the scheduler says of it.

Source of the sentence: kube-scheduler's FitError, `0/N nodes are available: k reason, k reason. preemption: …`.
"""

from __future__ import annotations

import re

from msgspec import Struct

from hexaops.analysis.diagnosis.model import Evidence, Finding, Fix, Ref
from hexaops.analysis.diagnosis.objects import Raw, text
from hexaops.analysis.diagnosis.pods import Sick
from hexaops.analysis.diagnosis.rules.making import from_pod, quote

_NODES = re.compile(r"\b\d{1,6}/(\d{1,6}) nodes are available: (.{1,2000}?)(?:\. preemption:|\.\s|\.?$)", re.DOTALL)


class Unplaced(Struct, frozen=True):
    """A pod without a node and the scheduler's reasons."""

    sick: Sick
    sentence: str
    total: str
    reasons: str

    @property
    def spec(self) -> Raw:
        """The pod's spec."""
        return self.sick.pod.mapping("spec")

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The scheduler's words."""
        return (Evidence("status", self.sick.pod.ref, quote(self.sentence)),) if self.sentence else ()


def unplaced(sick: Sick) -> Unplaced | None:
    """The pod with its reasons, when it has no node."""
    if (
        sick.pod.text("spec", "nodeName")
        or sick.pod.text("status", "phase") not in {"Pending", ""}
        or sick.pod.deleted is not None
    ):
        return None
    said = text(sick.pod.condition("PodScheduled"), "message")
    events = sick.snapshot.events(sick.pod.ref, "FailedScheduling")
    sentence = said or (events[0].message if events else "")
    found = _NODES.search(sentence)
    return Unplaced(sick, sentence, found[1] if found else "", found[2] if found else sentence)


def placing(
    pod: Unplaced, rule: str, cause: str, *, fix: Fix | None = None, symptom_of: tuple[Ref, ...] = (), key: str = ""
) -> Finding:
    return from_pod(
        pod.sick,
        rule,
        "pods are Pending: no node takes them",
        cause,
        evidence=pod.evidence,
        fix=fix,
        symptom_of=symptom_of,
        key=key,
    )
