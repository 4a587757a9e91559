"""Bodies of the service accounts' routes, and how accounts are shown."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from hexaops.features.access.accounts import Account, IssuedToken, NewAccount
from hexaops.features.access.permissions import SCOPES
from hexaops.kit.durations import format_time
from hexaops.storage.tables import ServiceAccountRow, ServiceAccountTokenRow


def _known_scope(scope: str) -> str:
    if scope not in SCOPES:
        message = f"no such scope; there are {', '.join(SCOPES)}"
        raise ValueError(message)
    return scope


ShownName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128, pattern=r"^[^\x00-\x1f]+$")
]
Scope = Annotated[str, Field(max_length=64), AfterValidator(_known_scope)]
WorkspaceId = Annotated[str, Field(max_length=64, pattern=r"^[^\x00]*$")]
Days = Annotated[float, Field(gt=0, le=3650)]


class TokenRequest(BaseModel):
    """A further token."""

    expires_in_days: Days | None = None

    def lifetime(self) -> timedelta | None:
        """How long the token lives; None: until it is revoked."""
        return timedelta(days=self.expires_in_days) if self.expires_in_days else None


class AccountRequest(TokenRequest):
    """A new service account."""

    name: ShownName
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=50)]
    workspace_ids: Annotated[list[WorkspaceId], Field(max_length=500)] | None = None

    def wanted(self) -> NewAccount:
        """As the service takes it."""
        return NewAccount(self.name, self.scopes, self.workspace_ids, self.lifetime())


class AccountChange(BaseModel):
    """Shut an account out, or let it in again."""

    disabled: bool


def account_document(row: ServiceAccountRow) -> dict[str, Any]:
    """An account as it is shown."""
    return {
        "id": row.id,
        "name": row.name,
        "scopes": row.scopes,
        "workspace_ids": None if row.all_workspaces else row.workspace_ids,
        "disabled": row.disabled,
        "created_at": format_time(row.created_at),
    }


def token_document(row: ServiceAccountTokenRow) -> dict[str, Any]:
    """A token as it is shown: never its text."""
    return {
        "id": row.id,
        "created_at": format_time(row.created_at),
        "expires_at": format_time(row.expires_at) if row.expires_at else None,
        "revoked_at": format_time(row.revoked_at) if row.revoked_at else None,
        "last_used_at": format_time(row.last_used_at) if row.last_used_at else None,
    }


def listed_document(account: Account) -> dict[str, Any]:
    """An account with its tokens."""
    return {**account_document(account.row), "tokens": [token_document(row) for row in account.tokens]}


def issued_document(issued: IssuedToken) -> dict[str, Any]:
    """An account and its new token, with the text that is shown this once."""
    shown = {**token_document(issued.row), "token": issued.text}
    return {"service_account": account_document(issued.account), "token": shown}
