"""Programs that end or never get ready, in the words of the programs themselves."""

from __future__ import annotations

from testenv.diagnosis.case import crash_loop, fault, unready
from testenv.diagnosis.objects import ago, container, ended, make, running, waiting
from testenv.diagnosis.world import App, World, add_replicaset, deploy, find_app, set_statuses, settle, stateful


def _crash(world: World, name: str, log: str, *, code: int = 1, **spec: object) -> App:
    """A Deployment of its own that ends with this log."""
    app = deploy(world, name, replicas=2)
    for part in (app.template, *[pod["spec"] for pod in app.pods]):
        part["containers"][0].update(spec)
    crash_loop(world, app, code=code, log=log)
    return app


@fault("file-permission", "Deployment/static", "permission denied|client_temp")
def nginx_may_not_write_its_cache(world: World) -> None:
    _crash(
        world,
        "static",
        "/docker-entrypoint.sh: Configuration complete; ready for start up\n"
        '2026/03/10 11:58:01 [warn] 1#1: the "user" directive makes sense only if the master process runs with super-user privileges, ignored in /etc/nginx/nginx.conf:2\n'
        '2026/03/10 11:58:01 [emerg] 1#1: mkdir() "/var/cache/nginx/client_temp" failed (13: Permission denied)',
    )


@fault("file-permission port-forbidden", "Deployment/static", "permission denied|:80")
def nginx_may_not_bind_port_80(world: World) -> None:
    _crash(world, "static", "2026/03/10 11:58:01 [emerg] 1#1: bind() to 0.0.0.0:80 failed (13: Permission denied)")


@fault("dependency-name", "Deployment/static", "api-gateway|resolve")
def nginx_upstream_name_is_wrong(world: World) -> None:
    _crash(
        world,
        "static",
        '2026/03/10 11:58:01 [emerg] 1#1: host not found in upstream "api-gateway" in /etc/nginx/conf.d/default.conf:14',
    )


@fault("file-permission", "Deployment/static", "read-only|client_temp")
def nginx_on_a_read_only_root(world: World) -> None:
    _crash(
        world,
        "static",
        '2026/03/10 11:58:01 [emerg] 1#1: mkdir() "/var/cache/nginx/client_temp" failed (30: Read-only file system)',
        securityContext={"readOnlyRootFilesystem": True, "runAsUser": 101},
    )


@fault("application-error bad-configuration command-not-found", "Deployment/ledger", "listen-addr")
def flag_removed_in_the_new_version(world: World) -> None:
    _crash(
        world,
        "ledger",
        'Error: unknown flag: --listen-addr\nUsage:\n  ledger serve [flags]\n\nFlags:\n  -h, --help            help for serve\n      --listen string   address (default ":8080")\n\nunknown flag: --listen-addr',
        args=["serve", "--listen-addr=:8080"],
    )


@fault("application-error", "Deployment/ledger", "libssl.so.1.1")
def shared_library_missing(world: World) -> None:
    _crash(
        world,
        "ledger",
        "/app/ledger: error while loading shared libraries: libssl.so.1.1: cannot open shared object file: No such file or directory",
        code=127,
    )


@fault("application-error command-not-found", "Deployment/ledger", "cannot find module|server.js")
def node_module_missing(world: World) -> None:
    _crash(
        world,
        "ledger",
        "node:internal/modules/cjs/loader:1228\n  throw err;\n  ^\n\nError: Cannot find module '/app/dist/server.js'\n"
        "    at Module._resolveFilename (node:internal/modules/cjs/loader:1225:15)\n    at node:internal/main/run_main_module:49:12 {\n"
        "  code: 'MODULE_NOT_FOUND',\n  requireStack: []\n}\n\nNode.js v22.11.0",
    )


@fault("runtime-version", "Deployment/ledger", "UnsupportedClassVersionError")
def java_too_old_for_the_class(world: World) -> None:
    _crash(
        world,
        "ledger",
        "Error: LinkageError occurred while loading main class com.acme.Ledger\n"
        "\tjava.lang.UnsupportedClassVersionError: com/acme/Ledger has been compiled by a more recent version of the Java Runtime (class file version 65.0), this version of the Java Runtime only recognizes class file versions up to 61.0",
    )


@fault("credentials-rejected", "Deployment/ledger", "s3:GetObject")
def cloud_role_lacks_a_right(world: World) -> None:
    _crash(
        world,
        "ledger",
        'Traceback (most recent call last):\n  File "/app/main.py", line 31, in <module>\n    load()\n'
        "botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the GetObject operation: User: arn:aws:sts::111122223333:assumed-role/node/i-0a is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::acme-ledger/rates.json",
    )


@fault("credentials-rejected", "Deployment/ledger", "vault")
def vault_refuses_the_login(world: World) -> None:
    _crash(
        world,
        "ledger",
        "2026-03-10T11:58:00Z INFO  fetching secrets from vault\n"
        "2026-03-10T11:58:01Z ERROR Error making API request. URL: PUT https://vault.security.svc:8200/v1/auth/kubernetes/login Code: 403. Errors: * permission denied",
    )


@fault("connections-exhausted", "Deployment/ledger", "too many clients")
def database_has_no_connection_left(world: World) -> None:
    _crash(
        world,
        "ledger",
        '2026-03-10 11:58:00 INFO  starting\npsycopg2.OperationalError: connection to server at "db" (10.96.14.7), port 5432 failed: FATAL:  sorry, too many clients already',
    )


@fault("application-error database-missing", "Deployment/ledger", 'database "ledger" does not exist')
def database_does_not_exist(world: World) -> None:
    _crash(
        world, "ledger", 'panic: pq: database "ledger" does not exist\n\ngoroutine 1 [running]:\nmain.main()', code=2
    )


@fault("application-error file-permission", "StatefulSet/pg", "lost+found|not empty")
def postgres_on_the_root_of_a_new_disk(world: World) -> None:
    pg = stateful(world, "pg", replicas=1)
    crash_loop(
        world,
        pg,
        log='initdb: error: directory "/var/lib/postgresql/data" exists but is not empty\n'
        "initdb: detail: It contains a lost+found directory, perhaps due to it being a mount point.\n"
        "initdb: hint: Using a mount point directly as the data directory is not recommended.",
    )


@fault("host-limit", "StatefulSet/es", "vm.max_map_count")
def search_engine_wants_a_kernel_setting(world: World) -> None:
    es = stateful(world, "es", replicas=1)
    crash_loop(
        world,
        es,
        code=78,
        log='{"type":"server","level":"ERROR","component":"o.e.b.Elasticsearch","message":"node validation exception\\n[1] bootstrap checks failed. You must address the points described in the following [1] lines before starting Elasticsearch.\\nbootstrap check failure [1] of [1]: max virtual memory areas vm.max_map_count [65530] is too low, increase to at least [262144]"}\n'
        "ERROR: Elasticsearch did not exit normally - check the logs at /usr/share/elasticsearch/logs/es.log",
    )


@fault("file-permission", "StatefulSet/mongo", "/data/db|permission denied")
def data_folder_belongs_to_another_user(world: World) -> None:
    mongo = stateful(world, "mongo", replicas=1)
    crash_loop(
        world,
        mongo,
        code=100,
        log='{"t":{"$date":"2026-03-10T11:58:01.018Z"},"s":"E","c":"STORAGE","id":20557,"ctx":"initandlisten","msg":"DBException in initAndListen, terminating","attr":{"error":"IllegalOperation: Attempted to create a lock file on a read-only directory: /data/db"}}\n'
        "mkdir: cannot create directory '/data/db/journal': Permission denied",
    )


@fault("application-error", "Deployment/ledger", "init container migrate|already exists")
def database_migration_fails(world: World) -> None:
    app = deploy(world, "ledger", replicas=1)
    pod = app.pods[0]
    for spec in (app.template, pod["spec"]):
        spec["initContainers"] = [container("migrate", ports=None, readinessProbe=None, livenessProbe=None)]
    last = ended(1, at=1)
    set_statuses(
        pod,
        waiting("ledger", "PodInitializing"),
        phase="Pending",
        init=[
            waiting(
                "migrate",
                "CrashLoopBackOff",
                "back-off 2m40s restarting failed container=migrate",
                restarts=6,
                last=last,
            )
        ],
    )
    world.log(
        pod,
        'Flyway Community Edition 10.4 by Redgate\nMigrating schema "public" to version "42 - orders"\n'
        'ERROR: Migration of schema "public" to version "42 - orders" failed! Changes successfully rolled back.\n'
        'ERROR: Script V42__orders.sql failed: SQL State : 42P07 Message : ERROR: relation "orders" already exists',
        name="migrate",
    )
    settle(app)


@fault("dependency-down", "Deployment/ledger StatefulSet/pg Service/pg", "pg")
def init_container_waits_for_a_database_scaled_to_zero(world: World) -> None:
    pg = stateful(world, "pg", replicas=0)
    assert pg.endpoints is not None
    pg.endpoints["endpoints"] = None
    app = deploy(world, "ledger", replicas=1)
    pod = app.pods[0]
    for spec in (app.template, pod["spec"]):
        spec["initContainers"] = [
            container("wait-for-db", image="busybox:1.36", ports=None, readinessProbe=None, livenessProbe=None)
            | {"command": ["sh", "-c", "until nc -z pg 5432; do echo waiting for pg:5432; sleep 2; done"]}
        ]
    set_statuses(
        pod,
        waiting("ledger", "PodInitializing"),
        phase="Pending",
        init=[running("wait-for-db", ready=False, since=45)],
        since=45,
    )
    pod["metadata"]["creationTimestamp"] = ago(46)
    world.log(pod, "waiting for pg:5432\n" * 20, name="wait-for-db")
    settle(app)


@fault("service-port", "Service/pg", "5433")
def client_of_a_service_with_a_wrong_target_port(world: World) -> None:
    pg = stateful(world, "pg", replicas=1)
    assert pg.service is not None
    pg.service["spec"]["ports"][0].update({"targetPort": 5433})
    pg.service["spec"]["clusterIP"] = "10.96.31.9"
    _crash(
        world,
        "ledger",
        'dial tcp 10.96.31.9:5432: connect: connection refused\nlevel=fatal msg="cannot open database" addr=pg:5432',
    )


@fault("certificate-untrusted certificate-host", "Deployment/ledger", "valid for")
def certificate_for_another_name(world: World) -> None:
    _crash(
        world,
        "ledger",
        'level=fatal msg="init client" error="Get \\"https://rates.shop.svc:8443/v1\\": tls: failed to verify certificate: x509: certificate is valid for rates.staging.svc, not rates.shop.svc"',
    )


@fault("oom", "Deployment/ledger", "memory")
def a_child_process_is_killed_for_memory(world: World) -> None:
    app = _crash(
        world,
        "ledger",
        "INFO worker booted pid=18\nERROR Worker (pid:18) was sent SIGKILL! Perhaps out of memory?",
        code=137,
    )
    node = world.find("Node", "node-1")
    world.warn(
        node,
        "OOMKilling",
        "Memory cgroup out of memory: Killed process 48211 (gunicorn) total-vm:1482912kB, anon-rss:262088kB",
        at=2,
        count=9,
        source="kernel-monitor",
    )
    assert app.pods


@fault("probe-port liveness-probe", "Deployment/ledger", "9000|8080")
def liveness_probe_on_a_port_nobody_listens_on(world: World) -> None:
    app = deploy(world, "ledger", replicas=1)
    pod = app.pods[0]
    probe = {"httpGet": {"path": "/healthz", "port": 9000}, "periodSeconds": 10, "failureThreshold": 3}
    for spec in (app.template, pod["spec"]):
        spec["containers"][0]["livenessProbe"] = probe
    crash_loop(world, app, code=137, reason="Error", log="listening on :8080")
    world.warn(
        pod,
        "Unhealthy",
        'Liveness probe failed: Get "http://10.1.0.7:9000/healthz": dial tcp 10.1.0.7:9000: connect: connection refused',
        count=21,
    )
    world.warn(pod, "Killing", "Container ledger failed liveness probe, will be restarted", kind="Normal", count=7)


@fault("liveness-probe", "Deployment/model", "liveness|delay")
def liveness_probe_begins_before_the_model_is_loaded(world: World) -> None:
    app = deploy(world, "model", replicas=1)
    pod = app.pods[0]
    probe = {
        "httpGet": {"path": "/live", "port": 8080},
        "initialDelaySeconds": 5,
        "periodSeconds": 5,
        "failureThreshold": 3,
    }
    for spec in (app.template, pod["spec"]):
        spec["containers"][0]["livenessProbe"] = probe
    one = running("model", ready=False, restarts=9, since=0.2, last=ended(137, at=0.3, ran=0.35))
    set_statuses(pod, one)
    world.log(pod, "Loading weights 0%\nLoading weights 12%\nLoading weights 27%")
    world.warn(
        pod,
        "Unhealthy",
        'Liveness probe failed: Get "http://10.1.0.7:8080/live": dial tcp 10.1.0.7:8080: connect: connection refused',
        count=30,
    )
    world.warn(pod, "Killing", "Container model failed liveness probe, will be restarted", kind="Normal", count=9)
    settle(app)


@fault("readiness-probe", "Deployment/quotes", "readiness|50051")
def grpc_readiness_fails(world: World) -> None:
    app = deploy(world, "quotes", replicas=2)
    for spec in (app.template, *[pod["spec"] for pod in app.pods]):
        spec["containers"][0].update(
            ports=[{"name": "grpc", "containerPort": 50051}],
            readinessProbe={"grpc": {"port": 50051}, "timeoutSeconds": 1, "periodSeconds": 10},
            livenessProbe=None,
        )
    assert app.service is not None
    app.service["spec"]["ports"][0]["targetPort"] = "grpc"
    unready(world, app, 'timeout: failed to connect service "10.1.0.7:50051" within 1s: context deadline exceeded')


@fault("readiness-probe", "Deployment/quotes", "istio-proxy")
def mesh_sidecar_is_not_ready(world: World) -> None:
    app = deploy(world, "quotes", replicas=2)
    proxy = container(
        "istio-proxy",
        image="docker.io/istio/proxyv2:1.27.1",
        ports=[{"name": "http-envoy-prom", "containerPort": 15090}],
    )
    proxy["readinessProbe"] = {
        "httpGet": {"path": "/healthz/ready", "port": 15021},
        "periodSeconds": 15,
        "failureThreshold": 4,
    }
    proxy["livenessProbe"] = None
    app.template["containers"].append(proxy)
    for pod in app.pods:
        pod["spec"]["containers"].append(proxy)
        set_statuses(pod, running("quotes", since=3000), running("istio-proxy", ready=False, since=3000))
        world.warn(
            pod,
            "Unhealthy",
            "Readiness probe failed: HTTP probe failed with statuscode: 503",
            count=200,
            first=50,
            at=0.2,
        )
    settle(app)


@fault("host-limit", "Deployment/ledger", "resource temporarily unavailable|thread")
def no_thread_can_be_started(world: World) -> None:
    _crash(
        world,
        "ledger",
        "runtime: failed to create new OS thread (have 11 already; errno=11)\nruntime: may need to increase max user processes (ulimit -u)\nfatal error: newosproc\npthread_create failed: Resource temporarily unavailable",
        code=2,
    )


@fault("dependency-name", "Deployment/ledger", "db-primary|DB_HOST")
def release_points_to_a_host_that_is_not_there(world: World) -> None:
    app = deploy(world, "ledger", replicas=2)
    old = list(app.pods)
    app.template["containers"][0]["env"] = [{"name": "DB_HOST", "value": "db-primary"}]
    app.workload["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = "2"
    app.pods.clear()
    add_replicaset(world, app, revision=2, replicas=1, age=25)
    fresh = list(app.pods)
    app.pods[:] = [*fresh, *old]
    crash_loop(
        world, app, pods=fresh, log='could not translate host name "db-primary" to address: Name or service not known'
    )
    settle(app, progress=("False", "ProgressDeadlineExceeded", 'ReplicaSet "ledger" has timed out progressing.'))


@fault("bad-configuration", "Deployment/coredns", "forwrd|unknown directive")
def dns_configuration_has_a_typing_error(world: World) -> None:
    crash_loop(
        world,
        find_app(world, "coredns"),
        log="/etc/coredns/Corefile:9 - Error during parsing: Unknown directive 'forwrd'",
    )
    crash_loop(
        world,
        find_app(world, "api"),
        log="lookup db on 10.96.0.10:53: server misbehaving\npanic: cannot resolve db: lookup db on 10.96.0.10:53: read udp 10.1.0.7:41->10.96.0.10:53: i/o timeout",
    )


@fault("network-policy-blocks", "NetworkPolicy/web-from-ingress", "ingress-nginx")
def policy_keeps_the_ingress_controller_out(world: World) -> None:
    for name in ("ingress-nginx",):
        world.add(
            make(
                "Namespace",
                name,
                namespace=None,
                status={"phase": "Active"},
                metadata={"labels": {"kubernetes.io/metadata.name": name}},
            )
        )
    controller = deploy(world, "controller", namespace="ingress-nginx", replicas=1)
    world.add(
        make(
            "NetworkPolicy",
            "web-from-ingress",
            api="networking.k8s.io/v1",
            spec={
                "podSelector": {"matchLabels": {"app": "web"}},
                "policyTypes": ["Ingress"],
                "ingress": [
                    {"from": [{"namespaceSelector": {"matchLabels": {"name": "ingress"}}}], "ports": [{"port": 8080}]}
                ],
            },
        )
    )
    for number, pod in enumerate(find_app(world, "web").pods):
        pod["status"]["podIP"] = f"10.1.{number}.31"
    line = '2026/03/10 11:5{}:04 [error] 31#31: *{} upstream timed out (110: Operation timed out) while connecting to upstream, client: 203.0.113.50, server: shop.example.com, request: "GET / HTTP/2.0", upstream: "http://10.1.0.31:8080/", host: "shop.example.com"'
    world.log(
        controller.pods[0], "\n".join(line.format(minute, 100 + minute) for minute in range(10) for _ in range(3))
    )


@fault("log-errors dependency-down", "Deployment/ledger", "kafka|brokers")
def running_program_lost_its_brokers(world: World) -> None:
    app = deploy(world, "ledger", replicas=1, with_service=False)
    world.log(
        app.pods[0],
        "\n".join(
            f'time="2026-03-10T11:5{n % 10}:00Z" level=error msg="kafka: client has run out of available brokers to talk to (Is your cluster reachable?)" attempt={n}'
            for n in range(30)
        ),
    )


@fault("application-error", "Deployment/ledger", "exit code 134|abort")
def aborted_by_an_assertion(world: World) -> None:
    _crash(
        world, "ledger", "ledger: src/store.c:212: flush: Assertion `size > 0' failed.\nAborted (core dumped)", code=134
    )


@fault("service-selector", "Service/cache", "selector|tier=cache")
def client_of_a_service_whose_selector_lost_its_pods(world: World) -> None:
    cache = deploy(world, "cache", replicas=1)
    assert cache.service is not None
    cache.service["spec"]["selector"] = {"tier": "cache"}
    assert cache.endpoints is not None
    cache.endpoints["endpoints"] = None
    unready(world, find_app(world, "api"), "HTTP probe failed with statuscode: 503")
    for pod in find_app(world, "api").pods:
        world.log(
            pod, '{"level":"error","msg":"redis ping failed","err":"dial tcp: connect to cache:80: i/o timeout"}\n' * 8
        )
