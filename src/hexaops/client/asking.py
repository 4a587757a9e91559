"""The calls that are more than their operation: a question, a plan, and its confirmation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from hexaops.client.call import Call
from hexaops.client.errors import TooLongError
from hexaops.client.generated import calls
from hexaops.features.actions.views import ActionView
from hexaops.features.chat.views import ChatAnswerView
from hexaops.responses import Data

ActionStatus = Literal["executing", "cancelling", "rolling_back", "completed", "failed", "cancelled"]
ENDED = frozenset({"completed", "failed", "cancelled"})


def still_running(name: str, status: str, seconds: float) -> TooLongError:
    """What is raised when an action or operation has not ended within the time that was waited for."""
    return TooLongError(f"{name} is {status} after {seconds:g} s")


def ask(message: str, session_id: str | None) -> Call[Data[ChatAnswerView]]:
    """A message and its answer."""
    return calls.send_message({"message": message} if session_id is None else
                              {"message": message, "session_id": session_id})  # fmt: skip


def plan(action: str, application: str | None, parameters: Mapping[str, Any]) -> Call[Data[ActionView]]:
    """The plan of a change."""
    named = {} if application is None else {"application_id": application}
    return calls.execute_action({"action": action, "parameters": {**named, **parameters}})


def confirm(planned: ActionView) -> Call[Data[ActionView]]:
    """Carry out a plan that `plan` gave."""
    if not planned.plan or not planned.confirm:
        message = f"this plan cannot be confirmed: it is {planned.status}"
        raise ValueError(message)
    parameters = {**planned.plan.parameters, **planned.confirm.parameters}
    return calls.execute_action({"action": planned.plan.action, "parameters": parameters})
