"""How Jobs ended and when they run, told."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec.structs import replace

from hexaops.analysis.applications.freshness import Freshness
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.jobs import tell_jobs
from hexaops.backends.kubernetes.rows import ConditionRow, CronJobRow, JobRow

NOW = datetime(2024, 1, 20, 15, 30, tzinfo=UTC)
AT = NOW.timestamp()
FACTS = Facts("w", NOW, Freshness(NOW, (), {}, {}), frozenset(), frozenset())
FAILED = ConditionRow("Failed", "True", "BackoffLimitExceeded")
JOB = JobRow(
    kind="Job", uid="u1", namespace="data", name="nightly-1", resource_version="1", created_at=AT - 3600, labels={},
    completions=1, parallelism=1, active=0, succeeded=1, failed=0, suspended=False, started_at=AT - 3600,
    completed_at=AT - 3540, owner_kind="CronJob", owner_name="nightly", owner_uid="u2",
    images=("backup:1",), conditions=(),
)  # fmt: skip
CRON = CronJobRow(
    kind="CronJob", uid="u2", namespace="data", name="nightly", resource_version="1", created_at=AT - 9000, labels={},
    schedule="30 2 * * *", time_zone="", suspended=False, active=0, last_scheduled_at=AT - 3600,
    last_succeeded_at=None, images=("backup:1",),
)  # fmt: skip


def told(*jobs: JobRow, schedules: tuple[CronJobRow, ...] = ()) -> list[str]:
    draft = Draft()
    tell_jobs(jobs, schedules, FACTS, draft)
    assert all(statement.evidence for statement in draft.statements)
    return draft.content.splitlines()


def test_a_finished_job_is_told_with_its_time() -> None:
    assert told(JOB, schedules=(CRON,)) == [
        "There is 1 Job. None failed.",
        "- data/nightly-1: succeeded after 1m, 59m ago",
        "- CronJob data/nightly: at “30 2 \\* \\* \\*”, last started 1h ago, never succeeded",
    ]


def test_failed_running_and_suspended_jobs_are_told_apart() -> None:
    failed = replace(
        JOB, name="failed", succeeded=0, failed=3, completed_at=None, started_at=AT - 60, conditions=(FAILED,)
    )
    running = replace(JOB, name="running", active=1, completed_at=None, started_at=AT - 120)
    waiting = replace(JOB, name="waiting", completed_at=None, started_at=None, created_at=AT - 200)
    suspended = replace(waiting, name="held", suspended=True, created_at=AT - 300)
    assert told(suspended, waiting, running, failed) == [
        "There are 4 Jobs. 1 of 4 Jobs failed.",
        "- data/failed: failed, started 1m ago, 3 pods failed",
        "- data/running: running, started 2m ago",
        "- data/waiting: waiting",
        "- data/held: suspended",
    ]


def test_no_job_is_an_answer() -> None:
    assert told() == ["There is no Job."]
