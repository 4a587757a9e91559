"""scopes of log pushes: one for each form in place of `logs:write`"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hexaops.storage.tables.base import JsonColumn

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ACCOUNTS = sa.table("service_accounts", sa.column("id", sa.String()), sa.column("scopes", JsonColumn))
WHOLE = "logs:write"
PARTS = ("logs:push:json", "logs:push:loki", "logs:push:otlp")


def upgrade() -> None:
    for account_id, scopes in _accounts():
        if WHOLE in scopes:
            _set(account_id, (set(scopes) - {WHOLE}) | set(PARTS))


def downgrade() -> None:
    for account_id, scopes in _accounts():
        if set(PARTS) & set(scopes):
            _set(account_id, (set(scopes) - set(PARTS)) | {WHOLE})


def _accounts() -> list[tuple[str, list[str]]]:
    rows = op.get_bind().execute(sa.select(ACCOUNTS.c.id, ACCOUNTS.c.scopes))
    return [(row.id, row.scopes) for row in rows]


def _set(account_id: str, scopes: set[str]) -> None:
    op.execute(sa.update(ACCOUNTS).where(ACCOUNTS.c.id == account_id).values(scopes=sorted(scopes)))
