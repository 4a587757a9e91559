"""The healthy worlds of the fourth set: unusual, noisy, and as they should be."""

from __future__ import annotations

from copy import deepcopy

from testenv.diagnosis.case import control
from testenv.diagnosis.cases.autoscaling import hpa
from testenv.diagnosis.cases.jobs import cron, job, job_pod
from testenv.diagnosis.cases.network import gateway, route
from testenv.diagnosis.cases.nodes import set_condition
from testenv.diagnosis.cases.workloads import daemon
from testenv.diagnosis.objects import ago, condition, container, ended, make, node, owner, running, service, terminated
from testenv.diagnosis.world import World, deploy, find_app, make_pod, set_statuses, settle, stateful


@control
def pods_left_by_a_node_that_shut_down(world: World) -> None:
    web = find_app(world, "web")
    for number in range(2):
        pod = deepcopy(web.pods[0])
        pod["metadata"]["name"] += f"old{number}"
        pod["status"] = {
            "phase": "Failed",
            "reason": "Terminated",
            "message": "Pod was terminated in response to imminent node shutdown.",
            "startTime": ago(9000),
        }
        world.add(pod)


@control
def claim_for_its_first_consumer(world: World) -> None:
    claim = world.add(
        make(
            "PersistentVolumeClaim",
            "scratch",
            age=2000,
            spec={"accessModes": ["ReadWriteOnce"], "storageClassName": "standard",
                  "resources": {"requests": {"storage": "1Gi"}}},
            status={"phase": "Pending"},
        )
    )  # fmt: skip
    world.warn(claim, "WaitForFirstConsumer", "waiting for first consumer to be created before binding", kind="Normal",
               source="persistentvolume-controller", count=120, first=2000)  # fmt: skip


@control
def stateful_set_is_updated_by_hand(world: World) -> None:
    app = stateful(world, "ledger", replicas=2)
    app.workload["spec"]["updateStrategy"] = {"type": "OnDelete"}
    app.workload["status"] |= {"updateRevision": "ledger-2", "updatedReplicas": 0}


@control
def service_with_endpoints_written_by_hand(world: World) -> None:
    world.add(service("legacy", None, target=5432))
    world.add(
        make(
            "EndpointSlice",
            "legacy-1",
            api="discovery.k8s.io/v1",
            metadata={"labels": {"kubernetes.io/service-name": "legacy"}},
            addressType="IPv4",
            endpoints=[{"addresses": ["192.0.2.7"], "conditions": {"ready": True}}],
            ports=[{"name": "", "port": 5432, "protocol": "TCP"}],
        )
    )


@control
def external_name_outside_of_the_cluster(world: World) -> None:
    one = service("mail", None)
    one["spec"] = {"type": "ExternalName", "externalName": "smtp.example.com", "sessionAffinity": "None"}
    world.add(one)


@control
def node_joins(world: World) -> None:
    one = world.add(node("node-4"))
    one["metadata"]["creationTimestamp"] = ago(0.5)
    set_condition(one, "Ready", "False", "KubeletNotReady", "container runtime network not ready: NetworkReady=false "
                  "reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized", since=0.5)  # fmt: skip
    one["spec"]["taints"] = [{"key": "node.kubernetes.io/not-ready", "effect": "NoExecute"}]
    world.warn(one, "InvalidDiskCapacity", "invalid capacity 0 on image filesystem", at=0.5)


@control
def node_is_scaled_down(world: World) -> None:
    one = world.add(node("node-4", taints=[{"key": "ToBeDeletedByClusterAutoscaler", "value": "1773143900",
                                            "effect": "NoSchedule"}]))  # fmt: skip
    world.warn(one, "ScaleDown", "marked the node as toBeDeleted/unschedulable", kind="Normal", at=2,
               source="cluster-autoscaler")  # fmt: skip


@control
def leases_of_former_leaders(world: World) -> None:
    for name, minutes in (("operator-leader", 40000.0), ("node-1", 0.1), ("node-2", 0.1), ("node-3", 0.1)):
        world.add(
            make(
                "Lease",
                name,
                namespace="shop" if name == "operator-leader" else "kube-node-lease",
                api="coordination.k8s.io/v1",
                spec={"holderIdentity": name, "leaseDurationSeconds": 40, "renewTime": ago(minutes)},
            )
        )


@control
def somebody_debugged_a_pod(world: World) -> None:
    pod = find_app(world, "api").pods[0]
    pod["spec"]["ephemeralContainers"] = [{"name": "debugger-x7", "image": "busybox", "targetContainerName": "api"}]
    pod["status"]["ephemeralContainerStatuses"] = [terminated("debugger-x7", code=137, at=10, ran=4)]


@control
def native_sidecar_and_finished_init_containers(world: World) -> None:
    app = deploy(world, "mesh", replicas=1)
    for part in (app.template, app.pods[0]["spec"]):
        part["initContainers"] = [
            {"name": "setup", "image": "busybox"},
            container("proxy", ports=None) | {"restartPolicy": "Always"},
        ]
    set_statuses(
        app.pods[0],
        running("mesh"),
        init=[terminated("setup", code=0, reason="Completed", at=3000) | {"ready": True}, running("proxy")],
    )


@control
def job_succeeded_at_the_third_try(world: World) -> None:
    pods = [
        job_pod("import", 1, code=1, at=40),
        job_pod("import", 2, code=137, at=35),
        job_pod("import", 3, code=0, at=20),
    ]
    world.warn(pods[0], "Failed", "Error: container exited with 1", at=40)
    job(
        world,
        "import",
        pods=pods,
        conditions=[
            condition("SuccessCriteriaMet", "True", "CompletionsReached"),
            condition("Complete", "True", "CompletionsReached"),
        ],
        succeeded=1,
        failed=2,
        completionTime=ago(20),
    )


@control
def killed_for_memory_two_days_ago(world: World) -> None:
    api = find_app(world, "api")
    set_statuses(api.pods[0], running("api", restarts=1, since=2880, last=ended(137, "OOMKilled", at=2880)))


@control
def log_speaks_of_errors_that_are_none(world: World) -> None:
    for pod in find_app(world, "api").pods:
        world.log(
            pod,
            "\n".join(
                [
                    "2026-03-10T11:40:00Z INFO config: open /etc/api/override.yaml: no such file or directory, using defaults",
                    "2026-03-10T11:40:01Z INFO certificate of db expires in 80 days",
                    *[
                        f"2026-03-10T11:4{n}:00Z INFO poll done processed=120 errors=0 failed=0 timeouts=0"
                        for n in range(9)
                    ],
                    *['203.0.113.7 - - [10/Mar/2026:11:50:00 +0000] "GET /wp-login.php HTTP/1.1" 404 153 "-" "bot"']
                    * 20,
                    "2026-03-10T11:55:00Z WARN connection refused by 10.1.0.9, retried with success",
                ]
            ),
        )


@control
def clients_send_what_the_database_refuses(world: World) -> None:
    world.log(
        find_app(world, "db").pods[0],
        "\n".join(
            [
                "2026-03-10 11:50:01.100 UTC [81] LOG:  checkpoint complete: wrote 81 buffers (0.5%)",
                '2026-03-10 11:51:01.100 UTC [90] ERROR:  duplicate key value violates unique constraint "carts_pkey"',
                "2026-03-10 11:51:01.100 UTC [90] DETAIL:  Key (id)=(81) already exists.",
                "2026-03-10 11:52:01.100 UTC [91] LOG:  could not receive data from client: Connection reset by peer",
                '2026-03-10 11:53:01.100 UTC [92] FATAL:  password authentication failed for user "scanner"',
                "2026-03-10 11:55:01.100 UTC [81] LOG:  checkpoint starting: time",
            ]
        ),
    )


@control
def job_waits_in_a_queue(world: World) -> None:
    one = job(world, "train", spec={"suspend": True}, age=12,
              conditions=[condition("Suspended", "True", "JobSuspended", "Job suspended")])  # fmt: skip
    one["metadata"]["labels"] = {"kueue.x-k8s.io/queue-name": "research"}


@control
def two_services_for_a_canary(world: World) -> None:
    web = find_app(world, "web")
    deploy(world, "web-canary", replicas=1, with_service=False)
    assert web.service is not None
    assert web.endpoints is not None
    for suffix in ("active", "preview"):
        one, ends = deepcopy(web.service), deepcopy(web.endpoints)
        one["metadata"]["name"] = f"web-{suffix}"
        ends["metadata"] |= {"name": f"web-{suffix}-1", "labels": {"kubernetes.io/service-name": f"web-{suffix}"}}
        world.add(one, ends)


@control
def autoscaler_is_held_at_its_minimum(world: World) -> None:
    hpa(
        world,
        "web",
        usage=3,
        bounds=(3, 9),
        conditions=[
            condition("AbleToScale", "True", "ReadyForNewScale", "recommended size matches current size"),
            condition("ScalingActive", "True", "ValidMetricFound"),
            condition("ScalingLimited", "True", "TooFewReplicas", "the desired replica count is less than the minimum"),
        ],
    )


@control
def daemon_set_is_rolled_out_one_node_at_a_time(world: World) -> None:
    app = daemon(world, "agent")
    app.pods[0]["metadata"]["creationTimestamp"] = ago(0.4)
    set_statuses(app.pods[0], running("agent", ready=False, since=0.2), since=0.3)
    app.workload["status"] |= {
        "numberReady": 2,
        "numberUnavailable": 1,
        "updatedNumberScheduled": 1,
        "numberAvailable": 2,
    }


@control
def certificate_is_renewed_in_time(world: World) -> None:
    world.add(
        make(
            "Certificate",
            "shop",
            api="cert-manager.io/v1",
            spec={"secretName": "shop-tls", "issuerRef": {"name": "letsencrypt", "kind": "ClusterIssuer"},
                  "dnsNames": ["shop.example.com"]},
            status={"conditions": [condition("Ready", "True", "Ready"),
                                   condition("Issuing", "True", "Renewing", "Renewing certificate as renewal was "
                                             "scheduled", since=0.6)],
                    "notAfter": ago(-40000), "renewalTime": ago(1)},
        )
    )  # fmt: skip


@control
def spot_node_takes_its_pods_along(world: World) -> None:
    api = find_app(world, "api")
    leaving = deepcopy(api.pods[0])
    leaving["metadata"] |= {"name": "api-old-x9", "deletionTimestamp": ago(-0.3), "deletionGracePeriodSeconds": 30}
    leaving["status"]["conditions"].append(
        condition("DisruptionTarget", "True", "EvictionByEvictionAPI", "Eviction API: evicting", since=0.2)
    )
    world.add(leaving)
    world.warn(world.find("Node", "node-1"), "PreemptScheduled", "Node is scheduled for preemption", at=0.4)


@control
def cron_job_that_forbids_an_overlap_runs_long(world: World) -> None:
    one = cron(world, "sync", schedule="*/5 * * * *", concurrencyPolicy="Forbid",
               status={"lastScheduleTime": ago(9), "lastSuccessfulTime": ago(11), "active": [{"kind": "Job", "name": "sync-1"}]})  # fmt: skip
    world.warn(one, "JobAlreadyActive", "Not starting job because prior execution is running and concurrency policy is "
               "Forbid", kind="Normal", at=4, source="cronjob-controller")  # fmt: skip
    pod = make_pod("sync-1-abcde", {"containers": [container("sync", ports=None, readinessProbe=None)],
                                    "restartPolicy": "Never"}, by=owner("Job", "sync-1", "batch/v1"), age=9)  # fmt: skip
    job(world, "sync-1", pods=[pod], active=1, age=9, by=owner("CronJob", "sync", "batch/v1"))


@control
def cache_of_a_config_map_was_late_once(world: World) -> None:
    world.warn(find_app(world, "web").pods[0], "FailedMount", 'MountVolume.SetUp failed for volume "conf" : failed to sync '
               "configmap cache: timed out waiting for the condition", at=14)  # fmt: skip


@control
def route_that_splits_between_two_versions(world: World) -> None:
    gateway(world)
    one = route(world)
    deploy(world, "api-next", replicas=1)
    one["spec"]["rules"][0]["backendRefs"] = [
        {"name": "api", "port": 80, "weight": 95},
        {"name": "api-next", "port": 80, "weight": 5},
    ]


@control
def rollout_just_began_with_a_surge(world: World) -> None:
    web = find_app(world, "web")
    pod = deepcopy(web.pods[0])
    pod["metadata"] |= {"name": "web-9f8-zzzz1", "creationTimestamp": ago(0.5)}
    set_statuses(pod, running("web", ready=False, since=0.2), since=0.4)
    world.add(pod)
    web.pods.append(pod)
    settle(web, progress=("True", "ReplicaSetUpdated", 'ReplicaSet "web-9f8" is progressing.'))
