"""Parts of the API's JSON that several kinds share. Whatever the server may omit or send as null has a default."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from hexaops.backends.kubernetes.decoding.interning import Interner
from hexaops.backends.kubernetes.rows import TEXT_LIMIT, ConditionRow
from hexaops.backends.kubernetes.selectors import Requirement, Selector
from hexaops.backends.kubernetes.times import parse_moment

IntOrString = str | int | None


class Wire(msgspec.Struct, gc=False, rename="camel"):
    """Base of what is decoded: camel case in JSON, out of the garbage collector's sight, short-lived."""


class OwnerWire(Wire):
    kind: str = ""
    name: str = ""
    uid: str = ""
    controller: bool | None = None


class MetaWire(Wire):
    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None
    generation: int = 0
    labels: dict[str, str] | None = None
    owner_references: list[OwnerWire] | None = None


class ItemWire(Wire):
    """An object of which only the metadata matters."""

    metadata: MetaWire = msgspec.field(default_factory=MetaWire)


class ConditionWire(Wire):
    type: str = ""
    status: str = ""
    reason: str | None = None
    message: str | None = None
    last_transition_time: str | None = None


class ExpressionWire(Wire):
    key: str = ""
    operator: str = ""
    values: list[str] | None = None


class SelectorWire(Wire):
    match_labels: dict[str, str] | None = None
    match_expressions: list[ExpressionWire] | None = None


class ReferenceWire(Wire):
    kind: str = ""
    namespace: str = ""
    name: str = ""
    uid: str = ""


NO_OWNER = OwnerWire()


def owner_of(meta: MetaWire) -> OwnerWire:
    """The controlling owner, else the first one, else one with empty names."""
    owners = meta.owner_references
    if not owners:
        return NO_OWNER
    return next((owner for owner in owners if owner.controller), owners[0])


def created_at(meta: MetaWire) -> float:
    """Seconds since 1970; 0 where the server gave none."""
    return parse_moment(meta.creation_timestamp) or 0.0


def cap(text: str | None) -> str:
    """Untrusted text, cut."""
    return text[:TEXT_LIMIT] if text else ""


def conditions(found: Iterable[ConditionWire] | None) -> tuple[ConditionRow, ...]:
    """Compact conditions."""
    return tuple(
        ConditionRow(
            item.type,
            item.status,
            item.reason or "",
            cap(item.message),
            parse_moment(item.last_transition_time),
        )
        for item in found or ()
    )


def selector(found: SelectorWire | None, interner: Interner) -> Selector:
    """A compact selector; none given selects everything."""
    if found is None:
        return Selector()
    return Selector(
        interner.labels(found.match_labels),
        tuple(Requirement(item.key, item.operator, tuple(item.values or ())) for item in found.match_expressions or ()),
    )
