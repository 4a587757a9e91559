"""Questions for backups: which there are, of the applications that were named; and the plan that restores the newest.

An application that is in its backups only can be named in a message about backups: that is when it is to be restored.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.assistant.answers.backups import Kept, answer_backups, tell_gone, tell_last_backup, tell_next_backup
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.jobs import tell_jobs, tell_schedule
from hexaops.assistant.understanding import KnownEntity
from hexaops.backends.kubernetes.rows import CronJobRow, JobRow
from hexaops.features.access.caller import Caller
from hexaops.features.applications.service import ApplicationService
from hexaops.features.backups.queries import BackupSummary, latest_backups
from hexaops.features.chat.planning import Wanted
from hexaops.features.chat.reading.asking import Reading
from hexaops.features.chat.reading.proposing import asks_now, propose
from hexaops.runbooks.restore import RestoreBackup
from hexaops.storage.database import Database

_RESTORE = re.compile(r"\b(?:restore|recover)\b")
_NEXT = re.compile(
    r"\bnext\b|\bschedul|\bwhen (?:do|does|will|are|is)\b(?!.*\b(?:last|latest|expire)\b)|\bhow often\b", re.IGNORECASE
)
_WORKED = re.compile(
    r"^\W*(?:and |so |but )?(?:did|has|have|was|were|is|are)\b.*\b(?:work(?:ed|s)?|succe\w{2,9}|ran|run|complete[d]?|"
    r"finish(?:ed)?|fail(?:ed)?|done|ok(?:ay)?|go (?:well|through|fine))\b",
    re.IGNORECASE,
)
""" "Did the nightly backup work?": of the last Job that is called so."""
_FAILED = re.compile(r"\bfail", re.IGNORECASE)
_LAST = re.compile(r"\b(?:last|latest|newest|most recent)\b", re.IGNORECASE)
_REPLACE = re.compile(r"\b(?:replace|overwrite)\b")


class BackupReader(Struct, frozen=True):
    """Answers from the backups' rows."""

    database: Database
    applications: ApplicationService

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """The newest good one of each application, or the plan that restores it."""
        newest = await _newest(self.database, reading.caller)
        if _RESTORE.search(reading.message.casefold()) and asks_now(reading.message, reading.asked.mode):
            await self._restore(reading, newest, draft)
            return
        selected = reading.select(draft)
        if _NEXT.search(reading.message):
            tell_next_backup(self._schedules(reading), reading.facts, draft)
            draft.gap()
        kept = {key: Kept(one.started_at, one.expires_at, one.objects) for key, one in newest.items()}
        if _WORKED.search(reading.message) and not reading.is_named:
            failed = _FAILED.search(reading.message) is not None
            tell_jobs(self._jobs(reading), self._schedules(reading), reading.facts, draft, last=True, of_failure=failed)
            draft.gap()
        elif _LAST.search(reading.message):
            tell_last_backup(selected, kept, reading.facts, draft)
            for schedule in () if reading.is_named else self._schedules(reading):
                tell_schedule(schedule, reading.facts, draft, upcoming=False)
        answer_backups(selected, kept, reading.facts, draft)
        there = {one.id for one in reading.facts.applications or ()}
        tell_gone([one.application for key, one in newest.items() if key not in there], draft)

    def _schedules(self, reading: Reading) -> list[CronJobRow]:
        """CronJobs of the cluster that are called backups: what they keep is not known here."""
        rows = self.applications.rows(reading.caller.get_workspace(), "CronJob")
        return sorted(
            (row for row in rows if "backup" in row.name.casefold()), key=lambda row: (row.namespace, row.name)
        )

    def _jobs(self, reading: Reading) -> list[JobRow]:
        """Jobs that are called backups, or made by such a CronJob."""
        rows = self.applications.rows(reading.caller.get_workspace(), "Job")
        return [row for row in rows if "backup" in f"{row.name} {row.owner_name}".casefold()]

    async def _restore(self, reading: Reading, newest: dict[str, BackupSummary], draft: Draft) -> None:
        named = [found.entity for found in reading.asked.targets if found.entity.kind == "application"]
        draft.shown += [one.id for one in named]
        if not named:
            draft.fulfilled = False
            draft.say("Which application should be restored? Name one that has a backup.")
            return
        wanted = []
        for one in named:
            if (backup := newest.get(one.id)) is None:
                draft.fulfilled = False
                draft.say(f"There is no complete backup of {one.name}.")
                continue
            existing = "replace" if _REPLACE.search(reading.message.casefold()) else "keep"
            parameters = {"backup_id": backup.id, "existing": existing}
            wanted.append(Wanted(RestoreBackup.name, parameters, f"restore {one.name} from {backup.id}"))
        if wanted:
            await propose(reading, wanted, draft)


async def gone_applications(
    database: Database, caller: Caller, there: Sequence[Application], message: str
) -> tuple[KnownEntity, ...]:
    """Applications of which only backups are left, for a message that speaks of backups."""
    if "backup" not in message.casefold():
        return ()
    known = {one.id for one in there}
    return tuple(
        KnownEntity(key, "application", one.application, one.project, one.kind)
        for key, one in (await _newest(database, caller)).items()
        if key not in known
    )


async def _newest(database: Database, caller: Caller) -> dict[str, BackupSummary]:
    """The newest complete backup of each application, by its id."""
    async with database.reading() as session:
        found = await latest_backups(session, caller.get_workspace().id)
    newest: dict[str, BackupSummary] = {}
    for one in found:
        if one.status == "completed":
            newest.setdefault(one.application_id, one)
    return newest
