"""Alembic's entry: runs on the connection that `hexaops.storage.migrate` opened. DBOS's tables are its own."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON

from hexaops.storage.tables import Base
from hexaops.storage.tables.base import UtcTime


def include_object(_object: Any, name: str | None, kind: str, reflected: bool, _compared: Any) -> bool:
    """Only our own tables: what is in the database but not in our metadata belongs to the durable engine."""
    return not (kind == "table" and reflected and name not in Base.metadata.tables)


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our own column types by their names; the template imports them."""
    if kind == "type" and isinstance(item, UtcTime):
        return "UtcTime()"
    if kind == "type" and isinstance(item, JSON):
        return "JsonColumn"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    include_object=include_object,
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
