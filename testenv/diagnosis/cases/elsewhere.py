"""The error of one program whose cause is another object, which the error does not name or names in passing."""

from __future__ import annotations

from testenv.diagnosis.case import control, crash_loop, fault, stuck, unready
from testenv.diagnosis.cases.cascades import reads
from testenv.diagnosis.objects import ago, condition, container, make, running, service
from testenv.diagnosis.world import World, bound_claim, deploy, find_app, set_statuses, unschedulable

_OUT_OF_SPACE = "2026-03-10 11:57:40 UTC [77] ERROR:  could not extend file: No space left on device"


@fault("store-full", "StatefulSet/db", "no space|data-db-0", "patch")
def database_has_no_space_and_its_client_fails(world: World) -> None:
    db = find_app(world, "db")
    world.log(db.pods[0], _OUT_OF_SPACE)
    api = find_app(world, "api")
    reads(api, "DATABASE_HOST", "db")
    crash_loop(
        world, api, log='PG::DiskFull: ERROR:  could not extend file "base/16384/16402": No space left on device'
    )


@fault("volume-claimed", "PersistentVolumeClaim/archive", "released|claimRef", "patch")
def volume_belongs_to_a_claim_that_was_deleted(world: World) -> None:
    bound_claim(world, "archive")
    claim, volume = world.find("PersistentVolumeClaim", "archive"), world.find("PersistentVolume", "pvc-archive")
    claim["metadata"] |= {"uid": "new", "creationTimestamp": ago(30)}
    claim["status"] = {"phase": "Pending"}
    volume["spec"]["claimRef"] = {"namespace": "shop", "name": "archive", "uid": "old"}
    volume["status"] = {"phase": "Released"}


@fault("object-missing", "Deployment/balancer Service/balancer-public", "balancer-public|does not exist", "create")
def controller_is_told_to_publish_a_service_that_is_not_there(world: World) -> None:
    app = deploy(world, "balancer", with_service=False)
    crash_loop(
        world,
        app,
        log='F0310 11:58:01.000001 1 main.go:91] cannot publish shop/balancer-public: services "balancer-public" not found',
    )


@fault("dependency-down", "StatefulSet/db", "scaled to 0", "scale")
def program_times_out_and_only_its_settings_name_what_is_stopped(world: World) -> None:
    db = find_app(world, "db")
    world.remove(*db.pods)
    db.workload["spec"]["replicas"] = 0
    db.workload["status"] = {"observedGeneration": 1}
    api = find_app(world, "api")
    reads(api, "LEDGER_CONNECT", "db:3306")
    crash_loop(world, api, log="ledger.TimeoutException: Timed out waiting for connection while in state: CONNECTING")


@fault("dependency-name", "Deployment/api", "queue-ha|no Service", "patch")
def name_that_does_not_resolve_stands_in_the_settings_alone(world: World) -> None:
    api = find_app(world, "api")
    reads(api, "BROKER_URL", "amqp://app:pw@queue-ha:5672/")
    crash_loop(world, api, log="OperationalError: [Errno -2] Name or service not known")


@fault("insufficient-resources", "Pod/events-0", "memory", "patch")
def operator_waits_for_a_pod_that_is_pending(world: World) -> None:
    broker = make("Broker", "events", api="messaging.example.com/v1", spec={})
    said = "Exceeded timeout of 300000ms while waiting for Pods resource events-0 to be ready"
    broker["status"] = {"conditions": [condition("NotReady", "True", "TimeoutException", said, since=40)]}
    app = deploy(world, "events", replicas=1, with_service=False)
    pod = app.pods[0]
    world.remove(*[one for one in world.objects if one in (app.workload, app.replicaset)])
    world.add(broker)
    pod["metadata"] = {"name": "events-0", "namespace": "shop", "creationTimestamp": ago(40)}
    pod["spec"]["containers"][0]["resources"] = {"requests": {"memory": "640Gi"}}
    unschedulable(world, pod, "0/3 nodes are available: 3 Insufficient memory.")


@fault("custom-not-ready", "Rollout/offers", "success-rate")
def rollout_of_another_controller_was_aborted(world: World) -> None:
    one = make("Rollout", "offers", api="argoproj.io/v1alpha1", spec={"replicas": 2})
    one["status"] = {"phase": "Degraded", "message": 'RolloutAborted: metric "success-rate" assessed Failed'}
    one["metadata"]["creationTimestamp"] = ago(600)
    world.add(one)


@fault("missing-secret", "ExternalSecret/payments", "not authorized|GetSecretValue")
def event_of_the_operator_says_why_a_secret_is_not_made(world: World) -> None:
    wanted = {"secretStoreRef": {"kind": "SecretStore", "name": "cloud"}}
    made_by = make("ExternalSecret", "payments", api="external-secrets.io/v1", spec=wanted)
    made_by["status"] = {"conditions": [condition("Ready", "False", "SecretSyncedError", "could not get secret data")]}
    world.add(made_by)
    world.warn(made_by, "UpdateFailed", "user/sync is not authorized to perform secretsmanager:GetSecretValue")
    app = deploy(world, "payer", with_service=False)
    for spec in (app.template, *[pod["spec"] for pod in app.pods]):
        spec["containers"][0]["envFrom"] = [{"secretRef": {"name": "payments"}}]
    stuck(world, app, "CreateContainerConfigError", 'secret "payments" not found')


@fault("dependency-down", "StatefulSet/db", "scaled to 0", "scale")
def two_programs_fail_for_one_that_is_stopped(world: World) -> None:
    db = find_app(world, "db")
    world.remove(*db.pods)
    db.workload["spec"]["replicas"] = 0
    db.workload["status"] = {"observedGeneration": 1}
    crash_loop(world, find_app(world, "api"), log="dial tcp: connect to db:3306: connection refused")
    crash_loop(world, find_app(world, "worker"), log="Error: connect ECONNREFUSED db:3306")


@fault("pod-rejected", "Deployment/gateway", "somaxconn", "patch")
def sysctl_is_not_allowed_on_the_nodes(world: World) -> None:
    app = deploy(world, "gateway", replicas=1, with_service=False)
    said = 'Pod was rejected: forbidden sysctl: "net.core.somaxconn" not allowlisted'
    app.pods[0]["status"] = {"phase": "Failed", "reason": "SysctlForbidden", "message": said}
    app.workload["status"] |= {"readyReplicas": 0, "availableReplicas": 0, "unavailableReplicas": 1}


@fault("ingress-not-served", "Ingress/cms", "NodePort", "patch")
def service_is_of_a_type_that_the_load_balancer_cannot_reach(world: World) -> None:
    rule = {"host": "cms.example.com", "http": {"paths": [{"path": "/", "backend": {"service": {"name": "web", "port": {"number": 80}}}}]}}  # fmt: skip
    one = make("Ingress", "cms", api="networking.k8s.io/v1", spec={"rules": [rule]})
    one["metadata"]["annotations"] = {"kubernetes.io/ingress.class": "gce"}
    one["status"] = {"loadBalancer": {}}
    world.add(one)
    said = 'invalid ingress spec: service "shop/web" is type "ClusterIP", expected "NodePort" or "LoadBalancer"'
    world.warn(one, "Translate", f"Translation failed: {said}")


@fault("runtime-version", "Deployment/tax", "8.0.0", "patch")
def framework_of_the_image_is_older_than_the_program(world: World) -> None:
    app = deploy(world, "tax", with_service=False)
    crash_loop(
        world,
        app,
        log="You must install or update .NET to run this application.\n\nApp: /app/Tax.dll\n"
        "Framework: 'Microsoft.AspNetCore.App', version '8.0.0' (x64)\n\nThe following frameworks were found:\n"
        "  6.0.33 at [/usr/share/dotnet/shared/Microsoft.AspNetCore.App]",
    )


@fault("listens-locally", "Deployment/guide", "127.0.0.1", "patch")
def development_server_serves_itself_alone(world: World) -> None:
    app = deploy(world, "guide", replicas=1, with_service=False)
    probe = {"httpGet": {"path": "/", "port": 3000}}
    for spec in (app.template, app.pods[0]["spec"]):
        spec["containers"][0] = container("guide", readinessProbe=probe, ports=[{"containerPort": 3000}])
    unready(
        world,
        app,
        'Get "http://10.0.0.9:3000/": dial tcp 10.0.0.9:3000: connect: connection refused',
    )
    world.log(app.pods[0], "  Local:   http://127.0.0.1:3000/\n  Network: use --host to expose")


@control
def custom_resources_that_wait_on_purpose(world: World) -> None:
    paused = make("Rollout", "offers", api="argoproj.io/v1alpha1", spec={})
    paused["status"] = {"phase": "Paused", "message": "CanaryPauseStep"}
    synced = make("Application", "shop", api="argoproj.io/v1alpha1", spec={})
    synced["status"] = {"operationState": {"phase": "Succeeded", "message": "successfully synced"}}
    world.add(paused, synced)


@control
def settings_that_name_hosts_of_elsewhere(world: World) -> None:
    api = find_app(world, "api")
    reads(api, "PAYMENT_HOST", "payments")
    set_statuses(api.pods[0], running("api"))


@fault("dependency-port", "Deployment/api", "no port 3307|3306", "patch")
def client_asks_a_port_that_the_service_does_not_have(world: World) -> None:
    api = find_app(world, "api")
    reads(api, "LEDGER_ADDR", "db-read:3307")
    db = find_app(world, "db")
    made = service("db-read", db.pods[0]["metadata"]["labels"], port=3306, target="sql")
    world.add(made)
    crash_loop(world, api, log="panic: dial tcp db-read:3307: connect: connection refused")


@fault("bad-configuration", "Deployment/agent", "unknown type", "patch")
def errors_of_the_configuration_are_announced(world: World) -> None:
    app = deploy(world, "agent", with_service=False)
    crash_loop(
        world,
        app,
        log="Error: failed to get config: cannot unmarshal the configuration due to the following error(s):\n\n"
        "'exporters' unknown type: \"lokki\"\n2026/03/10 11:58:01 server run finished with error: failed to get config",
    )


@fault("image-vulnerable", "Deployment/web", "CVE-2026-0001|critical", "patch")
def scanner_reports_critical_vulnerabilities(world: World) -> None:
    web = find_app(world, "web")
    assert web.replicaset is not None
    _report(world, web.replicaset["metadata"]["name"], critical=2)


@fault("config-audit", "Deployment/web", "KSV017|privileged")
def scanner_reports_a_failed_check(world: World) -> None:
    web = find_app(world, "web")
    assert web.replicaset is not None
    labels = {"resource.kind": "ReplicaSet", "resource.name": web.replicaset["metadata"]["name"]}
    one = make("ConfigAuditReport", "replicaset-web", api="aquasecurity.github.io/v1alpha1")
    one["metadata"]["labels"] = {f"trivy-operator.{key}": value for key, value in labels.items()}
    check = {"checkID": "KSV017", "title": "Privileged", "severity": "CRITICAL", "success": False}
    one["report"] = {"summary": {"criticalCount": 1}, "checks": [check, {**check, "success": True}]}
    world.add(one)


@control
def scanner_reports_of_what_does_not_run_any_more(world: World) -> None:
    _report(world, "web-of-last-year", critical=9)


def _report(world: World, scanned: str, *, critical: int) -> None:
    labels = {"resource.kind": "ReplicaSet", "resource.name": scanned, "container.name": "web"}
    one = make("VulnerabilityReport", f"replicaset-{scanned}-web", api="aquasecurity.github.io/v1alpha1")
    one["metadata"]["labels"] = {f"trivy-operator.{key}": value for key, value in labels.items()}
    found = {"vulnerabilityID": "CVE-2026-0001", "severity": "CRITICAL", "fixedVersion": "3.0.15-r1"}
    one["report"] = {"summary": {"criticalCount": critical}, "vulnerabilities": [found] * critical}
    world.add(one)
