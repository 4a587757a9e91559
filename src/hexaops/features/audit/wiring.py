"""Builds the audit log."""

from __future__ import annotations

from hexaops.features.audit.log import AuditLog
from hexaops.features.audit.reader import AuditReader
from hexaops.process import Process


def wire(process: Process) -> None:
    """Offer what writes events and what reads them."""
    process.provider.add(AuditLog(process.database, clock=process.clock, redactor=process.redactor))
    process.provider.add(AuditReader(process.database))
