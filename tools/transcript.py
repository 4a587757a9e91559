"""Writes `docs/transcript.md`: questions and answers, each checked against the API server at that moment.

`python -m tools.transcript` asks eighty questions of the embedded default, `python -m tools.transcript cluster` twenty
on a real control plane (`testenv/control-plane`) under the shipped rights; each writes its part of the page. A wrong
answer is marked in the page and makes the command fail.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from hexaops.client import Client
from hexaops.client.address import Address
from testenv.harness.api_server import api_server
from testenv.harness.control_plane import SHIPPED, TOOL, WORLD, ControlPlane
from testenv.harness.service import Identities
from testenv.harness.service import serving as serving_cluster
from tools.transcript_cluster import CLUSTER_QUESTIONS
from tools.transcript_questions import QUESTIONS, Objects, Question

PAGE = Path(__file__).parents[1] / "docs" / "transcript.md"
KINDS = {
    "Deployment": "/apis/apps/v1/deployments", "StatefulSet": "/apis/apps/v1/statefulsets",
    "DaemonSet": "/apis/apps/v1/daemonsets", "Pod": "/api/v1/pods", "Node": "/api/v1/nodes",
    "Service": "/api/v1/services", "ResourceQuota": "/api/v1/resourcequotas",
    "PersistentVolumeClaim": "/api/v1/persistentvolumeclaims", "Ingress": "/apis/networking.k8s.io/v1/ingresses",
    "HorizontalPodAutoscaler": "/apis/autoscaling/v2/horizontalpodautoscalers",
    "PodDisruptionBudget": "/apis/policy/v1/poddisruptionbudgets", "Job": "/apis/batch/v1/jobs",
    "EndpointSlice": "/apis/discovery.k8s.io/v1/endpointslices",
    "NetworkPolicy": "/apis/networking.k8s.io/v1/networkpolicies",
}  # fmt: skip
LINES, WARM_UP_SECONDS, DEADLINE_SECONDS = 14, 75.0, 90.0
PART = re.compile(r"\n<!-- part: (\w+) -->\n")
HEAD = """# A hundred questions

<!-- Written by `python -m tools.transcript` (and `… cluster`); change the questions there. -->

After each answer the objects were read from the API server itself: ✓ names what the answer was compared with. Answers
are cut after {lines} lines.
"""


@dataclass(frozen=True)
class Part:
    """One part of the page."""

    title: str
    intro: str
    questions: Sequence[Question]


PARTS = {
    "simulator": Part(
        "Eighty on the embedded default",
        "Asked of `hexaops serve` in its embedded default, a simulated cluster with twelve applications, right after "
        "its start.",
        QUESTIONS,
    ),
    "cluster": Part(
        "Twenty on a real control plane",
        "Asked of `hexaops serve --kubeconfig …` on Kubernetes 1.36 (etcd, API server, controllers and scheduler as "
        "they are; kwok plays the nodes), as the shipped reader and writer, right after its start: sixteen "
        "applications of other names in two namespaces, with their faults (`testenv/scenarios/port.json`).",
        CLUSTER_QUESTIONS,
    ),
}


@contextmanager
def _simulator() -> Iterator[tuple[Path, Path]]:
    """Home folder and administrator's kubeconfig."""
    with tempfile.TemporaryDirectory() as folder:
        home, command = Path(folder) / "home", str(Path(sys.executable).with_name("hexaops"))
        arguments = [command, "serve", "--home", str(home), "--port", "0", "--fresh"]
        process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 # ours
        try:
            waited = 0.0
            while not (home / "credentials.json").exists():
                if process.poll() is not None or waited > DEADLINE_SECONDS:
                    message = "the service did not start"
                    raise RuntimeError(message)
                time.sleep(0.5)
                waited += 0.5
            yield home, home / "simulator" / "kubeconfig"
        finally:
            process.terminate()
            process.wait(30)


@contextmanager
def _cluster() -> Iterator[tuple[Path, Path]]:
    """Home folder and administrator's kubeconfig of a control plane with the world of the tests."""
    built = subprocess.run([TOOL, "build"], capture_output=True, text=True, check=True)  # noqa: S603 # ours
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plane = ControlPlane(folder / "state", Path(built.stdout.strip()))
        plane.tool("start", str(plane.folder))
        try:
            plane.tool("scenario", str(plane.folder), WORLD)
            plane.kubectl("apply", "-f", str(SHIPPED / "rbac.yaml"))
            reader = plane.account("hexaops-reader", folder / "reader")
            writer = plane.account("hexaops-writer", folder / "writer")
            with serving_cluster(folder / "home", Identities(reader, writer)):
                yield folder / "home", plane.kubeconfig
        finally:
            plane.tool("stop", str(plane.folder))


def _objects(api: httpx2.Client) -> Objects:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for kind, path in KINDS.items():
        answer = api.get(path)
        items = answer.json()["items"] if answer.status_code == 200 else []
        found[kind] = [one for one in items if one["metadata"].get("namespace") != "kube-system"]
    return Objects(found)


def _shown(content: str) -> str:
    lines = content.splitlines()
    cut = [*lines[:LINES], f"… ({len(lines) - LINES} more lines)"] if len(lines) > LINES else lines
    return "\n".join(f"> {line}".rstrip() for line in cut)


def _asked(client: Client, api: httpx2.Client, questions: Sequence[Question]) -> tuple[list[str], int]:
    """Each question with its answer and mark, and how many answers were wrong."""
    texts, wrong = [], 0
    for number, question in enumerate(questions, 1):
        answer = client.ask(question.text)
        content, objects = answer.response.content, _objects(api)
        missing = [word for word in question.expects(objects) if word not in content]
        wrong += bool(missing)
        mark = f"\n\n✗ lacks {', '.join(missing)}" if missing else ""
        mark = mark or (f"\n\n✓ {question.against}" if question.against else "")
        texts.append(f"### {number}. {question.text}\n\n{_shown(content)}{mark}\n\n`{answer.response.metadata.intent}`")
        if missing:
            print(f"{question.text}: lacks {missing}\n{content}\n")
    return texts, wrong


def _write(name: str, text: str) -> None:
    """Put one part in its place; the others stay as they are."""
    pieces = PART.split(PAGE.read_text(encoding="utf-8"))[1:] if PAGE.exists() else []
    texts = {**dict(zip(pieces[::2], pieces[1::2], strict=True)), name: text}
    whole = [f"\n<!-- part: {one} -->\n{texts[one]}" for one in PARTS if one in texts]
    PAGE.write_text(HEAD.format(lines=LINES) + "".join(whole), encoding="utf-8")


def main(name: str) -> int:
    """Ask, check and write one part; 1 where an answer was wrong."""
    part = PARTS[name]
    with (_cluster if name == "cluster" else _simulator)() as (home, kubeconfig), api_server(kubeconfig) as api:
        found = Address.of_home(home)
        time.sleep(WARM_UP_SECONDS)
        with Client(found.url, found.token, found.workspace_id) as client:
            texts, wrong = _asked(client, api, part.questions)
    checked = sum(bool(one.against) for one in part.questions)
    told = f"{checked} of {len(texts)} answers could be checked so; the others talk, refuse or propose."
    _write(name, "\n\n".join([f"\n## {part.title}", f"{part.intro} {told}", *texts]) + "\n")
    print(f"{len(texts)} questions, {checked} checked, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "simulator"))
