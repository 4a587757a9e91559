"""Two tenants, and a chat whose answers a scripted model words: for tests of model mode."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from msgspec.structs import replace
from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart, ToolReturnPart, UserPromptPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

from hexaops.assistant.model.budget import TokenBudget
from hexaops.assistant.model.voice import Limits, ModelVoice
from hexaops.features.applications.service import ApplicationService
from hexaops.features.chat.retelling import Retelling
from hexaops.features.chat.service import ChatService
from tests.serving import AccessWorld
from tests.tenancy.tenants import Tenant, Tenants

LIMITS = Limits(seconds=20.0, questions=3, tokens=50_000)
Script = Callable[[str], Sequence[str] | str]
"""What was read so far → questions to ask now, or the answer."""


def read(messages: Sequence[ModelMessage]) -> str:
    """Everything that the model was given."""
    parts = [part for message in messages for part in message.parts]
    return "\n".join(str(one.content) for one in parts if isinstance(one, (UserPromptPart, ToolReturnPart)))


def scripted(script: Script) -> FunctionModel:
    """A model that does what a function says."""

    def respond(messages: list[ModelMessage], _info: AgentInfo) -> ModelResponse:
        said = script(read(messages))
        if isinstance(said, str):
            return ModelResponse(parts=[TextPart(said)])
        return ModelResponse(parts=[ToolCallPart("ask", {"question": one}) for one in said])

    return FunctionModel(respond)


def with_model(access: AccessWorld, model: Any, *, limits: Limits = LIMITS, per_day: int = 10**9) -> Retelling:
    """Let the served chat be worded by this model."""
    held = access.get(ChatService)
    voice = ModelVoice(model, limits, TokenBudget(per_day, access.clock))
    retelling = Retelling(voice, access.get(ApplicationService))
    access.context.provider.add(replace(held, retelling=retelling))
    return retelling


async def ask(tenants: Tenants, tenant: Tenant, message: str) -> dict[str, Any]:
    """The data of the chat's answer."""
    path = f"/api/v1/workspaces/{tenant.workspace_id}/aiops/chat"
    answer = await tenants.access.client.request("POST", path, json={"message": message}, headers=tenant.admin)
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data
