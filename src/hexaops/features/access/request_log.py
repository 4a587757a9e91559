"""Which requests are audited: every internal call, every public one that may plan or change, every refusal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from hexaops.errors import HexaopsError
from hexaops.features.access.caller import Caller
from hexaops.features.access.errors import WorkspaceNotFoundError
from hexaops.features.access.principal import Principal
from hexaops.features.access.rates import RateLimitExceededError
from hexaops.features.audit.event import AuditEvent, Outcome
from hexaops.features.audit.log import AuditLog
from hexaops.features.routing import Entry

READING = frozenset({"GET", "HEAD"})
REFUSALS = frozenset({401, 403})


@dataclass
class Record:
    """What became of one request."""

    status: int = 500
    code: str | None = None


class RequestLog:
    """Writes one audit event a request, after its answer is known and before it is sent."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit

    async def refused(
        self,
        request: Request,
        entry: Entry,
        refusal: HexaopsError,
        *,
        address: str,
        principal: Principal | None = None,
    ) -> None:
        """Record that a request was turned away before its route."""
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
        """Record the block's outcome where the request is one that is audited."""
        record = Record()
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
            if self._is_audited(entry, record):
                await self._audit.append(_event(request, entry, caller, record))

    def _is_audited(self, entry: Entry, record: Record) -> bool:
        internal = entry.policy.audience == "service"
        return internal or entry.method not in READING or record.status in REFUSALS


def _event(request: Request, entry: Entry, caller: Caller, record: Record) -> AuditEvent:
    outcome: Outcome = "ok" if record.status < 400 else "refused" if record.status < 500 else "failed"
    details: dict[str, Any] = {"status": record.status, "route": entry.path}
    if record.code:
        details["code"] = record.code
    return caller.event("request", outcome=outcome, resource=f"{entry.method} {request.url.path}", details=details)
