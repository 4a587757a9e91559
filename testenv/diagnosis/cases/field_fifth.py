"""A fifth set written before it was run: everyday mistakes of releases and settings, among the noise of a busy cluster."""

from __future__ import annotations

from testenv.diagnosis.case import crash_loop, fault, stuck, unready
from testenv.diagnosis.cases.field_fourth import edit, volume
from testenv.diagnosis.cases.jobs import cron, job, job_pod
from testenv.diagnosis.objects import (
    Raw,
    ago,
    condition,
    config_map,
    container,
    ended,
    make,
    owner,
    running,
    secret,
    waiting,
)
from testenv.diagnosis.world import (
    App,
    World,
    add_replicaset,
    deploy,
    find_app,
    make_pod,
    set_statuses,
    settle,
    unschedulable,
)


def noise(world: World) -> None:
    """What any cluster has: old restarts, warnings that are over, errors in logs that are none."""
    web, worker = find_app(world, "web"), find_app(world, "worker")
    set_statuses(web.pods[0], running("web", restarts=1, since=2000, last=ended(137, "OOMKilled", at=2000)))
    world.warn(
        web.pods[1], "FailedScheduling", "0/3 nodes are available: 3 Insufficient cpu.", at=25, first=26, count=2
    )
    world.warn(worker.pods[0], "Unhealthy", 'Readiness probe failed: Get "http://10.1.0.9:8080/ready": EOF', at=21)
    world.warn(world.find("Node", "node-2"), "Rebooted", "Node node-2 has been rebooted", at=900, first=900)
    lines = [f"2026-03-10T11:{n}:00Z INFO handled 200 in {n} ms errors=0" for n in range(10, 50)]
    world.log(
        web.pods[2], "\n".join([*lines[:20], "2026-03-10T11:30:01Z ERROR client went away: broken pipe", *lines[20:]])
    )
    world.add(config_map("unrelated", {"a": "b"}), secret("unrelated", {"a": "Yg=="}))


def released(world: World, name: str, *, age: float = 15, replicas: int = 1, **change: object) -> tuple[App, list[Raw]]:
    """Revision 2 of an application of the shop with this change; its old pods stay. Returns it and the new pods."""
    app = find_app(world, name)
    old = list(app.pods)
    app.template["containers"][0].update(change)
    app.workload["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = "2"
    app.workload["metadata"]["generation"] = 2
    app.pods.clear()
    add_replicaset(world, app, revision=2, replicas=replicas, age=age)
    fresh = list(app.pods)
    app.pods.extend(old)
    return app, fresh


def _crash(world: World, log: str, *, code: int = 1, name: str = "orders", **spec: object) -> App:
    noise(world)
    app = deploy(world, name, replicas=2)
    edit(app, **spec)
    crash_loop(world, app, code=code, log=log)
    return app


@fault("probe-port", "Deployment/orders", "3000", "patch")
def program_listens_on_another_port(world: World) -> None:
    noise(world)
    app = deploy(world, "orders", replicas=2)
    unready(world, app, 'Get "http://10.1.0.7:8080/ready": dial tcp 10.1.0.7:8080: connect: connection refused')
    for pod in app.pods:
        world.log(pod, "> orders@2.1.0 start\n> node server.js\n\nServer listening on port 3000")


@fault("listens-locally", "Deployment/orders", "127.0.0.1")
def program_listens_on_the_loopback_only(world: World) -> None:
    noise(world)
    app = deploy(world, "orders", replicas=2)
    unready(world, app, 'Get "http://10.1.0.7:8080/ready": dial tcp 10.1.0.7:8080: connect: connection refused')
    for pod in app.pods:
        world.log(pod, "INFO:     Application startup complete.\nINFO:     Uvicorn running on http://127.0.0.1:8080 (Press "
                  "CTRL+C to quit)")  # fmt: skip


@fault("oom", "Deployment/api", "memory|revision 2", "rollback")
def release_lowered_the_memory_limit(world: World) -> None:
    noise(world)
    app, fresh = released(
        world, "api", resources={"requests": {"cpu": "100m", "memory": "16Mi"}, "limits": {"memory": "16Mi"}}
    )
    crash_loop(world, App(app.workload, fresh), code=137, reason="OOMKilled", pods=fresh)
    settle(app)


@fault("readiness-probe", "Deployment/api", "revision 2|404", "rollback")
def release_moved_the_health_path(world: World) -> None:
    noise(world)
    app, fresh = released(world, "api", image="registry.example.com/shop/api:2.0.0")
    unready(world, App(app.workload, fresh), "HTTP probe failed with statuscode: 404", pods=fresh)
    settle(app)


@fault("node-selector", "Deployment/api", "disktype|revision 2", "rollback")
def release_wants_a_label_that_no_node_has(world: World) -> None:
    noise(world)
    app, fresh = released(world, "api")
    app.template["nodeSelector"] = {"disktype": "nvme"}
    newest = [
        one for one in world.objects if one["kind"] == "ReplicaSet" and one["metadata"]["name"].startswith("api-")
    ][-1]
    newest["spec"]["template"]["spec"]["nodeSelector"] = {"disktype": "nvme"}
    fresh[0]["spec"]["nodeSelector"] = {"disktype": "nvme"}
    unschedulable(world, fresh[0], "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector. preemption: "
                  "0/3 nodes are available: 3 Preemption is not helpful for scheduling.")  # fmt: skip
    settle(app)


@fault("image-unauthorized", "Deployment/orders", "ghcr.io/acme/orders:2.1")
def registry_says_denied_for_what_it_does_not_have(world: World) -> None:
    noise(world)
    app = deploy(world, "orders", replicas=2)
    edit(app, image="ghcr.io/acme/orders:2.1")
    stuck(world, app, "ImagePullBackOff", 'Back-off pulling image "ghcr.io/acme/orders:2.1"', events=(
        ("Failed", 'Failed to pull image "ghcr.io/acme/orders:2.1": failed to pull and unpack image '
         '"ghcr.io/acme/orders:2.1": failed to resolve reference "ghcr.io/acme/orders:2.1": failed to authorize: failed to '
         "fetch anonymous token: unexpected status from GET request to "
         "https://ghcr.io/token?scope=repository%3Aacme%2Forders%3Apull&service=ghcr.io: 403 Forbidden"),))  # fmt: skip


@fault("image-pull image-not-found", "Deployment/orders", "inspect|image")
def image_cannot_be_inspected(world: World) -> None:
    noise(world)
    stuck(world, deploy(world, "orders"), "ImageInspectError", 'Failed to inspect image "registry.example.com/shop/orders:1.4.2": '
          "rpc error: code = Unknown desc = layer not known")  # fmt: skip


@fault("missing-key", "Deployment/orders ConfigMap/orders-conf", "app.ini", "patch")
def item_of_a_config_map_volume_is_missing(world: World) -> None:
    noise(world)
    app = deploy(world, "orders", replicas=1)
    world.add(config_map("orders-conf", {"application.ini": "x=1"}))
    volume(app, {"name": "conf", "configMap": {"name": "orders-conf", "items": [{"key": "app.ini", "path": "app.ini"}]}},
           {"mountPath": "/etc/orders"})  # fmt: skip
    pod = app.pods[0]
    set_statuses(pod, waiting("orders", "ContainerCreating"), phase="Pending")
    world.warn(pod, "FailedMount", 'MountVolume.SetUp failed for volume "conf" : configmap references non-existent config '
               "key: app.ini", count=12, first=14)  # fmt: skip
    settle(app)


@fault("bad-configuration application-error", "Deployment/orders ConfigMap/orders-conf", "json", "patch")
def json_of_a_config_map_is_broken(world: World) -> None:
    app = _crash(world, "/app/node_modules/config/parser.js:168\n    throw new Error(message);\nSyntaxError: Unexpected token } in "
                 "JSON at position 91\n    at JSON.parse (<anonymous>)\n    at Object.readConfig (/app/config.js:12:20)")  # fmt: skip
    world.add(config_map("orders-conf", {"config.json": '{"a": 1,}'}))
    volume(app, {"name": "conf", "configMap": {"name": "orders-conf"}}, {"mountPath": "/etc/orders"})


@fault("bad-configuration application-error", "Deployment/orders ConfigMap/orders-conf", "yaml", "patch")
def yaml_of_a_config_map_is_broken(world: World) -> None:
    app = _crash(world, "panic: fatal error config file: While parsing config: yaml: line 8: did not find expected key\n\n"
                 "goroutine 1 [running]:\nmain.main()\n\t/src/main.go:31 +0x2c5", code=2)  # fmt: skip
    world.add(config_map("orders-conf", {"config.yaml": "a:\n b"}))
    volume(app, {"name": "conf", "configMap": {"name": "orders-conf"}}, {"mountPath": "/etc/orders"})


@fault("bad-certificate application-error bad-configuration certificate-untrusted", "Deployment/orders Secret/*", "pem")
def certificate_in_a_secret_is_no_pem(world: World) -> None:
    _crash(world, "2026/03/10 11:57:00 tls: failed to find any PEM data in certificate input")


@fault("bad-certificate application-error certificate-untrusted", "Deployment/orders Secret/*", "private key")
def key_does_not_belong_to_the_certificate(world: World) -> None:
    _crash(
        world,
        '{"level":"fatal","ts":1741607881.2,"msg":"load key pair","error":"tls: private key does not match public key"}',
    )


@fault("certificate-expired", "Deployment/orders", "expired|notafter")
def certificate_expired_in_the_words_of_java(world: World) -> None:
    _crash(world, "javax.net.ssl.SSLHandshakeException: PKIX path validation failed: "
           "java.security.cert.CertPathValidatorException: validity check failed\n"
           "Caused by: java.security.cert.CertificateExpiredException: NotAfter: Mon Mar 09 12:00:00 UTC 2026")  # fmt: skip


@fault("dependency-name", "Deployment/orders", "dnspolicy", "patch")
def pod_asks_the_name_server_of_its_node(world: World) -> None:
    app = _crash(world, "dial tcp: lookup api.shop.svc.cluster.local on 169.254.169.253:53: no such host")
    for part in (app.template, *[pod["spec"] for pod in app.pods]):
        part["dnsPolicy"] = "Default"


@fault("application-error schema", "Deployment/orders", "relation|orders")
def tables_were_not_made(world: World) -> None:
    _crash(world, 'sqlalchemy.exc.ProgrammingError: (psycopg.errors.UndefinedTable) relation "orders" does not exist\n'
           "LINE 1: SELECT count(*) FROM orders\n                             ^\n[SQL: SELECT count(*) FROM orders]")  # fmt: skip


@fault("data-locked dependency-down application-error", "Deployment/orders Job/*", "lock")
def migration_waits_for_a_lock(world: World) -> None:
    _crash(world, "liquibase.lockservice : Waiting for changelog lock....\nliquibase.lockservice : Waiting for changelog "
           "lock....\nliquibase.exception.LockException: Could not acquire change log lock.  Currently locked by "
           "orders-7d9-x2 (10.1.0.9) since 3/9/26, 11:02 PM")  # fmt: skip


@fault("command-not-found application-error", "Deployment/orders", "/app/main.py")
def script_is_not_in_the_image(world: World) -> None:
    _crash(world, "python: can't open file '/app/main.py': [Errno 2] No such file or directory", code=2,
           command=["python", "/app/main.py"])  # fmt: skip


@fault("command-not-found application-error", "Deployment/orders", "jar")
def archive_is_not_in_the_image(world: World) -> None:
    _crash(world, "Error: Unable to access jarfile /opt/orders.jar")


@fault("command-not-found application-error bad-configuration", "Deployment/orders", "serv")
def subcommand_is_misspelt(world: World) -> None:
    _crash(world, 'Error: unknown command "serv" for "orders"\n\nDid you mean this?\n\tserve\n\nRun \'orders --help\' for usage.',
           args=["serv"])  # fmt: skip


@fault("file-permission", "Deployment/orders", "read-only|/app/cache")
def python_writes_to_the_read_only_root(world: World) -> None:
    _crash(world, 'Traceback (most recent call last):\n  File "/app/run.py", line 4, in <module>\n    os.makedirs("/app/cache")\n'
           "OSError: [Errno 30] Read-only file system: '/app/cache'",
           securityContext={"readOnlyRootFilesystem": True})  # fmt: skip


@fault(
    "service-account-token missing-token file-permission application-error",
    "Deployment/orders ServiceAccount/shop-sa",
    "token",
)
def token_is_not_mounted(world: World) -> None:
    app = _crash(world, "panic: open /var/run/secrets/kubernetes.io/serviceaccount/token: no such file or directory\n\ngoroutine 1 "
                 "[running]:", code=2)  # fmt: skip
    for part in (app.template, *[pod["spec"] for pod in app.pods]):
        part["automountServiceAccountToken"] = False


@fault("credentials-rejected", "Deployment/orders ServiceAccount/shop-sa", "assumerolewithwebidentity")
def cloud_does_not_trust_the_account(world: World) -> None:
    _crash(world, "WebIdentityErr: failed to retrieve credentials\ncaused by: AccessDenied: Not authorized to perform "
           "sts:AssumeRoleWithWebIdentity\n\tstatus code: 403, request id: 2f")  # fmt: skip


@fault("oom", "Deployment/orders", "memory", "patch")
def killed_without_the_reason_but_at_its_limit(world: World) -> None:
    noise(world)
    app = deploy(world, "orders", replicas=1)
    pod = app.pods[0]
    crash_loop(world, app, code=137, reason="Error", log="processing batch 17\nprocessing batch 18")
    world.metrics = {f"shop/{pod['metadata']['name']}/orders": {"memory_working_set_bytes": 267000000}}


@fault("heap", "Deployment/orders", "memory")
def cache_cannot_fork_for_its_snapshot(world: World) -> None:
    _crash(world, "1:M 10 Mar 2026 11:57:00.100 # Can't save in background: fork: Cannot allocate memory\n1:M 10 Mar 2026 "
           "11:57:01.100 # Out Of Memory allocating 1048592 bytes!", code=134)  # fmt: skip


@fault("network-policy-blocks", "NetworkPolicy/no-egress", "payments.example.com", "patch")
def policy_forbids_the_way_out(world: World) -> None:
    app = _crash(world, "requests.exceptions.ConnectTimeout: HTTPSConnectionPool(host='payments.example.com', port=443): Max retries "
                 "exceeded with url: /v1 (Caused by ConnectTimeoutError(<urllib3.connection.HTTPSConnection object>, "
                 "'Connection to payments.example.com timed out. (connect timeout=5)'))")  # fmt: skip
    dns = {"to": [{"namespaceSelector": {}}], "ports": [{"port": 53, "protocol": "UDP"}]}
    inside = {"to": [{"podSelector": {}}]}
    world.add(make("NetworkPolicy", "no-egress", api="networking.k8s.io/v1",
                   spec={"podSelector": {"matchLabels": {"app": app.workload["metadata"]["name"]}}, "policyTypes": ["Egress"],
                         "egress": [dns, inside]}))  # fmt: skip


@fault("container-start device", "Deployment/orders Node/*", "nvml|driver")
def driver_of_the_graphics_card_is_not_loaded(world: World) -> None:
    noise(world)
    stuck(world, deploy(world, "orders", replicas=1), "RunContainerError",
          "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to "
          "start container process: error during container init: error running prestart hook #0: exit status 1, stdout: , "
          "stderr: Auto-detected mode as 'legacy'\nnvidia-container-cli: initialization error: nvml error: driver not "
          "loaded: unknown")  # fmt: skip


@fault("host-port port-in-use", "DaemonSet/exporter Deployment/orders", "9100")
def host_network_pod_finds_its_port_taken(world: World) -> None:
    app = _crash(world, 'ts=2026-03-10T11:57:00Z level=error err="listen tcp :9100: bind: address already in use"')
    for part in (app.template, *[pod["spec"] for pod in app.pods]):
        part["hostNetwork"] = True


@fault(
    "missing-configmap missing-secret application-error crash", "CronJob/report Secret/report-db", "report-db", "create"
)
def cron_jobs_wait_for_a_secret(world: World) -> None:
    noise(world)
    cron(world, "report", status={"lastScheduleTime": ago(5), "active": [{"kind": "Job", "name": "report-29560"}]})
    pod = job_pod("report-29560", 1, code=0, at=5)
    pod["spec"]["containers"][0]["envFrom"] = [{"secretRef": {"name": "report-db"}}]
    set_statuses(
        pod, waiting("report-29560", "CreateContainerConfigError", 'secret "report-db" not found'), phase="Pending"
    )
    world.warn(pod, "Failed", 'Error: secret "report-db" not found', count=20, first=5)
    job(world, "report-29560", pods=[pod], active=1, age=5, by=owner("CronJob", "report", "batch/v1"))


@fault("quota", "CronJob/report ResourceQuota/jobs", "count/jobs.batch", "patch")
def quota_of_jobs_is_used_up(world: World) -> None:
    noise(world)
    one = cron(world, "report", status={"lastScheduleTime": ago(65)})
    world.warn(one, "FailedCreate", 'Error creating job: jobs.batch "report-29560" is forbidden: exceeded quota: jobs, requested: '
               "count/jobs.batch=1, used: count/jobs.batch=20, limited: count/jobs.batch=20", count=6, first=55,
               source="cronjob-controller")  # fmt: skip


@fault("crash application-error", "Deployment/api", "fluent-bit")
def sidecar_of_a_running_program_crashes(world: World) -> None:
    noise(world)
    api = find_app(world, "api")
    for part in (api.template, *[pod["spec"] for pod in api.pods]):
        part["containers"].append(container("fluent-bit", "fluent/fluent-bit:3.2", ports=None, readinessProbe=None))
    for pod in api.pods:
        last = ended(255, at=2)
        set_statuses(
            pod, running("api"), waiting("fluent-bit", "CrashLoopBackOff", "back-off 5m0s", restarts=9, last=last)
        )
        world.log(pod, "[2026/03/10 11:57:00] [error] [config] section 'outputs' tried to instance a plugin name that doesn't "
                  "exist\n[2026/03/10 11:57:00] [error] configuration file contains errors, aborting.", name="fluent-bit")  # fmt: skip
    settle(api)


@fault("application-error init-container file-permission", "Deployment/orders", "chown")
def init_container_may_not_change_owners(world: World) -> None:
    noise(world)
    app = deploy(world, "orders", replicas=1)
    for part in (app.template, app.pods[0]["spec"]):
        part["initContainers"] = [
            {"name": "fix-owner", "image": "busybox:1.36", "command": ["chown", "-R", "1000", "/data"]}
        ]
    set_statuses(app.pods[0], waiting("orders", "PodInitializing"), phase="Pending",
                 init=[waiting("fix-owner", "CrashLoopBackOff", "back-off", restarts=7, last=ended(1))])  # fmt: skip
    world.log(
        app.pods[0],
        "chown: /data/lost+found: Operation not permitted\nchown: /data: Operation not permitted",
        name="fix-owner",
    )
    settle(app)


@fault("volume-mount", "Deployment/orders", "not a directory")
def host_path_is_of_another_type(world: World) -> None:
    noise(world)
    app = deploy(world, "orders", replicas=1)
    volume(app, {"name": "models", "hostPath": {"path": "/data/models", "type": "Directory"}}, {"mountPath": "/models"})
    set_statuses(app.pods[0], waiting("orders", "ContainerCreating"), phase="Pending")
    world.warn(app.pods[0], "FailedMount", 'MountVolume.SetUp failed for volume "models" : hostPath type check failed: '
               "/data/models is not a directory", count=14, first=20)  # fmt: skip
    settle(app)


@fault("insufficient-resources", "Deployment/orders", "preempt")
def pods_carry_the_mark_of_preemption(world: World) -> None:
    noise(world)
    app = deploy(world, "orders", replicas=1)
    gone = make_pod(
        "orders-gone-x1",
        app.template,
        labels={"app": "orders"},
        by=owner("ReplicaSet", app.pods[0]["metadata"]["name"].rpartition("-")[0]),
        age=20,
    )
    gone["status"] |= {"phase": "Failed", "reason": "", "message": ""}
    gone["status"]["conditions"].append(condition("DisruptionTarget", "True", "PreemptionByScheduler",
                                                  "default-scheduler: preempting to accommodate a higher priority pod"))  # fmt: skip
    world.add(gone)
    unschedulable(world, app.pods[0], "0/3 nodes are available: 3 Insufficient memory. preemption: 0/3 nodes are available: 3 No "
                  "preemption victims found for incoming pod.")  # fmt: skip
    settle(app)
