"""Jobs that failed, hang or wait, and CronJobs that do not start them."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from hexaops.analysis.diagnosis.model import Action, Evidence, FieldChange, Finding, Fix, Severity
from hexaops.analysis.diagnosis.objects import Obj, seconds, text
from hexaops.analysis.diagnosis.pods import Sick, context_of
from hexaops.analysis.diagnosis.rules.making import quote
from hexaops.analysis.diagnosis.schedules import is_time_zone, period_minutes, schedule_error
from hexaops.analysis.diagnosis.snapshot import Snapshot

REPLACED_PERIODS = 5.0
LATE_PERIODS = 3.0
"""A CronJob that has missed this many of its starts is late."""


def failed_jobs(snapshot: Snapshot) -> Iterator[tuple[Obj, Sick | None]]:
    """Failed Jobs that nothing has made up for, each with its last failed pod."""
    for one in snapshot.each("Job"):
        if one.condition("Failed").get("status") == "True" and not _made_up_for(snapshot, one):
            pods = [pod for pod in snapshot.owned_pods(one.ref) if pod.text("status", "phase") != "Succeeded"]
            pod = max(pods, key=lambda one: one.created or 0.0, default=None)
            yield one, context_of(snapshot, pod) if pod is not None else None


def _made_up_for(snapshot: Snapshot, job: Obj) -> bool:
    """Whether a later run of its CronJob succeeded."""
    above = snapshot.workload(job)
    if above.kind != "CronJob":
        return False
    failed = seconds(text(job.condition("Failed"), "lastTransitionTime")) or job.created or 0.0
    good = seconds(above.text("status", "lastSuccessfulTime"))
    return good is not None and good > failed


def job_failed(snapshot: Snapshot) -> Iterator[Finding]:
    """A failed Job; a symptom when its pods say why."""
    for one, sick in failed_jobs(snapshot):
        condition = one.condition("Failed")
        reason = text(condition, "reason")
        above = snapshot.workload(one)
        affected = (one.ref, above.ref, *([sick.pod.ref] if sick else []))
        evidence = (Evidence("status", one.ref, f"{reason}: {quote(text(condition, 'message'))}"),)
        if reason == "DeadlineExceeded":
            limit = one.number("spec", "activeDeadlineSeconds")
            fix = Fix.patched(
                above.ref,
                "Allow more time, or find why it takes so long",
                (FieldChange("spec.activeDeadlineSeconds", limit, limit * 2),),
            )
            yield Finding(
                "job-deadline",
                above.ref,
                f"Job {one.name} failed: DeadlineExceeded",
                f"it ran longer than its deadline of {limit} s (activeDeadlineSeconds) allows",
                Severity.HIGH,
                evidence,
                fix,
                affected=affected,
            )
            continue
        code = f" with exit code {sick.broken.exit_code}" if sick and sick.broken and sick.broken.ended else ""
        said = text(condition, "message")
        tell = "the pods' logs would show why" if not (sick and sick.log) else "its log shows no known cause"
        yield Finding(
            "job-failed",
            above.ref,
            f"Job {one.name} failed: {reason}",
            f"the Job's pod failure policy ended it: {quote(said)}"
            if reason == "PodFailurePolicy"
            else f"its pods end{code}; {tell}"
            if sick
            else f"cannot tell: {reason}, and its pods are gone; their logs would show why",
            Severity.HIGH,
            evidence,
            key=f"job-failed {above.ref}",
            symptom_of=(one.ref, *([sick.pod.ref] if sick else [])),
            affected=affected,
        )


def with_indexes(finding: Finding, job: Obj) -> Finding:
    """Say which indexes of an indexed Job failed."""
    failed = job.text("status", "failedIndexes")
    return replace(finding, cause=f"{finding.cause} (failed indexes: {failed})") if failed else finding


def job_suspended(snapshot: Snapshot) -> Iterator[Finding]:
    """A Job that waits because it is suspended."""
    for one in snapshot.each("Job"):
        if one.get("spec", "suspend") is True and not one.controller():
            fix = Fix.patched(one.ref, "Resume it", (FieldChange("spec.suspend", True, False),))
            yield Finding(
                "job-suspended",
                one.ref,
                "the Job does not run",
                "it is suspended (spec.suspend is true)",
                Severity.LOW,
                (Evidence("spec", one.ref, "suspend: true"),),
                fix,
            )


def cron_suspended(snapshot: Snapshot) -> Iterator[Finding]:
    """A CronJob that starts nothing because it is suspended."""
    for one in snapshot.each("CronJob"):
        if one.get("spec", "suspend") is True:
            fix = Fix.patched(one.ref, "Resume it", (FieldChange("spec.suspend", True, False),))
            yield Finding(
                "cronjob-suspended",
                one.ref,
                "no Job is started",
                "it is suspended (spec.suspend is true)",
                Severity.LOW,
                (Evidence("spec", one.ref, "suspend: true"),),
                fix,
            )


def cron_schedule(snapshot: Snapshot) -> Iterator[Finding]:
    """A schedule or time zone that cannot be read: it never starts."""
    for one in snapshot.each("CronJob"):
        schedule, zone = one.text("spec", "schedule"), one.text("spec", "timeZone")
        wrong = schedule_error(schedule)
        said = tuple(
            event.evidence
            for event in snapshot.events(one.ref, "UnparseableSchedule", "UnknownTimeZone", "InvalidSchedule")
        )[:1]
        if wrong:
            fix = Fix.patched(one.ref, "Correct the schedule", (FieldChange("spec.schedule", schedule, None),))
            yield Finding(
                "cronjob-schedule",
                one.ref,
                "no Job is ever started",
                f"the schedule {schedule!r} is invalid: {wrong}",
                Severity.HIGH,
                (Evidence("spec", one.ref, f"schedule: {schedule}"), *said),
                fix,
            )
        elif zone and not is_time_zone(zone):
            fix = Fix.patched(one.ref, "Correct the time zone", (FieldChange("spec.timeZone", zone, None),))
            yield Finding(
                "cronjob-timezone",
                one.ref,
                "no Job is ever started",
                f"the time zone {zone} is unknown",
                Severity.HIGH,
                (Evidence("spec", one.ref, f"timeZone: {zone}"), *said),
                fix,
            )


def cron_late(snapshot: Snapshot) -> Iterator[Finding]:
    """A CronJob that has not started for several of its periods."""
    for one in snapshot.each("CronJob"):
        period = period_minutes(one.text("spec", "schedule"))
        zone = one.text("spec", "timeZone")
        if period is None or one.get("spec", "suspend") is True or (zone and not is_time_zone(zone)):
            continue
        if snapshot.events(one.ref, "FailedCreate"):
            continue  # it starts in time, and its Jobs are refused
        last = seconds(one.text("status", "lastScheduleTime")) or one.created
        missed = snapshot.age(last) / 60 / period
        if last is None or missed < LATE_PERIODS:
            continue
        yield _blocked(snapshot, one, missed) or _missed(snapshot, one, missed)


def _blocked(snapshot: Snapshot, one: Obj, missed: float) -> Finding | None:
    active = [text(job, "name") for job in one.items("status", "active")]
    if one.text("spec", "concurrencyPolicy") != "Forbid" or not active:
        return None
    events = tuple(event.evidence for event in snapshot.events(one.ref, "JobAlreadyActive"))[:1]
    job = snapshot.find("Job", one.namespace, active[0])
    fix = Fix(Action.DELETE, job.ref, "End the Job that hangs, and give it an activeDeadlineSeconds") if job else None
    return Finding(
        "cronjob-blocked",
        one.ref,
        f"about {missed:.0f} starts were missed",
        f"Job {active[0]} still runs, and concurrencyPolicy is Forbid",
        Severity.HIGH,
        (Evidence("status", one.ref, f"active: {', '.join(active)}"), *events),
        fix,
        symptom_of=(job.ref,) if job else (),
    )


def _missed(snapshot: Snapshot, one: Obj, missed: float) -> Finding:
    deadline = one.get("spec", "startingDeadlineSeconds")
    events = tuple(
        event.evidence for event in snapshot.events(one.ref, "MissSchedule", "TooManyMissedTimes", "FailedNeedsStart")
    )[:1]
    fix = None
    if isinstance(deadline, int) and deadline < 10:
        cause = (
            f"it missed its starts: startingDeadlineSeconds of {deadline} is less than the 10 s at which the "
            f"controller looks"
        )
        fix = Fix.patched(one.ref, "Allow a later start", (FieldChange("spec.startingDeadlineSeconds", deadline, 200),))
    elif events:
        cause = f"it missed its starts: {events[0].text}"
    else:
        cause = (
            "cannot tell: it missed its starts, and no event says why; the log of kube-controller-manager would show it"
        )
    return Finding(
        "cronjob-missed",
        one.ref,
        f"about {missed:.0f} starts were missed",
        cause,
        Severity.HIGH,
        (
            Evidence("status", one.ref, f"lastScheduleTime: {one.text('status', 'lastScheduleTime') or 'never'}"),
            *events,
        ),
        fix,
    )


def cron_replaced(snapshot: Snapshot) -> Iterator[Finding]:
    """A CronJob that ends each of its Jobs before it is done, since the next one is due."""
    for one in snapshot.each("CronJob"):
        period = period_minutes(one.text("spec", "schedule"))
        if period is None or one.text("spec", "concurrencyPolicy") != "Replace":
            continue
        good = seconds(one.text("status", "lastSuccessfulTime")) or one.created
        due = seconds(one.text("status", "lastScheduleTime"))
        if due is None or snapshot.age(due) / 60 > LATE_PERIODS * period:
            continue
        ended = snapshot.events(one.ref, "SuccessfulDelete")
        if snapshot.age(good) / 60 < REPLACED_PERIODS * period or len(ended) < LATE_PERIODS:
            continue
        fix = Fix.patched(
            one.ref,
            "Let a run end before the next one, or start it less often",
            (FieldChange("spec.concurrencyPolicy", "Replace", "Forbid"),),
        )
        yield Finding(
            "cronjob-replaced",
            one.ref,
            "no run comes to its end",
            f"concurrencyPolicy is Replace and a run takes longer than the {period:g} minutes between two starts: "
            "each is deleted before it is done",
            Severity.HIGH,
            tuple(event.evidence for event in ended[:2]),
            fix,
        )


RULES = (job_failed, job_suspended, cron_suspended, cron_schedule, cron_late, cron_replaced)
