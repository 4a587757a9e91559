"""An answer while it is written: statements with the evidence of each, and what goes with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import UNSET, Struct, UnsetType, field
from msgspec.structs import replace

from hexaops.analysis.applications.model import UNHEALTHY, Application
from hexaops.analysis.diagnosis.remedies import Remedy
from hexaops.assistant.answers.attachments import Attachment
from hexaops.assistant.evidence import EvidenceLog
from hexaops.assistant.understanding.model import PendingQuestion
from hexaops.kit.redaction import redact
from hexaops.responses import View

EXAMINED_LIMIT = 500
"""Ids kept of the applications that an answer looked at."""


class Statement(Struct, frozen=True):
    """A piece of Markdown (one line or more) and the ids of the evidence that it is based on."""

    text: str
    evidence: tuple[str, ...] = ()


class SuggestionView(View, frozen=True, kw_only=True):
    """Something useful to do next."""

    action: str
    description: str
    message: str
    """What to say in the chat for it."""
    parameters: dict[str, Any] | UnsetType = UNSET


class Suggestion(Struct, frozen=True):
    """Something useful to do next. `message` is what to say in this chat for it."""

    action: str
    description: str
    message: str
    parameters: dict[str, Any] = field(default_factory=dict)

    def view(self) -> SuggestionView:
        """As the API shows it."""
        return SuggestionView(
            action=self.action,
            description=self.description,
            message=self.message,
            parameters=self.parameters or UNSET,
        )


class Draft:
    """Collects one answer."""

    def __init__(self) -> None:
        self.evidence = EvidenceLog()
        self.statements: list[Statement] = []
        self.attachments: list[Attachment] = []
        self.suggestions: list[Suggestion] = []
        self.actions_available: list[str] = []
        self.reasons: dict[str, str] = {}
        self.fulfilled = True
        self.taken: list[str] = []
        """What was done, in the words of the intents."""
        self.examined: dict[str, None] = {}
        """Ids of the applications that were looked at, in order."""
        self.analyzed = 0
        """Objects that were looked at: applications, pods or nodes."""
        self.issues: dict[str, None] = {}
        """Ids of the applications that the answer shows with an issue."""
        self.shown: list[str] = []
        """Ids that later messages may refer to ("it", "them")."""
        self.pending: PendingQuestion | None = None
        self.remedies: list[tuple[Application, Remedy]] = []
        """Changes that would mend what the question was about, and that the caller may plan."""

    def say(self, text: str, *evidence: str) -> None:
        """Add a statement."""
        self.statements.append(Statement(text, evidence))

    def redact(self, since: int) -> None:
        """Replace the secrets in what was said from this statement on: each part may be harmless, and all of it not."""
        for place, statement in enumerate(self.statements[since:], start=since):
            if (text := redact(statement.text)) != statement.text:
                self.statements[place] = replace(statement, text=text)

    def gap(self) -> None:
        """Begin a new paragraph."""
        if self.statements and self.statements[-1].text:
            self.statements.append(Statement(""))

    def examine(self, applications: Sequence[Application]) -> None:
        """Note that these were looked at."""
        fresh = [application.id for application in applications if application.id not in self.examined]
        self.analyzed += len(fresh)
        for application_id in fresh[: EXAMINED_LIMIT - len(self.examined)]:
            self.examined[application_id] = None
        troubled = [application.id for application in applications if application.status in UNHEALTHY]
        self.issues |= dict.fromkeys(troubled[:EXAMINED_LIMIT])

    def attach(self, attachment: Attachment, *, nulls: dict[str, str] | None = None) -> None:
        """Add an attachment; `nulls` gives the reason of each null under its path within `data`."""
        place = f"attachments[{len(self.attachments)}].data."
        self.attachments.append(attachment)
        self.reasons |= {place + path: reason for path, reason in (nulls or {}).items()}

    def suggest(self, suggestion: Suggestion) -> None:
        """Add a suggestion once."""
        if suggestion not in self.suggestions:
            self.suggestions.append(suggestion)

    def offer(self, actions: Sequence[str]) -> None:
        """Say which actions are possible now."""
        self.actions_available += [action for action in actions if action not in self.actions_available]

    @property
    def content(self) -> str:
        """The whole text."""
        return self._text.strip()

    @property
    def _text(self) -> str:
        return "\n".join(statement.text for statement in self.statements)

    @property
    def citations(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        """The lines of `content`, from 0, at which statements with evidence end, and the ids of it."""
        text = self._text
        line = -text[: len(text) - len(text.lstrip())].count("\n")
        for statement in self.statements:
            line += statement.text.count("\n")
            if statement.evidence:
                yield line, statement.evidence
            line += 1
