"""What was said before: answers to questions, pronouns, messages that only carry on."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from hexaops.assistant.understanding import (
    Dialogue,
    Intent,
    Mode,
    Parameters,
    PendingQuestion,
    Spoken,
    Understanding,
    understand,
)
from testenv.golden.cases import entity_ids, load_worlds

WORLDS = load_worlds()
DOCS, SHOP = WORLDS["docs"], WORLDS["shop"]


def _ids(*names: str, world: str = "docs") -> tuple[str, ...]:
    return entity_ids(WORLDS[world], list(names))


def _names(got: Understanding) -> list[str]:
    return [target.entity.name for target in got.targets]


def _which() -> Dialogue:
    options = _ids("worker-app", "background-worker")
    question = PendingQuestion("choose_entity", "restart_application", options)
    return Dialogue("restart_application", pending_question=question)


def _how_many(**known: Any) -> Dialogue:
    question = PendingQuestion(
        "missing_parameter", "scale_application", (), "replicas", _ids("web-app"), Parameters(**known)
    )
    return Dialogue("scale_application", _ids("web-app"), question)


def _plan() -> Dialogue:
    question = PendingQuestion("confirm_plan", "scale_application", targets=_ids("web-app"))
    return Dialogue("scale_application", _ids("web-app"), question)


@pytest.mark.parametrize(
    ("said", "chosen"),
    [
        ("the first one", ["worker-app"]),
        ("1", ["worker-app"]),
        ("2", ["background-worker"]),
        ("option 2 please", ["background-worker"]),
        ("the last one", ["background-worker"]),
        ("worker-app", ["worker-app"]),
        ("background", ["background-worker"]),
        ("i meant background-worker", ["background-worker"]),
        ("both", ["worker-app", "background-worker"]),
        ("all of them", ["worker-app", "background-worker"]),
    ],
)
def test_a_choice_is_understood(said: str, chosen: list[str]) -> None:
    got = understand(said, DOCS, _which())
    assert (got.intent, got.mode) == (Intent.RESTART_APPLICATION, Mode.REQUEST)
    assert _names(got) == chosen


@pytest.mark.parametrize("said", ["no", "neither", "none of them", "never mind", "cancel", "forget it"])
def test_no_choice_is_a_refusal(said: str) -> None:
    assert understand(said, DOCS, _which()).intent is Intent.DENY


@pytest.mark.parametrize("said", ["the third one", "3", "yes", "hm", "not the first one", "why?"])
def test_what_chooses_nothing_changes_nothing(said: str) -> None:
    assert not understand(said, DOCS, _which()).is_change_request


def test_a_choice_joins_what_was_known() -> None:
    question = PendingQuestion("choose_entity", "restart_application", _ids("worker-app"), "", _ids("web-app"))
    got = understand("yes", DOCS, Dialogue(pending_question=question))
    assert _names(got) == ["web-app", "worker-app"]


@pytest.mark.parametrize("said", ["the staging one", "staging", "in staging please", "frontend in staging"])
def test_a_namespace_chooses(said: str) -> None:
    options = _ids("shop/frontend", "staging/frontend", world="shop")
    question = PendingQuestion("choose_entity", "restart_application", options)
    got = understand(said, SHOP, Dialogue(pending_question=question))
    assert [target.entity.namespace for target in got.targets] == ["staging"]


@pytest.mark.parametrize(
    ("said", "field", "value"),
    [
        ("5", "replicas", 5),
        ("five please", "replicas", 5),
        ("make it 5", "replicas", 5),
        ("to 5", "replicas", 5),
        ("by 2", "replicas_delta", 2),
        ("two more", "replicas_delta", 2),
        ("one less", "replicas_delta", -1),
        ("twice as many", "replicas_factor", 2.0),
        ("double it", "replicas_factor", 2.0),
    ],
)
def test_a_number_answers_how_many(said: str, field: str, value: float) -> None:
    got = understand(said, DOCS, _how_many())
    assert got.intent is Intent.SCALE_APPLICATION
    assert getattr(got.parameters, field) == value
    assert _names(got) == ["web-app"]
    assert got.missing == ()


def test_the_direction_asked_for_before_is_kept() -> None:
    assert understand("by 2", DOCS, _how_many(direction="down")).parameters.replicas_delta == -2


@pytest.mark.parametrize("said", ["-1", "5.5", "a million"])
def test_a_number_that_cannot_be_is_refused(said: str) -> None:
    got = understand(said, DOCS, _how_many())
    assert got.parameters.invalid
    assert got.parameters.replicas is None


def test_a_new_question_is_no_answer() -> None:
    got = understand("what is the status of api-service?", DOCS, _how_many())
    assert (got.intent, _names(got)) == (Intent.STATUS_QUERY, ["api-service"])


@pytest.mark.parametrize("said", ["yes", "yes, do it", "confirm", "go ahead", "ok"])
def test_yes_to_a_plan_is_no_change_by_itself(said: str) -> None:
    got = understand(said, DOCS, _plan())
    assert got.intent is Intent.CONFIRM
    assert not got.is_change_request


@pytest.mark.parametrize("said", ["no", "cancel", "cancel that", "stop", "wait", "stop it please"])
def test_a_plan_is_called_off(said: str) -> None:
    assert understand(said, DOCS, _plan()).intent is Intent.DENY


def test_a_plan_is_corrected() -> None:
    got = understand("make it 4 instead", DOCS, _plan())
    assert (got.intent, got.parameters.replicas, _names(got)) == (Intent.SCALE_APPLICATION, 4, ["web-app"])


def test_the_same_for_another_is_the_same_change() -> None:
    dialogue = replace(_plan(), spoken=Spoken("scale_application", _ids("web-app"), Parameters(replicas=5)))
    for said in ("and api-service too", "same for api-service", "now the same for api-service please"):
        got = understand(said, DOCS, dialogue)
        assert (got.intent, got.parameters.replicas, _names(got)) == (Intent.SCALE_APPLICATION, 5, ["api-service"])
        assert got.would_change


@pytest.mark.parametrize("said", ["stop", "stop it", "stop that"])
def test_stop_after_a_change_means_the_change(said: str) -> None:
    got = understand(said, DOCS, Dialogue("restart_application", _ids("web-app")))
    assert got.intent is Intent.CANCEL_ACTION


def test_a_bare_stop_never_takes_an_application_from_the_dialogue() -> None:
    got = understand("stop", DOCS, Dialogue("status_query", _ids("web-app")))
    assert got.targets == ()
    assert got.missing == ("application",)


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("is it healthy now?", Intent.STATUS_QUERY),
        ("show its pods", Intent.POD_STATUS),
        ("show its logs", Intent.LOG_QUERY),
        ("what about memory?", Intent.USAGE_QUERY),
        ("why?", Intent.DIAGNOSE),
        ("tell me more", Intent.STATUS_QUERY),
        ("what's wrong with it?", Intent.DIAGNOSE),
        ("restart it", Intent.RESTART_APPLICATION),
    ],
)
def test_what_was_spoken_of_last_is_meant(said: str, intent: Intent) -> None:
    got = understand(said, DOCS, Dialogue("status_query", _ids("database-app")))
    assert (got.intent, _names(got)) == (intent, ["database-app"])


def test_it_among_several_is_asked_and_them_is_all() -> None:
    dialogue = Dialogue("status_query", _ids("web-app", "api-service"))
    assert len(understand("restart it", DOCS, dialogue).ambiguous[0].candidates) == 2
    assert _names(understand("restart them", DOCS, dialogue)) == ["web-app", "api-service"]


def test_the_message_itself_comes_before_the_dialogue() -> None:
    got = understand("web-app is stuck. please restart it", DOCS, Dialogue("status_query", _ids("api-service")))
    assert (got.intent, _names(got)) == (Intent.RESTART_APPLICATION, ["web-app"])


def test_the_focus_of_a_session_fills_a_gap() -> None:
    dialogue = Dialogue(focus_applications=_ids("web-app"))
    got = understand("scale my application to 5 replicas", DOCS, dialogue)
    assert (_names(got), got.targets[0].source, got.missing) == (["web-app"], "focus", ())


@pytest.mark.parametrize("place", ["this workspace", "this cluster", "in this workspace right now"])
def test_this_before_a_place_points_at_no_application(place: str) -> None:
    dialogue = Dialogue(focus_applications=_ids("web-app", "api-service"))
    got = understand(f"Show me the current status of all applications in {place}", DOCS, dialogue)
    assert (got.intent, _names(got)) == (Intent.STATUS_QUERY, [])
    assert _names(understand("show me the status of this", DOCS, dialogue)) == ["web-app", "api-service"]


def test_nothing_is_guessed_without_a_dialogue() -> None:
    got = understand("restart it", DOCS)
    assert (got.targets, got.missing) == ((), ("application",))


def test_a_place_narrows_a_restart_of_everything_that_fails() -> None:
    before = Dialogue("restart_failing", spoken=Spoken("restart_failing", mode="request"))
    got = understand("only in backend", DOCS, before)
    assert (got.intent, got.parameters.namespace) != (Intent.RESTART_FAILING, None)


def test_zero_is_corrected_to_a_number_of_replicas() -> None:
    stopped = Spoken("stop_application", _ids("web-app"), Parameters(replicas=0), mode="request")
    got = understand("no, 10!", DOCS, Dialogue("stop_application", _ids("web-app"), spoken=stopped))
    assert (got.intent, got.parameters.replicas, _names(got)) == (Intent.SCALE_APPLICATION, 10, ["web-app"])


@pytest.mark.parametrize(
    "said", ["which node is the busiest", "is there any app without a budget", "top 3 cpu consumers",
             "what app uses the most memory"],
)  # fmt: skip
def test_a_question_for_one_of_all_is_not_about_what_was_named(said: str) -> None:
    assert _names(understand(said, DOCS, Dialogue("usage_query", _ids("web-app")))) == []


@pytest.mark.parametrize("said", ["show me the logs", "what are the most recent errors", "any warnings?"])
def test_a_question_without_a_name_is_about_what_was_named(said: str) -> None:
    assert _names(understand(said, DOCS, Dialogue("usage_query", _ids("web-app")))) == ["web-app"]
