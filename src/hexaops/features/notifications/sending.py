"""Durable sending: a notice leaves with the transaction that gives the reason for it, and is retried for hours."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Awaitable, Callable, Collection
from functools import partial
from typing import TypeVar

import msgspec
from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.backends.notify.errors import SendError
from hexaops.features.audit.event import AuditEvent
from hexaops.features.audit.log import AuditLog
from hexaops.features.notifications.channels import Channel, Notice
from hexaops.features.notifications.directory import ChannelDirectory
from hexaops.features.notifications.errors import ChannelUnreadableError
from hexaops.features.notifications.transport import NoticeSender
from hexaops.kit.backoff import Backoff
from hexaops.kit.clock import Clock
from hexaops.kit.failpoints import Failpoints
from hexaops.storage.database import Database, DatabaseUnavailableError
from hexaops.storage.engine import DurableEngine

RUN = "notification"
SENDING, SENT, PUT_OFF = "notification.sending", "notification.sent", "notification.put_off"
"""Where a process may be killed: before a notice leaves, after it, and once the next attempt is enqueued."""
WAITS_SECONDS = (10.0, 60.0, 300.0, 1800.0, 7200.0)
"""Before each further attempt; after the last one it is given up, and the audit log says so."""

OUTAGE = Backoff(0.5, 5.0)
"""Between tries while the database is away."""
T = TypeVar("T")

logger = logging.getLogger(__name__)


class _Attempt(msgspec.Struct, frozen=True):
    """What the durable run is given."""

    id: str
    channel: str
    notice: Notice
    number: int = 0


class Notifications(Struct, frozen=True):
    """One for the process."""

    directory: ChannelDirectory
    sender: NoticeSender
    database: Database
    engine: DurableEngine
    audit: AuditLog
    failpoints: Failpoints
    clock: Clock

    async def send(self, session: AsyncSession, names: Collection[str], notice: Notice) -> None:
        """Send to those of the names that are channels, once the transaction commits; the same notice only once."""
        wanted = dict.fromkeys(names)
        known = await self.directory.names(session, notice.workspace_id) if wanted else frozenset()
        for name in wanted:
            if name in known:
                digest = hashlib.sha256(msgspec.json.encode((name, notice))).hexdigest()[:32]
                await self._enqueue(session, _Attempt(digest, name, notice))

    async def run(self, argument: str) -> None:
        """Make one attempt; a process that dies before its outcome is recorded makes it again."""
        attempt = msgspec.json.decode(argument, type=_Attempt)
        try:
            channel = await self._waited(lambda: self._channel(attempt))
            if channel is None:
                return  # deleted since
            self.failpoints.reach(SENDING)
            await self.sender.send(channel, attempt.notice)
            self.failpoints.reach(SENT)
        except (SendError, ChannelUnreadableError) as error:
            await self._waited(partial(self._failed, attempt, error))
            self.failpoints.reach(PUT_OFF)

    async def _waited(self, step: Callable[[], Awaitable[T]]) -> T:
        """The step, begun anew until the database is there again: a run that raised would be lost."""
        failures = 0
        while True:
            try:
                return await step()
            except DatabaseUnavailableError as error:
                failures += 1
                logger.warning("database unavailable; retrying", extra={"reason": type(error).__name__})
            await self.clock.sleep(OUTAGE.seconds(failures))

    async def _channel(self, attempt: _Attempt) -> Channel | None:
        async with self.database.reading() as session:
            return await self.directory.find(session, attempt.notice.workspace_id, attempt.channel)

    async def _failed(self, attempt: _Attempt, error: SendError | ChannelUnreadableError) -> None:
        logger.info("notification failed", extra={"channel": attempt.channel, "reason": error.message})
        async with self.database.transaction() as session:
            if attempt.number < len(WAITS_SECONDS) and not error.permanent:
                again = msgspec.structs.replace(attempt, number=attempt.number + 1)
                await self._enqueue(session, again, delay_seconds=WAITS_SECONDS[attempt.number])
                return
            notice = attempt.notice
            details = {"channel": attempt.channel, "reason": error.message, "event": notice.event}
            event = AuditEvent(
                "notification.failed", "system", "hexaops", notice.workspace_id, notice.resource_id, outcome="failed",
                details=details,
            )  # fmt: skip
            await self.audit.append(event, session)

    async def _enqueue(self, session: AsyncSession, attempt: _Attempt, *, delay_seconds: float = 0.0) -> None:
        run_id, argument = f"notify-{attempt.id}.{attempt.number}", msgspec.json.encode(attempt).decode()
        await self.engine.enqueue(session, RUN, run_id=run_id, argument=argument, delay_seconds=delay_seconds)
