"""Builds what runs operations: first what other features build their works on, then the runner of all works."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hexaops.features.audit.log import AuditLog
from hexaops.features.notifications.sending import Notifications
from hexaops.features.runs.events import OperationEvents
from hexaops.features.runs.reconciler import Reconciler
from hexaops.features.runs.runner import RUN, OperationRunner
from hexaops.features.runs.starting import OperationStarter
from hexaops.features.runs.store import OperationStore
from hexaops.features.runs.work import Work
from hexaops.features.webhooks.outbox import WebhookOutbox
from hexaops.process import Process


def wire(process: Process) -> None:
    """Offer the operations' store, their events, what starts them, and what ends those that nobody runs."""
    get, clock = process.provider.get, process.clock
    store = OperationStore(process.database, clock=clock)
    events = OperationEvents(get(AuditLog), get(WebhookOutbox), process.metrics, get(Notifications))
    starter = OperationStarter(store, events, process.engine, clock, process.failpoints)
    reconciler = Reconciler(store, process.engine, events, process.settings, clock)
    for service in (store, events, starter, reconciler):
        process.provider.add(service)
    for job in reconciler.jobs():
        process.background.add(job)


def wire_runner(process: Process, works: Mapping[str, Work], *, queues: Iterable[str]) -> None:
    """Run every kind of work, from the usual queue and from `queues`."""
    get = process.provider.get
    runner = OperationRunner(get(OperationStore), works, get(OperationEvents), process.clock, process.failpoints)
    for queue in (RUN, *queues):
        process.engine.register(queue, runner.run)
