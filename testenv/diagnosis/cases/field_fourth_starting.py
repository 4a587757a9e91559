"""Containers of the fourth set that the runtime does not start, and what happens before and beside a program."""

from __future__ import annotations

from testenv.diagnosis.case import crash_loop, fault, stuck
from testenv.diagnosis.cases.field_fourth import edit, volume
from testenv.diagnosis.cases.jobs import job, job_pod
from testenv.diagnosis.objects import ago, config_map, container, ended, running, waiting
from testenv.diagnosis.world import World, deploy, set_statuses, settle


@fault("container-config", "Deployment/portal ConfigMap/portal-conf", "subpath")
def sub_path_cannot_be_made(world: World) -> None:
    app = deploy(world, "portal", replicas=1)
    volume(
        app,
        {"name": "data", "persistentVolumeClaim": {"claimName": "data-db-0"}},
        {"mountPath": "/data", "subPath": "portal/$(POD)"},
    )
    stuck(
        world,
        app,
        "CreateContainerConfigError",
        'failed to create subPath directory for volumeMount "data" of container "portal"',
        events=(("Failed", 'Error: failed to create subPath directory for volumeMount "data" of container "portal"'),),
    )


@fault("container-start", "Deployment/portal", "directory onto a file|not a directory")
def file_is_mounted_on_a_folder(world: World) -> None:
    app = deploy(world, "portal", replicas=1)
    volume(
        app,
        {"name": "conf", "configMap": {"name": "kube-root-ca.crt"}},
        {"mountPath": "/etc/portal/portal.conf", "subPath": "portal.conf"},
    )
    text = (
        "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: "
        "unable to start container process: error during container init: error mounting "
        '"/var/lib/kubelet/pods/9f/volume-subpaths/conf/portal/0" to rootfs at "/etc/portal/portal.conf": mount '
        "src=/var/lib/kubelet/pods/9f/volume-subpaths/conf/portal/0, dst=/etc/portal/portal.conf, flags=MS_BIND|MS_REC: "
        "not a directory: Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host "
        "path exists and is the expected type: unknown"
    )
    last = {"exitCode": 128, "reason": "StartError", "message": text, "startedAt": "1970-01-01T00:00:00Z",
            "finishedAt": ago(2)}  # fmt: skip
    set_statuses(app.pods[0], waiting("portal", "CrashLoopBackOff", "back-off 2m40s", restarts=5, last=last))
    world.warn(app.pods[0], "Failed", f"Error: {text}", count=6, first=9)
    settle(app)


@fault("invalid-variable-names", "Deployment/portal ConfigMap/portal-env", "db-host")
def names_of_variables_are_invalid(world: World) -> None:
    app = deploy(world, "portal", replicas=1)
    edit(app, envFrom=[{"configMapRef": {"name": "portal-env"}}])
    world.add(config_map("portal-env", {"1db-host": "db", "LOG_LEVEL": "info"}))
    crash_loop(world, app, log="config: required key DB_HOST missing value")
    world.warn(
        app.pods[0],
        "InvalidEnvironmentVariableNames",
        "Keys [1db-host] from the EnvFrom configMap shop/portal-env were skipped since they are considered invalid "
        "environment variable names.",
        count=9,
        first=20,
    )


@fault("container-config", "Deployment/portal Node/node-1", "reserved")
def runtime_keeps_the_name_of_a_container(world: World) -> None:
    stuck(
        world,
        deploy(world, "portal", replicas=1),
        "CreateContainerError",
        'failed to reserve container name "portal_portal-7d9_shop_9f_0": name "portal_portal-7d9_shop_9f_0" is reserved '
        'for "0c1f2b7d5f"',
        events=(
            ("Failed", "Error: context deadline exceeded"),
            (
                "Failed",
                'Error: failed to reserve container name "portal_portal-7d9_shop_9f_0": name '
                '"portal_portal-7d9_shop_9f_0" is reserved for "0c1f2b7d5f"',
            ),
        ),
    )


@fault("container-config", "Deployment/portal", "no command")
def image_has_no_command(world: World) -> None:
    stuck(
        world,
        deploy(world, "portal", replicas=1),
        "CreateContainerError",
        'failed to generate container "5f" spec: failed to generate spec: no command specified',
    )


@fault("container-config", "Deployment/portal Node/*", "seccomp|audit.json")
def seccomp_profile_is_not_on_the_node(world: World) -> None:
    stuck(
        world,
        deploy(world, "portal", replicas=1),
        "CreateContainerError",
        'failed to create containerd container: cannot load seccomp profile "/var/lib/kubelet/seccomp/profiles/audit.json": '
        "open /var/lib/kubelet/seccomp/profiles/audit.json: no such file or directory",
    )


@fault("command-not-found", "Deployment/portal", "--config")
def arguments_stand_where_the_command_belongs(world: World) -> None:
    app = deploy(world, "portal", replicas=1)
    edit(app, command=["--config", "/etc/portal.yaml"])
    stuck(
        world,
        app,
        "RunContainerError",
        "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: "
        'unable to start container process: error during container init: exec: "--config": executable file not found in '
        "$PATH: unknown",
    )


@fault("cpu-throttling liveness-probe", "Deployment/render", "cpu|throttl", "patch")
def throttled_until_the_probe_gives_up(world: World) -> None:
    app = deploy(world, "render", replicas=1)
    pod = app.pods[0]
    set_statuses(pod, running("render", restarts=6, since=2, last=ended(137, "Error", at=2.2)))
    world.warn(
        pod,
        "Unhealthy",
        'Liveness probe failed: Get "http://10.1.0.7:8080/healthz": context deadline exceeded (Client.Timeout exceeded '
        "while awaiting headers)",
        count=31,
        first=28,
    )
    world.warn(pod, "Killing", "Container render failed liveness probe, will be restarted", kind="Normal", count=6)
    world.metrics = {f"shop/{pod['metadata']['name']}/render": {"cpu_usage_cores": 0.499, "cpu_throttled_ratio": 0.93}}


@fault("job-held", "Job/* CronJob/settle", "istio-proxy|sidecar")
def job_never_ends_because_its_sidecar_runs(world: World) -> None:
    pod = job_pod("settle", 1, code=0, at=170)
    pod["spec"]["containers"].append(container("istio-proxy", "docker.io/istio/proxyv2:1.24.0"))
    set_statuses(pod, pod["status"]["containerStatuses"][0], running("istio-proxy", since=175), phase="Running")
    job(world, "settle", pods=[pod], active=1, age=176)
