"""What holds a change back though its words read whole, and the plain statements of need that are requests."""

from __future__ import annotations

import pytest

from hexaops.assistant.understanding import Intent, Understanding, understand
from hexaops.assistant.understanding.conversation import Conversation
from hexaops.assistant.understanding.values import wanted_replicas
from testenv.golden.cases import load_worlds

DOCS = load_worlds()["docs"]


def _planned(text: str) -> list[Understanding]:
    got = understand(text, DOCS)
    return [part for part in (got.parts or (got,)) if part.would_change or part.would_set]


def _replicas_after(*turns: str) -> int | None:
    talk = Conversation(DOCS)
    asked = [talk.say(text) for text in turns][-1]
    assert asked.would_change
    return asked.parameters.replicas


@pytest.mark.parametrize(
    "text",
    [
        "hold off on web-app",
        "leave web-app off",
        "keep web-app off please",
        "web-app needs 6... 6 cores I mean",
        "everything except the databases... restart that",
        "hold off on the web-app rollback",
        "start looking at web-app please",
        "start logging web-app",
        "stop pinging web-app please",
        "web-app to three and a bit",
        "autoscale web-app with min -1 max 5",
        "autoscale web-app between 6 and 2",
        "web-app to 8080",
        "hold off with web-app please",
        "hang fire on web-app",
        "in an hour or so stop web-app",
        "in about an hour, stop web-app",
        "within the hour stop web-app",
        "in a bit restart web-app",
        "web-app goes to 12 now and then",
        "web-app down to between 1 and 2",
        "web-app between 2 and 4",
        "Restart web-app, api-service. The last one only if you must, so rather not.",
        "Restart web-app and api-service. The second only if needed.",
        "scale web-app and api-service to 4. Well, maybe not the latter.",
        "restart web-app, api-service. The second one can wait.",
        "web-app x4",
        "web-app x0.1",
        "set A=1 on web-app",
        "scale web-app to 5, they want",
        "the customer wrote no, restart web-app",
        "turn web-app off and back up database-app",
        "web-app wants to restart, go ahead and check",
        "web-app needs a restart, go ahead and find out why",
        "pause deployments of web-app",
        "web-app needs to be stopped from crashing",
        "the ticket: web-app must be restarted",
        "from the runbook: web-app has to be restarted",
        "stop web-app, management is deciding",
        "stop web-app, nobody is asking for that",
        "could web-app be stopped, it looks stopped",
        "could web-app be restarting, it shows 502",
        "could web-app be halted, what do you think",
        "web-app gets 10 pods by default",
        "web-app goes to 12",
        "last time web-app got restarted",
        "web-app is not to be stopped",
        "web-app shall be restarted once approved",
        "web-app shall be renamed to shop",
        "I'm afraid to restart web-app",
        "web-app and api-service failed. don't restart the two",
        "web-app, api-service and auth-service are slow. restart the two",
        "bring web-app to a stop tomorrow",
        "bring web-app traffic to a stop",
        "web-app on now?",
        "how about four web-app pods? no",
        "Bob says web-app is slow so restart it",
        "give web-app and all failing ones a fresh image",
        "web-app to 2.0",
        "web-app goes to 100% now",
        "I'd love to see when web-app restarted",
        "would be nice to have web-app restarted tonight",
        "either web-app or api-service needs to be stopped",
        "web-app must be down",
        "web-app should be running by now",
        "web-app must be restarting",
        "web-app would need a restart",
        "could web-app be stopped, it is used by api-service",
        "could web-app be stopped, we need to know",
        "web-app at 6?",
        "two more pods for web-app?",
        "restart web-app when users report 502",
        "this morning restart web-app",
        "when the sale starts, scale web-app to 6",
        "the failing apps should be fixed",
        "bounce anything that is not needed",
        "web-app memory must be doubled",
        "web-app is slow, I'd like to know who restarted it",
        "one fewer web-app pod is fine, do it later",
    ],
)
def test_what_is_held_back_is_not_planned(text: str) -> None:
    assert _planned(text) == []


@pytest.mark.parametrize(
    ("text", "intent", "names"),
    [
        ("web-app shall be restarted", Intent.RESTART_APPLICATION, {"web-app"}),
        ("web-app is to be halted", Intent.STOP_APPLICATION, {"web-app"}),
        ("web-app needs to be bounced I'm afraid", Intent.RESTART_APPLICATION, {"web-app"}),
        ("it's high time web-app was restarted", Intent.RESTART_APPLICATION, {"web-app"}),
        ("web-app has been up for weeks, time it got restarted", Intent.RESTART_APPLICATION, {"web-app"}),
        ("I want web-app and auth-service cycled one after the other", Intent.RESTART_APPLICATION,
         {"web-app", "auth-service"}),
        ("Could web-app be halted, it mails the wrong people!!", Intent.STOP_APPLICATION, {"web-app"}),
        ("please bring web-app to a stop", Intent.STOP_APPLICATION, {"web-app"}),
        ("I should like web-app restarted, if it is not too much trouble.", Intent.RESTART_APPLICATION, {"web-app"}),
        ("web-app and api-service hold stale connections. Restart the two.", Intent.RESTART_APPLICATION,
         {"web-app", "api-service"}),
        ("the secret changed so web-app and api-service need to be restarted", Intent.RESTART_APPLICATION,
         {"web-app", "api-service"}),
        ("web-app was paused for cost, budget is approved so activate it", Intent.START_APPLICATION,
         {"web-app"}),
        ("web-app on now", Intent.START_APPLICATION, {"web-app"}),
        ("auth is down, have web-app come up fresh", Intent.RESTART_APPLICATION, {"web-app"}),
        ("shutdown web-app, warehouse is counting", Intent.STOP_APPLICATION, {"web-app"}),
        ("web-app got a new secret this morning, so it needs to be restarted", Intent.RESTART_APPLICATION,
         {"web-app"}),
        ("web-app needs a reboot, users report 502", Intent.RESTART_APPLICATION, {"web-app"}),
        ("we would like web-app restarted now that the config is in", Intent.RESTART_APPLICATION, {"web-app"}),
        ("web-app hangs, I'd like it restarted", Intent.RESTART_APPLICATION, {"web-app"}),
        ("I'd love to see web-app restarted", Intent.RESTART_APPLICATION, {"web-app"}),
        ("would be nice to have web-app restarted", Intent.RESTART_APPLICATION, {"web-app"}),
        ("all failing apps need a restart", Intent.RESTART_FAILING, set()),
        ("the failing apps should be restarted", Intent.RESTART_FAILING, set()),
        ("bounce anything thats not healthy", Intent.RESTART_FAILING, set()),
        ("restart all apps in error state", Intent.RESTART_FAILING, set()),
        ("give all the crashlooping ones a fresh go", Intent.RESTART_FAILING, set()),
        ("could you get the unhealthy apps back on their feet", Intent.RESTART_FAILING, set()),
    ],
)  # fmt: skip
def test_a_plain_statement_of_need_is_a_request(text: str, intent: Intent, names: set[str]) -> None:
    [asked] = _planned(text)
    assert asked.intent is intent
    assert {found.entity.name for found in asked.targets} == names


@pytest.mark.parametrize(
    ("text", "replicas"),
    [
        ("web-app gets 10 pods", 10),
        ("web-app goes to 12 today, right away", 12),
        ("web-app only needs a single pod, adjust please", 1),
        ("web-app has to be brought to 5", 5),
        ("the sale starts, we need web-app at six replicas", 6),
        ("web-app at two replicas for HA sake", 2),
        ("can web-app be at 6 please?", 6),
        ("how about four web-app pods instead of three? yes, please do", 4),
    ],
)
def test_a_count_that_is_needed_is_a_request(text: str, replicas: int) -> None:
    [asked] = _planned(text)
    assert (asked.intent, asked.parameters.replicas) == (Intent.SCALE_APPLICATION, replicas)


def test_getting_bigger_is_a_step() -> None:
    [asked] = _planned("web-app should get bigger by two pods")
    assert asked.parameters.replicas_delta == 2


def test_a_number_in_total_is_no_step() -> None:
    assert _replicas_after("give web-app 2 more", "2 in total I mean") == 2
    assert _replicas_after("give web-app 4 more", "no, 4 in all") == 4


def test_what_stays_is_left_out() -> None:
    talk = Conversation(DOCS)
    talk.say("stop web-app and api-service")
    asked = talk.say("api-service stays")
    assert asked.would_change
    assert [found.entity.name for found in asked.targets] == ["web-app"]
    again = talk.say("it stays at 3")
    assert not again.would_change


def test_a_number_after_talk_of_another_application_is_asked_about() -> None:
    talk = Conversation(DOCS)
    talk.say("scale web-app to 4")
    talk.say("what does auth-service run?")
    assert not talk.say("make that 5").would_change


def test_pods_that_were_told_to_fail_are_those_that_are_meant() -> None:
    [asked] = _planned("web-app has 2 pods in error, recycle these")
    assert asked.intent is Intent.RESTART_FAILING
    assert [found.entity.name for found in asked.targets] == ["web-app"]


def test_a_number_after_a_measure_may_be_the_measures() -> None:
    talk = Conversation(DOCS)
    asked = [talk.say(text) for text in ("memory of web-app?", "raise it to 8")][-1]
    assert not asked.would_change
    talk = Conversation(DOCS)
    asked = [talk.say(text) for text in ("memory of web-app?", "scale web-app to 5")][-1]
    assert asked.would_change


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("reduce web-app by a single replica", -1),
        ("add a single replica to web-app", 1),
        ("take a single replica off web-app", -1),
    ],
)
def test_a_single_replica_may_be_a_step(text: str, step: int) -> None:
    assert understand(text, DOCS).parameters.replicas_delta == step


def test_a_single_replica_may_be_all_there_is_to_be() -> None:
    assert understand("scale web-app to a single replica", DOCS).parameters.replicas == 1


def test_fewer_than_there_are_leaves_some() -> None:
    said = understand("reduce web-app by 5", DOCS).parameters
    assert wanted_replicas(said, 6) == 1
    assert wanted_replicas(said, 5) is None
