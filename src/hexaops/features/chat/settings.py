"""Requests for the further kinds of change, whose values a message says: each becomes a plan or a question.

What a kind takes, and how it is spoken of, are the runbook's own: `parameters` and `words`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.lines import TEXT_LIMIT
from hexaops.assistant.understanding import Intent, Understanding
from hexaops.assistant.understanding.slots import Slots
from hexaops.kit.text import markdown
from hexaops.runbooks.catalog import RUNBOOKS

ACTIONS: Mapping[Intent, str] = {
    Intent.ROLLBACK_APPLICATION: "rollback_revision",
    Intent.CONFIG_UPDATE: "update_configuration",
    Intent.AUTOSCALING: "set_autoscaling",
    Intent.UPDATE_QUOTA: "update_quota",
}


def proposal(asked: Understanding) -> tuple[str, dict[str, Any], str]:
    """The action, its parameters with the targets', and in words what is planned."""
    action = ACTIONS[asked.intent]
    book, slots = RUNBOOKS[action], asked.slots or Slots()
    own = {field: value for field, value in _values(slots).items() if field in book.parameters.model_fields}
    if book.target == "project":
        name = asked.parameters.namespace or ""
        return action, {"project": name, **own}, f"{book.words.verb} {name}"
    ids = [found.entity.id for found in asked.targets]
    named = {"application_id": ids[0]} if len(ids) == 1 else {"application_ids": ids}
    names = ", ".join(found.entity.name for found in asked.targets)
    return action, {**named, **own}, f"{book.words.verb} {names}"


def _values(slots: Slots) -> dict[str, Any]:
    """What was said, by the name of the parameter; what was not said is left out."""
    said: dict[str, Any] = {
        "image": slots.image,
        "revision": slots.revision,
        "min_replicas": slots.min_replicas,
        "max_replicas": slots.max_replicas,
        "target_cpu_percent": slots.target_cpu_percent,
        "target_memory_percent": slots.target_memory_percent,
        "enabled": slots.enabled,
        "env": dict(slots.env) or None,
        "hard": dict(slots.hard) or None,
    }
    return {name: value for name, value in said.items() if value is not None}


def ask_for_setting(asked: Understanding, draft: Draft) -> None:
    """The target or the value is missing: say what the kind of change takes."""
    draft.fulfilled = False
    book = RUNBOOKS[ACTIONS[asked.intent]]
    if "setting" not in asked.missing:
        draft.say(f"Which {book.target} shall I plan to {book.words.verb}? Name one, together with the values.")
        return
    left = " ".join(asked.slots.left) if asked.slots else ""
    if left:
        draft.say(f"I can't tell what “{markdown(left, TEXT_LIMIT)}” stands for.")
    name = markdown(asked.targets[0].entity.name, TEXT_LIMIT) if asked.targets else f"which {book.target}"
    draft.say(f"With which values shall I plan to {book.words.verb} {name}? The action {book.words.does}.")
    draft.shown += [found.entity.id for found in asked.targets]
