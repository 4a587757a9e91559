"""Whether pods fit, how many, and where; what is requested of the nodes; whether a node could be lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct

from hexaops.analysis.room import Need, NodeRoom, need_of
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import NAME_LIMIT, listing, plural
from hexaops.assistant.answers.usage import amount
from hexaops.assistant.evidence import KUBERNETES
from hexaops.backends.kubernetes.rows import PodRow
from hexaops.kit.quantities import format_bytes, format_cpu
from hexaops.kit.text import markdown

SHOWN = 20
BASIS = "Counted by requests, as the scheduler does; affinity, topology and volumes are not weighed."


class QuotaRoom(Struct, frozen=True):
    """The part of a quota that allows the fewest further pods."""

    quota: str
    part: str
    used: float
    hard: float
    allows: int


class Asked(Struct, frozen=True):
    """What is to be placed."""

    what: str
    """In words: "web-app pod", "pod with 4Gi memory"."""
    need: Need
    wanted: int | None
    """None: as many as fit."""
    unknown: tuple[str, ...] = ()
    """What its pods do not request."""


def tell_room(
    asked: Asked, found: Sequence[NodeRoom], placed: Mapping[str, int], quota: QuotaRoom | None, facts: Facts,
    draft: Draft,
) -> None:  # fmt: skip
    """Yes or no with numbers, then what each node has left."""
    fit = sum(one.takes(asked.need) for one in found)
    allowed = fit if quota is None else min(fit, quota.allows)
    noted = _note("nodes", f"room for {plural(fit, asked.what)} by requests", facts, draft)
    each = _need(asked.need)
    of_each = f" ({'it' if asked.wanted == 1 else 'each'} requests {each})" if each else ""
    where = listing([f"{count} on {markdown(node, NAME_LIMIT)}" for node, count in placed.items()]) if placed else ""
    if asked.wanted is None:
        on_nodes = f" on the nodes{f', {_spread(asked, found)}' if fit else ''}"
        draft.say(f"{allowed or 'No'} more {_pods(asked, allowed)} fit{'s' if allowed == 1 else ''}{of_each}"
                  f"{on_nodes if allowed == fit else ''}.", noted)  # fmt: skip
    elif allowed >= asked.wanted:
        still = fit - asked.wanted
        rest = f"; then there would be room for {still} more" if still else "; then the nodes are full"
        draft.say(f"Yes: {asked.wanted} more {_pods(asked, asked.wanted)} fit{'s' if asked.wanted == 1 else ''}"
                  f"{of_each}, such as {where}{rest}.", noted)  # fmt: skip
    else:
        only = f"only {allowed} of {asked.wanted}" if allowed else "none" if asked.wanted > 1 else "it does not"
        fits = "" if only == "it does not" else " fits" if allowed <= 1 else " fit"
        draft.say(f"No: {only}{fits}{of_each}.", noted)
    if quota is not None and quota.allows < fit:
        tight = f"{quota.part} {_size(quota.part, quota.used)} of {_size(quota.part, quota.hard)} used"
        item = _note(f"ResourceQuota {quota.quota}", tight, facts, draft)
        draft.say(f"Quota {markdown(quota.quota, NAME_LIMIT)} allows {quota.allows or 'none'} of them: {tight}.", item)
    elif quota is not None:
        item = _note(f"ResourceQuota {quota.quota}", f"allows {quota.allows} more", facts, draft)
        draft.say(f"Quota {markdown(quota.quota, NAME_LIMIT)} would allow {quota.allows}.", item)
    for one in found[:SHOWN]:
        takes = one.takes(asked.need)
        left = f"{_left(one)} not requested"
        words = f"closed ({markdown(one.closed, NAME_LIMIT)})" if one.closed else f"room for {takes}"
        draft.say(f"- {markdown(one.node, NAME_LIMIT)}: {words}; {left}", _note(f"Node {one.node}", left, facts, draft))
    if asked.unknown:
        draft.say(f"Its pods request no {listing(asked.unknown)}, so that does not count.")
    draft.say(BASIS + _of_these(facts))


def _spread(asked: Asked, found: Sequence[NodeRoom]) -> str:
    takes = [(one.node, one.takes(asked.need)) for one in found]
    return listing([f"{count} on {markdown(node, NAME_LIMIT)}" for node, count in takes if count])


def _pods(asked: Asked, count: int) -> str:
    head, _, rest = asked.what.partition(" with ")
    return f"{head}{'' if count == 1 else 's'}{f' with {rest}' if rest else ''}"


def tell_requested_of_nodes(
    found: Sequence[NodeRoom], facts: Facts, draft: Draft, *, first: Literal["whole", "over", "enough", "slots"]
) -> None:
    """What of each node is requested; `first`: whether it is asked if too much is, or if it is enough."""
    if not found:
        draft.fulfilled = False
        draft.say("I can't tell: no node is known here.")
        return
    whole = listing([_share(found, "cpu"), _share(found, "memory")])
    noted = _note("nodes", f"requested: {whole}", facts, draft)
    over = [one for one in found if one.free_cpu < 0 or one.free_memory < 0]
    fullest = min(found, key=lambda one: min(one.free_cpu / (one.cpu or 1), one.free_memory / (one.memory or 1)))
    if first == "over":
        lead = (
            f"Yes: on {listing([markdown(one.node, NAME_LIMIT) for one in over])} more is requested than pods may have"
            if over
            else f"No: on no node is more requested than pods may have; {markdown(fullest.node, NAME_LIMIT)} is "
            f"nearest, with {_left(fullest)} not requested"
        )
        draft.say(f"{lead}.", noted)
        draft.say(f"Requested on {plural(len(found), 'node')}: {whole}.", noted)
    elif first == "slots" and len(found) == 1:
        slots = f"{plural(max(0, fullest.free_pods), 'more pod')}, as far as their requests fit in {_left(fullest)}"
        says = f"no pod: it is closed ({markdown(fullest.closed, NAME_LIMIT)})" if fullest.closed else slots
        draft.say(f"{markdown(fullest.node, NAME_LIMIT)} takes {says}.", noted)
    elif first == "enough":
        draft.say(f"By what runs now, the nodes have room: requested is {whole}.", noted)
    else:
        draft.say(f"Requested on {plural(len(found), 'node')}: {whole}.", noted)
    for one in found[:SHOWN]:
        slots = f", room for {plural(max(0, one.free_pods), 'pod')} by number" if len(found) == 1 else ""
        closed = f", closed ({markdown(one.closed, NAME_LIMIT)})" if one.closed else ""
        shares = f"{_share([one], 'cpu')} and {_share([one], 'memory')}"
        draft.say(f"- {markdown(one.node, NAME_LIMIT)}: {shares}{slots}{closed}",
                  _note(f"Node {one.node}", f"{_left(one)} not requested", facts, draft))  # fmt: skip
    draft.say("Limits may be higher than requests; what is really used is another question." + _of_these(facts))


def tell_unplaced(waiting: Sequence[PodRow], facts: Facts, draft: Draft) -> None:
    """Pods that no node has room for."""
    names = [
        f"{markdown(pod.name, NAME_LIMIT)} (requests {_need(need_of(pod)) or 'nothing'})" for pod in waiting[:SHOWN]
    ]
    noted = _note("pods", f"{len(waiting)} waiting for a node", facts, draft)
    verb = "waits" if len(waiting) == 1 else "wait"
    draft.say(f"Not all that is wanted fits: {plural(len(waiting), 'pod')} {verb} for a node: "
              f"{listing(names, limit=5)}.", noted)  # fmt: skip


def tell_all_placed(pods: int, facts: Facts, draft: Draft) -> None:
    """No pod waits for a node."""
    draft.say(f"Each of {plural(pods, 'pod')} has a node.", _note("pods", "0 waiting for a node", facts, draft))


def tell_loss(lost: Mapping[str, Sequence[PodRow]], facts: Facts, draft: Draft) -> None:
    """Whether the pods of each node would find room on the others; `lost`: those that would not, by node."""
    stuck = {node: pods for node, pods in lost.items() if pods}
    noted = _note("nodes", f"{len(stuck)} of {len(lost)} whose pods would not fit on the others", facts, draft)
    if len(lost) < 2:
        draft.say("No: there is only one node." if lost else "I can't tell: no node is known here.", noted)
    elif not stuck:
        draft.say(f"Yes: if any one of {plural(len(lost), 'node')} is lost, its pods find room on the others.", noted)
    else:
        names = listing([markdown(node, NAME_LIMIT) for node in stuck])
        every = len(stuck) == len(lost)
        lead = "No" if every else "Not for every node"
        whose = f"any of {plural(len(lost), 'node')}" if every else names
        draft.say(f"{lead}: if {whose} is lost, some of its pods find no room on the others.", noted)
    for node, pods in sorted(lost.items()):
        own = {pod.uid for one in facts.applications or () for pod in one.pods}
        mine = [markdown(pod.name, NAME_LIMIT) for pod in pods if pod.uid in own]
        others = [f"{plural(len(pods) - len(mine), 'pod')} of others"] if len(pods) > len(mine) else []
        told = f"no room for {listing([*mine, *others])}" if pods else "all of its pods find room"
        draft.say(f"- {markdown(node, NAME_LIMIT)}: {told}", _note(f"Node {node}", told, facts, draft))
    draft.say(BASIS + _of_these(facts))


def _of_these(facts: Facts) -> str:
    return "" if facts.whole_cluster else " Only nodes that run pods of this workspace are counted."


def _share(found: Sequence[NodeRoom], resource: Literal["cpu", "memory"]) -> str:
    whole = sum(getattr(one, resource) for one in found)
    taken = whole - sum(getattr(one, f"free_{resource}") for one in found)
    label = "CPU" if resource == "cpu" else "memory"
    percent = f" ({round(100 * taken / whole)}%)" if whole else ""
    return f"{amount(resource, taken)} of {amount(resource, whole)} {label}{percent}"


def _left(one: NodeRoom) -> str:
    cpu, memory = max(0.0, one.free_cpu), max(0.0, one.free_memory)
    return f"{amount('cpu', cpu)} CPU and {format_bytes(memory)} memory"


def _need(need: Need) -> str:
    parts = [f"{format_cpu(need.cpu)} CPU"] if need.cpu else []
    parts += [f"{format_bytes(need.memory)} memory"] if need.memory else []
    return listing(parts) if parts else ""


def _size(part: str, value: float) -> str:
    return format_bytes(value) if "memory" in part or "storage" in part else f"{value:g}"


def _note(what: str, value: str, facts: Facts, draft: Draft) -> str:
    return draft.evidence.note(KUBERNETES, what, value, unit="requests", at=facts.freshness.as_of, is_query=True)
