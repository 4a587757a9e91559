"""What somebody may do here, and who else may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import NAME_LIMIT, listing, plural
from hexaops.assistant.evidence import STORE
from hexaops.kit.text import markdown

EXECUTE = "execute_actions"
SHOWN = 50
WORDS: Mapping[str, str] = {
    "read_workspace": "see the workspace",
    "read_applications": "see applications",
    "read_metrics": "see metrics",
    "read_logs": "search logs",
    "read_alerts": "see alerts",
    "read_actions": "see actions",
    "generate_insights": "ask for insights",
    "suggest_optimizations": "ask for savings",
    EXECUTE: "change applications by plans that are confirmed",
    "create_alerts": "create alerts",
    "acknowledge_alerts": "acknowledge alerts",
    "manage_workspace": "manage the workspace and its members",
    "manage_webhooks": "manage webhooks",
    "read_audit": "read the audit log",
}
"""What each permission allows."""


def tell_rights(role: str | None, permissions: Set[str], facts: Facts, draft: Draft) -> None:
    """The caller's role, what it allows, and what it does not."""
    noted = draft.evidence.note(STORE, "your role", role or "none", unit="name", at=facts.now)
    may = [words for permission, words in WORDS.items() if permission in permissions]
    lacks = [words for permission, words in WORDS.items() if permission not in permissions]
    draft.say(f"Your role in {markdown(facts.workspace_name, NAME_LIMIT)} is {role or 'not known'}.", noted)
    allowed = draft.evidence.note(STORE, "your permissions", ", ".join(sorted(permissions)), unit="name", at=facts.now)
    draft.say(f"You may {listing(may, limit=SHOWN)}." if may else "It allows nothing here.", allowed)
    if lacks:
        draft.say(f"You may not {listing(lacks, limit=SHOWN, last='or')}.", allowed)
    _tell_stop(permissions, facts, draft)


def tell_may_change(role: str | None, permissions: Set[str], what: str, facts: Facts, draft: Draft) -> None:
    """Whether the caller may make a change: `what`, such as "restart web-app"."""
    allowed = EXECUTE in permissions
    noted = draft.evidence.note(STORE, "your permissions", ", ".join(sorted(permissions)), unit="name", at=facts.now)
    named = f" {role}" if role else ""
    if not allowed:
        draft.say(f"No: your role{named} lacks the permission {EXECUTE}; an operator or an admin has it.", noted)
        return
    draft.say(f"Yes: your role{named} may {what}, by a plan that you confirm. “{what[:1].upper()}{what[1:]}” answers "
              "with that plan, which says whether a safety rule or the cluster's own rights stand against it.",
              noted)  # fmt: skip
    _tell_stop(permissions, facts, draft)


def _tell_stop(permissions: Set[str], facts: Facts, draft: Draft) -> None:
    if facts.changes_off and EXECUTE in permissions:
        draft.say(f"Nothing can be changed now: {markdown(facts.changes_off, NAME_LIMIT * 2)}.")


def tell_members(members: Sequence[tuple[str, str]], facts: Facts, draft: Draft) -> None:
    """Who may enter the workspace: ids with their roles."""
    noted = draft.evidence.note(
        STORE, "members of the workspace", len(members), unit="members", at=facts.now, is_query=True
    )
    verb = "has" if len(members) == 1 else "have"
    draft.say(f"{plural(len(members), 'member')} {verb} access to {markdown(facts.workspace_name, NAME_LIMIT)}:", noted)
    _list_members(members, noted, draft)
    draft.say("Service accounts that are bound to the workspace are not members and not counted.")


def _list_members(members: Sequence[tuple[str, str]], noted: str, draft: Draft) -> None:
    for member, role in members[:SHOWN]:
        draft.say(f"- {markdown(member, NAME_LIMIT)}: {role}", noted)
    if len(members) > SHOWN:
        draft.say(f"- … and {len(members) - SHOWN} more")


def tell_changers(members: Sequence[tuple[str, str]], of: int, facts: Facts, draft: Draft) -> None:
    """Which members' roles let them change applications."""
    noted = draft.evidence.note(
        STORE, f"members with the permission {EXECUTE}", len(members), unit="members", at=facts.now, is_query=True
    )
    draft.say(f"{len(members) or 'None'} of {plural(of, 'member')} may change applications here, by plans that are "
              f"confirmed{':' if members else '.'}", noted)  # fmt: skip
    _list_members(members, noted, draft)
    draft.say("Service accounts that are bound to the workspace are not counted.")


def tell_role(role: str, permissions: Set[str], facts: Facts, draft: Draft) -> None:
    """Whether a role may change applications."""
    noted = draft.evidence.note(
        STORE, f"permissions of the role {role}", ", ".join(sorted(permissions)), unit="name", at=facts.now
    )
    if EXECUTE in permissions:
        draft.say(f"Yes: the role {role} may change applications, by plans that are confirmed.", noted)
    else:
        draft.say(f"No: the role {role} lacks the permission {EXECUTE}, so it changes nothing here.", noted)
