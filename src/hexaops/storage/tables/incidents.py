"""Incidents: what is wrong in a workspace, who does something about it, and all that happened meanwhile."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from hexaops.storage.tables.base import Base

OPEN_ONLY = "status <> 'resolved'"


class IncidentRow(Base):
    """One incident. Only one that is not resolved has a given fingerprint in a workspace."""

    __tablename__ = "incidents"
    __table_args__ = (
        Index(
            "uq_incidents_open",
            "workspace_id",
            "fingerprint",
            unique=True,
            sqlite_where=text(OPEN_ONLY),
            postgresql_where=text(OPEN_ONLY),
        ),
        Index("ix_incidents_workspace_opened", "workspace_id", "opened_at"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    workspace_id: Mapped[str] = mapped_column(String(64), ForeignKey("workspaces.id", ondelete="CASCADE"))
    fingerprint: Mapped[str] = mapped_column(String(64))
    """The same for reports that belong together."""
    status: Mapped[str] = mapped_column(String(16))
    """open, acknowledged, escalated, remediating or resolved."""
    source: Mapped[str] = mapped_column(String(16))
    """api or alertmanager."""
    type: Mapped[str] = mapped_column(String(64))
    severity: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(300))
    affected: Mapped[list[str]]
    """Ids of applications."""
    symptoms: Mapped[list[str]]
    alerts: Mapped[dict[str, Any]]
    """Of Alertmanager: the fingerprints of the alerts and whether each still fires."""
    diagnosis: Mapped[list[dict[str, Any]]]
    """The findings when it was opened or reopened."""
    reports: Mapped[int]
    """How many reports it stands for."""
    reopened: Mapped[int]
    remediation: Mapped[dict[str, Any]]
    """The latest one with its steps (see `incidents.chain`); empty before the first."""
    remediations: Mapped[list[str]]
    """When each was started."""
    turn: Mapped[int]
    """Raised by everything that starts a run: an older run stops."""
    escalated_to: Mapped[list[str] | None]
    """Channels that escalations named, besides those of the settings; they are told again too."""
    opened_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]


class IncidentEntryRow(Base):
    """One line of an incident's timeline."""

    __tablename__ = "incident_entries"

    incident_id: Mapped[str] = mapped_column(
        String(64), ForeignKey("incidents.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(32))
    """opened, reported, reopened, acknowledged, escalated, remediation, resolved, …"""
    actor: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(String(1024))
