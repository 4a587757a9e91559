"""What is wrong in a cluster, and why: rules over objects, events and logs, without any I/O."""

from hexaops.analysis.diagnosis.engine import diagnose
from hexaops.analysis.diagnosis.model import Evidence, FieldChange, Finding, Fix, Ref, Severity
from hexaops.analysis.diagnosis.snapshot import Snapshot, SnapshotError, read_snapshot

__all__ = (
    "Evidence",
    "FieldChange",
    "Finding",
    "Fix",
    "Ref",
    "Severity",
    "Snapshot",
    "SnapshotError",
    "diagnose",
    "read_snapshot",
)
