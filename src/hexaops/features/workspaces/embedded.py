"""First start: creates the default workspace, its owner and an account, for `credentials.json`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from msgspec import Struct

from hexaops.errors import HexaopsError
from hexaops.features.access.accounts import NewAccount, ServiceAccounts
from hexaops.features.access.local_issuer import OWNER, LocalIssuer
from hexaops.features.access.permissions import SCOPES
from hexaops.features.access.service_tokens import ServiceTokens
from hexaops.features.access.user_tokens import LOCAL_PREFIX
from hexaops.features.workspaces.service import WorkspaceService
from hexaops.logs import Redactor

ACCOUNT_NAME = "embedded"


class EmbeddedCredentials(Struct, frozen=True):
    """What `credentials.json` holds beside the address; `user_token` is None where no local issuer is allowed."""

    workspace_id: str
    user_token: str | None
    account_id: str
    account_token: str

    def document(self) -> dict[str, Any]:
        """As it stands in the file."""
        return {
            "workspace_id": self.workspace_id,
            "user_token": self.user_token,
            "service_account": {"id": self.account_id, "token": self.account_token},
        }


class EmbeddedAccess:
    """Makes the credentials of whoever owns the home folder."""

    def __init__(
        self,
        workspaces: WorkspaceService,
        accounts: ServiceAccounts,
        tokens: ServiceTokens,
        issuer: LocalIssuer | None,
        *,
        redactor: Redactor,
        token_lifetime: timedelta,
    ) -> None:
        self._workspaces = workspaces
        self._accounts = accounts
        self._tokens = tokens
        self._issuer = issuer
        self._redactor = redactor
        self._token_lifetime = token_lifetime

    async def ensure(self, cluster_id: str, existing: Mapping[str, Any] | None = None) -> EmbeddedCredentials:
        """Credentials that work; `existing` is the file's content, whose account is kept while it is good."""
        workspace = await self._workspaces.ensure_default(cluster_id)
        token: str | None = None
        if self._issuer is not None:
            await self._workspaces.put_member(workspace.id, f"{LOCAL_PREFIX}{OWNER}", "admin", caller=None)
            token = self._issuer.issue(OWNER, lifetime=self._token_lifetime, name="Owner")
        account_id, account_token = await self._working_account(existing) or await self._new_account()
        self._redactor.add(token, account_token)
        return EmbeddedCredentials(workspace.id, token, account_id, account_token)

    async def _working_account(self, existing: Mapping[str, Any] | None) -> tuple[str, str] | None:
        account = (existing or {}).get("service_account")
        if not isinstance(account, Mapping):
            return None
        account_id, token = str(account.get("id")), str(account.get("token"))
        try:
            await self._tokens.verify(token, account_id)
        except HexaopsError:  # of another database, revoked or expired
            return None
        return account_id, token

    async def _new_account(self) -> tuple[str, str]:
        issued = await self._accounts.create(None, NewAccount(ACCOUNT_NAME, SCOPES.keys(), None))
        return issued.account.id, issued.text
