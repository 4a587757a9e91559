"""What a list or watch asks for: selectors, limit, continue and resourceVersion, held to the real server's rules."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from simulator.resources import Resource
from simulator.server.selectors import LabelMatch, Match, Object, parse_field_selector, parse_label_selector
from simulator.status import BadRequest, Cause, Expired, Invalid, StatusError
from simulator.store import Store

_INCONSISTENT = (
    "The provided continue parameter is too old to display a consistent list result. You can start a new list "
    "without the continue parameter, or use the continue token in this response to retrieve the remainder of the "
    "results. Continuing with the provided token results in an inconsistent list - objects that were created, "
    "modified, or deleted between the time the first chunk was returned and now may show up in the list."
)


@dataclass(frozen=True)
class Selection:
    """Which objects of a resource are meant."""

    namespace: str | None
    labels: LabelMatch | None
    fields: Match | None

    @property
    def is_plain(self) -> bool:
        """Whether it takes all objects of the namespace or cluster."""
        return self.labels is None and self.fields is None

    def matches(self, obj: Object) -> bool:
        """Whether an object of the namespace is selected."""
        if self.labels is not None and not self.labels(obj["metadata"].get("labels") or {}):
            return False
        return self.fields is None or self.fields(obj)


@dataclass(frozen=True)
class Page:
    """Objects of one page, at a resourceVersion, with what leads to the next page."""

    items: list[Object]
    resource_version: int
    token: str
    remaining: int | None


class ContinueExpired(Expired):
    """The snapshot of a continue token has expired; the response has a token that continues without it."""

    def __init__(self, token: str) -> None:
        super().__init__(_INCONSISTENT)
        self.token = token

    def body(self) -> Object:
        """The Status, with the token in its metadata."""
        return {**super().body(), "metadata": {"continue": self.token}}


def parse_selection(query: Mapping[str, str], resource: Resource, namespace: str, name: str = "") -> Selection:
    """The selection of a query. Raises BadRequest."""
    fields = query.get("fieldSelector", "")
    if name:
        fields = f"{fields},metadata.name={name}" if fields else f"metadata.name={name}"
    return Selection(
        namespace or None,
        parse_label_selector(query.get("labelSelector", "")),
        parse_field_selector(fields, resource.key),
    )


def parse_integer(query: Mapping[str, str], name: str, default: int = 0) -> int:
    """A number of the query. Raises BadRequest."""
    text = query.get(name, "")
    if not text:
        return default
    try:
        return int(text)
    except ValueError:
        raise BadRequest(f'strconv.ParseInt: parsing "{text}": invalid syntax') from None


def parse_flag(query: Mapping[str, str], name: str) -> bool:
    """A flag of the query; Go's words for true."""
    return query.get(name, "") in ("1", "t", "T", "true", "True", "TRUE")


def check_options(query: Mapping[str, str], *, watching: bool) -> None:
    """Hold the options to the rules of ListOptions. Raises Invalid."""
    version, match = query.get("resourceVersion", ""), query.get("resourceVersionMatch", "")
    initial = query.get("sendInitialEvents", "")
    cause: Cause | None = None
    if initial and not watching:
        cause = _forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list")
    elif initial and match != "NotOlderThan":
        cause = _forbidden(
            "resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
        )
    elif match and watching and not initial:
        cause = _forbidden(
            "resourceVersionMatch", "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"
        )
    elif match and not version and not initial:
        cause = _forbidden(
            "resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided"
        )
    elif match and query.get("continue"):
        cause = _forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided")
    elif match not in ("", "Exact", "NotOlderThan"):
        message = f'Unsupported value: "{match}": supported values: "Exact", "NotOlderThan", ""'
        cause = Cause("resourceVersionMatch", message, "FieldValueNotSupported")
    elif match == "Exact" and version == "0":
        cause = _forbidden("resourceVersionMatch", 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"')
    if cause is not None:
        raise Invalid("ListOptions", "meta.k8s.io", "", [cause])


def _forbidden(field: str, why: str) -> Cause:
    return Cause(field, f"Forbidden: {why}", "FieldValueForbidden")


def read_page(store: Store, resource: Resource, selection: Selection, query: Mapping[str, str]) -> Page:
    """The page that a list asks for. Raises StatusError."""
    limit = max(0, parse_integer(query, "limit"))
    token = query.get("continue", "")
    if not token and query.get("resourceVersion") == "0":
        limit = 0  # what may be old comes from the real server's cache, which knows no pages
    after: tuple[str, str] | None = None
    if token:
        if query.get("resourceVersion", "") not in ("", "0"):
            raise BadRequest("specifying resource version is not allowed when using continue")
        version, after = _parse_token(token)
        version = store.resource_version if version < 0 else version
        if version < store.compacted:
            raise ContinueExpired(_token(-1, after))
    else:
        version = _list_version(store, query, limit)
    objects = store.iterate_at(resource.key, selection.namespace, version, after)
    items: list[Object] = []
    more = 0
    for obj in objects:
        if not selection.is_plain and not selection.matches(obj):
            continue
        if limit and len(items) == limit:
            more += 1
            if not selection.is_plain:
                break
        else:
            items.append(obj)
    if not more:
        return Page(items, version, "", None)
    last = items[-1]["metadata"]
    following = _token(version, (last.get("namespace", ""), last["name"]))
    return Page(items, version, following, more if selection.is_plain else None)


def _list_version(store: Store, query: Mapping[str, str], limit: int) -> int:
    text, match = query.get("resourceVersion", ""), query.get("resourceVersionMatch", "")
    if text in ("", "0"):
        return store.resource_version
    if not text.isdigit():
        raise BadRequest(
            f'invalid resource version: resourceVersion: Invalid value: "{text}": '
            f'strconv.ParseUint: parsing "{text}": invalid syntax'
        )
    version = int(text)
    if version > store.resource_version:
        raise too_large(version, store.resource_version)
    if match == "Exact" or (limit and not match):
        if version < store.compacted:
            raise Expired("The resourceVersion for the provided list is too old.")
        return version
    return store.resource_version


def too_large(version: int, current: int) -> StatusError:
    """A resourceVersion that is still to come."""
    return StatusError(
        504,
        "Timeout",
        f"Timeout: Too large resource version: {version}, current: {current}",
        details={"causes": [{"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}]},
        retry_after=1,
    )


def _token(version: int, after: tuple[str, str] | None) -> str:
    start = "/".join(after or ("", "")) + "\0"
    content = msgspec.json.encode({"v": "meta.k8s.io/v1", "rv": version, "start": start})
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _parse_token(token: str) -> tuple[int, tuple[str, str]]:
    try:
        content = msgspec.json.decode(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        namespace, name = content["start"].rstrip("\0").split("/", 1)
        return int(content["rv"]), (namespace, name)
    except (binascii.Error, msgspec.DecodeError, KeyError, TypeError, ValueError, UnicodeDecodeError) as error:
        raise BadRequest(f"invalid continue token: continue key is not valid: {error}") from error
