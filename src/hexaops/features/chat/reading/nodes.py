"""Questions for nodes: a field where one is asked for (what is free, versions, taints), else how they are."""

from __future__ import annotations

import re

from hexaops.analysis.applications.usage import Resource
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.node_fields import First, tell_free, tell_pressure, tell_taints, tell_versions
from hexaops.assistant.answers.nodes import answer_nodes
from hexaops.features.chat.reading.asking import Reading

_FREE = re.compile(
    r"\b(?:free|left|spare|headroom|unused|remaining|idle|available (?:cpu|memory|ram|resources|capacity))\b|"
    r"\b(?:cpu|memory|ram|resources|capacity) (?:is |are )?available\b",
    re.IGNORECASE,
)
_RESOURCE = re.compile(r"\b(?:cpus?|cores?|memory|ram|resources?|capacity|headroom)\b", re.IGNORECASE)
_VERSION = re.compile(r"\b(?:versions?|kubelets?)\b", re.IGNORECASE)
_FULL = re.compile(r"\bhow (?:full|loaded|busy|utili[sz]ed)\b", re.IGNORECASE)
_PRESSURE = re.compile(r"\b(?:under|has|have|any|with|in|memory|disk|pid)\W+(?:[\w]+ )?pressure\b", re.IGNORECASE)
_WHICH = re.compile(r"\b(?:which|who|what node|most|least|fewest|lowest|smallest|highest|largest)\b", re.IGNORECASE)
_LEAST = re.compile(r"\b(?:least|fewest|lowest|smallest|less)\b(?! (?:one|two|\d))", re.IGNORECASE)
_TAINTS = re.compile(r"\btaint", re.IGNORECASE)


def _asked_first(text: str) -> First:
    """What the first sentence of an answer tells of what is free: which node, or all together."""
    if not _WHICH.search(text):
        return "total"
    return "least" if _LEAST.search(text) and "at least" not in text.casefold() else "most"


class NodeReader:
    """Answers from the facts that are read for every question about nodes."""

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """The field of the nodes that were named, else of all."""
        asked, facts, text = reading.asked, reading.facts, reading.message
        freshness = facts.node_freshness
        read = freshness is None or not (freshness.missing or freshness.unread)
        placed = any(found.entity.kind in {"application", "pod"} for found in asked.targets)
        named = {found.entity.name for found in asked.targets if found.entity.kind == "node"}
        nodes = [node for node in facts.nodes if not named or node.name in named]
        if placed or not read or not nodes:
            answer_nodes(asked, facts, draft)
        elif _TAINTS.search(text):
            tell_taints(nodes, facts, draft)
        elif _VERSION.search(text):
            tell_versions(nodes, facts, draft)
        elif (_FREE.search(text) and _RESOURCE.search(text)) or _FULL.search(text):
            metric = asked.parameters.metric
            resources: tuple[Resource, ...] = (metric,) if metric else ("cpu", "memory")
            tell_free(nodes, resources, facts, draft, first=_asked_first(text))
        else:
            if _PRESSURE.search(text):
                tell_pressure(nodes, facts, draft)
            answer_nodes(asked, facts, draft)
