"""Views of service accounts and tokens. A token's text is shown once, when issued."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import asdict

from hexaops.features.access.accounts import Account, IssuedToken
from hexaops.kit.durations import format_time
from hexaops.responses import View
from hexaops.storage.tables import ServiceAccountRow, ServiceAccountTokenRow


class ServiceAccountView(View, frozen=True, kw_only=True):
    """A service account."""

    id: str
    name: str
    scopes: list[str]
    workspace_ids: list[str] | None
    """Where it may enter; None: everywhere."""
    disabled: bool
    created_at: str


class TokenView(View, frozen=True, kw_only=True):
    """A token without its text."""

    id: str
    created_at: str
    expires_at: str | None
    """None: it does not expire."""
    revoked_at: str | None
    """None: it has not been revoked."""
    last_used_at: str | None
    """None: it has never been used."""


class ServiceAccountDetailView(ServiceAccountView, frozen=True, kw_only=True):
    """A service account with its tokens."""

    tokens: list[TokenView]


class NewTokenView(TokenView, frozen=True, kw_only=True):
    """A token with its text."""

    token: str


class IssuedTokenView(View, frozen=True, kw_only=True):
    """A service account and its new token."""

    service_account: ServiceAccountView
    token: NewTokenView


def service_account_view(row: ServiceAccountRow) -> ServiceAccountView:
    """An account."""
    return ServiceAccountView(
        id=row.id,
        name=row.name,
        scopes=row.scopes,
        workspace_ids=None if row.all_workspaces else row.workspace_ids,
        disabled=row.disabled,
        created_at=format_time(row.created_at),
    )


def service_account_detail_view(account: Account) -> ServiceAccountDetailView:
    """An account with its tokens."""
    return ServiceAccountDetailView(
        **asdict(service_account_view(account.row)), tokens=[token_view(row) for row in account.tokens]
    )


def token_view(row: ServiceAccountTokenRow) -> TokenView:
    """A token."""
    return TokenView(
        id=row.id,
        created_at=format_time(row.created_at),
        expires_at=_time(row.expires_at),
        revoked_at=_time(row.revoked_at),
        last_used_at=_time(row.last_used_at),
    )


def issued_token_view(issued: IssuedToken) -> IssuedTokenView:
    """An account and its new token."""
    return IssuedTokenView(
        service_account=service_account_view(issued.account),
        token=NewTokenView(**asdict(token_view(issued.row)), token=issued.text),
    )


def _time(moment: datetime | None) -> str | None:
    return format_time(moment) if moment else None
