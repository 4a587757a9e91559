"""Images: not there, not allowed, not reachable, not for this machine."""

from __future__ import annotations

import re

from hexaops.analysis.diagnosis.model import Action, Evidence, FieldChange, Finding, Fix, Ref
from hexaops.analysis.diagnosis.objects import items, text
from hexaops.analysis.diagnosis.pods import Sick
from hexaops.analysis.diagnosis.rules.making import QUOTE, from_pod, log_evidence, node_of, patch, quote
from hexaops.analysis.diagnosis.snapshot import Event

_PULLING = frozenset({"ImagePullBackOff", "ErrImagePull", "RegistryUnavailable"})
_UNAUTHORIZED = re.compile(
    r"(?i)\b401\b|\b403\b|unauthorized|forbidden|access denied|authorization failed|"
    r"authentication required|no basic auth|denied:|may require"
)
_UNREACHABLE = re.compile(
    r"(?i)no such host|i/o timeout|connection refused|connection reset|deadline exceeded|"
    r"network is unreachable|no route to host|\b50[234]\b|server misbehaving|TLS handshake timeout"
)
_RATE = re.compile(r"(?i)toomanyrequests|\b429\b|pull rate limit")
_CERTIFICATE = re.compile(r"(?i)x509|tls: failed to verify|server gave HTTP response to HTTPS")
_PLATFORM = re.compile(r"(?i)no match(?:ing manifest)? for (?:platform|linux)|no matching manifest")
_MISSING = re.compile(r"(?i)not found|manifest unknown|does not exist|name unknown")
_HOST = re.compile(r"lookup ([\w.-]{1,200})")


def image_of(sick: Sick) -> str:
    """The broken container's image."""
    return text(sick.broken.spec, "image") if sick.broken else ""


def registry_of(image: str) -> str:
    """The host part of an image reference; Docker Hub without one."""
    first, _, rest = image.partition("/")
    return first if rest and ("." in first or ":" in first or first == "localhost") else "docker.io"


def _pull_error(sick: Sick) -> str:
    """The registry's own words; empty when the pod does not wait for a pull."""
    if sick.broken is None or sick.broken.reason not in _PULLING:
        return ""
    said = text(sick.broken.waiting, "message")
    events = [one.message for one in _failed_pulls(sick)]
    return (
        next((one for one in [said, *events] if "failed to" in one.lower() or ": " in one), said)
        + "\n"
        + "\n".join(events)
    )


def _failed_pulls(sick: Sick) -> list[Event]:
    """Events of failed pulls, newest first; those that only repeat the state last."""
    found = [one for one in sick.events if one.reason == "Failed" and "pull" in one.message.lower()]
    return sorted(found, key=lambda one: one.message.startswith("Error: "))


def _pull_evidence(sick: Sick) -> tuple[Evidence, ...]:
    failed = _failed_pulls(sick)
    if failed:
        return (failed[0].evidence,)
    assert sick.broken is not None
    return (Evidence("status", sick.pod.ref, quote(text(sick.broken.waiting, "message"))),)


def invalid_name(sick: Sick) -> Finding | None:
    """The reference is no image reference."""
    if sick.broken is None or sick.broken.reason not in {"InvalidImageName", "ImageInspectError"}:
        return None
    image = image_of(sick)
    if sick.broken.reason == "ImageInspectError":
        said = quote(text(sick.broken.waiting, "message"))
        cause = f"the runtime cannot read the image {image} that its node has: {said}"
        fix = patch(sick, "Pull the image anew", FieldChange("imagePullPolicy", None, "Always"))
        return from_pod(sick, "image-pull", f"{sick.container} cannot start: ImageInspectError", cause, fix=fix)
    return from_pod(
        sick,
        "image-invalid-name",
        f"{sick.container} cannot start: InvalidImageName",
        f"the image reference {image} is invalid: {quote(text(sick.broken.waiting, 'message'))}",
        evidence=sick.event_evidence("InspectFailed"),
        fix=patch(sick, "Correct the image reference", FieldChange("image", image, None)),
    )


def never_pulled(sick: Sick) -> Finding | None:
    """`imagePullPolicy: Never`, and the node does not have the image."""
    if sick.broken is None or sick.broken.reason != "ErrImageNeverPull":
        return None
    return from_pod(
        sick,
        "image-never-pull",
        f"{sick.container} cannot start: ErrImageNeverPull",
        f"imagePullPolicy is Never and the image {image_of(sick)} is not on the node",
        evidence=sick.event_evidence("ErrImageNeverPull"),
        fix=patch(sick, "Let the kubelet pull the image", FieldChange("imagePullPolicy", "Never", "IfNotPresent")),
    )


def platform(sick: Sick) -> Finding | None:
    """The image is for another processor architecture."""
    error = _pull_error(sick)
    node = sick.snapshot.find("Node", "", sick.pod.text("spec", "nodeName"))
    arch = str(node.labels.get("kubernetes.io/arch") or "") if node else ""
    on = f" ({arch})" if arch else ""
    if error and _PLATFORM.search(error):
        cause = (
            f"the image {image_of(sick)} is not built for the architecture of the node{on}: no manifest for "
            f"its platform"
        )
        return from_pod(
            sick,
            "image-platform",
            f"{sick.container}: the image cannot be pulled",
            cause,
            evidence=_pull_evidence(sick),
        )
    said = f"{sick.log[-2000:]}\n{sick.message}" if sick.crashing else ""
    if "exec format error" in said:
        cause = (
            f"exec format error: the image {image_of(sick)} is built for another processor architecture than "
            f"the node's{on}"
        )
        line = next((one for one in said.splitlines() if "exec format error" in one), "exec format error")
        return from_pod(
            sick, "image-platform", f"{sick.container} keeps crashing", cause, evidence=(log_evidence(sick, line),)
        )
    return None


def pull_secret_missing(sick: Sick) -> Finding | None:
    """An imagePullSecret that does not exist."""
    error = _pull_error(sick)
    if not error:
        return None
    for one in items(sick.pod.mapping("spec"), "imagePullSecrets"):
        name = text(one, "name")
        told = any(
            event.reason == "FailedToRetrieveImagePullSecret" and f"({name}" in event.message for event in sick.events
        )
        if told or sick.snapshot.lacks("Secret", sick.pod.namespace, name):
            if not _UNAUTHORIZED.search(error):
                continue
            secret = Ref("Secret", sick.pod.namespace, name)
            return from_pod(
                sick,
                "pull-secret-missing",
                f"{sick.container}: the image {image_of(sick)} cannot be pulled",
                f"the image pull secret {name} does not exist, so the registry refuses the pull",
                key=f"missing {secret}",
                root=secret,
                evidence=(*_pull_evidence(sick), *sick.event_evidence("FailedToRetrieveImagePullSecret")),
                fix=Fix(Action.CREATE, secret, f"Create the pull secret {name} (kubernetes.io/dockerconfigjson)"),
            )
    return None


def rate_limited(sick: Sick) -> Finding | None:
    """The registry refuses for the number of pulls."""
    error = _pull_error(sick)
    if not error or not _RATE.search(error):
        return None
    registry = registry_of(image_of(sick))
    cause = f"{registry} refuses the pull: its rate limit is reached (429 Too Many Requests)"
    return from_pod(
        sick,
        "registry-rate-limit",
        f"{sick.container}: the image {image_of(sick)} cannot be pulled",
        cause,
        key=f"registry-rate-limit {registry}",
        evidence=_pull_evidence(sick),
    )


def registry_certificate(sick: Sick) -> Finding | None:
    """The node does not trust the registry."""
    error = _pull_error(sick)
    if not error or not _CERTIFICATE.search(error):
        return None
    registry = registry_of(image_of(sick))
    cause = f"the node does not trust the certificate of the registry {registry}: {quote(error.splitlines()[0][-200:])}"
    return from_pod(
        sick,
        "registry-certificate",
        f"{sick.container}: the image {image_of(sick)} cannot be pulled",
        cause,
        key=f"registry-certificate {registry}",
        evidence=_pull_evidence(sick),
    )


def unauthorized(sick: Sick) -> Finding | None:
    """The registry asks for other credentials."""
    error = _pull_error(sick)
    if not error or not _UNAUTHORIZED.search(error):
        return None
    names = [text(one, "name") for one in items(sick.pod.mapping("spec"), "imagePullSecrets")]
    refused = "401 Unauthorized" if "401" in error else "pull access denied"
    said = _UNAUTHORIZED.search(error)
    refused += f": {said[0]}" if said and said[0].lower() in {"no basic auth", "authentication required"} else ""
    how = (
        f"the credentials in the image pull secret {', '.join(names)} are not accepted"
        if names
        else "the pod has no image pull secret with credentials for it (or the repository does not exist)"
    )
    target = Ref("Secret", sick.pod.namespace, names[0]) if names else sick.workload.ref
    fix = (
        Fix(Action.RENEW, target, f"Renew the registry credentials in {names[0]}")
        if names
        else Fix(
            Action.PATCH,
            target,
            "Name a pull secret that may pull the image",
            (FieldChange("spec.template.spec.imagePullSecrets", None, None),),
        )
    )
    return from_pod(
        sick,
        "image-unauthorized",
        f"{sick.container}: the image {image_of(sick)} cannot be pulled",
        f"the registry {registry_of(image_of(sick))} refuses the pull ({refused}): {how}",
        evidence=_pull_evidence(sick),
        fix=fix,
    )


def registry_unreachable(sick: Sick) -> Finding | None:
    """The registry does not answer, or its name does not resolve."""
    error = _pull_error(sick)
    if not error or not (found := _UNREACHABLE.search(error)):
        return None
    host = _HOST.search(error)
    registry = host[1] if host else registry_of(image_of(sick))
    words = found[0].lower()
    why = (
        f"{registry}: {words} (the name does not resolve)"
        if "host" in words and "no such" in words
        else f"{registry} does not answer: "
        f"{'timeout (' + words + ')' if 'timeout' in words or 'deadline' in words else words}"
    )
    return from_pod(
        sick,
        "registry-unreachable",
        f"{sick.container}: the image {image_of(sick)} cannot be pulled",
        f"the registry {why}",
        key=f"registry-unreachable {registry}",
        evidence=_pull_evidence(sick),
    )


def not_found(sick: Sick) -> Finding | None:
    """The registry has no such repository or tag."""
    error = _pull_error(sick)
    if not error or not _MISSING.search(error):
        return None
    image = image_of(sick)
    tag = image.rpartition(":")[2] if ":" in image.rpartition("/")[2] else "latest"
    return from_pod(
        sick,
        "image-not-found",
        f"{sick.container}: the image {image} cannot be pulled",
        f"the registry {registry_of(image)} has no image {image}: tag {tag} or the repository was not found",
        evidence=_pull_evidence(sick),
        fix=patch(sick, "Set an image that exists", FieldChange("image", image, None)),
    )


def pull_failed(sick: Sick) -> Finding | None:
    """A pull that fails for a reason that is not known."""
    error = _pull_error(sick)
    if not error.strip():
        if sick.broken is None or sick.broken.reason not in _PULLING:
            return None
        cause = (
            "cannot tell: neither the status nor an event holds the registry's answer; the pod's events would show it"
        )
    else:
        line = error.splitlines()[0]
        cause = f"the pull fails: {quote(line[-QUOTE:] if node_of(sick, line) else line)}"
    return from_pod(
        sick,
        "image-pull",
        f"{sick.container}: the image {image_of(sick)} cannot be pulled",
        cause,
        evidence=_pull_evidence(sick),
        symptom_of=node_of(sick, error),
    )


RULES = (
    invalid_name,
    never_pulled,
    platform,
    pull_secret_missing,
    rate_limited,
    registry_certificate,
    registry_unreachable,
    unauthorized,
    not_found,
    pull_failed,
)
"""In this order: the first that explains the pod is its cause."""
