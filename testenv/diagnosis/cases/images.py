"""Images that cannot be pulled or run."""

from __future__ import annotations

from testenv.diagnosis.case import crash_loop, fault, stuck
from testenv.diagnosis.objects import Raw, ended, terminated, waiting
from testenv.diagnosis.world import App, World, add_replicaset, find_app, set_statuses, settle


def _pull(
    world: World, app: App, image: str, error: str, *, backing_off: bool = True, pods: list[Raw] | None = None
) -> None:
    for one in (*[pod["spec"] for pod in pods or app.pods], *([] if pods else [app.template])):
        one["containers"][0]["image"] = image
    message = f'Back-off pulling image "{image}": ErrImagePull: {error}' if backing_off else error
    failed = f'Failed to pull image "{image}": {error}'
    stuck(
        world,
        app,
        "ImagePullBackOff" if backing_off else "ErrImagePull",
        message,
        events=(("Failed", failed), ("Failed", "Error: ErrImagePull"), ("Failed", "Error: ImagePullBackOff")),
        pods=pods,
    )


def _resolve(image: str) -> str:
    return f'rpc error: code = NotFound desc = failed to pull and unpack image "{image}": failed to resolve reference "{image}": {image}: not found'


@fault("image-not-found", "Deployment/web", "1.4.3-typo|not found|tag")
def tag_does_not_exist(world: World) -> None:
    image = "registry.example.com/shop/web:1.4.3-typo"
    _pull(world, find_app(world, "web"), image, _resolve(image))


@fault("image-not-found", "Deployment/web", "2.0.0|revision 2")
def rollout_to_a_missing_tag(world: World) -> None:
    web = find_app(world, "web")
    old = list(web.pods)
    image = "registry.example.com/shop/web:2.0.0"
    web.template["containers"][0]["image"] = image
    web.workload["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = "2"
    web.workload["metadata"]["generation"] = 2
    web.pods.clear()
    add_replicaset(world, web, revision=2, replicas=1, age=14)
    fresh = list(web.pods)
    web.pods[:] = [*fresh, *old]
    _pull(world, web, image, _resolve(image), pods=fresh)
    settle(web, progress=("False", "ProgressDeadlineExceeded", 'ReplicaSet "web" has timed out progressing.'))


@fault("image-unauthorized", "Deployment/api", "pull|credentials")
def private_repository_without_credentials(world: World) -> None:
    image = "docker.io/acme/api:3.1"
    _pull(
        world,
        find_app(world, "api"),
        image,
        f'failed to pull and unpack image "{image}": failed to resolve reference "{image}": pull access denied, repository does not exist '
        "or may require authorization: server message: insufficient_scope: authorization failed",
    )


@fault("image-unauthorized", "Deployment/worker", "401|credentials|regcred")
def expired_pull_secret(world: World) -> None:
    worker = find_app(world, "worker")
    image = "ghcr.io/acme/worker:5.0.1"
    for spec in (worker.template, *[pod["spec"] for pod in worker.pods]):
        spec["imagePullSecrets"] = [{"name": "regcred"}]
    world.add(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "type": "kubernetes.io/dockerconfigjson",
            "data": {".dockerconfigjson": "e30="},
            "metadata": {"name": "regcred", "namespace": "shop", "creationTimestamp": "2025-01-01T00:00:00Z"},
        }
    )
    _pull(
        world,
        worker,
        image,
        f'failed to resolve reference "{image}": failed to authorize: failed to fetch oauth token: unexpected status '
        "from GET request to https://ghcr.io/token?scope=repository: 401 Unauthorized",
    )


@fault("pull-secret-missing missing-secret", "Deployment/worker Secret/regcred", "regcred|does not exist")
def pull_secret_does_not_exist(world: World) -> None:
    worker = find_app(world, "worker")
    for spec in (worker.template, *[pod["spec"] for pod in worker.pods]):
        spec["imagePullSecrets"] = [{"name": "regcred"}]
    image = "ghcr.io/acme/worker:5.0.1"
    _pull(
        world,
        worker,
        image,
        f'failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://ghcr.io/token: 403 Forbidden: "{image}"',
    )
    for pod in worker.pods:
        world.warn(
            pod,
            "FailedToRetrieveImagePullSecret",
            "Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed.",
        )


@fault("registry-unreachable", "Deployment/web", "registry.exmaple.com|no such host")
def registry_name_does_not_resolve(world: World) -> None:
    image = "registry.exmaple.com/shop/web:1.4.2"
    _pull(
        world,
        find_app(world, "web"),
        image,
        f'failed to resolve reference "{image}": failed to do request: Head '
        '"https://registry.exmaple.com/v2/shop/web/manifests/1.4.2": dial tcp: lookup registry.exmaple.com on 10.96.0.10:53: no such host',
        backing_off=False,
    )


@fault("registry-unreachable", "Deployment/web", "timeout|registry")
def registry_times_out(world: World) -> None:
    image = "registry.example.com/shop/web:1.4.2"
    _pull(
        world,
        find_app(world, "web"),
        image,
        f'failed to resolve reference "{image}": failed to do request: Head '
        '"https://registry.example.com/v2/shop/web/manifests/1.4.2": dial tcp 203.0.113.77:443: i/o timeout',
    )


@fault("registry-certificate registry-unreachable", "Deployment/web", "certificate")
def registry_certificate_unknown(world: World) -> None:
    image = "harbor.corp.example/shop/web:1.4.2"
    _pull(
        world,
        find_app(world, "web"),
        image,
        f'failed to resolve reference "{image}": failed to do request: Head '
        '"https://harbor.corp.example/v2/shop/web/manifests/1.4.2": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    )


@fault("registry-rate-limit", "Deployment/worker", "rate limit")
def docker_hub_rate_limit(world: World) -> None:
    image = "docker.io/library/busybox:1.36"
    _pull(
        world,
        find_app(world, "worker"),
        image,
        f'failed to pull and unpack image "{image}": failed to copy: httpReadSeeker: failed open: unexpected '
        "status code https://registry-1.docker.io/v2/library/busybox/manifests/sha256:9ae: 429 Too Many Requests - Server message: toomanyrequests: "
        "You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit",
    )


@fault("image-invalid-name", "Deployment/web", "invalid|Shop/Web")
def image_reference_is_invalid(world: World) -> None:
    web = find_app(world, "web")
    image = "registry.example.com/Shop/Web:latest"
    for spec in (web.template, *[pod["spec"] for pod in web.pods]):
        spec["containers"][0]["image"] = image
    message = f'Failed to apply default image tag "{image}": couldn\'t parse image name "{image}": invalid reference format: repository name must be lowercase'
    stuck(
        world,
        web,
        "InvalidImageName",
        message,
        events=(("InspectFailed", message), ("Failed", "Error: InvalidImageName")),
    )


@fault("image-never-pull", "Deployment/api", "imagePullPolicy|Never")
def image_is_never_pulled(world: World) -> None:
    api = find_app(world, "api")
    for spec in (api.template, *[pod["spec"] for pod in api.pods]):
        spec["containers"][0]["imagePullPolicy"] = "Never"
    text = 'Container image "registry.example.com/shop/api:1.4.2" is not present with pull policy of Never'
    stuck(world, api, "ErrImageNeverPull", text, events=(("ErrImageNeverPull", text),))


@fault("image-platform", "Deployment/api", "architecture|arm64")
def image_is_for_another_architecture(world: World) -> None:
    image = "registry.example.com/shop/api:1.4.2"
    for name in ("node-1", "node-2", "node-3"):
        world.find("Node", name)["metadata"]["labels"]["kubernetes.io/arch"] = "arm64"
    _pull(
        world,
        find_app(world, "api"),
        image,
        f'rpc error: code = NotFound desc = failed to pull and unpack image "{image}": no match for platform in manifest: not found',
    )


@fault("image-platform", "Deployment/worker", "architecture|exec format")
def exec_format_error(world: World) -> None:
    crash_loop(world, find_app(world, "worker"), code=255, log="exec /usr/local/bin/worker: exec format error")


@fault("command-not-found", "Deployment/worker", "/app/wroker|not found")
def command_does_not_exist(world: World) -> None:
    worker = find_app(world, "worker")
    text = (
        "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container "
        'process: error during container init: exec: "/app/wroker": stat /app/wroker: no such file or directory'
    )
    for spec in (worker.template, *[pod["spec"] for pod in worker.pods]):
        spec["containers"][0]["command"] = ["/app/wroker"]
    crash_loop(world, worker, code=128, reason="StartError", message=text)
    for pod in worker.pods:
        world.warn(pod, "Failed", f"Error: {text}", count=8)


@fault("command-not-found", "Deployment/api", "permission denied")
def entrypoint_is_not_executable(world: World) -> None:
    api = find_app(world, "api")
    text = 'OCI runtime create failed: runc create failed: unable to start container process: exec: "/entrypoint.sh": permission denied'
    for pod in api.pods:
        set_statuses(
            pod,
            waiting("api", "RunContainerError", text, restarts=6, last=ended(126, "ContainerCannotRun", message=text)),
        )
        world.warn(pod, "Failed", f"Error: failed to create containerd task: {text}", count=8)
    settle(api)


@fault("application-error", "Deployment/web", "init container|migrate|relation")
def init_container_fails(world: World) -> None:
    web = find_app(world, "web")
    init = {"name": "migrate", "image": "registry.example.com/shop/migrate:1.4.2", "command": ["migrate", "up"]}
    web.template["initContainers"] = [init]
    for pod in web.pods:
        pod["spec"]["initContainers"] = [init]
        failed = waiting(
            "migrate",
            "CrashLoopBackOff",
            "back-off 5m0s restarting failed container=migrate",
            restarts=8,
            last=ended(1),
        )
        set_statuses(pod, waiting("web", "PodInitializing"), phase="Pending", init=[failed])
        world.warn(pod, "BackOff", "Back-off restarting failed container migrate in pod web", count=30)
        world.log(
            pod,
            'applying 0042_orders.sql\nERROR: relation "orders" already exists (SQLSTATE 42P07)\nmigration failed',
            name="migrate",
        )
    settle(web)


@fault("completed-container", "Deployment/worker", "exit code 0|restartPolicy")
def main_process_ends_at_once(world: World) -> None:
    crash_loop(world, find_app(world, "worker"), code=0, reason="Completed", log="usage: worker [serve|drain]\n")


@fault("pod-failed", "Pod/report", "exit code 3")
def bare_pod_failed(world: World) -> None:
    from testenv.diagnosis.objects import container  # noqa: PLC0415
    from testenv.diagnosis.world import make_pod  # noqa: PLC0415

    pod = world.add(make_pod("report", {"containers": [container("report")], "restartPolicy": "Never"}))
    set_statuses(pod, terminated("report", code=3, at=10), phase="Failed")
