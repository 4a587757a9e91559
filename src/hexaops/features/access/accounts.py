"""Service accounts and their tokens: create, list, rotate and revoke. Every change is audited."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.errors import ConflictError, NotFoundError
from hexaops.features.access.caller import Caller
from hexaops.features.access.token import ServiceToken, new_token
from hexaops.features.audit.event import AuditEvent
from hexaops.features.audit.log import AuditLog
from hexaops.kit.clock import Clock
from hexaops.kit.ids import new_id
from hexaops.logs import Redactor
from hexaops.storage.database import Database
from hexaops.storage.tables import ServiceAccountRow, ServiceAccountTokenRow

LIVE_TOKENS = 2
"""The old and the new token during a rotation."""


class ServiceAccountNotFoundError(NotFoundError):
    """No such account."""

    code = "SERVICE_ACCOUNT_NOT_FOUND"


class TokenNotFoundError(NotFoundError):
    """The account has no such token."""

    code = "TOKEN_NOT_FOUND"


class TooManyTokensError(ConflictError):
    """The account already has two valid tokens."""

    code = "TOO_MANY_TOKENS"


class NewAccount(Struct, frozen=True):
    """Settings of a new account."""

    name: str
    scopes: Collection[str]
    workspace_ids: Collection[str] | None
    """None: all workspaces."""
    expires_in: timedelta | None = None
    """Lifetime of its first token."""


class Account(Struct, frozen=True):
    """An account with its tokens, as shown to administrators."""

    row: ServiceAccountRow
    tokens: list[ServiceAccountTokenRow]


class IssuedToken(Struct, frozen=True):
    """A newly issued token; its text is known only at this point."""

    account: ServiceAccountRow
    row: ServiceAccountTokenRow
    text: str


class ServiceAccounts:
    """Changes of service accounts."""

    def __init__(self, database: Database, *, audit: AuditLog, clock: Clock, redactor: Redactor) -> None:
        self._database = database
        self._audit = audit
        self._clock = clock
        self._redactor = redactor

    async def create(self, caller: Caller | None, wanted: NewAccount) -> IssuedToken:
        """Create an account with its first token; without a caller the service itself creates it."""
        account = ServiceAccountRow(
            id=new_id("sa-"),
            name=wanted.name,
            scopes=sorted(set(wanted.scopes)),
            all_workspaces=wanted.workspace_ids is None,
            workspace_ids=sorted(set(wanted.workspace_ids or ())),
            disabled=False,
            created_at=self._clock.now(),
        )
        details = {"name": wanted.name, "scopes": account.scopes, "workspace_ids": account.workspace_ids}
        async with self._database.transaction() as session:
            session.add(account)
            await session.flush()
            issued = self._issue(session, account, wanted.expires_in)
            await self._record(session, caller, "service_account.created", account.id, details)
        return issued

    async def list_all(self) -> list[Account]:
        """Every account with its tokens, oldest first."""
        async with self._database.reading() as session:
            rows = (await session.scalars(select(ServiceAccountRow).order_by(ServiceAccountRow.id))).all()
            tokens = (await session.scalars(select(ServiceAccountTokenRow).order_by(ServiceAccountTokenRow.id))).all()
        return [Account(row, [token for token in tokens if token.account_id == row.id]) for row in rows]

    async def rotate(self, caller: Caller, account_id: str, expires_in: timedelta | None) -> IssuedToken:
        """Issue another token; the old one stays valid until revoked. Raises TooManyTokensError beyond two."""
        async with self._database.transaction() as session:
            account = await _get(session, account_id)
            live = await session.scalars(self._live(account_id))
            if len(live.all()) >= LIVE_TOKENS:
                message = "There are already two active tokens; revoke one first"
                raise TooManyTokensError(message, details={"live_tokens": LIVE_TOKENS})
            issued = self._issue(session, account, expires_in)
            await self._record(session, caller, "token.created", account_id, {"token_id": issued.row.id})
        return issued

    async def revoke(self, caller: Caller, account_id: str, token_id: str) -> None:
        """Revoke a token immediately; idempotent."""
        async with self._database.transaction() as session:
            row = await session.get(ServiceAccountTokenRow, token_id, with_for_update=True)
            if row is None or row.account_id != account_id:
                raise TokenNotFoundError("The service account has no such token")
            if row.revoked_at is None:
                row.revoked_at = self._clock.now()
                await self._record(session, caller, "token.revoked", account_id, {"token_id": token_id})

    async def put_disabled(self, caller: Caller, account_id: str, *, disabled: bool) -> Account:
        """Disable or enable an account."""
        async with self._database.transaction() as session:
            account = await _get(session, account_id)
            account.disabled = disabled
            tokens = select(ServiceAccountTokenRow).where(ServiceAccountTokenRow.account_id == account_id)
            shown = list((await session.scalars(tokens.order_by(ServiceAccountTokenRow.id))).all())
            action = "service_account.disabled" if disabled else "service_account.enabled"
            await self._record(session, caller, action, account_id, {})
        return Account(account, shown)

    def _live(self, account_id: str) -> Any:
        row = ServiceAccountTokenRow
        unexpired = or_(row.expires_at.is_(None), row.expires_at > self._clock.now())
        return select(row.id).where(row.account_id == account_id, row.revoked_at.is_(None), unexpired)

    def _issue(self, session: AsyncSession, account: ServiceAccountRow, expires_in: timedelta | None) -> IssuedToken:
        token: ServiceToken = new_token()
        self._redactor.add(token.text)
        now: datetime = self._clock.now()
        row = ServiceAccountTokenRow(
            id=token.id,
            account_id=account.id,
            token_hash=token.digest,
            created_at=now,
            expires_at=now + expires_in if expires_in else None,
            revoked_at=None,
            last_used_at=None,
        )
        session.add(row)
        return IssuedToken(account, row, token.text)

    async def _record(
        self, session: AsyncSession, caller: Caller | None, action: str, account_id: str, details: dict[str, Any]
    ) -> None:
        event = (
            caller.event(action, resource=account_id, details=details)
            if caller
            else AuditEvent(action, "system", "hexaops", resource=account_id, details=details)
        )
        await self._audit.append(event, session)


async def _get(session: AsyncSession, account_id: str) -> ServiceAccountRow:
    row = await session.get(ServiceAccountRow, account_id, with_for_update=True)
    if row is None:
        raise ServiceAccountNotFoundError("No such service account")
    return row
