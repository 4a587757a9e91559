"""Jobs, CronJobs and events."""

from __future__ import annotations

import msgspec

from hexaops.backends.kubernetes.decoding.interning import Interner
from hexaops.backends.kubernetes.decoding.wire import (
    ConditionWire,
    ItemWire,
    ReferenceWire,
    Wire,
    cap,
    conditions,
    created_at,
    owner_of,
)
from hexaops.backends.kubernetes.decoding.workloads import TemplateWire
from hexaops.backends.kubernetes.rows import CronJobRow, EventRow, JobRow
from hexaops.backends.kubernetes.times import parse_moment


class JobSpecWire(Wire):
    completions: int | None = None
    parallelism: int | None = None
    suspend: bool = False
    template: TemplateWire | None = None


class JobStatusWire(Wire):
    active: int = 0
    succeeded: int = 0
    failed: int = 0
    start_time: str | None = None
    completion_time: str | None = None
    conditions: list[ConditionWire] | None = None


class JobWire(ItemWire):
    spec: JobSpecWire = msgspec.field(default_factory=JobSpecWire)
    status: JobStatusWire = msgspec.field(default_factory=JobStatusWire)


def job_row(item: JobWire, interner: Interner) -> JobRow:
    """The compact row."""
    meta, spec, status = item.metadata, item.spec, item.status
    owner = owner_of(meta)
    return JobRow(
        kind="Job",
        uid=meta.uid,
        namespace=interner.text(meta.namespace),
        name=meta.name,
        resource_version=meta.resource_version,
        created_at=created_at(meta),
        labels=interner.labels(meta.labels),
        completions=spec.completions,
        parallelism=spec.parallelism,
        active=status.active,
        succeeded=status.succeeded,
        failed=status.failed,
        suspended=spec.suspend,
        started_at=parse_moment(status.start_time),
        completed_at=parse_moment(status.completion_time),
        owner_kind=owner.kind,
        owner_name=owner.name,
        owner_uid=owner.uid,
        images=_images(spec.template),
        conditions=conditions(status.conditions),
    )


class JobTemplateWire(Wire):
    spec: JobSpecWire | None = None


class CronJobSpecWire(Wire):
    schedule: str = ""
    time_zone: str | None = None
    suspend: bool = False
    job_template: JobTemplateWire | None = None


class CronJobStatusWire(Wire):
    active: list[ReferenceWire] | None = None
    last_schedule_time: str | None = None
    last_successful_time: str | None = None


class CronJobWire(ItemWire):
    spec: CronJobSpecWire = msgspec.field(default_factory=CronJobSpecWire)
    status: CronJobStatusWire = msgspec.field(default_factory=CronJobStatusWire)


def cron_job_row(item: CronJobWire, interner: Interner) -> CronJobRow:
    """The compact row."""
    meta, spec, status = item.metadata, item.spec, item.status
    job = spec.job_template.spec if spec.job_template else None
    return CronJobRow(
        kind="CronJob",
        uid=meta.uid,
        namespace=interner.text(meta.namespace),
        name=meta.name,
        resource_version=meta.resource_version,
        created_at=created_at(meta),
        labels=interner.labels(meta.labels),
        schedule=spec.schedule,
        time_zone=spec.time_zone or "",
        suspended=spec.suspend,
        active=len(status.active or ()),
        last_scheduled_at=parse_moment(status.last_schedule_time),
        last_succeeded_at=parse_moment(status.last_successful_time),
        images=_images(job.template if job else None),
    )


def _images(template: TemplateWire | None) -> tuple[str, ...]:
    pod = template.spec if template else None
    return tuple(container.image for container in (pod.containers if pod else None) or ())


class SourceWire(Wire):
    component: str | None = None


class SeriesWire(Wire):
    count: int = 0
    last_observed_time: str | None = None


class EventWire(ItemWire):
    type: str = ""
    reason: str | None = None
    message: str | None = None
    involved_object: ReferenceWire = msgspec.field(default_factory=ReferenceWire)
    count: int | None = None
    first_timestamp: str | None = None
    last_timestamp: str | None = None
    event_time: str | None = None
    series: SeriesWire | None = None
    source: SourceWire | None = None
    reporting_component: str | None = None


def event_row(item: EventWire, interner: Interner) -> EventRow:
    """The compact row; both generations of event fields are understood."""
    meta, about = item.metadata, item.involved_object
    series = item.series or SeriesWire()
    created = created_at(meta)
    first = parse_moment(item.first_timestamp) or parse_moment(item.event_time) or created
    last = parse_moment(series.last_observed_time) or parse_moment(item.last_timestamp) or first
    component = item.source.component if item.source else None
    return EventRow(
        kind="Event",
        uid=meta.uid,
        namespace=interner.text(meta.namespace),
        name=meta.name,
        resource_version=meta.resource_version,
        created_at=created,
        labels=interner.labels(meta.labels),
        type=interner.text(item.type),
        reason=interner.text(item.reason or ""),
        message=cap(item.message),
        involved_kind=interner.text(about.kind),
        involved_namespace=interner.text(about.namespace),
        involved_name=about.name,  # not shared: most objects have one event, and a table of all their names takes more
        involved_uid=about.uid,
        count=series.count or item.count or 1,
        first_seen=first,
        last_seen=last,
        source=interner.text(component or item.reporting_component or ""),
    )
