"""Questions for rights: what the caller may do, whether a change is allowed, who has access."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set

from msgspec import Struct

from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.lines import NAME_LIMIT, listing
from hexaops.assistant.answers.rights import (
    EXECUTE,
    tell_changers,
    tell_may_change,
    tell_members,
    tell_rights,
    tell_role,
)
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.model import Understanding
from hexaops.features.access.permissions import ROLES
from hexaops.features.chat.reading.asking import Reading
from hexaops.features.workspaces.service import WorkspaceService
from hexaops.kit.text import markdown

_OWN = re.compile(
    r"^\W*who am i\W*$|\bam i (?:an? |the )?(?:admin(?:istrator)?|operator|viewer|owner|member)\b|"
    r"\bam i (?:allowed|permitted|authori[sz]ed)\b|\bwhat (?:may|am) i (?:do|allowed|permitted)\b|"
    r"\b(?:what|which|show|list|tell me) (?:is |are |'s )?(?:me )?my (?:permissions?|rights?|roles?|access)\b|"
    r"\bwhat's my (?:role|access)\b|\b(?:what|which) (?:permissions?|rights?|roles?|access) (?:do|have) i\b",
    re.IGNORECASE,
)
_MEMBERS = re.compile(
    r"\bwho (?:all )?(?:has|have|had|can) (?:access|enter|log ?in)\b|"
    r"\bwho (?:is|are) (?:the |our )?(?:members?|admins?|operators?|viewers?)\b|"
    r"\b(?:list|show|which|what)\b.*\b(?:members?|users?)\b.*\bworkspace\b",
    re.IGNORECASE,
)
_CHANGES = r"\b(?:restart|scale|stop|start|change|deploy|roll ?back|edit|configure|update|confirm)\w*"
_WHO_MAY = re.compile(
    rf"\bwho (?:all )?(?:may|can|could|is (?:allowed|permitted) to)\b.{{0,10}}{_CHANGES}", re.IGNORECASE
)
_ROLE_MAY = re.compile(
    rf"\b(?:may|can|could|are|do) (?:the |an? )?(?P<role>viewer|operator|admin)s?\b.{{0,30}}{_CHANGES}", re.IGNORECASE
)
_OF_ROLES: Mapping[str, Set[str]] = {str(role): allowed for role, allowed in ROLES.items()}
_TAKEN_FOR = frozenset({
    Intent.WORKSPACE_GUIDE, Intent.OUT_OF_SCOPE, Intent.ACTION_QUESTION, Intent.LIST_RESOURCES, Intent.SECURITY_QUERY,
    Intent.UNCLEAR, Intent.HELP, Intent.STATUS_QUERY, Intent.CHANGE_HISTORY,
})  # fmt: skip
_VERBS = {
    Intent.RESTART_APPLICATION: "restart",
    Intent.STOP_APPLICATION: "stop",
    Intent.START_APPLICATION: "start",
    Intent.SCALE_APPLICATION: "scale",
    Intent.ROLLBACK_APPLICATION: "roll back",
    Intent.CONFIG_UPDATE: "configure",
    Intent.AUTOSCALING: "autoscale",
}


def asks_for_rights(message: str, asked: Understanding) -> bool:
    """ "What is my role?", "am I allowed to restart web-app?", "who has access?"."""
    if asked.wants_plan:
        return False
    if _WHO_MAY.search(message) or _ROLE_MAY.search(message):
        return True
    return asked.intent in _TAKEN_FOR and bool(_OWN.search(message) or _MEMBERS.search(message))


class RightReader(Struct, frozen=True):
    """Answers from the caller's own grant, and from the members."""

    workspaces: WorkspaceService

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """Whatever of these was asked for."""
        caller, facts = reading.caller, reading.facts
        if role := _ROLE_MAY.search(reading.message):
            named = role["role"].lower()
            tell_role(named, _OF_ROLES[named], facts, draft)
            return
        if _MEMBERS.search(reading.message) or _WHO_MAY.search(reading.message):
            if reading.may("read_workspace", draft, to="see the members of the workspace"):
                found = await self.workspaces.list_members(caller.get_workspace().id)
                members = [(one.user_id, one.role) for one in found]
                if _WHO_MAY.search(reading.message):
                    may = [one for one in members if EXECUTE in _OF_ROLES.get(one[1], ())]
                    tell_changers(may, len(members), facts, draft)
                else:
                    tell_members(members, facts, draft)
            return
        verb = _VERBS.get(reading.asked.about) if reading.asked.about else None
        names = [markdown(found.entity.name, NAME_LIMIT) for found in reading.asked.targets]
        if verb is None or not names:
            tell_rights(caller.role, caller.permissions, facts, draft)
        else:
            tell_may_change(caller.role, caller.permissions, f"{verb} {listing(names)}", facts, draft)
