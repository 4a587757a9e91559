"""The healthy worlds of the fifth set."""

from __future__ import annotations

from testenv.diagnosis.case import control
from testenv.diagnosis.cases.field_fifth import noise, released
from testenv.diagnosis.cases.jobs import job, job_pod
from testenv.diagnosis.cases.network import tls_secret
from testenv.diagnosis.objects import ago, condition, config_map, container, ended, make, owner, running
from testenv.diagnosis.world import World, deploy, find_app, make_pod, set_statuses, settle


@control
def noise_of_a_busy_cluster(world: World) -> None:
    noise(world)


@control
def release_that_went_well(world: World) -> None:
    noise(world)
    app, fresh = released(world, "api", image="registry.example.com/shop/api:2.0.0", replicas=2)
    world.remove(*[pod for pod in app.pods if pod not in fresh])
    app.pods[:] = fresh
    settle(app)


@control
def worker_without_ports_logs_retries(world: World) -> None:
    for pod in find_app(world, "worker").pods:
        world.log(pod, "\n".join(
            line for n in range(10) for line in (
                f"2026-03-10T11:{n + 40}:00Z WARN broker connection reset, retrying (1/5)",
                f"2026-03-10T11:{n + 40}:01Z INFO connected to broker, resuming",
                f"2026-03-10T11:{n + 40}:02Z INFO processed 100 messages")))  # fmt: skip


@control
def job_with_two_containers_of_which_one_is_done(world: World) -> None:
    pod = job_pod("etl", 1, code=0, at=4)
    pod["spec"]["containers"].append(container("upload", ports=None, readinessProbe=None))
    set_statuses(pod, pod["status"]["containerStatuses"][0], running("upload", since=8), phase="Running")
    job(world, "etl", pods=[pod], active=1, age=9)


@control
def database_recovers_after_a_restart(world: World) -> None:
    db = find_app(world, "db")
    set_statuses(db.pods[0], running("db", restarts=1, since=25, last=ended(0, "Completed", at=25.2)))
    world.log(db.pods[0], "LOG:  database system was interrupted; last known up at 2026-03-10 11:30:00 UTC\nLOG:  database system was "
              "not properly shut down; automatic recovery in progress\nLOG:  redo done at 0/3A9\nLOG:  database system is "
              "ready to accept connections")  # fmt: skip


@control
def certificate_with_three_weeks_left(world: World) -> None:
    world.add(tls_secret("web-tls", days_left=40))
    world.find("Ingress", "web")["spec"]["tls"] = [{"hosts": ["shop.example.com"], "secretName": "web-tls"}]


@control
def scaled_to_zero_on_purpose(world: World) -> None:
    app = deploy(world, "batch-api", replicas=1)
    world.remove(*app.pods)
    app.pods.clear()
    app.workload["spec"]["replicas"] = 0
    settle(app)


@control
def pods_of_a_finished_cron_job_among_failed_ones_of_before(world: World) -> None:
    old = job_pod("nightly-1", 1, code=1, at=1500)
    new = job_pod("nightly-2", 1, code=0, at=60)
    cron = make("CronJob", "nightly", api="batch/v1", spec={"schedule": "0 11 * * *", "jobTemplate": {}},
                status={"lastScheduleTime": ago(60), "lastSuccessfulTime": ago(60)})  # fmt: skip
    world.add(cron)
    by = owner("CronJob", "nightly", "batch/v1")
    job(world, "nightly-1", pods=[old], age=1500, by=by, failed=1,
        conditions=[condition("Failed", "True", "BackoffLimitExceeded", "Job has reached the specified backoff limit", since=1490)])  # fmt: skip
    job(
        world, "nightly-2", pods=[new], age=60, by=by, succeeded=1, conditions=[condition("Complete", "True", since=60)]
    )


@control
def pods_that_share_a_label_and_a_service_for_metrics(world: World) -> None:
    web, worker = find_app(world, "web"), find_app(world, "worker")
    for app in (web, worker):
        for pod in app.pods:
            pod["metadata"]["labels"]["monitored"] = "yes"
        for part in (app.template, *[pod["spec"] for pod in app.pods]):
            part["containers"][0]["ports"] = [
                {"name": "http", "containerPort": 8080, "protocol": "TCP"},
                {"name": "metrics", "containerPort": 9090, "protocol": "TCP"},
            ]
    from testenv.diagnosis.objects import service, slice_of  # noqa: PLC0415

    world.add(
        service("metrics", {"monitored": "yes"}, port=9090, target="metrics"), slice_of("metrics", ready=5, port=9090)
    )


@control
def program_that_prints_its_settings(world: World) -> None:
    world.add(config_map("api-env", {"LEVEL": "debug"}))
    for pod in find_app(world, "api").pods:
        world.log(pod, "config: ERROR_BUDGET=0.1 FAILED_JOBS_TTL=3600 PANIC_ON_WARN=false\nconfig: FATAL_EXIT=0\nlistening on :8080\n"
                  "GET /ready 200\nGET /ready 200")  # fmt: skip


@control
def bare_pod_that_ran_to_its_end(world: World) -> None:
    pod = make_pod(
        "smoke-test",
        {"containers": [container("smoke", ports=None, readinessProbe=None)], "restartPolicy": "Never"},
        age=30,
    )
    pod["status"]["phase"] = "Succeeded"
    state = {"terminated": ended(0, "Completed", at=25)}
    pod["status"]["containerStatuses"] = [
        {"name": "smoke", "ready": False, "restartCount": 0, "state": state, "lastState": {}}
    ]
    world.add(pod)
