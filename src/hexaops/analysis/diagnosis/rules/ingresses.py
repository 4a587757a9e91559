"""Ingresses: class, backends, certificates."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime

from hexaops.analysis.diagnosis.certificates import DAY, Certificate, read_certificate
from hexaops.analysis.diagnosis.model import Action, Evidence, FieldChange, Finding, Fix, Ref, Severity
from hexaops.analysis.diagnosis.objects import Obj, Raw, items, mapping, strings, template_spec, text
from hexaops.analysis.diagnosis.rules.making import quote
from hexaops.analysis.diagnosis.rules.references import references_of
from hexaops.analysis.diagnosis.snapshot import Snapshot

_REJECTED = "clients reject its TLS certificate"
EXPIRY_DAYS = 7.0
"""A certificate that is renewed in time (cert-manager: a third of its life before the end) never comes this close."""
_LEGACY_CLASS = "kubernetes.io/ingress.class"
_DEFAULT_CLASS = "ingressclass.kubernetes.io/is-default-class"


def class_missing(snapshot: Snapshot) -> Iterator[Finding]:
    """No class, or one that does not exist: no controller acts on it."""
    for one in snapshot.each("Ingress"):
        legacy = one.annotations.get(_LEGACY_CLASS)
        taken = bool(one.items("status", "loadBalancer", "ingress")) or bool(snapshot.events(one.ref))
        name = one.text("spec", "ingressClassName") or (str(legacy) if legacy and not taken else "")
        field = "spec.ingressClassName" if not legacy else f"metadata.annotations.{_LEGACY_CLASS}"
        classes = snapshot.of("IngressClass")
        if name and snapshot.find("IngressClass", "", name) is None:
            if not classes and taken:
                continue  # a controller has taken it; the snapshot merely lacks the classes
            known = ", ".join(item.name for item in classes) or "none"
            fix = Fix.patched(
                one.ref,
                "Name a class that exists",
                (FieldChange(field, name, classes[0].name if len(classes) == 1 else None),),
            )
            yield Finding(
                "ingress-class-missing",
                one.ref,
                "no controller serves it",
                f"IngressClass {name} does not exist (there is {known})",
                Severity.CRITICAL,
                (Evidence("spec", one.ref, f"ingressClassName: {name}"),),
                fix,
            )
        elif (
            not name
            and _LEGACY_CLASS not in one.annotations
            and classes
            and not any(item.annotations.get(_DEFAULT_CLASS) == "true" for item in classes)
        ):
            fix = Fix.patched(
                one.ref,
                "Name a class",
                (FieldChange("spec.ingressClassName", None, classes[0].name if len(classes) == 1 else None),),
            )
            yield Finding(
                "ingress-class-missing",
                one.ref,
                "no controller serves it",
                "it names no ingress class, and no IngressClass is the default",
                Severity.HIGH,
                (Evidence("spec", one.ref, "ingressClassName: none"),),
                fix,
            )


def backends_of(one: Obj) -> Iterator[tuple[str, str, Raw]]:
    """Host, path and Service of each backend; the default one has neither."""
    default = one.mapping("spec", "defaultBackend", "service")
    if default:
        yield "", "", default
    for rule in one.items("spec", "rules"):
        for path in items(rule, "http", "paths"):
            service = mapping(path, "backend", "service")
            if service:
                yield text(rule, "host"), text(path, "path"), service


def backend_missing(snapshot: Snapshot) -> Iterator[Finding]:
    """A backend that does not exist, has no such port, or has no endpoints."""
    for one in snapshot.each("Ingress"):
        for host, path, backend in backends_of(one):
            found = _backend(snapshot, one, f"{host}{path}", backend)
            if found:
                yield found


def _backend(snapshot: Snapshot, one: Obj, where: str, backend: Raw) -> Finding | None:
    name = text(backend, "name")
    service = snapshot.find("Service", one.namespace, name)
    evidence = (Evidence("spec", one.ref, f"{where} → service {name}"),)
    if service is None:
        missing = Ref("Service", one.namespace, name)
        return Finding(
            "ingress-backend",
            one.ref,
            f"requests for {where} fail",
            f"its backend Service {name} does not exist in namespace {one.namespace}",
            Severity.HIGH,
            evidence,
            Fix.patched(one.ref, "Name a Service that exists", (FieldChange("spec.rules", name, None),)),
            f"missing {missing} {one.ref}",
        )
    wanted = backend.get("port") if isinstance(backend.get("port"), dict) else {}
    assert isinstance(wanted, dict)
    ports = service.items("spec", "ports")
    asked = wanted.get("number") or wanted.get("name")
    if asked is None or any(asked in (port.get("port"), port.get("name")) for port in ports):
        return None
    known = ", ".join(str(port.get("port")) for port in ports)
    only = ports[0].get("port") if len(ports) == 1 else None
    return Finding(
        "ingress-backend",
        one.ref,
        f"requests for {where} fail",
        f"its backend Service {name} has no port {asked} (it has {known})",
        Severity.HIGH,
        evidence,
        Fix.patched(
            one.ref,
            "Name a port of the Service",
            (FieldChange("spec.rules", asked, only if isinstance(only, int) else None),),
        ),
    )


def tls(snapshot: Snapshot) -> Iterator[Finding]:
    """A certificate that is missing, expired, about to, or for another host."""
    for one in snapshot.each("Ingress"):
        for entry in one.items("spec", "tls"):
            name = text(entry, "secretName")
            hosts = [host for host in entry.get("hosts") or [] if isinstance(host, str)]
            if name:
                found = certificate_finding(snapshot, one, Ref("Secret", one.namespace, name), hosts)
                if found:
                    yield found


def certificate_finding(snapshot: Snapshot, one: Obj, ref: Ref, hosts: list[str]) -> Finding | None:
    """What is wrong with the certificate that the object serves, or None."""
    secret = snapshot.at(ref)
    issuing = tuple(
        item.ref
        for item in snapshot.of("Certificate")
        if item.namespace == ref.namespace and item.text("spec", "secretName") == ref.name
    )
    evidence = (Evidence("spec", one.ref, f"tls secret {ref.name}"),)
    if secret is None:
        return Finding(
            "tls-secret",
            one.ref,
            "its TLS certificate is missing",
            f"Secret {ref.name} does not exist in namespace {ref.namespace}",
            Severity.HIGH,
            evidence,
            Fix(Action.CREATE, ref, f"Create the TLS Secret {ref.name}"),
            f"missing {ref}",
            symptom_of=issuing,
        )
    data = secret.mapping("data")
    lacking = [key for key in ("tls.crt", "tls.key") if key not in data]
    if lacking:
        return Finding(
            "tls-secret",
            one.ref,
            "its TLS certificate is incomplete",
            f"Secret {ref.name} has no {' and no '.join(lacking)}",
            Severity.HIGH,
            evidence,
            None,
            f"keys {ref}",
        )
    found = read_certificate(str(data["tls.crt"]))
    wrong = _wrong_with(found, hosts, snapshot.now) if found else None
    return _validity(one, ref, wrong, evidence, issuing) if wrong else None


def _validity(
    one: Obj, ref: Ref, wrong: tuple[str, Severity, str, str], evidence: tuple[Evidence, ...], issuing: tuple[Ref, ...]
) -> Finding:
    rule, severity, seen, cause = wrong
    return Finding(
        rule=rule,
        subject=one.ref,
        finding=seen,
        cause=f"the certificate in Secret {ref.name} {cause}",
        severity=severity,
        evidence=evidence,
        fix=Fix(Action.RENEW, ref, f"Renew the certificate in Secret {ref.name}"),
        key=f"{rule} {ref}",
        symptom_of=issuing,
        affected=(ref, one.ref),
    )


def _wrong_with(found: Certificate, hosts: list[str], now: float) -> tuple[str, Severity, str, str] | None:
    """Rule, severity, what is seen and what is wrong with the certificate; None when it is in order."""
    until = datetime.fromtimestamp(found.not_after, UTC).strftime("%Y-%m-%d %H:%M UTC")
    left = (found.not_after - now) / DAY
    if left <= 0:
        return "certificate-expired", Severity.CRITICAL, _REJECTED, f"expired on {until}"
    if left < EXPIRY_DAYS:
        soon = f"expires on {until}, in {left:.1f} days"
        return "certificate-expiring", Severity.HIGH, "its TLS certificate is about to expire", soon
    if found.not_before > now:
        return "certificate-not-yet-valid", Severity.HIGH, _REJECTED, "is not valid yet"
    strange = [host for host in hosts if not found.covers(host)]
    if strange:
        cause = f"is for {', '.join(found.hosts)}, not for {', '.join(strange)}"
        return "certificate-host", Severity.HIGH, _REJECTED, cause
    return None


def not_issued(snapshot: Snapshot) -> Iterator[Finding]:
    """cert-manager: a Certificate that is not issued."""
    for one in snapshot.each("Certificate"):
        ready = one.condition("Ready")
        if ready.get("status") != "False" or snapshot.age(one.created) < 600:
            continue
        issuing = one.condition("Issuing")
        said = _challenge(snapshot, one) or text(issuing, "message") or text(ready, "message")
        name = one.text("spec", "issuerRef", "name")
        cause = f"its issuer {name} does not issue it: {quote(said)}"
        expired = text(ready, "reason") == "Expired"
        issuers = [("ClusterIssuer", ""), ("Issuer", one.namespace)]
        yield Finding(
            "certificate-not-issued",
            one.ref,
            "the certificate is not ready",
            cause,
            Severity.HIGH,
            (Evidence("status", one.ref, f"Ready is False: {quote(text(ready, 'message'))}"),),
            Fix(Action.RENEW, one.ref, f"Renew the certificate {one.name}") if expired else None,
            symptom_of=tuple(Ref(kind, namespace, name) for kind, namespace in issuers),
        )


def issuer_not_ready(snapshot: Snapshot) -> Iterator[Finding]:
    """cert-manager: an issuer that cannot issue anything."""
    for one in snapshot.each("Issuer", "ClusterIssuer"):
        ready = one.condition("Ready")
        if ready.get("status") != "False" or snapshot.age(one.created) < 120:
            continue
        said = f"{text(ready, 'reason')}: {quote(text(ready, 'message'))}"
        yield Finding(
            "issuer-not-ready",
            one.ref,
            "the issuer is not ready: no certificate is issued or renewed",
            said,
            Severity.HIGH,
            (Evidence("status", one.ref, f"Ready is False: {said}"),),
        )


def _challenge(snapshot: Snapshot, certificate: Obj) -> str:
    """What the ACME challenge or order of a certificate says, which the certificate itself does not."""
    hosts = {*strings(certificate.raw, "spec", "dnsNames"), certificate.text("spec", "commonName")}
    for one in snapshot.of("Challenge"):
        if one.namespace == certificate.namespace and one.text("spec", "dnsName") in hosts:
            kind = one.text("spec", "type") or "ACME"
            reason = one.text("status", "reason")
            if reason and one.text("status", "state") != "valid":
                return (
                    f"the {kind} challenge for {one.text('spec', 'dnsName')} is {one.text('status', 'state')}: {reason}"
                )
    for one in snapshot.of("Order"):
        owner = one.controller()
        request = snapshot.find("CertificateRequest", one.namespace, text(owner, "name")) if owner else None
        if request and text(request.controller(), "name") == certificate.name and one.text("status", "reason"):
            return f"the ACME order is {one.text('status', 'state')}: {one.text('status', 'reason')}"
    return ""


def not_served(snapshot: Snapshot) -> Iterator[Finding]:
    """An ingress without an address whose controller says why it cannot serve it."""
    for one in snapshot.each("Ingress"):
        if one.items("status", "loadBalancer", "ingress"):
            continue
        warned = [event for event in snapshot.events(one.ref) if event.warning]
        if warned:
            yield Finding(
                "ingress-not-served",
                one.ref,
                "it has no address, and is not served",
                f"its controller cannot set it up: {warned[0].reason}: {quote(warned[0].message)}",
                Severity.HIGH,
                (warned[0].evidence,),
                _service_type(warned[0].message),
            )


_TYPE = re.compile(r'service "([^"/]{1,63})/([^"/]{1,63})" is type "(\w{1,20})", expected "(\w{1,20})"')


def _service_type(message: str) -> Fix | None:
    """The type that the ingress controller needs the Service to be of."""
    found = _TYPE.search(message)
    if found is None:
        return None
    change = FieldChange("spec.type", found[3], found[4])
    return Fix.patched(Ref("Service", found[1], found[2]), f"Make it a Service of type {found[4]}", (change,))


def conflict(snapshot: Snapshot) -> Iterator[Finding]:
    """Two Ingresses of one class claim the same host and path, with different backends."""
    claims: dict[tuple[str, str, str], list[tuple[Obj, str]]] = defaultdict(list)
    for one in snapshot.of("Ingress"):
        if any("canary" in key for key in one.annotations):
            continue
        for host, path, backend in backends_of(one):
            claims[one.text("spec", "ingressClassName"), host, path].append((one, text(backend, "name")))
    for (_, host, path), group in claims.items():
        if len({(one.namespace, name) for one, name in group}) < 2 or not (host or path):
            continue
        group.sort(key=lambda item: item[0].created or 0.0)
        names = ", ".join(str(one.ref) for one, _ in group)
        yield Finding(
            "ingress-conflict",
            group[-1][0].ref,
            "requests may go to the wrong backend",
            f"{names} both claim the same host and path, {host}{path}, for different Services "
            f"({', '.join(name for _, name in group)})",
            Severity.MEDIUM,
            tuple(Evidence("spec", one.ref, f"{host}{path} → {name}") for one, name in group),
            affected=tuple(one.ref for one, _ in group),
        )


def expired_secrets(snapshot: Snapshot) -> Iterator[Finding]:
    """TLS Secrets whose certificate has expired, whatever uses them."""
    for secret in snapshot.of("Secret"):
        if secret.text("type") != "kubernetes.io/tls":
            continue
        found = read_certificate(str(secret.mapping("data").get("tls.crt") or ""))
        if found is None or found.not_after > snapshot.now:
            continue
        users = tuple(
            one.ref
            for one in snapshot.workloads(secret.namespace)
            if any(need.name == secret.name and need.kind == "Secret" for need in references_of(template_spec(one)))
        )
        wrong = _wrong_with(found, [], snapshot.now)
        assert wrong is not None
        rule, _, _, cause = wrong
        one = _validity(secret, secret.ref, (rule, Severity.HIGH if users else Severity.LOW, _REJECTED, cause), (), ())
        yield one.with_evidence(*[Evidence("spec", ref, f"uses Secret {secret.name}") for ref in users], affected=users)


RULES = (class_missing, backend_missing, tls, expired_secrets, not_issued, issuer_not_ready, not_served, conflict)
