"""Messages that ask for several things: each is planned, asked about, or named as left out."""

from __future__ import annotations

import pytest

from hexaops.assistant.understanding import Intent, Mode, Understanding, understand
from testenv.golden.cases import load_worlds

WORLDS = load_worlds()


def _parts(message: str, world: str = "shop") -> tuple[Understanding, ...]:
    asked = understand(message, WORLDS[world])
    return asked.parts or (asked,)


def _said(message: str) -> list[tuple[Intent, list[str]]]:
    return [(part.about or part.intent, [t.entity.name for t in part.targets]) for part in _parts(message)]


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        ("pods & events of kafka", [(Intent.POD_STATUS, ["kafka"]), (Intent.EVENT_QUERY, ["kafka"])]),
        ("kafka logs and its events", [(Intent.LOG_QUERY, ["kafka"]), (Intent.EVENT_QUERY, ["kafka"])]),
        ("dashboard for kafka and an alert when its cpu is above 80%",
         [(Intent.DASHBOARD_CREATE, ["kafka"]), (Intent.ALERT_CREATE, ["kafka"])]),
        ("back up kafka, then delete it", [(Intent.BACKUP, ["kafka"]), (Intent.DELETE_APPLICATION, ["kafka"])]),
        ("first back up kafka, second restart it",
         [(Intent.BACKUP, ["kafka"]), (Intent.RESTART_APPLICATION, ["kafka"])]),
        ("find out why mailer crashes and restart it afterwards",
         [(Intent.DIAGNOSE, ["mailer"]), (Intent.RESTART_APPLICATION, ["mailer"])]),
        ("scale mailer to 6 and tell me when it is done",
         [(Intent.SCALE_APPLICATION, ["mailer"]), (Intent.ACTION_STATUS, ["mailer"])]),
        ("is mailer slow? also memory of it",
         [(Intent.PERFORMANCE_ANALYSIS, ["mailer"]), (Intent.USAGE_QUERY, ["mailer"])]),
        ("restart mailer and scale kafka to 3",
         [(Intent.RESTART_APPLICATION, ["mailer"]), (Intent.SCALE_APPLICATION, ["kafka"])]),
        ("mailer off, kafka on", [(Intent.STOP_APPLICATION, ["mailer"]), (Intent.START_APPLICATION, ["kafka"])]),
        ("give ml more cpu quota and put kafka up to 5",
         [(Intent.UPDATE_QUOTA, []), (Intent.SCALE_APPLICATION, ["kafka"])]),
    ],
)  # fmt: skip
def test_each_part_is_understood(message: str, wanted: list[tuple[Intent, list[str]]]) -> None:
    assert _said(message) == wanted


@pytest.mark.parametrize(
    "message",
    ["scale mailer to 3 and stop kafka", "stop mailer, start kafka", "restart mailer and then scale kafka to 5 please"],
)
def test_two_plain_requests_are_both_planned(message: str) -> None:
    parts = _parts(message)
    assert len(parts) == 2
    assert all(part.is_planned for part in parts)


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        ("scale mailer and kafka at 6 each", [("mailer", 6), ("kafka", 6)]),
        ("at ten we open, I want mailer and kafka at 6 each", [("mailer", 6), ("kafka", 6)]),
        ("scale mailer to 2 and kafka to 3", [("mailer", 2), ("kafka", 3)]),
    ],
)
def test_a_number_belongs_to_its_names(message: str, wanted: list[tuple[str, int]]) -> None:
    planned = [
        (target.entity.name, part.parameters.replicas)
        for part in _parts(message)
        if part.would_change
        for target in part.targets
    ]
    assert planned in (wanted, [])


@pytest.mark.parametrize(
    "message",
    [
        "is mailer ok? if not restart it",
        "how is mailer doing, and if it hangs restart it",
        "stop kafka so that we can scale mailer to 6",
        "restart redis, and kafka needs it too",
    ],
)
def test_a_condition_or_a_purpose_is_no_plan(message: str) -> None:
    parts = _parts(message)
    assert len(parts) == 2
    assert not parts[1].would_change


@pytest.mark.parametrize(
    ("message", "planned"),
    [
        ("scale mailer to 5 and kafka has 3", ["mailer"]),
        ("restart mailer. or wait, is kafka ok?", []),
        ("stop mailer so that we can scale kafka to 1", ["mailer"]),
        ("who stopped mailer and started kafka", []),
        ("if you stop mailer, start kafka", []),
    ],
)
def test_only_what_is_asked_for_is_planned(message: str, planned: list[str]) -> None:
    parts = [part for part in _parts(message) if part.would_change]
    assert [target.entity.name for part in parts for target in part.targets] == planned


def test_a_condition_is_offered() -> None:
    asked, change = _parts("is mailer ok? if not restart it")
    assert (asked.intent, change.about, change.mode) == (
        Intent.STATUS_QUERY, Intent.RESTART_APPLICATION, Mode.CONDITIONAL,
    )  # fmt: skip


def test_what_no_part_answers_is_named() -> None:
    asked = understand("set TIMEOUT=30 in mailer and make sure it restarts with it", WORLDS["shop"])
    assert asked.left_out == ("make sure it restarts with it",)
    assert asked.slots is not None


@pytest.mark.parametrize(
    "message",
    [
        "my mailer never starts, can you tell me why?",
        "kafka is slow since the deploy, what is going on",
        "please restart mailer, thanks a lot",
        "show me the logs of mailer, you know what I mean",
        "the cache was cleared this morning, is redis ok",
    ],
)
def test_nothing_is_left_out_of_one_question(message: str) -> None:
    assert understand(message, WORLDS["shop"]).left_out == ()
