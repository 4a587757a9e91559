"""Nodes: how many are ready, what is wrong with the others, how full they are."""

from __future__ import annotations

from hexaops.assistant.answers.attachments import NodeRowView, NodeTable, NodeTableView
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import NAME_LIMIT, TABLE_LIMIT, TEXT_LIMIT, note_count, plural
from hexaops.assistant.answers.pods import pods_of
from hexaops.assistant.answers.select import applications_of
from hexaops.assistant.answers.usage import node_share, node_usage, why_no_node_usage
from hexaops.assistant.evidence import KUBERNETES
from hexaops.assistant.understanding.model import Understanding
from hexaops.backends.kubernetes.rows import NodeRow, PodRow
from hexaops.kit.text import markdown, plain

SHOWN = 20


def answer_nodes(asked: Understanding, facts: Facts, draft: Draft) -> None:
    """The answer to a question about nodes."""
    freshness = facts.node_freshness
    if freshness is not None and (freshness.missing or freshness.unread):
        draft.fulfilled = False
        why = next(iter(freshness.missing.values()), freshness.problem or "they have not been read yet")
        draft.say(f"I can't tell how the nodes are: {markdown(why, TEXT_LIMIT)}.")
        return
    wanted = {found.entity.name for found in asked.targets if found.entity.kind == "node"}
    placed = _placed(asked, facts)
    if placed is not None and not wanted:
        wanted = {pod.node for pod in placed}
        _places(draft, placed, facts)
        if not wanted - {""}:
            return
    nodes = [node for node in facts.nodes if not wanted or node.name in wanted]
    draft.analyzed += len(nodes)
    at = freshness.as_of if freshness else facts.freshness.as_of
    ready = sum(node.ready for node in nodes)
    query = "nodes" if facts.whole_cluster else "nodes that run pods of the workspace"
    noted = (
        draft.evidence.note(KUBERNETES, query, len(nodes), unit="objects", at=at, is_query=True),
        draft.evidence.note(KUBERNETES, f"{query}: ready", ready, unit="objects", at=at, is_query=True),
    )
    about = "" if facts.whole_cluster else " that run pods of this workspace"
    if not wanted:
        words = f"{ready} of {plural(len(nodes), 'node')}{about} {'is' if ready == 1 else 'are'} ready."
        draft.say(words, *noted)
    pods = pods_by_node(facts)
    for node in sorted(nodes, key=lambda node: (node.ready, node.name))[:SHOWN]:
        _line(draft, node, facts, pods.get(node.name, 0))
    if len(nodes) > SHOWN:
        more = note_count(draft, facts, len(nodes) - SHOWN, "further nodes")
        draft.say(f"- … and {len(nodes) - SHOWN} more (see the table)", more)
    _table(draft, nodes, facts, pods)


def _placed(asked: Understanding, facts: Facts) -> list[PodRow] | None:
    """The pods whose place is asked for ("which node is web-app on?"), or None where nodes are asked for."""
    names = {found.entity.name for found in asked.targets if found.entity.kind == "pod"}
    if not names and not any(found.entity.kind == "application" for found in asked.targets):
        return None
    pods = [pod for application in applications_of(asked, facts) for _, pod, _ in pods_of(application)]
    return [pod for pod in pods if not names or pod.name in names]


def _places(draft: Draft, pods: list[PodRow], facts: Facts) -> None:
    if not pods:
        draft.say("No pods of it exist, so it is on no node.", note_count(draft, facts, 0, "pods of it"))
    used = {pod.node for pod in pods if pod.node}
    if len(pods) > 1:
        on = plural(len(used), "node") if used else "no node yet"
        draft.say(f"Its {len(pods)} pods are on {on}:", note_count(draft, facts, len(used), "nodes that run its pods"))
    for pod in pods[:SHOWN]:
        where = pod.node or "none"
        subject = f"Pod {pod.namespace}/{pod.name}: node"
        noted = draft.evidence.note(KUBERNETES, subject, where, unit="name", at=facts.freshness.as_of)
        words = f"on {markdown(pod.node, NAME_LIMIT)}" if pod.node else "on no node yet"
        draft.say(f"- {markdown(pod.name, NAME_LIMIT)}: {words}", noted)
    if len(pods) > SHOWN:
        more = note_count(draft, facts, len(pods) - SHOWN, "further pods")
        draft.say(f"- … and {len(pods) - SHOWN} more", more)
    draft.gap()


def trouble_of(node: NodeRow) -> list[str]:
    """What stands against a node, in words."""
    words = [] if node.ready else ["not ready"]
    if not node.ready:
        cause = next((c for c in node.conditions if c.type == "Ready" and c.reason), None)
        words += [cause.reason] if cause else []
    words += [c.type for c in node.conditions if c.type.endswith("Pressure") and c.status == "True"]
    return [*words, "takes no new pods (cordoned)"] if node.unschedulable else words


def _line(draft: Draft, node: NodeRow, facts: Facts, pods: int) -> None:
    trouble = trouble_of(node)
    state = ", ".join(trouble) or "ready"
    at = facts.node_freshness.as_of if facts.node_freshness else facts.freshness.as_of
    noted = [draft.evidence.note(KUBERNETES, f"Node {node.name}", state, unit="state", at=at)]
    query = f"pods of the workspace on {node.name}"
    noted.append(draft.evidence.note(KUBERNETES, query, pods, unit="objects", at=facts.freshness.as_of, is_query=True))
    usage, measured = node_usage(draft, node, facts)
    mark = " ⚠️" if trouble else ""
    words = f"- {markdown(node.name, NAME_LIMIT)}: {markdown(state, TEXT_LIMIT)}{mark}"
    words += f", {plural(pods, 'pod')} of this workspace"
    draft.say(words + (f", {usage}" if usage else ""), *noted, *measured)


def _table(draft: Draft, nodes: list[NodeRow], facts: Facts, pods: dict[str, int]) -> None:
    rows: list[NodeRowView] = []
    nulls: dict[str, str] = {}
    for number, node in enumerate(nodes[:TABLE_LIMIT]):
        cpu, memory = node_share(node, facts, "cpu"), node_share(node, facts, "memory")
        rows.append(
            NodeRowView(
                name=plain(node.name, NAME_LIMIT),
                ready=node.ready,
                problems=[plain(word, NAME_LIMIT) for word in trouble_of(node)],
                pods=pods.get(node.name, 0),
                version=plain(node.version, NAME_LIMIT),
                cpu_usage=cpu.percent if cpu else None,
                memory_usage=memory.percent if memory else None,
            )
        )
        for resource, share in (("cpu", cpu), ("memory", memory)):
            if share is None or share.percent is None:
                nulls[f"nodes[{number}].{resource}_usage"] = (share and share.reason) or why_no_node_usage(facts)
    table = NodeTableView(nodes=rows, total=len(nodes), truncated=len(nodes) > TABLE_LIMIT)
    draft.attach(NodeTable(data=table), nulls=nulls)


def pods_by_node(facts: Facts) -> dict[str, int]:
    """How many pods of the workspace each node runs."""
    counts: dict[str, int] = {}
    for application in facts.applications or ():
        for pod in application.pods:
            counts[pod.node] = counts.get(pod.node, 0) + 1
    return counts
