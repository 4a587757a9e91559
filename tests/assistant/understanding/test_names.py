"""Names: slips, parts, namespaces, ambiguity; and what is not a name."""

from __future__ import annotations

import pytest

from hexaops.assistant.understanding import Intent, Inventory, KnownEntity, understand
from testenv.golden.cases import load_worlds

WORLDS = load_worlds()
DOCS, SHOP = WORLDS["docs"], WORLDS["shop"]


def _apps(*names: str) -> Inventory:
    return Inventory(tuple(KnownEntity(f"app-{name}", "application", name, "ns", "Deployment") for name in names))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("web-app", "web-app"),
        ("Web_App", "web-app"),
        ("web app", "web-app"),
        ("webapp", "web-app"),
        ("the web-app deployment", "web-app"),
        ("deployment/web-app", "web-app"),
        ("production/web-app", "web-app"),
        ("wep-app", "web-app"),
        ("databse-app", "database-app"),
        ("the database", "database-app"),
        ("databse", "database-app"),
        ("notificaton servce", "notification-service"),
        ("image procesor", "image-processor"),
        ("reprot generator", "report-generator"),
        ("payments", "payment-service"),
        ("api", "api-service"),
        ('"web-app"', "web-app"),
        ("app-production-web-app", "web-app"),
    ],
)
def test_a_name_is_found(said: str, meant: str) -> None:
    got = understand(f"restart {said}", DOCS)
    assert got.intent is Intent.RESTART_APPLICATION
    assert [target.entity.name for target in got.targets] == [meant], got


def test_a_name_with_a_slip_says_how_sure_it_is() -> None:
    exact, slip = understand("restart web-app", DOCS), understand("restart wep-app", DOCS)
    assert exact.targets[0].score == 1.0
    assert 0.75 <= slip.targets[0].score < 1.0


@pytest.mark.parametrize("said", ["rds", "redsi-cluster-main", "kfk", "xyz", "foo-bar", "grafana-agent-operator"])
def test_what_is_too_far_from_any_name_is_unknown(said: str) -> None:
    got = understand(f"restart {said}", SHOP)
    assert got.targets == ()
    assert [unknown.mention for unknown in got.unknown_names] == [said]


@pytest.mark.parametrize("said", ["mail-service", "bulk-service", "pub-app", "web-cli"])
def test_another_part_is_another_name(said: str) -> None:
    got = understand(f"restart {said}", DOCS)
    assert not any(part.is_planned for part in got.parts or (got,))


def test_an_unknown_name_comes_with_the_nearest() -> None:
    got = understand("restart payments-service", SHOP)
    assert got.targets == ()
    assert [s.entity.name for s in got.unknown_names[0].suggestions][:1] == ["payments-gateway"]


def test_short_names_allow_no_slip() -> None:
    got = understand("restart abd", _apps("abc", "web-app"))
    assert got.targets == ()


def test_near_names_are_a_question_for_a_change() -> None:
    got = understand("restart orders-ap", _apps("orders-api", "orders-app"))
    assert got.targets == ()
    assert {c.entity.name for c in got.ambiguous[0].candidates} == {"orders-api", "orders-app"}


def test_an_exact_name_beats_a_near_one() -> None:
    got = understand("restart orders-app", _apps("orders-api", "orders-app"))
    assert [t.entity.name for t in got.targets] == ["orders-app"]


def test_the_longest_name_wins() -> None:
    inventory = _apps("web", "web-app", "web-app-admin")
    assert [t.entity.name for t in understand("restart web app admin", inventory).targets] == ["web-app-admin"]
    assert [t.entity.name for t in understand("restart web", inventory).targets] == ["web"]


def test_one_name_in_two_namespaces_is_a_question_unless_the_namespace_is_said() -> None:
    for said in ("restart frontend", "stop the frontend", "is frontend healthy?"):
        assert len(understand(said, SHOP).ambiguous[0].candidates) == 2, said
    for said in ("restart frontend in staging", "restart the staging frontend", "restart staging/frontend",
                 "in staging, restart frontend", "restart frontend (staging)",
                 "restart frontend in namespace staging"):  # fmt: skip
        got = understand(said, SHOP)
        assert [t.entity.namespace for t in got.targets] == ["staging"], said


def test_a_name_in_the_wrong_namespace_is_not_taken_elsewhere() -> None:
    got = understand("restart grafana in staging", SHOP)
    assert got.targets == ()
    assert got.unknown_names[0].mention == "grafana in staging"


def test_everything_except() -> None:
    got = understand("restart all applications except database-app and cache-service", DOCS)
    assert got.parameters.everything
    assert {t.entity.name for t in got.excluded} == {"database-app", "cache-service"}
    assert got.targets == ()


def test_a_contrast_is_excluded() -> None:
    got = understand("restart web-app, not api-service", DOCS)
    assert [t.entity.name for t in got.targets] == ["web-app"]


def test_names_that_are_everyday_words() -> None:
    inventory = _apps("status", "test", "mail", "search", "web-app", "start")
    assert understand("what is the status of web-app", inventory).targets[0].entity.name == "web-app"
    assert len(understand("show me the status", inventory).targets) == 0
    assert understand("restart the status app", inventory).targets[0].entity.name == "status"
    assert understand("restart mail", inventory).targets[0].entity.name == "mail"
    assert understand("is the search service up?", inventory).targets[0].entity.name == "search"


def test_kinds_of_one_name_are_told_apart() -> None:
    inventory = Inventory(
        (
            KnownEntity("a", "application", "redis", "shop", "Deployment"),
            KnownEntity("b", "application", "redis", "shop", "StatefulSet"),
        )
    )
    assert len(understand("restart redis", inventory).ambiguous) == 1
    assert understand("restart the statefulset redis", inventory).targets[0].entity.id == "b"


def test_a_node_is_no_application() -> None:
    assert understand("restart worker-node-2", DOCS).intent is Intent.NODE_MAINTENANCE


def test_a_pod_is_named_by_its_whole_name() -> None:
    got = understand("show pod web-app-8c9d7e6f5-abc12", DOCS)
    assert (got.targets[0].entity.kind, got.scope, got.resource_type) == ("pod", "pod", "pods")


def test_hostile_names_stay_names() -> None:
    inventory = _apps("restart", "all", "do-not", "if", "it", "yes", "scale-web-app-to-5")
    assert understand("what is the status?", inventory).intent is Intent.STATUS_QUERY
    got = understand("is scale-web-app-to-5 healthy?", inventory)
    assert (got.intent, got.targets[0].entity.name) == (Intent.STATUS_QUERY, "scale-web-app-to-5")
    assert not understand("do not restart it", inventory).is_change_request


def test_corrections_are_told() -> None:
    assert ("restrat", "restart") in understand("restrat web-app", DOCS).corrections
