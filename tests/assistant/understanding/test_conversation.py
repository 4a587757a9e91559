"""Conversations of several messages: what the last one means after all that was said before."""

from __future__ import annotations

import pytest

from hexaops.assistant.understanding import Intent, Understanding
from hexaops.assistant.understanding.conversation import Conversation
from testenv.golden.cases import load_worlds

WORLDS = load_worlds()
DOCS, SHOP = WORLDS["docs"], WORLDS["shop"]


def _last(world: str, *said: str) -> Understanding:
    talk = Conversation(WORLDS[world])
    return [talk.say(message) for message in said][-1]


def _names(got: Understanding) -> list[str]:
    return sorted(target.entity.name for target in got.targets)


@pytest.mark.parametrize(
    ("first", "why", "intent"),
    [
        ("latency of web-app?", "and why is that", Intent.PERFORMANCE_ANALYSIS),
        ("cpu of web-app", "why so high?", Intent.HIGH_USAGE),
        ("what does web-app cost", "why so much", Intent.COST_BREAKDOWN),
        ("is web-app healthy", "any idea why not?", Intent.DIAGNOSE),
        ("is web-app healthy", "what's the reason", Intent.DIAGNOSE),
    ],
)
def test_why_asks_about_what_was_asked(first: str, why: str, intent: Intent) -> None:
    got = _last("docs", first, why)
    assert (got.intent, _names(got)) == (intent, ["web-app"])


@pytest.mark.parametrize(
    ("said", "named"),
    [
        (("restart users-api and inventory-api", "only users"), ["users-api"]),
        (("cpu of ml-trainer", "and inference?"), ["ml-inference"]),
        (("is kafka slow", "and redis?", "show logs of the former"), ["kafka"]),
        (("cost of kafka and redis", "events of the first", "now the other one"), ["redis"]),
        (("status of ml-trainer", "and the other ml one?"), ["ml-inference"]),
    ],
)
def test_a_short_name_means_what_was_spoken_of(said: tuple[str, ...], named: list[str]) -> None:
    assert _names(_last("shop", *said)) == named


@pytest.mark.parametrize(
    ("said", "named"),
    [
        (("cordon ip-10-0-1-17", "I meant 18"), ["ip-10-0-1-18"]),
        (("usage of ip-10-0-1-17", "and the other one?"), ["ip-10-0-1-18"]),
        (("restart mailer", "not that one, kafka"), ["kafka"]),
        (("stop mailer", "wrong one, redis"), ["redis"]),
        (("restart mailer and kafka", "leave kafka"), ["mailer"]),
    ],
)
def test_a_target_is_corrected(said: tuple[str, ...], named: list[str]) -> None:
    got = _last("shop", *said)
    assert _names(got) == named
    assert got.intent is not Intent.DENY


@pytest.mark.parametrize(
    ("said", "replicas", "named"),
    [
        (("scale web-app to 0", "no no, 10! typo"), 10, ["web-app"]),
        (("scale web-app to 0", "no no, 10! typo", "yes", "and now auth-service the same"), 10, ["auth-service"]),
        (("scale web-app to 8", "6 is enough"), 6, ["web-app"]),
        (("scale web-app to 8", "ok half of that"), 4, ["web-app"]),
        (("scale web-app to 8", "no two"), 2, ["web-app"]),
        (("scale web-app to 8", "hm, one fewer than that"), 7, ["web-app"]),
        (("scale web-app and auth-service to 5", "auth only to 4"), 4, ["auth-service"]),
        (("scale web-app to 5", "oh and search too"), 5, ["search-service"]),
        (("scale web-app to 2", "yes", "do the same with auth-service"), 2, ["auth-service"]),
    ],
)
def test_a_number_is_carried_or_corrected(said: tuple[str, ...], replicas: int, named: list[str]) -> None:
    got = _last("docs", *said)
    assert (got.intent, got.parameters.replicas, _names(got)) == (Intent.SCALE_APPLICATION, replicas, named)
    assert got.would_change


@pytest.mark.parametrize(
    "said",
    [
        ("scale web-app and auth-service to 5", "the server just to 2"),
        ("scale web-app to 5", "does auth-service need the same?"),
        ("scale web-app to 5", "auth-service has 4"),
        ("restart web-app", "yes but only after lunch"),
        ("restart web-app", "no wait, none of that"),
        ("restart web-app", "hm no, drop that"),
        ("scale web-app to 6", "auth-service has the same"),
        ("scale web-app to 6", "auth-service too, if it works"),
        ("scale web-app to 6", "better not"),
        ("scale web-app to 6", "same as auth-service"),
        ("scale web-app to 6", "one more than auth-service"),
        ("scale web-app to 6", "no, not 5"),
        ("scale web-app to 6", "in 5"),
        ("scale web-app to 6", "on worker-node-3"),
        ("scale web-app to 6", "'5 please'"),
        ("restart web-app", "and what about the auth one"),
        ("restart web-app", "same for everything"),
        ("stop web-app", "everything in production too"),
        ("stop web-app", "what else is stopped", "start those"),
        ("autoscale web-app from 2 to 6", "same as auth-service"),
        ("scale web-app to 6", "10 is too much"),
        ("scale web-app to 6", "make it 8 next week"),
        ("scale web-app and auth-service to 5", "the other to 3"),
        ("scale web-app and auth-service to 5", "the third one to 3"),
        ("restart web-app", "never auth-service"),
        ("who restarted web-app", "and auth-service too?"),
        ("stop web-app", "forget it", "and auth-service"),
        ("stop web-app", "no", "and auth-service too"),
        ("stop web-app", "yes", "cancel that", "and auth-service"),
        ("restart web-app", "back it up first", "was the restart done"),
        ("restart web-app", "yes", "now the restart is stuck"),
        ("set LOG_LEVEL=debug on web-app", "auth-service has that too"),
        ("autoscale web-app from 2 to 6", "the minimum was 2"),
        ("logs of web-app", "and auth-service", "what would happen if I restarted both"),
    ],
)
def test_what_only_looks_like_more_of_it_plans_nothing(said: tuple[str, ...]) -> None:
    got = _last("docs", *said)
    assert not got.would_change
    assert not got.would_set


def test_a_number_after_a_no_is_another_try() -> None:
    got = _last("docs", "scale web-app to 6", "no", "to 5")
    assert (got.parameters.replicas, got.would_change) == (5, True)


@pytest.mark.parametrize("said", ["cancel that, quick", "stop stop, cancel it", "actually abort"])
def test_what_was_agreed_to_is_cancelled(said: str) -> None:
    got = _last("docs", "restart web-app", "ok do it", said)
    assert (got.intent, _names(got)) == (Intent.CANCEL_ACTION, ["web-app"])
    assert _last("docs", "restart web-app", "cancel that").intent is Intent.DENY


@pytest.mark.parametrize("said", ["go", "alright, proceed", "fine, go for it"])
def test_go_agrees_to_a_change(said: str) -> None:
    assert _last("docs", "drain worker-node-2", said).intent is Intent.CONFIRM


def test_undo_is_the_last_change_of_the_conversation() -> None:
    for first in ("set LOG_LEVEL=debug on web-app", "scale web-app to 6"):
        got = _last("docs", first, "yes", "revert this please")
        assert (got.intent, got.slots, _names(got)) == (Intent.ROLLBACK_ACTION, None, ["web-app"])


def test_the_change_is_taken_up_again() -> None:
    said = ("restart database-app", "hm wait, back it up first", "done?", "fine, now the restart")
    assert _last("docs", *said[:2]).intent is Intent.BACKUP
    got = _last("docs", *said)
    assert (got.intent, _names(got)) == (Intent.RESTART_APPLICATION, ["database-app"])
    assert _last("docs", "database-app", "what about the restart").intent is not Intent.RESTART_APPLICATION


@pytest.mark.parametrize(
    ("said", "intent", "named"),
    [
        (("latency of kafka", "redis too", "is either of them unusual"), Intent.ANOMALY_QUERY, ["kafka", "redis"]),
        (("logs of kafka", "and redis?", "restart both"), Intent.RESTART_APPLICATION, ["kafka", "redis"]),
        (("collect diagnostics from kafka", "ready yet?", "redis as well"), Intent.DIAGNOSTICS, ["redis"]),
        (("can frontend in shop reach redis", "the other way round?"), Intent.CONNECTIVITY, ["frontend", "redis"]),
        (("backups of kafka?", "take a new one"), Intent.BACKUP, ["kafka"]),
        (("dashboard for kafka", "add redis to it"), Intent.DASHBOARD_CREATE, ["kafka", "redis"]),
        (("alert me when cpu of kafka is over 80%", "75 is better"), Intent.ALERT_CREATE, ["kafka"]),
        (("kafka is timing out", "could it be redis?"), Intent.DIAGNOSE, ["kafka", "redis"]),
        (("backup of kafka ok?", "and of redis", "make one of both now"), Intent.BACKUP, ["kafka", "redis"]),
        (("scale kafka to 9", "does that even fit on the nodes"), Intent.NODE_STATUS, []),
    ],
)
def test_what_was_asked_of_one_is_asked_of_more(said: tuple[str, ...], intent: Intent, named: list[str]) -> None:
    got = _last("shop", *said)
    assert (got.intent, _names(got)) == (intent, named)


def test_them_among_more_than_two_is_asked() -> None:
    got = _last("shop", "logs of kafka", "and redis?", "and mailer?", "restart them")
    assert not got.would_change


def test_the_failing_ones_are_those_of_what_was_spoken_of() -> None:
    got = _last("docs", "pods of web-app", "restart the bad ones")
    assert (got.intent, _names(got)) == (Intent.RESTART_FAILING, ["web-app"])
    for said in (("which pods are failing", "restart those"), ("which apps are failing", "why", "restart them")):
        got = _last("docs", *said)
        assert (got.intent, got.parameters.status_filter) == (Intent.RESTART_FAILING, "failing")


def test_an_autoscaler_is_made_with_the_bounds_that_are_said() -> None:
    got = _last("docs", "web-app hpa?", "create one with 3 to 9")
    assert got.slots is not None
    assert (got.slots.min_replicas, got.slots.max_replicas, _names(got)) == (3, 9, ["web-app"])


def test_the_one_that_is_ruled_out_leaves_the_other() -> None:
    got = _last("docs", "restart the worker", "not the background")
    assert (got.intent, _names(got)) == (Intent.RESTART_APPLICATION, ["worker-app"])


def test_stop_before_a_correction_stops_nothing() -> None:
    got = _last("docs", "scale web-app to 10", "no stop, I meant auth-service", "and only 5")
    assert (got.intent, got.parameters.replicas, _names(got)) == (Intent.SCALE_APPLICATION, 5, ["auth-service"])


def test_what_was_refused_is_still_spoken_of() -> None:
    got = _last("docs", "show the password of database-app", "ok, then just its logs")
    assert (got.intent, _names(got)) == (Intent.LOG_QUERY, ["database-app"])


def test_of_two_the_second_stays_the_second() -> None:
    got = _last("docs", "restart web-app and auth-service", "no only web-app", "yes", "and now the second")
    assert _names(got) == ["auth-service"]


def test_back_to_a_number_after_a_question() -> None:
    got = _last("docs", "scale web-app to 0", "yes", "how much do we save with that", "ok back to 3")
    assert (got.intent, got.parameters.replicas, _names(got)) == (Intent.SCALE_APPLICATION, 3, ["web-app"])


def test_the_near_end_of_a_connection_stays() -> None:
    got = _last("docs", "can I reach database-app from web-app?", "and cache-service?")
    assert _names(got) == ["cache-service", "web-app"]


def test_another_value_of_a_variable() -> None:
    got = _last("docs", "set LOG_LEVEL=warn on web-app", "sorry, error not warn")
    assert got.slots is not None
    assert (dict(got.slots.env), got.would_set) == ({"LOG_LEVEL": "error"}, True)
    assert not _last("docs", "set LOG_LEVEL=warn on web-app", "error, not info").would_set


def test_a_list_is_narrowed() -> None:
    got = _last("docs", "show me the pods of web-app", "only the failing ones")
    assert (got.intent, got.parameters.status_filter, _names(got)) == (Intent.POD_STATUS, "failing", ["web-app"])


@pytest.mark.parametrize(
    ("turns", "names"),
    [
        (("how are web-app and api-service", "restart them all"), {"web-app", "api-service"}),
        (("list apps", "restart them all"), set()),
        (("heal it all",), set()),
    ],
)
def test_them_all_are_those_that_were_spoken_of(turns: tuple[str, ...], names: set[str]) -> None:
    """Never all that there are: "restart them all" without any named before is asked about."""
    talk = Conversation(DOCS)
    asked = [talk.say(text) for text in turns][-1]
    assert asked.would_change is bool(names)
    assert {target.entity.name for target in asked.targets} == names


@pytest.mark.parametrize(
    ("said", "replicas", "delta"),
    [
        (("scale web-app to 6", "half of that"), 3, None),
        (("add 4 replicas to web-app", "half of that"), None, 2),
        (("scale web-app to 6", "no just one more"), None, 1),
        (("scale web-app to 6", "one more"), 7, None),
        (("scale web-app to 6", "actually one more"), 7, None),
    ],
)
def test_a_count_is_taken_back_or_counted_on(said: tuple[str, ...], replicas: int | None, delta: int | None) -> None:
    got = _last("docs", *said)
    assert (got.intent, _names(got)) == (Intent.SCALE_APPLICATION, ["web-app"])
    assert (got.parameters.replicas, got.parameters.replicas_delta) == (replicas, delta)


def test_half_of_an_odd_number_is_asked() -> None:
    assert _last("docs", "scale web-app to 5", "half of that").missing == ("replicas",)


@pytest.mark.parametrize("wrong", ["i wanted to say api-service", "sorry, I was trying to write api-service"])
@pytest.mark.parametrize(
    ("first", "intent"), [("restart web-app", Intent.RESTART_APPLICATION), ("cpu of web-app", Intent.USAGE_QUERY)]
)
def test_what_somebody_wanted_to_say_corrects_the_target(first: str, intent: Intent, wrong: str) -> None:
    got = _last("docs", first, wrong)
    assert (got.intent, _names(got)) == (intent, ["api-service"])


@pytest.mark.parametrize("how", ["how do I fix it?", "how can we fix that", "how should I solve this problem?"])
def test_how_to_mend_what_was_spoken_of_asks_for_its_cause(how: str) -> None:
    got = _last("docs", "is database-app ok?", how)
    assert (got.intent, _names(got), got.wants_plan) == (Intent.DIAGNOSE, ["database-app"], False)


def test_the_level_of_log_lines_is_carried_on() -> None:
    got = _last("docs", "errors in the logs of web-app", "only the last 5")
    assert (got.intent, got.parameters.log_level, got.parameters.limit) == (Intent.LOG_QUERY, "error", 5)
    other = _last("docs", "errors in the logs of web-app", "and of api-service")
    assert (_names(other), other.parameters.log_level) == (["api-service"], "error")


@pytest.mark.parametrize("correction", ["or rather info", "oh, info", "actually info", "no, info"])
def test_a_corrected_value_is_the_one_that_is_carried_on(correction: str) -> None:
    got = _last("docs", "set LOG_LEVEL to debug on web-app", correction, "same for api-service")
    assert got.slots is not None
    assert (_names(got), got.slots.env, got.missing) == (["api-service"], (("LOG_LEVEL", "info"),), ())


@pytest.mark.parametrize(
    ("limit", "correction", "wanted"), [("60 pods", "oh, 80", "80"), ("32Gi memory", "no, 48", "48Gi")]
)
def test_a_limit_is_corrected_in_its_unit(limit: str, correction: str, wanted: str) -> None:
    got = _last("docs", f"set the quota of production to {limit}", correction)
    assert got.slots is not None
    assert ([value for _, value in got.slots.hard], got.parameters.namespace, got.missing) == (
        [wanted],
        "production",
        (),
    )


def test_while_another_value_is_asked_for_the_old_one_is_not_carried_on() -> None:
    got = _last("docs", "set PAGE_SIZE to 40 on web-app", "hm, not 40, something else", "same for api-service")
    assert not got.would_set


@pytest.mark.parametrize(
    ("said", "named"),
    [
        (("cordon ip-10-0-1-17", "oops, the .18 one"), ["ip-10-0-1-18"]),
        (("nodes ok?", ".17?"), ["ip-10-0-1-17"]),
        (("nodes ok?", ".17?", "mem", "and 18"), ["ip-10-0-1-18"]),
    ],
)
def test_the_end_of_its_name_is_a_node(said: tuple[str, ...], named: list[str]) -> None:
    assert _names(_last("shop", *said)) == named


@pytest.mark.parametrize(
    ("said", "intent", "named"),
    [
        (("stop grafana", "hold on. any alerts on it?", "fine, stop it"), Intent.STOP_APPLICATION, "grafana"),
        (("scale kafka to 4", "is it slow?", "ok do the scaling"), Intent.SCALE_APPLICATION, "kafka"),
        (("restart mailer", "is redis healthy?", "ok restart it"), Intent.RESTART_APPLICATION, "redis"),
    ],
)
def test_a_change_is_taken_up_after_questions_about_it(said: tuple[str, ...], intent: Intent, named: str) -> None:
    got = _last("shop", *said)
    assert (got.intent, _names(got), got.would_change) == (intent, [named], True)


@pytest.mark.parametrize("said", ["show only those that are not ready", "so just list the ones that are failing"])
def test_to_show_what_fails_restarts_nothing(said: str) -> None:
    got = _last("shop", "how are the pods of mailer", said)
    assert (got.intent, got.parameters.status_filter is not None, got.is_planned) == (Intent.POD_STATUS, True, False)


@pytest.mark.parametrize("led", ["I see. ", "fair enough. ", "interesting, ", "Good to know! "])
def test_a_reaction_before_the_rest_changes_nothing(led: str) -> None:
    got = _last("shop", "can kafka reach redis?", led + "show me the logs of mailer")
    assert (got.intent, _names(got)) == (Intent.LOG_QUERY, ["mailer"])


def test_okay_before_a_question_is_about_nothing() -> None:
    got = _last("shop", "is mailer healthy", "can it reach redis?", "okay, show me its logs of the last hour")
    assert (got.intent, _names(got)) == (Intent.LOG_QUERY, ["mailer"])


@pytest.mark.parametrize(
    ("change", "asked"),
    [
        ("stop mailer", "please confirm that it got stopped"),
        ("restart mailer", "is mailer back yet?"),
        ("set LOG_LEVEL=warn on mailer", "has that taken effect by now?"),
        ("scale mailer to 4", "could you check whether it has been applied?"),
    ],
)
def test_what_became_of_a_change_is_asked(change: str, asked: str) -> None:
    got = _last("shop", change, "do it", asked)
    assert (got.intent, _names(got)) == (Intent.ACTION_STATUS, ["mailer"])


@pytest.mark.parametrize("asked", ["is mailer healthy?", "is it slow now?", "stop it again"])
def test_what_asks_for_more_than_the_outcome(asked: str) -> None:
    assert _last("shop", "restart mailer", "do it", asked).intent is not Intent.ACTION_STATUS


@pytest.mark.parametrize(
    ("first", "narrower", "intent", "named"),
    [
        ("anything insecure in shop?", "restrict that to kafka", Intent.SECURITY_QUERY, ["kafka"]),
        ("how are the nodes", "can you narrow it down to gpu-node-a?", Intent.NODE_STATUS, ["gpu-node-a"]),
        ("which alerts are there", "let's look at just the ml project for a moment", Intent.ALERT_QUERY, []),
        ("will we run out of memory?", "and ml-trainer on its own?", Intent.FORECAST_QUERY, ["ml-trainer"]),
        ("is anything insecure?", "only kafka I want to see", Intent.SECURITY_QUERY, ["kafka"]),
    ],
)
def test_what_was_shown_is_narrowed(first: str, narrower: str, intent: Intent, named: list[str]) -> None:
    got = _last("shop", first, narrower)
    assert (got.intent, _names(got)) == (intent, named)
    assert named or got.parameters.namespace == "ml"


@pytest.mark.parametrize("said", ["limit it to 2", "restrict that to 3 replicas", "reduce it to 1"])
def test_what_is_counted_is_not_narrowed(said: str) -> None:
    assert _last("shop", "pods of mailer", said).intent is not Intent.POD_STATUS


@pytest.mark.parametrize("led", ["excuse me,", "I beg your pardon,", "apologies,", "oh dear,"])
def test_a_correction_begins_politely(led: str) -> None:
    got = _last("shop", "scale mailer to 4", f"{led} six replicas are needed")
    assert (got.intent, got.parameters.replicas, _names(got)) == (Intent.SCALE_APPLICATION, 6, ["mailer"])
    got = _last("shop", "stop mailer", f"{led} not mailer, kafka of course")
    assert (got.intent, _names(got)) == (Intent.STOP_APPLICATION, ["kafka"])


def test_it_is_the_project_where_no_application_was_spoken_of() -> None:
    got = _last("shop", "what did shop cost", "and ml?", "how could we make it cheaper?")
    assert (got.intent, got.parameters.namespace) == (Intent.COST_OPTIMIZATION, "ml")


@pytest.mark.parametrize("led", ["lol ", "haha, ", "eh ", ""])
def test_a_laugh_before_the_rest_changes_nothing(led: str) -> None:
    got = _last("shop", "anything unusual with kafka lately?", f"{led}and redis")
    assert (got.intent, _names(got)) == (Intent.ANOMALY_QUERY, ["redis"])


def test_the_noun_of_a_name_is_the_one_that_was_spoken_of() -> None:
    got = _last("shop", "can payments-gateway reach kafka?", "bounce the gateway then")
    assert (got.intent, _names(got), got.would_change) == (Intent.RESTART_APPLICATION, ["payments-gateway"], True)


def test_the_noun_of_a_name_that_nobody_spoke_of_is_asked() -> None:
    assert not _last("shop", "logs of kafka", "bounce the gateway then").would_change


def test_there_is_the_node_that_was_spoken_of() -> None:
    assert _names(_last("shop", "how is gpu-node-a", "top consumer there?")) == ["gpu-node-a"]


def test_what_was_started_is_stopped_again() -> None:
    got = _last("shop", "start mailer", "do it", "well, stop it again")
    assert (got.intent, _names(got)) == (Intent.STOP_APPLICATION, ["mailer"])
    assert _last("shop", "scale mailer to 4", "do it", "stop it again").intent is not Intent.STOP_APPLICATION
