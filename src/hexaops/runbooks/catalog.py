"""The closed set of runbooks."""

from __future__ import annotations

from hexaops.runbooks.restart import RestartApplication
from hexaops.runbooks.runbook import Runbook
from hexaops.runbooks.scale import ScaleApplication, StartApplication, StopApplication

RUNBOOKS: dict[str, Runbook] = {
    book.name: book for book in (RestartApplication(), ScaleApplication(), StartApplication(), StopApplication())
}

INVERSE = {"scale_application": "scale_application", "stop_application": "start_application",
           "start_application": "stop_application"}  # fmt: skip
"""What undoes a completed action. A restart changed nothing that could be put back."""
