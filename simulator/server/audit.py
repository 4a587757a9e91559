"""The audit log: one `audit.k8s.io/v1` event for every write, in memory and as JSON lines.

The entries have the form of the real control plane's `audit.log`, so that one test reads either.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from simulator.clock import format_micro_time

Object = dict[str, Any]


class AuditLog:
    """Who wrote what, in the order of the answers."""

    def __init__(self, path: Path | None = None) -> None:
        self.entries: list[Object] = []
        self._path = path

    def record(self, entry: Object) -> None:
        """Keep an entry and append it to the file."""
        self.entries.append(entry)
        if self._path is not None:
            with self._path.open("ab") as log:
                log.write(msgspec.json.encode(entry) + b"\n")

    def writes(self, *, user: str | None = None, verb: str | None = None, resource: str | None = None) -> list[Object]:
        """Entries of a user, verb and resource; dry runs are left out, since they write nothing."""
        return [
            entry
            for entry in self.entries
            if (user is None or entry["user"]["username"] == user)
            and (verb is None or entry["verb"] == verb)
            and (resource is None or entry["objectRef"].get("resource") == resource)
            and "dryRun" not in entry["requestURI"]
        ]


def audit_entry(
    *, verb: str, uri: str, user: Object, agent: str, reference: Object, received: datetime, now: datetime
) -> Object:
    """An entry without request and response."""
    return {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "RequestResponse",
        "auditID": str(uuid.uuid4()),
        "stage": "ResponseComplete",
        "requestURI": uri,
        "verb": verb,
        "user": user,
        "sourceIPs": ["127.0.0.1"],
        "userAgent": agent,
        "objectRef": {key: value for key, value in reference.items() if value},
        "requestReceivedTimestamp": format_micro_time(received),
        "stageTimestamp": format_micro_time(now),
    }
