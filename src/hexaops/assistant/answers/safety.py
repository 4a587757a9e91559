"""Whether a change is safe or needed now, as a verdict with its grounds. Nothing is planned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from hexaops.analysis.applications.model import UNHEALTHY, Application
from hexaops.analysis.applications.usage import Resource, Share
from hexaops.assistant.answers.draft import Draft, Suggestion
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import (
    LABELS,
    NAME_LIMIT,
    TEXT_LIMIT,
    listing,
    name_of,
    note_replicas,
    note_share,
    plural,
    whole,
)
from hexaops.assistant.answers.possible import actions_for, restart_may_help
from hexaops.assistant.evidence import KUBERNETES, STORE
from hexaops.backends.kubernetes.rows import HpaRow, PdbRow, PodRow
from hexaops.kit.text import markdown, plain

BUSY = 80.0
"""Percent of its limits from which on a pod has no room for another one's work."""
LEAD = 16
"""Letters of "With care" and the like."""
NOTHING = "Nothing has been changed."


class Change(Struct, frozen=True):
    """A change that is asked about."""

    verb: str
    """restart, stop, scale or start."""
    replicas: int | None = None
    needed: bool = False
    """Asked whether it is needed ("should I …?"), not whether it is safe."""
    then: bool = False
    """Asked what would happen: the answer is no yes or no."""


class Grounds(Struct, frozen=True):
    """What a verdict on one application is based on."""

    down: int
    """Ready pods that a rollout may take at once."""
    budgets: Sequence[PdbRow] = ()
    autoscalers: Sequence[HpaRow] = ()
    shares: Mapping[Resource, Share] | None = None
    dependents: Sequence[str] = ()
    """Names of those that connect to it."""


def tell_verdict(one: Application, change: Change, grounds: Grounds, facts: Facts, draft: Draft) -> None:
    """Yes, no, or with care; then why."""
    verdict = _needed(one, change, grounds) if change.needed else _safe(one, change, grounds)
    if change.then:
        lead, colon, rest = verdict.partition(": ")
        verdict = f"{rest[0].upper()}{rest[1:]}" if colon and len(lead) < LEAD else verdict
    noted = [note_replicas(draft, one, facts)]
    for resource, share in (grounds.shares or {}).items():
        if share.percent is not None:
            noted.append(note_share(draft, one, resource, share))
    draft.say(verdict.replace("{name}", f"**{name_of(one, facts)}**"), *noted)
    if one.status in UNHEALTHY:
        draft.say(f"- it is {one.status} now, {one.ready} of {one.desired} ready: {markdown(one.trouble, TEXT_LIMIT)}",
                  noted[0])  # fmt: skip
    if used := _usage_words(grounds):
        draft.say(f"- it uses {used} of its limits now", *noted[1:])
    if grounds.dependents and change.verb != "start":
        names = listing([markdown(name, NAME_LIMIT) for name in grounds.dependents])
        verb = "connects" if len(grounds.dependents) == 1 else "connect"
        draft.say(f"- {names} {verb} to it", noted[0])
    for row in grounds.budgets:
        value = f"{row.disruptions_allowed} evictions allowed"
        item = draft.evidence.note(KUBERNETES, f"PodDisruptionBudget {row.namespace}/{row.name}", value, unit="state",
                                   at=facts.freshness.as_of)  # fmt: skip
        allowed = plural(row.disruptions_allowed, "eviction")
        draft.say(f"- disruption budget {markdown(row.name, NAME_LIMIT)} allows {allowed} now", item)
    for scaler in grounds.autoscalers:
        item = draft.evidence.note(
            KUBERNETES, f"HorizontalPodAutoscaler {scaler.namespace}/{scaler.name}",
            f"{scaler.min_replicas} to {scaler.max_replicas}", unit="replicas", at=facts.freshness.as_of,
        )  # fmt: skip
        draft.say(f"- autoscaler {markdown(scaler.name, NAME_LIMIT)} keeps it between {scaler.min_replicas} and "
                  f"{scaler.max_replicas} replicas, and would change another number again", item)  # fmt: skip
    _offer(one, change, facts, draft)


def _offer(one: Application, change: Change, facts: Facts, draft: Draft) -> None:
    action = f"{change.verb}_application"
    draft.say(f"{NOTHING} A plan shows exactly what would happen.")
    draft.shown.append(one.id)
    if action in actions_for([one], facts):
        name = plain(one.name, NAME_LIMIT)
        to = f" to {change.replicas}" if change.replicas else ""
        if change.verb != "scale" or to:
            draft.suggest(Suggestion(action, f"Plan to {change.verb} {name}{to}", f"{change.verb} {name}{to}",
                                     {"application_id": one.id}))  # fmt: skip


def _usage_words(grounds: Grounds) -> str:
    shares = [(resource, share) for resource, share in (grounds.shares or {}).items() if share.percent is not None]
    return listing([f"{whole(share.percent or 0.0)} {LABELS[resource].replace('Mem', 'mem')}"
                    for resource, share in shares]) if shares else ""  # fmt: skip


def _safe(one: Application, change: Change, grounds: Grounds) -> str:
    if one.desired == 0:
        return "Yes: {name} is stopped, so nothing would be interrupted."
    match change.verb:
        case "stop":
            return "No, not without an outage: {name} would serve nothing until it is started again."
        case "scale":
            return _safe_to_scale(one, change.replicas, grounds)
        case _:
            return _safe_to_restart(one, grounds)


def _safe_to_restart(one: Application, grounds: Grounds) -> str:
    kept = max(0, one.desired - grounds.down) if one.ready >= one.desired else max(0, one.ready - grounds.down)
    kept = min(kept, one.ready)
    pods = f"its {plural(one.desired, 'pod')} {'is' if one.desired == 1 else 'are'} replaced in turn"
    if one.ready == 0:
        return "Yes: {name} has no ready pod that a restart could interrupt."
    if kept < 1:
        return "No, not without an outage: {name} has no ready pod while its own is replaced."
    stay = f"{kept} or more of {one.ready} ready stay" if one.ready > 1 else "the ready one stays until then"
    if one.status in UNHEALTHY:
        return f"With care: {{name}} is not whole; {pods}, {stay}."
    return f"Yes, by what is known: {pods}, {stay} ({{name}})."


def _safe_to_scale(one: Application, wanted: int | None, grounds: Grounds) -> str:
    if wanted is None:
        return "That depends on the number of replicas that {name} would have; " + f"it has {one.desired}."
    if wanted == 0:
        return "No, not without an outage: {name} would serve nothing with 0 replicas."
    if wanted >= one.desired:
        return f"Yes: {{name}} keeps its {plural(one.ready, 'ready pod')}; more are added if nodes have room."
    cpu = grounds.shares["cpu"].percent if grounds.shares else None
    then = (cpu or 0.0) * max(1, one.ready) / wanted
    if then >= BUSY:
        return (
            f"No: {wanted} of {{name}} would have to do what {one.ready} do now, which is about {then:.0f}% of the CPU "
            "limit of what is left."
        )
    load = f", at about {then:.0f}% of its CPU limit by what is used now" if cpu else ""
    if wanted == 1:
        return f"With care: one pod of {{name}} would be left{load}, and it would be down whenever that one is."
    return f"Yes, by what is used now: {wanted} of {{name}} would be left{load}."


def _needed(one: Application, change: Change, grounds: Grounds) -> str:
    busiest = max((share.percent or 0.0 for share in (grounds.shares or {}).values()), default=0.0)
    if change.verb == "scale" and one.status not in UNHEALTHY and busiest:
        if change.replicas is not None and change.replicas < one.desired:
            return _safe_to_scale(one, change.replicas, grounds)
        if busiest >= BUSY:
            return f"Yes, by what it uses now: {{name}} is at {busiest:.0f}% of its limits with {one.desired} replicas."
        return f"Not by what it uses now: {{name}} is at {busiest:.0f}% of its limits with {one.desired} replicas."
    if change.verb == "restart":
        if one.status not in UNHEALTHY:
            return "No need that I see: {name} is healthy."
        if restart_may_help(one):
            return "It may help: {name} has failing pods that new ones can replace, but its cause may come back."
        return "No: a restart of {name} would not change why its pods fail or wait."
    if change.verb == "scale" and one.status in UNHEALTHY:
        return "First see what is wrong: {name} does not have the pods that it should have already."
    return _safe(one, change, grounds)


def tell_cost_of_scaling(one: Application, wanted: int, monthly: float, facts: Facts, draft: Draft) -> None:
    """What another number of replicas would cost, if each costs what one does now."""
    noted = draft.evidence.note(STORE, f"monthly cost of {one.project}/{one.name}", round(monthly, 2), unit="$",
                                at=facts.now)  # fmt: skip
    name, each = f"**{name_of(one, facts)}**", monthly / max(1, one.desired)
    now = f"{name} costs ${monthly:.2f} with {plural(one.desired, 'replica')} now"
    draft.say(f"About ${each * wanted:.2f} a month: {now}, which is ${each:.2f} each.", noted)
    draft.say(f"Volumes do not grow with the replicas of a Deployment, so it may be less. {NOTHING}")
    draft.shown.append(one.id)


def tell_drain(
    node: str, homeless: Sequence[PodRow], facts: Facts, draft: Draft, *, tight: Sequence[PdbRow], known: bool
) -> None:
    """Whether a node can be drained: its pods find room, budgets allow it, and each application keeps a ready one."""
    name = markdown(node, NAME_LIMIT)
    hit = [(one, [pod for pod in one.pods if pod.node == node]) for one in facts.applications or ()]
    hit = [(one, pods) for one, pods in hit if pods and one.kind != "DaemonSet"]
    alone = [one for one, pods in hit if one.ready and one.ready == sum(pod.ready for pod in pods)]
    own = {pod.uid for _, pods in hit for pod in pods}
    stuck = [pod for pod in homeless if pod.uid in own]
    noted = draft.evidence.note(
        KUBERNETES, f"Node {node}", f"{len(hit)} applications, {len(homeless)} pods without room elsewhere",
        unit="state", at=facts.freshness.as_of,
    )  # fmt: skip
    grounds = []
    if stuck or (homeless and known):
        grounds.append(f"{plural(len(homeless), 'pod')} would find no room on the other nodes")
    if alone:
        grounds.append(f"{listing([name_of(one, facts) for one in alone])} would have no ready pod for a while")
    if tight:
        names = listing([markdown(row.name, NAME_LIMIT) for row in tight])
        grounds.append(f"disruption budget {names} allows no eviction now")
    pods = sum(len(pods) for _, pods in hit)
    of_all = f"{plural(pods, 'pod')} of {plural(len(hit), 'application')}"
    if not hit and not homeless:
        draft.say(f"Yes: nothing of this workspace but DaemonSets runs on {name}.", noted)
    elif grounds:
        draft.say(f"No, not now: {listing(grounds)} if {name} is drained.", noted)
    else:
        draft.say(f"Yes, by what is known: {of_all} on {name} find room elsewhere, and each keeps a ready pod.", noted)
    for pod in stuck:
        draft.say(f"- {markdown(pod.name, NAME_LIMIT)} has no room elsewhere", noted)
    for one, some in hit:
        left = one.ready - sum(pod.ready for pod in some)
        draft.say(f"- {name_of(one, facts)}: {plural(len(some), 'pod')} there, {left} ready elsewhere", noted)
    draft.say(
        f"I drain no node here: `kubectl drain {node} --ignore-daemonsets` keeps to the disruption budgets. {NOTHING}"
    )
