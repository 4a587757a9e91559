"""What the templates of applications say of one field: labels, ports, strategy, service account, placement.

Each field has its words for one application; one application is answered in a sentence, several line by line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from hexaops.analysis.applications.model import Application
from hexaops.analysis.diagnosis.causes import ref_of
from hexaops.analysis.diagnosis.objects import Obj, Raw, containers, dig, items, mapping, strings, template_spec, text
from hexaops.analysis.diagnosis.snapshot import Snapshot
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import NAME_LIMIT, listing, name_of, plural, subject_of
from hexaops.assistant.evidence import KUBERNETES
from hexaops.kit.redaction import redact
from hexaops.kit.redaction.names import is_telling
from hexaops.kit.text import markdown

SHOWN = 20
PAIRS = 12
VALUE_LIMIT = 160


def tell_template(
    field: str, applications: Sequence[Application], snapshot: Snapshot, facts: Facts, draft: Draft
) -> None:
    """One field (see `FIELDS`) of each application."""
    phrase, told = FIELDS[field], []
    for one in applications:
        workload = snapshot.at(ref_of(one))
        if workload is not None:
            told.append((one, phrase(workload)))
    if not told:
        draft.fulfilled = False
        draft.say("I can't tell: no template of them was read.")
        return
    noted = [
        draft.evidence.note(KUBERNETES, subject_of(one), words, unit="spec", at=facts.freshness.as_of)
        for one, words in told[:SHOWN]
    ]
    if len(told) == 1:
        draft.say(f"**{name_of(told[0][0], facts)}** {told[0][1]}.", noted[0])
        return
    draft.say(f"What {plural(len(told), 'template')} say:", *noted)
    for (one, words), item in zip(told, noted, strict=False):
        draft.say(f"- {name_of(one, facts)} {words}", item)
    if len(told) > SHOWN:
        draft.say(f"- … and {len(told) - SHOWN} more")


def tell_labelled(key: str, value: str, applications: Sequence[Application], facts: Facts, draft: Draft) -> None:
    """Which of them, or whose pods, have a label."""
    found = [
        one for one in applications if value in (one.workload.labels.get(key), one.workload.template_labels.get(key))
    ]
    label, of_all = markdown(f"{key}={value}", NAME_LIMIT), plural(len(applications), "application")
    noted = draft.evidence.note(
        KUBERNETES, f"applications with the label {key}={value}", len(found), unit="objects",
        at=facts.freshness.as_of, is_query=True,
    )  # fmt: skip
    verb = "has" if len(found) in (0, 1) else "have"
    draft.say(f"{len(found) or 'None'} of {of_all} {verb} the label {label}{':' if found else '.'}", noted)
    for one in found[:SHOWN]:
        draft.say(f"- {name_of(one, facts)}", noted)
    if len(found) > SHOWN:
        draft.say(f"- … and {len(found) - SHOWN} more", noted)
    draft.shown += [one.id for one in found[:SHOWN]]


def _labels(workload: Obj) -> str:
    own = mapping(workload.raw, "metadata", "labels")
    of_pods = mapping(workload.raw, "spec", "template", "metadata", "labels")
    if not own and not of_pods:
        return "has no labels"
    if own == of_pods:
        return f"and its pods have {_counted(own, 'label')}"
    first = f"has {_counted(own, 'label')}" if own else "has no labels of its own"
    return f"{first}; its pods have {_counted(of_pods, 'label')}" if of_pods else first


def _annotations(workload: Obj) -> str:
    own = mapping(workload.raw, "metadata", "annotations")
    of_pods = mapping(workload.raw, "spec", "template", "metadata", "annotations")
    first = f"has {_counted(own, 'annotation')}" if own else "has no annotations of its own"
    return f"{first}; its pods have {_counted(of_pods, 'annotation')}" if of_pods else first


def _counted(pairs: Raw, noun: str) -> str:
    shown = [_pair(str(key), str(value)) for key, value in pairs.items()]
    return f"{plural(len(pairs), noun)}: {listing(shown, limit=PAIRS)}"


def _pair(key: str, value: str) -> str:
    if is_telling(key):
        return f"{markdown(key, NAME_LIMIT)}=…"
    return markdown(redact(f"{key}={value}"), VALUE_LIMIT)


def _strategy(workload: Obj) -> str:
    strategy = mapping(workload.raw, "spec", "strategy") or mapping(workload.raw, "spec", "updateStrategy")
    kind = text(strategy, "type") or "RollingUpdate"
    bounds = [
        f"at most {value} {words}"
        for place, words in (("maxUnavailable", "unavailable"), ("maxSurge", "above the wanted number"))
        if (value := dig(strategy, "rollingUpdate", place)) is not None
    ]
    if partition := dig(strategy, "rollingUpdate", "partition"):
        bounds.append(f"from ordinal {partition} on")
    return f"rolls out by {markdown(kind, NAME_LIMIT)}{f': {listing(bounds)}' if bounds else ''}"


def _account(workload: Obj) -> str:
    spec = template_spec(workload)
    name = text(spec, "serviceAccountName") or text(spec, "serviceAccount")
    words = (
        f"runs under the service account {markdown(name, NAME_LIMIT)}"
        if name
        else (f"names no service account, so it runs under “default” of {markdown(workload.namespace, NAME_LIMIT)}")
    )
    return f"{words}; its token is not mounted" if dig(spec, "automountServiceAccountToken") is False else words


def _ports(workload: Obj) -> str:
    named = [_port(port) for container in containers(template_spec(workload)) for port in items(container, "ports")]
    return f"listens on {listing(named)}" if named else "names no port in its template"


def _port(port: Raw) -> str:
    name = text(port, "name")
    number = f"{dig(port, 'containerPort')}/{text(port, 'protocol') or 'TCP'}"
    return f"port {markdown(number, NAME_LIMIT)}{f' ({markdown(name, NAME_LIMIT)})' if name else ''}"


def _placement(workload: Obj) -> str:
    spec = template_spec(workload)
    parts = []
    if selector := mapping(spec, "nodeSelector"):
        parts.append(f"needs nodes with {listing([_pair(str(key), str(value)) for key, value in selector.items()])}")
    affinity = mapping(spec, "affinity")
    parts += [
        f"has a rule of {words}"
        for place, words in (("nodeAffinity", "node affinity"), ("podAffinity", "pod affinity"),
                             ("podAntiAffinity", "pod anti-affinity"))
        if mapping(affinity, place)
    ]  # fmt: skip
    if spread := [text(one, "topologyKey") for one in items(spec, "topologySpreadConstraints")]:
        parts.append(f"is spread by {listing([markdown(key, NAME_LIMIT) for key in spread])}")
    if tolerated := [text(one, "key") or "every taint" for one in items(spec, "tolerations")]:
        parts.append(f"tolerates {listing([markdown(key, NAME_LIMIT) for key in tolerated])}")
    if priority := text(spec, "priorityClassName"):
        parts.append(f"has the priority class {markdown(priority, NAME_LIMIT)}")
    return (
        listing(parts)
        if parts
        else ("has no node selector, affinity, toleration or spread rule: any node with room takes its pods")
    )


def _pulls(workload: Obj) -> str:
    return f"pulls its images by {listing(_each(workload, 'imagePullPolicy', 'the default'))}"


def _grace(workload: Obj) -> str:
    found = dig(template_spec(workload), "terminationGracePeriodSeconds")
    return f"gets {30 if found is None else found} seconds to end before it is killed"


def _containers(workload: Obj) -> str:
    spec = template_spec(workload)
    own = [markdown(text(one, "name"), NAME_LIMIT) for one in items(spec, "containers")]
    first = [markdown(text(one, "name"), NAME_LIMIT) for one in items(spec, "initContainers")]
    words = f"has {plural(len(own), 'container')} a pod: {listing(own)}" if own else "has no containers"
    return f"{words}; before that {plural(len(first), 'init container')} {'runs' if len(first) == 1 else 'run'}: " \
           f"{listing(first)}" if first else f"{words}, and no init container"  # fmt: skip


def _commands(workload: Obj) -> str:
    said = []
    own = items(template_spec(workload), "containers")
    for one in own:
        line = redact(" ".join([*strings(one, "command"), *strings(one, "args")]))
        of = f" in {markdown(text(one, 'name'), NAME_LIMIT)}" if len(own) > 1 else ""
        image = markdown(text(one, "image"), NAME_LIMIT)
        own_words = f"runs “{markdown(line, VALUE_LIMIT)}”{of}"
        said.append(own_words if line else f"sets no command{of}: the entry point of {image} runs")
    return listing(said) if said else "has no containers"


def secrets_of(workload: Obj) -> list[str]:
    """Names of the Secrets that its template names."""
    spec = template_spec(workload)
    found = [text(one, "secret", "secretName") for one in items(spec, "volumes")]
    found += [text(source, "secret", "name") for one in items(spec, "volumes")
              for source in items(one, "projected", "sources")]  # fmt: skip
    found += [text(one, "name") for one in items(spec, "imagePullSecrets")]
    for container in containers(spec):
        found += [text(entry, "secretRef", "name") for entry in items(container, "envFrom")]
        found += [text(entry, "valueFrom", "secretKeyRef", "name") for entry in items(container, "env")]
    return sorted({name for name in found if name})


def _secrets(workload: Obj) -> str:
    found = [markdown(name, NAME_LIMIT) for name in secrets_of(workload)]
    if not found:
        return "uses no Secret in variables, volumes or for pulling images"
    return f"uses {plural(len(found), 'Secret')}: {listing(found, limit=PAIRS)}; their values are never read here"


def _each(workload: Obj, place: str, default: str) -> list[str]:
    found = [text(one, place) or default for one in items(template_spec(workload), "containers")]
    return [markdown(one, NAME_LIMIT) for one in dict.fromkeys(found)] or [default]


FIELDS: Mapping[str, Callable[[Obj], str]] = {
    "labels": _labels,
    "annotations": _annotations,
    "strategy": _strategy,
    "accounts": _account,
    "ports": _ports,
    "placement": _placement,
    "pulls": _pulls,
    "grace": _grace,
    "containers": _containers,
    "commands": _commands,
    "secrets": _secrets,
}
"""What is said of one application, without its name."""
