"""A maker of plans that writes down what it was asked for, in place of the one that dry-runs on a cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from hexaops.errors import HexaopsError
from hexaops.features.access.caller import Caller
from hexaops.features.chat.planning import ChangePlanner
from hexaops.features.chat.service import ChatService
from hexaops.features.chat.streaming import ChatStream
from tests.features.applications.world import ChatWorld


@dataclass
class WrittenProposer:
    """Answers every proposal with a plan, or with the given refusal."""

    refusal: HexaopsError | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def propose(
        self,
        caller: Caller,
        *,
        action: str,
        parameters: Mapping[str, Any],
        session_id: str | None,
    ) -> dict[str, Any]:
        """The plan document in the shape of the real one."""
        named = {key: parameters[key] for key in ("application_id", "application_ids", "project") if key in parameters}
        own = {key: value for key, value in parameters.items() if key not in named}
        self.asked.append({"action": action, **named, "parameters": own})
        assert session_id is not None
        if self.refusal is not None:
            raise self.refusal
        return {
            "plan_id": f"plan_{len(self.asked)}",
            "plan_hash": "f" * 64,
            "expires_at": "2024-01-20T15:40:00Z",
            "action": action,
            "parameters": dict(parameters),
            "description": f"{action} of {next(iter(named.values()))}",
            "target": {
                "kind": "Deployment",
                "namespace": "production",
                "name": "web-app",
                "uid": "uid-1",
                "resource_version": "7",
                "generation": 1,
            },
            "changes": [{"path": "/spec/replicas", "from": 3, "to": 5}],
            "diff": "",
            "blast_radius": {"pods_affected": 2, "ready_pods_down_at_most": 0},
            "risk": "low",
            "warnings": ["one warning"],
            "steps": [],
            "estimated_duration": "20s",
        }


def use(world: ChatWorld, proposer: WrittenProposer) -> WrittenProposer:
    """Let the served chat make its plans with this."""
    rebuild(world, planner=ChangePlanner(proposer))
    return proposer


def rebuild(world: ChatWorld, **parts: Any) -> None:
    """Serve the chat with some of its parts replaced."""
    chat = replace(world.access.get(ChatService), **parts)
    world.access.context.provider.add(chat)
    world.access.context.provider.add(ChatStream(chat))
