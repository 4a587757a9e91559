"""update_quota: the ResourceQuota of a project, created where it has none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from hexaops.backends.kubernetes.kinds import KINDS
from hexaops.backends.kubernetes.rows import QuotaRow
from hexaops.kit.quantities import parse_quantity
from hexaops.runbooks.live import LiveObject
from hexaops.runbooks.model import Call, Draft, FieldChange, Fields, Risk, Subject, TargetRef, Write
from hexaops.runbooks.parameters import Parameters, refused
from hexaops.runbooks.runbook import (
    NotApplicableError,
    Right,
    Runbook,
    Step,
    View,
    Words,
    World,
    all_writes,
    seconds_of_one_batch,
    seconds_to_validate,
)

QUOTA = "ResourceQuota"
DEFAULT_NAME = "hexaops"
"""Name of a quota created here."""


def _quantity(text: str) -> str:
    try:
        value = parse_quantity(text)
    except ValueError:
        value = -1.0
    if value < 0:
        message = "must be a quantity such as 4, 500m or 8Gi"
        raise ValueError(message)
    return text


Resource = Annotated[str, StringConstraints(pattern=r"^[a-z0-9.\-/]{1,253}$")]
Quantity = Annotated[str, StringConstraints(min_length=1, max_length=32), AfterValidator(_quantity)]


class QuotaParameters(Parameters):
    """New limits by resource, such as `requests.cpu` or `pods`; null removes one."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=253)] | None = None
    """Quota; required if the project has several."""
    hard: Annotated[dict[Resource, Quantity | None], Field(min_length=1, max_length=50)]


def _row(view: View) -> QuotaRow | None:
    (write,) = view.draft.writes
    return next((row for row in view.cache.quotas(view.target.namespace) if row.name == write.target.name), None)


def _applied(view: View) -> bool | None:
    """Done when the limits are as planned (the status is the quota controller's)."""
    row = _row(view)
    if view.draft.writes[0].call.verb == "delete":
        return True if row is None else None
    wanted = {name: parse_quantity(value) for name, value in view.draft.prior["wanted"].items()}
    return True if row is not None and dict(row.hard) == wanted else None


VALIDATE = Step("validate_quota", seconds_to_validate, examines=True)
APPLY = Step(
    "apply_quota", seconds_of_one_batch, writes=all_writes, reached=_applied,
    found=lambda view, _reached: {"details": {"hard": view.draft.prior["wanted"], "resources_affected": 1}},
)  # fmt: skip
VERIFY = Step("verify_quota", seconds_of_one_batch, reached=_applied)


class UpdateQuota(Runbook[QuotaParameters]):
    """Sets how much a project may request."""

    name = "update_quota"
    target = "project"
    parameters = QuotaParameters
    words = Words(
        verb="update the quota of",
        done="updated",
        does="sets limits of the project's ResourceQuota, creating it if there is none",
        undo="restores the previous limits, or removes the quota",
        noun="Quota",
    )
    risk = "higher limits: low; lower: medium; below current use: high"
    rights = tuple(Right(verb, QUOTA) for verb in ("create", "patch", "delete"))
    steps = (VALIDATE, APPLY, VERIFY)
    watched = (QUOTA,)

    async def draft(self, subject: Subject, parameters: QuotaParameters, world: World) -> Draft:
        """Draft the new limits."""
        row = _chosen(world.cache.quotas(subject.namespace), parameters.name)
        live = await world.find(QUOTA, subject.namespace, row.name) if row else None
        before: Mapping[str, str] = (live.document.get("spec") or {}).get("hard") or {} if live else {}
        after = {name: value for name, value in {**before, **parameters.hard}.items() if value is not None}
        write = _write(subject, parameters.name or DEFAULT_NAME, live, (before, after))
        warnings = _warnings(row, after)
        lowered = any(_less(after.get(name), before.get(name)) for name in {*before, *after})
        risk: Risk = "high" if warnings else "medium" if lowered else "low"
        return Draft(
            action=self.name,
            subject=subject,
            target=write.target,
            description=f"Updating the quota of project '{subject.name}'",
            parameters=parameters.model_dump(exclude={"reason"}, exclude_none=True) | {"hard": dict(parameters.hard)},
            writes=(write,),
            risk=risk,
            prior={"wanted": after, "hard": {name: before.get(name) for name in parameters.hard}},
            warnings=warnings,
        )

    def inverse(self, draft: Draft) -> tuple[str, Fields]:
        """The previous limits."""
        return self.name, {"name": draft.writes[0].target.name, "hard": draft.prior["hard"]}


def _chosen(rows: list[QuotaRow], name: str | None) -> QuotaRow | None:
    if name is None and len(rows) > 1:
        raise refused("name", f"one of {', '.join(sorted(row.name for row in rows))}")
    return next((row for row in rows if name in {None, row.name}), None)


def _write(
    subject: Subject, name: str, live: LiveObject | None, limits: tuple[Mapping[str, str], Mapping[str, str]]
) -> Write:
    before, after = limits
    changes = tuple(
        FieldChange(f"/spec/hard/{key.replace('/', '~1')}", before.get(key), after.get(key))
        for key in sorted({*before, *after})
        if before.get(key) != after.get(key)
    )
    if not changes:
        raise NotApplicableError("The quota already has these limits", possible=None, already_so=True)
    if live is None:
        new = TargetRef(kind=QUOTA, namespace=subject.namespace, name=name)
        body = _manifest(new, after)
        return Write(target=new, call=Call(verb="create", body=body), undo=Call(verb="delete"), changes=changes)
    if not after:
        undo = Call(verb="create", body=_manifest(live.target, before))
        return Write(target=live.target, call=Call(verb="delete"), undo=undo, changes=changes)
    keys = [change.path.removeprefix("/spec/hard/").replace("~1", "/") for change in changes]
    return Write(
        target=live.target,
        call=Call(verb="patch", body={"spec": {"hard": {key: after.get(key) for key in keys}}}),
        undo=Call(verb="patch", body={"spec": {"hard": {key: before.get(key) for key in keys}}}),
        changes=changes,
    )


def _manifest(target: TargetRef, hard: Mapping[str, str]) -> Fields:
    return {
        "apiVersion": KINDS[QUOTA].api_version,
        "kind": QUOTA,
        "metadata": {"name": target.name, "namespace": target.namespace},
        "spec": {"hard": dict(hard)},
    }


def _less(new: str | None, old: str | None) -> bool:
    """Whether a limit becomes stricter; having none is the loosest."""
    if new is None:
        return False
    return old is None or parse_quantity(new) < parse_quantity(old)


def _warnings(row: QuotaRow | None, after: Mapping[str, str]) -> tuple[str, ...]:
    """Limits below current use stop nothing that runs, but nothing new can start."""
    used = row.used if row else {}
    over = sorted(name for name, value in after.items() if parse_quantity(value) < used.get(name, 0.0))
    if not over:
        return ()
    return (f"Below current use ({', '.join(over)}): running pods stay, but no new pod can start",)
