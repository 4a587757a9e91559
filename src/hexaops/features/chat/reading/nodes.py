"""Questions for nodes: a field where one is asked for (what is free, versions, taints), else how they are."""

from __future__ import annotations

import re

from hexaops.analysis.applications.usage import Resource
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.node_fields import (
    First,
    tell_cordoned,
    tell_crowd,
    tell_free,
    tell_node_addresses,
    tell_pressure,
    tell_sizes,
    tell_systems,
    tell_taints,
    tell_versions,
    tell_zones,
)
from hexaops.assistant.answers.nodes import answer_nodes
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.model import Understanding
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
_SYSTEM = re.compile(
    r"\b(?:os|operating systems?|kernels?|linux|distros?|distributions?|container runtimes?|containerd|"
    r"architectures?|arch)\b",
    re.IGNORECASE,
)
_ZONE = re.compile(r"\b(?:(?:availability )?zones?|regions?|machine types?|instance types?)\b", re.IGNORECASE)
_ADDRESS = re.compile(r"\b(?:ips?|address(?:es)?)\b", re.IGNORECASE)
_RANKED = re.compile(r"\b(?:most|least|fewest|largest|smallest|biggest|highest|lowest)\b", re.IGNORECASE)
_SIZE = re.compile(
    r"\b(?:how (?:much|many|big|large)|total|sizes?|capacity)\b.*\b(?:cpus?|cores?|memory|ram|capacity|nodes?)\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"\bhow many (?:worker )?(?:nodes?|pods?)\b|\b(?:us(?:e|es|ed|ing|age)|busy|load)\b", re.IGNORECASE
)
""" "How many nodes are there?", "how much memory do the nodes use?": not for their sizes."""
_CROWD = re.compile(
    r"\b(?:which|what|whichever) nodes?\b.*\b(?:most|fewest|least|least number of)\b.{0,12}\bpods?\b|"
    r"\bpods?\b.*\b(?:per|on each|on every|by) nodes?\b|\bnodes?\b.*\b(?:most|fewest) (?:of (?:the|our|my) )?pods?\b",
    re.IGNORECASE,
)
_TAKEN_FOR = frozenset({
    Intent.LIST_RESOURCES, Intent.POD_STATUS, Intent.NODE_STATUS, Intent.HIGH_USAGE, Intent.STATUS_QUERY,
    Intent.UNCLEAR,
})  # fmt: skip


_LARGEST = re.compile(
    r"\b(?:which|what) nodes?\b.*\b(?:largest|biggest|smallest)\b(?! (?:load|use|usage)\b)", re.IGNORECASE
)
_BENEATH = re.compile(r"\bcontainer runtimes?\b|\boperating systems?\b|\bkernels?\b", re.IGNORECASE)


def asks_for_crowd(message: str) -> bool:
    """ "Which node runs the most pods?"."""
    return _CROWD.search(message) is not None


def asks_of_nodes(message: str, asked: Understanding) -> bool:
    """What only nodes have, whatever the question was taken for."""
    of_node = any(found.entity.kind == "node" for found in asked.targets)
    if of_node and asked.intent is Intent.USAGE_QUERY and _HAS.search(message):
        return True
    if asked.intent not in _TAKEN_FOR or any(found.entity.kind in {"application", "pod"} for found in asked.targets):
        return False
    if any(found.entity.kind == "node" for found in asked.targets) and _ADDRESS.search(message):
        return True
    return any(words.search(message) for words in (_CROWD, _LARGEST, _BENEATH))


_WHERE = re.compile(
    r"\b(?:which|what) (?:worker )?(?:nodes?|machines?|hosts?)\b.{0,20}?"
    r"\b(?:is|are|runs?|hosts?|has|have|does|do|on)\b|"
    r"\bon (?:which|what) (?:worker )?(?:nodes?|machines?|hosts?)\b|"
    r"\bwhere (?:is|are|does|do)\b.*\b(?:run(?:ning|s)?|scheduled|placed|hosted|located|live)\b",
    re.IGNORECASE,
)
_PLACED = frozenset({Intent.LIST_RESOURCES, Intent.STATUS_QUERY, Intent.POD_STATUS, Intent.UNCLEAR})


def asks_where(message: str, asked: Understanding) -> bool:
    """ "Which node is web-app on?"."""
    named = any(found.entity.kind in {"application", "pod"} for found in asked.targets)
    on_node = any(found.entity.kind == "node" for found in asked.targets)
    return named and not on_node and asked.intent in _PLACED and _WHERE.search(message) is not None


_CORDONED = re.compile(r"\b(?:un)?cordon(?:ed)?\b|\bunschedulable\b|\bscheduling (?:is )?disabled\b", re.IGNORECASE)
_HAS = re.compile(
    r"\bhow (?:much|many)\b.{0,20}?\b(?:cpus?|cores?|memory|ram)\b.{0,12}?"
    r"\b(?:does|do|has|have|is (?:there )?(?:on|in))\b"
    r"(?!.*\b(?:us(?:e|es|ed|ing)|free|left)\b)",
    re.IGNORECASE,
)
""" "How much memory does worker-1 have?"."""
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
        metric = asked.parameters.metric
        resources: tuple[Resource, ...] = (metric,) if metric else ("cpu", "memory")
        if placed or not read or not nodes:
            answer_nodes(asked, facts, draft)
        elif asks_for_crowd(text):
            tell_crowd(nodes, facts, draft, fewest=_LEAST.search(text) is not None)
        elif _CORDONED.search(text):
            tell_cordoned(nodes, facts, draft)
        elif _TAINTS.search(text):
            tell_taints(nodes, facts, draft)
        elif _SYSTEM.search(text):
            tell_systems(nodes, facts, draft)
        elif _VERSION.search(text):
            tell_versions(nodes, facts, draft)
        elif (_FREE.search(text) and _RESOURCE.search(text)) or _FULL.search(text):
            tell_free(nodes, resources, facts, draft, first=_asked_first(text))
        elif _ZONE.search(text):
            tell_zones(nodes, facts, draft)
        elif _ADDRESS.search(text):
            tell_node_addresses(nodes, facts, draft)
        elif _LARGEST.search(text) or (_SIZE.search(text) and not _COUNTED.search(text)):
            tell_sizes(nodes, resources, facts, draft, first=_asked_first(text) if _RANKED.search(text) else "total")
        else:
            if _PRESSURE.search(text):
                tell_pressure(nodes, facts, draft)
            answer_nodes(asked, facts, draft)
