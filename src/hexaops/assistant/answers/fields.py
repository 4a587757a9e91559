"""Single fields of pods and of their templates: addresses, owners, variables, probes, replicas."""

from __future__ import annotations

from collections.abc import Sequence

from hexaops.analysis.applications.model import Application
from hexaops.analysis.diagnosis.causes import ref_of
from hexaops.analysis.diagnosis.objects import Raw, containers, items, mapping, number, strings, template_spec, text
from hexaops.analysis.diagnosis.snapshot import Snapshot
from hexaops.assistant.answers.attachments import Cell
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import NAME_LIMIT, TEXT_LIMIT, listing, name_of, note_replicas, plural, subject_of
from hexaops.assistant.answers.tables import attach_table
from hexaops.assistant.evidence import KUBERNETES
from hexaops.backends.kubernetes.rows import PodRow, ServiceRow
from hexaops.kit.redaction import redact
from hexaops.kit.redaction.names import is_telling
from hexaops.kit.text import markdown, plain

SHOWN = 20
VALUE_LIMIT = 120
PROBES = {"liveness": "livenessProbe", "readiness": "readinessProbe", "startup": "startupProbe"}
OWNER_LABELS = ("owner", "team", "app.kubernetes.io/managed-by", "app.kubernetes.io/part-of")
"""Labels that say who looks after an application."""


def tell_addresses(pods: Sequence[PodRow], facts: Facts, draft: Draft) -> None:
    """The address of each pod inside the cluster."""
    draft.analyzed += len(pods)
    if not pods:
        draft.say("There is no pod of it, so it has no address.")
        return
    known = [pod for pod in pods if pod.ip]
    draft.say(f"{len(known)} of {plural(len(pods), 'pod')} {'has' if len(known) == 1 else 'have'} an address:")
    for pod in pods[:SHOWN]:
        noted = _note(f"Pod {pod.namespace}/{pod.name}", pod.ip or "no address", facts, draft)
        where = f", on {markdown(pod.node, NAME_LIMIT)}" if pod.node else ""
        draft.say(f"- {markdown(pod.name, NAME_LIMIT)}: {pod.ip or 'none yet'}{where}", noted)
    if len(pods) > SHOWN:
        draft.say(f"- … and {len(pods) - SHOWN} more (see the table)")
    rows: list[list[Cell]] = [
        [plain(pod.name, NAME_LIMIT), pod.ip or None, plain(pod.node, NAME_LIMIT)] for pod in pods
    ]
    attach_table(draft, "Addresses of pods", ("pod", "address", "node"), rows)
    draft.gap()
    draft.say("A pod's address goes with the pod: connect to its Service instead.")


def tell_owners(application: Application, pods: Sequence[PodRow], facts: Facts, draft: Draft) -> None:
    """What controls the pods, and whom the labels name."""
    name, subject = name_of(application, facts), subject_of(application)
    controllers = sorted({f"{pod.owner_kind} {pod.owner_name}" for pod in pods if pod.owner_kind})
    noted = [_note(f"Pod {pod.namespace}/{pod.name}", f"controlled by {pod.owner_kind} {pod.owner_name}", facts, draft)
             for pod in pods[:SHOWN] if pod.owner_kind]  # fmt: skip
    whose = f"Pod {markdown(pods[0].name, NAME_LIMIT)} belongs" if len(pods) == 1 else f"The pods of **{name}** belong"
    through = [one for one in controllers if one != f"{application.kind} {application.name}"]
    by = f", through {listing([markdown(one, NAME_LIMIT) for one in through])}" if through else ""
    draft.say(f"{whose} to {markdown(subject, TEXT_LIMIT)}{by}.", *noted)
    labels = {**application.workload.labels, **application.workload.annotations}
    told = [f"{key}: {labels[key]}" for key in OWNER_LABELS if labels.get(key)]
    if told:
        draft.say(f"Its labels say {listing([markdown(one, TEXT_LIMIT) for one in told])}.",
                  _note(subject, ", ".join(told), facts, draft))  # fmt: skip
    else:
        draft.say("No label says which person or team looks after it.", _note(subject, "no owner label", facts, draft))


def tell_variables(
    application: Application, snapshot: Snapshot, wanted: Sequence[str], facts: Facts, draft: Draft
) -> None:
    """Variables of its containers: values written there, else where they come from; never a secret's value."""
    name, workload = name_of(application, facts), snapshot.at(ref_of(application))
    if workload is None:
        draft.fulfilled = False
        draft.say(f"I can't tell the variables of {name}: its template was not read.")
        return
    found = {
        variable: value
        for container in containers(template_spec(workload))
        for variable, value in variables_of(container, snapshot, workload.namespace).items()
    }
    lines = {key: value for key, value in found.items() if not wanted or key in wanted}
    missing = [key for key in wanted if key not in found]
    for key in missing:
        noted = _note(subject_of(application), f"no variable {key}", facts, draft)
        draft.say(f"**{name}** has no variable {markdown(key, NAME_LIMIT)} in its template.", noted)
    if not lines and not missing:
        noted = _note(subject_of(application), "no variables", facts, draft)
        draft.say(f"**{name}** has no environment variables in its template.", noted)
    if not lines:
        return
    draft.say(f"**{name}** has {plural(len(lines), 'environment variable')}{' of these names' if wanted else ''}:")
    for key, value in [*lines.items()][:SHOWN]:
        noted = _note(subject_of(application), f"{key}: {value}", facts, draft)
        draft.say(f"- {markdown(key, NAME_LIMIT)}: {markdown(value, VALUE_LIMIT)}", noted)
    if len(lines) > SHOWN:
        draft.say(f"- … and {len(lines) - SHOWN} more")


def variables_of(container: Raw, snapshot: Snapshot, namespace: str) -> dict[str, str]:
    """Its environment variables: values written there, else where they come from."""
    found: dict[str, str] = {}
    for entry in items(container, "envFrom"):
        source, secret = text(entry, "configMapRef", "name"), text(entry, "secretRef", "name")
        holder = snapshot.find("ConfigMap", namespace, source) if source else None
        if holder is not None:
            found |= {str(key): f"from ConfigMap {source}" for key in mapping(holder.raw, "data")}
        elif source or secret:
            found[f"all of {'ConfigMap' if source else 'Secret'} {source or secret}"] = "its keys become variables"
    for entry in items(container, "env"):
        found[text(entry, "name")] = _value_of(entry)
    return found


def _value_of(entry: Raw) -> str:
    for kind, place in (("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")):
        if name := text(entry, "valueFrom", place, "name"):
            return f"from key {text(entry, 'valueFrom', place, 'key')} of {kind} {name}"
    source = mapping(entry, "valueFrom")
    if field := text(source, "fieldRef", "fieldPath") or text(source, "resourceFieldRef", "resource"):
        return f"from the pod's {field}"
    if is_telling(text(entry, "name")):
        return "set in the template; its name says that it is a secret, so it is not shown"
    line = redact(f"{text(entry, 'name')}={text(entry, 'value')}")
    return line.partition("=")[2] or "empty"


def tell_mounted(applications: Sequence[Application], snapshot: Snapshot, facts: Facts, draft: Draft) -> None:
    """ConfigMaps that templates name, in variables or volumes."""
    used = {one.id: config_maps_of(one, snapshot) for one in applications}
    having = [one for one in applications if used[one.id]]
    if not having:
        of = f"**{name_of(applications[0], facts)}** uses" if len(applications) == 1 else "None of them uses"
        no = " no" if len(applications) == 1 else " a"
        looked = [_note(subject_of(one), "no ConfigMap", facts, draft) for one in applications[:SHOWN]]
        draft.say(f"{of}{no} ConfigMap in variables or volumes.", *looked)
        return
    draft.say(f"{len(having)} of {plural(len(applications), 'application')} {'uses' if len(having) == 1 else 'use'} "
              "ConfigMaps:")  # fmt: skip
    for one in having[:SHOWN]:
        noted = _note(subject_of(one), f"ConfigMaps {', '.join(used[one.id])}", facts, draft)
        shown = listing([markdown(name, NAME_LIMIT) for name in used[one.id]])
        draft.say(f"- {name_of(one, facts)}: {shown}", noted)


def config_maps_of(application: Application, snapshot: Snapshot) -> list[str]:
    """Names of the ConfigMaps that its template names."""
    workload = snapshot.at(ref_of(application))
    spec = template_spec(workload) if workload is not None else {}
    found = [text(volume, "configMap", "name") for volume in items(spec, "volumes")]
    for container in containers(spec):
        found += [text(entry, "configMapRef", "name") for entry in items(container, "envFrom")]
        found += [text(entry, "valueFrom", "configMapKeyRef", "name") for entry in items(container, "env")]
    return sorted({name for name in found if name})


def tell_probes(
    applications: Sequence[Application], snapshot: Snapshot, kinds: Sequence[str], facts: Facts, draft: Draft
) -> None:
    """Which probes the containers have, and which applications lack one."""
    lacking = {one.id: _lacking(one, snapshot, kinds) for one in applications}
    found = [one for one in applications if lacking[one.id]]
    of_all, what = plural(len(applications), "application"), listing(list(kinds), last="or")
    noted = [_note(subject_of(one), f"lacks {', '.join(lacking[one.id]) or 'none'}", facts, draft)
             for one in applications[:SHOWN]]  # fmt: skip
    if len(applications) == 1:
        name, none = f"**{name_of(applications[0], facts)}**", lacking[applications[0].id]
        has = [kind for kind in kinds if kind not in none]
        draft.say(f"{name} has {f'a {listing(has)} probe' if has else f'no {what} probe'}"
                  f"{f', and no {listing(none)} probe' if has and none else ''}.", *noted)  # fmt: skip
        for kind in has:
            _tell_probe(applications[0], snapshot, kind, facts, draft)
        return
    if not found:
        draft.say(f"None of {of_all} lacks a {what} probe.", *noted)
        return
    draft.say(f"{len(found)} of {of_all} {'lacks' if len(found) == 1 else 'lack'} a {what} probe:", *noted)
    for one in found[:SHOWN]:
        draft.say(f"- {name_of(one, facts)}: no {listing(lacking[one.id])} probe")


def _tell_probe(application: Application, snapshot: Snapshot, kind: str, facts: Facts, draft: Draft) -> None:
    """What is asked of each container, how often, and after how many failures that counts."""
    workload = snapshot.at(ref_of(application))
    own = items(template_spec(workload), "containers") if workload is not None else []
    for one in own:
        probe = mapping(one, PROBES[kind])
        words = f"{asked_of(probe)}, every {number(probe, 'periodSeconds') or 10} s"
        if wait := number(probe, "initialDelaySeconds"):
            words += f" from {wait} s after the start"
        words += f", at most {number(probe, 'timeoutSeconds') or 1} s, failed after "
        misses = number(probe, "failureThreshold") or 3
        words += "1 failure" if misses == 1 else f"{misses} failures in a row"
        of = f" of {markdown(text(one, 'name'), NAME_LIMIT)}" if len(own) > 1 else ""
        draft.say(f"- {kind}{of}: {words}", _note(subject_of(application), f"{kind}{of}: {words}", facts, draft))


def asked_of(probe: Raw) -> str:
    """`GET /healthz on port http`, `a connection to port 5432`, `the command “…”`."""
    if get := mapping(probe, "httpGet"):
        path, port = text(get, "path") or "/", str(get.get("port"))
        return f"GET {markdown(path, VALUE_LIMIT)} on port {markdown(port, NAME_LIMIT)}"
    if socket := mapping(probe, "tcpSocket"):
        return f"a connection to port {markdown(str(socket.get('port')), NAME_LIMIT)}"
    if call := mapping(probe, "grpc"):
        return f"a gRPC health check on port {number(call, 'port')}"
    line = redact(" ".join(strings(probe, "exec", "command")))
    return f"the command “{markdown(line, VALUE_LIMIT)}”"


def _lacking(application: Application, snapshot: Snapshot, kinds: Sequence[str]) -> list[str]:
    workload = snapshot.at(ref_of(application))
    own = items(template_spec(workload), "containers") if workload is not None else []
    return [kind for kind in kinds if any(not mapping(one, PROBES[kind]) for one in own)]


def tell_missing(applications: Sequence[Application], facts: Facts, draft: Draft) -> None:
    """How many replicas are wanted and not ready."""
    short = [one for one in applications if one.ready < one.desired]
    wanted, missing = sum(one.desired for one in applications), sum(one.desired - one.ready for one in short)
    noted = draft.evidence.note(
        KUBERNETES, "replicas that are wanted and not ready", missing, unit="replicas", at=facts.freshness.as_of,
        is_query=True,
    )  # fmt: skip
    of_all = f"{plural(wanted, 'replica')} of {plural(len(applications), 'application')}"
    if not short:
        draft.say(f"None of {of_all} is missing.", noted)
        return
    draft.say(f"{missing} of {of_all} {'is' if missing == 1 else 'are'} missing:", noted)
    for one in sorted(short, key=lambda one: one.ready - one.desired)[:SHOWN]:
        lacks = one.desired - one.ready
        draft.say(f"- {name_of(one, facts)}: {lacks} of {one.desired}", note_replicas(draft, one, facts))
    draft.shown += [one.id for one in short[:SHOWN]]


def tell_by_replicas(found: Sequence[Application], of: int, words: str, facts: Facts, draft: Draft) -> None:
    """Applications with so many replicas."""
    noted = [note_replicas(draft, one, facts) for one in found[:SHOWN]]
    verb = "has" if len(found) == 1 else "have"
    if not found:
        draft.say(f"None of {plural(of, 'application')} has {words}.")
        return
    draft.say(f"{len(found)} of {plural(of, 'application')} {verb} {words}:", *noted)
    for one, item in zip(found, noted, strict=False):
        draft.say(f"- {name_of(one, facts)}: {one.ready}/{one.desired} ready", item)
    if len(found) > SHOWN:
        draft.say(f"- … and {len(found) - SHOWN} more")
    draft.shown += [one.id for one in found[:SHOWN]]


def tell_ranked(applications: Sequence[Application], facts: Facts, draft: Draft, *, fewest: bool = False) -> None:
    """Who has the most replicas, or the fewest, before the others."""
    ranked = sorted(applications, key=lambda one: (one.desired if fewest else -one.desired, one.project, one.name))
    if not ranked:
        draft.say("There is no application.")
        return
    best = [one for one in ranked if one.desired == ranked[0].desired]
    noted = {one.id: note_replicas(draft, one, facts) for one in ranked[:SHOWN]}
    verb, each = ("has", "") if len(best) == 1 else ("have", " each")
    names = listing([f"**{name_of(one, facts)}**" for one in best])
    word = "fewest" if fewest else "most"
    draft.say(f"{names} {verb} the {word} replicas: {ranked[0].desired}{each}.",
              *[noted[one.id] for one in best if one.id in noted])  # fmt: skip
    for one in ranked[:SHOWN]:
        draft.say(f"- {name_of(one, facts)}: {one.ready}/{one.desired} ready", noted[one.id])
    if len(ranked) > SHOWN:
        draft.say(f"- … and {len(ranked) - SHOWN} more")
    draft.shown += [one.id for one in best[:SHOWN]]


def tell_names(services: Sequence[ServiceRow], facts: Facts, draft: Draft) -> None:
    """Under which name and address Services are reached inside the cluster."""
    if not services:
        draft.say("No Service selects its pods, so it has no name inside the cluster.")
        return
    for row in services[:SHOWN]:
        name, subject = f"{row.name}.{row.namespace}.svc", f"Service {row.namespace}/{row.name}"
        ports = listing([str(port.port) for port in row.ports]) if row.ports else "none"
        headless = not row.cluster_ip or row.cluster_ip == "None"
        where = "no cluster IP: the name leads to the pods" if headless else f"cluster IP {row.cluster_ip}"
        noted = _note(subject, f"{name}, port {ports}, {where}", facts, draft)
        lead = f"{markdown(subject, TEXT_LIMIT)} is reached as {markdown(name, TEXT_LIMIT)}"
        draft.say(f"{lead}, port {ports} ({where}).", noted)
    if len(services) > SHOWN:
        draft.say(f"- … and {len(services) - SHOWN} more")


def _note(subject: str, value: str, facts: Facts, draft: Draft) -> str:
    return draft.evidence.note(KUBERNETES, subject, value, unit="spec", at=facts.freshness.as_of)
