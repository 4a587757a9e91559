"""What a pod refers to and is not there: ConfigMaps, Secrets, keys; and what the kubelet refuses to start."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from msgspec import Struct
from msgspec.structs import replace

from hexaops.analysis.diagnosis.model import Action, FieldChange, Finding, Fix, Ref
from hexaops.analysis.diagnosis.objects import Raw, containers, items, mapping, text
from hexaops.analysis.diagnosis.pods import Sick
from hexaops.analysis.diagnosis.rules.making import from_pod, patch, quote
from hexaops.analysis.diagnosis.rules.secret_stores import Unmade, why_unmade

_NOT_FOUND = re.compile(r'\b(configmaps?|secrets?) "([^"]{1,253})" (?:is )?(?:not found|forbidden)')
_KEY = re.compile(r"couldn't find key ([^\s]{1,253}) in (ConfigMap|Secret) ([^/\s]{1,63})/([^\s,\"]{1,253})")
_VOLUME_KEY = re.compile(r"references non-existent (config|secret) key: ([^\s,\"]{1,253})")
_KINDS = {"configmap": "ConfigMap", "secret": "Secret"}


class Reference(Struct, frozen=True):
    """A ConfigMap or Secret that a pod needs, and the key, if it needs a certain one."""

    kind: str
    name: str
    key: str = ""
    where: str = ""


def references_of(spec: Raw, *, optional: bool = False) -> Iterator[Reference]:
    """What a pod spec needs; with `optional`, what it can do without as well."""
    for one in containers(spec):
        name = text(one, "name")
        for entry in items(one, "env"):
            for field, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
                source = mapping(entry, "valueFrom", field)
                if source and (optional or source.get("optional") is not True):
                    yield Reference(
                        kind,
                        text(source, "name"),
                        text(source, "key"),
                        f"env {text(entry, 'name')} of container {name}",
                    )
        for entry in items(one, "envFrom"):
            for field, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
                source = mapping(entry, field)
                if source and (optional or source.get("optional") is not True):
                    yield Reference(kind, text(source, "name"), "", f"envFrom of container {name}")
    for volume in items(spec, "volumes"):
        yield from _of_volume(volume, optional)


def _of_volume(volume: Raw, optional: bool) -> Iterator[Reference]:
    where = f"volume {text(volume, 'name')}"
    sources = [("ConfigMap", mapping(volume, "configMap"), "name"), ("Secret", mapping(volume, "secret"), "secretName")]
    for one in items(volume, "projected", "sources"):
        sources += [("ConfigMap", mapping(one, "configMap"), "name"), ("Secret", mapping(one, "secret"), "name")]
    for kind, source, field in sources:
        if not source or (source.get("optional") is True and not optional):
            continue
        yield Reference(kind, text(source, field), "", where)
        for item in items(source, "items"):
            yield Reference(kind, text(source, field), text(item, "key"), where)


def _is_starting(sick: Sick) -> bool:
    """Whether a container has not been made yet: only then can a missing reference be what holds it."""
    return sick.broken is None or (
        not sick.crashing and not mapping(sick.broken.status, "state", "running") and "Image" not in sick.broken.reason
    )


def missing_object(sick: Sick) -> Finding | None:
    """A ConfigMap or Secret that does not exist."""
    if not _is_starting(sick) or not sick.pod.text("spec", "nodeName"):
        return None
    said = _NOT_FOUND.search(sick.message)
    if said:
        kind, name = _KINDS[said[1].rstrip("s")], said[2]
    else:
        lacking = next(
            (
                one
                for one in references_of(sick.pod.mapping("spec"))
                if one.kind and sick.snapshot.lacks(one.kind, sick.pod.namespace, one.name)
            ),
            None,
        )
        if lacking is None:
            return None
        kind, name = lacking.kind, lacking.name
    missing = Ref(kind, sick.pod.namespace, name)
    if sick.snapshot.at(missing) is not None:
        return None  # it has been made since the event; the kubelet will try again
    where = next(
        (one.where for one in references_of(sick.pod.mapping("spec")) if (one.kind, one.name) == (kind, name)),
        "the pod",
    )
    unmade = why_unmade(sick, name) if kind == "Secret" else Unmade()
    near = get_close_matches(
        name, [one.name for one in sick.snapshot.of(kind) if one.namespace == sick.pod.namespace], 1, 0.8
    )
    similar = f"; there is a {kind} {near[0]}" if near else ""
    found = from_pod(
        sick,
        f"missing-{kind.lower()}",
        f"{sick.container} cannot start: its {kind} {name} is missing",
        f"{kind} {name} does not exist in namespace {sick.pod.namespace}, and {where} needs it{similar}{unmade.words}",
        key=f"missing {missing}",
        root=missing,
        symptom_of=(*unmade.symptom_of, missing),
        evidence=sick.event_evidence("Failed", "FailedMount"),
        fix=Fix(
            Action.PATCH,
            sick.workload.ref,
            f"Refer to {near[0]} instead of {name}",
            (FieldChange(where, name, near[0]),),
        )
        if near
        else Fix(Action.CREATE, missing, f"Create the {kind} {name}"),
    )
    if unmade.by is None:
        return found
    return replace(found, subject=unmade.by, root=None, fix=None, affected=(unmade.by, *found.affected))


def missing_key(sick: Sick) -> Finding | None:
    """A key that the ConfigMap or Secret does not have."""
    if not _is_starting(sick):
        return None
    found = _missing_key(sick)
    if found is None:
        return None
    kind, name, key, where = found
    holder = sick.snapshot.find(kind, sick.pod.namespace, name)
    keys = (
        sorted({*holder.mapping("data"), *holder.mapping("stringData"), *holder.mapping("binaryData")})
        if holder
        else []
    )
    near = get_close_matches(key, keys, 1, 0.75)
    has = f" (it has {', '.join(keys[:8])})" if keys else ""
    target = Ref(kind, sick.pod.namespace, name)
    return from_pod(
        sick,
        "missing-key",
        f"{sick.container} cannot start: a key of {kind} {name} is missing",
        f"{kind} {name} has no key {key}, which {where} needs{has}"
        + (f"; probably {near[0]} is meant" if near else ""),
        key=f"missing {target} {key}",
        root=target,
        evidence=sick.event_evidence("Failed", "FailedMount"),
        fix=Fix.patched(target, f"Add the key {key} to {kind} {name}", (FieldChange(f"data.{key}", None, None),)),
    )


def _missing_key(sick: Sick) -> tuple[str, str, str, str] | None:
    spec = sick.pod.mapping("spec")
    if said := _KEY.search(sick.message):
        where = next((one.where for one in references_of(spec) if (one.name, one.key) == (said[4], said[1])), "the pod")
        return said[2], said[4], said[1], where
    for one in references_of(spec):
        holder = sick.snapshot.find(one.kind, sick.pod.namespace, one.name)
        if one.key and holder is not None and one.key not in {**holder.mapping("data"), **holder.mapping("binaryData")}:
            return one.kind, one.name, one.key, one.where
    if said := _VOLUME_KEY.search(sick.message):
        kind = "ConfigMap" if said[1] == "config" else "Secret"
        holder_name = next((one.name for one in references_of(spec) if one.kind == kind), "")
        return kind, holder_name, said[2], "a volume"
    return None


def runs_as_root(sick: Sick) -> Finding | None:
    """`runAsNonRoot`, and the image's user is root or has a name."""
    if "runAsNonRoot" not in sick.message or sick.broken is None:
        return None
    named = "non-numeric user" in sick.message
    user = re.search(r"non-numeric user \(([^)]{1,64})\)", sick.message)
    why = (
        f"the image's user{' ' + quote(user[1]) if user else ''} is non-numeric (a name), so that Kubernetes cannot "
        "tell whether it is root"
        if named
        else "the image runs as root"
    )
    return from_pod(
        sick,
        "run-as-non-root",
        f"{sick.container} cannot start: CreateContainerConfigError",
        f"securityContext.runAsNonRoot is set and {why}; no runAsUser says otherwise",
        evidence=sick.event_evidence("Failed"),
        fix=patch(sick, "Run as a user other than root", FieldChange("securityContext.runAsUser", None, 10001)),
    )


def container_config(sick: Sick) -> Finding | None:
    """Any other configuration that the kubelet refuses."""
    if sick.broken is None or sick.broken.reason not in {"CreateContainerConfigError", "CreateContainerError"}:
        return None
    said = text(sick.broken.waiting, "message") or sick.message
    cause = (
        f"the kubelet cannot make the container: {quote(said)}"
        if said
        else "cannot tell: no message is given; the pod's events would show it"
    )
    return from_pod(
        sick,
        "container-config",
        f"{sick.container} cannot start: {sick.broken.reason}",
        cause,
        evidence=sick.event_evidence("Failed"),
    )


RULES = (missing_object, missing_key, runs_as_root, container_config)
"""In this order: the first that explains the pod is its cause."""
