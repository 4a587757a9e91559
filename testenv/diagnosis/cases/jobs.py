"""Jobs and CronJobs."""

from __future__ import annotations

from testenv.diagnosis.case import fault
from testenv.diagnosis.objects import Raw, ago, condition, container, make, owner, terminated, waiting
from testenv.diagnosis.world import World, make_pod, set_statuses


def job(
    world: World,
    name: str,
    *,
    conditions: list[Raw] | None = None,
    pods: list[Raw] | None = None,
    spec: Raw | None = None,
    age: float = 60,
    by: Raw | None = None,
    **status: object,
) -> Raw:
    """A Job and its pods."""
    inner = {
        "containers": [container(name, ports=None, readinessProbe=None, livenessProbe=None)],
        "restartPolicy": "Never",
    }
    template = {"metadata": {"labels": {"job-name": name}}, "spec": inner}
    one = world.add(
        make(
            "Job",
            name,
            api="batch/v1",
            age=age,
            metadata=by or {},
            spec={"backoffLimit": 6, "completions": 1, "parallelism": 1, "template": template} | (spec or {}),
            status={"conditions": conditions or [], "startTime": ago(age)} | status,
        )
    )
    world.add(*(pods or []))
    return one


def job_pod(job_name: str, number: int, *, code: int, reason: str = "Error", at: float = 10) -> Raw:
    """A pod of a Job that has ended."""
    spec = {
        "containers": [container(job_name, ports=None, readinessProbe=None, livenessProbe=None)],
        "restartPolicy": "Never",
    }
    pod = make_pod(
        f"{job_name}-{number}abc",
        spec,
        labels={"job-name": job_name},
        by=owner("Job", job_name, "batch/v1"),
        age=at + 5,
    )
    set_statuses(
        pod, terminated(job_name, code=code, reason=reason, at=at), phase="Succeeded" if code == 0 else "Failed"
    )
    return pod


def cron(
    world: World,
    name: str,
    *,
    schedule: str = "*/10 * * * *",
    status: Raw | None = None,
    age: float = 30000,
    **spec: object,
) -> Raw:
    """A CronJob."""
    template = {"spec": {"template": {"spec": {"containers": [container(name)], "restartPolicy": "Never"}}}}
    base = {"schedule": schedule, "concurrencyPolicy": "Allow", "suspend": False, "jobTemplate": template}
    return world.add(
        make(
            "CronJob",
            name,
            api="batch/v1",
            age=age,
            spec=base | spec,
            status=status if status is not None else {"lastScheduleTime": ago(5), "lastSuccessfulTime": ago(4)},
        )
    )


@fault("job-failed", "Job/import", "exit code 4|import")
def job_reached_its_backoff_limit(world: World) -> None:
    failed = condition("Failed", "True", "BackoffLimitExceeded", "Job has reached the specified backoff limit", since=8)
    one = job(
        world, "import", conditions=[failed], pods=[job_pod("import", n, code=4, at=30 - n) for n in range(3)], failed=7
    )
    world.warn(
        one, "BackoffLimitExceeded", "Job has reached the specified backoff limit", at=8, source="job-controller"
    )


@fault("job-failed application-error", "Job/import", "no such file|orders.csv")
def job_failed_with_a_log(world: World) -> None:
    failed = condition("Failed", "True", "BackoffLimitExceeded", "Job has reached the specified backoff limit", since=8)
    pod = job_pod("import", 0, code=1)
    job(world, "import", conditions=[failed], pods=[pod], failed=7)
    world.log(
        pod,
        "Traceback (most recent call last):\n  File \"/app/import.py\", line 12, in <module>\nFileNotFoundError: [Errno 2] No such file or directory: '/data/orders.csv'",
    )


@fault("job-deadline", "Job/import", "deadline|600")
def job_ran_past_its_deadline(world: World) -> None:
    failed = condition("Failed", "True", "DeadlineExceeded", "Job was active longer than specified deadline", since=15)
    one = job(world, "import", conditions=[failed], spec={"activeDeadlineSeconds": 600}, failed=1)
    world.warn(one, "DeadlineExceeded", "Job was active longer than specified deadline", at=15, source="job-controller")


@fault("oom", "Job/import", "memory")
def job_killed_for_memory(world: World) -> None:
    failed = condition("Failed", "True", "BackoffLimitExceeded", "Job has reached the specified backoff limit", since=8)
    job(
        world,
        "import",
        conditions=[failed],
        pods=[job_pod("import", n, code=137, reason="OOMKilled", at=12) for n in range(2)],
        failed=2,
    )


@fault("job-suspended", "Job/import", "suspended")
def job_suspended(world: World) -> None:
    job(
        world,
        "import",
        spec={"suspend": True},
        conditions=[condition("Suspended", "True", "JobSuspended", "Job suspended", since=900)],
        age=900,
    )


@fault("cronjob-suspended", "CronJob/nightly", "suspended")
def cron_job_suspended(world: World) -> None:
    cron(world, "nightly", schedule="0 2 * * *", suspend=True, status={"lastScheduleTime": ago(50000)})


@fault("cronjob-schedule", "CronJob/nightly", "schedule|0 25 * * *")
def cron_schedule_invalid(world: World) -> None:
    one = cron(world, "nightly", schedule="0 25 * * *", status={})
    world.warn(
        one,
        "UnparseableSchedule",
        "unparseable schedule: 0 25 * * * : end of range (25) above maximum (23): 25",
        source="cronjob-controller",
    )


@fault("cronjob-timezone", "CronJob/nightly", "time zone|Europe/Berln")
def cron_time_zone_unknown(world: World) -> None:
    one = cron(world, "nightly", schedule="0 2 * * *", timeZone="Europe/Berln", status={})
    world.warn(
        one,
        "UnknownTimeZone",
        'invalid timeZone: "Europe/Berln": unknown time zone Europe/Berln',
        source="cronjob-controller",
    )


@fault("cronjob-missed", "CronJob/sync", "missed|startingDeadlineSeconds")
def cron_missed_its_starts(world: World) -> None:
    one = cron(world, "sync", schedule="* * * * *", startingDeadlineSeconds=5, status={"lastScheduleTime": ago(300)})
    world.warn(
        one,
        "MissSchedule",
        "Missed scheduled time to start a job: Tue, 10 Mar 2026 11:58:00 +0000",
        count=200,
        first=290,
        source="cronjob-controller",
    )


@fault("cronjob-blocked", "CronJob/sync", "forbid|sync-29000")
def cron_blocked_by_a_stuck_job(world: World) -> None:
    one = cron(
        world,
        "sync",
        schedule="*/5 * * * *",
        concurrencyPolicy="Forbid",
        status={"lastScheduleTime": ago(400), "active": [{"kind": "Job", "namespace": "shop", "name": "sync-29000"}]},
    )
    pod = make_pod(
        "sync-29000-x",
        {"containers": [container("sync", readinessProbe=None)], "restartPolicy": "Never"},
        labels={"job-name": "sync-29000"},
        by=owner("Job", "sync-29000", "batch/v1"),
        age=400,
    )
    job(world, "sync-29000", by=owner("CronJob", "sync", "batch/v1"), pods=[pod], age=400, active=1)
    world.warn(
        one,
        "JobAlreadyActive",
        "Not starting job because prior execution is running and concurrency policy is Forbid",
        kind="Normal",
        count=80,
        first=390,
    )


@fault(
    "job-failed application-error crash credentials-rejected",
    "CronJob/backup Job/backup-29001 Job/backup-29002",
    "AccessDenied|backup",
)
def cron_jobs_keep_failing(world: World) -> None:
    cron(world, "backup", status={"lastScheduleTime": ago(5), "lastSuccessfulTime": ago(4000)})
    for number, at in ((29001, 15), (29002, 5)):
        name = f"backup-{number}"
        failed = condition(
            "Failed", "True", "BackoffLimitExceeded", "Job has reached the specified backoff limit", since=at
        )
        pod = job_pod(name, 0, code=1, at=at)
        job(
            world,
            name,
            by=owner("CronJob", "backup", "batch/v1"),
            conditions=[failed],
            pods=[pod],
            failed=7,
            age=at + 5,
        )
        world.log(
            pod,
            "upload failed: An error occurred (AccessDenied) when calling the PutObject operation: Access Denied",
            name=name,
        )


@fault("init-container missing-key missing-secret", "Job/import Secret/import-token", "import-token|does not exist")
def job_waits_for_a_secret(world: World) -> None:
    pod = job_pod("import", 0, code=0)
    pod["spec"]["containers"][0]["envFrom"] = [{"secretRef": {"name": "import-token"}}]
    set_statuses(
        pod, waiting("import", "CreateContainerConfigError", 'secret "import-token" not found'), phase="Pending"
    )
    job(world, "import", pods=[pod], active=1)
    world.warn(pod, "Failed", 'Error: secret "import-token" not found', count=30)
