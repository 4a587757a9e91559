"""Root causes: the service whose own excess is not explained by what it calls; nothing when nothing stands out."""

from __future__ import annotations

import numpy as np

from hexaops.analysis.rootcause import Service, rank_causes

CALLS = {"web": ["api", "ads"], "api": ["db", "cache"]}
NAMES = ("web", "api", "ads", "db", "cache")


def _services(*, slower: dict[str, float], requests: dict[str, float] | None = None) -> dict[str, Service]:
    random = np.random.default_rng(3)
    return {
        name: Service(
            random.normal(100, 5, 200), random.normal(100 + slower.get(name, 0), 5, 5), (requests or {}).get(name, 100)
        )
        for name in NAMES
    }


def test_the_callee_comes_before_its_callers() -> None:
    ranked = rank_causes(_services(slower={"web": 80, "api": 82, "db": 85}), CALLS, "web")
    assert ranked[0].name == "db"
    assert [one.name for one in ranked] == ["db"]


def test_a_service_that_is_slow_by_itself() -> None:
    ranked = rank_causes(_services(slower={"web": 80, "api": 85}), CALLS, "web")
    assert ranked[0].name == "api"
    assert ranked[0].explained < ranked[0].moved


def test_nothing_stands_out() -> None:
    assert rank_causes(_services(slower={}), CALLS, "web") == []


def test_what_is_seldom_called_weighs_less() -> None:
    slower = dict.fromkeys(("web", "ads", "db", "api"), 60.0)
    ranked = rank_causes(
        _services(slower=slower, requests={"web": 100, "api": 100, "db": 100, "ads": 0.5}), CALLS, "web"
    )
    assert ranked[0].name == "db"


def test_a_drop_of_availability() -> None:
    ranked = rank_causes(_services(slower={"web": -30, "api": -31, "cache": -32}), CALLS, "web", higher_is_worse=False)
    assert ranked[0].name == "cache"


def test_services_that_cannot_be_judged_are_left_out() -> None:
    services = _services(slower={"db": 90, "api": 90, "web": 90})
    services["db"] = Service(np.full(200, np.nan), np.full(5, np.nan))
    services["cache"] = Service(services["cache"].normal, services["cache"].now + 95, opaque=True)
    assert rank_causes(services, CALLS, "web")[0].name == "api"


def test_a_circle_of_calls_ends() -> None:
    ranked = rank_causes(_services(slower={"db": 90}), {**CALLS, "db": ["web"]}, "web")
    assert ranked[0].name == "db"
