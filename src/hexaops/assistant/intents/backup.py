"""Backups, made and listed."""

from __future__ import annotations

from hexaops.assistant.intents.spec import APPLICATIONS, IntentSpec
from hexaops.assistant.tools.backups import BACKUPS
from hexaops.assistant.understanding.intents import Intent

SPEC = IntentSpec(
    intent=Intent.BACKUP,
    description="Make or list backups.",
    examples=("Which backups are there?", "When was web-app last backed up?", "Restore web-app from its backup"),
    needs=APPLICATIONS,
    reader=BACKUPS,
)
