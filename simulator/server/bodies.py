"""Request bodies: decoded, of the kind that the path takes, with known fields of the right types only."""

from __future__ import annotations

from typing import Any

import msgspec
import yaml

from simulator.resources import Resource
from simulator.server.call import Call
from simulator.server.events import to_core
from simulator.server.protobuf import MEDIA_TYPE, decode_protobuf
from simulator.server.schema import WrongType, conform, type_of
from simulator.status import BadRequest, Cause, Invalid, StatusError

Object = dict[str, Any]
NO_KIND = "couldn't get version/kind; json parse error: "
_PATCHES = {
    "application/json-patch+json": "json",
    "application/merge-patch+json": "merge",
    "application/strategic-merge-patch+json": "strategic",
    "application/apply-patch+yaml": "apply",
    "application/apply-patch+cbor": "apply",
}


def media_type(call: Call) -> str:
    """The content type without its parameters."""
    return call.request.headers.get("content-type", "").partition(";")[0].strip()


def unsupported_media() -> StatusError:
    """A body in a form that is not understood."""
    return StatusError(
        415,
        "UnsupportedMediaType",
        "the body of the request was in an unknown format - accepted media types include: application/json, "
        f"application/yaml, {MEDIA_TYPE}",
    )


def decode_object(call: Call, kind: str) -> Object:
    """The body as an object. Raises BadRequest, 415."""
    media = media_type(call)
    prefix = (
        f"the object provided is unrecognized (must be of type {kind}): couldn't get version/kind; json parse error: "
    )
    decoded: Any
    try:
        if media in ("application/json", ""):
            decoded = msgspec.json.decode(call.body)
        elif media in ("application/yaml", "text/yaml"):
            decoded = yaml.safe_load(call.body)
        elif media == MEDIA_TYPE:
            decoded = decode_protobuf(call.body)
        else:
            raise unsupported_media()
    except msgspec.DecodeError as error:
        shown = call.body[:40].decode(errors="replace") or "<empty>"
        raise BadRequest(f"{prefix}{error} ({shown})") from error
    except yaml.YAMLError as error:
        raise BadRequest(f"error converting YAML to JSON: {str(error).splitlines()[0]}") from error
    if not isinstance(decoded, dict):
        raise BadRequest(f"{prefix}json: cannot unmarshal {type(decoded).__name__} into Go value of type struct")
    call.request_object = decoded
    return decoded


def read_object(call: Call, resource: Resource) -> Object:
    """The body as an object of the resource, in its stored form. Raises StatusError."""
    decoded = decode_object(call, resource.kind)
    kind, version = decoded.get("kind") or resource.kind, decoded.get("apiVersion") or resource.api_version
    if (kind, version) != (resource.kind, resource.api_version):
        short = str(version).rpartition("/")[2]
        raise BadRequest(
            f'{kind} in version "{short}" cannot be handled as a {resource.kind}: converting ({short}.{kind}) to '
            f"({resource.group or 'core'}.{resource.kind}): unknown conversion"
        )
    obj = {"kind": kind, "apiVersion": version, **{k: v for k, v in decoded.items() if k not in ("kind", "apiVersion")}}
    obj = conforming(call, obj, resource)
    obj.setdefault("metadata", {})
    return to_core(obj) if resource.stored_as and resource.qualified != resource.stored_as else obj


def decode_typed(call: Call, api_version: str, kind: str) -> Object:
    """The body as an object of a kind that is not stored. Raises StatusError."""
    return checked(decode_object(call, kind), api_version, kind)


def checked(obj: Object, api_version: str, kind: str) -> Object:
    """An object with the known fields of its kind. Raises BadRequest when one has a wrong type."""
    type_name = type_of(api_version, kind)
    if type_name is None:
        return obj
    try:
        return conform(obj, type_name)[0]
    except WrongType as error:
        short = api_version.rpartition("/")[2]
        raise BadRequest(f'{kind} in version "{short}" cannot be handled as a {kind}: {error}') from error


def conforming(call: Call, obj: Object, resource: Resource) -> Object:
    """The object with its known fields; unknown ones are refused or warned of, as the query says."""
    type_name = type_of(resource.api_version, resource.kind)
    if type_name is None:
        return obj
    prefix = f'{resource.kind} in version "{resource.version}" cannot be handled as a {resource.kind}'
    try:
        known, unknown = conform(obj, type_name)
    except WrongType as error:
        raise BadRequest(f"{prefix}: {error}") from error
    mode = call.query.get("fieldValidation") or "Warn"
    if unknown and mode == "Strict":
        told = ", ".join(f'unknown field "{path}"' for path in sorted(unknown))
        raise BadRequest(f"{prefix}: strict decoding error: {told}")
    if mode == "Warn":
        call.warnings.extend(f'unknown field "{path}"' for path in sorted(unknown))
    return known


def conforming_patched(call: Call, patched: Object, resource: Resource) -> Object:
    """A patched object with its known fields; a wrong type is refused as the real server refuses it."""
    try:
        return conforming(call, patched, resource)
    except BadRequest as error:
        why = error.message.partition(": ")[2]
        if not why.startswith("json:"):
            raise
        shown = msgspec.json.encode(msgspec.json.encode(patched).decode()).decode()
        raise Invalid("", "", "", [Cause("patch", f"Invalid value: {shown}: {why}")]) from error


def read_patch(call: Call) -> tuple[str, Any]:
    """The kind of patch and its content. Raises StatusError."""
    kind = _PATCHES.get(media_type(call))
    if kind is None:
        raise StatusError(415, "UnsupportedMediaType", "415: Unsupported Media Type", details={})
    if kind == "apply":
        raise StatusError(
            415,
            "UnsupportedMediaType",
            "the simulator does not support server-side apply; use a merge patch or a strategic merge patch",
            details={},
        )
    try:
        patch = msgspec.json.decode(call.body)
    except msgspec.DecodeError as error:
        raise BadRequest(f"error decoding patch: {error}") from error
    call.request_object = patch
    if kind != "json" and not isinstance(patch, dict):
        raise BadRequest(
            "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}"
        )
    return kind, patch


def check_write_options(call: Call, options: str) -> None:
    """Hold dryRun, fieldValidation and fieldManager to their rules. Raises Invalid."""
    causes = []
    dry_run = call.query.get("dryRun", "")
    if dry_run not in ("", "All"):
        message = f'Unsupported value: ["{dry_run}"]: supported values: "All"'
        causes.append(Cause("dryRun", message, "FieldValueNotSupported"))
    mode = call.query.get("fieldValidation", "")
    if mode not in ("", "Ignore", "Strict", "Warn"):
        message = f'Unsupported value: "{mode}": supported values: "", "Ignore", "Strict", "Warn"'
        causes.append(Cause("fieldValidation", message, "FieldValueNotSupported"))
    manager = call.query.get("fieldManager", "")
    if len(manager) > 128:
        causes.append(Cause("fieldManager", "Too long: may not be more than 128 bytes", "FieldValueTooLong"))
    if causes:
        raise Invalid(options, "meta.k8s.io", "", causes)
