"""The two objects that the public document describes on their own, where the service shows them."""

from __future__ import annotations

from tests.contract.documented import CONTRACT
from tests.contract.live import Live, data_of
from tests.contract.matching import compare


def test_chat_session_object(live: Live) -> None:
    answer = live.user.get(f"{live.aiops}/sessions/{live.session_id}")
    report = compare(CONTRACT["objects"]["Chat Session Object"], data_of(answer))
    assert report.problems == [], answer.text
    assert report.empties == set(), answer.text


def test_chat_message_object(live: Live) -> None:
    history = data_of(live.user.get(f"{live.aiops}/sessions/{live.session_id}/history"))
    questions = [message for message in history["messages"] if message["role"] == "user"]
    assert questions
    for question in questions:
        assert compare(CONTRACT["objects"]["Chat Message Object"], question).problems == [], question
