"""Configuration, secrets, accounts and other objects that pods refer to and that are not as they must be."""

from __future__ import annotations

from testenv.diagnosis.case import crash_loop, fault, no_pods, stuck
from testenv.diagnosis.objects import Raw, config_map, secret
from testenv.diagnosis.world import App, World, find_app


def _specs(app: App) -> list[Raw]:
    return [app.template, *[pod["spec"] for pod in app.pods]]


def _env(app: App, *entries: Raw) -> None:
    for spec in _specs(app):
        spec["containers"][0]["env"] = list(entries)


def _env_from(app: App, *entries: Raw) -> None:
    for spec in _specs(app):
        spec["containers"][0]["envFrom"] = list(entries)


def _volume(app: App, volume: Raw) -> None:
    for spec in _specs(app):
        spec.setdefault("volumes", []).append(volume)
        spec["containers"][0]["volumeMounts"] = [{"name": volume["name"], "mountPath": "/etc/app"}]


@fault("missing-configmap", "Deployment/web ConfigMap/web-config", "web-config|does not exist")
def config_map_missing_in_env(world: World) -> None:
    web = find_app(world, "web")
    _env_from(web, {"configMapRef": {"name": "web-config"}})
    stuck(
        world,
        web,
        "CreateContainerConfigError",
        'configmap "web-config" not found',
        events=(("Failed", 'Error: configmap "web-config" not found'),),
    )


@fault("missing-configmap", "Deployment/api ConfigMap/api-setings", "api-setings|does not exist|api-settings")
def config_map_name_misspelt_in_volume(world: World) -> None:
    api = find_app(world, "api")
    world.add(config_map("api-settings", {"app.yaml": "a: 1"}))
    _volume(api, {"name": "config", "configMap": {"name": "api-setings"}})
    stuck(
        world,
        api,
        "ContainerCreating",
        "",
        events=(("FailedMount", 'MountVolume.SetUp failed for volume "config" : configmap "api-setings" not found'),),
    )


@fault("missing-key", "Deployment/web ConfigMap/web-config", "LOG_LEVEL|web-config|key")
def config_map_key_missing(world: World) -> None:
    web = find_app(world, "web")
    world.add(config_map("web-config", {"LOGLEVEL": "info"}))
    _env(web, {"name": "LOG_LEVEL", "valueFrom": {"configMapKeyRef": {"name": "web-config", "key": "LOG_LEVEL"}}})
    text = "couldn't find key LOG_LEVEL in ConfigMap shop/web-config"
    stuck(world, web, "CreateContainerConfigError", text, events=(("Failed", f"Error: {text}"),))


@fault("missing-secret", "Deployment/api Secret/api-db", "api-db|does not exist")
def secret_missing_in_env(world: World) -> None:
    api = find_app(world, "api")
    _env(api, {"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "api-db", "key": "password"}}})
    stuck(
        world,
        api,
        "CreateContainerConfigError",
        'secret "api-db" not found',
        events=(("Failed", 'Error: secret "api-db" not found'),),
    )


@fault("missing-secret", "Deployment/worker Secret/worker-tls", "worker-tls|does not exist")
def secret_missing_in_volume(world: World) -> None:
    worker = find_app(world, "worker")
    _volume(worker, {"name": "tls", "secret": {"secretName": "worker-tls"}})
    stuck(
        world,
        worker,
        "ContainerCreating",
        "",
        events=(("FailedMount", 'MountVolume.SetUp failed for volume "tls" : secret "worker-tls" not found'),),
    )


@fault("missing-secret", "Secret/shared-credentials", "shared-credentials|does not exist")
def one_missing_secret_breaks_two_applications(world: World) -> None:
    for name in ("web", "api"):
        app = find_app(world, name)
        _env_from(app, {"secretRef": {"name": "shared-credentials"}})
        stuck(
            world,
            app,
            "CreateContainerConfigError",
            'secret "shared-credentials" not found',
            events=(("Failed", 'Error: secret "shared-credentials" not found'),),
        )


@fault("missing-key", "Deployment/api Secret/api-db", "password|api-db|key")
def secret_key_missing(world: World) -> None:
    api = find_app(world, "api")
    world.add(secret("api-db", {"pass": "eA=="}))
    _env(api, {"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "api-db", "key": "password"}}})
    text = "couldn't find key password in Secret shop/api-db"
    stuck(world, api, "CreateContainerConfigError", text, events=(("Failed", f"Error: {text}"),))


@fault("missing-key", "Deployment/web Secret/web-tls", "ca.crt|web-tls")
def secret_volume_item_missing(world: World) -> None:
    web = find_app(world, "web")
    world.add(secret("web-tls", {"tls.crt": "eA==", "tls.key": "eA=="}))
    _volume(web, {"name": "tls", "secret": {"secretName": "web-tls", "items": [{"key": "ca.crt", "path": "ca.crt"}]}})
    stuck(
        world,
        web,
        "ContainerCreating",
        "",
        events=(
            ("FailedMount", 'MountVolume.SetUp failed for volume "tls" : references non-existent secret key: ca.crt'),
        ),
    )


@fault("missing-service-account", "Deployment/worker ServiceAccount/worker-sa", "worker-sa|does not exist")
def service_account_missing(world: World) -> None:
    worker = find_app(world, "worker")
    worker.template["serviceAccountName"] = "worker-sa"
    assert worker.replicaset is not None
    worker.replicaset["spec"]["template"]["spec"]["serviceAccountName"] = "worker-sa"
    no_pods(
        worker,
        world,
        'pods "worker-" is forbidden: error looking up service account shop/worker-sa: serviceaccount "worker-sa" not found',
    )


@fault("run-as-non-root", "Deployment/web", "runAsNonRoot|root")
def image_runs_as_root(world: World) -> None:
    web = find_app(world, "web")
    for spec in _specs(web):
        spec["containers"][0]["securityContext"] = {"runAsNonRoot": True}
    text = 'container has runAsNonRoot and image will run as root (pod: "web_shop(u)", container: web)'
    stuck(world, web, "CreateContainerConfigError", text, events=(("Failed", f"Error: {text}"),))


@fault("missing-setting", "Deployment/api", "DATABASE_URL|environment")
def environment_variable_not_set(world: World) -> None:
    crash_loop(
        world,
        find_app(world, "api"),
        log="starting api 1.4.2\npanic: required environment variable DATABASE_URL is not set\n\ngoroutine 1 [running]:\nmain.main()",
    )


@fault("bad-configuration", "Deployment/web ConfigMap/web-config", "configuration|app.yaml")
def configuration_file_does_not_parse(world: World) -> None:
    web = find_app(world, "web")
    world.add(config_map("web-config", {"app.yaml": "port: 8080\n  level: debug"}))
    _volume(web, {"name": "config", "configMap": {"name": "web-config"}})
    crash_loop(
        world,
        web,
        log="FATAL failed to load config /etc/app/app.yaml: yaml: line 2: mapping values are not allowed in this context",
    )


@fault("quota", "Deployment/web ResourceQuota/compute", "compute|requests.cpu|exceeded")
def quota_exceeded(world: World) -> None:
    world.add(
        {
            "apiVersion": "v1",
            "kind": "ResourceQuota",
            "metadata": {"name": "compute", "namespace": "shop"},
            "spec": {"hard": {"requests.cpu": "2"}},
            "status": {"hard": {"requests.cpu": "2"}, "used": {"requests.cpu": "1950m"}},
        }
    )
    no_pods(
        find_app(world, "web"),
        world,
        'pods "web-5d9f-x7k2p" is forbidden: exceeded quota: compute, requested: requests.cpu=100m, used: requests.cpu=1950m, limited: requests.cpu=2',
    )


@fault("quota", "Deployment/worker ResourceQuota/compute", "compute|limits.cpu|must specify")
def quota_needs_limits(world: World) -> None:
    world.add(
        {
            "apiVersion": "v1",
            "kind": "ResourceQuota",
            "metadata": {"name": "compute", "namespace": "shop"},
            "spec": {"hard": {"limits.cpu": "8"}},
            "status": {"hard": {"limits.cpu": "8"}, "used": {"limits.cpu": "2"}},
        }
    )
    no_pods(
        find_app(world, "worker"),
        world,
        'pods "worker-5d9f-x7k2p" is forbidden: failed quota: compute: must specify limits.cpu for: worker',
    )


@fault("limit-range", "Deployment/api LimitRange/bounds", "maximum memory|limit")
def limit_range_forbids(world: World) -> None:
    world.add(
        {
            "apiVersion": "v1",
            "kind": "LimitRange",
            "metadata": {"name": "bounds", "namespace": "shop"},
            "spec": {"limits": [{"type": "Container", "max": {"memory": "128Mi"}}]},
        }
    )
    no_pods(
        find_app(world, "api"),
        world,
        'pods "api-7c-2xz" is forbidden: maximum memory usage per Container is 128Mi, but limit is 256Mi',
    )


@fault("pod-security", "Deployment/worker", "PodSecurity|restricted")
def pod_security_forbids(world: World) -> None:
    no_pods(
        find_app(world, "worker"),
        world,
        'pods "worker-7c-2xz" is forbidden: violates PodSecurity "restricted:latest": seccompProfile (pod or container "worker" '
        'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    )


@fault("missing-priority-class", "Deployment/api PriorityClass/business-critical", "business-critical")
def priority_class_missing(world: World) -> None:
    api = find_app(world, "api")
    api.template["priorityClassName"] = "business-critical"
    no_pods(api, world, 'pods "api-7c-" is forbidden: no PriorityClass with name business-critical was found')


@fault("pod-admission-denied", "Deployment/web", "require-labels|denied")
def policy_engine_denies_pods(world: World) -> None:
    no_pods(
        find_app(world, "web"),
        world,
        'admission webhook "validate.kyverno.svc-fail" denied the request: resource Pod/shop/web- was blocked due to the following '
        "policies require-labels: check-team: validation error: label 'team' is required",
    )
