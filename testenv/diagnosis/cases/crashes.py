"""Containers that end, hang or are slow: memory, probes, processor, dependencies, releases."""

from __future__ import annotations

from testenv.diagnosis.case import crash_loop, fault, unready
from testenv.diagnosis.objects import ended, make, running
from testenv.diagnosis.world import World, add_replicaset, deploy, find_app, set_statuses, settle


@fault("oom", "Deployment/api", "memory limit|256Mi")
def killed_for_memory_in_a_loop(world: World) -> None:
    crash_loop(world, find_app(world, "api"), code=137, reason="OOMKilled", ran=8)


@fault("oom", "Deployment/worker", "memory|256Mi")
def killed_for_memory_between_runs(world: World) -> None:
    worker = find_app(world, "worker")
    pod = worker.pods[0]
    set_statuses(pod, running("worker", restarts=6, since=9, last=ended(137, "OOMKilled", at=9, ran=25)))
    settle(worker)


@fault("heap", "Deployment/api", "heap")
def java_heap_exhausted(world: World) -> None:
    crash_loop(
        world,
        find_app(world, "api"),
        code=3,
        log='INFO started\nException in thread "main" java.lang.OutOfMemoryError: Java heap space\n\tat com.acme.Cart.load(Cart.java:41)',
    )


@fault("heap", "Deployment/web", "heap")
def node_heap_exhausted(world: World) -> None:
    crash_loop(
        world,
        find_app(world, "web"),
        code=134,
        log="<--- Last few GCs --->\nFATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
    )


@fault("liveness-probe", "Deployment/web", "liveness|/healthz|404")
def liveness_path_does_not_exist(world: World) -> None:
    web = find_app(world, "web")
    crash_loop(world, web, code=137, reason="Error", ran=0.6)
    for pod in web.pods:
        world.warn(
            pod, "Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 404", count=30, first=20
        )
        world.warn(
            pod, "Killing", "Container web failed liveness probe, will be restarted", kind="Normal", count=10, first=20
        )


@fault("liveness-probe", "Deployment/api", "liveness|timeout")
def liveness_times_out(world: World) -> None:
    api = find_app(world, "api")
    for pod in api.pods:
        set_statuses(pod, running("api", ready=False, restarts=5, since=1, last=ended(137, "Error", at=1, ran=2)))
        world.warn(
            pod,
            "Unhealthy",
            'Liveness probe failed: Get "http://10.1.0.7:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
            count=18,
            first=15,
        )
        world.warn(
            pod, "Killing", "Container api failed liveness probe, will be restarted", kind="Normal", count=5, first=15
        )
    settle(api)


@fault("startup-probe", "Deployment/worker", "startup probe")
def startup_probe_too_short(world: World) -> None:
    worker = find_app(world, "worker")
    for spec in (worker.template, *[pod["spec"] for pod in worker.pods]):
        spec["containers"][0]["startupProbe"] = {
            "httpGet": {"path": "/healthz", "port": "http"},
            "periodSeconds": 2,
            "failureThreshold": 3,
        }
    crash_loop(
        world,
        worker,
        code=143,
        reason="Error",
        ran=0.2,
        log="loading model weights 12%\nloading model weights 31%\nreceived SIGTERM, shutting down",
    )
    for pod in worker.pods:
        world.warn(
            pod,
            "Unhealthy",
            'Startup probe failed: Get "http://10.1.0.7:8080/healthz": dial tcp 10.1.0.7:8080: connect: connection refused',
            count=30,
        )
        world.warn(pod, "Killing", "Container worker failed startup probe, will be restarted", kind="Normal", count=9)


@fault("readiness-probe", "Deployment/web", "readiness|404|/ready")
def readiness_path_wrong(world: World) -> None:
    unready(world, find_app(world, "web"), "HTTP probe failed with statuscode: 404")


@fault("probe-port", "Deployment/web", "port|9090|8080")
def readiness_port_wrong(world: World) -> None:
    web = find_app(world, "web")
    for spec in (web.template, *[pod["spec"] for pod in web.pods]):
        spec["containers"][0]["readinessProbe"] = {"httpGet": {"path": "/ready", "port": 9090}}
    unready(world, web, 'Get "http://10.1.0.7:9090/ready": dial tcp 10.1.0.7:9090: connect: connection refused')


@fault("readiness-probe", "Deployment/api", "503|readiness")
def readiness_answers_503(world: World) -> None:
    unready(world, find_app(world, "api"), "HTTP probe failed with statuscode: 503")


@fault("dependency-down", "Deployment/api", "redis|connection refused")
def dependency_outside_the_snapshot(world: World) -> None:
    crash_loop(
        world,
        find_app(world, "api"),
        log='level=info msg=starting\nlevel=fatal msg="cannot connect to redis" err="dial tcp 10.0.9.9:6379: connect: connection refused"',
    )


@fault("oom", "StatefulSet/db", "memory|256Mi")
def database_down_breaks_its_clients(world: World) -> None:
    crash_loop(world, find_app(world, "db"), code=137, reason="OOMKilled", ran=2)
    for name in ("api", "worker"):
        crash_loop(
            world,
            find_app(world, name),
            log="error: connect to db:5432 failed: dial tcp 10.96.14.7:5432: connect: connection refused\nexiting",
        )


@fault("service-selector", "Service/db", "selector")
def client_of_a_service_without_endpoints(world: World) -> None:
    database = find_app(world, "db")
    assert database.service is not None
    assert database.endpoints is not None
    database.service["spec"]["selector"] = {"app": "postgres"}
    database.endpoints["endpoints"] = None
    crash_loop(
        world,
        find_app(world, "api"),
        log="FATAL: could not connect to server db.shop.svc.cluster.local:5432: Connection refused",
    )


@fault("dependency-name", "Deployment/api", "databse|service")
def dependency_name_does_not_exist(world: World) -> None:
    crash_loop(
        world,
        find_app(world, "api"),
        log="connecting to postgres\nfatal: dial tcp: lookup databse.shop.svc.cluster.local on 10.96.0.10:53: no such host",
    )


@fault("dns-loop", "Deployment/coredns", "dns|loop")
def cluster_dns_down(world: World) -> None:
    dns = find_app(world, "coredns")
    crash_loop(
        world,
        dns,
        log='plugin/loop: Loop (127.0.0.1:55953 -> :53) detected for zone ".", see https://coredns.io/plugins/loop#troubleshooting',
    )
    for name in ("api", "worker"):
        crash_loop(
            world,
            find_app(world, name),
            log="socket.gaierror: [Errno -3] Temporary failure in name resolution: db.shop.svc",
        )


@fault("credentials-rejected", "Deployment/api", "password authentication|credentials")
def database_password_wrong(world: World) -> None:
    crash_loop(
        world,
        find_app(world, "api"),
        log='psycopg.OperationalError: connection to server at "db" (10.96.14.7), port 5432 failed: FATAL:  password authentication failed for user "shop"',
    )


@fault("certificate-expired", "Deployment/worker", "certificate|expired")
def client_sees_expired_certificate(world: World) -> None:
    crash_loop(
        world,
        find_app(world, "worker"),
        log='Post "https://payments.example.com/v1": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-03-10T11:58:12Z is after 2026-03-01T00:00:00Z',
    )


@fault("rbac-forbidden", "Deployment/worker", "forbidden|shop-sa|configmaps")
def account_lacks_rights(world: World) -> None:
    crash_loop(
        world,
        find_app(world, "worker"),
        log='E0310 reflector.go:158 failed to list *v1.ConfigMap: configmaps is forbidden: User "system:serviceaccount:shop:shop-sa" cannot list resource "configmaps" in API group "" in the namespace "shop"',
    )


@fault("port-in-use", "Deployment/api", "address already in use|8080")
def port_in_use(world: World) -> None:
    crash_loop(world, find_app(world, "api"), log="Error: listen tcp :8080: bind: address already in use")


@fault("file-permission", "Deployment/worker", "permission denied|/var/lib/worker")
def file_permission(world: World) -> None:
    crash_loop(
        world,
        find_app(world, "worker"),
        log="mkdir: cannot create directory '/var/lib/worker/cache': Permission denied",
    )


@fault("file-permission", "Deployment/web", "read-only")
def read_only_file_system(world: World) -> None:
    crash_loop(world, find_app(world, "web"), log="OSError: [Errno 30] Read-only file system: '/app/tmp/session.lock'")


@fault("disk-full", "StatefulSet/db", "no space left|data-db-0")
def disk_full(world: World) -> None:
    crash_loop(
        world, find_app(world, "db"), log='FATAL:  could not write lock file "postmaster.pid": No space left on device'
    )


@fault("application-error", "Deployment/web", "TypeError|revision 2")
def bad_release(world: World) -> None:
    web = find_app(world, "web")
    old = list(web.pods)
    web.template["containers"][0]["image"] = "registry.example.com/shop/web:1.5.0"
    web.workload["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = "2"
    web.pods.clear()
    add_replicaset(world, web, revision=2, replicas=1, age=15)
    fresh = list(web.pods)
    web.pods[:] = [*old, *fresh]
    crash_loop(
        world,
        web,
        pods=fresh,
        log="> node server.js\nTypeError: Cannot read properties of undefined (reading 'cart')\n    at Object.<anonymous> (/app/server.js:14:22)",
    )
    settle(web, progress=("False", "ProgressDeadlineExceeded", "ReplicaSet has timed out progressing."))


@fault("crash", "Deployment/api", "exit code 1|revision 2|LOG_FORMAT")
def bad_release_without_logs(world: World) -> None:
    api = find_app(world, "api")
    old = list(api.pods)
    api.template["containers"][0]["env"] = [{"name": "LOG_FORMAT", "value": "jsn"}]
    api.workload["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = "2"
    api.pods.clear()
    add_replicaset(world, api, revision=2, replicas=1, age=20)
    fresh = list(api.pods)
    api.pods[:] = [*old, *fresh]
    crash_loop(world, api, pods=fresh)
    settle(api, progress=("False", "ProgressDeadlineExceeded", "ReplicaSet has timed out progressing."))


@fault("crash", "Deployment/worker", "cannot tell|logs")
def crash_without_logs(world: World) -> None:
    crash_loop(world, find_app(world, "worker"), code=2)


@fault("segfault", "Deployment/worker", "segmentation|139")
def segmentation_fault(world: World) -> None:
    crash_loop(world, find_app(world, "worker"), code=139)


@fault("application-error", "Deployment/api", "exception|IllegalState")
def python_and_java_stack(world: World) -> None:
    crash_loop(
        world,
        find_app(world, "api"),
        log='INFO boot\nException in thread "main" java.lang.IllegalStateException: migration checksum mismatch for V12\n\tat org.flywaydb.core.Flyway.migrate(Flyway.java:166)\nCaused by: org.flywaydb.Validate: V12',
    )


@fault("cpu-throttling", "Deployment/api", "throttl|500m")
def processor_throttled(world: World) -> None:
    api = find_app(world, "api")
    for pod in api.pods:
        name = pod["metadata"]["name"]
        world.metrics[f"shop/{name}/api"] = {
            "cpu_throttled_ratio": 0.82,
            "cpu_usage_cores": 0.498,
            "memory_working_set_bytes": 120_000_000,
        }
    unready(
        world,
        api,
        'Get "http://10.1.0.7:8080/ready": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
        pods=api.pods[:1],
    )


@fault("cpu-throttling", "Deployment/web", "cpu limit|500m")
def processor_at_its_limit(world: World) -> None:
    web = find_app(world, "web")
    for pod in web.pods:
        meta = {"labels": pod["metadata"]["labels"]}
        world.add(
            make(
                "PodMetrics",
                pod["metadata"]["name"],
                api="metrics.k8s.io/v1beta1",
                metadata=meta,
                timestamp="2026-03-10T11:59:40Z",
                window="15s",
                containers=[{"name": "web", "usage": {"cpu": "499124118n", "memory": "130Mi"}}],
            )
        )
    unready(
        world,
        web,
        'Get "http://10.1.0.7:8080/ready": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    )


@fault("log-errors", "Deployment/worker", "timeout|payments")
def running_pod_logs_errors(world: World) -> None:
    worker = find_app(world, "worker")
    for pod in worker.pods:
        world.log(
            pod,
            "\n".join(
                f'2026-03-10T11:{minute}:00Z ERROR charge failed: Post "https://payments.example.com/v1/charge": context deadline exceeded (timeout awaiting response headers)'
                for minute in range(40, 60)
            ),
        )


@fault("post-start-hook", "Deployment/web", "postStart")
def post_start_hook_fails(world: World) -> None:
    web = find_app(world, "web")
    for spec in (web.template, *[pod["spec"] for pod in web.pods]):
        spec["containers"][0]["lifecycle"] = {"postStart": {"exec": {"command": ["/bin/warm-up"]}}}
    crash_loop(world, web, code=137, reason="Error")
    for pod in web.pods:
        world.warn(pod, "FailedPostStartHook", "PostStartHook failed: command '/bin/warm-up' exited with 1", count=7)


@fault("evicted", "Pod/batch-1 Pod/batch-2", "memory|evicted")
def pods_evicted_for_memory(world: World) -> None:
    from testenv.diagnosis.objects import container  # noqa: PLC0415
    from testenv.diagnosis.world import make_pod  # noqa: PLC0415

    for name in ("batch-1", "batch-2"):
        pod = world.add(make_pod(name, {"containers": [container("batch")]}, age=60))
        pod["status"] = {
            "phase": "Failed",
            "reason": "Evicted",
            "startTime": pod["metadata"]["creationTimestamp"],
            "message": "The node was low on resource: memory. Threshold quantity: 100Mi, available: 81Mi. Container batch was using 2Gi, request is 128Mi, has larger consumption of memory. ",
        }
        world.warn(pod, "Evicted", pod["status"]["message"], at=8)


@fault("evicted", "Deployment/worker", "ephemeral|500Mi")
def evicted_for_ephemeral_storage(world: World) -> None:
    worker = find_app(world, "worker")
    for pod in worker.pods:
        pod["status"] = {
            "phase": "Failed",
            "reason": "Evicted",
            "message": "Pod ephemeral local storage usage exceeds the total limit of containers 500Mi. ",
        }
        world.warn(pod, "Evicted", pod["status"]["message"], at=3)
    settle(worker)


@fault("terminating-stuck", "Pod/*", "finalizer|example.com/backup")
def pod_stuck_terminating(world: World) -> None:
    extra = deploy(world, "cart", replicas=1)
    pod = extra.pods[0]
    pod["metadata"] |= {
        "deletionTimestamp": "2026-03-10T11:20:00Z",
        "deletionGracePeriodSeconds": 30,
        "finalizers": ["example.com/backup"],
    }


@fault("crash", "Deployment/api", "sidecar|exit code 1")
def sidecar_crashes(world: World) -> None:
    from testenv.diagnosis.objects import container, waiting  # noqa: PLC0415

    api = find_app(world, "api")
    side = container("sidecar", readinessProbe=None, livenessProbe=None)
    for spec in (api.template, *[pod["spec"] for pod in api.pods]):
        spec["containers"].append(side)
    for pod in api.pods:
        set_statuses(
            pod, running("api"), waiting("sidecar", "CrashLoopBackOff", "back-off 5m0s", restarts=12, last=ended(1))
        )
    settle(api)
