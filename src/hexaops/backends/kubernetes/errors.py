"""What can go wrong with a cluster, as one family: translated once, here, from statuses and network failures.

Messages of the API server are capped and never hold request bodies; `details` names kind, namespace and name.
Each error is also the service's general one (not found, conflict, unavailable), so that a caller that
knows nothing of Kubernetes treats it rightly.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from hexaops.errors import ConflictError, HexaopsError, NotFoundError, UpstreamUnavailableError
from hexaops.kit.text import plain

SOURCE = "kubernetes_api"
MESSAGE_LIMIT = 300


class Target(Struct, frozen=True):
    """What a call was about, for its errors."""

    verb: str
    kind: str
    namespace: str = ""
    name: str = ""
    group: str = ""
    resource: str = ""

    def __str__(self) -> str:
        where = f"{self.namespace}/" if self.namespace else ""
        return f"{self.verb} {self.kind} {where}{self.name}".strip()

    def details(self) -> dict[str, Any]:
        """For an error body: kind, namespace and name where there are any."""
        named = {"kind": self.kind, "namespace": self.namespace, "name": self.name}
        return {key: value for key, value in named.items() if value}


class KubernetesError(HexaopsError):
    """Kubernetes API error."""

    code = "KUBERNETES_ERROR"
    status = 502

    def __init__(self, message: str, *, target: Target | None = None, **details: Any) -> None:
        known = target.details() if target else {}
        super().__init__(message, details={"source": SOURCE, **known, **details})
        self.target = target
        self.retry_after_seconds: float | None = None
        """The server's Retry-After, if any."""


class KubernetesNotFoundError(KubernetesError, NotFoundError):
    """The object or its kind does not exist."""

    code = NotFoundError.code
    status = 404


class KubernetesConflictError(KubernetesError, ConflictError):
    """The object changed since it was read (resourceVersion or uid), or already exists."""

    code = "KUBERNETES_CONFLICT"
    status = 409


class KubernetesForbiddenError(KubernetesError):
    """The service's identity lacks a right; `details.missing` names verb, resource and namespace."""

    code = "KUBERNETES_FORBIDDEN"
    status = 403


class KubernetesInvalidError(KubernetesError):
    """The API server rejected the object or request as invalid."""

    code = "KUBERNETES_INVALID"
    status = 422


class KubernetesGoneError(KubernetesError):
    """The resourceVersion or continue token is too old; list again."""

    code = "KUBERNETES_GONE"
    status = 410
    permanent = False


class EvictionRefusedError(KubernetesError, ConflictError):
    """A PodDisruptionBudget allows no disruption right now."""

    code = "EVICTION_REFUSED"
    status = 409
    permanent = False


class KubernetesUnavailableError(KubernetesError, UpstreamUnavailableError):
    """Timeout, connection failure or server error. A write may have been applied."""

    code = UpstreamUnavailableError.code
    status = 503
    permanent = False


class KubernetesTooManyRequestsError(KubernetesUnavailableError):
    """The API server is throttling; the call was not carried out."""


class KubernetesConfigError(KubernetesError):
    """The kubeconfig or the pod's service account is unusable."""

    code = "KUBERNETES_CONFIG"
    status = 500


class _Cause(msgspec.Struct):
    reason: str = ""
    message: str = ""
    field: str = ""


class _Details(msgspec.Struct):
    causes: list[_Cause] | None = None
    retryAfterSeconds: float | None = None  # noqa: N815  # the API's own name


class Status(msgspec.Struct):
    """The part of a `metav1.Status` that errors are made from."""

    message: str = ""
    reason: str = ""
    code: int = 0
    details: _Details | None = None


def decode_status(body: bytes) -> Status:
    """The Status in an answer; an empty one when the body is something else."""
    try:
        return msgspec.json.decode(body, type=Status)
    except msgspec.MsgspecError:
        return Status(message=body[:MESSAGE_LIMIT].decode(errors="replace").strip())


def error_from_status(
    code: int, status: Status, target: Target, *, retry_after_seconds: float | None = None
) -> KubernetesError:
    """The error for an HTTP or Status code."""
    said = _without_objects(status.message) or f"HTTP {code}"
    error = _family(code, f"{target}: {said}", status, target)
    named = status.details.retryAfterSeconds if status.details else None
    error.retry_after_seconds = retry_after_seconds if retry_after_seconds is not None else named
    return error


def _family(code: int, message: str, status: Status, target: Target) -> KubernetesError:
    match code:
        case 404:
            return KubernetesNotFoundError(message, target=target)
        case 409:
            return KubernetesConflictError(message, target=target, reason=status.reason)
        case 410:
            return KubernetesGoneError(message, target=target)
        case 400 | 405 | 406 | 413 | 415 | 422:
            return KubernetesInvalidError(message, target=target, fields=_fields(status))
        case 403:
            return KubernetesForbiddenError(message, target=target, missing=_missing(target))
        case 401:
            message = f"{target}: the cluster rejected the service's credentials"
            return KubernetesForbiddenError(message, target=target)
        case 429 if target.resource.endswith("/eviction") and _is_budget(status):
            return EvictionRefusedError(message, target=target)
        case 429:
            return KubernetesTooManyRequestsError(message, target=target)
    return KubernetesUnavailableError(message, target=target, http_status=code)


def _fields(status: Status) -> list[str]:
    causes = (status.details and status.details.causes) or []
    return [_without_objects(f"{cause.field}: {cause.message}") for cause in causes[:10]]


def _without_objects(message: str) -> str:
    """One plain line, cut where the server quotes a whole object, which may hold secrets."""
    before, quoted, _ = message.partition('Invalid value: "{')
    return plain(before + "Invalid value (an object)" if quoted else message, MESSAGE_LIMIT)


def _missing(target: Target) -> dict[str, str]:
    right = {
        "verb": target.verb,
        "group": target.group,
        "resource": target.resource or target.kind,
        "namespace": target.namespace,
    }
    return {key: value for key, value in right.items() if value}


def _is_budget(status: Status) -> bool:
    causes = (status.details and status.details.causes) or []
    return any(cause.reason == "DisruptionBudget" for cause in causes)
