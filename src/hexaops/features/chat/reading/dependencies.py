"""Questions for who depends on an application, and what it depends on."""

from __future__ import annotations

import re

from msgspec import Struct

from hexaops.analysis.dependencies import links
from hexaops.assistant.answers.dependencies import tell_dependencies, tell_dependents
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.understanding.model import Understanding
from hexaops.features.chat.reading.asking import Reading
from hexaops.features.diagnosis.service import DiagnosisService

_WORD = r"(?:depend(?:s|ing|ent|ents|ency|encies)?|rel(?:y|ies|ying) on|dependants?)"
_ASKS = re.compile(
    rf"\b(?:(?:what|who|which|whose|anything|anyone|show|list|name)\b.*\b{_WORD}\b|does .*\b(?:depend|rely) on\b|"
    rf"{_WORD}(?: of| on| for)\b|"
    r"(?:who|what|which \w+)(?: else)? (?:(?:would|will|could|does) (?:also )?)?"
    r"(?:breaks?|fails?|stops?|suffers?|be (?:affected|hit)|(?:goes|go|be) down)\b.*\b(?:if|when|without)\b|"
    r"(?:who|what|which \w+) (?:uses|use|calls|call|talks? to|connects? to|needs?) (?:the )?[\w/-]+\s*\??$)",
    re.IGNORECASE,
)
_OF_IT = re.compile(
    r"\b(?:dependenc(?:y|ies) (?:of|for)|depends? on what|(?:do|does) .*(?:depend|rely|need|use|call))\b", re.IGNORECASE
)
"""What it needs itself: "what does web-app depend on", "dependencies of web-app"."""


def asks_for_dependencies(message: str, asked: Understanding) -> bool:
    """Whether the message asks who depends on whom, names an application, and asks for no change."""
    named = any(found.entity.kind == "application" for found in asked.targets)
    return named and not asked.is_change_request and not asked.wants_plan and bool(_ASKS.search(message))


class DependencyReader(Struct, frozen=True):
    """Answers from the workspace's snapshot."""

    diagnoses: DiagnosisService

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """Of each application that is named."""
        snapshot = await self.diagnoses.snapshot(reading.caller.get_workspace(), logs=False)
        found = links(snapshot)
        tell = tell_dependencies if _OF_IT.search(reading.message) else tell_dependents
        named = reading.applications
        draft.examine(named)
        for place, one in enumerate(named):
            if place:
                draft.gap()
            tell(one, found, reading.facts, draft)
