"""Asking: one question, a conversation through a pipe, sessions, applications."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cli.conftest import Done, Run

STATUS = "What's the status of my applications?"


def test_status_is_answered_in_words_and_as_a_table(hexaops: Run) -> None:
    done = hexaops("ask", STATUS)
    assert done.code == 0, done.err
    assert "12 applications" in done.out
    assert "**Healthy Applications (10):**" in done.out
    assert "database-app: 2/3" in done.out
    assert "application status table" in done.out


@pytest.mark.parametrize("arguments", [("ask", STATUS, "--json"), ("--json", "ask", *STATUS.split())])
def test_json_is_the_raw_data_wherever_the_option_stands(hexaops: Run, arguments: tuple[str, ...]) -> None:
    done = hexaops(*arguments)
    assert done.code == 0, done.err
    assert {"message_id", "session_id", "response", "attachments", "actions_available"} <= set(done.data)


def test_what_cannot_be_answered_has_an_exit_code_of_its_own(hexaops: Run) -> None:
    done = hexaops("ask", "what is love")
    assert done.code == 5
    assert "I can't tell" in done.out


def test_applications_are_listed_filtered_and_shown(hexaops: Run) -> None:
    done = hexaops("apps")
    assert "12 applications, 10 healthy" in done.out
    unhealthy = hexaops("apps", "--status", "unhealthy", "--json").data["items"]
    assert {one["name"] for one in unhealthy} == {"cache-service", "database-app"}
    shown = hexaops("apps", "show", "cache-service")
    assert shown.code == 0, shown.err
    assert "1/2" in shown.out
    assert hexaops("apps", "show", "web-app", "--json").data["name"] == "web-app"
    misspelt = hexaops("apps", "--project", "frontent")
    assert (misspelt.code, "backend, data, frontend" in misspelt.err) == (1, True)
    assert hexaops("apps", "--project", "frontend", "--status", "failing").code == 0
    absent = hexaops("apps", "show", "nothing-here")
    assert absent.code == 1
    assert "hexaops apps" in absent.err


def test_a_session_goes_on_is_shown_and_ends(hexaops: Run) -> None:
    made = hexaops("sessions", "create", "Night shift", "--json").data
    session = made["session_id"]
    assert hexaops("ask", STATUS, "--session", session).code == 0
    history = hexaops("sessions", "history", session)
    assert STATUS in history.out
    assert session in hexaops("sessions", "--status", "active").out
    assert hexaops("sessions", "show", session, "--json").data["message_count"] == 2
    ended = hexaops("sessions", "end", session, "--summary", "all quiet")
    assert "all quiet" in ended.out
    refused = hexaops("ask", STATUS, "--session", session)
    assert refused.code == 1


def test_a_piped_conversation_asks_confirms_and_ends(piped: Callable[..., Done]) -> None:
    lines = f"{STATUS}\nscale worker-app to 2 replicas\nyes\nscale worker-app to 3\nno\n/help\n/end\n"
    done = piped("chat", lines=lines)
    assert done.code == 0, done.err
    assert "12 applications" in done.out
    assert "Plan plan_" in done.out
    assert "✓ verify_health" in done.out
    assert "completed after" in done.out
    assert "Nothing was changed." in done.out
    assert "4 messages exchanged" in done.out or "6 messages exchanged" in done.out
    assert "Session ended" in done.out


def test_a_refusal_in_a_conversation_is_told_and_it_goes_on(piped: Callable[..., Done]) -> None:
    done = piped("chat", "--session", "sess_unknown", lines="hello\nhello again\n")
    assert done.code == 1
    assert done.err.count("SESSION_NOT_FOUND") == 2


def test_a_conversation_as_json_is_one_object_an_answer(piped: Callable[..., Done]) -> None:
    done = piped("chat", "--json", lines=f"{STATUS}\n")
    assert done.code == 0, done.err
    assert done.data["response"]["metadata"]["intent_fulfilled"] is True


def test_a_line_at_the_prompt_that_is_no_answer_is_asked_next(piped: Callable[..., Done]) -> None:
    done = piped("chat", lines=f"scale worker-app to 4\n{STATUS}\n")
    assert done.code == 0, done.err
    assert "Nothing was changed." in done.out
    assert "12 applications" in done.out


def _session(done: Done) -> str:
    return done.err.rpartition("--session ")[2].strip()


def test_commands_of_a_conversation_are_not_asked(hexaops: Run, piped: Callable[..., Done]) -> None:
    done = piped("chat", lines=f"{STATUS}\n/foo\n/1\n/99\n")
    assert done.code == 0, done.err
    assert done.err.count("Unknown command") == 2
    assert "I can't tell" not in done.out
    asked = done.out.split("you> /1\n")[1].splitlines()[0]
    assert asked.startswith("you> ")
    assert asked.removeprefix("you> ") in hexaops("sessions", "history", _session(done)).out


def test_changes_of_one_request_are_planned_one_after_the_other(piped: Callable[..., Done]) -> None:
    done = piped("chat", lines="restart worker-app then scale it to 4\nyes\nyes\n")
    assert done.code == 0, done.err + done.out
    assert "PLAN_STALE" not in done.err
    assert done.out.count("completed after") == 2
    assert "`POST" not in done.out


def test_undo_that_is_offered_with_its_plan(piped: Callable[..., Done]) -> None:
    done = piped("chat", lines="scale background-worker to 2\nyes\nundo that\nyes\n")
    assert done.code == 0, done.err + done.out
    assert "from 2 to 1 replica" in done.out
    assert "Roll it back? [y/N] yes" in done.out
    assert done.out.count("completed after") == 2
    assert "`POST" not in done.out


def test_a_plan_that_answers_a_question_is_left_alone_by_yes(hexaops: Run) -> None:
    done = hexaops("ask", "why is database-app failing?", "--yes")
    assert "could not locate a valid checkpoint record" in done.out
    assert "hexaops actions confirm plan_" in done.out
    assert "Nothing was changed: you asked a question; confirm the plan." in done.err
    assert done.code == 0
