"""What single fields of nodes say: what is free, which version runs, which taints keep pods away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from hexaops.analysis.applications.usage import Resource
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import LABELS, NAME_LIMIT, TEXT_LIMIT, listing, plural
from hexaops.assistant.answers.nodes import pods_by_node
from hexaops.assistant.answers.usage import amount, node_share, why_no_node_usage
from hexaops.assistant.evidence import KUBERNETES, METRICS
from hexaops.backends.kubernetes.rows import ConditionRow, NodeRow
from hexaops.kit.text import markdown

SHOWN = 20
First = Literal["most", "least", "total"]
"""What the first sentence tells of what is free."""


def tell_free(
    nodes: Sequence[NodeRow], resources: Sequence[Resource], facts: Facts, draft: Draft, *, first: First = "most"
) -> None:
    """What each node could give beside what is used now, by the first resource; what was asked for comes first."""
    measured = [(node, left) for node in nodes if (left := _left(node, resources, facts))]
    if not measured:
        draft.fulfilled = False
        draft.say(f"I can't tell what nodes have free: {why_no_node_usage(facts)}.")
        return
    measured.sort(key=lambda pair: pair[1].get(resources[0], 0.0), reverse=first != "least")
    if len(measured) > 1 and first == "total":
        _total(measured, resources, facts, draft)
    elif len(measured) > 1:
        node, left = measured[0]
        words, noted = _words(node, {resources[0]: left.get(resources[0], 0.0)}, facts, draft)
        draft.say(f"{markdown(node.name, NAME_LIMIT)} has the {first} free: {words}.", *noted)
    for node, left in measured[:SHOWN]:
        words, noted = _words(node, left, facts, draft)
        draft.say(f"- {markdown(node.name, NAME_LIMIT)}: {words} free", *noted)
    if len(measured) > SHOWN:
        draft.say(f"- … and {len(measured) - SHOWN} more")
    draft.say("Free is what is not used now; a new pod needs room among the requests of the others, which may be less.")


def _total(
    measured: Sequence[tuple[NodeRow, dict[Resource, float]]], resources: Sequence[Resource], facts: Facts, draft: Draft
) -> None:
    """What is free on all of them together."""
    parts, noted = [], []
    for resource in resources:
        known = [(node, left[resource]) for node, left in measured if resource in left]
        free, whole = sum(left for _, left in known), sum(node.allocatable.get(resource, 0.0) for node, _ in known)
        if not whole:
            continue
        of, label = amount(resource, whole), LABELS[resource].replace("Mem", "mem")
        parts.append(f"{amount(resource, free) or '0'} of {of} {label} ({round(100 * free / whole)}%)")
        unit = f"{resource} not used on {plural(len(known), 'node')}, of {of}"
        noted.append(
            draft.evidence.note(METRICS, "nodes", amount(resource, free), unit=unit, at=facts.now, is_query=True)
        )
    draft.say(f"{listing(parts)} {'is' if len(parts) == 1 else 'are'} free on {plural(len(measured), 'node')}.", *noted)


def tell_pressure(nodes: Sequence[NodeRow], facts: Facts, draft: Draft) -> None:
    """Whether the kubelets report pressure on memory, disk or process ids."""
    pressed = {node.name: [c.type for c in node.conditions if _is_pressure(c)] for node in nodes}
    found = [node for node in nodes if pressed[node.name]]
    of_all = plural(len(nodes), "node")
    if not found:
        noted = [_note(node, "no pressure", facts, draft) for node in nodes[:SHOWN]]
        draft.say(f"None of {of_all} reports pressure on memory, disk or process ids.", *noted)
        draft.gap()
        return
    draft.say(f"{len(found)} of {of_all} {'reports' if len(found) == 1 else 'report'} pressure:")
    for node in found[:SHOWN]:
        told = listing(pressed[node.name])
        draft.say(f"- {markdown(node.name, NAME_LIMIT)}: {told}", _note(node, told, facts, draft))
    draft.gap()


def _is_pressure(condition: ConditionRow) -> bool:
    return condition.type.endswith("Pressure") and condition.status == "True"


def _left(node: NodeRow, resources: Sequence[Resource], facts: Facts) -> dict[Resource, float]:
    shares = {resource: node_share(node, facts, resource) for resource in resources}
    return {
        resource: max(0.0, node.allocatable.get(resource, 0.0) - share.used)
        for resource, share in shares.items()
        if share is not None and share.used is not None
    }


def _words(node: NodeRow, left: dict[Resource, float], facts: Facts, draft: Draft) -> tuple[str, list[str]]:
    parts, noted = [], []
    for resource, free in left.items():
        of = amount(resource, node.allocatable.get(resource))
        label = LABELS[resource].replace("Mem", "mem")
        parts.append(f"{amount(resource, free) or '0'} of {of} {label}")
        share = node_share(node, facts, resource)
        at = share.measured_at if share else None
        unit = f"{resource} not used, of {of}"
        noted.append(draft.evidence.note(METRICS, f"Node {node.name}", amount(resource, free), unit=unit, at=at))
    return listing(parts), noted


def tell_versions(nodes: Sequence[NodeRow], facts: Facts, draft: Draft) -> None:
    """Which Kubernetes their kubelets are of."""
    _tell_alike(nodes, lambda node: [f"Kubernetes {node.version}"], "run", facts, draft)


def tell_systems(nodes: Sequence[NodeRow], facts: Facts, draft: Draft) -> None:
    """Operating system, kernel, architecture and container runtime, nodes of a kind together."""
    _tell_alike(nodes, lambda node: [part for part in (node.system, node.runtime) if part], "run", facts, draft)


def tell_zones(nodes: Sequence[NodeRow], facts: Facts, draft: Draft) -> None:
    """Region, zone and machine type by the well-known labels."""
    words = (("zone", "topology.kubernetes.io/zone"), ("region", "topology.kubernetes.io/region"),
             ("machine type", "node.kubernetes.io/instance-type"))  # fmt: skip

    def placed(node: NodeRow) -> list[str]:
        return [f"{word} {node.labels[key]}" for word, key in words if node.labels.get(key)]

    _tell_alike(nodes, placed, "are in", facts, draft)


def tell_node_addresses(nodes: Sequence[NodeRow], facts: Facts, draft: Draft) -> None:
    """The address of each inside the cluster's network."""
    for node in nodes[:SHOWN]:
        value = node.internal_ip or "no internal address"
        draft.say(f"- {markdown(node.name, NAME_LIMIT)}: {value}", _note(node, value, facts, draft))


def _tell_alike(
    nodes: Sequence[NodeRow], parts: Callable[[NodeRow], Sequence[str]], verb: str, facts: Facts, draft: Draft
) -> None:
    """One line for all nodes of which the same is to be said."""
    alike: dict[tuple[str, ...], list[NodeRow]] = {}
    for node in nodes:
        alike.setdefault(tuple(parts(node)), []).append(node)
    one = {"run": "runs", "are in": "is in"}[verb]
    for told, same in sorted(alike.items(), key=lambda pair: -len(pair[1])):
        words = listing([markdown(part, TEXT_LIMIT) for part in told]) if told else ""
        noted = [_note(node, ", ".join(told) or "not reported", facts, draft) for node in same[:SHOWN]]
        which = f"All {plural(len(same), 'node')}" if len(alike) == 1 and len(same) > 1 else _named(same)
        say = f"{which} {verb if len(same) > 1 else one} {words}." if words else f"{which}: that is not reported."
        draft.say(say, *noted)


def tell_sizes(
    nodes: Sequence[NodeRow], resources: Sequence[Resource], facts: Facts, draft: Draft, *, first: First = "total"
) -> None:
    """How large they are, and what of it pods may have; what was asked for comes first."""
    ranked = sorted(nodes, key=lambda node: node.capacity.get(resources[0], 0.0), reverse=first != "least")
    noted = [_note(node, _size(node, resources), facts, draft) for node in ranked[:SHOWN]]
    if len(ranked) > 1 and first != "total":
        name = markdown(ranked[0].name, NAME_LIMIT)
        word = "least" if first == "least" else "most"
        draft.say(f"{name} has the {word}: {_amount(ranked[0].capacity, resources[0])}.", noted[0])
    elif len(ranked) > 1:
        whole = {str(one): sum((node.capacity.get(one, 0.0) for node in ranked), 0.0) for one in resources}
        draft.say(f"{plural(len(ranked), 'node')} have {listing([_amount(whole, one) for one in resources])} in all.",
                  *noted)  # fmt: skip
    else:
        draft.say(f"{markdown(ranked[0].name, NAME_LIMIT)} has {_size(ranked[0], resources)}.", noted[0])
        return
    for node, item in zip(ranked, noted, strict=False):
        draft.say(f"- {markdown(node.name, NAME_LIMIT)}: {_size(node, resources)}", item)
    if len(ranked) > SHOWN:
        draft.say(f"- … and {len(ranked) - SHOWN} more")


def _size(node: NodeRow, resources: Sequence[Resource]) -> str:
    whole = listing([_amount(node.capacity, one) for one in resources])
    given = listing([_amount(node.allocatable, one, label=len(resources) > 1) for one in resources])
    return f"{whole}, of which pods may have {given}"


def _amount(of: Mapping[str, float], resource: Resource, *, label: bool = True) -> str:
    words = amount(resource, of.get(resource)) or "an unknown amount"
    return f"{words} memory" if label and resource == "memory" else words


def tell_crowd(nodes: Sequence[NodeRow], facts: Facts, draft: Draft, *, fewest: bool = False) -> None:
    """How many pods of the workspace each node runs; the most, or the fewest, first."""
    counts = pods_by_node(facts)
    ranked = sorted(nodes, key=lambda node: counts.get(node.name, 0), reverse=not fewest)
    best = counts.get(ranked[0].name, 0)
    same = [node for node in ranked if counts.get(node.name, 0) == best]
    noted = {
        node.name: draft.evidence.note(
            KUBERNETES, f"pods of the workspace on {node.name}", counts.get(node.name, 0), unit="objects",
            at=facts.freshness.as_of, is_query=True,
        )
        for node in ranked[:SHOWN]
    }  # fmt: skip
    verb, each = ("runs", "") if len(same) == 1 else ("run", " each")
    draft.say(f"{_named(same)} {verb} the {'fewest' if fewest else 'most'} pods of this workspace: {best}{each}.",
              *[noted[node.name] for node in same if node.name in noted])  # fmt: skip
    for node in ranked[:SHOWN]:
        most = node.capacity.get("pods")
        room = f" (it takes {most:g} of all workspaces)" if most else ""
        draft.say(f"- {markdown(node.name, NAME_LIMIT)}: {plural(counts.get(node.name, 0), 'pod')}{room}",
                  noted[node.name])  # fmt: skip
    if len(ranked) > SHOWN:
        draft.say(f"- … and {len(ranked) - SHOWN} more")


def tell_taints(nodes: Sequence[NodeRow], facts: Facts, draft: Draft) -> None:
    """Which nodes keep pods away, and by what."""
    tainted = [node for node in nodes if node.taints]
    at, of_all = facts.freshness.as_of, plural(len(nodes), "node")
    noted = draft.evidence.note(KUBERNETES, "nodes with a taint", len(tainted), unit="objects", at=at, is_query=True)
    if not tainted:
        draft.say(f"None of {of_all} has a taint.", noted)
        return
    draft.say(f"{len(tainted)} of {of_all} {'has' if len(tainted) == 1 else 'have'} a taint:", noted)
    for node in tainted[:SHOWN]:
        taints = [f"{one.key}{f'={one.value}' if one.value else ''}:{one.effect}" for one in node.taints]
        item = _note(node, ", ".join(taints), facts, draft)
        shown = listing([markdown(taint, TEXT_LIMIT) for taint in taints])
        draft.say(f"- {markdown(node.name, NAME_LIMIT)}: {shown}", item)


def tell_cordoned(nodes: Sequence[NodeRow], facts: Facts, draft: Draft) -> None:
    """Which nodes take no new pods because somebody said so."""
    found = [node for node in nodes if node.unschedulable]
    at, of_all = facts.freshness.as_of, plural(len(nodes), "node")
    noted = draft.evidence.note(KUBERNETES, "cordoned nodes", len(found), unit="objects", at=at, is_query=True)
    verb = "is" if len(found) < 2 else "are"
    if len(nodes) == 1:
        state = "cordoned" if found else "not cordoned"
        draft.say(f"{_named(nodes)} is {state}.", noted)
        return
    draft.say(f"{len(found) or 'None'} of {of_all} {verb} cordoned{f': {_named(found)}' if found else ''}.", noted)


def _named(nodes: Sequence[NodeRow]) -> str:
    return listing([markdown(node.name, NAME_LIMIT) for node in nodes], limit=5)


def _note(node: NodeRow, value: str, facts: Facts, draft: Draft) -> str:
    at = facts.node_freshness.as_of if facts.node_freshness else facts.freshness.as_of
    return draft.evidence.note(KUBERNETES, f"Node {node.name}", value, unit="spec", at=at)
