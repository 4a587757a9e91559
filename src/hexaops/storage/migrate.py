"""Brings the database's tables to the version that this code needs.

Alembic is imported only when there is something to do: a start on an up-to-date database asks one row.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from hexaops.storage.database import Database

HEAD = "0001"
"""The newest revision in `migrations/versions`; a test holds that it is."""
MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_LOCK = 0x68657861
"""PostgreSQL advisory lock: replicas that start together migrate one after the other."""


async def migrate(database: Database) -> None:
    """Upgrade to HEAD; does nothing when the database is there already."""
    if await _revision(database) == HEAD:
        return
    async with database.engine.execution_options(hexaops_writes=True).connect() as connection:
        if not database.is_sqlite:
            await connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
            await connection.commit()
        try:
            await connection.run_sync(upgrade)
            await connection.commit()
        finally:
            if not database.is_sqlite:
                await connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
                await connection.commit()


def upgrade(connection: Connection) -> None:
    """Run alembic on an open connection."""
    from alembic import command  # noqa: PLC0415 # see the module's docstring
    from alembic.config import Config  # noqa: PLC0415 # see the module's docstring

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


async def _revision(database: Database) -> str | None:
    async with database.engine.connect() as connection:
        try:
            return (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar()
        except DBAPIError:  # no such table: an empty database
            return None
