"""Images, mounts, starts and refused pods in the words of other runtimes and registries."""

from __future__ import annotations

from testenv.diagnosis.case import crash_loop, fault, no_pods, stuck
from testenv.diagnosis.cases.jobs import cron
from testenv.diagnosis.cases.workloads import daemon
from testenv.diagnosis.objects import ago, container, make, owner, waiting
from testenv.diagnosis.world import (
    App,
    World,
    deploy,
    make_pod,
    set_statuses,
    settle,
    stateful,
)


def _image(app: App, image: str) -> None:
    for spec in (app.template, *[pod["spec"] for pod in app.pods]):
        spec["containers"][0]["image"] = image


def _pull(world: World, name: str, image: str, error: str) -> App:
    app = deploy(world, name, replicas=2)
    _image(app, image)
    stuck(
        world,
        app,
        "ImagePullBackOff",
        f'Back-off pulling image "{image}"',
        events=(("Failed", f'Failed to pull image "{image}": {error}'), ("Failed", "Error: ErrImagePull")),
    )
    return app


@fault("image-not-found", "Deployment/cart", "v2.31|quay.io")
def crio_finds_no_manifest(world: World) -> None:
    _pull(
        world,
        "cart",
        "quay.io/acme/cart:v2.31",
        "initializing source docker://quay.io/acme/cart:v2.31: reading manifest v2.31 in quay.io/acme/cart: manifest unknown",
    )


@fault("image-unauthorized", "Deployment/cart", "europe-west1-docker.pkg.dev|refuses")
def artifact_registry_gives_no_token(world: World) -> None:
    image = "europe-west1-docker.pkg.dev/acme-prod/apps/cart:5"
    _pull(
        world,
        "cart",
        image,
        f'rpc error: code = Unknown desc = failed to pull and unpack image "{image}": failed to resolve reference "{image}": failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://europe-west1-docker.pkg.dev/v2/token?scope=repository: 403 Forbidden',
    )


@fault("image-not-found", "Deployment/cart", "sha256:9b1e|not found")
def digest_was_deleted(world: World) -> None:
    image = "ghcr.io/acme/cart@sha256:9b1e5ba4c8f4ab1bd8b01ef5d27d0c1e6a9c56d8f6a4d0c3b2a190807f6e5d4c"
    _pull(
        world,
        "cart",
        image,
        f'rpc error: code = NotFound desc = failed to pull and unpack image "{image}": failed to resolve reference "{image}": {image}: not found',
    )


@fault("image-not-found", "Deployment/cart", "init container|flyway:99")
def image_of_an_init_container(world: World) -> None:
    app = deploy(world, "cart", replicas=1)
    pod, image = app.pods[0], "docker.io/flyway/flyway:99"
    for spec in (app.template, pod["spec"]):
        spec["initContainers"] = [container("schema", image=image, ports=None, readinessProbe=None, livenessProbe=None)]
    set_statuses(
        pod,
        waiting("cart", "PodInitializing"),
        phase="Pending",
        init=[waiting("schema", "ImagePullBackOff", f'Back-off pulling image "{image}"')],
    )
    world.warn(
        pod,
        "Failed",
        f'Failed to pull image "{image}": rpc error: code = NotFound desc = failed to pull and unpack image "{image}": failed to resolve reference "{image}": {image}: not found',
        count=8,
    )
    settle(app)


@fault("image-pull node-disk disk-full", "Deployment/cart Node/node-1 Node/node-2", "no space left")
def node_has_no_room_for_the_image(world: World) -> None:
    image = "registry.example.com/shop/cart:9"
    _pull(
        world,
        "cart",
        image,
        f'failed to pull and unpack image "{image}": failed to extract layer sha256:aa01: write /var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/912/fs/opt/models/a.bin: no space left on device: unknown',
    )


@fault("image-not-found", "CronJob/report Job/report-29551", "report:0.9")
def cron_job_cannot_pull_its_image(world: World) -> None:
    cron(
        world,
        "report",
        schedule="30 11 * * *",
        status={"lastScheduleTime": ago(30), "active": [{"kind": "Job", "name": "report-29551", "namespace": "shop"}]},
    )
    image = "registry.example.com/shop/report:0.9"
    world.add(
        make(
            "Job",
            "report-29551",
            api="batch/v1",
            age=30,
            metadata=owner("CronJob", "report", "batch/v1"),
            spec={"backoffLimit": 6, "template": {"spec": {"containers": [container("report", image=image)]}}},
            status={"active": 1, "startTime": ago(30)},
        )
    )
    pod = world.add(
        make_pod(
            "report-29551-x7",
            {
                "containers": [container("report", image=image, ports=None, readinessProbe=None, livenessProbe=None)],
                "restartPolicy": "Never",
            },
            by=owner("Job", "report-29551", "batch/v1"),
            age=30,
        )
    )
    set_statuses(
        pod,
        waiting(
            "report",
            "ImagePullBackOff",
            f'Back-off pulling image "{image}": ErrImagePull: rpc error: code = NotFound desc = failed to pull and unpack image "{image}": failed to resolve reference "{image}": {image}: not found',
        ),
        phase="Pending",
    )
    world.warn(pod, "Failed", "Error: ImagePullBackOff", count=100)


@fault("volume-mount", "Deployment/cart", "SecretProviderClass|cart-vault")
def secret_provider_class_missing(world: World) -> None:
    app = deploy(world, "cart", replicas=1)
    for spec in (app.template, app.pods[0]["spec"]):
        spec["volumes"] = [
            {
                "name": "vault",
                "csi": {
                    "driver": "secrets-store.csi.k8s.io",
                    "readOnly": True,
                    "volumeAttributes": {"secretProviderClass": "cart-vault"},
                },
            }
        ]
    stuck(
        world,
        app,
        "ContainerCreating",
        "",
        events=(
            (
                "FailedMount",
                'MountVolume.SetUp failed for volume "vault" : rpc error: code = Unknown desc = failed to get secretproviderclass shop/cart-vault, error: SecretProviderClass.secrets-store.csi.x-k8s.io "cart-vault" not found',
            ),
        ),
    )


@fault("missing-secret", "Deployment/cart Secret/cart-oidc", "cart-oidc")
def secret_of_a_projected_volume_missing(world: World) -> None:
    app = deploy(world, "cart", replicas=1)
    for spec in (app.template, app.pods[0]["spec"]):
        spec["volumes"] = [
            {
                "name": "all",
                "projected": {
                    "sources": [{"serviceAccountToken": {"path": "token"}}, {"secret": {"name": "cart-oidc"}}]
                },
            }
        ]
    stuck(
        world,
        app,
        "ContainerCreating",
        "",
        events=(
            (
                "FailedMount",
                'MountVolume.SetUp failed for volume "all" : references non-existent secret key or secret "cart-oidc" not found',
            ),
        ),
    )


@fault("container-start missing-key", "Deployment/cart", "not a directory|config.yaml")
def sub_path_of_a_key_that_is_not_there(world: World) -> None:
    app = deploy(world, "cart", replicas=1)
    message = 'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: error mounting "/var/lib/kubelet/pods/8f/volume-subpaths/config/cart/0" to rootfs at "/etc/cart/config.yaml": mount /var/lib/kubelet/pods/8f/volume-subpaths/config/cart/0:/etc/cart/config.yaml (via /proc/self/fd/6), flags: 0x5001: not a directory: unknown'
    stuck(world, app, "RunContainerError", message, events=(("Failed", f"Error: {message}"),))


@fault("run-as-non-root", "Deployment/cart", "non-numeric|node")
def user_of_the_image_has_no_number(world: World) -> None:
    app = deploy(world, "cart", replicas=1)
    message = 'container has runAsNonRoot and image has non-numeric user (node), cannot verify user is non-root (pod: "cart-1_shop(8f)", container: cart)'
    stuck(world, app, "CreateContainerConfigError", message, events=(("Failed", f"Error: {message}"),))


@fault("command-not-found", "Deployment/cart", "entrypoint.sh")
def script_with_windows_line_ends(world: World) -> None:
    app = deploy(world, "cart", replicas=1)
    crash_loop(
        world,
        app,
        code=127,
        log="/usr/bin/env: 'bash\\r': No such file or directory\nexec /app/entrypoint.sh: no such file or directory",
    )


@fault("missing-configmap", "Deployment/cart ConfigMap/cart-settings", "cart-settings|namespace shop")
def config_map_is_in_another_namespace(world: World) -> None:
    world.add(make("ConfigMap", "cart-settings", namespace="default", data={"MODE": "live"}))
    app = deploy(world, "cart", replicas=1)
    for spec in (app.template, app.pods[0]["spec"]):
        spec["containers"][0]["env"] = [
            {"name": "MODE", "valueFrom": {"configMapKeyRef": {"name": "cart-settings", "key": "MODE"}}}
        ]
    stuck(
        world,
        app,
        "CreateContainerConfigError",
        'configmap "cart-settings" not found',
        events=(("Failed", 'Error: configmap "cart-settings" not found'),),
    )


@fault("application-error crash", "DaemonSet/calico-node", "calico-node")
def network_plugin_crashes_and_nothing_starts_beside_it(world: World) -> None:
    cni = daemon(world, "calico-node")
    crash_loop(
        world,
        cni,
        pods=cni.pods[:1],
        log="2026-03-10 11:58:02.100 [FATAL][1] startup/startup.go 188: Unable to auto-detect an IPv4 address using interface regexes [eth0]: no valid IPv4 addresses found on the host interfaces",
    )
    cni.workload["status"].update({"numberReady": 2, "numberAvailable": 2, "numberUnavailable": 1})
    app = deploy(world, "cart", replicas=1)
    stuck(
        world,
        app,
        "ContainerCreating",
        "",
        events=(
            (
                "FailedCreatePodSandBox",
                'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "41": plugin type="calico" failed (add): stat /var/lib/calico/nodename: no such file or directory: check that the calico/node container is running and has mounted /var/lib/calico/',
            ),
        ),
    )


@fault("crash application-error", "DaemonSet/ebs-csi-node", "ebs-csi-node|exit code")
def storage_driver_crashes_and_no_volume_is_mounted(world: World) -> None:
    csi = daemon(world, "ebs-csi-node")
    crash_loop(
        world,
        csi,
        code=1,
        log="F0310 11:58:00.1 1 driver.go:92] failed to get metadata: could not reach the instance metadata service",
    )
    csi.workload["status"].update({"numberReady": 0, "numberAvailable": 0, "numberUnavailable": 3})
    app = stateful(world, "ledger", replicas=1)
    stuck(
        world,
        app,
        "ContainerCreating",
        "",
        events=(
            (
                "FailedMount",
                'MountVolume.MountDevice failed for volume "pvc-data-ledger-0" : kubernetes.io/csi: attacher.MountDevice failed to create newCsiDriverClient: driver name ebs.csi.aws.com not found in the list of registered CSI drivers',
            ),
        ),
    )


@fault("volume-mount", "Deployment/cart", "access denied|10.0.0.5")
def share_refuses_the_node(world: World) -> None:
    app = deploy(world, "cart", replicas=1)
    for spec in (app.template, app.pods[0]["spec"]):
        spec["volumes"] = [{"name": "files", "nfs": {"server": "10.0.0.5", "path": "/exports/cart"}}]
    stuck(
        world,
        app,
        "ContainerCreating",
        "",
        events=(
            (
                "FailedMount",
                'MountVolume.SetUp failed for volume "files" : mount failed: exit status 32\nMounting command: mount\nMounting arguments: -t nfs 10.0.0.5:/exports/cart /var/lib/kubelet/pods/8f/volumes/kubernetes.io~nfs/files\nOutput: mount.nfs: access denied by server while mounting 10.0.0.5:/exports/cart',
            ),
        ),
    )


@fault("volume-mount", "StatefulSet/ledger", "bad superblock|pvc-data-ledger-0")
def file_system_of_the_volume_is_damaged(world: World) -> None:
    app = stateful(world, "ledger", replicas=1)
    stuck(
        world,
        app,
        "ContainerCreating",
        "",
        events=(
            (
                "FailedMount",
                'MountVolume.MountDevice failed for volume "pvc-data-ledger-0" : rpc error: code = Internal desc = could not format "/dev/nvme1n1" and mount it at "/var/lib/kubelet/plugins/x": mount failed: exit status 32 Output: mount: wrong fs type, bad option, bad superblock on /dev/nvme1n1, missing codepage or helper program, or other error',
            ),
        ),
    )


@fault("volume-attach", "Deployment/cart", "Multi-Attach")
def two_replicas_share_a_disk_for_one_node(world: World) -> None:
    app = deploy(world, "cart", replicas=2)
    world.add(
        make(
            "PersistentVolumeClaim",
            "cart-data",
            spec={
                "accessModes": ["ReadWriteOnce"],
                "volumeName": "pvc-cart",
                "storageClassName": "standard",
                "resources": {"requests": {"storage": "1Gi"}},
            },
            status={"phase": "Bound"},
        )
    )
    for spec in (app.template, *[pod["spec"] for pod in app.pods]):
        spec["volumes"] = [{"name": "data", "persistentVolumeClaim": {"claimName": "cart-data"}}]
    stuck(
        world,
        app,
        "ContainerCreating",
        "",
        pods=app.pods[1:],
        events=(
            ("FailedAttachVolume", 'Multi-Attach error for volume "pvc-cart" Volume is already used by pod(s) cart-1'),
        ),
    )


@fault("missing-service-account", "CronJob/report Job/report-29551 ServiceAccount/reporter", "reporter|does not exist")
def account_of_a_job_missing(world: World) -> None:
    cron(
        world,
        "report",
        schedule="30 11 * * *",
        status={"lastScheduleTime": ago(30), "active": [{"kind": "Job", "name": "report-29551", "namespace": "shop"}]},
    )
    one = world.add(
        make(
            "Job",
            "report-29551",
            api="batch/v1",
            age=30,
            metadata=owner("CronJob", "report", "batch/v1"),
            spec={"template": {"spec": {"serviceAccountName": "reporter", "containers": [container("report")]}}},
            status={"startTime": ago(30)},
        )
    )
    world.warn(
        one,
        "FailedCreate",
        'Error creating: pods "report-29551-" is forbidden: error looking up service account shop/reporter: serviceaccount "reporter" not found',
        count=14,
        source="job-controller",
    )


@fault("quota", "StatefulSet/es ResourceQuota/storage", "storage|requests.storage")
def claims_of_a_stateful_set_exceed_the_quota(world: World) -> None:
    app = stateful(world, "es", replicas=3)
    world.remove(
        app.pods[2], world.find("PersistentVolumeClaim", "data-es-2"), world.find("PersistentVolume", "pvc-data-es-2")
    )
    app.pods.pop()
    world.warn(
        app.workload,
        "FailedCreate",
        'create Claim data-es-2 for Pod es-2 in StatefulSet es failed error: persistentvolumeclaims "data-es-2" is forbidden: exceeded quota: storage, requested: requests.storage=100Gi, used: requests.storage=200Gi, limited: requests.storage=250Gi',
        source="statefulset-controller",
        count=18,
        first=40,
    )
    app.workload["spec"]["replicas"] = 3
    settle(app)


@fault("quota", "Deployment/cart ResourceQuota/compute", "compute|limits.memory")
def rollout_needs_more_than_the_quota_leaves(world: World) -> None:
    app = deploy(world, "cart", replicas=2)
    old = app.replicaset
    fresh = make(
        "ReplicaSet",
        "cart-77d9",
        api="apps/v1",
        age=20,
        metadata=owner("Deployment", "cart")
        | {"annotations": {"deployment.kubernetes.io/revision": "2"}, "labels": {"app": "cart"}},
        spec={"replicas": 1, "selector": {"matchLabels": {"app": "cart"}}},
        status={
            "replicas": 0,
            "conditions": [
                {
                    "type": "ReplicaFailure",
                    "status": "True",
                    "reason": "FailedCreate",
                    "message": 'pods "cart-77d9-x" is forbidden: exceeded quota: compute, requested: limits.memory=256Mi, used: limits.memory=4Gi, limited: limits.memory=4Gi',
                }
            ],
        },
    )
    world.add(fresh)
    world.warn(
        fresh,
        "FailedCreate",
        'Error creating: pods "cart-77d9-x" is forbidden: exceeded quota: compute, requested: limits.memory=256Mi, used: limits.memory=4Gi, limited: limits.memory=4Gi',
        source="replicaset-controller",
        count=9,
    )
    assert old is not None
    settle(app, progress=("False", "ProgressDeadlineExceeded", 'ReplicaSet "cart-77d9" has timed out progressing.'))
    app.workload["status"]["updatedReplicas"] = 0


@fault(
    "crash application-error bad-configuration webhook-endpoints",
    "Deployment/linkerd-injector",
    "linkerd-injector|parse",
)
def injector_is_down_and_no_pod_can_be_made(world: World) -> None:
    injector = deploy(world, "linkerd-injector", namespace="linkerd", replicas=1)
    crash_loop(
        world,
        injector,
        log='time="2026-03-10T11:58:00Z" level=fatal msg="failed to parse values.yaml: yaml: line 12: mapping values are not allowed in this context"',
    )
    world.add(
        make(
            "MutatingWebhookConfiguration",
            "linkerd-injector",
            namespace=None,
            api="admissionregistration.k8s.io/v1",
            webhooks=[
                {
                    "name": "linkerd-injector.linkerd.io",
                    "failurePolicy": "Fail",
                    "clientConfig": {
                        "service": {"name": "linkerd-injector", "namespace": "linkerd", "path": "/"},
                        "caBundle": "",
                    },
                    "rules": [
                        {"operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"]}
                    ],
                }
            ],
        )
    )
    app = deploy(world, "cart", replicas=2)
    no_pods(
        app,
        world,
        'Internal error occurred: failed calling webhook "linkerd-injector.linkerd.io": failed to call webhook: Post "https://linkerd-injector.linkerd.svc:443/?timeout=10s": no endpoints available for service "linkerd-injector"',
    )


@fault("pod-admission-denied", "Deployment/cart", "require-signed|signature")
def unsigned_image_is_denied(world: World) -> None:
    app = deploy(world, "cart", replicas=2)
    no_pods(
        app,
        world,
        "admission webhook \"mutate.kyverno.svc-fail\" denied the request: \n\nresource Pod/shop/cart-5f was blocked due to the following policies \n\nrequire-signed:\n  check: 'failed to verify image registry.example.com/shop/cart:3: .attestors[0].entries[0].keys: no matching signatures: signature not found'",
    )
