"""Requests for a summary of everything, "for my manager": a whole sentence of these words and no others."""

from __future__ import annotations

import re

LONGEST = 160
_OPENING = (
    "please|can you|could you|would you|i need|i want|i would like|i'd like|we need|give me|give us|get me|write me|"
    "write|make me|make|prepare|draft|send me|show me|show|provide|create|generate|do"
)
_KIND = (
    "a|an|the|short|quick|brief|one-page|one page|high-level|high level|executive|management|status|daily|weekly|nice"
)
_THING = "summary|overview|report|briefing|update|recap|tl;dr|tldr"
_WHOLE = (
    "everything|it all|it|things|(?:(?:the|this|my|our|all|all my|all our) )?(?:whole |entire |current )?"
    "(?:workspace|cluster|platform|system|environment|applications|apps|services|state|situation|status)"
)
_AUDIENCE = (
    "(?:for|to) (?:(?:my|our|the|a) )?(?:manager|managers|boss|management|team|team lead|lead|leadership|ceo|cto|"
    "director|stakeholders|stakeholder|customer|client|standup|meeting|board)"
)
_SUMMARY = re.compile(
    rf"(?:(?:{_OPENING}),? ){{0,4}}(?:"
    rf"(?:(?:{_KIND}) ){{0,4}}(?:{_THING})(?: (?:of|on|about) (?:{_WHOLE}))?|"
    rf"(?:summari[sz]e|sum up) (?:{_WHOLE})"
    rf")(?: {_AUDIENCE})?"
    rf"(?: in (?:a few|few|one|two|three|four|five|\d) (?:short )?(?:sentences?|words|lines|bullets|points))?"
    rf"(?: please| now| today)?"
)
_TOLD = re.compile(
    r"what (?:should|can|do|could) (?:i|we) (?:tell|report to|say to) (?:my|our|the) (?:manager|boss|management|team|"
    rf"ceo|cto|director)(?: about (?:{_WHOLE}))?"
)


def asks_for_summary(message: str) -> bool:
    """Whether the whole message asks for a summary of the workspace."""
    text = " ".join(message.casefold().split()).strip(" .!?")
    return len(text) <= LONGEST and bool(_SUMMARY.fullmatch(text) or _TOLD.fullmatch(text))
