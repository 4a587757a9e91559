"""Clusters that were registered over the API."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hexaops.storage.tables.base import Base


class ClusterRow(Base):
    """One cluster; its kubeconfigs are encrypted with a key that is not in the database."""

    __tablename__ = "clusters"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(128))
    sealed_reader: Mapped[str] = mapped_column(Text)
    sealed_writer: Mapped[str | None] = mapped_column(Text)
    sealed_metrics_source: Mapped[str | None] = mapped_column(Text)
    """Where its metrics are, with the headers that are sent there; None: they are sampled."""
    sealed_log_source: Mapped[str | None] = mapped_column(Text)
    """The engine that has its logs, likewise; None: they are collected here."""
    revision: Mapped[str] = mapped_column(String(64))
    """Changes with the row: how other processes see that they must open the cluster anew."""
    created_by: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime]
