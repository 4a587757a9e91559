"""Questions for objects by their own names, answered from the objects as they are now."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.analysis.diagnosis.causes import ref_of
from hexaops.analysis.diagnosis.objects import Raw, containers, items, template_spec, text
from hexaops.analysis.diagnosis.snapshot import Snapshot
from hexaops.assistant.answers import named as told
from hexaops.assistant.answers import objects, unsure
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.jobs import tell_job, tell_schedule
from hexaops.assistant.answers.lines import name_of
from hexaops.assistant.answers.networks import tell_policies
from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.backends.kubernetes.errors import KubernetesError
from hexaops.backends.kubernetes.kinds import WatchedKind
from hexaops.backends.kubernetes.rows import IngressRow, ObjectRow, ServiceRow
from hexaops.errors import UpstreamUnavailableError
from hexaops.features.applications.service import ApplicationService
from hexaops.features.chat.reading.asking import Reading
from hexaops.features.chat.reading.names import asks_where_a_service_leads, kind_said, objects_named, unknown_object
from hexaops.features.diagnosis.service import DiagnosisService

SHOWN = 5
NEAR_OF = 5000
NEAR, LIKE = 0.6, 0.85
"""How like a name is that is offered; the latter where applications have like names, too."""
_EXPOSED = re.compile(r"\b(?:expos\w+|public\w*|internet|outside|external\w*)\b", re.IGNORECASE)
_PODS = re.compile(r"\b(?:pods?|endpoints?|instances?)\b", re.IGNORECASE)
_USERS = re.compile(
    r"\b(?:us(?:es?|ing|ed)|mount\w*|reads?|referenc\w+|depends?|who|which (?:apps?|applications?|workloads?))\b",
    re.IGNORECASE,
)
_AGE = re.compile(r"\bhow old\b|\bwhen (?:was|were)\b.*\b(?:created|made)\b", re.IGNORECASE)
_NEXT = re.compile(r"\bnext\b|\bwhen (?:do|does|will)\b", re.IGNORECASE)
SECRETS_UNREAD = "Secrets are never read here"
NEAR_KINDS: tuple[WatchedKind, ...] = ("Service", "Ingress", "PersistentVolumeClaim", "CronJob", "Job")


class NamedReader(Struct, frozen=True):
    """Answers from the watch cache; of ConfigMaps, Secrets and policies from the templates and the API."""

    applications: ApplicationService
    diagnoses: DiagnosisService
    clusters: Clusters

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """What the named objects are and lead to; else that there is no such object."""
        rows = objects_named(reading.message, reading.asked, reading.facts) or self._services_of(reading, draft)
        for row in rows[:SHOWN]:
            self._tell(row, reading, draft)
        if not rows and not draft.statements:
            await self._of_templates(unknown_object(reading.message, reading.asked), reading, draft)

    def _services_of(self, reading: Reading, draft: Draft) -> list[ServiceRow]:
        """The Services of the application whose name stands for them."""
        if not asks_where_a_service_leads(reading.message, reading.asked):
            return []
        named = reading.applications
        found = [row for one in named for row in self.applications.services(reading.caller.get_workspace(), one)]
        if named and not found:
            told.tell_unserved_by_any(named[0], reading.facts, draft)
        return found

    def _tell(self, row: Any, reading: Reading, draft: Draft) -> None:
        facts, draft.analyzed = reading.facts, draft.analyzed + 1
        if _AGE.search(reading.message):
            told.tell_age(row, facts, draft)
            return
        match row.kind:
            case "Service":
                self._service(row, reading, draft)
            case "Ingress":
                behind = {rule.service: self._names(self._served(rule.service, row, reading), reading)
                          for rule in row.rules}  # fmt: skip
                told.tell_ingress(row, behind, facts, draft, exposed=_EXPOSED.search(reading.message) is not None)
            case "PersistentVolumeClaim":
                users = self._related(row, "volume_claims", reading)
                told.tell_claim(row, self._names(users, reading), facts, draft)
                draft.shown += [one.id for one in users]
            case "HorizontalPodAutoscaler":
                found = [one for one in self._in(row, reading) if one.name == row.target_name]
                objects.tell_autoscalers(found, [row], facts, draft, form="bounds")
            case "PodDisruptionBudget":
                objects.tell_budgets([row], f" called {row.name}", facts, draft)
            case "ResourceQuota":
                objects.tell_quotas([row], "", facts, draft)
            case "CronJob":
                tell_schedule(row, facts, draft, upcoming=_NEXT.search(reading.message) is not None)
            case _:
                tell_job(row, facts, draft)

    def _service(self, row: ServiceRow, reading: Reading, draft: Draft) -> None:
        workspace = reading.caller.get_workspace()
        slices = [one for one in self.applications.rows(workspace, "EndpointSlice")
                  if one.namespace == row.namespace and one.service == row.name]  # fmt: skip
        endpoints = [endpoint for one in slices for endpoint in one.endpoints]
        ingresses: list[IngressRow] = [
            one for one in self.applications.rows(workspace, "Ingress")
            if one.namespace == row.namespace and any(rule.service == row.name for rule in one.rules)
        ]  # fmt: skip
        behind = self._served(row.name, row, reading)
        draft.shown += [one.id for one in behind]
        facet = "exposed" if _EXPOSED.search(reading.message) else "pods" if _PODS.search(reading.message) else "leads"
        told.tell_service(row, self._names(behind, reading), endpoints, ingresses, reading.facts, draft, facet=facet)

    def _in(self, row: ObjectRow, reading: Reading) -> list[Application]:
        return [one for one in reading.facts.applications or () if one.project == row.namespace]

    def _served(self, service: str, row: ObjectRow, reading: Reading) -> list[Application]:
        workspace = reading.caller.get_workspace()
        return [one for one in self._in(row, reading)
                if any(each.name == service for each in self.applications.services(workspace, one))]  # fmt: skip

    def _related(self, row: ObjectRow, names: str, reading: Reading) -> list[Application]:
        workspace = reading.caller.get_workspace()
        return [one for one in self._in(row, reading)
                if row.name in getattr(self.applications.related(workspace, one), names)]  # fmt: skip

    @staticmethod
    def _names(found: Sequence[Application], reading: Reading) -> list[str]:
        return [name_of(one, reading.facts) for one in found]

    async def _of_templates(self, name: str, reading: Reading, draft: Draft) -> None:
        """ConfigMaps and Secrets by the templates that name them, network policies as they are."""
        kind, workspace = kind_said(reading.message), reading.caller.get_workspace()
        try:
            snapshot = await self.diagnoses.snapshot(workspace, logs=False)
        except UpstreamUnavailableError:
            if kind or not reading.asked.unknown_names:
                raise
            unsure.tell_unknown(reading.asked, draft)
            return
        policies = [one for one in snapshot.of("NetworkPolicy") if one.name == name]
        if policies:
            tell_policies(policies, f" called {name}", reading.facts, draft)
            return
        users: dict[tuple[str, str], list[Application]] = {}
        for one in reading.facts.applications or ():
            for used in _used(one, snapshot):
                if used[1] == name and kind in ("", used[0]):
                    users.setdefault((used[0], one.project), []).append(one)
        certified = _certified(snapshot, name) if kind in ("", "Secret") else {}
        users |= {("Secret", project): [] for project in certified if ("Secret", project) not in users}
        if not users and kind == "ConfigMap":
            users = {(kind, project): [] for project in reading.facts.projects}
        for (of, project), some in users.items():
            data, why = await self._data(of, project, name, reading)
            by = [*self._names(some, reading), *(certified.get(project, ()) if of == "Secret" else ())]
            if by or data is not None:
                told.tell_keys((of, f"{project}/{name}"), data, why, by, reading.facts, draft,
                               of_users=_USERS.search(reading.message) is not None)  # fmt: skip
                draft.analyzed += 1
                draft.shown += [one.id for one in some]
        if not draft.analyzed:
            self._tell_unknown(kind, name, snapshot, reading, draft)

    async def _data(
        self, kind: str, project: str, name: str, reading: Reading
    ) -> tuple[Mapping[str, object] | None, str]:  # fmt: skip
        if kind == "Secret":
            return None, SECRETS_UNREAD
        workspace = reading.caller.get_workspace()
        if not workspace.owns(project):
            return None, "it is not in this workspace"
        try:
            found = await self.clusters.get(workspace.cluster_id).reader.get(kind, project, name)
        except KubernetesError as error:
            return None, error.message
        data = found.get("data")
        return (data if isinstance(data, dict) else {}), ""

    def _tell_unknown(self, kind: str, name: str, snapshot: Snapshot, reading: Reading, draft: Draft) -> None:
        """What else is called nearly so."""
        workspace, asked = reading.caller.get_workspace(), reading.asked
        watched = [row.name for each in NEAR_KINDS for row in self.applications.rows(workspace, each)][:NEAR_OF]
        templates = [used[1] for one in reading.facts.applications or () for used in _used(one, snapshot)]
        cutoff = LIKE if asked.unknown_names else NEAR
        near = get_close_matches(name, sorted({*watched, *templates}), n=3, cutoff=cutoff)
        if near or not asked.unknown_names:
            told.tell_no_object(kind or "object", name, near, draft)
        else:
            unsure.tell_unknown(asked, draft)


def _certified(snapshot: Snapshot, secret: str) -> dict[str, list[str]]:
    """The Ingresses that take their certificate from a Secret of this name, by namespace."""
    found: dict[str, list[str]] = {}
    for one in snapshot.of("Ingress"):
        if any(text(entry, "secretName") == secret for entry in one.items("spec", "tls")):
            found.setdefault(one.namespace, []).append(f"Ingress {one.name}")
    return found


def _used(application: Application, snapshot: Snapshot) -> set[tuple[str, str]]:
    """ConfigMaps and Secrets that its template names."""
    workload = snapshot.at(ref_of(application))
    spec: Raw = template_spec(workload) if workload is not None else {}
    found = {("ConfigMap", text(one, "configMap", "name")) for one in items(spec, "volumes")}
    found |= {("Secret", text(one, "secret", "secretName")) for one in items(spec, "volumes")}
    found |= {("Secret", text(one, "name")) for one in items(spec, "imagePullSecrets")}
    for container in containers(spec):
        for entry in items(container, "envFrom"):
            found |= {("ConfigMap", text(entry, "configMapRef", "name")), ("Secret", text(entry, "secretRef", "name"))}
        for entry in items(container, "env"):
            found.add(("ConfigMap", text(entry, "valueFrom", "configMapKeyRef", "name")))
            found.add(("Secret", text(entry, "valueFrom", "secretKeyRef", "name")))
    return {one for one in found if one[1]}
