"""Event hashes: SHA-256 over the previous hash and the canonical JSON of every field."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:  # the command line verifies exports without the database
    from hexaops.storage.tables import AuditRow

GENESIS = "0" * 64
"""Predecessor hash of the first event."""
FIELDS = ("seq", "action", "actor_kind", "actor_id", "workspace_id", "resource", "outcome", "request_id",
          "client_address", "details")  # fmt: skip


class Anchor(Struct, frozen=True):
    """The head of the chain, to be kept outside the database."""

    seq: int
    hash: str


class Verification(Struct, frozen=True):
    """Result of verifying the chain."""

    whole: bool
    events: int
    head: Anchor
    broken_seq: int | None = None
    """The first event at which the chain is broken."""
    reason: str | None = None


def details_text(details: Mapping[str, Any]) -> str:
    """Details as canonical JSON text: sorted keys, no spaces, ASCII only."""
    return json.dumps(details, sort_keys=True, separators=(",", ":"), default=str)


def canonical(row: AuditRow) -> str:
    """Every field of an event but its hashes, as canonical JSON."""
    fields: dict[str, Any] = {name: getattr(row, name) for name in FIELDS}
    fields["at"] = row.at.isoformat(timespec="microseconds")
    return details_text(fields)


def link(previous_hash: str, event: str) -> str:
    """The hash of an event that follows another."""
    return hashlib.sha256(f"{previous_hash}\n{event}".encode()).hexdigest()
