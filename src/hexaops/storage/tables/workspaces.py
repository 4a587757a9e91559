"""Workspaces, their namespaces and their members."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from hexaops.storage.tables.base import Base


class WorkspaceRow(Base):
    """One tenant; the default one of a cluster holds every namespace that no other workspace claims."""

    __tablename__ = "workspaces"
    __table_args__ = (
        Index(
            "uq_workspaces_default",
            "cluster_id",
            unique=True,
            sqlite_where=text("is_default"),
            postgresql_where=text("is_default"),
        ),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(128))
    plan: Mapped[str] = mapped_column(String(16))
    cluster_id: Mapped[str] = mapped_column(String(64))
    is_default: Mapped[bool]
    status: Mapped[str] = mapped_column(String(16))
    policy: Mapped[dict[str, Any]]
    timezone: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class WorkspaceNamespaceRow(Base):
    """One namespace of a workspace; the primary key keeps two workspaces from sharing it."""

    __tablename__ = "workspace_namespaces"

    cluster_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    namespace: Mapped[str] = mapped_column(String(253), primary_key=True)
    workspace_id: Mapped[str] = mapped_column(String(64), ForeignKey("workspaces.id", ondelete="CASCADE"), index=True)


class WorkspaceMemberRow(Base):
    """One user's role in one workspace."""

    __tablename__ = "workspace_members"

    workspace_id: Mapped[str] = mapped_column(
        String(64), ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[str] = mapped_column(String(255), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(16))
    added_at: Mapped[datetime]
