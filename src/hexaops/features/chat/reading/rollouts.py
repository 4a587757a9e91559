"""Questions for rollouts: is one going on, did the last one succeed."""

from __future__ import annotations

import re

from msgspec import Struct

from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.rollouts import tell_rollouts
from hexaops.assistant.understanding.intents import Intent, Mode
from hexaops.assistant.understanding.model import Understanding
from hexaops.features.applications.service import ApplicationService
from hexaops.features.chat.reading.asking import Reading
from hexaops.features.overview.activity import latest_release

_ROLLOUT = r"(?:roll-?outs?|deploy(?:ment)?s?|releases?|updates?|upgrades?)"
_ENDED = re.compile(
    rf"^\W*(?:and |so |but )?(?:did|has|have|was|were|is|are)\b.*\b{_ROLLOUT}\b.*\b(?:succe\w{{2,9}}|work(?:ed)?|"
    r"complete[d]?|finish(?:ed)?|done|through|fail(?:ed)?|stuck|go (?:well|through|ok|fine)|ok|roll(?:ed)? out)\b|"
    r"^\W*(?:and |so |but )?(?:did|has|have|was|were|is|are)\b.*\b(?:rolled out|deployed) (?:successfully|completely|"
    r"fully|ok|fine)\b|\b(?:roll-?out|deployment) status\b",
    re.IGNORECASE,
)
_GOING_ON = re.compile(
    r"\b(?:any|a|which|what|still|are|is)\b.{0,30}?\b(?:roll-?outs?|deploy(?:ment)?s?|releases?)\b.{0,20}?"
    r"\b(?:in progress|going on|ongoing|under ?way|active|happening)\b|\brolling out\b|\bmid-?roll-?out\b|"
    r"\bbeing (?:deployed|rolled out|released|updated)\b",
    re.IGNORECASE,
)
_ROLLED = re.compile(r"\broll(?:ed|ing)?-? ?outs?\b", re.IGNORECASE)
_LAST = re.compile(r"\b(?:last|latest)\b", re.IGNORECASE)
_BY_THE_DOZEN = re.compile(r"\bdeployments\b(?!.*\b(?:in progress|going on|ongoing|under ?way)\b)", re.IGNORECASE)
_TAKEN_FOR = frozenset({
    Intent.ACTION_STATUS, Intent.STATUS_QUERY, Intent.CHANGE_HISTORY, Intent.LIST_RESOURCES, Intent.POD_STATUS,
    Intent.DIAGNOSE, Intent.UNCLEAR, Intent.OUT_OF_SCOPE, Intent.ALERT_QUERY, Intent.EVENT_QUERY,
    Intent.ACTION_QUESTION,
})  # fmt: skip


def asks_for_rollouts(message: str, asked: Understanding, facts: Facts) -> bool:
    """ "Is a rollout in progress?", "did the last deployment of web-app succeed?"; not of deployments by the dozen."""
    if asked.intent not in _TAKEN_FOR or asked.wants_plan or asked.mode in (Mode.HOWTO, Mode.NEGATED):
        return False
    if _BY_THE_DOZEN.search(message):
        return False
    named = {found.entity.id for found in asked.targets if found.entity.kind == "application"}
    own = any(not named or one.application_id in named for one in facts.operations)
    if asked.intent is Intent.ACTION_STATUS and own and not _ROLLED.search(message):
        return False  # of the change that was started here
    ended = _ENDED.search(message) is not None and (named or _ROLLED.search(message) or _LAST.search(message))
    return bool(ended) or _GOING_ON.search(message) is not None


class RolloutReader(Struct, frozen=True):
    """Answers from the watch cache."""

    applications: ApplicationService

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """How the rollouts are of what was named."""
        selected, workspace = reading.select(draft), reading.caller.get_workspace()
        since = {}
        if len(selected) == 1:
            sets, events = self.applications.rows(workspace, "ReplicaSet"), self.applications.rows(workspace, "Event")
            release = latest_release(selected, sets, events)
            since = {selected[0].id: release.at} if release else {}
        going_on = _GOING_ON.search(reading.message) is not None
        tell_rollouts(selected, since, reading.facts, draft, going_on=going_on)
