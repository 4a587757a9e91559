"""Bodies of the service accounts' routes."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from hexaops.bodies import Body
from hexaops.features.access.accounts import NewAccount
from hexaops.features.access.permissions import SCOPES


def _known_scope(scope: str) -> str:
    if scope not in SCOPES:
        message = f"no such scope; the scopes are {', '.join(SCOPES)}"
        raise ValueError(message)
    return scope


ShownName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128, pattern=r"^[^\x00-\x1f]+$")
]
Scope = Annotated[str, Field(max_length=64), AfterValidator(_known_scope)]
WorkspaceId = Annotated[str, Field(max_length=64, pattern=r"^[^\x00]*$")]
Days = Annotated[float, Field(gt=0, le=3650)]


class TokenRequest(Body):
    """A further token."""

    expires_in_days: Days | None = None

    def lifetime(self) -> timedelta | None:
        """Lifetime of the token; None: until revoked."""
        return timedelta(days=self.expires_in_days) if self.expires_in_days else None


class AccountRequest(TokenRequest):
    """A new service account."""

    name: ShownName
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=50)]
    workspace_ids: Annotated[list[WorkspaceId], Field(max_length=500)] | None = None

    def wanted(self) -> NewAccount:
        """As the service takes it."""
        return NewAccount(self.name, self.scopes, self.workspace_ids, self.lifetime())


class AccountChange(Body):
    """Disable or enable an account."""

    disabled: bool
