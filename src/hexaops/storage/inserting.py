"""New rows without the ORM's unit of work, which takes longer than the statement: for what every message writes."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Insert, insert
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.storage.tables import Base


async def insert_rows(session: AsyncSession, *rows: Base) -> None:
    """Insert rows of one table, every column as it is set; the session does not hold them afterwards."""
    statement, names = _prepared(type(rows[0]))
    await session.execute(statement, [{name: getattr(row, name) for name in names} for row in rows])


@cache
def _prepared(kind: type[Base]) -> tuple[Insert, tuple[str, ...]]:
    table = kind.metadata.tables[kind.__tablename__]
    return insert(table), tuple(column.name for column in table.columns)
