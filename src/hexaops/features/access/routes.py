"""Routes of service accounts and their tokens (internal API)."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from hexaops.features.access.accounts import (
    ServiceAccountNotFoundError,
    ServiceAccounts,
    TokenNotFoundError,
    TooManyTokensError,
)
from hexaops.features.access.caller import AnyCaller
from hexaops.features.access.schemas import AccountChange, AccountRequest, TokenRequest
from hexaops.features.access.views import (
    IssuedTokenView,
    ServiceAccountDetailView,
    issued_token_view,
    service_account_detail_view,
)
from hexaops.features.routing import ADMIN, INTERNAL, Entry
from hexaops.provide import provided
from hexaops.responses import Data, Items, refuses

Accounts = Annotated[ServiceAccounts, provided(ServiceAccounts)]
AccountId = Annotated[str, Path(max_length=64)]
TokenId = Annotated[str, Path(max_length=64)]


async def create_account(caller: AnyCaller, accounts: Accounts, body: AccountRequest) -> Data[IssuedTokenView]:
    """Create a service account; the response contains its first token, once."""
    return Data(issued_token_view(await accounts.create(caller, body.wanted())))


async def list_accounts(accounts: Accounts) -> Items[ServiceAccountDetailView]:
    """Every service account with its tokens (without their text)."""
    return Items([service_account_detail_view(account) for account in await accounts.list_all()])


@refuses(ServiceAccountNotFoundError)
async def change_account(
    caller: AnyCaller, accounts: Accounts, account_id: AccountId, body: AccountChange
) -> Data[ServiceAccountDetailView]:
    """Disable or enable a service account."""
    return Data(service_account_detail_view(await accounts.put_disabled(caller, account_id, disabled=body.disabled)))


@refuses(ServiceAccountNotFoundError, TooManyTokensError)
async def rotate_token(
    caller: AnyCaller, accounts: Accounts, account_id: AccountId, body: TokenRequest | None = None
) -> Data[IssuedTokenView]:
    """Issue a second token; the first stays valid until revoked."""
    lifetime = body.lifetime() if body else None
    return Data(issued_token_view(await accounts.rotate(caller, account_id, lifetime)))


@refuses(TokenNotFoundError)
async def revoke_token(caller: AnyCaller, accounts: Accounts, account_id: AccountId, token_id: TokenId) -> None:
    """Revoke a token immediately."""
    await accounts.revoke(caller, account_id, token_id)


ACCOUNT = f"{INTERNAL}/service-accounts/{{account_id}}"
ROUTES = (
    Entry("GET", f"{INTERNAL}/service-accounts", list_accounts, ADMIN),
    Entry("POST", f"{INTERNAL}/service-accounts", create_account, ADMIN, 201, idempotent=True),
    Entry("PATCH", ACCOUNT, change_account, ADMIN),
    Entry("POST", f"{ACCOUNT}/tokens", rotate_token, ADMIN, 201, idempotent=True),
    Entry("DELETE", f"{ACCOUNT}/tokens/{{token_id}}", revoke_token, ADMIN, 204),
)
