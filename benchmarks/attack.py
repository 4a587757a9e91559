"""Attacks a freshly started service over HTTP and sockets, as was done with an early version to find its holes.

Each line is one attack with what the service answered. Memory and the others' times are measured during the two that
aim at them: headers of 300 MB, and 5,000 silent connections. What needs the inside of the service is in the tests.
"""

from __future__ import annotations

import base64
import contextlib
import json
import resource
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from benchmarks.overload import _cpu_seconds, _percentile, _resident_mb, _service

TITLE = "attacks on a running service: headers, silent connections, tokens, tenants, targets, texts"
HEADER_MB, SILENT = 300, 5000
MOST_MB, MOST_TIMES = 20.0, 2.0
SAMPLES = 3000  # of 300 the third longest decides, which is one collection of garbage
SCOPE = "system:admin"
PUBLIC, INTERNAL = 443, ("2379", "6379", "6443", "10250")
Tried = tuple[bool, str]


class Target:
    """A running service and its owner's credentials."""

    def __init__(self, pid: int, credentials: dict[str, Any]) -> None:
        self.pid = pid
        self.credentials = credentials
        self.client = httpx2.Client(base_url=credentials["base_url"], timeout=30.0)
        self.user = {"Authorization": f"Bearer {credentials['user_token']}"}
        account = credentials["service_account"]
        self.account = {"Authorization": f"Bearer {account['token']}", "X-Service-Account": account["id"]}
        self.path = f"/api/v1/workspaces/{credentials['workspace_id']}"

    def open(self) -> socket.socket:
        """A connection that says nothing."""
        url = httpx2.URL(self.credentials["base_url"])
        return socket.create_connection((url.host, url.port or PUBLIC), timeout=10.0)

    def post(self, path: str, body: Any) -> httpx2.Response:
        """As the owner."""
        return self.client.post(f"{self.path}{path}", json=body, headers=self.user)

    def others(self) -> tuple[float, float, float]:
        """What others get: median and 99th percentile of their seconds; the service's CPU-seconds for each."""
        times, spent = [], _cpu_seconds(self.pid)
        for _ in range(SAMPLES):
            began = time.monotonic()
            self.client.get(f"{self.path}/applications", headers=self.user).raise_for_status()
            times.append(time.monotonic() - began)
        return _percentile(times, 0.5), _percentile(times, 0.99), (_cpu_seconds(self.pid) - spent) / SAMPLES


def run(_options: Sequence[str]) -> bool:
    """Print a line for each attack; whether all were answered as they should be."""
    with tempfile.TemporaryDirectory() as folder, _service(Path(folder)) as (process, credentials):
        target = Target(process.pid, credentials)
        target.others()
        results = [_line(name, attack, target) for name, attack in ATTACKS.items()]
    return all(results)


def _line(name: str, attack: Callable[[Target], Tried], target: Target) -> bool:
    held, told = attack(target)
    print(f"  {'held' if held else 'BROKEN':6} {name:34} {told}", flush=True)
    return held


def _headers(target: Target, pieces: Iterator[bytes]) -> Tried:
    before, began, sent = _resident_mb(target.pid), time.monotonic(), 0
    with target.open() as connection, contextlib.suppress(OSError):
        connection.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\n")
        for piece in pieces:
            connection.sendall(piece)
            sent += len(piece)
    grown, took = _resident_mb(target.pid) - before, time.monotonic() - began
    alive = target.client.get("/healthz").status_code == 200
    refused = sent < HEADER_MB * 1_000_000
    return (
        refused and grown <= MOST_MB and alive,
        f"closed after {sent / 1e6:.1f} MB, {took:.1f} s, RSS {grown:+.0f} MB",
    )


def many_headers(target: Target) -> Tried:
    """300 MB of short headers."""
    return _headers(target, (b"a: " + b"x" * 1000 + b"\r\n" for _ in range(HEADER_MB * 1000)))


def long_header(target: Target) -> Tried:
    """One header of 300 MB."""
    return _headers(target, (b"x" * 65_536 for _ in range(HEADER_MB * 16)))


def silent_connections(target: Target) -> Tried:
    """5,000 connections that say nothing, while others ask."""
    before, alone = _resident_mb(target.pid), target.others()
    with _many(target) as opened:
        beside = target.others()
        grown = _resident_mb(target.pid) - before
    shown = " -> ".join(f"{one[0] * 1000:.0f}/{one[1] * 1000:.0f}/{one[2] * 1000:.1f} ms" for one in (alone, beside))
    held = grown <= MOST_MB and beside[1] <= MOST_TIMES * alone[1]
    return held, f"{opened} opened, RSS {grown:+.0f} MB, others' median/p99/CPU {shown}"


@contextmanager
def _many(target: Target) -> Iterator[int]:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, SILENT + 1000), most))
    with contextlib.ExitStack() as stack:
        for _ in range(SILENT):
            stack.enter_context(target.open())
        yield SILENT


def _refused(answers: Sequence[httpx2.Response], *allowed: int) -> Tried:
    statuses = [answer.status_code for answer in answers]
    return {*statuses} <= {*allowed}, f"{len(statuses)} times {sorted({*statuses})}"


def forged_algorithms(target: Target) -> Tried:
    """JWT headers whose algorithm is no word, none, or symmetric."""
    algorithms: tuple[Any, ...] = (["RS256"], {"a": 1}, None, 7, "none", "HS256", "")
    answers = []
    for algorithm in algorithms:
        parts = [{"alg": algorithm, "typ": "JWT", "kid": "x"}, {"sub": "root", "exp": 1 << 40}]
        token = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
        answers.append(target.client.get("/api/v1/workspaces", headers={"Authorization": f"Bearer {token}.AAAA"}))
    return _refused(answers, 401)


def two_accounts(target: Target) -> Tried:
    """Two X-Service-Account headers."""
    headers = [*target.account.items(), ("X-Service-Account", "sa-other")]
    return _refused(
        [target.client.get("/internal/v1/workspaces", headers=order) for order in (headers, headers[::-1])], 401
    )


def bound_administrator(target: Target) -> Tried:
    """An account bound to one workspace takes a namespace of another, and makes accounts."""
    made = target.client.post(
        "/internal/v1/service-accounts", headers=target.account,
        json={"name": "bound", "scopes": [SCOPE], "workspace_ids": [target.credentials["workspace_id"]]},
    )  # fmt: skip
    if made.status_code != 201:
        return made.status_code == 422, f"not made: {made.status_code}"
    data = made.json()["data"]
    headers = {"Authorization": f"Bearer {data['token']['token']}", "X-Service-Account": data["service_account"]["id"]}
    workspace = f"/internal/v1/workspaces/{target.credentials['workspace_id']}"
    return _refused([
        target.client.patch(workspace, json={"namespaces": ["kube-public", "other"]}, headers=headers),
        target.client.post("/internal/v1/service-accounts", json={"name": "x", "scopes": [SCOPE]}, headers=headers),
        target.client.post("/internal/v1/workspaces", json={"name": "x", "namespaces": ["other"]}, headers=headers),
    ], 401, 403, 404)  # fmt: skip


def hostile_targets(target: Target) -> Tried:
    """Webhooks to metadata services, control planes, and a name that is two domains."""
    urls = [f"https://203.0.113.9:{port}/" for port in INTERNAL]
    urls += ["https://xn--fa-hia.example.com/", "https://fa\u00df.example.com/", "http://169.254.169.254/latest"]
    urls += ["https://10.0.0.1/", "file:///etc/passwd", "https://user:pw@203.0.113.9/"]
    return _refused([target.post("/aiops/webhooks", {"url": url, "events": ["*"]}) for url in urls], 400, 422)


def deceiving_names(target: Target) -> Tried:
    """Names with escapes, overrides of direction, and control characters: refused, or stored without them."""
    texts = ["a\u001b[2Jb", "a\u202eb", "a\u009bb", "a\U000e0041b"]
    answers = [target.post("/aiops/sessions", {"name": text}) for text in texts]
    echoed = [text for text, answer in zip(texts, answers, strict=True) if text[1] in str(answer.json())]
    held, told = _refused(answers, 200, 201, 422)
    return held and not echoed, f"{told}, {len(echoed)} kept"


def loose_anchor(target: Target) -> Tried:
    """An anchor of the audit log without its hash, and the reverse."""
    path = "/internal/v1/audit/verification"
    questions = ({"seq": "1"}, {"hash": "0" * 64})
    return _refused([target.client.get(path, params=given, headers=target.account) for given in questions], 422)


def forged_cursors(target: Target) -> Tried:
    """Cursors that are ids, and altered ones."""
    cursors = ("action_1", "eyJhIjoxfQ", "A" * 200)
    path = f"{target.path}/aiops/actions"
    return _refused([target.client.get(path, params={"cursor": one}, headers=target.user) for one in cursors], 400, 422)


def loose_confirmation(target: Target) -> Tried:
    """A plan confirmed by a word, a number of another type, or another hash."""
    asked = target.post(
        "/aiops/actions", {"action": "restart_application", "parameters": {"application_id": "web-app"}}
    )
    plan = asked.json()["data"]["plan"]
    known = {**plan["parameters"], "plan_id": plan["plan_id"], "plan_hash": plan["plan_hash"]}
    altered = ({"confirmation": "yes"}, {"confirmation": 1}, {"confirmation": True, "plan_hash": "0" * 64})
    bodies = [{"action": "restart_application", "parameters": {**known, **one}} for one in altered]
    return _refused([target.post("/aiops/actions", body) for body in bodies], 409, 422)


ATTACKS: dict[str, Callable[[Target], Tried]] = {
    "many headers": many_headers,
    "one long header": long_header,
    "bound administrator": bound_administrator,
    "forged algorithms": forged_algorithms,
    "silent connections": silent_connections,
    "hostile webhook targets": hostile_targets,
    "loose confirmation": loose_confirmation,
    "deceiving names": deceiving_names,
    "loose anchor": loose_anchor,
    "two accounts": two_accounts,
    "cursors": forged_cursors,
}
