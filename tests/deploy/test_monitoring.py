"""A real Prometheus and a real Alertmanager: the shipped rules, scraping `/metrics`, and incidents from alerts."""

from __future__ import annotations

import shlex
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

from testenv.harness.debian import program
from testenv.logengines.serving import free_port, running
from testenv.metricengines import prometheus
from tests.contract.serving import Served, serving

pytestmark = [pytest.mark.engines, pytest.mark.timeout(300)]
MONITORING = Path(__file__).parents[2] / "deploy" / "monitoring"
SECONDS = 60.0


def needed(package: str, name: str) -> Path:
    """The program, or the test is skipped."""
    found = program(package, name)
    if found is None:
        pytest.skip(f"Debian's package {package} cannot be had here")
    return found


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The embedded default."""
    with serving(tmp_path_factory.mktemp("monitored") / "home", "--speed", "10") as service:
        yield service


def until(ask: Callable[[], Any]) -> Any:
    """What another process answers, once it is something."""
    end = time.monotonic() + SECONDS
    while not (found := ask()):
        assert time.monotonic() < end, "not reached in time"
        time.sleep(0.2)
    return found


def in_its_own_files(package: Path, command: list[str]) -> list[str]:
    """The command with the package's `/usr/share` in place of the machine's, in a mount namespace of its own."""
    mounted = f"mount --bind {shlex.quote(str(package / 'usr' / 'share'))} /usr/share"
    inside = ["unshare", "--mount", "--map-root-user", "sh", "-c"]
    tried = subprocess.run([*inside, mounted], capture_output=True, check=False)
    if tried.returncode:
        pytest.skip("Alertmanager reads its templates from /usr/share, which cannot be mounted over here")
    return [*inside, f"{mounted} && exec {shlex.join(command)}"]


def test_the_shipped_rules_are_valid_and_fire() -> None:
    promtool = needed("prometheus", "promtool")
    for arguments in (("check", "rules", "rules.yaml"), ("test", "rules", "rules_test.yaml")):
        done = subprocess.run([promtool, *arguments], cwd=MONITORING, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_rule_has_a_test_that_fires_and_one_that_does_not() -> None:
    rules = yaml.safe_load((MONITORING / "rules.yaml").read_text())
    names = {rule["alert"] for group in rules["groups"] for rule in group["rules"]}
    fires, quiet = yaml.safe_load((MONITORING / "rules_test.yaml").read_text())["tests"]
    assert {one["alertname"] for one in fires["alert_rule_test"] if one["exp_alerts"]} == names
    assert {one["alertname"] for one in quiet["alert_rule_test"] if not one["exp_alerts"]} == names


def test_a_real_prometheus_scrapes_the_service(served: Served, tmp_path: Path) -> None:
    binary = needed("prometheus", "prometheus")
    config = {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(MONITORING / "rules.yaml")],
        "scrape_configs": [
            {"job_name": "hexaops", "static_configs": [{"targets": [served.base_url.removeprefix("http://")]}]}
        ],
    }
    with (
        prometheus.serving(binary, tmp_path, "", yaml.safe_dump(config)) as url,
        httpx2.Client(base_url=url) as client,
    ):

        def asked(query: str) -> list[Any]:
            found = client.get("/api/v1/query", params={"query": query}).json()
            result: list[Any] = found["data"]["result"]
            return result

        assert until(lambda: asked('up{job="hexaops"} == 1'))
        (age,) = until(lambda: asked('hexaops_cache_age_seconds{kind="Pod"}'))
        assert float(age["value"][1]) >= 0
        rules = client.get("/api/v1/rules").json()["data"]["groups"][0]["rules"]
        assert {one["health"] for one in until(lambda: [one for one in rules if one])} <= {"ok", "unknown"}
        assert asked('ALERTS{alertstate="firing"}') == []


def test_a_real_alertmanager_opens_groups_and_resolves_an_incident(served: Served, tmp_path: Path) -> None:
    alertmanager = needed("prometheus-alertmanager", "prometheus-alertmanager")
    account = served.credentials["service_account"]
    (tmp_path / "token").write_text(account["token"])
    hook = {
        "url": f"{served.base_url}/internal/v1/incidents/alertmanager",
        "http_config": {"basic_auth": {"username": account["id"], "password_file": str(tmp_path / "token")}},
    }
    timing = {"group_wait": "1s", "group_interval": "1s", "repeat_interval": "1h"}
    config = {
        "route": {"receiver": "hexaops", "group_by": ["namespace"], **timing},
        "receivers": [{"name": "hexaops", "webhook_configs": [hook]}],
    }
    (tmp_path / "alertmanager.yml").write_text(yaml.safe_dump(config))
    address = f"127.0.0.1:{free_port()}"
    command = [
        str(alertmanager), f"--config.file={tmp_path / 'alertmanager.yml'}", f"--storage.path={tmp_path / 'data'}",
        f"--web.listen-address={address}", "--cluster.listen-address=",
    ]  # fmt: skip
    with (
        running(in_its_own_files(alertmanager.parents[2], command), f"http://{address}/-/ready"),
        httpx2.Client(base_url=f"http://{address}") as client,
        served.account() as internal,
    ):

        def send(*pods: str, ends: datetime | None = None) -> None:
            alerts = [
                {
                    "labels": {"alertname": "KubePodNotReady", "namespace": "frontend", "deployment": "web-app",
                               "pod": pod, "severity": "critical"},
                    "annotations": {"summary": f"{pod} is not ready"},
                } | ({"endsAt": ends.isoformat()} if ends else {})
                for pod in pods
            ]  # fmt: skip
            answer = client.post("/api/v2/alerts", json=alerts)
            assert answer.status_code == 200, answer.text

        def incidents() -> list[Any]:
            found = internal.get("/internal/v1/incidents").json()["data"]
            return [one for one in found if one["source"] == "alertmanager"]

        send("web-app-1", "web-app-2")
        (opened,) = until(incidents)
        assert (opened["type"], opened["severity"], opened["status"]) == ("kube_pod_not_ready", "critical", "open")
        now = datetime.now(UTC)
        send("web-app-1", ends=now)
        send("web-app-2", ends=now + timedelta(seconds=1))
        until(lambda: [one for one in incidents() if one["status"] == "resolved"])
        (resolved,) = incidents()
        assert resolved["incident_id"] == opened["incident_id"]
