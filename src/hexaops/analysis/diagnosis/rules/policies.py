"""Network policies, configuration objects and admission webhooks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from hexaops.analysis.diagnosis.certificates import read_certificate
from hexaops.analysis.diagnosis.model import Action, Evidence, FieldChange, Finding, Fix, Ref, Severity
from hexaops.analysis.diagnosis.objects import Obj, Raw, dig, items, mapping, template_labels, template_spec, text
from hexaops.analysis.diagnosis.pods import is_ready
from hexaops.analysis.diagnosis.rules.making import quote
from hexaops.analysis.diagnosis.rules.references import references_of
from hexaops.analysis.diagnosis.rules.services import nearest
from hexaops.analysis.diagnosis.selectors import describe, describe_labels, matches, matches_labels
from hexaops.analysis.diagnosis.snapshot import RECENT_SECONDS, TEMPLATED, Index, Snapshot

NEAR_LIMIT_BYTES = 1_000_000
"""The API server refuses more than 1 MiB."""
_GIVEN = frozenset({"kube-root-ca.crt", "openshift-service-ca.crt", "istio-ca-root-cert"})
_TLS = re.compile(r"(?i)x509|tls:|certificate")


def policy_selects_nothing(snapshot: Snapshot) -> Iterator[Finding]:
    """A network policy without a pod to act on."""
    for one in snapshot.each("NetworkPolicy"):
        selector = one.mapping("spec", "podSelector")
        if not selector or snapshot.matching(one.namespace, selector):
            continue
        if any(matches(selector, template_labels(item)) for item in snapshot.workloads(one.namespace)):
            continue
        labels = mapping(selector, "matchLabels")
        near = nearest(one.name, describe_labels(labels), snapshot.workloads(one.namespace)) if labels else None
        similar = f"; {near.ref} has {describe_labels(template_labels(near))}" if near else ""
        yield Finding(
            "network-policy-nothing",
            one.ref,
            "the policy has no effect",
            f"its podSelector {describe(selector)} matches no pod of the namespace{similar}",
            Severity.MEDIUM if near else Severity.LOW,
            (Evidence("spec", one.ref, f"podSelector: {describe(selector)}"),),
            _selecting(one, labels, near) if near else None,
        )


def _selecting(policy: Obj, labels: Raw, meant: Obj) -> Fix:
    have = template_labels(meant)
    key = next((one for one in labels if have.get(one) != labels[one]), next(iter(labels)))
    change = FieldChange(f"spec.podSelector.matchLabels.{key}", text(labels, key), text(have, key) or None)
    return Fix.patched(policy.ref, f"Select the pods of {meant.name}", (change,))


def policy_allows_everything(snapshot: Snapshot) -> Iterator[Finding]:
    """A network policy that lets everything in to every pod."""
    for one in snapshot.each("NetworkPolicy"):
        open_rules = [rule for rule in one.items("spec", "ingress") if not rule.get("from") and not rule.get("ports")]
        if not one.mapping("spec", "podSelector") and open_rules:
            yield Finding(
                "network-policy-open",
                one.ref,
                "the policy protects nothing",
                "it allows all traffic to all pods of the namespace (empty podSelector, empty ingress rule)",
                Severity.LOW,
                (Evidence("spec", one.ref, "podSelector: {}, ingress: [{}]"),),
            )


def policy_names_a_label(snapshot: Snapshot) -> Iterator[Finding]:
    """A peer by a label that no namespace has, though one has the value as its name: that is another label."""
    names = {one.name for one in snapshot.of("Namespace")}
    for one in snapshot.each("NetworkPolicy"):
        peers = [peer for rule in one.items("spec", "ingress") for peer in items(rule, "from")]
        for peer in peers:
            wanted = mapping(peer, "namespaceSelector", "matchLabels")
            meant = next((value for value in wanted.values() if value in names), None)
            if meant is None or any(matches_labels(wanted, space.labels) for space in snapshot.of("Namespace")):
                continue
            alone = len(peers) == 1
            path = "spec.ingress[].from[].namespaceSelector.matchLabels"
            yield Finding(
                "network-policy-peer",
                one.ref,
                f"the policy does not let in namespace {meant}" + (" or anything else" if alone else ""),
                f"its namespaceSelector {describe_labels(wanted)} matches no namespace: {meant} does not have "
                "that label",
                Severity.HIGH if alone else Severity.MEDIUM,
                (Evidence("spec", one.ref, f"namespaceSelector: {describe_labels(wanted)}"),),
                Fix.patched(
                    one.ref,
                    f"Select namespace {meant} by the label that Kubernetes gives it",
                    (FieldChange(path, describe_labels(wanted), f"kubernetes.io/metadata.name={meant}"),),
                ),
            )


def _config_maps_of(one: Obj) -> Iterator[Ref]:
    """The ConfigMaps that a workload's template refers to."""
    if not one.controller():
        for found in references_of(template_spec(one), optional=True):
            if found.kind == "ConfigMap":
                yield Ref("ConfigMap", one.namespace, found.name)


_USERS = Index("users of config maps", TEMPLATED, _config_maps_of, members_only=True)


def config_maps(snapshot: Snapshot) -> Iterator[Finding]:
    """ConfigMaps that are empty, near the limit of their size, or used by nothing."""
    for one in snapshot.each("ConfigMap"):
        if one.name in _GIVEN or one.namespace.startswith("kube-") or one.controller():
            continue
        data, binary = one.mapping("data"), one.mapping("binaryData")
        is_used = bool(snapshot.indexed(_USERS, one.ref))
        if not data and not binary:
            yield Finding(
                "config-map-empty",
                one.ref,
                "the ConfigMap is empty",
                "it has no data" + (", and pods use it" if is_used else ""),
                Severity.LOW,
                (Evidence("spec", one.ref, "no data"),),
            )
            continue
        size = sum(len(str(value).encode()) + len(key) for part in (data, binary) for key, value in part.items())
        if size >= NEAR_LIMIT_BYTES:
            yield Finding(
                "config-map-large",
                one.ref,
                "the ConfigMap is near the limit of its size",
                f"it holds {size} bytes, and 1 MiB is the limit: it is too large to grow",
                Severity.LOW,
                (Evidence("spec", one.ref, f"{size} bytes"),),
            )
        if not is_used and snapshot.has("Pod"):
            yield Finding(
                "config-map-unused",
                one.ref,
                "the ConfigMap seems unused",
                "it is not used by any pod template of the namespace (a program may read it through the API)",
                Severity.LOW,
                (Evidence("spec", one.ref, "no reference found"),),
                Fix(Action.DELETE, one.ref, "Delete it if nothing reads it"),
            )


def webhooks(snapshot: Snapshot) -> Iterator[Finding]:
    """Admission webhooks that cannot be called."""
    for one in snapshot.each("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"):
        for hook in one.items("webhooks"):
            service = mapping(hook, "clientConfig", "service")
            if service:
                found = _webhook(snapshot, one, hook, Ref("Service", text(service, "namespace"), text(service, "name")))
                if found:
                    yield found


def _webhook(snapshot: Snapshot, one: Obj, hook: Raw, ref: Ref) -> Finding | None:
    name = text(hook, "name")
    fails = hook.get("failurePolicy") != "Ignore"
    broken = Finding(
        rule="webhook-service",
        subject=one.ref,
        finding=f"webhook {name} cannot be called"
        + (": requests that it matches are refused (failurePolicy Fail)" if fails else ""),
        cause=f"its Service {ref.name} in namespace {ref.namespace} does not exist",
        severity=Severity.HIGH if fails else Severity.MEDIUM,
        evidence=(Evidence("spec", one.ref, f"{name} → service {ref.namespace}/{ref.name}"),),
        fix=Fix(Action.DELETE, one.ref, "Bring the webhook's server back, or remove the configuration"),
        affected=(one.ref,),
    )
    service = snapshot.at(ref)
    if service is None:
        return broken
    selector = service.mapping("spec", "selector")
    pods = snapshot.selected(ref.namespace, selector)
    if selector and snapshot.has("Pod") and not any(is_ready(pod) for pod in pods):
        return _without_endpoints(snapshot, broken, service, pods)
    return _certificate(snapshot, hook, broken)


def _without_endpoints(snapshot: Snapshot, broken: Finding, service: Obj, pods: list[Obj]) -> Finding:
    selector = service.mapping("spec", "selector")
    above = [one for one in snapshot.workloads(service.namespace) if matches_labels(selector, template_labels(one))]
    zero = next((one for one in above if one.get("spec", "replicas") == 0), None)
    said = "none of its pods is ready" if pods else "its selector matches no pod"
    why = f"{zero.ref} is scaled to 0 replicas" if zero else said
    change = FieldChange("spec.replicas", 0, 1)
    return replace(
        broken,
        rule="webhook-endpoints",
        cause=f"its Service {service.name} has no ready endpoint: {why}",
        fix=Fix(Action.SCALE, zero.ref, "Start the webhook's server", (change,)) if zero else broken.fix,
        symptom_of=() if zero else (service.ref, *[one.ref for one in above], *[pod.ref for pod in pods]),
        affected=(broken.subject, service.ref),
    )


def _certificate(snapshot: Snapshot, hook: Raw, broken: Finding) -> Finding | None:
    bundle = dig(hook, "clientConfig", "caBundle")
    found = read_certificate(bundle) if isinstance(bundle, str) else None
    renew = Fix(Action.RENEW, broken.subject, "Renew the webhook's certificate and its caBundle")
    expired = "its caBundle certificate has expired"
    if found is not None and found.not_after <= snapshot.now:
        return replace(broken, rule="webhook-certificate", cause=expired, fix=renew)
    called = f'"{text(hook, "name")}"'
    said = next(
        (
            event
            for event in snapshot.warnings()
            if snapshot.age(event.last) < RECENT_SECONDS and called in event.message and _TLS.search(event.message)
        ),
        None,
    )
    if said is None:
        return None
    cause = f"the API server does not trust its certificate: {quote(said.message[-200:])}"
    return replace(
        broken, rule="webhook-certificate", cause=cause, fix=renew, evidence=(*broken.evidence, said.evidence)
    )


RULES = (policy_selects_nothing, policy_allows_everything, policy_names_a_label, config_maps, webhooks)
