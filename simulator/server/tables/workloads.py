"""Rows of what runs pods: deployments and their kin, jobs, autoscalers, budgets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from simulator.clock import parse_time
from simulator.server.tables.text import (
    NONE,
    UNKNOWN,
    age,
    containers_and_images,
    human_duration,
    name,
    pairs,
    selector,
    since,
)  # fmt: skip

Object = dict[str, Any]


def deployment_row(obj: Object, now: datetime) -> list[Any]:
    """The cells of a deployment."""
    spec, status = obj["spec"], obj.get("status") or {}
    return [
        name(obj), f"{status.get('readyReplicas', 0)}/{spec.get('replicas', 1)}", status.get("updatedReplicas", 0),
        status.get("availableReplicas", 0), age(obj, now), *containers_and_images(spec["template"]),
        selector(spec.get("selector")),
    ]  # fmt: skip


def replica_set_row(obj: Object, now: datetime) -> list[Any]:
    """The cells of a replica set."""
    spec, status = obj["spec"], obj.get("status") or {}
    return [
        name(obj), spec.get("replicas", 1), status.get("replicas", 0), status.get("readyReplicas", 0), age(obj, now),
        *containers_and_images(spec["template"]), selector(spec.get("selector")),
    ]  # fmt: skip


def stateful_set_row(obj: Object, now: datetime) -> list[Any]:
    """The cells of a stateful set."""
    spec, status = obj["spec"], obj.get("status") or {}
    ready = f"{status.get('readyReplicas', 0)}/{spec.get('replicas', 1)}"
    return [name(obj), ready, age(obj, now), *containers_and_images(spec["template"])]


def daemon_set_row(obj: Object, now: datetime) -> list[Any]:
    """The cells of a daemon set."""
    spec, status = obj["spec"], obj.get("status") or {}
    counted = ("desiredNumberScheduled", "currentNumberScheduled", "numberReady", "updatedNumberScheduled",
               "numberAvailable")  # fmt: skip
    return [
        name(obj), *(status.get(field, 0) for field in counted),
        pairs(spec["template"].get("spec", {}).get("nodeSelector")), age(obj, now),
        *containers_and_images(spec["template"]), selector(spec.get("selector")),
    ]  # fmt: skip


def revision_row(obj: Object, now: datetime) -> list[Any]:
    """The cells of a controller revision."""
    owner = next((item for item in obj["metadata"].get("ownerReferences") or () if item.get("controller")), None)
    group = f".{owner['apiVersion'].partition('/')[0]}" if owner and "/" in owner["apiVersion"] else ""
    controller = f"{owner['kind'].lower()}{group}/{owner['name']}" if owner else NONE
    return [name(obj), controller, obj.get("revision", 0), age(obj, now)]


def job_row(obj: Object, now: datetime) -> list[Any]:
    """The cells of a job."""
    spec, status = obj["spec"], obj.get("status") or {}
    done = {item["type"] for item in status.get("conditions") or () if item["status"] == "True"}
    state = next((word for word in ("Complete", "Failed") if word in done), "")
    if not state:
        terminating = obj["metadata"].get("deletionTimestamp")
        state = "Terminating" if terminating else "Suspended" if "Suspended" in done else "Running"
    completions = spec.get("completions")
    succeeded = status.get("succeeded", 0)
    wanted = f"{succeeded}/{completions}" if completions is not None else f"{succeeded}/1"
    duration = ""
    if status.get("startTime"):
        end = parse_time(status["completionTime"]) if status.get("completionTime") else now
        duration = human_duration((end - parse_time(status["startTime"])).total_seconds())
    return [
        name(obj), state, wanted, duration, age(obj, now), *containers_and_images(spec["template"]),
        selector(spec.get("selector")),
    ]  # fmt: skip


def cron_job_row(obj: Object, now: datetime) -> list[Any]:
    """The cells of a cron job."""
    spec, status = obj["spec"], obj.get("status") or {}
    last = since(status["lastScheduleTime"], now) if status.get("lastScheduleTime") else NONE
    job = spec.get("jobTemplate", {}).get("spec", {})
    return [
        name(obj), spec.get("schedule", ""), spec.get("timeZone") or NONE, "True" if spec.get("suspend") else "False",
        len(status.get("active") or ()), last, age(obj, now), *containers_and_images(job.get("template", {})),
        selector(job.get("selector")),
    ]  # fmt: skip


def autoscaler_row(obj: Object, now: datetime) -> list[Any]:
    """The cells of an autoscaler."""
    spec, status = obj["spec"], obj.get("status") or {}
    target = spec["scaleTargetRef"]
    current = status.get("currentMetrics") or []
    shown = []
    for index, metric in enumerate(spec.get("metrics") or ()):
        measured = current[index] if index < len(current) else {}
        shown.append(_metric(metric, measured))
    cut = ", ".join(shown[:2]) + (f" + {len(shown) - 2} more..." if len(shown) > 2 else "")
    return [
        name(obj), f"{target['kind']}/{target['name']}", cut or NONE, str(spec.get("minReplicas", UNKNOWN)),
        spec["maxReplicas"], status.get("currentReplicas", 0), age(obj, now),
    ]  # fmt: skip


def _metric(metric: Object, measured: Object) -> str:
    kind = metric["type"]
    field = kind[0].lower() + kind[1:]
    told = metric.get(field) or {}
    target = told.get("target") or {}
    now = (measured.get(field) or {}).get("current") or {}
    if kind not in ("Resource", "ContainerResource"):
        value = target.get("averageValue") or target.get("value") or UNKNOWN
        return f"{now.get('averageValue') or now.get('value') or UNKNOWN}/{value}"
    if target.get("averageValue"):
        return f"{told['name']}: {now.get('averageValue', UNKNOWN)}/{target['averageValue']}"
    used = now.get("averageUtilization")
    shown = UNKNOWN if used is None else f"{used}%"
    wanted = target.get("averageUtilization")
    return f"{told.get('name')}: {shown}/{'<auto>' if wanted is None else f'{wanted}%'}"


def budget_row(obj: Object, now: datetime) -> list[Any]:
    """The cells of a disruption budget."""
    spec, status = obj["spec"], obj.get("status") or {}
    return [
        name(obj), str(spec.get("minAvailable", "N/A")), str(spec.get("maxUnavailable", "N/A")),
        status.get("disruptionsAllowed", 0), age(obj, now),
    ]  # fmt: skip
