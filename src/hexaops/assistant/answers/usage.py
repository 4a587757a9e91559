"""CPU and memory now: of applications or of nodes, the highest first where an order was asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hexaops.analysis.applications.model import Application
from hexaops.analysis.applications.usage import Resource, Share, share_of_capacity
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import (
    LABELS,
    NAME_LIMIT,
    listing,
    name_of,
    note_count,
    note_share,
    shares_of,
    status_table,
    subject_of,
    whole,
)
from hexaops.assistant.answers.select import applications_of, filtered
from hexaops.assistant.evidence import METRICS
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.model import Understanding
from hexaops.backends.kubernetes.rows import NodeRow
from hexaops.kit.quantities import format_bytes, format_cpu
from hexaops.kit.text import markdown

SHOWN = 20
NEAR = 80.0
"""Percent of a limit from which on it is called near."""


def answer_usage(asked: Understanding, facts: Facts, draft: Draft, *, lowest: bool = False) -> None:
    """The answer to a usage query; with `lowest`, who uses the least first."""
    resources: Sequence[Resource] = (asked.parameters.metric,) if asked.parameters.metric else ("cpu", "memory")
    if asked.resource_type == "nodes" or any(found.entity.kind == "node" for found in asked.targets):
        nodes(asked, facts, draft, resources)
    else:
        applications(asked, facts, draft, resources, lowest=lowest)


def applications(
    asked: Understanding, facts: Facts, draft: Draft, resources: Sequence[Resource], *, lowest: bool = False
) -> None:
    """Usage of the applications that were asked for, by the first resource, highest first (`lowest`: by amount)."""
    selected = filtered(applications_of(asked, facts), asked.parameters.status_filter)
    draft.examine(selected)
    measured = [(application, shares_of(application, facts)) for application in selected]
    known = [(a, s) for a, s in measured if any(s[resource].used is not None for resource in resources)]
    if not known:
        reason = next((s[resources[0]].reason for _, s in measured), None) or "there are no applications"
        draft.fulfilled = False
        draft.say(f"I can't tell the usage: {markdown(reason, NAME_LIMIT * 2)}.")
        return
    by_amount = lowest or asked.intent is Intent.HIGH_USAGE
    known.sort(key=lambda pair: (pair[1][resources[0]].used if by_amount else pair[1][resources[0]].percent) or 0.0,
               reverse=not lowest)  # fmt: skip
    limit = min(asked.parameters.limit or SHOWN, SHOWN)
    order = ", lowest first" if lowest else ", highest first"
    title = " and ".join(LABELS[resource] for resource in resources).replace("and Memory", "and memory")
    if lowest and len(known) > 1:
        _least(draft, known[0], resources[0], facts)
    elif asked.intent is Intent.HIGH_USAGE and len(known) > 1:
        _most(draft, known, resources[0], facts)
    elif asked.parameters.metric and len(known) == len(asked.targets) > 1:
        _compared(draft, known, resources[0], facts)
    draft.say(f"{title} usage now{order if len(known) > 1 else ''}:")
    for application, shares in known[:limit]:
        _application(draft, application, [(resource, shares[resource]) for resource in resources], facts)
    if len(known) > limit:
        noted = note_count(draft, facts, len(known) - limit, "further applications with usage")
        draft.say(f"- … and {len(known) - limit} more (see the table)", noted)
    told = {application.id for application, _ in known}
    for application, shares in measured:
        if application.id not in told and application.desired:
            reason = shares[resources[0]].reason or "not measured"
            draft.say(f"- {name_of(application, facts)}: not known, {markdown(reason, NAME_LIMIT)}")
    draft.gap()
    draft.say("Percentages are of the limits, else of the requests.")
    status_table(draft, [application for application, _ in known], facts)
    if len(selected) <= 10:
        draft.shown += [application.id for application in selected]


def _most(
    draft: Draft, known: Sequence[tuple[Application, Mapping[Resource, Share]]], resource: Resource, facts: Facts
) -> None:  # fmt: skip
    """Who uses the most, in amount and, where that is another, of its limit."""
    most = max(known, key=lambda pair: pair[1][resource].used or 0.0)
    share, word = most[1][resource], LABELS[resource].replace("Mem", "mem")
    noted = [note_share(draft, most[0], resource, share), _note_amount(draft, most[0], resource, share)]
    words = f"{name_of(most[0], facts)} uses the most {word}: {amount(resource, share.used)}"
    nearest = max(known, key=lambda pair: pair[1][resource].percent or 0.0)
    percent = nearest[1][resource].percent or 0.0
    if round(percent) > round(share.percent or 0.0):
        noted.append(note_share(draft, nearest[0], resource, nearest[1][resource]))
        words += f"; {name_of(nearest[0], facts)} is nearest to its limit: {whole(percent)}"
    draft.say(f"{words}.", *noted)
    draft.gap()


def tell_near_limits(selected: Sequence[Application], resource: Resource, facts: Facts, draft: Draft) -> None:
    """Who is nearest to its limit of one resource; of one application how near it is."""
    found = [(one, shares_of(one, facts)[resource]) for one in selected]
    known = sorted(((one, share) for one, share in found if share.percent is not None and share.basis == "limits"),
                   key=lambda pair: -(pair[1].percent or 0.0))  # fmt: skip
    word = LABELS[resource].replace("Mem", "mem")
    if not known:
        draft.fulfilled = False
        reason = next((share.reason for _, share in found if share.reason), None) or f"no limit of {word} is set"
        draft.say(f"I can't tell who is near to a limit of {word}: {markdown(reason, NAME_LIMIT * 2)}.")
        return
    noted = [note_share(draft, one, resource, share) for one, share in known[:SHOWN]]
    first, share = known[0]
    percent, used = whole(share.percent or 0.0), amount(resource, share.used)
    if len(selected) == 1:
        lead = "Yes" if (share.percent or 0.0) >= NEAR else "No"
        draft.say(f"{lead}: {name_of(first, facts)} uses {percent} of its {word} limit now ({used}).", *noted[:1])
        return
    draft.say(f"{name_of(first, facts)} is nearest to its {word} limit: {percent} ({used}).", *noted[:1])
    for (one, its), item in zip(known[:SHOWN], noted, strict=True):
        draft.say(f"- {name_of(one, facts)}: {whole(its.percent or 0.0)} ({amount(resource, its.used)})", item)
    draft.shown.append(first.id)


def _compared(
    draft: Draft, known: Sequence[tuple[Application, Mapping[Resource, Share]]], resource: Resource, facts: Facts
) -> None:
    """Which of those that were named uses the most, and how much the others use."""
    ranked = sorted(known, key=lambda pair: -(pair[1][resource].used or 0.0))
    noted = [_note_amount(draft, one, resource, shares[resource]) for one, shares in ranked]
    first, others = ranked[0], ranked[1:]
    word, beyond = LABELS[resource].replace("Mem", "mem"), "more" if len(others) == 1 else "the most"
    against = listing([f"{amount(resource, shares[resource].used) or '0'} of {name_of(one, facts)}"
                       for one, shares in others])  # fmt: skip
    used = amount(resource, first[1][resource].used) or "0"
    draft.say(f"{name_of(first[0], facts)} uses {beyond} {word}: {used}, against {against}.", *noted)
    draft.gap()


def _least(draft: Draft, first: tuple[Application, Mapping[Resource, Share]], resource: Resource, facts: Facts) -> None:
    """Who uses the least, in amount."""
    application, share = first[0], first[1][resource]
    word = LABELS[resource].replace("Mem", "mem")
    noted = _note_amount(draft, application, resource, share)
    draft.say(f"{name_of(application, facts)} uses the least {word}: {amount(resource, share.used) or '0'}.", noted)
    draft.gap()


def _application(
    draft: Draft, application: Application, shares: Sequence[tuple[Resource, Share]], facts: Facts
) -> None:
    parts, noted = [], []
    for resource, share in shares:
        used = amount(resource, share.used)
        if share.percent is not None:
            parts.append(f"{LABELS[resource]}: {whole(share.percent)}" + (f" ({used})" if used else ""))
            noted.append(note_share(draft, application, resource, share))
        elif used:
            parts.append(f"{LABELS[resource]}: {used} (no percentage: {share.reason})")
        if used:
            noted.append(_note_amount(draft, application, resource, share))
    draft.say(f"- {name_of(application, facts)}: {', '.join(parts)}", *noted)


def _note_amount(draft: Draft, application: Application, resource: Resource, share: Share) -> str:
    used, unit = amount(resource, share.used), f"{resource} used"
    return draft.evidence.note(METRICS, subject_of(application), used, unit=unit, at=share.measured_at)


def nodes(asked: Understanding, facts: Facts, draft: Draft, resources: Sequence[Resource]) -> None:
    """Usage of the nodes in percent of what they can give to pods."""
    wanted = {found.entity.name for found in asked.targets if found.entity.kind == "node"}
    selected = [node for node in facts.nodes if not wanted or node.name in wanted]
    draft.analyzed += len(selected)
    shown = [(node, usage) for node in selected if (usage := node_usage(draft, node, facts, resources))[0]]
    if not shown:
        draft.fulfilled = False
        draft.say(f"I can't tell the usage of nodes: {why_no_node_usage(facts)}.")
        return
    shown.sort(key=lambda pair: _node_percent(pair[0], facts, resources[0]), reverse=True)
    if len(shown) > 1:
        first, (_, noted) = shown[0]
        name, percent = markdown(first.name, NAME_LIMIT), whole(_node_percent(first, facts, resources[0]))
        draft.say(f"{name} uses the most {LABELS[resources[0]].replace('Mem', 'mem')}: {percent}.", *noted)
    draft.say("Usage of the nodes now, of what they can give to pods:")
    for node, (told, noted) in shown:
        draft.say(f"- {markdown(node.name, NAME_LIMIT)}: {told}", *noted)
    draft.gap()


def _node_percent(node: NodeRow, facts: Facts, resource: Resource) -> float:
    share = node_share(node, facts, resource)
    return share.percent or 0.0 if share else 0.0


def node_usage(
    draft: Draft, node: NodeRow, facts: Facts, resources: Sequence[Resource] = ("cpu", "memory")
) -> tuple[str, list[str]]:
    """`CPU: 41%, Memory: 60%` of one node with its evidence; empty where nothing is known."""
    parts, noted = [], []
    for resource in resources:
        share = node_share(node, facts, resource)
        if share is not None and share.percent is not None:
            parts.append(f"{LABELS[resource]}: {whole(share.percent)}")
            unit = f"{resource} % of allocatable"
            noted.append(
                draft.evidence.note(METRICS, f"Node {node.name}", share.percent, unit=unit, at=share.measured_at)
            )
    return ", ".join(parts), noted


def node_share(node: NodeRow, facts: Facts, resource: Resource) -> Share | None:
    """One resource of one node, or None when it was not measured."""
    measured = facts.node_usage.by_object.get(("", node.name)) if facts.node_usage else None
    return share_of_capacity(resource, measured, node.allocatable.get(resource)) if measured else None


def why_no_node_usage(facts: Facts) -> str:
    """Why nodes have no usage."""
    if facts.node_usage is None:
        return markdown(facts.usage_reason, NAME_LIMIT * 2)
    return markdown(facts.node_usage.reason or "none of them has been measured yet", NAME_LIMIT * 2)


def amount(resource: Resource, used: float | None) -> str:
    """`350m` cores, `512Mi`."""
    if used is None:
        return ""
    if resource == "memory":
        return format_bytes(used)
    return format_cpu(used) if used < 1 else f"{format_cpu(used)} {'core' if format_cpu(used) == '1' else 'cores'}"
