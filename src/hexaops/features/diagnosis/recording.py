"""A snapshot of a live workspace as a document that `hexaops diagnose --snapshot` reads: fenced, and without secrets.

Replayed, it gives the findings that were given live, so what no rule reads may go (copies of whole objects in
annotations), and what rules do read must keep its meaning when it is redacted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from datetime import UTC, datetime
from typing import Any

from hexaops.analysis.diagnosis.objects import Raw, mapping, text
from hexaops.analysis.diagnosis.rules.security import holds_secret
from hexaops.analysis.diagnosis.snapshot import Snapshot
from hexaops.analysis.diagnosis.usage import figures_of
from hexaops.features.diagnosis.fencing import OTHER_NODE
from hexaops.features.diagnosis.listing import Fence, Listed, hidden_nodes
from hexaops.features.diagnosis.views import SnapshotView
from hexaops.kit.redaction import MARK, is_telling, redact, redact_fields

SHORT_MARK = "***"
"""For values too short to count as secrets, which `MARK` would be."""
LEFT_OUT = frozenset({"kubectl.kubernetes.io/last-applied-configuration"})
NODE_STATUS = ("conditions", "capacity", "allocatable")
"""What is kept of another tenant's node: enough to tell why a pod does not fit on it."""


def snapshot_view(snapshot: Snapshot, listed: Listed, fence: Fence) -> SnapshotView:
    """The document; a shared cluster's other nodes stand in it under numbers."""
    hidden = hidden_nodes(listed.objects, fence)
    names = Aliases(hidden)
    return SnapshotView(
        now=datetime.fromtimestamp(snapshot.now, UTC).isoformat(),
        objects=[_object(one, names) for one in listed.objects],
        logs={key: names.hide(redact(lines)) for key, lines in snapshot.logs.items()},
        metrics={key: dict(figures) for key, figures in figures_of(snapshot.metrics).items()},
        unread=dict(listed.missing),
        other_nodes=sorted(names.aliases.values()),
    )


class Aliases:
    """Numbers in place of the names of nodes that a workspace is not told of."""

    def __init__(self, hidden: Set[str]) -> None:
        self.aliases = {name: f"{OTHER_NODE} {number}" for number, name in enumerate(sorted(hidden), 1)}
        names = "|".join(re.escape(name) for name in sorted(hidden, key=len, reverse=True))
        self._names = re.compile(rf"(?<![\w-])(?:{names})(?![\w-])") if names else None

    def hide(self, value: Any) -> Any:
        """The value with each such name within it replaced."""
        if self._names is None:
            return value
        if isinstance(value, str):
            return self._names.sub(lambda found: self.aliases[found[0]], value)
        if isinstance(value, Mapping):
            return {key: self.hide(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.hide(one) for one in value]
        return value


def _object(raw: Raw, names: Aliases) -> Any:
    if raw.get("kind") == "Node" and text(raw, "metadata", "name") in names.aliases:
        raw = _anonymous(raw)
    kept = _redacted(raw)
    annotations = mapping(kept, "metadata", "annotations")
    if not LEFT_OUT.isdisjoint(annotations):
        left = {key: value for key, value in annotations.items() if key not in LEFT_OUT}
        kept["metadata"] = {**kept["metadata"], "annotations": left}
    return names.hide(kept)


def _anonymous(node: Raw) -> Raw:
    meta = {"name": text(node, "metadata", "name"), "labels": mapping(node, "metadata", "labels")}
    spec = {key: value for key, value in mapping(node, "spec").items() if key in {"taints", "unschedulable"}}
    status = {key: value for key, value in mapping(node, "status").items() if key in NODE_STATUS}
    return {"apiVersion": "v1", "kind": "Node", "metadata": meta, "spec": spec, "status": status}


def _redacted(raw: Raw) -> Any:
    """As `redact_fields`, but an environment variable that was no secret before is none afterwards."""
    if "name" in raw and isinstance(raw.get("value"), str) and is_telling(str(raw["name"])):
        value = MARK if holds_secret(raw) else _kept(raw["value"])
        return {**raw, "value": value}
    return {key: _field(str(key), value) for key, value in raw.items()}


def _kept(value: str) -> str:
    return redact(value) if value.startswith(("/", "$(", "http://", "https://")) else SHORT_MARK


def _field(key: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return _redacted(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_field(key, one) for one in value]
    return redact_fields(value, key)
