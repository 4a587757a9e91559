"""What a dry run would change, as people read it: a unified diff of the object's YAML."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from hexaops.kit.redaction import redact_fields

SERVER_FIELDS = ("managedFields", "resourceVersion", "generation", "selfLink")
"""Metadata that the server changes with every write: no part of what is proposed."""
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
"""A copy of the whole object in one line: it says nothing new, and holds what is blotted out elsewhere."""
DIFF_LIMIT = 20_000


def unified(before: Mapping[str, Any], after: Mapping[str, Any], name: str) -> str:
    """Three lines of context, as `kubectl diff` prints it; capped, and without the secrets of an environment."""
    now, then = _lines(_shown(before)), _lines(_shown(after))
    lines = difflib.unified_diff(now, then, f"{name} (now)", f"{name} (planned)", lineterm="")
    return "\n".join(lines)[:DIFF_LIMIT]


def changed_lines(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Only the lines that differ: what a confirmation is compared by."""
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
    text: str = yaml.safe_dump(kept, sort_keys=True, width=1000)
    return text.splitlines()
