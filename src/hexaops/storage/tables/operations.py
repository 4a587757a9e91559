"""Changes: plans, the operations that carry them out, their steps, and what each write intended.

These tables, not the durable engine's, are the truth that both APIs show.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hexaops.storage.tables.base import Base

ACTIVE = ("queued", "running", "cancelling", "undoing")
"""Statuses in which an operation holds its targets."""
BACKUP = "backup"
"""The surface of operations that read a cluster and change nothing there."""


class PlanRow(Base):
    """One exact proposed change: confirmed once, by its hash, before it expires."""

    __tablename__ = "plans"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    hash: Mapped[str] = mapped_column(String(64))
    workspace_id: Mapped[str] = mapped_column(String(64), index=True)
    user_id: Mapped[str] = mapped_column(String(255))
    session_id: Mapped[str | None] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64))
    parameters: Mapped[dict[str, Any]]
    document: Mapped[dict[str, Any]]
    """The whole plan (see `changes.plan.Plan`)."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    operation_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    """Set once, when the plan is confirmed; a second confirmation answers with this operation."""


class OperationRow(Base):
    """One confirmed change on its way through its steps."""

    __tablename__ = "operations"
    __table_args__ = (
        Index("ix_operations_workspace_started", "workspace_id", "started_at"),
        Index("ix_operations_cluster_started", "cluster_id", "started_at"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    surface: Mapped[str] = mapped_column(String(16))
    """`action` (public API), `operation` or `backup` (internal API)."""
    kind: Mapped[str] = mapped_column(String(64))
    """The runbook: restart_application, scale_application, …"""
    workspace_id: Mapped[str] = mapped_column(String(64))
    cluster_id: Mapped[str] = mapped_column(String(64))
    resource: Mapped[str] = mapped_column(String(512))
    """cluster/kind/namespace/name of the first target; operation_holds has all of them."""
    resource_id: Mapped[str] = mapped_column(String(64))
    """The application's public id."""
    status: Mapped[str] = mapped_column(String(16))
    """queued, running, cancelling, undoing; then completed, failed or cancelled."""
    parameters: Mapped[dict[str, Any]]
    plan: Mapped[dict[str, Any]]
    plan_id: Mapped[str | None] = mapped_column(String(64))
    description: Mapped[str] = mapped_column(String(512))
    requested_by: Mapped[str] = mapped_column(String(255))
    session_id: Mapped[str | None] = mapped_column(String(64), index=True)
    message_id: Mapped[str | None] = mapped_column(String(64))
    request_id: Mapped[str | None] = mapped_column(String(64))
    fence: Mapped[int] = mapped_column(default=0)
    """Raised by every process that takes the run over: an older holder's write is refused."""
    prior: Mapped[dict[str, Any]]
    """What was there before, as later changes may want to restore it."""
    result: Mapped[dict[str, Any]]
    error_code: Mapped[str | None] = mapped_column(String(64))
    error_message: Mapped[str | None] = mapped_column(String(1024))
    rollback_of: Mapped[str | None] = mapped_column(String(64))
    started_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]


class OperationStepRow(Base):
    """One visible step: pending, in_progress, completed, failed, skipped or cancelled."""

    __tablename__ = "operation_steps"

    operation_id: Mapped[str] = mapped_column(
        String(64), ForeignKey("operations.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(16))
    estimated_seconds: Mapped[float | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    result: Mapped[dict[str, Any]]
    progress: Mapped[str | None] = mapped_column(String(1024))
    """What it waits for."""
    error_message: Mapped[str | None] = mapped_column(String(1024))


class OperationHoldRow(Base):
    """A target that an active operation holds: one operation a target. Deleted when the operation ends."""

    __tablename__ = "operation_holds"

    resource: Mapped[str] = mapped_column(String(640), primary_key=True)
    """cluster/kind/namespace/name."""
    operation_id: Mapped[str] = mapped_column(String(64), ForeignKey("operations.id", ondelete="CASCADE"), index=True)


class WriteIntentRow(Base):
    """One write to the cluster: committed before the call, completed after it, read back on recovery."""

    __tablename__ = "write_intents"
    __table_args__ = (UniqueConstraint("operation_id", "seq", "purpose"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    operation_id: Mapped[str] = mapped_column(String(64), ForeignKey("operations.id", ondelete="CASCADE"))
    seq: Mapped[int]
    """The number of the write in its plan."""
    purpose: Mapped[str] = mapped_column(String(32))
    """`apply` or `undo`: each write is sent and put back at most once."""
    call: Mapped[dict[str, Any]]
    fence: Mapped[int]
    resource_version: Mapped[str] = mapped_column(String(64))
    """The precondition sent with the call."""
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(32))
    """applied, found_applied, refused or conflict."""
    response: Mapped[dict[str, Any]]


class AutomationRow(Base):
    """The kill switch: scope `*` (everywhere) or a workspace's id."""

    __tablename__ = "automation"

    scope: Mapped[str] = mapped_column(String(64), primary_key=True)
    enabled: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(String(512))
    changed_by: Mapped[str] = mapped_column(String(255))
    changed_at: Mapped[datetime]


class ExecutorRow(Base):
    """One running process of the service; a row not renewed in time is a dead process whose runs others take over."""

    __tablename__ = "executors"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)
