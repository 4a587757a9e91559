"""Gateway API: classes, gateways, routes."""

from __future__ import annotations

from collections.abc import Iterator

from hexaops.analysis.diagnosis.model import Action, Evidence, FieldChange, Finding, Fix, Ref, Severity
from hexaops.analysis.diagnosis.objects import Obj, Raw, items, text
from hexaops.analysis.diagnosis.rules.ingresses import certificate_finding
from hexaops.analysis.diagnosis.rules.making import quote
from hexaops.analysis.diagnosis.snapshot import Snapshot

ROUTES = ("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute")
SETTLE_SECONDS = 120.0


def class_not_accepted(snapshot: Snapshot) -> Iterator[Finding]:
    """A class that its controller refuses, or that has none."""
    for one in snapshot.each("GatewayClass"):
        accepted = one.condition("Accepted")
        if text(accepted, "status") in {"False", "Unknown"} and snapshot.age(one.created) > SETTLE_SECONDS:
            why = f"{text(accepted, 'reason')}: {quote(text(accepted, 'message'))}"
            cause = f"it is not accepted by {one.text('spec', 'controllerName')} ({why})"
            yield Finding(
                "gateway-class",
                one.ref,
                "gateways of this class do not work",
                cause,
                Severity.HIGH,
                (Evidence("status", one.ref, f"Accepted is {accepted.get('status')}: {why}"),),
            )


def gateway(snapshot: Snapshot) -> Iterator[Finding]:
    """A gateway whose class or certificate is missing, or that is not programmed."""
    for one in snapshot.each("Gateway"):
        if not one.group.startswith("gateway.networking"):
            continue
        name = one.text("spec", "gatewayClassName")
        missing = Ref("GatewayClass", "", name)
        accepted = one.condition("Accepted").get("status") == "True"
        if snapshot.at(missing) is None and (snapshot.has("GatewayClass") or not accepted):
            yield Finding(
                "gateway-class",
                one.ref,
                "no controller serves the gateway",
                f"GatewayClass {name} does not exist",
                Severity.CRITICAL,
                _conditions(one),
                Fix(Action.CREATE, missing, f"Install the controller of {name}, or name another class"),
            )
            continue
        certificates = list(_certificates(snapshot, one))
        yield from certificates
        bad = [
            part
            for part in one.items("status", "conditions")
            if text(part, "type") in {"Accepted", "Programmed"} and part.get("status") != "True"
        ]
        if bad and not certificates and snapshot.age(one.created) > SETTLE_SECONDS:
            part = bad[-1]
            listeners = [
                f"listener {text(item, 'name')}: {text(inner, 'reason')} {quote(text(inner, 'message'))}".strip()
                for item in one.items("status", "listeners")
                for inner in items(item, "conditions")
                if _is_wrong(inner)
            ]
            cause = f"{text(part, 'reason')}: {quote(text(part, 'message'))}" + (
                f" ({'; '.join(listeners)})" if listeners else ""
            )
            yield Finding(
                "gateway-not-programmed",
                one.ref,
                f"the gateway is not {text(part, 'type').lower()}",
                cause,
                Severity.HIGH,
                _conditions(one),
                symptom_of=(missing,),
            )


def _is_wrong(condition: Raw) -> bool:
    """Whether a listener's condition tells of trouble; `Conflicted` does when it is true."""
    bad = "True" if text(condition, "type") in {"Conflicted", "OverlappingTLSConfig"} else "False"
    return condition.get("status") == bad and text(condition, "reason") not in {"Invalid", "Pending"}


def _certificates(snapshot: Snapshot, one: Obj) -> Iterator[Finding]:
    for listener in one.items("spec", "listeners"):
        for ref in items(listener, "tls", "certificateRefs"):
            if text(ref, "kind") not in {"", "Secret"}:
                continue
            secret = Ref("Secret", text(ref, "namespace") or one.namespace, text(ref, "name"))
            if snapshot.at(secret) is None:
                yield Finding(
                    "gateway-certificate",
                    one.ref,
                    f"listener {text(listener, 'name')} does not work",
                    f"its certificate Secret {secret.name} does not exist",
                    Severity.HIGH,
                    _conditions(one),
                    Fix(Action.CREATE, secret, f"Create the TLS Secret {secret.name}"),
                    f"missing {secret}",
                )
                continue
            host = text(listener, "hostname")
            found = certificate_finding(snapshot, one, secret, [host] if host and "*" not in host else [])
            if found:
                yield found


def _conditions(one: Obj) -> tuple[Evidence, ...]:
    bad = [part for part in one.items("status", "conditions") if part.get("status") != "True"]
    return tuple(
        Evidence(
            "status",
            one.ref,
            f"{text(part, 'type')} is {part.get('status')}: {text(part, 'reason')} {quote(text(part, 'message'))}",
        )
        for part in bad[:2]
    )


def route(snapshot: Snapshot) -> Iterator[Finding]:
    """A route whose parent or backend is missing, or that is refused."""
    for one in snapshot.each(*ROUTES):
        yield from _parents(snapshot, one)
        missing = list(_backends(snapshot, one))
        yield from missing
        if not missing:
            yield from _refused(one)


def _is_answered(one: Obj, kind: str) -> bool:
    """Whether a gateway's controller has said something about the route."""
    return any(
        text(part, "type") == kind for parent in one.items("status", "parents") for part in items(parent, "conditions")
    )


def _parents(snapshot: Snapshot, one: Obj) -> Iterator[Finding]:
    for parent in one.items("spec", "parentRefs"):
        if text(parent, "kind") not in {"", "Gateway"}:
            continue
        ref = Ref("Gateway", text(parent, "namespace") or one.namespace, text(parent, "name"))
        if snapshot.at(ref) is None and (snapshot.has("Gateway") or not _is_answered(one, "Accepted")):
            yield Finding(
                "route-parent",
                one.ref,
                "the route is attached to nothing",
                f"its parent Gateway {ref.name} does not exist in namespace {ref.namespace}",
                Severity.HIGH,
                (Evidence("spec", one.ref, f"parentRefs: {ref.name}"),),
                Fix.patched(
                    one.ref, "Name a Gateway that exists", (FieldChange("spec.parentRefs[0].name", ref.name, None),)
                ),
            )


def _backends(snapshot: Snapshot, one: Obj) -> Iterator[Finding]:
    for rule in one.items("spec", "rules"):
        for backend in items(rule, "backendRefs"):
            if text(backend, "kind") in {"", "Service"}:
                found = _backend(snapshot, one, backend)
                if found:
                    yield found


def _backend(snapshot: Snapshot, one: Obj, backend: Raw) -> Finding | None:
    ref = Ref("Service", text(backend, "namespace") or one.namespace, text(backend, "name"))
    evidence = (Evidence("spec", one.ref, f"backendRefs: {ref.namespace}/{ref.name}:{backend.get('port')}"),)
    service = snapshot.at(ref)
    if service is None and not snapshot.has("Service") and _is_answered(one, "Accepted"):
        return None  # the route's own status is better evidence than a snapshot without any Service
    if service is None:
        return Finding(
            "route-backend",
            one.ref,
            "requests fail",
            f"its backend Service {ref.name} does not exist in namespace {ref.namespace}",
            Severity.HIGH,
            evidence,
            key=f"missing {ref} {one.ref}",
        )
    if ref.namespace != one.namespace and not _granted(snapshot, one, ref):
        grant = Ref("ReferenceGrant", ref.namespace, f"{one.namespace}-to-{ref.name}")
        return Finding(
            "route-reference",
            one.ref,
            "requests fail: RefNotPermitted",
            f"no ReferenceGrant in namespace {ref.namespace} allows routes of {one.namespace} to use "
            f"Service {ref.name}",
            Severity.HIGH,
            evidence,
            Fix(Action.CREATE, grant, "Create a ReferenceGrant"),
        )
    port = backend.get("port")
    known = [item.get("port") for item in service.items("spec", "ports")]
    if port is not None and port not in known:
        return Finding(
            "route-backend",
            one.ref,
            "requests fail",
            f"its backend Service {ref.name} has no port {port} (it has {', '.join(map(str, known))})",
            Severity.HIGH,
            evidence,
        )
    return None


def _granted(snapshot: Snapshot, one: Obj, ref: Ref) -> bool:
    return any(
        any(
            text(part, "kind") == one.kind and text(part, "namespace") == one.namespace
            for part in grant.items("spec", "from")
        )
        and any(
            text(part, "kind") == "Service" and text(part, "name") in {"", ref.name}
            for part in grant.items("spec", "to")
        )
        for grant in snapshot.of("ReferenceGrant")
        if grant.namespace == ref.namespace
    )


def _refused(one: Obj) -> Iterator[Finding]:
    for parent in one.items("status", "parents"):
        bad = [
            part
            for part in items(parent, "conditions")
            if text(part, "type") in {"Accepted", "ResolvedRefs"} and part.get("status") == "False"
        ]
        if bad:
            gateway_name = text(parent, "parentRef", "name")
            ref = Ref("Gateway", text(parent, "parentRef", "namespace") or one.namespace, gateway_name)
            cause = (
                f"Gateway {gateway_name} does not take it: {text(bad[0], 'reason')} ({quote(text(bad[0], 'message'))})"
            )
            yield Finding(
                "route-refused",
                one.ref,
                f"the route is not {'accepted' if bad[0].get('type') == 'Accepted' else 'resolved'}",
                cause,
                Severity.HIGH,
                (Evidence("status", one.ref, f"{text(bad[0], 'type')} is False"),),
                _made_allowed(one, ref, text(bad[0], "reason")),
                symptom_of=(ref,),
            )


def _made_allowed(one: Obj, gateway_ref: Ref, reason: str) -> Fix | None:
    if reason == "NotAllowedByListeners":
        return _admitting(gateway_ref)
    across = [
        text(backend, "namespace")
        for rule in one.items("spec", "rules")
        for backend in items(rule, "backendRefs")
        if text(backend, "namespace") not in {"", one.namespace}
    ]
    if reason != "RefNotPermitted" or not across:
        return None
    grant = Ref("ReferenceGrant", across[0], f"{one.namespace}-to-{across[0]}")
    return Fix(
        Action.CREATE, grant, f"Create a ReferenceGrant in namespace {across[0]} for {one.kind} of {one.namespace}"
    )


def _admitting(gateway_ref: Ref) -> Fix:
    change = FieldChange("spec.listeners[0].allowedRoutes.namespaces.from", None, None)
    return Fix.patched(gateway_ref, "Let a listener take routes of this namespace and kind", (change,))


RULES = (class_not_accepted, gateway, route)
