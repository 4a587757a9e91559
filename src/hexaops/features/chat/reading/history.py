"""Questions for what changed and what was reported: releases, scalings, warnings and actions on one timeline."""

from __future__ import annotations

from msgspec import Struct

from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.history import Happened, answer_history
from hexaops.assistant.understanding.intents import Intent
from hexaops.features.applications.service import ApplicationService
from hexaops.features.chat.reading.asking import Reading
from hexaops.features.overview.activity import WINDOW_SECONDS, recent_activity
from hexaops.features.runs.queries import latest_actions
from hexaops.storage.database import Database


class HistoryReader(Struct, frozen=True):
    """Answers from the watch cache and the actions' rows."""

    applications: ApplicationService
    database: Database

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """The timeline, the newest first; of events only the cluster's warnings."""
        workspace, facts = reading.caller.get_workspace(), reading.facts
        selected = reading.select(draft)
        operations = []
        if "read_actions" in facts.capabilities:
            async with self.database.viewing() as connection:
                operations = await latest_actions(connection, workspace.id)
        now = facts.now.timestamp()
        found = recent_activity(
            facts.applications or (),
            replica_sets=self.applications.rows(workspace, "ReplicaSet"),
            events=self.applications.rows(workspace, "Event"),
            operations=operations,
            now=now,
        )
        names = {one.name for one in selected}
        warnings_only = reading.asked.intent is Intent.EVENT_QUERY
        kept = [
            Happened(one.at, one.type, one.resource, one.action, one.details)
            for one in found
            if (not reading.is_named or one.resource in names)
            and one.at >= now - reading.seconds
            and (one.type == "warning") >= warnings_only
        ]
        answer_history(kept, min(reading.seconds, WINDOW_SECONDS), facts, draft, warnings_only=warnings_only)
