"""Which change of the catalogue would carry out a finding's fix, if one can.

The diagnosis names fixes as changes of fields. Those that a runbook can make become its parameters; where a value is
for a person to choose, or no runbook sets the field, there is none: nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from hexaops.analysis.applications.model import Application, ProblemKind
from hexaops.analysis.diagnosis.model import Action, FieldChange, Finding, Fix
from hexaops.backends.kubernetes.rows import PodRow

_IMAGE = re.compile(r"^spec\.template\.spec\.containers\[(\d+)\]\.image$")
_AMOUNT = re.compile(r"^spec\.template\.spec\.containers\[(\d+)\]\.resources\.(requests|limits)\.(cpu|memory)$")
_CRASHES = frozenset({"application-error", "crash", "liveness-probe", "terminating-stuck", "segfault"})
"""Causes within one pod; with siblings of the same template that are well, a new pod may do better."""


class Remedy(Struct, frozen=True):
    """A change that can be planned now."""

    action: str
    """A runbook of the catalogue."""
    parameters: Mapping[str, Any]
    """Without what they are about: see `addressed`."""
    why: str
    """Why it should help."""
    of_project: bool = False
    """Whether it changes something of the application's project, and not the application."""

    def addressed(self, application: Application) -> dict[str, Any]:
        """The parameters as an action is asked for with them."""
        about = {"project": application.project} if self.of_project else {"application_id": application.id}
        return {**about, **self.parameters}


def remedy_for(finding: Finding, application: Application) -> Remedy | None:
    """The change of this application that would remove the finding's cause, or may at least mend its pods."""
    fix = finding.fix
    if fix is None:
        return _new_pods(finding, application)
    if fix.target.namespace != application.project:
        return None
    if (fix.target.kind, fix.target.name) == (application.kind, application.name):
        return _of_workload(fix, application)
    if fix.action is Action.PATCH and fix.target.kind == "ResourceQuota":
        hard = {one.path.removeprefix("spec.hard."): one.wanted for one in fix.changes if _is_quota(one)}
        parameters = {"name": fix.target.name, "hard": hard}
        return Remedy("update_quota", parameters, fix.summary, of_project=True) if hard else None
    if fix.action is Action.PATCH and fix.target.kind == "HorizontalPodAutoscaler":
        return _autoscaling(fix)
    return None


def _of_workload(fix: Fix, application: Application) -> Remedy | None:
    if fix.action is Action.ROLLBACK and application.kind == "Deployment":
        revision = re.search(r"revision (\d+)", fix.summary)
        return Remedy("rollback_revision", {"revision": int(revision[1])} if revision else {}, fix.summary)
    if fix.action is Action.RESTART:
        return Remedy("restart_application", {}, fix.summary)
    wanted = {one.path: one.wanted for one in fix.changes}
    replicas = wanted.get("spec.replicas")
    if isinstance(replicas, int) and replicas > 0:
        if application.desired == 0:
            return Remedy("start_application", {}, fix.summary)
        return Remedy("scale_application", {"replicas": replicas}, fix.summary)
    if len(wanted) == 1:
        ((path, value),) = wanted.items()
        image = _IMAGE.match(path)
        names = application.workload.container_names
        if image and isinstance(value, str) and int(image[1]) < len(names):
            return Remedy("update_configuration", {"container": names[int(image[1])], "image": value}, fix.summary)
        amount = _AMOUNT.match(path)
        if amount and isinstance(value, str) and int(amount[1]) < len(names):
            parameters = {"container": names[int(amount[1])], amount[2]: {amount[3]: value}}
            return Remedy("update_configuration", parameters, fix.summary)
    return None


def _autoscaling(fix: Fix) -> Remedy | None:
    named = {"spec.maxReplicas": "max_replicas", "spec.minReplicas": "min_replicas"}
    bounds = {named[one.path]: one.wanted for one in fix.changes if one.path in named and isinstance(one.wanted, int)}
    whole = bounds and len(bounds) == len(fix.changes)
    return Remedy("set_autoscaling", bounds, fix.summary) if whole else None


def _new_pods(finding: Finding, application: Application) -> Remedy | None:
    failing = [one.pod for one in application.problems if one.kind is ProblemKind.FAILING]
    well = [pod for pod in application.pods if pod.ready]
    if finding.rule not in _CRASHES or not failing or not well:
        return None
    if {*map(_template, failing)} - {*map(_template, well)}:
        return None  # of another revision: the pods that are well prove nothing
    verb = "is" if len(well) == 1 else "are"
    replaced = "the failing one" if len(failing) == 1 else "the failing ones"
    why = f"{len(well)} of its pods {verb} well with the same template: replacing {replaced} may be enough"
    return Remedy("restart_failing_pods", {}, why)


def _template(pod: PodRow) -> tuple[str, str]:
    """The same for pods of one template: a Deployment's have its ReplicaSet, others their revision as a label."""
    return pod.owner_name, pod.labels.get("controller-revision-hash", "")


def _is_quota(one: FieldChange) -> bool:
    return one.path.startswith("spec.hard.") and isinstance(one.wanted, (str, int)) and not isinstance(one.wanted, bool)
