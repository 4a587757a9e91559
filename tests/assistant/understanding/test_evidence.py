"""Requests in words that no list of openings holds: what stands around a whole change is tolerated, or forbids it."""

from __future__ import annotations

import pytest

from hexaops.assistant.understanding import Inventory, KnownEntity, understand
from hexaops.assistant.understanding.asked import WIDER, load
from hexaops.assistant.understanding.intents import Intent
from tools.train_asked import digest, read_examples, read_further_examples

NAMES = ("cart", "redis", "kafka", "checkout-api", "model-server", "image-resizer", "grafana")
INVENTORY = Inventory(tuple(KnownEntity(f"application:{name}", "application", name) for name in NAMES))
KERNELS = {
    "restart kafka": (Intent.RESTART_APPLICATION, "kafka", None),
    "scale cart to 5": (Intent.SCALE_APPLICATION, "cart", 5),
    "grafana to 4 replicas please": (Intent.SCALE_APPLICATION, "grafana", 4),
    "please stop model-server": (Intent.STOP_APPLICATION, "model-server", None),
    "start image-resizer": (Intent.START_APPLICATION, "image-resizer", None),
}
AROUND = ("{}, approved by Marta", "{}, budget reasons", "we are drowning in mails, {}", "the queue only grows. {}")
FORBIDDING = (
    "{} once the sale is over",
    "{}, they said",
    "the runbook says: {}",
    "{}... no wait, forget it",
    "unless somebody objects, {}",
    "tomorrow morning: {}",
    "{} and everything it depends on",
)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("around", AROUND)
def test_what_is_said_around_a_change_need_not_be_understood(around: str, kernel: str) -> None:
    asked = understand(around.format(kernel), INVENTORY)
    intent, name, replicas = KERNELS[kernel]
    assert asked.would_change
    assert (asked.intent, [t.entity.name for t in asked.targets]) == (intent, [name])
    assert asked.parameters.replicas == replicas


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("around", FORBIDDING)
def test_what_takes_the_now_away_forbids_it(around: str, kernel: str) -> None:
    asked = understand(around.format(kernel), INVENTORY)
    assert not any(part.would_change for part in asked.parts or (asked,))


@pytest.mark.parametrize(
    ("text", "replicas", "delta"),
    [
        ("throw three extra pods at cart", None, 3),
        ("shave two pods off checkout-api", None, -2),
        ("knock a pod off model-server", None, -1),
    ],
)
def test_an_unknown_verb_whose_object_are_pods_moves_replicas(text: str, replicas: int | None, delta: int) -> None:
    asked = understand(text, INVENTORY)
    assert asked.would_change
    assert (asked.parameters.replicas, asked.parameters.replicas_delta) == (replicas, delta)


@pytest.mark.parametrize(
    "text",
    [
        "restart the replication on redis, it hangs since the failover",
        "start the migration on redis, it is approved",
        "kick off the postmortem for cart",
        "cart 404, can you fix it",
        "let me bounce a thought about kafka off you",
        "shut the access to grafana for the interns",
        "bring kafka up to 3.7",
        "restart cart in 5",
        "minio needs 4 more terabytes, grafana too",
    ],
)
def test_what_is_changed_is_not_the_application(text: str) -> None:
    asked = understand(text, INVENTORY)
    assert not any(part.would_change for part in asked.parts or (asked,))


def test_a_change_of_what_was_just_complained_about() -> None:
    asked = understand("kafka is wedged for an hour, one restart please", INVENTORY)
    assert (asked.intent, [t.entity.name for t in asked.targets]) == (Intent.RESTART_APPLICATION, ["kafka"])
    assert asked.would_change


def test_the_model_was_made_from_these_examples() -> None:
    assert load().examples == digest(read_examples()), "run python -m tools.train_asked"
    assert load(WIDER).examples == digest([*read_examples(), *read_further_examples()]), (
        "run python -m tools.train_asked"
    )
