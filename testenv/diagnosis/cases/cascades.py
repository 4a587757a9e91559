"""One thing breaks and others fail for it: programs without their database, pods without their node's disk or device."""

from __future__ import annotations

from testenv.diagnosis.case import control, crash_loop, fault, stuck, unready
from testenv.diagnosis.cases.jobs import job
from testenv.diagnosis.cases.network import tls_secret
from testenv.diagnosis.cases.nodes import set_condition
from testenv.diagnosis.objects import (
    Raw,
    ago,
    condition,
    config_map,
    container,
    make,
    running,
    service,
    slice_of,
    waiting,
)
from testenv.diagnosis.world import (
    App,
    World,
    bound_claim,
    deploy,
    find_app,
    make_pod,
    set_statuses,
    settle,
    stateful,
    unschedulable,
)

PULL = 'Failed to pull image "{}": rpc error: code = Unknown desc = {}'


def reads(app: App, name: str, value: str) -> None:
    """The application's containers get a variable."""
    for spec in (app.template, *[pod["spec"] for pod in app.pods]):
        spec["containers"][0].setdefault("env", []).append({"name": name, "value": value})


def break_database(world: World) -> App:
    """The database's image is not in the registry."""
    db = find_app(world, "db")
    image = db.template["containers"][0]["image"]
    stuck(
        world,
        db,
        "ImagePullBackOff",
        f'Back-off pulling image "{image}"',
        events=(("Failed", PULL.format(image, f"{image}: not found")), ("Failed", "Error: ImagePullBackOff")),
    )
    return db


@fault("image-not-found", "StatefulSet/db", "not found|1.4.2", "patch")
def programs_fail_without_the_database(world: World) -> None:
    break_database(world)
    crash_loop(
        world,
        find_app(world, "api"),
        log="pymysql.err.OperationalError: (2003, \"Can't connect to MySQL server on 'db' ([Errno 111] refused)\")",
    )
    worker = find_app(world, "worker")
    reads(worker, "LEDGER_DATABASE_URL", "mysql://ledger@db:3306/ledger")
    crash_loop(world, worker, log="SQLSTATE[HY000] [2002] Connection refused in /srv/vendor/Connector.php:70")


def waits_in_an_init_container(world: World, *command: str, said: str) -> None:
    """A new application whose first container waits for another object."""
    app = deploy(world, "reports", replicas=1, with_service=False)
    for spec in (app.template, app.pods[0]["spec"]):
        spec["initContainers"] = [container("wait", image="acme/kubectl:1.31") | {"command": [*command]}]
    set_statuses(
        app.pods[0],
        waiting("reports", "PodInitializing"),
        phase="Pending",
        init=[running("wait", ready=False, since=45)],
        since=45,
    )
    app.pods[0]["metadata"]["creationTimestamp"] = ago(46)
    world.log(app.pods[0], said, name="wait")
    settle(app)


@fault("dependency-down", "Deployment/reports", "load-seed|there is no job")
def waits_for_a_job_that_is_not_there(world: World) -> None:
    done = condition("Complete", "True")
    job(world, "other", conditions=[done], succeeded=1, completionTime=ago(40))
    waits_in_an_init_container(
        world, "kubectl", "wait", "--for=condition=complete", "job/load-seed", said="Error from server (NotFound)"
    )


@fault("image-not-found", "StatefulSet/db", "not found|1.4.2", "patch")
def waits_for_a_database_that_does_not_start(world: World) -> None:
    break_database(world)
    waits_in_an_init_container(
        world, "kubectl", "rollout", "status", "statefulset/db", said="Waiting for 1 pods to be ready..."
    )


@fault("missing-key", "StatefulSet/db Secret/db-login", "db-login|password")
def programs_fail_for_a_key_of_the_database(world: World) -> None:
    db = find_app(world, "db")
    source = {"name": "POSTGRES_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db-login", "key": "password"}}}
    for spec in (db.template, *[pod["spec"] for pod in db.pods]):
        spec["containers"][0]["env"] = [source]
    world.add(make("Secret", "db-login", type="Opaque", data={"pass": "eA=="}))
    stuck(
        world, db, "CreateContainerConfigError", "couldn't find key password in Secret shop/db-login",
        events=(("Failed", "Error: couldn't find key password in Secret shop/db-login"),),
    )  # fmt: skip
    crash_loop(
        world,
        find_app(world, "api"),
        log="org.postgresql.util.PSQLException: Connection to db:5432 refused. Is the postmaster accepting connections?\n"
        "\tat org.postgresql.core.v3.ConnectionFactoryImpl.openConnectionImpl(ConnectionFactoryImpl.java:342)",
    )


@fault("certificate-host", "Ingress/web Secret/web-tls", "shop.example.com|www.example.org")
def program_is_shown_the_certificate_of_another_site(world: World) -> None:
    world.add(tls_secret("web-tls", host="www.example.org"))
    world.find("Ingress", "web")["spec"]["tls"] = [{"hosts": ["shop.example.com"], "secretName": "web-tls"}]
    worker = find_app(world, "worker")
    unready(world, worker, "HTTP probe failed with statuscode: 503")
    for pod in worker.pods:
        world.log(
            pod,
            "Error [ERR_TLS_CERT_ALTNAME_INVALID]: Hostname/IP does not match certificate's altnames: "
            "Host: shop.example.com. is not in the cert's altnames: DNS:www.example.org",
        )


@fault("node-problem", "Node/node-2", "clock")
def clock_of_a_node_is_wrong(world: World) -> None:
    node = world.find("Node", "node-2")
    set_condition(node, "ClockProblem", "True", "ClockSkewed", "the clock is 7200 s behind: chronyd is not running")
    worker = find_app(world, "worker")
    there = [pod for pod in worker.pods if pod["spec"]["nodeName"] == "node-2"]
    crash_loop(
        world, worker, pods=there, log="fatal: x509: certificate has expired or is not yet valid: current time "
        "2026-03-10T09:58:00Z is before 2026-03-10T11:00:00Z",
    )  # fmt: skip


@fault("node-problem", "Node/node-1", "read-only")
def mounts_fail_on_a_read_only_node(world: World) -> None:
    set_condition(
        world.find("Node", "node-1"), "ReadonlyFilesystem", "True", "FilesystemIsReadOnly", "XFS (sda2): shut down"
    )
    api = find_app(world, "api")
    for pod in [one for one in api.pods if one["spec"]["nodeName"] == "node-1"]:
        set_statuses(pod, waiting("api", "ContainerCreating"), phase="Pending")
        world.warn(
            pod, "FailedMount", 'MountVolume.SetUp failed for volume "kube-api-access-b7x" : mkdir '
            "/var/lib/kubelet/pods/1/volumes: read-only file system", count=9, first=18,
        )  # fmt: skip


@fault("node-pressure", "Node/node-3", "disk")
def pull_fails_on_a_full_disk(world: World) -> None:
    set_condition(world.find("Node", "node-3"), "DiskPressure", "True", "KubeletHasDiskPressure", "imagefs.available")
    web = find_app(world, "web")
    there = [one for one in web.pods if one["spec"]["nodeName"] == "node-3"]
    image = web.template["containers"][0]["image"]
    why = "failed to extract layer sha256:11aa: write /var/lib/containerd/tmp/7: no space left on device"
    stuck(
        world,
        web,
        "ImagePullBackOff",
        f'Back-off pulling image "{image}"',
        pods=there,
        events=(("Failed", PULL.format(image, why)), ("Failed", "Error: ImagePullBackOff")),
    )


def pending_claim(world: World, name: str, reason: str, message: str, *, kind: str = "Warning") -> Raw:
    """A claim that waits for its volume."""
    claim = bound_claim(world, name)
    world.remove(world.find("PersistentVolume", f"pvc-{name}"))
    claim["status"] = {"phase": "Pending"}
    claim["spec"].pop("volumeName")
    claim["metadata"]["creationTimestamp"] = ago(25)
    world.warn(claim, reason, message, source="persistentvolume-controller", kind=kind, count=12, first=24)
    return claim


def waits_for(world: World, name: str, claim: str, message: str) -> None:
    """An application whose pod has no node since its claim has no volume."""
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": claim}}
    app = deploy(
        world, name, replicas=1, with_service=False, spec={"containers": [container(name)], "volumes": [volume]}
    )
    unschedulable(world, app.pods[0], message)
    set_unavailable(app)


def set_unavailable(app: App) -> None:
    """No pod of the application is ready."""
    for one in (app.workload, app.replicaset):
        if one is not None:
            one["status"] |= {"readyReplicas": 0, "availableReplicas": 0}


@fault("provisioning-failed", "PersistentVolumeClaim/scans", "QuotaExceeded")
def volume_is_not_made_when_the_pod_is_placed(world: World) -> None:
    pending_claim(
        world, "scans", "ProvisioningFailed",
        'failed to provision volume with StorageClass "standard": rpc error: code = ResourceExhausted desc = '
        "CreateDisk: QuotaExceeded: the project has no SSD_TOTAL_GB left",
    )  # fmt: skip
    waits_for(
        world,
        "scanner",
        "scans",
        'running PreBind plugin "VolumeBinding": binding volumes: context deadline exceeded',
    )


def csi_controller(world: World, name: str, driver: str) -> App:
    """A controller of a storage driver that keeps crashing."""
    args = ["--csi-address=/csi/csi.sock", f"--extra-create-metadata={driver}"]
    spec = {
        "containers": [container("csi-provisioner", "registry.k8s.io/sig-storage/csi-provisioner:v5.0.1", args=args)]
    }
    app = deploy(world, name, replicas=1, namespace="kube-system", spec=spec, with_service=False)
    crash_loop(world, app, log="E0310 11:58:00.000001       1 main.go:88] CSI driver probe failed: socket is gone")
    return app


def awaiting(driver: str) -> str:
    """What the volume controller says of a claim that a driver is to serve."""
    return (
        f"Waiting for a volume to be created either by the external provisioner '{driver}' or manually by the system "
        "administrator."
    )


@fault("application-error", "Deployment/ebs-csi-controller", "csi driver probe failed")
def provisioner_of_several_claims_crashes(world: World) -> None:
    world.find("StorageClass", "standard")["volumeBindingMode"] = "Immediate"
    csi_controller(world, "ebs-csi-controller", "ebs.csi.aws.com")
    for name in ("scans", "exports"):
        pending_claim(world, name, "ExternalProvisioning", awaiting("ebs.csi.aws.com"), kind="Normal")
        waits_for(
            world, f"{name}-reader", name, "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims."
        )


@fault("application-error", "DaemonSet/amd-gpu-device-plugin", "kfd")
def device_plugin_crashes(world: World) -> None:
    image = "docker.io/rocm/k8s-device-plugin:1.31"
    labels = {"app": "amdgpu"}
    inner = {"containers": [container("amdgpu", image)]}
    template = {"metadata": {"labels": labels}, "spec": inner}
    plugin = make(
        "DaemonSet", "amd-gpu-device-plugin", namespace="kube-system", api="apps/v1",
        spec={"selector": {"matchLabels": labels}, "template": template},
        status={"desiredNumberScheduled": 1, "currentNumberScheduled": 1, "numberReady": 0, "numberUnavailable": 1},
    )  # fmt: skip
    world.add(plugin)
    app = deploy(world, "amdgpu", replicas=1, namespace="kube-system", with_service=False, spec=inner)
    world.remove(app.workload)
    assert app.replicaset is not None
    world.remove(app.replicaset)
    app.pods[0]["metadata"]["ownerReferences"] = [
        {"apiVersion": "apps/v1", "kind": "DaemonSet", "name": "amd-gpu-device-plugin", "controller": True, "uid": "u"}
    ]
    crash_loop(world, App(plugin, app.pods), log="F0310 11:57:00.000001       1 main.go:40] /dev/kfd cannot be opened")
    spec = {"containers": [container("train", resources={"limits": {"amd.com/gpu": "1"}})]}
    train = deploy(world, "train", replicas=1, with_service=False, spec=spec)
    unschedulable(world, train.pods[0], "0/3 nodes are available: 3 Insufficient amd.com/gpu.")
    set_unavailable(train)


def mounts(world: World, name: str, holder: str) -> App:
    """An application that has the ConfigMap as files."""
    volume = {"name": "files", "configMap": {"name": holder}}
    one = container(name, volumeMounts=[{"name": "files", "mountPath": "/etc/app"}])
    return deploy(world, name, replicas=1, with_service=False, spec={"containers": [one], "volumes": [volume]})


@fault("bad-configuration", "ConfigMap/common-files", "rates.yaml")
def several_programs_cannot_read_one_file(world: World) -> None:
    world.add(config_map("common-files", {"rates.yaml": "eur:\n\tusd: 1.1\n", "LEVEL": "info"}))
    crash_loop(
        world,
        mounts(world, "quoter", "common-files"),
        log='yaml.scanner.ScannerError: while scanning for the next token\n  in "/etc/app/rates.yaml", line 2, column 1',
    )
    crash_loop(
        world,
        mounts(world, "invoicer", "common-files"),
        log="org.yaml.snakeyaml.scanner.ScannerException: found character that cannot start any token",
    )


@fault("dns-down", "Deployment/coredns", "scaled to 0", "scale")
def cluster_dns_is_scaled_to_zero(world: World) -> None:
    dns = find_app(world, "coredns")
    world.remove(*dns.pods)
    for one in (dns.workload, dns.replicaset):
        assert one is not None
        one["spec"]["replicas"] = 0
        one["status"] = {"observedGeneration": 1}
    found = next(one for one in world.objects if one["metadata"].get("name") == "kube-dns-abcde")
    found["endpoints"] = None
    crash_loop(
        world, find_app(world, "api"), log="Error: getaddrinfo EAI_AGAIN db\n    at GetAddrInfoReqWrap.onlookupall"
    )


@fault("dependency-name", "Service/billing", "externalname|billing.exmaple.com", "patch")
def external_name_does_not_resolve(world: World) -> None:
    world.add(make("Service", "billing", spec={"type": "ExternalName", "externalName": "billing.exmaple.com"}))
    line = "dial tcp: lookup billing on 10.96.0.10:53: no such host"
    crash_loop(world, find_app(world, "api"), log=f"panic: {line}")
    crash_loop(world, find_app(world, "worker"), log=f'level=fatal msg="start" err="{line}"')


@fault("node-not-ready", "Node/node-1", "stopped posting")
def volume_hangs_on_a_lost_node(world: World) -> None:
    set_condition(
        world.find("Node", "node-1"), "Ready", "Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status."
    )
    app = mounts(world, "ledger", "unused")
    app.template["volumes"] = [{"name": "files", "persistentVolumeClaim": {"claimName": "ledger"}}]
    bound_claim(world, "ledger")
    pod = app.pods[0]
    pod["spec"] |= {"nodeName": "node-2", "volumes": app.template["volumes"]}
    set_statuses(pod, waiting("ledger", "ContainerCreating"), phase="Pending")
    world.warn(
        pod, "FailedAttachVolume", 'Multi-Attach error for volume "pvc-ledger" Volume is already exclusively attached '
        "to one node and can't be attached to another", source="attachdetach-controller",
    )  # fmt: skip
    world.add(
        make(
            "VolumeAttachment", "csi-1", namespace=None, api="storage.k8s.io/v1", status={"attached": True},
            spec={"nodeName": "node-1", "source": {"persistentVolumeName": "pvc-ledger"}},
        )
    )  # fmt: skip


@fault("rbac-forbidden", "Deployment/elector", "forbidden|leases")
def lease_may_not_be_read(world: World) -> None:
    crash_loop(
        world,
        deploy(world, "elector", with_service=False),
        message='E0310 error retrieving resource lock shop/elector: leases.coordination.k8s.io "elector" is forbidden: User '
        '"system:serviceaccount:shop:shop-sa" cannot get resource "leases" in the namespace "shop"\n'
        "F0310 main.go:112] leader election lost",
    )


@fault("missing-setting", "Pod/mailer-1", "SMTP_PASSWORD", alone=True)
def the_end_of_the_log_is_in_the_status(world: World) -> None:
    app = deploy(world, "mailer", replicas=1, with_service=False)
    pod = app.pods[0]
    world.remove(*[one for one in world.objects if one is not pod])
    pod["metadata"] = {"name": "mailer-1", "namespace": "shop", "creationTimestamp": ago(40)}
    crash_loop(world, app, code=2, message="Traceback (most recent call last):\nKeyError: 'SMTP_PASSWORD'")


@fault("connections-exhausted log-errors", "StatefulSet/db", "too many clients")
def database_has_no_connection_left(world: World) -> None:
    db = find_app(world, "db")
    world.log(
        db.pods[0],
        "\n".join(f"2026-03-10 11:5{n}:00 UTC [{n}] FATAL:  sorry, too many clients already" for n in range(10)),
    )
    for name in ("api", "worker"):
        app = find_app(world, name)
        reads(app, "PGHOST", "db")
        crash_loop(world, app, log="pq: sorry, too many clients already")


@fault("readiness-probe", "StatefulSet/bao", "sealed")
def secret_is_not_made_since_its_store_is_sealed(world: World) -> None:
    bao = stateful(world, "bao")
    unready(world, bao, "Key  Value\nInitialized  true\nSealed  true")
    server = {"vault": {"server": "http://bao.shop.svc:8200", "path": "kv"}}
    store = make("SecretStore", "team", api="external-secrets.io/v1", spec={"provider": server})
    store["status"] = {"conditions": [condition("Ready", "False", "InvalidProviderConfig", "cannot log in: 503")]}
    wanted = {"secretStoreRef": {"kind": "SecretStore", "name": "team"}, "target": {"name": "orders-env"}}
    made_by = make("ExternalSecret", "orders", api="external-secrets.io/v1", spec=wanted)
    made_by["status"] = {"conditions": [condition("Ready", "False", "SecretSyncedError", "store team is not ready")]}
    world.add(store, made_by)
    app = deploy(world, "orders", with_service=False)
    for spec in (app.template, *[pod["spec"] for pod in app.pods]):
        spec["containers"][0]["envFrom"] = [{"secretRef": {"name": "orders-env"}}]
    stuck(world, app, "CreateContainerConfigError", 'secret "orders-env" not found')


@fault("missing-secret", "ExternalSecret/orders-env", "orders-env|ExternalSecret|access denied")
def secret_is_not_made_by_its_operator(world: World) -> None:
    wanted = {"secretStoreRef": {"kind": "ClusterSecretStore", "name": "cloud"}}
    made_by = make("ExternalSecret", "orders-env", api="external-secrets.io/v1", spec=wanted)
    made_by["status"] = {"conditions": [condition("Ready", "False", "SecretSyncedError", "access denied to key shop")]}
    world.add(made_by)
    app = deploy(world, "orders", with_service=False)
    for spec in (app.template, *[pod["spec"] for pod in app.pods]):
        spec["containers"][0]["envFrom"] = [{"secretRef": {"name": "orders-env"}}]
    stuck(world, app, "CreateContainerConfigError", 'secret "orders-env" not found')


@fault("rollout-deadline", "Deployment/planner", "deadline|planner-66", alone=True)
def rollout_is_late_and_the_old_pods_serve(world: World) -> None:
    app = deploy(world, "planner", replicas=2, with_service=False)
    world.remove(*[one for one in world.objects if one is not app.workload])
    app.workload["status"] |= {"replicas": 3, "updatedReplicas": 1, "readyReplicas": 2, "unavailableReplicas": 1}
    late = condition("Progressing", "False", "ProgressDeadlineExceeded", 'ReplicaSet "planner-66" has timed out.')
    app.workload["status"]["conditions"] = [condition("Available", "True"), late]


def evict(world: World, app: App, times: int) -> None:
    """Pods of the application that used too much and were replaced."""
    for number in range(times):
        pod = make_pod(
            f"{app.pods[0]['metadata']['name'][:-3]}{number}gg", app.template,
            labels=app.pods[0]["metadata"]["labels"],
            by={"ownerReferences": app.pods[0]["metadata"]["ownerReferences"]}, age=50 - number * 10,
        )  # fmt: skip
        message = "Pod ephemeral local storage usage exceeds the total limit of containers 500Mi."
        pod["status"] = {"phase": "Failed", "reason": "Evicted", "message": message}
        world.add(pod)
        world.warn(pod, "Evicted", message, at=45 - number * 10)


@fault("evicted", "Deployment/worker", "exceeds the total limit|500Mi")
def one_pod_after_another_is_evicted_for_what_it_writes(world: World) -> None:
    evict(world, find_app(world, "worker"), 4)


@control
def one_eviction_that_is_over(world: World) -> None:
    evict(world, find_app(world, "worker"), 1)


def policy_for(world: World, wanted: Raw) -> None:
    """The web pods take connections from these namespaces only."""
    world.add(
        make(
            "NetworkPolicy", "from-front", api="networking.k8s.io/v1",
            spec={
                "podSelector": {"matchLabels": {"app": "web"}}, "policyTypes": ["Ingress"],
                "ingress": [{"from": [{"namespaceSelector": {"matchLabels": wanted}}]}],
            },
        )
    )  # fmt: skip


@fault("network-policy-peer", "NetworkPolicy/from-front", "namespaceSelector|edge", "patch")
def policy_selects_a_namespace_by_a_label_that_it_lacks(world: World) -> None:
    world.add(make("Namespace", "edge", namespace=None, status={"phase": "Active"}))
    policy_for(world, {"name": "edge"})


@control
def policy_for_a_namespace_that_has_the_label(world: World) -> None:
    world.add(
        make("Namespace", "edge", namespace=None, status={"phase": "Active"}, metadata={"labels": {"name": "edge"}})
    )
    policy_for(world, {"name": "edge"})


@control
def policy_for_namespaces_to_come(world: World) -> None:
    policy_for(world, {"monitored-by": "prometheus"})


@fault("port-forbidden", "Deployment/site", "bind|denied", "patch")
def notes_of_the_start_are_not_what_it_ends_with(world: World) -> None:
    crash_loop(
        world,
        deploy(world, "site", with_service=False),
        log="prepare.sh: info: cannot edit /etc/site/site.conf (read-only file system)\n"
        "[emerg] 1#1: bind() to 0.0.0.0:443 failed (13: Permission denied)",
    )


@control
def headless_service_with_an_undeclared_port(world: World) -> None:
    labels = find_app(world, "db").workload["spec"]["selector"]["matchLabels"]
    world.add(service("db-peers", labels, port=7946, target=7946, clusterIP="None"), slice_of("db-peers", ready=1))
