"""What exists and what its fields say: images, requests and limits, Services, restarts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hexaops.analysis.applications.model import Application
from hexaops.assistant.answers.attachments import Cell, Table, TableView
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import NAME_LIMIT, TABLE_LIMIT, listing, name_of, plural, subject_of
from hexaops.assistant.answers.pods import pod_table, pods_of
from hexaops.assistant.answers.possible import suggest_for_issues
from hexaops.assistant.evidence import KUBERNETES
from hexaops.backends.kubernetes.rows import PortRow, ServiceRow
from hexaops.kit.durations import format_duration
from hexaops.kit.quantities import format_bytes, format_cpu
from hexaops.kit.text import markdown, plain

SHOWN = 20


def tell_images(applications: Sequence[Application], facts: Facts, draft: Draft) -> None:
    """The images of the pod templates."""
    shown = {one.id: one.workload.images for one in applications}
    distinct = {image for images in shown.values() for image in images}
    lines = [f"runs {listing([markdown(image, NAME_LIMIT) for image in shown[one.id]])}" for one in applications]
    heading = f"{plural(len(distinct), 'image')} in {plural(len(applications), 'application')}:"
    _lines(applications, lines, heading, facts, draft)
    _table("Images", ["application", "image"], applications, [", ".join(shown[one.id]) for one in applications], draft)


def tell_latest(applications: Sequence[Application], facts: Facts, draft: Draft) -> None:
    """Which of them run an image whose tag is `latest` or missing: what runs may change without a release."""
    found = [one for one in applications if any(tag_of(image) in {"", "latest"} for image in one.workload.images)]
    noted = draft.evidence.note(
        KUBERNETES, "applications with an image of the tag latest, or of none", len(found), unit="objects",
        at=facts.freshness.as_of, is_query=True,
    )  # fmt: skip
    of_all = plural(len(applications), "application")
    verb = "runs" if len(found) < 2 else "run"
    draft.say(f"{len(found) or 'None'} of {of_all} {verb} an image with the tag latest or without one"
              f"{':' if found else '.'}", noted)  # fmt: skip
    if found:
        tell_images(found, facts, draft)


def name_of_image(image: str) -> str:
    """`postgres` of `registry:5000/library/postgres:15.4`."""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0].casefold()


def tag_of(image: str) -> str:
    """Its tag, or its digest; "" where it has neither."""
    name, at, digest = image.partition("@")
    return digest if at else name.rpartition("/")[2].partition(":")[2]


def tell_sizes(applications: Sequence[Application], facts: Facts, draft: Draft) -> None:
    """Requests and limits of one pod of each."""
    lines = []
    for one in applications:
        totals = one.workload.resources
        requests = _amounts(totals.cpu_request, totals.memory_request)
        limits = _amounts(totals.cpu_limit, totals.memory_limit)
        lines.append(f"requests {requests}; limits {limits}")
    _lines(applications, lines, "Requests and limits of one pod:", facts, draft)
    _table("Requests and limits of one pod", ["application", "sizes"], applications, lines, draft)


def tell_unlimited(applications: Sequence[Application], facts: Facts, draft: Draft) -> None:
    """Which of them lack a request or a limit, and which one."""
    lacking = {
        one.id: [
            f"{word} {part}"
            for part in ("request", "limit")
            for word in ("cpu", "memory")
            if getattr(one.workload.resources, f"{word}_{part}") is None
        ]
        for one in applications
    }
    found = [one for one in applications if lacking[one.id]]
    count = draft.evidence.note(
        KUBERNETES, "applications without a request or limit", len(found), unit="objects", at=facts.freshness.as_of,
        is_query=True,
    )  # fmt: skip
    of_all = plural(len(applications), "application")
    if not found:
        draft.say(f"None of {of_all}: each has requests and limits of CPU and memory.", count)
        return
    verb = "lacks" if len(found) == 1 else "lack"
    draft.say(f"{len(found)} of {of_all} {verb} a request or a limit:", count)
    for one in found[:SHOWN]:
        told = listing(lacking[one.id])
        noted = draft.evidence.note(KUBERNETES, subject_of(one), f"no {told}", unit="spec", at=facts.freshness.as_of)
        draft.say(f"- {name_of(one, facts)}: no {told}", noted)


def tell_services(
    services: Sequence[ServiceRow],
    served: Mapping[str, Sequence[str]],
    facts: Facts,
    draft: Draft,
    *,
    of_type: str = "",
) -> None:
    """The Services, with their ports and the applications behind each (by the Service's uid); `of_type`: only those."""
    at = facts.freshness.as_of
    noted = draft.evidence.note(KUBERNETES, "Services", len(services), unit="objects", at=at, is_query=True)
    if of_type:
        whole, services = len(services), [one for one in services if one.type == of_type]
        verb = "is" if len(services) < 2 else "are"
        end = ":" if services else "."
        draft.say(f"{len(services) or 'None'} of {plural(whole, 'Service')} {verb} of type {of_type}{end}", noted)
    else:
        draft.say(f"There {'is' if len(services) == 1 else 'are'} {plural(len(services), 'Service')}.", noted)
    for one in services[:SHOWN]:
        ports = listing([port_words(port) for port in one.ports]) if one.ports else "none"
        behind = served.get(one.uid, ())
        to = (
            f" for {listing([markdown(name, NAME_LIMIT) for name in behind])}" if behind else ", selects no application"
        )
        value = f"{one.type}, ports {ports}{to}"
        subject = f"Service {one.namespace}/{one.name}"
        item = draft.evidence.note(KUBERNETES, subject, value, unit="state", at=at)
        word = "port" if len(one.ports) == 1 else "ports"
        draft.say(f"- {markdown(f'{one.namespace}/{one.name}', NAME_LIMIT)}: {one.type}, {word} {ports}{to}", item)
    if len(services) > SHOWN:
        draft.say(f"- … and {len(services) - SHOWN} more", noted)


def port_words(port: PortRow) -> str:
    """`80`, or `80 to 8080` where the pods listen on another one."""
    target = port.target_port
    return str(port.port) if target in (None, "", port.port) else f"{port.port} to {markdown(str(target), NAME_LIMIT)}"


def tell_restarts(
    applications: Sequence[Application], facts: Facts, draft: Draft, *, seconds: float | None = None
) -> None:
    """Pods by how often their containers were restarted, the most first; those that never were are counted.

    With `seconds` only those whose last restart was within so long.
    """
    listed = [entry for one in applications for entry in pods_of(one)]
    listed.sort(key=lambda entry: (-entry[1].restarts, entry[1].name))
    pods = [pod for _, pod, _ in listed]
    since = None if seconds is None else facts.now.timestamp() - seconds
    restarted = [pod for pod in pods if pod.restarts and (since is None or (pod.last_restart_at or 0.0) >= since)]
    within = "" if seconds is None else f" in the last {format_duration(seconds)}"
    at = facts.freshness.as_of
    noted = draft.evidence.note(KUBERNETES, "pods with restarts", len(restarted), unit="objects", at=at, is_query=True)
    total = draft.evidence.note(KUBERNETES, "pods of applications", len(pods), unit="objects", at=at, is_query=True)
    draft.analyzed += len(pods)
    if not restarted:
        draft.say(f"None of {plural(len(pods), 'pod')} has restarted{within}.", noted, total)
        return
    shown = {pod.uid for pod in restarted}
    pod_table(draft, [entry for entry in listed if entry[1].uid in shown])
    suggest_for_issues(draft, [one for one in applications if any(pod.uid in shown for pod in one.pods)], facts)
    verb, order = ("has", "") if len(restarted) == 1 else ("have", ", the most often first")
    draft.say(f"{len(restarted)} of {plural(len(pods), 'pod')} {verb} restarted{within}{order}:", noted, total)
    for pod in restarted[:SHOWN]:
        times = plural(pod.restarts, "restart")
        ago = (
            ""
            if pod.last_restart_at is None
            else format_duration(max(0.0, facts.now.timestamp() - pod.last_restart_at))
        )
        times += f", the last {ago} ago" if ago else ""
        last = f", last exit code {pod.last_exit_code}" if pod.last_exit_code is not None else ""
        subject = f"Pod {pod.namespace}/{pod.name}"
        item = draft.evidence.note(KUBERNETES, subject, f"{times}{last}", unit="restarts", at=at)
        draft.say(f"- {markdown(pod.name, NAME_LIMIT)}: {times}{last}", item)


def _lines(
    applications: Sequence[Application], lines: Sequence[str], heading: str, facts: Facts, draft: Draft
) -> None:  # fmt: skip
    """One sentence for one application, else a heading and a line for each."""
    noted = [
        draft.evidence.note(KUBERNETES, subject_of(one), line, unit="spec", at=facts.freshness.as_of)
        for one, line in zip(applications, lines, strict=True)
    ]
    if len(applications) == 1:
        draft.say(f"**{name_of(applications[0], facts)}** {lines[0]}.", *noted)
        return
    draft.say(heading, *noted[:SHOWN])
    for one, line, item in [*zip(applications, lines, noted, strict=True)][:SHOWN]:
        draft.say(f"- {name_of(one, facts)} {line}", item)
    if len(applications) > SHOWN:
        draft.say(f"- … and {len(applications) - SHOWN} more (see the table)")


def _table(
    title: str, columns: list[str], applications: Sequence[Application], cells: Sequence[str], draft: Draft
) -> None:  # fmt: skip
    rows: list[list[Cell]] = [
        [plain(one.name, NAME_LIMIT), plain(cell, 300)] for one, cell in zip(applications, cells, strict=True)
    ]
    if len(rows) > 1:
        cut = len(rows) > TABLE_LIMIT
        table = TableView(title=title, columns=columns, rows=rows[:TABLE_LIMIT], total=len(rows), truncated=cut)
        draft.attach(Table(data=table))


def _amounts(cpu: float | None, memory: float | None) -> str:
    parts = [f"{format_cpu(cpu)} CPU" if cpu else "", f"{format_bytes(memory)} memory" if memory else ""]
    return " and ".join(part for part in parts if part) or "none"
