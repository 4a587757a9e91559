"""A dry run's changes as a unified diff of the object's YAML."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from hexaops.kit.redaction import redact_fields
from hexaops.runbooks.live import LiveObject
from hexaops.runbooks.model import RecordChange, Write

SERVER_FIELDS = ("managedFields", "resourceVersion", "generation", "selfLink")
"""Metadata that changes with every write; not part of the proposal."""
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
"""A one-line copy of the whole object, redundant and unredacted."""
DIFF_LIMIT = 20_000


class Difference(Struct, frozen=True):
    """What one write would change."""

    text: str
    """For people: a unified diff, or a sentence where there is nothing to compare."""
    lines: Sequence[str]
    """What a confirmation is compared by."""


def of(write: Write, live: LiveObject | None, planned: Mapping[str, Any] | None) -> Difference:
    """The object now beside what the API server's dry run answered; None stands for one that would be gone."""
    target, verb = write.target, write.call.verb
    if verb == "evict":
        sentence = f"{target}: evicted, to be replaced by its controller"
        return Difference(sentence, [f"evict {target} {target.uid}"])
    before: Mapping[str, Any] = live.document if live else {}
    if verb == "scale":
        before = {"spec": {"replicas": live.field("/spec/replicas") if live else None}}
    elif verb == "create":
        # What the server adds on its own (uid, times) differs with every dry run: the body is what was asked for.
        planned = write.call.body
    after = planned or {}
    return Difference(unified(before, after, str(target)), changed_lines(before, after))


def of_record(change: RecordChange) -> Difference:
    """A change of one of our own rows."""
    fields = change.fields
    changed = {one.path.strip("/"): one for one in change.changes}
    before = {} if change.verb == "create" else {**fields, **{name: one.before for name, one in changed.items()}}
    after = {} if change.verb == "delete" else {**fields, **{name: one.after for name, one in changed.items()}}
    return Difference(unified(before, after, f"{change.kind}/{change.id}"), changed_lines(before, after))


def unified(before: Mapping[str, Any], after: Mapping[str, Any], name: str) -> str:
    """Three lines of context, as `kubectl diff` prints it; capped, and without the secrets of an environment."""
    now, then = _lines(_shown(before)), _lines(_shown(after))
    lines = difflib.unified_diff(now, then, f"{name} (now)", f"{name} (planned)", lineterm="")
    return "\n".join(lines)[:DIFF_LIMIT]


def changed_lines(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Only the differing lines, compared at confirmation."""
    lines = difflib.unified_diff(_lines(before), _lines(after), lineterm="", n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def _shown(document: Mapping[str, Any]) -> dict[str, Any]:
    metadata = document.get("metadata") or {}
    annotations = {key: value for key, value in (metadata.get("annotations") or {}).items() if key != LAST_APPLIED}
    shown: dict[str, Any] = redact_fields({**document, "metadata": {**metadata, "annotations": annotations}})
    return shown


def _lines(document: Mapping[str, Any]) -> list[str]:
    import yaml  # noqa: PLC0415 # only plans need it

    kept = {key: value for key, value in document.items() if key != "status"}
    metadata = kept.get("metadata")
    if isinstance(metadata, Mapping):
        kept["metadata"] = {key: value for key, value in metadata.items() if key not in SERVER_FIELDS}
    text: str = yaml.dump(kept, Dumper=yaml.CSafeDumper, sort_keys=True, width=1000)  # in Python: half a plan's time
    return text.splitlines()
