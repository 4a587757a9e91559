"""New revisions that do not get ready, minutes before a rollout's deadline, and healthy ones that look alike."""

from __future__ import annotations

from testenv.diagnosis.case import control, fault
from testenv.diagnosis.cases.field_fifth import released
from testenv.diagnosis.objects import Raw, running
from testenv.diagnosis.world import World, find_app, set_statuses, settle

REFUSED = "HTTP probe failed with statuscode: 503"


def starting(world: World, minutes: float, *, failures: int, older_start_seconds: float) -> list[Raw]:
    """A release of `api` this long ago, not ready since; the pods before it took that long to get ready."""
    old = list(find_app(world, "api").pods)
    for pod in old:
        set_statuses(pod, running("api"), since=3000 - older_start_seconds / 60)
    app, fresh = released(world, "api", age=minutes, image="registry.example.com/shop/api:2.0.0")
    for pod in fresh:
        set_statuses(pod, running("api", ready=False, since=minutes - 0.05), since=minutes)
        if failures:
            world.warn(pod, "Unhealthy", f"Readiness probe failed: {REFUSED}", first=minutes, at=0.1, count=failures)
    settle(app, progress=("True", "ReplicaSetUpdated", 'ReplicaSet "api" is progressing.'))
    return fresh


@fault("readiness-probe", "Deployment/api", "503|revision 2|api:2.0.0", "rollback")
def release_fails_its_readiness_probe_for_a_minute(world: World) -> None:
    starting(world, 1.0, failures=6, older_start_seconds=4)


@fault("readiness-probe", "Deployment/api", "503|revision 2", "rollback")
def release_fails_for_longer_than_slow_starts_took(world: World) -> None:
    starting(world, 1.6, failures=9, older_start_seconds=40)


@fault("readiness-probe", "Deployment/api", "readinessprobe.httpget.path: /ready|/healthy", "rollback")
def release_asks_another_path(world: World) -> None:
    probe = {"httpGet": {"path": "/healthy", "port": "http"}, "periodSeconds": 10, "failureThreshold": 3}
    app, fresh = released(world, "api", age=1.0, readinessProbe=probe)
    for pod in [one for one in app.pods if one not in fresh]:
        set_statuses(pod, running("api"), since=2999.9)
    for pod in fresh:
        set_statuses(pod, running("api", ready=False, since=0.95), since=1.0)
        world.warn(pod, "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 404", first=1, at=0.1,
                   count=6)  # fmt: skip
    settle(app, progress=("True", "ReplicaSetUpdated", 'ReplicaSet "api" is progressing.'))


@control
def release_has_just_begun(world: World) -> None:
    starting(world, 0.4, failures=2, older_start_seconds=4)


@control
def release_starts_as_slowly_as_the_one_before(world: World) -> None:
    starting(world, 1.2, failures=7, older_start_seconds=40)


@control
def release_answers_late_and_has_failed_once(world: World) -> None:
    starting(world, 1.0, failures=1, older_start_seconds=4)


@control
def release_has_its_startup_probe_still(world: World) -> None:
    for pod in starting(world, 1.0, failures=4, older_start_seconds=4):
        pod["status"]["containerStatuses"][0]["started"] = False
