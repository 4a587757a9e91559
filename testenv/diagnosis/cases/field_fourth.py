"""A fourth set written before it was run: last words of programs, and what a runtime says before a program starts."""

from __future__ import annotations

from testenv.diagnosis.case import crash_loop, fault, unready
from testenv.diagnosis.objects import Raw, ended, waiting
from testenv.diagnosis.world import App, World, deploy, find_app, set_statuses, settle, stateful


def _crash(world: World, name: str, log: str, *, code: int = 1, **spec: object) -> App:
    app = deploy(world, name, replicas=2)
    edit(app, **spec)
    crash_loop(world, app, code=code, log=log)
    return app


def edit(app: App, **spec: object) -> None:
    """Set fields of the first container, in the template and in the pods."""
    sets = [app.replicaset["spec"]["template"]["spec"]] if app.replicaset else []
    for part in (app.template, *sets, *[pod["spec"] for pod in app.pods]):
        part["containers"][0].update(spec)


def volume(app: App, one: Raw, mount: Raw) -> None:
    """Add a volume and its mount."""
    sets = [app.replicaset["spec"]["template"]["spec"]] if app.replicaset else []
    for part in (app.template, *sets, *[pod["spec"] for pod in app.pods]):
        part["volumes"] = [*part.get("volumes", []), one]
        first = part["containers"][0]
        first["volumeMounts"] = [*first.get("volumeMounts", []), {"name": one["name"], **mount}]


@fault("application-error", "Deployment/ledger", "panicked")
def rust_unwraps_an_error(world: World) -> None:
    _crash(
        world,
        "ledger",
        "\x1b[2m2026-03-10T11:57:58.114Z\x1b[0m \x1b[32m INFO\x1b[0m ledger: starting version=2.3.0\n"
        "thread 'main' panicked at src/storage/open.rs:88:14:\n"
        "called `Result::unwrap()` on an `Err` value: ParseIntError { kind: InvalidDigit }\n"
        "note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace",
        code=101,
    )


@fault("application-error", "Deployment/invoices", "unable to resolve service")
def dotnet_container_lacks_a_service(world: World) -> None:
    _crash(
        world,
        "invoices",
        "Unhandled exception. System.AggregateException: Some services are not able to be constructed "
        "(Error while validating the service descriptor 'ServiceType: Invoices.IMailer Lifetime: Scoped': "
        "Unable to resolve service for type 'Invoices.ISmtp' while attempting to activate 'Invoices.Mailer'.)\n"
        "   at Microsoft.Extensions.DependencyInjection.ServiceProvider..ctor(ICollection`1 serviceDescriptors)\n"
        "   at Program.<Main>$(String[] args) in /src/Program.cs:line 31",
        code=134,
    )


@fault("application-error", "Deployment/storefront", "gem")
def ruby_gem_is_not_in_the_image(world: World) -> None:
    _crash(
        world,
        "storefront",
        "bundler: failed to load command: puma (/usr/local/bundle/bin/puma)\n"
        "/usr/local/lib/ruby/3.3.0/bundler/resolver.rb:354:in `raise_not_found!': Could not find gem 'pg (~> 1.5)' "
        "in locally installed gems. (Bundler::GemNotFound)",
    )


@fault("heap oom", "Deployment/catalogue", "memory")
def php_reaches_its_memory_limit(world: World) -> None:
    _crash(
        world,
        "catalogue",
        "PHP Fatal error:  Allowed memory size of 134217728 bytes exhausted (tried to allocate 20480 bytes) in "
        "/var/www/html/vendor/doctrine/orm/src/UnitOfWork.php on line 2711",
        code=255,
    )


@fault("heap", "Deployment/rules", "metaspace")
def java_runs_out_of_metaspace(world: World) -> None:
    _crash(
        world,
        "rules",
        "2026-03-10 11:57:10.001 ERROR 1 --- [main] o.s.boot.SpringApplication : Application run failed\n"
        "java.lang.OutOfMemoryError: Metaspace\n\tat java.base/java.lang.ClassLoader.defineClass1(Native Method)\n"
        "Terminating due to java.lang.OutOfMemoryError: Metaspace",
        code=3,
        env=[{"name": "JAVA_TOOL_OPTIONS", "value": "-XX:MaxMetaspaceSize=96m -XX:+ExitOnOutOfMemoryError"}],
    )


@fault("application-error", "Deployment/scheduler", "deadlock")
def go_deadlocks(world: World) -> None:
    _crash(
        world,
        "scheduler",
        "fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [chan receive]:\nmain.main()\n"
        "\t/src/cmd/scheduler/main.go:61 +0x1d1",
        code=2,
    )


@fault("missing-setting", "Deployment/payments", "payment.api.key")
def spring_placeholder_without_value(world: World) -> None:
    _crash(
        world,
        "payments",
        "org.springframework.beans.factory.BeanCreationException: Error creating bean with name 'gatewayClient': "
        "Injection of autowired dependencies failed\n"
        "Caused by: java.lang.IllegalArgumentException: Could not resolve placeholder 'payment.api.key' in value "
        '"${payment.api.key}"',
    )


@fault("port-in-use", "Deployment/payments", "8080")
def spring_port_is_taken_by_its_sidecar(world: World) -> None:
    _crash(
        world,
        "payments",
        "***************************\nAPPLICATION FAILED TO START\n***************************\n\nDescription:\n\n"
        "Web server failed to start. Port 8080 was already in use.\n\nAction:\n\nIdentify and stop the process that's "
        "listening on port 8080 or configure this application to listen on another port.",
    )


@fault("credentials-rejected", "Deployment/mailer", "refused")
def broker_refuses_the_login(world: World) -> None:
    _crash(
        world,
        "mailer",
        "pika.exceptions.ProbableAuthenticationError: ConnectionClosedByBroker: (403) 'ACCESS_REFUSED - Login was "
        "refused using authentication mechanism PLAIN. For details see the broker logfile.'",
    )


@fault("credentials-rejected", "Deployment/events", "username or password|authentication")
def kafka_refuses_the_user(world: World) -> None:
    _crash(
        world,
        "events",
        "org.apache.kafka.common.errors.SaslAuthenticationException: Authentication failed during authentication due to "
        "invalid credentials with SASL mechanism SCRAM-SHA-512: Invalid username or password",
    )


@fault("credentials-rejected", "Deployment/uploads", "expired", "renew")
def cloud_session_token_expired(world: World) -> None:
    _crash(
        world,
        "uploads",
        "botocore.exceptions.ClientError: An error occurred (ExpiredToken) when calling the PutObject operation: "
        "The provided token has expired.",
    )


@fault("credentials-rejected", "Deployment/reloader", "token")
def token_of_the_account_is_not_accepted(world: World) -> None:
    app = deploy(world, "reloader", replicas=1)
    crash_loop(
        world,
        app,
        log="W0310 11:57:12.400211       1 reflector.go:561] k8s.io/client-go/informers/factory.go:160: failed to list "
        '*v1.ConfigMap: Unauthorized\nE0310 11:57:12.400311       1 reflector.go:158] "Unhandled Error" '
        'err="k8s.io/client-go/informers/factory.go:160: Failed to watch *v1.ConfigMap: failed to list *v1.ConfigMap: '
        'Unauthorized"\nF0310 11:58:12.400311       1 main.go:77] caches did not sync: the server has asked for the '
        "client to provide credentials",
        code=255,
    )


@fault("rbac-forbidden", "Deployment/operator Role/* ServiceAccount/shop-sa ClusterRole/*", "leases")
def lock_of_the_leader_is_forbidden(world: World) -> None:
    app = deploy(world, "operator", replicas=1, with_service=False)
    unready(world, app, "HTTP probe failed with statuscode: 500")
    world.log(
        app.pods[0],
        "\n".join(
            f'E0310 11:5{minute}:01.000100       1 leaderelection.go:436] "Unhandled Error" err="error retrieving resource lock '
            'shop/operator-leader: leases.coordination.k8s.io \\"operator-leader\\" is forbidden: User '
            '\\"system:serviceaccount:shop:shop-sa\\" cannot get resource \\"leases\\" in API group '
            '\\"coordination.k8s.io\\" in the namespace \\"shop\\""'
            for minute in range(3, 9)
        ),
    )


@fault("leader-lost", "Deployment/csi-controller", "lease|lost")
def leader_cannot_renew_its_lease(world: World) -> None:
    app = deploy(world, "csi-controller", replicas=1, with_service=False)
    crash_loop(
        world,
        app,
        log="E0310 11:56:40.100000       1 leaderelection.go:429] Failed to update lock optimistically: Put "
        '"https://10.96.0.1:443/apis/coordination.k8s.io/v1/namespaces/shop/leases/csi-leader": context deadline exceeded, '
        "falling back to slow path\nI0310 11:56:50.100000       1 leaderelection.go:297] failed to renew lease "
        "shop/csi-leader: timed out waiting for the condition\nE0310 11:56:50.100400       1 leader.go:70] "
        '"leader election lost"',
        code=1,
    )


@fault("clock-skew", "Deployment/relay Node/*", "not yet valid|clock")
def certificate_is_not_valid_yet(world: World) -> None:
    _crash(
        world,
        "relay",
        'time="2026-03-10T11:57:10Z" level=fatal msg="dial failed" error="tls: failed to verify certificate: x509: '
        "certificate has expired or is not yet valid: current time 2026-03-10T11:57:10Z is before "
        '2026-03-10T12:21:40Z"',
    )


@fault("clock-skew credentials-rejected", "Deployment/uploads Node/*", "time")
def clock_is_off_for_the_cloud(world: World) -> None:
    _crash(
        world,
        "uploads",
        "software.amazon.awssdk.services.s3.model.S3Exception: The difference between the request time and the current "
        "time is too large. (Service: S3, Status Code: 403, Request ID: 7V) (SDK Attempt Count: 1) RequestTimeTooSkewed",
    )


@fault("application-error", "Deployment/orders", "checksum")
def migration_was_edited(world: World) -> None:
    _crash(
        world,
        "orders",
        "org.flywaydb.core.api.exception.FlywayValidateException: Validate failed: Migrations have failed validation\n"
        "Migration checksum mismatch for migration version 12\n-> Applied to database : -1093712\n"
        "-> Resolved locally    : 1883721\nEither revert the changes to the migration, or run repair to update the "
        "schema history.",
    )


@fault("data-incompatible", "StatefulSet/db", "incompatible|15")
def database_is_newer_than_its_files(world: World) -> None:
    app = find_app(world, "db")
    edit(app, image="postgres:17.2")
    crash_loop(
        world,
        app,
        log="PostgreSQL Database directory appears to contain a database; Skipping initialization\n"
        "2026-03-10 11:57:01.100 UTC [1] FATAL:  database files are incompatible with server\n"
        "2026-03-10 11:57:01.100 UTC [1] DETAIL:  The data directory was initialized by PostgreSQL version 15, which is "
        "not compatible with this version 17.2.",
    )


@fault("application-error bad-configuration", "StatefulSet/mysql", "data directory|files in it")
def mysql_finds_lost_and_found(world: World) -> None:
    crash_loop(
        world,
        stateful(world, "mysql"),
        log="2026-03-10T11:57:31.000000Z 0 [System] [MY-013169] [Server] /usr/sbin/mysqld (mysqld 8.4.2) initializing of "
        "server in progress as process 80\n2026-03-10T11:57:31.000200Z 0 [ERROR] [MY-010457] [Server] --initialize "
        "specified but the data directory has files in it. Aborting.\n2026-03-10T11:57:31.000300Z 0 [ERROR] [MY-013236] "
        "[Server] The designated data directory /var/lib/mysql/ is unusable. You can remove all files that the server "
        "added to it.",
    )


@fault("data-locked", "Deployment/metrics", "lock")
def two_pods_want_the_lock_of_one_folder(world: World) -> None:
    app = deploy(world, "metrics", replicas=1)
    crash_loop(
        world,
        app,
        log='ts=2026-03-10T11:57:11.000Z caller=main.go:1211 level=error err="opening storage failed: lock DB directory: '
        'resource temporarily unavailable"',
    )


@fault("port-forbidden file-permission", "Deployment/edge", "80")
def node_may_not_listen_on_a_low_port(world: World) -> None:
    _crash(
        world,
        "edge",
        "node:events:497\n      throw er; // Unhandled 'error' event\n      ^\n\nError: listen EACCES: permission denied "
        "0.0.0.0:80\n    at Server.setupListenHandle [as _listen2] (node:net:1915:21)\n  code: 'EACCES',\n  port: 80\n}",
    )


@fault("bad-configuration", "Deployment/metrics ConfigMap/*", "scrap_configs")
def field_of_a_configuration_is_unknown(world: World) -> None:
    _crash(
        world,
        "metrics",
        'ts=2026-03-10T11:57:11.000Z caller=main.go:601 level=error msg="Error loading config '
        '(--config.file=/etc/prometheus/prometheus.yml)" file=/etc/prometheus/prometheus.yml err="parsing YAML file '
        "/etc/prometheus/prometheus.yml: yaml: unmarshal errors:\\n  line 12: field scrap_configs not found in type "
        'config.plain"',
        code=2,
    )


@fault("bad-configuration", "Deployment/envoy", "filter_chian")
def proxy_configuration_does_not_parse(world: World) -> None:
    _crash(
        world,
        "envoy",
        "[2026-03-10 11:57:11.001][1][critical][main] [source/server/server.cc:414] error initializing configuration "
        "'/etc/envoy/envoy.yaml': Protobuf message (type envoy.config.bootstrap.v3.Bootstrap reason "
        "INVALID_ARGUMENT: invalid JSON in envoy.config.bootstrap.v3.Bootstrap @ static_resources.listeners[0]: message "
        "envoy.config.listener.v3.Listener, near 1:812 (offset 811): no such field: 'filter_chian') has unknown fields",
    )


@fault("file-permission", "Deployment/dashboards", "permission denied|/var/lib/grafana")
def dashboards_may_not_write(world: World) -> None:
    _crash(
        world,
        "dashboards",
        "GF_PATHS_DATA='/var/lib/grafana' is not writable.\nYou may have issues with file permissions, more information "
        "here: http://docs.grafana.org/installation/docker/#migrate-to-v51-or-later\nmkdir: can't create directory "
        "'/var/lib/grafana/plugins': Permission denied",
    )


@fault("credentials-rejected", "Deployment/site", "publickey")
def repository_refuses_the_key(world: World) -> None:
    app = deploy(world, "site", replicas=1)
    for part in (app.template, app.pods[0]["spec"]):
        part["initContainers"] = [{"name": "clone", "image": "alpine/git:2.45", "args": ["clone", "git@example.com:s"]}]
    pod = app.pods[0]
    set_statuses(
        pod,
        waiting("site", "PodInitializing"),
        phase="Pending",
        init=[waiting("clone", "CrashLoopBackOff", "back-off 5m0s", restarts=8, last=ended(128))],
    )
    world.log(
        pod,
        "Cloning into 'site'...\ngit@example.com: Permission denied (publickey).\nfatal: Could not read from remote "
        "repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.",
        name="clone",
    )
    settle(app)


@fault("runtime-version", "Deployment/codec", "glibc_2.38")
def c_library_is_too_old(world: World) -> None:
    _crash(
        world,
        "codec",
        "/app/codec: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found (required by /app/codec)",
    )


@fault("segfault image-platform", "Deployment/codec", "illegal instruction")
def processor_lacks_an_instruction(world: World) -> None:
    _crash(
        world,
        "codec",
        "WARNING: MongoDB 5.0+ requires a CPU with AVX support, and your current system does not appear to have that!\n"
        '/usr/local/bin/docker-entrypoint.sh: line 416:    27 Illegal instruction     (core dumped) "${mongodHackedArgs[@]}"',
        code=132,
    )


@fault("host-limit", "Deployment/watcher Node/*", "file watchers")
def node_has_no_watches_left(world: World) -> None:
    _crash(
        world,
        "watcher",
        "node:internal/fs/watchers:254\n    throw error;\n    ^\n\nError: ENOSPC: System limit for number of file watchers "
        "reached, watch '/app/src'\n    at FSWatcher.<computed> (node:internal/fs/watchers:247:19)\n  errno: -28,\n"
        "  syscall: 'watch',\n  code: 'ENOSPC'",
    )


@fault("host-limit", "Deployment/proxy", "open files")
def program_has_no_descriptors_left(world: World) -> None:
    app = deploy(world, "proxy", replicas=2)
    unready(world, app, 'Get "http://10.1.0.7:8080/ready": EOF')
    for pod in app.pods:
        world.log(
            pod,
            "\n".join(
                f"2026/03/10 11:57:{second} http: Accept error: accept tcp [::]:8080: accept4: too many open files; retrying "
                "in 1s"
                for second in range(10, 40)
            ),
        )


@fault("connections-exhausted", "Deployment/orders", "pool|hikari")
def connection_pool_is_empty(world: World) -> None:
    app = deploy(world, "orders", replicas=2)
    unready(world, app, "HTTP probe failed with statuscode: 503")
    for pod in app.pods:
        world.log(
            pod,
            "\n".join(
                f"2026-03-10 11:57:{n}.000 ERROR [nio-8080-exec-{n}] o.h.e.j.s.SqlExceptionHelper : HikariPool-1 - "
                "Connection is not available, request timed out after 30000ms (total=10, active=10, idle=0, waiting=42)"
                for n in range(10, 30)
            ),
        )


@fault("oom", "Deployment/coredns", "memory", "patch")
def name_service_is_killed_and_everybody_complains(world: World) -> None:
    dns = next(one for one in world.objects if one["kind"] == "Deployment" and one["metadata"]["name"] == "coredns")
    pods = [one for one in world.objects if one["kind"] == "Pod" and one["metadata"]["name"].startswith("coredns-")]
    ends = next(
        one for one in world.objects if one["kind"] == "EndpointSlice" and one["metadata"]["name"] == "kube-dns-abcde"
    )
    crash_loop(world, App(dns, pods, endpoints=ends), code=137, reason="OOMKilled", log="[INFO] plugin/reload: Running")
    for name, text in (
        ("web", "Error: getaddrinfo EAI_AGAIN api.shop.svc.cluster.local\n    at GetAddrInfoReqWrap.onlookupall"),
        ("api", "psycopg.OperationalError: [Errno -3] Temporary failure in name resolution"),
    ):
        crash_loop(world, find_app(world, name), log=text)
