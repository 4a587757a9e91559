"""Which requests are audited: internal calls, public calls that may plan or change, and rejections.

The event is written once the answer is known and before it is sent. A route whose last transaction makes its answer
certain takes the request's record and that transaction from it, and its event is committed with it.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException

from hexaops.errors import HexaopsError
from hexaops.features.access.caller import Caller
from hexaops.features.access.errors import WorkspaceNotFoundError
from hexaops.features.access.principal import Principal
from hexaops.features.access.rates import RateLimitExceededError
from hexaops.features.audit.event import AuditEvent, Outcome
from hexaops.features.audit.log import AuditLog
from hexaops.features.routing import Entry
from hexaops.storage.database import Database, DatabaseUnavailableError

logger = logging.getLogger(__name__)

READING = frozenset({"GET", "HEAD"})
REFUSALS = frozenset({401, 403})
MOST_LATE = 1000
"""Events of successful changes that wait for the database; beyond so many the oldest are dropped."""


@dataclass
class Record:
    """One request, and what became of it."""

    request: Request
    entry: Entry
    caller: Caller
    audit: AuditLog
    database: Database
    status: int = 500
    code: str | None = None
    written: int | None = None
    """Status already recorded in the log."""

    def event(self, status: int) -> AuditEvent:
        """What is recorded of it."""
        outcome: Outcome = "ok" if status < 400 else "refused" if status < 500 else "failed"
        details: dict[str, Any] = {"status": status, "route": self.entry.path}
        if self.code:
            details["code"] = self.code
        resource = f"{self.entry.method} {self.request.url.path}"
        return self.caller.event("request", outcome=outcome, resource=resource, details=details)

    def is_due(self) -> bool:
        """Whether its event still has to be written."""
        internal = self.entry.policy.audience == "service"
        audited = internal or self.entry.method not in READING or self.status in REFUSALS
        return audited and self.written != self.status

    @asynccontextmanager
    async def last_transaction(self) -> AsyncIterator[AsyncSession]:
        """A transaction after which the request is answered as its route succeeds; its event is committed with it.

        An answer that fails after all is recorded once more, as it was.
        """
        async with self.database.transaction() as session:
            yield session
            await self.audit.append(self.event(self.entry.status), session)
        self.written = self.entry.status


class RequestLog:
    """Writes one audit event per request, after its response is known and before it is sent."""

    record_class: type[Record] = Record
    """The seam where a test puts a record with a known fault."""

    def __init__(self, audit: AuditLog, database: Database) -> None:
        self._audit = audit
        self._database = database
        self._late: deque[AuditEvent] = deque(maxlen=MOST_LATE)

    async def refused(
        self,
        request: Request,
        entry: Entry,
        refusal: HexaopsError,
        *,
        address: str,
        principal: Principal | None = None,
    ) -> None:
        """Record a request that was rejected before reaching its route."""
        if isinstance(refusal, RateLimitExceededError) and not refusal.first:
            return
        workspace_id = request.path_params.get("workspace_id") if principal else None
        event = AuditEvent(
            action="access.refused",
            actor_kind=principal.kind if principal else "anonymous",
            actor_id=principal.id if principal else address,
            workspace_id=None if isinstance(refusal, WorkspaceNotFoundError) else workspace_id,
            resource=f"{entry.method} {request.url.path}",
            outcome="refused" if refusal.status < 500 else "failed",
            request_id=request.state.request_id,
            client_address=address,
            details={"status": refusal.status, "code": refusal.code, "route": entry.path},
        )
        await self._audit.append(event)

    @asynccontextmanager
    async def recording(self, request: Request, entry: Entry, caller: Caller) -> AsyncIterator[Record]:
        """Record the block's outcome if the request is audited."""
        record = request.state.record = self.record_class(request, entry, caller, self._audit, self._database)
        try:
            yield record
        except HexaopsError as error:
            record.status, record.code = error.status, error.code
            raise
        except RequestValidationError:
            record.status, record.code = 422, "VALIDATION_FAILED"
            raise
        except HTTPException as error:
            record.status = error.status_code
            raise
        finally:
            if record.is_due():
                await self._append(record)

    async def _append(self, record: Record) -> None:
        """What took effect is answered even if its event cannot be written yet: it is, with the next one."""
        event = record.event(record.status)
        try:
            await self._append_late()
            await self._audit.append(event)
        except DatabaseUnavailableError:
            if not (record.entry.idempotent and record.status < 400):
                raise
            self._late.append(event)
            logger.warning("the audit event of a request is written later", extra={"resource": event.resource})

    async def _append_late(self) -> None:
        while self._late:
            event = self._late.popleft()
            try:
                await self._audit.append(event)
            except DatabaseUnavailableError:
                self._late.appendleft(event)
                raise


async def record_of(request: Request) -> Record:
    """The record that the gate opened for this request."""
    record = request.state.record
    assert isinstance(record, Record)
    return record


OpenRecord = Annotated[Record, Depends(record_of)]
"""For a route's parameter: where its last transaction makes its answer certain."""
