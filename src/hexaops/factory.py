"""The only place that builds things: what a process holds, and the services on it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.backends.notify.addresses import AddressPolicy
from hexaops.backends.notify.client import NotifySender
from hexaops.config import Settings
from hexaops.features.access.accounts import ServiceAccounts
from hexaops.features.access.authorize import Authorizer
from hexaops.features.access.gate import Authentication, Gate
from hexaops.features.access.idempotency import IdempotencyService
from hexaops.features.access.idempotency_store import ClaimMarker, IdempotencyStore
from hexaops.features.access.rates import RateLimits
from hexaops.features.access.request_log import RequestLog
from hexaops.features.access.service_tokens import ServiceTokens
from hexaops.features.access.trust import open_identity_provider, trust_roots
from hexaops.features.access.user_tokens import UserTokens
from hexaops.features.actions.service import ActionService
from hexaops.features.actions.subjects import Subjects
from hexaops.features.applications.cluster_views import ClusterViews
from hexaops.features.applications.service import ApplicationService
from hexaops.features.audit.log import AuditLog
from hexaops.features.audit.reader import AuditReader
from hexaops.features.backups.retention import Retention
from hexaops.features.backups.wiring import BackupParts, build_backups
from hexaops.features.changes.confirmation import Confirmation
from hexaops.features.changes.planner import Planner
from hexaops.features.changes.plans import Plans
from hexaops.features.changes.queries import PlanQueries
from hexaops.features.changes.work import ChangeWork
from hexaops.features.changes.writes import GuardedWriter
from hexaops.features.chat.gathering import Gatherer
from hexaops.features.chat.guide import GuideService
from hexaops.features.chat.nameable import Inventories
from hexaops.features.chat.planning import ChangePlanner
from hexaops.features.chat.quick_actions import QuickActions
from hexaops.features.chat.service import ChatService
from hexaops.features.chat.sessions import SessionService
from hexaops.features.chat.streaming import ChatStream
from hexaops.features.clusters.registrar import ClusterRegistrar
from hexaops.features.clusters.wiring import ClusterParts, build_clusters
from hexaops.features.conversations.queries import Conversations
from hexaops.features.diagnosis.service import DiagnosisService
from hexaops.features.diagnosis.wiring import build_diagnosis
from hexaops.features.health.service import HealthService
from hexaops.features.health.system import SystemHealth, SystemParts
from hexaops.features.incidents.upkeep import IncidentUpkeep
from hexaops.features.incidents.wiring import build_incidents
from hexaops.features.insights.wiring import InsightParts, build_insights
from hexaops.features.logs.wiring import Logs
from hexaops.features.metrics.wiring import MetricHistory
from hexaops.features.operations.service import RUN as WORKSPACE_RUN
from hexaops.features.operations.wiring import build_operations
from hexaops.features.overview.wiring import build_overview
from hexaops.features.performance.wiring import build_performance
from hexaops.features.runs.events import OperationEvents
from hexaops.features.runs.queries import find_active
from hexaops.features.runs.reconciler import Reconciler
from hexaops.features.runs.runner import RUN as OPERATION_RUN
from hexaops.features.runs.runner import OperationRunner
from hexaops.features.runs.starting import OperationStarter
from hexaops.features.runs.store import OperationStore
from hexaops.features.runs.work import Work
from hexaops.features.scaling.wiring import build_scaling
from hexaops.features.signin.wiring import build_signin
from hexaops.features.webhooks.delivering import PLACES_PER_WEBHOOK, WEBHOOK_PLACES, DeliveryRun
from hexaops.features.webhooks.history import DeliveryHistory
from hexaops.features.webhooks.outbox import RUN as WEBHOOK_RUN
from hexaops.features.webhooks.outbox import WebhookOutbox
from hexaops.features.webhooks.sealing import SecretBox
from hexaops.features.webhooks.sender import WebhookSender
from hexaops.features.webhooks.service import WebhookService
from hexaops.features.webhooks.upkeep import WebhookUpkeep
from hexaops.features.workspaces.automation import AutomationSwitch
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.features.workspaces.embedded import EmbeddedAccess
from hexaops.features.workspaces.service import WorkspaceService
from hexaops.kit.clock import Clock, SystemClock
from hexaops.kit.failpoints import Failpoints
from hexaops.kit.keys import SecretKey
from hexaops.kit.paging import CursorSigner
from hexaops.kit.timeout import Timeout
from hexaops.logs import Redactor
from hexaops.metrics import Metrics
from hexaops.provide import Provider
from hexaops.runbooks.catalog import RUNBOOKS
from hexaops.storage.database import Database
from hexaops.storage.engine import DurableEngine
from hexaops.storage.migrate import migrate

logger = logging.getLogger(__name__)


@dataclass
class ProcessContext:
    """What lives as long as the process. `open` raises when the database is unusable; clusters may be away."""

    settings: Settings
    clusters: Clusters
    clock: Clock = field(default_factory=SystemClock)
    redactor: Redactor = field(default_factory=Redactor)
    writer_class: type[GuardedWriter] = GuardedWriter
    """How writes are made: the seam where a test puts a writer with a known fault."""
    cluster_registrar: ClusterRegistrar = field(init=False)
    reconciler: Reconciler = field(init=False)
    upkeep: WebhookUpkeep = field(init=False)
    incident_upkeep: IncidentUpkeep = field(init=False)
    notifier: NotifySender = field(init=False)
    chat_stream: ChatStream = field(init=False)

    def __post_init__(self) -> None:
        self.metrics = Metrics()
        self.failpoints = Failpoints(self.settings.failpoint)
        self.claim_marker = ClaimMarker()
        self.database = Database(
            self.settings.database(),
            pool_size=self.settings.database_pool_size,
            before_commit=self.claim_marker.mark,
        )
        configured = self.settings.secret_key.get_secret_value() if self.settings.secret_key else None
        self.redactor.add(self.database.url.password)
        self.redactor.add(configured)
        self.key = SecretKey(self.settings.home_folder(), configured)
        self.engine = DurableEngine(self.database, clock=self.clock, takeover_seconds=self.settings.takeover_seconds)
        self.identity_provider = open_identity_provider(self.settings)
        self.provider = Provider()
        build_access(self)
        self._tasks: list[asyncio.Task[None]] = []
        build_services(self)
        self.logs = Logs(self.settings, self.clock, self.provider, self.clusters)
        self.metric_history = MetricHistory(self.settings, self.clock, self.provider, self.clusters)
        build_insights(self.provider, InsightParts(self.settings, self.database, self.clock))
        build_performance(self.provider, self.clock)

    async def open(self) -> None:
        """Open the database and bring it up to date; nothing runs yet."""
        await self.database.check()
        self.engine.reserve()
        await migrate(self.database)
        await self.cluster_registrar.refresh()
        await self.provider.get(WorkspaceService).ensure_default(self.clusters.default_id)

    async def start(self) -> None:
        """Begin to watch the clusters, take up the runs that an earlier process left."""
        await self.clusters.start()
        await self.logs.start()
        await self.metric_history.start()
        await self.engine.launch()
        for unread in await self.clusters.wait_tried(Timeout(self.settings.cluster_sync_seconds, self.clock)):
            logger.warning("a cluster has not been read yet; answers say what is missing", extra={"cluster": unread})
        self._tasks.append(
            asyncio.create_task(self.provider.get(IdempotencyStore).purge_forever(), name="claims-upkeep")
        )
        self._tasks.append(asyncio.create_task(self.cluster_registrar.forever(), name="cluster-registrar"))
        self._tasks.append(asyncio.create_task(self.reconciler.forever(), name="reconciler"))
        self._tasks.append(asyncio.create_task(self.upkeep.forever(), name="webhook-upkeep"))
        self._tasks.append(asyncio.create_task(self.incident_upkeep.forever(), name="incident-upkeep"))
        self._tasks.append(asyncio.create_task(self.provider.get(Retention).forever(), name="backup-retention"))

    def end_streams(self) -> None:
        """End the answers that have no end of their own, so that a stop need not wait for them."""
        self.logs.tail.close()

    async def close(self) -> None:
        """Stop in the order that loses nothing: runs first, then what they use."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.chat_stream.close()
        await self.logs.close()
        await self.metric_history.close()
        await self.engine.close()
        await self.clusters.stop()
        if self.identity_provider is not None:
            await self.identity_provider.aclose()
        await self.notifier.close()
        await self.database.close()


def build_access(context: ProcessContext) -> None:
    """Build what every guarded route needs: who calls, where they may enter, what is counted and recorded."""
    settings, database, clock, provide = context.settings, context.database, context.clock, context.provider.add
    audit = AuditLog(database, clock=clock, redactor=context.redactor)
    directory = WorkspaceDirectory(settings, database)
    workspaces = WorkspaceService(
        settings, database, directory, context.clusters, audit=audit, clock=clock, find_active=find_active
    )
    accounts = ServiceAccounts(database, audit=audit, clock=clock, redactor=context.redactor)
    services = ServiceTokens(database, clock=clock)
    local, issuers = trust_roots(settings, clock=clock, client=context.identity_provider)
    authentication = Authentication(
        UserTokens(issuers, clock=clock), services, trusted_proxies=settings.trusted_proxies
    )
    authorizer = Authorizer(directory)
    claims = IdempotencyStore(database, context.engine, context.claim_marker, clock=clock)
    lifetime = timedelta(days=settings.local_token_days)
    for service in (audit, directory, workspaces, accounts, services, authorizer, claims):
        provide(service)
    provide(AuditReader(database))
    parts = ClusterParts(settings, database, context.clusters, context.key, context.redactor, clock)
    clusters = build_clusters(parts, directory=directory, audit=audit)
    context.cluster_registrar = clusters.registrar
    provide(clusters.service)
    provide(CursorSigner(lambda: context.key.derive("cursors")))
    provide(AutomationSwitch(database, audit=audit, clock=clock))
    provide(EmbeddedAccess(workspaces, accounts, services, local, redactor=context.redactor, token_lifetime=lifetime))
    build_signin(context.provider, context.key, local, clock)
    limits = RateLimits(settings, clock=clock)
    requests = RequestLog(audit, database)
    provide(Gate(authentication, authorizer, limits=limits, idempotency=IdempotencyService(claims), log=requests))


def build_services(context: ProcessContext) -> None:
    """Build every service once and offer it by its type."""
    settings, clock, database, clusters = context.settings, context.clock, context.database, context.clusters
    provide = context.provider.add
    provide(HealthService(settings, clock, database, clusters, context.metrics))
    outbox = build_webhooks(context)
    views = ClusterViews(clusters, clock)
    applications = ApplicationService(views)
    provide(applications)
    provide(
        SystemHealth(
            SystemParts(
                database=database,
                engine=context.engine,
                metrics=context.metrics,
                clusters=clusters,
                views=views,
                applications=applications,
                directory=context.provider.get(WorkspaceDirectory),
                clock=clock,
            )
        )
    )
    build_overview(context.provider, applications, database, clock)
    build_diagnosis(context.provider, clusters, applications, clock)
    store = OperationStore(database, clock=clock)
    parts = BackupParts(settings, clusters, context.engine, store, context.key, context.failpoints, clock)
    events = OperationEvents(context.provider.get(AuditLog), outbox, context.metrics)
    build_changes(context, applications, events, build_backups(context.provider, parts))
    build_chat(context, applications, outbox)


def build_webhooks(context: ProcessContext) -> WebhookOutbox:
    """What accepts, sends and shows webhooks; returns where events are handed in."""
    settings, database, engine, clock = context.settings, context.database, context.engine, context.clock
    context.notifier = NotifySender(
        AddressPolicy(settings.webhook_allowed_networks),
        allow_http=settings.webhook_allow_http,
        timeout_seconds=settings.webhook_timeout_seconds,
    )
    box = SecretBox(context.key, redactor=context.redactor)
    sender = WebhookSender(context.notifier, box, clock, context.redactor)
    run = DeliveryRun(settings, database, engine, sender, context.metrics, context.failpoints)
    engine.register(WEBHOOK_RUN, run.run, concurrency=WEBHOOK_PLACES, per_key=PLACES_PER_WEBHOOK)
    audit, outbox = context.provider.get(AuditLog), WebhookOutbox(engine, clock)
    context.upkeep = WebhookUpkeep(database, engine, clock, settings.retention_days)
    for service in (outbox, WebhookService(database, sender, audit), DeliveryHistory(database, engine, clock, audit)):
        context.provider.add(service)
    return outbox


def build_changes(
    context: ProcessContext, applications: ApplicationService, events: OperationEvents, works: Mapping[str, Work]
) -> None:
    """What plans, confirms, runs and reconciles changes; the runner also does the other works."""
    settings, clock, failpoints = context.settings, context.clock, context.failpoints
    clusters, audit = context.clusters, context.provider.get(AuditLog)
    store = OperationStore(context.database, clock=clock)
    automation = context.provider.get(AutomationSwitch)
    planner = Planner(clusters, store, automation, settings, clock)
    writer = context.writer_class(
        context.database, clusters, events, automation=automation, clock=clock, failpoints=failpoints
    )
    work = ChangeWork(clusters, planner, writer, settings, clock)
    plans = Plans(planner, audit, settings, clock)
    confirmation = Confirmation(plans, events, context.engine, failpoints)
    starter = OperationStarter(store, events, context.engine, clock, failpoints)
    operations = build_operations(context.provider, confirmation, starter)
    runner = OperationRunner(
        store, {**dict.fromkeys(RUNBOOKS, work), **operations.works, **works}, events, clock, failpoints
    )  # fmt: skip
    context.engine.register(OPERATION_RUN, runner.run)
    context.engine.register(WORKSPACE_RUN, runner.run)
    context.provider.add(
        ActionService(Subjects(applications), plans, confirmation, store, Conversations(context.database), clock)
    )
    build_scaling(context.provider, confirmation, store, clock)
    context.incident_upkeep = build_incidents(context.provider, context.database, context.engine, clock, confirmation)
    context.reconciler = Reconciler(store, context.engine, events, settings, clock)


def build_chat(context: ProcessContext, applications: ApplicationService, outbox: WebhookOutbox) -> None:
    """What answers messages and keeps conversations."""
    database, clock, get = context.database, context.clock, context.provider.get
    sessions = SessionService(database, applications, outbox, clock)
    gatherer = Gatherer(database, applications, get(DiagnosisService), get(AutomationSwitch), clock)
    inventories, planner = Inventories(applications), ChangePlanner(get(ActionService))
    plans = PlanQueries(database, clock)
    chat = ChatService(database, sessions, gatherer, inventories, planner, plans, clock)
    context.chat_stream = ChatStream(chat)
    quick_actions = QuickActions(get(WorkspaceService), get(WorkspaceDirectory))
    guide = GuideService(database, quick_actions, clock)
    for service in (sessions, chat, context.chat_stream, quick_actions, guide):
        context.provider.add(service)
