"""Nothing of a kind that was not read is ever called missing."""

from __future__ import annotations

from typing import Any

import pytest

from hexaops.analysis.diagnosis import Snapshot, diagnose
from hexaops.analysis.diagnosis.catalog import NEEDS
from hexaops.analysis.diagnosis.confidence import MEASURED

NOW = 1_700_000_000.0
INGRESS: dict[str, Any] = {
    "kind": "Ingress", "apiVersion": "networking.k8s.io/v1", "metadata": {"name": "shop", "namespace": "web"},
    "spec": {
        "ingressClassName": "nginx", "tls": [{"hosts": ["shop.example"], "secretName": "shop-tls"}],
        "rules": [{"host": "shop.example", "http": {"paths": [
            {"path": "/", "backend": {"service": {"name": "shop", "port": {"number": 80}}}},
        ]}}],
    },
}  # fmt: skip


def _rules(*unread: str) -> set[str]:
    return {one.rule for one in diagnose(Snapshot(NOW, [INGRESS], unread=frozenset(unread)))}


@pytest.mark.parametrize(
    ("kind", "rule"),
    [("IngressClass", "ingress-class-missing"), ("Service", "ingress-backend"), ("Secret", "tls-secret")],
)
def test_an_absent_object_of_a_kind_that_was_not_read_is_no_finding(kind: str, rule: str) -> None:
    every = {"IngressClass", "Service", "Secret"}
    assert rule in _rules(*(every - {kind}))
    assert rule not in _rules(*every)


def test_the_rules_that_need_a_kind_exist() -> None:
    assert NEEDS.keys() <= MEASURED.keys() | {"daemonset-nowhere", "service-selector"}
