"""What belongs to applications: autoscalers, quotas, volume claims, host names, disruption budgets, endpoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from hexaops.analysis.applications.model import Application
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import NAME_LIMIT, TEXT_LIMIT, listing, name_of, plural, subject_of
from hexaops.assistant.evidence import KUBERNETES
from hexaops.backends.kubernetes.rows import HpaMetricRow, HpaRow, IngressRow, PdbRow, PvcRow, QuotaRow, ServiceRow
from hexaops.kit.quantities import format_bytes, format_cpu
from hexaops.kit.text import markdown

SHOWN = 20


AutoscalerQuestion = Literal["whether", "bounds", "limit"]
"""Whether there is one, between which numbers it scales, or whether it is at its maximum."""


def tell_autoscalers(
    selected: Sequence[Application],
    found: Sequence[HpaRow],
    facts: Facts,
    draft: Draft,
    *,
    form: AutoscalerQuestion = "whether",
) -> None:
    """Which autoscaler sets whose replicas, between which bounds."""
    of_limit = form == "limit"
    owned = {(row.namespace, row.target_kind, row.target_name): row for row in found}
    scaled = [(one, owned.get((one.project, one.kind, one.name))) for one in selected]
    if len(scaled) == 1:
        one, row = scaled[0]
        if row is None:
            noted = _note(f"autoscalers of {subject_of(one)}", 0, facts, draft)
            count, name = plural(one.desired, "replica"), f"**{name_of(one, facts)}**"
            words = f"No: no HorizontalPodAutoscaler scales {name}; it has {count}."
            if form == "bounds":
                words = f"{name} has {count}, set by hand: no HorizontalPodAutoscaler scales it, so it has no bounds."
            draft.say(words, noted)
            return
        lead = _at_maximum(row) if of_limit else "Yes"
        if form == "bounds":
            lead = f"At least {row.min_replicas} and at most {plural(row.max_replicas, 'replica')}"
        draft.say(f"{lead}: {_autoscaler(one, row, facts)}", _note_row(row, facts, draft))
        return
    autoscaled = [(one, row) for one, row in scaled if row is not None]
    if of_limit:
        full = [row for _, row in autoscaled if row.current >= row.max_replicas]
        noted = _note("autoscalers at their maximum", len(full), facts, draft)
        verb = "is at its maximum" if 1 in (len(full), len(autoscaled)) else "are at their maximum"
        draft.say(f"{len(full) or 'None'} of {plural(len(autoscaled), 'autoscaler')} {verb}.", noted)
        for one, row in autoscaled[:SHOWN]:
            draft.say(f"- {_autoscaler(one, row, facts)}", _note_row(row, facts, draft))
        return
    noted = _note("applications with an autoscaler", len(autoscaled), facts, draft)
    verb = "is" if len(autoscaled) == 1 else "are"
    draft.say(f"{len(autoscaled) or 'None'} of {plural(len(scaled), 'application')} {verb} autoscaled.", noted)
    for one, row in autoscaled[:SHOWN]:
        draft.say(f"- {_autoscaler(one, row, facts)}", _note_row(row, facts, draft))


def _at_maximum(row: HpaRow) -> str:
    left = row.max_replicas - row.current
    return "Yes, it is at its maximum" if left <= 0 else f"No, it is {plural(left, 'replica')} below its maximum"


def _autoscaler(one: Application, row: HpaRow, facts: Facts) -> str:
    metrics = listing([
        f"{markdown(metric.name, NAME_LIMIT)} at {_measure(metric, metric.target)}"
        + (f" (now {_measure(metric, metric.current)})" if metric.current is not None else "")
        for metric in row.metrics
    ])  # fmt: skip
    by = f", by {metrics}" if row.metrics else ""
    words = (
        f"HorizontalPodAutoscaler {markdown(row.name, NAME_LIMIT)} keeps {name_of(one, facts)} between "
        f"{row.min_replicas} and {row.max_replicas} replicas, now {row.current}{by}."
    )
    stuck = [
        each for each in row.conditions if each.type in {"AbleToScale", "ScalingActive"} and each.status == "False"
    ]
    return words + "".join(f" It can't act now: {markdown(each.message, TEXT_LIMIT)}." for each in stuck[:1])


def _measure(metric: HpaMetricRow, value: str) -> str:
    return markdown(f"{value}%" if metric.target_type == "Utilization" and value.isdigit() else value, NAME_LIMIT)


def tell_quotas(found: Sequence[QuotaRow], where: str, facts: Facts, draft: Draft) -> None:
    """How much of each quota is used, the fullest resource first."""
    if not found:
        draft.say(f"There is no quota{where}.", _note(f"quotas{where}", 0, facts, draft))
        return
    for row in found[:SHOWN]:
        shares = sorted(row.hard, key=lambda name, row=row: -_share(row, name))  # type: ignore[misc]
        told = [
            f"{name} {_amount(name, row.used.get(name, 0.0))} of {_amount(name, row.hard[name])}" for name in shares
        ]
        name = markdown(f"{row.namespace}/{row.name}", NAME_LIMIT)
        fullest = f"{markdown(shares[0], NAME_LIMIT)}, at {round(100 * _share(row, shares[0]))}%" if shares else "none"
        draft.say(
            f"The fullest part of quota {name} is {fullest}: "
            f"{listing([markdown(one, NAME_LIMIT) for one in told], limit=SHOWN)}.",
            *(_note(f"ResourceQuota {row.namespace}/{row.name}", one, facts, draft) for one in told),
        )


def _share(row: QuotaRow, name: str) -> float:
    hard = row.hard[name]
    return row.used.get(name, 0.0) / hard if hard else 1.0


def _amount(name: str, value: float) -> str:
    if "memory" in name or "storage" in name:
        return format_bytes(value)
    return format_cpu(value) if "cpu" in name else f"{value:g}"


def tell_claims(
    claims: Mapping[str, Sequence[PvcRow]],
    selected: Sequence[Application],
    facts: Facts,
    draft: Draft,
    *,
    of_class: bool = False,
) -> None:
    """Volume claims of each application (by its id), with their sizes; `of_class`: their storage classes first."""
    having = [one for one in selected if claims.get(one.id)]
    every = [row for one in having for row in claims[one.id]]
    total = format_bytes(sum(row.capacity_bytes or row.requested_bytes or 0.0 for row in every))
    noted = _note("volume claims", len(every), facts, draft)
    if of_class and every:
        classes = sorted({row.storage_class or "none" for row in every})
        use = "uses" if len(every) == 1 else "use"
        word = "the storage class" if len(classes) == 1 else "the storage classes"
        told = listing([markdown(name, NAME_LIMIT) for name in classes])
        draft.say(
            f"{plural(len(every), 'volume claim')} of {plural(len(having), 'application')} {use} {word} {told}.", noted
        )
    elif len(selected) == 1:
        name = f"**{name_of(selected[0], facts)}**"
        draft.say(f"{name} has {plural(len(every), 'volume claim')}{f', {total} in all' if every else ''}.", noted)
    else:
        verb = "has" if len(having) == 1 else "have"
        words = f"{len(having) or 'None'} of {plural(len(selected), 'application')} {verb} volumes"
        draft.say(f"{words}: {plural(len(every), 'claim')}, {total} in all." if every else f"{words}.", noted)
    for one in having:
        for row in claims[one.id][:SHOWN]:
            size = format_bytes(row.capacity_bytes or row.requested_bytes or 0.0)
            value = f"{row.phase}, {size}, storage class {row.storage_class or 'none'}"
            item = _note(f"PersistentVolumeClaim {row.namespace}/{row.name}", value, facts, draft)
            of = "" if len(selected) == 1 else f" of {name_of(one, facts)}"
            draft.say(f"- {markdown(row.name, NAME_LIMIT)}{of}: {markdown(value, NAME_LIMIT)}", item)


def tell_hosts(
    found: Sequence[IngressRow], behind: Mapping[tuple[str, str], Sequence[str]], where: str, facts: Facts, draft: Draft
) -> None:
    """Host names of Ingresses, and where they lead; `behind`: applications by namespace and Service."""
    rules = [(row, rule) for row in found for rule in row.rules]
    hosts = {rule.host or "every host" for _, rule in rules}
    noted = _note(f"Ingresses{where}", len(found), facts, draft)
    if not rules:
        draft.say(f"No Ingress leads{where}.", noted)
        return
    verb = "leads" if len(hosts) == 1 else "lead"
    first = listing([markdown(host, NAME_LIMIT) for host in sorted(hosts)])
    draft.say(f"{first} {verb}{where or ' into the workspace'}.", noted)
    for row, rule in rules[:SHOWN]:
        served = listing([markdown(name, NAME_LIMIT) for name in behind.get((row.namespace, rule.service), ())])
        tls = "TLS" if rule.host in row.tls_hosts else "no TLS"
        value = f"{rule.host or 'every host'}{rule.path or '/'} → Service {rule.service}"
        item = _note(f"Ingress {row.namespace}/{row.name}", value, facts, draft)
        to = f" of {served}" if served else " (selects no application)"
        name = markdown(f"{row.namespace}/{row.name}", NAME_LIMIT)
        draft.say(f"- {markdown(value, TEXT_LIMIT)}{to}; Ingress {name}, {tls}", item)


def tell_ports_outside(found: Sequence[ServiceRow], where: str, facts: Facts, draft: Draft) -> None:
    """Services that nodes or load balancers open to the outside; whether a firewall stands before them, nobody sees."""
    noted = _note(f"Services of type LoadBalancer or NodePort{where}", len(found), facts, draft)
    if not found:
        draft.say(f"No Service of type LoadBalancer or NodePort leads{where or ' into the workspace'}.", noted)
    for row in found[:SHOWN]:
        ports = listing([str(port.port) for port in row.ports]) or "no port"
        at = f" at {listing([markdown(one, NAME_LIMIT) for one in row.external])}" if row.external else ""
        value = f"{row.type}, port {ports}"
        item = _note(f"Service {row.namespace}/{row.name}", value, facts, draft)
        draft.say(f"- Service {markdown(f'{row.namespace}/{row.name}', NAME_LIMIT)}: {value}{at}", item)
    draft.say("Based on the objects alone: firewalls and cloud networks in front of them are not seen.")


def tell_budgets(found: Sequence[PdbRow], where: str, facts: Facts, draft: Draft) -> None:
    """Disruption budgets, those that allow nothing first."""
    tight = [row for row in found if row.disruptions_allowed == 0]
    noted = [_note(f"disruption budgets{where}", len(found), facts, draft)]
    noted.append(_note(f"disruption budgets that allow nothing{where}", len(tight), facts, draft))
    if not found:
        draft.say(f"There is no disruption budget{where}.", *noted)
        return
    of_all = plural(len(found), "disruption budget")
    verb = "allows" if len(tight) == 1 else "allow"
    first = f"{len(tight)} of {of_all} {verb} no eviction" if tight else f"All of {of_all} allow an eviction"
    if len(found) == 1:
        first = f"There is 1 disruption budget{where}; it allows {'no' if tight else 'an'} eviction"
    draft.say(f"{first} now.", *noted)
    for row in sorted(found, key=lambda row: (row.disruptions_allowed, row.namespace, row.name))[:SHOWN]:
        pods = f"{row.current_healthy} healthy, {row.desired_healthy} needed"
        value = f"{plural(row.disruptions_allowed, 'eviction')} allowed ({pods})"
        item = _note(f"PodDisruptionBudget {row.namespace}/{row.name}", value, facts, draft)
        draft.say(f"- {markdown(f'{row.namespace}/{row.name}', NAME_LIMIT)}: {value}", item)


def tell_unserved(services: Sequence[ServiceRow], ready: Mapping[str, int], facts: Facts, draft: Draft) -> None:
    """Services that have a selector but no ready endpoint; `ready`: how many are ready, by the Service's uid."""
    counted = [row for row in services if row.selector and row.type != "ExternalName"]
    without = [row for row in counted if not ready.get(row.uid)]
    noted = [
        _note("Services", len(counted), facts, draft),
        _note("Services without endpoint", len(without), facts, draft),
    ]
    verb = "has" if len(without) == 1 else "have"
    of_all = plural(len(counted), "Service")
    first = (
        f"{len(without)} of {of_all} {verb} no ready endpoint" if without else f"Each of {of_all} has a ready endpoint"
    )
    draft.say(f"{first}.", *noted)
    for row in without[:SHOWN]:
        item = _note(f"Service {row.namespace}/{row.name}", "0 ready endpoints", facts, draft)
        draft.say(f"- {markdown(f'{row.namespace}/{row.name}', NAME_LIMIT)}", item)


def _note(what: str, value: float | str, facts: Facts, draft: Draft) -> str:
    unit = "state" if isinstance(value, str) else "objects"
    counted = not isinstance(value, str)
    return draft.evidence.note(KUBERNETES, what, value, unit=unit, at=facts.freshness.as_of, is_query=counted)


def _note_row(row: HpaRow, facts: Facts, draft: Draft) -> str:
    value = f"{row.min_replicas} to {row.max_replicas} replicas, now {row.current}"
    return _note(f"HorizontalPodAutoscaler {row.namespace}/{row.name}", value, facts, draft)
