"""Bodies of the workspaces' routes."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from hexaops.bodies import Body
from hexaops.config import IMAGE_OR_NONE
from hexaops.features.access.tenancy import AutopilotClass, AutopilotMode, IncidentSeverity, Risk, Role
from hexaops.kit.calendar import parse_freeze, parse_window
from hexaops.kit.text import visible

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=128, pattern=r"^[^\x00-\x1f]+$"),
    AfterValidator(visible),
]
Namespace = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$")]
UserId = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f]+$")]
Plan = Literal["shared", "dedicated"]
UnattendedAction = Literal["restart_failing_pods", "scale_application"]
"""What an incident's remediation is made of."""
NO_PLACE = {"localtime", "Factory"}
"""Files beside the zones: whatever each machine is set to, and none."""


def _known_zone(name: str) -> str:
    if name not in zoneinfo.available_timezones() - NO_PLACE:
        message = "no such time zone: name one of the IANA database, such as UTC or Europe/Berlin"
        raise ValueError(message)
    return name


Zone = Annotated[str, Field(max_length=64), AfterValidator(_known_zone)]


def _readable(parse: Callable[[str], object]) -> AfterValidator:
    def check(text: str) -> str:
        parse(text)
        return text

    return AfterValidator(check)


ChangeWindow = Annotated[str, Field(max_length=64), _readable(parse_window)]
ChangeFreeze = Annotated[str, Field(max_length=64), _readable(parse_freeze)]


class PolicyBody(Body):
    """A workspace's policy; omitted fields use the service's settings."""

    single_call_risk: Risk | None = None
    """Highest risk that `confirmation: true` without a plan may execute in one call."""
    changes_per_window: Annotated[int, Field(ge=0, le=10_000)] | None = None
    """Changes started within the cap window."""
    kubernetes_user: Annotated[str, Field(max_length=256, pattern=r"^[^\x00-\x1f]*\{user\}[^\x00-\x1f]*$")] | None = (
        None
    )
    """Kubernetes user of a member, with `{user}` for the member's id: changes need that user's rights too."""
    unattended_actions: list[UnattendedAction] | None = None
    """Kinds of changes that the remediation of an incident may make without a person's confirmation; default none."""
    unattended_severity: IncidentSeverity | None = None
    """The highest severity of an incident that may be remediated so; default high."""
    unattended_pods: Annotated[int, Field(ge=0, le=1000)] | None = None
    """How many pods one such change may touch at most; default 5."""
    autopilot: AutopilotMode | None = None
    """What becomes of a detection: nothing (off), a suggestion (suggest, the default), or a remediation (act)."""
    autopilot_classes: Annotated[list[AutopilotClass], Field(max_length=10)] | None = None
    """Classes of detections that `act` may remediate without a person; default none."""
    change_windows: Annotated[list[ChangeWindow], Field(max_length=20)] | None = None
    """When changes may begin, in the workspace's time zone, such as `mon-fri 09:00-17:00`; default at any time."""
    change_freezes: Annotated[list[ChangeFreeze], Field(max_length=50)] | None = None
    """When no change may begin, such as `2026-12-20/2027-01-03`, the last day included; default never."""
    probe_image: Annotated[str, Field(max_length=512, pattern=IMAGE_OR_NONE)] | None = None
    """Image of the pods that try connections, with `sh` and `nc`; "": none; default the setting `probe_image`."""


class WorkspaceCreation(Body):
    """A new workspace."""

    name: Name
    plan: Plan = "shared"
    cluster: Annotated[str, Field(max_length=64, pattern=r"^[^\x00]*$")] | None = None
    namespaces: Annotated[list[Namespace], Field(max_length=500)] | None
    """Null: all unclaimed namespaces; at most one such workspace per cluster."""
    timezone: Zone = "UTC"
    policy: PolicyBody | None = None
    admin: UserId | None = None
    """The first admin's user id."""
    expect_missing: bool = False
    """Also claim namespaces that do not exist yet."""


class WorkspaceChange(Body):
    """Fields of a workspace to set."""

    name: Name = ""
    plan: Plan = "shared"
    status: Literal["active", "suspended"] = "active"
    timezone: Zone = "UTC"
    namespaces: Annotated[list[Namespace], Field(max_length=500)] | None = None
    policy: PolicyBody | None = None
    expect_missing: bool = False
    """Also claim namespaces that do not exist yet."""


class MemberBody(Body):
    """A member's role."""

    role: Role


class OwnAutomationBody(Body):
    """The kill switch of the workspace in the path."""

    enabled: bool
    reason: Annotated[str, Field(max_length=512, pattern=r"^[^\x00]*$")] | None = None


class AutomationBody(OwnAutomationBody):
    """The kill switch, everywhere or in one workspace."""

    workspace_id: Annotated[str, Field(max_length=64, pattern=r"^[^\x00]*$")] | None = None
