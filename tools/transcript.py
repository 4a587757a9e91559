"""Writes `docs/transcript.md`: sixty questions to the embedded default, each answer checked against the API server.

`python -m tools.transcript` starts the service with its simulator, waits until it has measured, asks through
`hexaops.client`, and reads the objects themselves from the API server right after each answer. A wrong answer is
marked in the page and makes the command fail.
"""

from __future__ import annotations

import ssl
import subprocess
import sys
import tempfile
import time
from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import yaml

from hexaops.client import Client
from hexaops.client.address import Address
from tools.transcript_questions import QUESTIONS, Objects

PAGE = Path(__file__).parents[1] / "docs" / "transcript.md"
KINDS = {
    "Deployment": "/apis/apps/v1/deployments", "StatefulSet": "/apis/apps/v1/statefulsets",
    "DaemonSet": "/apis/apps/v1/daemonsets", "Pod": "/api/v1/pods", "Node": "/api/v1/nodes",
    "Service": "/api/v1/services", "ResourceQuota": "/api/v1/resourcequotas",
}  # fmt: skip
LINES, WARM_UP_SECONDS, DEADLINE_SECONDS = 14, 75.0, 90.0
INTRO = """# Sixty questions

<!-- Written by `python -m tools.transcript`; change the questions there. -->

Asked of `hexaops serve` in its embedded default, a simulated cluster with twelve applications, right after its start.
After each answer the objects were read from the API server itself: ✓ names what the answer was compared with. Answers
are cut after {lines} lines. {checked} of {total} answers could be checked so; the others talk, refuse or propose."""


@contextmanager
def _serving() -> Iterator[Path]:
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
            yield home
        finally:
            process.terminate()
            process.wait(30)


@contextmanager
def _api_server(home: Path) -> Iterator[httpx2.Client]:
    config = yaml.safe_load((home / "simulator" / "kubeconfig").read_text(encoding="utf-8"))
    cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    trusted = ssl.create_default_context(cadata=b64decode(cluster["certificate-authority-data"]).decode())
    headers = {"Authorization": f"Bearer {user['token']}"}
    with httpx2.Client(base_url=cluster["server"], verify=trusted, headers=headers, trust_env=False) as client:
        yield client


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


def main() -> int:
    """Ask, check and write; 1 where an answer was wrong."""
    parts: list[str] = []
    wrong = checked = 0
    with _serving() as home, _api_server(home) as api:
        found = Address.of_home(home)
        time.sleep(WARM_UP_SECONDS)
        with Client(found.url, found.token, found.workspace_id) as client:
            for number, question in enumerate(QUESTIONS, 1):
                answer = client.ask(question.text)
                content, objects = answer.response.content, _objects(api)
                missing = [word for word in question.expects(objects) if word not in content]
                wrong += bool(missing)
                checked += bool(question.against)
                mark = f"\n\n✗ lacks {', '.join(missing)}" if missing else ""
                mark = mark or (f"\n\n✓ {question.against}" if question.against else "")
                intent = answer.response.metadata.intent
                parts.append(f"## {number}. {question.text}\n\n{_shown(content)}{mark}\n\n`{intent}`")
                if missing:
                    print(f"{question.text}: lacks {missing}\n{content}\n")
    intro = INTRO.format(lines=LINES, checked=checked, total=len(QUESTIONS))
    PAGE.write_text("\n\n".join([intro, *parts]) + "\n", encoding="utf-8")
    print(f"{len(QUESTIONS)} questions, {checked} checked, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
