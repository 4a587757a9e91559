"""Objects by their own names: a Service and what is behind it, a claim, a Job, the keys of a ConfigMap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hexaops.analysis.applications.model import Application
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import NAME_LIMIT, TEXT_LIMIT, listing, name_of, plural, subject_of
from hexaops.assistant.answers.resources import port_words
from hexaops.assistant.evidence import KUBERNETES
from hexaops.backends.kubernetes.rows import EndpointRow, IngressRow, ObjectRow, PvcRow, ServiceRow
from hexaops.kit.durations import format_duration
from hexaops.kit.quantities import format_bytes
from hexaops.kit.redaction import redact
from hexaops.kit.redaction.names import is_telling
from hexaops.kit.text import markdown

SHOWN = 20
VALUE_LIMIT = 120
OUTSIDE = ("LoadBalancer", "NodePort")


def tell_service(
    row: ServiceRow,
    behind: Sequence[str],
    endpoints: Sequence[EndpointRow],
    ingresses: Sequence[IngressRow],
    facts: Facts,
    draft: Draft,
    *,
    facet: str,
) -> None:
    """Where a Service leads; by `facet` first whether it is exposed, or its pods."""
    name, ready = _name(row), [one for one in endpoints if one.ready]
    noted = _note(row, f"{row.type}, {len(ready)} of {len(endpoints)} endpoints ready", facts, draft)
    to = f"leads to {listing([f'**{markdown(one, NAME_LIMIT)}**' for one in behind])}" if behind else _no_pods(row)
    port = "port" if len(row.ports) == 1 else "ports"
    ports = f", {port} {listing([port_words(one) for one in row.ports])}" if row.ports else ""
    if facet == "exposed":
        draft.say(_exposure(row, ingresses), noted)
    elif facet == "pods":
        verb = "is" if len(endpoints) == 1 else "are"
        draft.say(f"{plural(len(endpoints), 'pod')} {verb} behind {name}, {len(ready)} ready:", noted)
        for one in endpoints[:SHOWN]:
            draft.say(f"- {markdown(one.pod_name, NAME_LIMIT)}: {'ready' if one.ready else 'not ready'}", noted)
        if len(endpoints) > SHOWN:
            draft.say(f"- … and {len(endpoints) - SHOWN} more")
    if facet != "leads":
        draft.gap()
    draft.say(f"{name} {to}{ports}; {len(ready)} of {plural(len(endpoints), 'endpoint')} ready.", noted)
    labels = listing([f"{key}={value}" for key, value in row.selector.items()]) or "none"
    draft.say(
        f"- type {row.type}, cluster IP {row.cluster_ip or 'none'}, selector {markdown(labels, TEXT_LIMIT)}", noted
    )
    if facet == "leads" and endpoints:
        pods = [f"{markdown(one.pod_name, NAME_LIMIT)}{'' if one.ready else ' (not ready)'}" for one in endpoints]
        draft.say(f"- pods: {listing(pods)}", noted)
    for ingress in ingresses[:SHOWN]:
        _ingress_line(ingress, facts, draft, service=row.name)


def tell_unserved_by_any(application: Application, facts: Facts, draft: Draft) -> None:
    """No Service selects the pods of an application."""
    noted = draft.evidence.note(
        KUBERNETES, subject_of(application), "no Service", unit="state", at=facts.freshness.as_of
    )
    draft.say(f"No Service selects the pods of **{name_of(application, facts)}**.", noted)


def _no_pods(row: ServiceRow) -> str:
    if not row.selector:
        return "has no selector, so its endpoints are kept by hand"
    labels = listing([markdown(f"{key}={value}", NAME_LIMIT) for key, value in row.selector.items()])
    return f"leads to no application: nothing has the labels {labels}"


def _exposure(row: ServiceRow, ingresses: Sequence[IngressRow]) -> str:
    name = _name(row)
    if ingresses:
        hosts = sorted(
            {rule.host or "every host" for one in ingresses for rule in one.rules if rule.service == row.name}
        )
        return f"Yes: {listing([markdown(host, NAME_LIMIT) for host in hosts])} leads to {name}, by an Ingress."
    if row.type in OUTSIDE:
        at = f" at {listing([markdown(one, NAME_LIMIT) for one in row.external])}" if row.external else ""
        return f"Yes: {name} is of type {row.type}{at}."
    return f"No: {name} is of type {row.type} and no Ingress leads to it, so it is reached inside the cluster only."


def tell_ingress(
    row: IngressRow, behind: Mapping[str, Sequence[str]], facts: Facts, draft: Draft, *, exposed: bool
) -> None:
    """Which hosts an Ingress serves, and what is behind them (`behind`: applications by Service)."""
    name, services = _name(row), [*dict.fromkeys(rule.service for rule in row.rules)]
    hosts = listing([markdown(rule.host or "every host", NAME_LIMIT) for rule in row.rules]) or "no host"
    told = [
        f"Service {markdown(one, NAME_LIMIT)}"
        + (f" (**{listing([markdown(app, NAME_LIMIT) for app in behind[one]])}**)" if behind.get(one) else "")
        for one in services
    ]
    noted = _note(row, f"{hosts} to {', '.join(services) or 'nothing'}", facts, draft)
    lead = "Yes: " if exposed and services else ""
    draft.say(f"{lead}{name} leads {hosts} to {listing(told) or 'nothing'}.", noted)
    for rule in row.rules[:SHOWN]:
        tls = "TLS" if rule.host in row.tls_hosts else "no TLS"
        value = f"{rule.host or 'every host'}{rule.path or '/'} → {rule.service}:{rule.port}"
        draft.say(f"- {markdown(value, TEXT_LIMIT)}, {tls}", noted)
    at = listing([markdown(one, NAME_LIMIT) for one in row.external]) or "none yet"
    draft.say(f"- class {markdown(row.class_name or 'default', NAME_LIMIT)}, address {at}", noted)


def _ingress_line(row: IngressRow, facts: Facts, draft: Draft, *, service: str) -> None:
    for rule in row.rules:
        if rule.service == service:
            value = f"{rule.host or 'every host'}{rule.path or '/'}"
            tls = "TLS" if rule.host in row.tls_hosts else "no TLS"
            draft.say(f"- Ingress {_path(row)} leads {markdown(value, TEXT_LIMIT)} to it, {tls}",
                      _note(row, value, facts, draft))  # fmt: skip


def tell_claim(row: PvcRow, users: Sequence[str], facts: Facts, draft: Draft) -> None:
    """How large a claim is, whether it has a volume, and who uses it."""
    size = format_bytes(row.capacity_bytes or row.requested_bytes or 0.0)
    volume = f" to volume {markdown(row.volume, NAME_LIMIT)}" if row.volume else ""
    noted = _note(row, f"{row.phase}, {size}", facts, draft)
    of_class = f"storage class {markdown(row.storage_class or 'none', NAME_LIMIT)}"
    draft.say(f"{_name(row)} is {row.phase}{volume}: {size}, {of_class}, {', '.join(row.access_modes)}.", noted)
    used = listing([f"**{markdown(one, NAME_LIMIT)}**" for one in users])
    draft.say(f"It is used by {used}." if used else "No application uses it.", noted)


def tell_keys(
    of: tuple[str, str],
    data: Mapping[str, object] | None,
    why: str,
    users: Sequence[str],
    facts: Facts,
    draft: Draft,
    *,
    of_users: bool,
) -> None:
    """Who uses a ConfigMap or Secret (kind and place), and the keys of the former; `why` they are not told."""
    kind, place = of
    name = f"{kind} {markdown(place, NAME_LIMIT)}"
    used = listing([f"**{markdown(one, NAME_LIMIT)}**" for one in users])
    verb = "uses" if len(users) == 1 else "use"
    by = f"{used} {verb} {name}." if used else f"No application's template or Ingress names {name}."
    noted = draft.evidence.note(KUBERNETES, f"{kind} {place}", f"used by {', '.join(users) or 'none'}", unit="spec",
                                at=facts.freshness.as_of)  # fmt: skip
    if of_users:
        draft.say(by, noted)
    if data is None:
        draft.say(f"What {name} holds is not told: {why}.", noted)
    else:
        draft.say(f"{name} has {plural(len(data), 'key')}{':' if data else '.'}", noted)
        for key, value in [*data.items()][:SHOWN]:
            draft.say(f"- {markdown(key, NAME_LIMIT)}: {markdown(_value(key, str(value)), VALUE_LIMIT)}", noted)
        if len(data) > SHOWN:
            draft.say(f"- … and {len(data) - SHOWN} more")
    if not of_users:
        draft.say(by, noted)


def _value(key: str, value: str) -> str:
    if is_telling(key):
        return "its name says that it is a secret, so it is not shown"
    return redact(f"{key}={value}").partition("=")[2] or "empty"


def tell_age(row: ObjectRow, facts: Facts, draft: Draft) -> None:
    """When it was made."""
    age = format_duration(max(0.0, facts.now.timestamp() - row.created_at))
    draft.say(f"{_name(row)} was created {age} ago.", _note(row, f"created {age} ago", facts, draft))


def tell_no_object(kind: str, name: str, near: Sequence[str], draft: Draft) -> None:
    """A name that no object has, with those that are like it."""
    draft.fulfilled = False
    words = f"There is no {kind} called “{markdown(name, NAME_LIMIT)}” in this workspace."
    like = listing([markdown(one, NAME_LIMIT) for one in near], last="or")
    draft.say(f"{words} Did you mean {like}?" if like else words)


def _path(row: ObjectRow) -> str:
    return markdown(f"{row.namespace}/{row.name}", NAME_LIMIT)


def _name(row: ObjectRow) -> str:
    return f"{row.kind} {_path(row)}"


def _note(row: ObjectRow, value: str, facts: Facts, draft: Draft) -> str:
    return draft.evidence.note(
        KUBERNETES, f"{row.kind} {row.namespace}/{row.name}", value, unit="state", at=facts.freshness.as_of
    )
