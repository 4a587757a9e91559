"""Questions for backups: which there are, of the applications that were named."""

from __future__ import annotations

from dataclasses import dataclass

from hexaops.assistant.answers.backups import Kept, answer_backups
from hexaops.assistant.answers.draft import Draft
from hexaops.features.backups.queries import latest_backups
from hexaops.features.chat.reading.asking import Reading
from hexaops.storage.database import Database


@dataclass(frozen=True)
class BackupReader:
    """Answers from the backups' rows."""

    database: Database

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """The newest good one of each application."""
        selected = reading.select(draft)
        async with self.database.reading() as session:
            found = await latest_backups(session, reading.caller.get_workspace().id)
        newest: dict[str, Kept] = {}
        for one in found:
            if one.status == "completed":
                newest.setdefault(one.application_id, Kept(one.started_at, one.expires_at, one.objects))
        answer_backups(selected, newest, reading.facts, draft)
