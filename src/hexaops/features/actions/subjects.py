"""Resolves an action's parameters to applications, a project, an alert or a backup of the caller's workspace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from hexaops.features.access.caller import Caller
from hexaops.features.applications.service import ApplicationService
from hexaops.features.backups.errors import BackupNotFoundError
from hexaops.features.backups.queries import find_subject
from hexaops.kit.text import plain
from hexaops.runbooks.model import Subject
from hexaops.runbooks.parameters import refused
from hexaops.runbooks.runbook import Runbook
from hexaops.storage.database import Database

MOST_SUBJECTS = 20
ONE, SEVERAL, PROJECT, ALERT, BACKUP = "application_id", "application_ids", "project", "alert_id", "backup_id"
ID_LENGTH = 64
NAMED_BY = {"application": (ONE, SEVERAL), "project": (PROJECT,), "alert": (ALERT,), "backup": (BACKUP,)}
"""Per kind of target, the parameters that name it."""


class Subjects(Struct, frozen=True):
    """Resolves ids and names within the caller's workspace; raises NotFound for what is absent or foreign."""

    applications: ApplicationService
    database: Database

    async def of(self, caller: Caller, book: Runbook[Any], parameters: Mapping[str, Any]) -> tuple[Subject, ...]:
        """The subjects in the order given; raises ValidationFailedError where the action takes no such parameter."""
        _check_taken(book, parameters)
        match book.target:
            case "project":
                return (self._project(caller, parameters),)
            case "alert":
                return (_alert(parameters),)
            case "backup":
                return (await self._backup(caller, parameters),)
            case "application":
                names = _names(parameters)
                if not book.takes_several and len(names) > 1:
                    raise refused(SEVERAL, f"{book.name} takes one application at a time")
                return tuple(self._application(caller, name) for name in names)

    def naming(self, book: Runbook[Any], subjects: Sequence[Subject]) -> dict[str, Any]:
        """The parameters that name these subjects."""
        match book.target:
            case "project":
                return {PROJECT: subjects[0].name}
            case "alert":
                return {ALERT: subjects[0].id}
            case "backup":
                return {}  # the parameters name it already
            case "application":
                ids = [subject.id for subject in subjects]
                return {ONE: ids[0]} if len(ids) == 1 else {SEVERAL: ids}

    def _application(self, caller: Caller, name: str) -> Subject:
        found = self.applications.get(caller.get_workspace(), name)
        return Subject(id=found.id, kind=found.kind, namespace=found.project, name=found.name)

    async def _backup(self, caller: Caller, parameters: Mapping[str, Any]) -> Subject:
        """The application that a backup is of; it may be gone."""
        given = parameters.get(BACKUP)
        if not isinstance(given, str) or not 0 < len(given) <= ID_LENGTH:
            raise refused(BACKUP, "the id of a backup is required")
        async with self.database.reading() as session:
            found = await find_subject(session, caller.get_workspace().id, given)
        if found is None:
            raise BackupNotFoundError
        return found

    def _project(self, caller: Caller, parameters: Mapping[str, Any]) -> Subject:
        given = parameters.get(PROJECT)
        if not isinstance(given, str) or not given:
            raise refused(PROJECT, "a project's name is required")
        known = self.applications.projects(caller.get_workspace())
        if given not in known:
            raise refused(PROJECT, "no such project in this workspace")
        return Subject(id=given, kind="Namespace", namespace=given, name=given)


def _check_taken(book: Runbook[Any], parameters: Mapping[str, Any]) -> None:
    """Ignoring a misspelt parameter would plan something other than what was asked for."""
    named_by = [name for name in NAMED_BY[book.target] if name != SEVERAL or book.takes_several]
    own = (
        *named_by,
        *(name for name in book.parameters.model_fields if name not in NAMED_BY[book.target]),
    )
    for name in parameters:
        if name not in own:
            raise refused(plain(name, ID_LENGTH), f"{book.name} takes no such parameter; it takes {', '.join(own)}")


def _alert(parameters: Mapping[str, Any]) -> Subject:
    """The runbook's draft looks it up: whose it is stands in the store."""
    given = parameters.get(ALERT)
    if not isinstance(given, str) or not 0 < len(given) <= ID_LENGTH:
        raise refused(ALERT, "the id of an alert or of its rule is required")
    return Subject(id=given, kind="Alert", namespace="", name=given)


def _names(parameters: Mapping[str, Any]) -> Sequence[str]:
    one, several = parameters.get(ONE), parameters.get(SEVERAL)
    if several is None:
        if not isinstance(one, str) or not one:
            raise refused(ONE, "an application's id or name is required")
        return (one,)
    if one is not None:
        raise refused(SEVERAL, f"stands in place of {ONE}, not beside it")
    if not isinstance(several, list) or not 1 <= len(several) <= MOST_SUBJECTS:
        raise refused(SEVERAL, f"must be a list of 1 to {MOST_SUBJECTS} ids or names")
    if not all(isinstance(name, str) and name for name in several) or len(set(several)) < len(several):
        raise refused(SEVERAL, "must hold each id or name once, as text")
    return several
