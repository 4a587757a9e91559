"""Routes of service accounts and their tokens (internal API)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path

from hexaops.features.access.accounts import ServiceAccounts
from hexaops.features.access.caller import AnyCaller
from hexaops.features.access.schemas import (
    AccountChange,
    AccountRequest,
    TokenRequest,
    issued_document,
    listed_document,
)
from hexaops.provide import provided

Accounts = Annotated[ServiceAccounts, provided(ServiceAccounts)]
AccountId = Annotated[str, Path(max_length=64)]
TokenId = Annotated[str, Path(max_length=64)]


async def create_account(caller: AnyCaller, accounts: Accounts, body: AccountRequest) -> dict[str, Any]:
    """Make a service account; the answer shows its first token once."""
    return {"data": issued_document(await accounts.create(caller, body.wanted()))}


async def list_accounts(accounts: Accounts) -> dict[str, Any]:
    """Every service account with its tokens' dates."""
    return {"data": [listed_document(account) for account in await accounts.list_all()]}


async def change_account(
    caller: AnyCaller, accounts: Accounts, account_id: AccountId, body: AccountChange
) -> dict[str, Any]:
    """Disable or enable a service account."""
    return {"data": listed_document(await accounts.put_disabled(caller, account_id, disabled=body.disabled))}


async def rotate_token(
    caller: AnyCaller, accounts: Accounts, account_id: AccountId, body: TokenRequest | None = None
) -> dict[str, Any]:
    """Make a second token; the first lives until it is revoked."""
    lifetime = body.lifetime() if body else None
    return {"data": issued_document(await accounts.rotate(caller, account_id, lifetime))}


async def revoke_token(caller: AnyCaller, accounts: Accounts, account_id: AccountId, token_id: TokenId) -> None:
    """End a token at once."""
    await accounts.revoke(caller, account_id, token_id)
