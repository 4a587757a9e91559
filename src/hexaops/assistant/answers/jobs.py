"""Jobs and CronJobs: what ran, how it ended, and when it runs next by its schedule's words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hexaops.analysis.diagnosis.schedules import next_time
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import NAME_LIMIT, note_count, plural
from hexaops.assistant.evidence import KUBERNETES
from hexaops.backends.kubernetes.rows import CronJobRow, JobRow
from hexaops.kit.durations import format_duration, format_time
from hexaops.kit.text import markdown

SHOWN = 20


def tell_jobs(
    jobs: Sequence[JobRow],
    schedules: Sequence[CronJobRow],
    facts: Facts,
    draft: Draft,
    *,
    last: bool = False,
    of_failure: bool = False,
) -> None:
    """How the Jobs that are kept ended, the newest first, then the schedules that make them.

    `last`: it is asked how the last one ended, which comes first; `of_failure`: whether it failed.
    """
    counted = note_count(draft, facts, len(jobs), "Jobs")
    if jobs and last:
        newest = max(jobs, key=lambda one: one.started_at or one.created_at)
        lead = {"succeeded": "No" if of_failure else "Yes", "failed": "Yes" if of_failure else "No"}.get(
            _state(newest), "Not yet"
        )
        name = markdown(f"{newest.namespace}/{newest.name}", NAME_LIMIT)
        draft.say(f"{lead}: the last Job, {name}, {_said(newest)}{_when(newest, facts)}.", counted)
    if not jobs:
        draft.say("There is no Job.", counted)
    else:
        failed = [one for one in jobs if _state(one) == "failed"]
        noted = note_count(draft, facts, len(failed), "failed Jobs")
        ended = f"{len(failed)} of {plural(len(jobs), 'Job')} failed" if failed else "None failed"
        draft.say(f"There {'is' if len(jobs) == 1 else 'are'} {plural(len(jobs), 'Job')}. {ended}.", counted, noted)
    for job in sorted(jobs, key=lambda one: -(one.started_at or one.created_at))[:SHOWN]:
        _job_line(job, facts, draft)
    if len(jobs) > SHOWN:
        draft.say(f"- … and {len(jobs) - SHOWN} more", counted)
    tell_schedules(schedules, facts, draft)


def tell_no_job(name: str, facts: Facts, draft: Draft) -> None:
    """Nothing is called so; what there is follows."""
    noted = note_count(draft, facts, 0, f"Jobs and CronJobs called {name}")
    draft.say(f"No Job and no CronJob has “{markdown(name, NAME_LIMIT)}” in its name.", noted)


def tell_suspended(schedules: Sequence[CronJobRow], facts: Facts, draft: Draft) -> None:
    """Which schedules start nothing for now."""
    found = [one for one in schedules if one.suspended]
    noted = note_count(draft, facts, len(found), "suspended CronJobs")
    names = ", ".join(markdown(f"{one.namespace}/{one.name}", NAME_LIMIT) for one in found[:SHOWN])
    verb = "is" if len(found) < 2 else "are"
    draft.say(f"{len(found) or 'None'} of {plural(len(schedules), 'CronJob')} {verb} suspended"
              f"{f': {names}' if found else ''}.", noted)  # fmt: skip


def tell_schedules(schedules: Sequence[CronJobRow], facts: Facts, draft: Draft) -> None:
    """What each starts, and when it last did."""
    for schedule in schedules[:SHOWN]:
        _schedule_line(schedule, facts, draft)


def tell_next(schedules: Sequence[CronJobRow], facts: Facts, draft: Draft) -> None:
    """When each schedule starts its next Job, the soonest first."""
    if not schedules:
        draft.say("There is no CronJob.", note_count(draft, facts, 0, "CronJobs"))
        return
    known = [(next_start(one, facts), one) for one in schedules]
    known.sort(key=lambda pair: (pair[0] is None, pair[0] or facts.now))
    for at, one in known[:SHOWN]:
        subject, name = f"CronJob {one.namespace}/{one.name}", markdown(f"{one.namespace}/{one.name}", NAME_LIMIT)
        words = _why_never(one) if at is None else f"runs next in {format_duration((at - facts.now).total_seconds())}"
        when = "" if at is None else f" ({format_time(at)})"
        item = draft.evidence.note(
            KUBERNETES, subject, f"schedule {one.schedule}: {words}{when}", unit="state", at=facts.freshness.as_of
        )
        draft.say(f"CronJob {name} {words}{when}, by its schedule “{markdown(one.schedule, NAME_LIMIT)}”.", item)
        _schedule_line(one, facts, draft)


def tell_job(job: JobRow, facts: Facts, draft: Draft) -> None:
    """How one Job ended, or how far it is."""
    subject, words = f"Job {job.namespace}/{job.name}", f"{_said(job)}{_when(job, facts)}"
    item = draft.evidence.note(KUBERNETES, subject, words, unit="state", at=facts.freshness.as_of)
    made = f" It was made by {job.owner_kind} {markdown(job.owner_name, NAME_LIMIT)}." if job.owner_name else ""
    failed = f" {plural(job.failed, 'pod')} of it failed." if job.failed else ""
    draft.say(f"Job {markdown(f'{job.namespace}/{job.name}', NAME_LIMIT)} {words}.{failed}{made}", item)


def tell_schedule(schedule: CronJobRow, facts: Facts, draft: Draft, *, upcoming: bool) -> None:
    """When one schedule last started its Job and whether that succeeded; `upcoming`: when it does so next."""
    if upcoming:
        tell_next([schedule], facts, draft)
        return
    now, name = facts.now.timestamp(), markdown(f"{schedule.namespace}/{schedule.name}", NAME_LIMIT)
    words = "has never started a Job"
    if schedule.last_scheduled_at is not None:
        words = f"last started {format_duration(max(0.0, now - schedule.last_scheduled_at))} ago"
        ended = schedule.last_succeeded_at
        words += ", and no Job of it has succeeded" if ended is None else (
            f", and last succeeded {format_duration(max(0.0, now - ended))} ago"
        )  # fmt: skip
    item = draft.evidence.note(
        KUBERNETES, f"CronJob {schedule.namespace}/{schedule.name}", words, unit="state", at=facts.freshness.as_of
    )
    draft.say(f"CronJob {name} {words}.", item)
    tell_next([schedule], facts, draft)


def next_start(schedule: CronJobRow, facts: Facts) -> datetime | None:
    """None where it starts nothing, or where that cannot be told."""
    return None if schedule.suspended else next_time(schedule.schedule, facts.now, schedule.time_zone)


def _why_never(schedule: CronJobRow) -> str:
    return "is suspended and starts nothing" if schedule.suspended else "has a schedule that tells no next time"


def _said(job: JobRow) -> str:
    state = _state(job)
    return state if state in {"succeeded", "failed"} else f"is {state}"


def _state(job: JobRow) -> str:
    if job.suspended:
        return "suspended"
    if any(one.type == "Failed" and one.status == "True" for one in job.conditions):
        return "failed"
    if job.completed_at is not None:
        return "succeeded"
    return "running" if job.active else "waiting"


def _job_line(job: JobRow, facts: Facts, draft: Draft) -> None:
    words = f"{_state(job)}{_when(job, facts)}"
    if job.failed:
        words += f", {plural(job.failed, 'pod')} failed"
    subject = f"Job {job.namespace}/{job.name}"
    item = draft.evidence.note(KUBERNETES, subject, words, unit="state", at=facts.freshness.as_of)
    draft.say(f"- {markdown(f'{job.namespace}/{job.name}', NAME_LIMIT)}: {words}", item)


def _when(job: JobRow, facts: Facts) -> str:
    now = facts.now.timestamp()
    if job.completed_at is not None:
        took = f" after {format_duration(job.completed_at - job.started_at)}" if job.started_at is not None else ""
        return f"{took}, {format_duration(max(0.0, now - job.completed_at))} ago"
    return f", started {format_duration(max(0.0, now - job.started_at))} ago" if job.started_at is not None else ""


def _schedule_line(schedule: CronJobRow, facts: Facts, draft: Draft) -> None:
    now, zone = facts.now.timestamp(), f" {schedule.time_zone}" if schedule.time_zone else ""
    words = f"at “{schedule.schedule}{zone}”" + (", suspended" if schedule.suspended else "")
    for at, what in ((schedule.last_scheduled_at, "last started"), (schedule.last_succeeded_at, "last succeeded")):
        words += f", {what} {format_duration(max(0.0, now - at))} ago" if at is not None else f", never {what[5:]}"
    subject = f"CronJob {schedule.namespace}/{schedule.name}"
    item = draft.evidence.note(KUBERNETES, subject, words, unit="state", at=facts.freshness.as_of)
    draft.say(
        f"- CronJob {markdown(f'{schedule.namespace}/{schedule.name}', NAME_LIMIT)}: {markdown(words, 200)}", item
    )
