"""How an application is set up, as its template says: image, resources, probes, variables, ConfigMaps, Secrets."""

from __future__ import annotations

from collections.abc import Iterator

from hexaops.analysis.applications.model import Application
from hexaops.analysis.diagnosis.causes import ref_of
from hexaops.analysis.diagnosis.objects import Raw, containers, items, mapping, template_spec, text
from hexaops.analysis.diagnosis.snapshot import Snapshot
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.fields import PROBES, asked_of, config_maps_of, variables_of
from hexaops.assistant.answers.lines import NAME_LIMIT, listing, name_of, plural, subject_of
from hexaops.assistant.answers.templates import FIELDS, VALUE_LIMIT, secrets_of
from hexaops.assistant.evidence import KUBERNETES
from hexaops.kit.text import markdown

VARIABLES = 12
CONTAINERS = 6


def tell_configuration(application: Application, snapshot: Snapshot, facts: Facts, draft: Draft) -> None:
    """One application: a sentence, then line by line; values of Secrets are never read."""
    name, workload = name_of(application, facts), snapshot.at(ref_of(application))
    if workload is None:
        draft.fulfilled = False
        draft.say(f"I can't tell the configuration of {name}: its template was not read.")
        return
    spec = template_spec(workload)
    images = [markdown(image, NAME_LIMIT) for image in application.workload.images]
    variables = {
        key: value for one in containers(spec) for key, value in variables_of(one, snapshot, workload.namespace).items()
    }
    maps, secrets = config_maps_of(application, snapshot), secrets_of(workload)
    parts = (len(variables), "environment variable"), (len(maps), "ConfigMap"), (len(secrets), "Secret")
    counted = listing([plural(count, noun) if count else f"no {noun}" for count, noun in parts], last="and")
    _say(draft, application, facts,
         f"**{name}** is a {application.kind} in {markdown(application.project, NAME_LIMIT)} with "
         f"{plural(application.desired, 'replica')} ({application.ready} ready) of {listing(images)}; it has "
         f"{counted}.")  # fmt: skip
    for container in items(spec, "containers")[:CONTAINERS]:
        for line in _of_container(container, several=len(items(spec, "containers")) > 1):
            _say(draft, application, facts, line)
    for key, value in [*variables.items()][:VARIABLES]:
        _say(draft, application, facts, f"- variable {markdown(key, NAME_LIMIT)}: {markdown(value, VALUE_LIMIT)}")
    if len(variables) > VARIABLES:
        draft.say(f"- … and {len(variables) - VARIABLES} more variables")
    for word, names in (("ConfigMaps", maps), ("Secrets (values are never read here)", secrets)):
        if names:
            shown = listing([markdown(one, NAME_LIMIT) for one in names])
            _say(draft, application, facts, f"- {word}: {shown}")
    if mounted := [_volume(one) for one in items(spec, "volumes")]:
        _say(draft, application, facts, f"- volumes: {listing(mounted)}")
    for field in ("strategy", "accounts", "grace"):
        _say(draft, application, facts, f"- it {FIELDS[field](workload)}")
    kind, project = application.kind.casefold(), markdown(application.project, NAME_LIMIT)
    draft.say(f"The whole manifest: `kubectl get {kind} {application.name} -n {project} -o yaml`.")


def _of_container(container: Raw, *, several: bool) -> Iterator[str]:
    of = f" of {markdown(text(container, 'name'), NAME_LIMIT)}" if several else ""
    resources = mapping(container, "resources")
    said = []
    for place in ("requests", "limits"):
        pairs = [f"{markdown(str(value), NAME_LIMIT)} {markdown(str(key), NAME_LIMIT)}"
                 for key, value in mapping(resources, place).items()]  # fmt: skip
        said.append(f"{place} {listing(pairs)}" if pairs else f"no {place}")
    yield f"- resources{of}: {'; '.join(said)}"
    probes = [f"{kind} by {asked_of(probe)}" for kind in PROBES if (probe := mapping(container, PROBES[kind]))]
    yield f"- probes{of}: {listing(probes) if probes else 'none'}"
    if ports := [str(one.get("containerPort")) for one in items(container, "ports")]:
        yield f"- ports{of}: {listing([markdown(port, NAME_LIMIT) for port in ports])}"


def _volume(volume: Raw) -> str:
    name = markdown(text(volume, "name"), NAME_LIMIT)
    for place, word, path in (
        ("persistentVolumeClaim", "claim", "claimName"), ("configMap", "ConfigMap", "name"),
        ("secret", "Secret", "secretName"), ("hostPath", "path of the node", "path"),
    ):  # fmt: skip
        if held := text(volume, place, path):
            return f"{name} ({word} {markdown(held, NAME_LIMIT)})"
    kind = next((key for key in volume if key != "name"), "")
    return f"{name} ({markdown(kind, NAME_LIMIT)})" if kind else name


def _say(draft: Draft, application: Application, facts: Facts, line: str) -> None:
    noted = draft.evidence.note(
        KUBERNETES, subject_of(application), line.removeprefix("- "), unit="spec", at=facts.freshness.as_of
    )
    draft.say(line, noted)
