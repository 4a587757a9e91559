"""Single controls of the Pod Security Standards: who does not keep the one that was asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.analysis.diagnosis.model import Finding
from hexaops.analysis.posture.pod_security import Violation
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import NAME_LIMIT, listing, name_of, note_count, plural, subject_of
from hexaops.assistant.evidence import KUBERNETES
from hexaops.kit.text import markdown

SHOWN = 12


class Asked(Struct, frozen=True):
    """A control, and what breaking it means in words: "2 of 12 applications `verb`"."""

    words: re.Pattern[str]
    controls: tuple[str, ...]
    verb: tuple[str, str]
    """Of one and of many."""


def _asked(words: str, verb: tuple[str, str], *controls: str) -> Asked:
    return Asked(re.compile(words, re.IGNORECASE), controls, verb)


QUESTIONS = (
    _asked(r"\bprivileged\b", ("runs a privileged container", "run a privileged container"), "privileged"),
    _asked(r"\bescalat", ("lets processes gain rights", "let processes gain rights"), "allowPrivilegeEscalation"),
    _asked(r"\bhost ?paths?\b", ("mounts a path of its node", "mount a path of their node"), "hostPathVolumes"),
    _asked(
        r"\bhost ?(?:network|pid|ipc|namespaces?)\b",
        ("shares a namespace of its node", "share a namespace of their node"), "hostNamespaces",
    ),
    _asked(r"\bhost ?ports?\b", ("opens a port of its node", "open a port of their node"), "hostPorts"),
)  # fmt: skip
ROOT = re.compile(r"\b(?:as|uid|user) (?:the )?(?:root|0)\b|\bnon-?root\b|\broot (?:user|containers?)\b", re.IGNORECASE)

SECRETS_IN_ENV = re.compile(
    r"\b(?:secrets?|passwords?|tokens?|credentials?|keys?)\b.*\b(?:env|environment|variables)\b",
    re.IGNORECASE,
)
Kept = Sequence[tuple[Application, Sequence[Violation]]]
"""Each application with the controls that its pod template does not keep."""


def asked_control(message: str) -> Asked | None:
    """The one control that a message asks for."""
    return next((one for one in QUESTIONS if one.words.search(message)), None)


def tell_control(asked: Asked, judged: Kept, facts: Facts, draft: Draft) -> None:
    """Who does what the control forbids, and in which container."""
    found = _breaking(judged, asked.controls)
    of_all = plural(len(judged), "application")
    noted = note_count(draft, facts, len(found), f"applications that do not keep {asked.controls[0]}")
    if not found and len(judged) == 1:
        draft.say(f"No: **{name_of(judged[0][0], facts)}** keeps the control {asked.controls[0]}.", noted)
        return
    if not found:
        draft.say(f"None of {of_all} {asked.verb[0]}.", noted)
        return
    draft.say(f"{len(found)} of {of_all} {asked.verb[len(found) > 1]}:", noted)
    _lines(found, facts, draft)


def tell_root(judged: Kept, facts: Facts, draft: Draft) -> None:
    """Who is set to run as root, and who only does not forbid it: then the image decides."""
    of_all = plural(len(judged), "application")
    root, open_to_it = _breaking(judged, ("runAsUser",)), _breaking(judged, ("runAsNonRoot",))
    noted = note_count(draft, facts, len(root), "applications with runAsUser 0")
    if root:
        draft.say(f"{len(root)} of {of_all} {'is' if len(root) == 1 else 'are'} set to run as root:", noted)
        _lines(root, facts, draft)
    else:
        draft.say(f"None of {of_all} is set to run as root (runAsUser 0).", noted)
    counted = note_count(draft, facts, len(open_to_it), "applications without runAsNonRoot")
    if open_to_it:
        names = listing([name_of(one, facts) for one, _ in open_to_it], limit=SHOWN)
        verb = "does" if len(open_to_it) == 1 else "do"
        draft.say(
            f"{len(open_to_it)} of {of_all} {verb} not forbid it (runAsNonRoot), so the images' own users decide: "
            f"{names}. Which users those are, the cluster does not tell.", counted,
        )  # fmt: skip


def tell_secrets_in_env(found: Sequence[Finding], looked_at: int, facts: Facts, draft: Draft) -> None:
    """Variables of pod templates that hold a secret as plain text, never with their values."""
    noted = note_count(draft, facts, len(found), "pod templates with a secret in a variable")
    if not found:
        of_all = plural(looked_at, "application")
        draft.say(f"None of {of_all} has a secret as plain text in a variable, as far as the names tell.", noted)
        return
    draft.say(f"{plural(len(found), 'pod template')} with a secret as plain text in a variable:", noted)
    for one in found[:SHOWN]:
        subject = f"{one.subject.kind} {one.subject.namespace}/{one.subject.name}"
        item = draft.evidence.note(KUBERNETES, subject, one.cause, unit="spec", at=facts.freshness.as_of)
        draft.say(f"- {markdown(subject, NAME_LIMIT)}: {markdown(one.cause, 2 * NAME_LIMIT)}", item)
    if len(found) > SHOWN:
        draft.say(f"- … and {len(found) - SHOWN} more")


def _breaking(judged: Kept, controls: Sequence[str]) -> list[tuple[Application, str]]:
    details: Mapping[str, list[str]] = {
        one.id: [each.detail for each in found if each.control in controls] for one, found in judged
    }
    return [(one, ", ".join(details[one.id])) for one, _ in judged if details[one.id]]


def _lines(found: Sequence[tuple[Application, str]], facts: Facts, draft: Draft) -> None:
    for one, where in found[:SHOWN]:
        item = draft.evidence.note(KUBERNETES, subject_of(one), where, unit="spec", at=facts.freshness.as_of)
        draft.say(f"- {name_of(one, facts)}: {markdown(where, 2 * NAME_LIMIT)}", item)
    if len(found) > SHOWN:
        draft.say(f"- … and {len(found) - SHOWN} more")
