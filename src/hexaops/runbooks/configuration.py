"""update_configuration: variables, image or size of a container, or a ConfigMap and the rollout that reads it.

Each is a strategic merge patch of exactly the named fields. A changed ConfigMap reaches pods when they start: the same
plan restarts the application, and undoing puts the ConfigMap back before the pods.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from hexaops.analysis.applications.model import Application
from hexaops.kit.quantities import parse_quantity
from hexaops.kit.redaction import is_telling
from hexaops.runbooks.disruption import ready_pods_down_by_rollout
from hexaops.runbooks.live import LiveWorkload
from hexaops.runbooks.model import Call, Draft, FieldChange, Fields, Subject, Write
from hexaops.runbooks.parameters import Parameters, refused
from hexaops.runbooks.restart import DRAIN, REPLACE, restart_write
from hexaops.runbooks.runbook import NotApplicableError, Right, Words, World, all_writes, step_named
from hexaops.runbooks.workloads import (
    VALIDATE,
    VERIFY,
    WORKLOADS,
    WorkloadRunbook,
    check_rolls_out,
    read_workload,
)

MOST_ENTRIES = 50
VALUE_LIMIT = 4096
Name = Annotated[str, StringConstraints(min_length=1, max_length=253)]
EnvName = Annotated[str, StringConstraints(pattern=r"^[-._a-zA-Z][-._a-zA-Z0-9]*$", max_length=253)]
Key = Annotated[str, StringConstraints(pattern=r"^[-._a-zA-Z0-9]+$", max_length=253)]
Value = Annotated[str, StringConstraints(max_length=VALUE_LIMIT)]
IMAGE = r"^[^\s@:]+(:\d+)?[^\s@:]*(:[\w][\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$"
Image = Annotated[str, StringConstraints(pattern=IMAGE, max_length=512)]


Amount = Annotated[str, StringConstraints(min_length=1, max_length=32)]
Resource = Literal["cpu", "memory"]
MEBI = 2**20


def _amounts(given: dict[Resource, str | None] | None) -> dict[Resource, str | None] | None:
    """As the API server writes them, or what was applied could not be told from what was not."""
    return None if given is None else {name: value and _amount(name, value) for name, value in given.items()}


def _amount(resource: Resource, text: str) -> str:
    try:
        value = parse_quantity(text)
    except ValueError:
        value = 0.0
    whole = round(value * 1000, 6) if resource == "cpu" else value / MEBI
    if whole < 1 or whole != int(whole):
        example = "a number of cores such as 2 or 250m" if resource == "cpu" else "whole Mi or Gi such as 512Mi"
        message = f"{resource} must be {example}"
        raise ValueError(message)
    small, large, factor = ("m", "", 1000) if resource == "cpu" else ("Mi", "Gi", 1024)
    return f"{whole:.0f}{small}" if whole % factor else f"{whole / factor:.0f}{large}"


Amounts = Annotated[dict[Resource, Amount | None], Field(min_length=1), AfterValidator(_amounts)]


class ConfigurationParameters(Parameters):
    """Values to set; null removes a variable or key."""

    container: Name | None = None
    """Container; required if there are several."""
    env: Annotated[dict[EnvName, Value | None], Field(max_length=MOST_ENTRIES)] | None = None
    image: Image | None = None
    requests: Amounts | None = None
    """CPU and memory that the scheduler reserves."""
    limits: Amounts | None = None
    config_map: Name | None = None
    data: Annotated[dict[Key, Value | None], Field(max_length=MOST_ENTRIES)] | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not (self.env or self.image or self.requests or self.limits or self.data):
            message = "set env, image, requests, limits, or config_map with data"
            raise ValueError(message)
        if bool(self.data) != bool(self.config_map):
            message = "config_map and data belong together"
            raise ValueError(message)
        return self


class UpdateConfiguration(WorkloadRunbook[ConfigurationParameters]):
    """Changes the configuration and rolls it out."""

    name = "update_configuration"
    parameters = ConfigurationParameters
    words = Words(
        verb="update the configuration of",
        done="reconfigured",
        does="sets environment variables, the image, requests and limits or keys of a ConfigMap, and rolls it out",
        undo="restores the previous values",
    )
    risk = "medium"
    rights = (*(Right("patch", kind) for kind in WORKLOADS), Right("patch", "ConfigMap"))
    steps = (VALIDATE, step_named("roll_out_configuration", DRAIN, writes=all_writes), REPLACE, VERIFY)

    async def draft(self, subject: Subject, parameters: ConfigurationParameters, world: World) -> Draft:
        """Draft the configuration change."""
        workload = await read_workload(subject, world)
        check_rolls_out(workload)
        _check_not_secret(parameters)
        writes: list[Write] = []
        if parameters.data and parameters.config_map:
            writes.append(await _config_map_write(workload, parameters.config_map, parameters.data, world))
        template = _template_write(workload, parameters)
        writes += [template] if template else [restart_write(workload, world.at)] if writes else []
        if not writes:
            raise NotApplicableError("The application already has this configuration", possible=None, already_so=True)
        return Draft(
            action=self.name,
            subject=subject,
            target=workload.target,
            description=f"Updating the configuration of application '{subject.name}'",
            parameters=_own(parameters),
            writes=tuple(writes),
            risk="medium",
            undo_in_order=True,
            prior=_prior(parameters, writes),
            warnings=("The application is stopped; the change takes effect when it starts",)
            if workload.replicas == 0
            else (),
            ready_pods_down=ready_pods_down_by_rollout(workload),
            pods_touched=workload.replicas,
        )

    def possible_for(self, application: Application) -> bool:
        """It has pods that a rollout would replace."""
        return application.desired > 0

    def inverse(self, draft: Draft) -> tuple[str, Fields] | None:
        """The previous values, if all of them can be restored."""
        return (self.name, dict(draft.prior)) if draft.prior else None


def _check_not_secret(parameters: ConfigurationParameters) -> None:
    for field, values in (("env", parameters.env or {}), ("data", parameters.data or {})):
        for name, value in values.items():
            if value and is_telling(name):
                raise refused(
                    f"{field}.{name}", "looks like a secret; keep it in a Secret (secrets are never changed here)"
                )


def _own(parameters: ConfigurationParameters) -> Fields:
    return parameters.model_dump(exclude_none=True, exclude={"reason"}) | {
        field: dict(value) for field in ("env", "requests", "limits", "data") if (value := getattr(parameters, field))
    }


async def _config_map_write(
    workload: LiveWorkload, name: str, data: Mapping[str, str | None], world: World
) -> Write:  # fmt: skip
    if name not in config_maps_of(workload):
        known = ", ".join(sorted(config_maps_of(workload))) or "none"
        raise refused("config_map", f"the application uses {known}")
    live = await world.find("ConfigMap", workload.target.namespace, name)
    if live is None:
        raise refused("config_map", "does not exist")
    if live.document.get("immutable"):
        raise NotApplicableError(f"ConfigMap {name} is immutable", possible="create a new ConfigMap")
    before = {key: live.field(f"/data/{key}") for key in data}
    changes = tuple(FieldChange(f"/data/{key}", before[key], data[key]) for key in data if before[key] != data[key])
    if not changes:
        raise NotApplicableError(f"ConfigMap {name} already has these values", possible=None, already_so=True)
    return Write(
        target=live.target,
        call=Call(verb="patch", body={"data": dict(data)}),
        undo=Call(verb="patch", body={"data": before}),
        changes=changes,
    )


def config_maps_of(workload: LiveWorkload) -> frozenset[str]:
    """ConfigMaps its pods use, as variables or files."""
    spec = workload.template.get("spec") or {}
    names: set[str] = set()
    for container in (*(spec.get("initContainers") or ()), *workload.containers):
        sources = [one.get("configMapRef") for one in container.get("envFrom") or ()]
        sources += [(one.get("valueFrom") or {}).get("configMapKeyRef") for one in container.get("env") or ()]
        names |= {one["name"] for one in sources if one and one.get("name")}
    for volume in spec.get("volumes") or ():
        parts = [volume, *((volume.get("projected") or {}).get("sources") or ())]
        names |= {part["configMap"]["name"] for part in parts if (part.get("configMap") or {}).get("name")}
    return frozenset(names)


def _template_write(workload: LiveWorkload, parameters: ConfigurationParameters) -> Write | None:
    if not (parameters.env or parameters.image or parameters.requests or parameters.limits):
        return None
    name = _container(workload, parameters.container)
    root = f"/spec/template/spec/containers[name={name}]"
    wanted: dict[str, Any] = {"name": name}
    before: dict[str, Any] = {"name": name}
    changes: list[FieldChange] = []
    if parameters.image:
        changes.append(FieldChange(f"{root}/image", workload.field(f"{root}/image"), parameters.image))
        wanted["image"], before["image"] = parameters.image, changes[-1].before
    for variable, value in (parameters.env or {}).items():
        path = f"{root}/env[name={variable}]"
        found = workload.field(path)
        after = None if value is None else {"name": variable, "value": value}
        if found != after:
            changes.append(FieldChange(path, found, after))
            wanted.setdefault("env", []).append(_env_patch(variable, found, after))
            before.setdefault("env", []).append(_env_patch(variable, after, found))
    for part, amounts in (("requests", parameters.requests), ("limits", parameters.limits)):
        for resource, amount in (amounts or {}).items():
            path = f"{root}/resources/{part}/{resource}"
            changes.append(FieldChange(path, workload.field(path), amount))
            wanted.setdefault("resources", {}).setdefault(part, {})[resource] = amount
            before.setdefault("resources", {}).setdefault(part, {})[resource] = changes[-1].before
    changes = [change for change in changes if change.before != change.after]
    if not changes:
        return None
    return Write(
        target=workload.target, call=_template_call(wanted), undo=_template_call(before), changes=tuple(changes)
    )


def _env_patch(name: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Fields:
    """Replace the whole entry: `value` and `valueFrom` are mutually exclusive."""
    if new is None:
        return {"name": name, "$patch": "delete"}
    gone = dict.fromkeys((old or {}).keys() - new.keys())
    return {**gone, **new}


def _template_call(container: Fields) -> Call:
    body = {"spec": {"template": {"spec": {"containers": [container]}}}}
    return Call(verb="patch", patch_type="strategic", body=body)


def _container(workload: LiveWorkload, asked: str | None) -> str:
    names = [str(one.get("name")) for one in workload.containers]
    if asked is None and len(names) == 1:
        return names[0]
    if asked not in names:
        raise refused("container", f"one of {', '.join(names)}")
    return asked


def _prior(parameters: ConfigurationParameters, writes: list[Write]) -> Fields:
    """Parameters that restore the previous values; empty if one was a reference, which parameters cannot express."""
    prior: dict[str, Any] = {"container": parameters.container} if parameters.container else {}
    for write in writes:
        for change in write.changes:
            last = change.path.rsplit("/", 1)[-1]
            if change.path.startswith("/data/"):
                prior.setdefault("data", {})[last] = change.before
                prior["config_map"] = write.target.name
            elif last == "image":
                prior["image"] = change.before
            elif last in {"cpu", "memory"}:
                prior.setdefault(change.path.rsplit("/", 2)[-2], {})[last] = change.before
            elif last.startswith("env["):
                if change.before is not None and change.before.keys() != {"name", "value"}:
                    return {}
                name = last.removeprefix("env[name=").removesuffix("]")
                prior.setdefault("env", {})[name] = change.before and change.before["value"]
    return prior
