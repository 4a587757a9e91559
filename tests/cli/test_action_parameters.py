"""How `hexaops actions run` reads parameters, and what its help says of each kind."""

from __future__ import annotations

from typing import Any

import pytest

from hexaops.cli.action_parameters import read_parameters
from hexaops.cli.failures import CliError
from hexaops.runbooks.catalog import CATALOG
from hexaops.runbooks.parameters import parse
from tests.cli.conftest import Run


@pytest.mark.parametrize(
    ("action", "target", "given", "expected"),
    [
        ("scale_application", "web", ["replicas=4"], {"application_id": "web", "replicas": 4}),
        ("stop_application", "web,api", [], {"application_ids": ["web", "api"]}),
        ("update_quota", "shop", ["hard.requests.cpu=4"], {"project": "shop", "hard": {"requests.cpu": "4"}}),
        (
            "update_configuration",
            "web",
            ["env.LEVEL=1", "env.OLD=null", "image=1.27"],
            {"application_id": "web", "env": {"LEVEL": "1", "OLD": None}, "image": "1.27"},
        ),
        ("restart_failing_pods", "web", ["pods=web-1,web-2"], {"application_id": "web", "pods": ["web-1", "web-2"]}),
        ("silence_alert", "rule-1", ['{"duration": null}'], {"alert_id": "rule-1", "duration": None}),
        ("set_autoscaling", "web", ["enabled=false"], {"application_id": "web", "enabled": False}),
        ("not_known_here", "web", ["a=1", "b=x"], {"application_id": "web", "a": 1, "b": "x"}),
    ],
)
def test_values_get_the_type_of_their_parameter(
    action: str, target: str, given: list[str], expected: dict[str, Any]
) -> None:
    assert read_parameters(action, target, given) == expected


@pytest.mark.parametrize(
    ("action", "given", "name"),
    [("scale_application", "replica=4", "replica"), ("stop_application", '{"force": true}', "force"),
     ("create_alert", "durations=5m", "durations")],
)  # fmt: skip
def test_a_misspelt_parameter_is_named_instead_of_ignored(action: str, given: str, name: str) -> None:
    with pytest.raises(CliError, match=f"{action} takes no parameter {name}$") as refused:
        read_parameters(action, "web", [given])
    assert refused.value.exit_code == 2
    assert "It takes: " in str(refused.value.hint)


SAMPLES: dict[str, list[str]] = {
    "restart_application": [],
    "restart_failing_pods": ["pods=web-1"],
    "scale_application": ["replicas=3"],
    "stop_application": [],
    "start_application": [],
    "update_configuration": ["container=app", "env.A=1", "requests.cpu=100m", "limits.memory=1Gi", "image=nginx:1"],
    "rollback_revision": ["revision=3"],
    "set_autoscaling": ["enabled=true", "min_replicas=1", "max_replicas=3", "target_cpu_percent=70"],
    "update_quota": ["name=own", "hard.pods=20"],
    "create_alert": ["metric=restarts", "threshold=2.5", "comparison=above", "duration=5m", "severity=low", "name=1"],
    "acknowledge_alert": ["acknowledged=false"],
    "silence_alert": ["duration=2h"],
    "delete_alert": [],
    "run_health_check": [],
    "test_connectivity": ["to=api", "port=80"],
    "probe_connectivity": ["to=api", "port=80", "timeout_seconds=5"],
    "collect_diagnostics": ["include_logs=false"],
    "generate_dashboard": [],
    "restore_backup": ["existing=replace"],
}


@pytest.mark.parametrize("book", CATALOG, ids=lambda book: book.name)
def test_every_kind_takes_what_the_command_line_writes(book: Any) -> None:
    given = read_parameters(book.name, "web", SAMPLES[book.name])
    read = parse(book.parameters, given)
    said = {text.partition("=")[0].partition(".")[0] for text in SAMPLES[book.name]}
    assert read.model_fields_set >= said


@pytest.mark.parametrize("given", ["replicas", "=4", "{nonsense"])
def test_what_is_no_parameter_is_told(given: str) -> None:
    with pytest.raises(CliError):
        read_parameters("scale_application", "web", [given])


def test_help_of_a_kind_lists_what_it_takes(bare: Run) -> None:
    for name, parameter in (
        ("set_autoscaling", "target_cpu_percent"),
        ("update_quota", "hard"),
        ("create_alert", "metric"),
    ):
        shown = bare("actions", "run", name, "--help")
        assert (shown.code, parameter in shown.out, "Steps: " in shown.out) == (0, True, True)
    assert bare("actions", "run", "explode_application", "--help").code == 2
    assert bare("actions", "run", "scale_application").code == 2
