"""Verifies service account tokens against the database on every call, so revocation is immediate.

Only whoever presents the true secret is told that it has expired or was revoked; everybody else hears `invalid`,
whether or not such an account exists.
"""

from __future__ import annotations

import hmac
from datetime import timedelta

from sqlalchemy import or_, select, update

from hexaops.features.access.errors import InvalidServiceAccountError, TokenStatus
from hexaops.features.access.principal import Principal
from hexaops.features.access.token import ServiceToken, find_token
from hexaops.kit.clock import Clock
from hexaops.storage.database import Database
from hexaops.storage.tables import ServiceAccountRow, ServiceAccountTokenRow

LAST_USED_SECONDS = 60.0
"""Minimum time between updates of `last_used_at`."""
SHOWN_ID_LENGTH = 64


class ServiceTokens:
    """Turns `Authorization` and `X-Service-Account` into a principal."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def verify(self, text: str | None, claimed_id: str | None) -> Principal:
        """The account that both headers name; raises InvalidServiceAccountError."""
        shown = claimed_id if claimed_id and claimed_id.isprintable() and len(claimed_id) <= SHOWN_ID_LENGTH else None
        if not text:
            raise InvalidServiceAccountError(shown, "missing")
        token = find_token(text)
        found = await self._find(token) if token else None
        if token is None or found is None:
            raise InvalidServiceAccountError(shown, "invalid")
        account, row = found
        problem = self._problem(account, row, claimed_id)
        if problem:
            raise InvalidServiceAccountError(shown, problem)
        await self._note_use(row)
        bound = None if account.all_workspaces else frozenset(account.workspace_ids)
        return Principal("service", account.id, account.name, frozenset(account.scopes), bound)

    async def _find(self, token: ServiceToken) -> tuple[ServiceAccountRow, ServiceAccountTokenRow] | None:
        query = (
            select(ServiceAccountRow, ServiceAccountTokenRow)
            .join(ServiceAccountTokenRow, ServiceAccountTokenRow.account_id == ServiceAccountRow.id)
            .where(ServiceAccountTokenRow.id == token.id)
        )
        async with self._database.reading() as session:
            found = (await session.execute(query)).first()
        if found is None or not hmac.compare_digest(found[1].token_hash, token.digest):
            return None
        return found[0], found[1]

    def _problem(
        self, account: ServiceAccountRow, row: ServiceAccountTokenRow, claimed_id: str | None
    ) -> TokenStatus | None:
        if claimed_id is None or not hmac.compare_digest(claimed_id.encode(), account.id.encode()):
            return "mismatch"
        if row.revoked_at is not None or account.disabled:
            return "revoked"
        if row.expires_at is not None and row.expires_at <= self._clock.now():
            return "expired"
        return None

    async def _note_use(self, row: ServiceAccountTokenRow) -> None:
        now = self._clock.now()
        limit = now - timedelta(seconds=LAST_USED_SECONDS)
        if row.last_used_at is not None and row.last_used_at > limit:
            return
        mine = ServiceAccountTokenRow
        unused = or_(mine.last_used_at.is_(None), mine.last_used_at <= limit)
        async with self._database.transaction() as session:
            await session.execute(update(mine).where(mine.id == row.id, unused).values(last_used_at=now))
