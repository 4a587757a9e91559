"""What is filled of a change that is heard, given the roles: targets, counts, bounds, limits and variables."""

from __future__ import annotations

import pytest

from hexaops.assistant.understanding import Dialogue, Understanding
from hexaops.assistant.understanding.encoder import Heard
from hexaops.assistant.understanding.hearing import change_heard
from hexaops.assistant.understanding.items import Item, read_items
from hexaops.assistant.understanding.normalise import clean, tokenize
from hexaops.assistant.understanding.setting import Setting
from hexaops.assistant.understanding.slots import Slots
from testenv.golden.cases import load_worlds

DOCS = load_worlds()["docs"]


def _heard(text: str, label: str, roles: dict[str, str], chance: float = 0.97) -> Understanding | None:
    """The change of a message whose words have these roles, each so surely; names are targets, all else is other."""
    items = tuple(read_items(tokenize(clean(text)[0]), DOCS.index))
    return change_heard(
        items,
        Heard(label, 5.0, tuple((_role(item, roles), 0.97 if item.mention else chance) for item in items)),
        Setting(DOCS.index, Dialogue()),
    )


def _role(item: Item, roles: dict[str, str]) -> str:
    return roles.get(item.text, "target" if item.mention else "other")


@pytest.mark.parametrize(
    ("text", "roles", "replicas", "delta", "factor"),
    [
        ("web-app could do with a fourth pod", {}, 4, None, None),
        ("a single web-app will do", {}, 1, None, None),
        ("could do with a fifth, web-app", {}, 5, None, None),
        ("three is too much, put web-app on two, yes, two", {"two": "replicas"}, 2, None, None),
        ("web-app 2x please", {"2x": "replicas"}, None, None, 2.0),
        ("web-app, down from 3 to 2", {"2": "replicas"}, 2, None, None),
        ("one fewer web-app", {"one": "fewer"}, None, -1, None),
        ("web-app deserves a 6th pod", {}, 6, None, None),
        ("take a replica off web-app", {"a": "fewer"}, None, -1, None),
        ("half a dozen pods for web-app", {"6": "replicas"}, 6, None, None),
        ("web-app on thirty six", {"36": "replicas"}, 36, None, None),
        ("double what web-app has", {"double": "times"}, None, None, 2.0),
    ],
)
def test_counts(
    text: str, roles: dict[str, str], replicas: int | None, delta: int | None, factor: float | None
) -> None:
    change = _heard(text, "scale_app", roles)
    assert change is not None
    said = change.parameters
    assert (said.replicas, said.replicas_delta, said.replicas_factor) == (replicas, delta, factor)


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("web-app has 3, it should have 4", {"3": "replicas", "4": "replicas"}),
        ("more for web-app in a second", {}),
        ("shrink web-app by a third", {}),
        ("web-app on 4.5 pods", {"4.5": "replicas"}),
        ("web-app x2", {"x2": "replicas"}),
        ("web-app has a single pod and wants a second", {}),
        ("show a pod of web-app", {}),
    ],
)
def test_counts_that_are_not_clear(text: str, roles: dict[str, str]) -> None:
    assert _heard(text, "scale_app", roles) is None


@pytest.mark.parametrize(
    ("text", "hard"),
    [
        ("production should get 16 CPU cores and 32 GiB of memory", {"requests.cpu": "16", "requests.memory": "32Gi"}),
        ("24 gigs of memory and forty pods for production", {"requests.memory": "24Gi", "pods": "40"}),
        ("production: cpu=6, memory=12Gi", {"requests.cpu": "6", "requests.memory": "12Gi"}),
        ("from 16 to 32 gigabytes of memory in production", {"requests.memory": "32Gi"}),
        ("sixty-four gibibytes of memory for production", {"requests.memory": "64Gi"}),
        ("one hundred and twenty pods for production", {"pods": "120"}),
        ("20 CPUs for production, yes, 20 CPUs", {"requests.cpu": "20"}),
        ("production at 48 GB of memory", {"requests.memory": "48Gi"}),
        ("INC 77: production ran into 10 CPUs, give it 20 CPUs", {"requests.cpu": "20"}),
    ],
)
def test_limits_of_a_quota(text: str, hard: dict[str, str]) -> None:
    wanted = {"6", "12Gi", "16", "32", "24", "forty", "20", "sixty-four", "120", "48"}
    roles = dict.fromkeys(wanted, "value") | {"10": "other", "77": "other"}
    change = _heard(text, "update_quota", roles)
    assert change is not None
    assert change.slots is not None
    assert dict(change.slots.hard) == hard
    assert change.parameters.namespace == "production"


def test_bounds_are_taken_by_their_roles_where_the_words_are_not_clear() -> None:
    roles = {"5": "max", "2": "min", "50": "cpu", "3": "other"}
    change = _heard("web-app (3 now): 5 at the most, never under 2, at 50 % CPU", "configure_autoscaling", roles)
    assert change is not None
    assert change.slots == Slots(min_replicas=2, max_replicas=5, target_cpu_percent=50)


@pytest.mark.parametrize(
    ("text", "roles", "env"),
    [
        ("CACHE_MODE has to be lazy on web-app", {"CACHE_MODE": "key", "lazy": "value"}, ("CACHE_MODE", "lazy")),
        ("web-app's PAGE_SIZE shall be kept as 45", {"PAGE_SIZE": "key", "45": "value"}, ("PAGE_SIZE", "45")),
        ("CACHE_MODE to lazy: web-app", {"CACHE_MODE": "key", "lazy": "value"}, ("CACHE_MODE", "lazy")),
        ("LOG_LEVEL=debug for web-app", {"LOG_LEVEL=debug": "value"}, ("LOG_LEVEL", "debug")),
    ],
)
def test_variables(text: str, roles: dict[str, str], env: tuple[str, str]) -> None:
    change = _heard(text, "update_config", roles)
    assert change is not None
    assert change.slots == Slots(env=(env,))


def test_a_value_that_words_and_roles_read_differently_is_not_filled() -> None:
    roles = {"PAGE_SIZE": "key", "45": "value"}
    assert _heard("web-app's PAGE_SIZE shall be kept as 45", "update_config", roles, 0.79) is None
    assert _heard("set PAGE_SIZE and FOO_MODE of web-app to 45", "update_config", roles | {"FOO_MODE": "key"}) is None
    assert _heard("set PAGE_SIZE and FOO_MODE of web-app to 45 and on", "update_config", roles) is None


@pytest.mark.parametrize("text", ["PAGE_SIZE on web-app has to become bigger", "PAGE_SIZE on web-app: i want it back"])
def test_a_word_that_says_nothing_is_no_value(text: str) -> None:
    assert _heard(text, "update_config", {"PAGE_SIZE": "key"}) is None
    assert _heard(text, "update_config", {"PAGE_SIZE": "key", "bigger": "value", "it": "value"}) is None


def test_an_image_by_its_tag() -> None:
    change = _heard("put shop:hotfix-3 on web-app", "update_config", {})
    assert change is not None
    assert change.slots == Slots(image="shop:hotfix-3")
    assert _heard("put web-app:4 on", "update_config", {}) is None


def test_of_two_images_the_later_one_is_meant() -> None:
    change = _heard("web-app from shop:v1 to shop:v2", "update_config", {"shop:v2": "value"})
    assert change is not None
    assert change.slots == Slots(image="shop:v2")
    assert _heard("web-app: shop:v1 or shop:v2", "update_config", {"shop:v1": "value", "shop:v2": "value"}) is None


@pytest.mark.parametrize(
    ("text", "roles", "names"),
    [
        ("web-app hangs, so restart web-app", {}, {"web-app"}),
        ("restart web-app n auth-service", {}, {"web-app", "auth-service"}),
        ("web-app is fine, restart auth-service", {"web-app": "other"}, {"auth-service"}),
    ],
)
def test_targets(text: str, roles: dict[str, str], names: set[str]) -> None:
    change = _heard(text, "restart_app", roles)
    assert change is not None
    assert {target.entity.name for target in change.targets} == names


def test_what_fails_in_a_project_is_restarted_there() -> None:
    change = _heard("production is full of crash loops, restart what fails in production", "restart_failing", {})
    assert change is not None
    assert (change.targets, change.parameters.namespace, change.parameters.status_filter) == (
        (),
        "production",
        "failing",
    )
    assert _heard("restart what makes web-app fail in production", "restart_failing", {}) is None
