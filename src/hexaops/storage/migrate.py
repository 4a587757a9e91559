"""Brings the database's tables to the version that this code needs.

An empty database gets the newest tables at once. Alembic is imported only where there is something to upgrade: it would
hold 11 MB of memory as long as the process lives.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Column, MetaData, PrimaryKeyConstraint, String, Table, inspect, select, text
from sqlalchemy.engine import Connection

from hexaops.errors import HexaopsError
from hexaops.storage.database import Database
from hexaops.storage.tables import Base

HEAD = "0013"
"""The newest revision in `migrations/versions`; checked by a test."""
MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_LOCK = 0x68657861
"""PostgreSQL advisory lock: replicas that start together migrate one at a time."""
VERSION = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""Alembic's version table, as Alembic would create it."""


class UnknownRevisionError(HexaopsError):
    """The database was made by a version that this one does not know."""

    code = "UNKNOWN_SCHEMA"

    def __init__(self, revision: str) -> None:
        message = f"The database has schema {revision[:32]}, this version knows up to {HEAD}: run the newer version"
        super().__init__(message, details={"source": "database"})


class ForeignTablesError(HexaopsError):
    """The database belongs to something else."""

    code = "UNKNOWN_SCHEMA"

    def __init__(self, tables: Sequence[str]) -> None:
        message = f"The database has tables that are not this service's ({', '.join(tables[:3])}): name another one"
        super().__init__(message, details={"source": "database"})


async def migrate(database: Database) -> None:
    """Create the tables of an empty database or upgrade older ones; a no-op at HEAD."""
    async with database.engine.connect() as connection:
        if await connection.run_sync(_revision) == HEAD:
            return
    async with database.engine.execution_options(hexaops_writes=True).connect() as connection:
        if not database.is_sqlite:
            await connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
            await connection.commit()
        try:
            await connection.run_sync(_bring_to_head)
            await connection.commit()
        finally:
            if not database.is_sqlite:
                await connection.rollback()
                await connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
                await connection.commit()


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run alembic on an open connection, up to a revision."""
    from alembic import command  # noqa: PLC0415 # see the module's docstring
    from alembic.config import Config  # noqa: PLC0415 # see the module's docstring

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _bring_to_head(connection: Connection) -> None:
    revision = _revision(connection)
    if revision is None:
        _check_empty(connection)
        Base.metadata.create_all(connection, checkfirst=False)
        VERSION.create(connection)
        connection.execute(VERSION.insert().values(version_num=HEAD))
    elif revision != HEAD:
        _check_known(revision)
        upgrade(connection)


def _check_empty(connection: Connection) -> None:
    """Tables of our names without a version are not ours."""
    found = sorted({*inspect(connection).get_table_names()} & {*Base.metadata.tables})
    if found:
        raise ForeignTablesError(found)


def _check_known(revision: str) -> None:
    if not [*(MIGRATIONS / "versions").glob(f"{revision}_*.py")]:
        raise UnknownRevisionError(revision)


def _revision(connection: Connection) -> str | None:
    """The version of the tables; None in an empty database."""
    if not inspect(connection).has_table(VERSION.name):
        return None
    return connection.execute(select(VERSION.c.version_num)).scalar()
