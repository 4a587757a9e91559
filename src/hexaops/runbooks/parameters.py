"""Parameters of actions: one strict model a runbook, so that each refusal names its field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from hexaops.errors import ValidationFailedError
from hexaops.kit.paths import field_path

REASON_LIMIT = 500
P = TypeVar("P", bound="Parameters")
INVALID = "The action's parameters are not valid"


class Parameters(BaseModel):
    """What every action takes, beside what names its target: that is resolved before, and ignored here."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")

    reason: Annotated[str, StringConstraints(max_length=REASON_LIMIT)] | None = None
    """Why, kept for the audit."""


def parse(model: type[P], given: Mapping[str, Any]) -> P:
    """The parameters as the model has them; raises ValidationFailedError that names each wrong field."""
    try:
        return model.model_validate(dict(given))
    except ValidationError as error:
        problems = {
            field_path(("parameters", *one["loc"])): one["msg"].removeprefix("Value error, ")
            for one in error.errors(include_url=False, include_input=False)
        }
        raise ValidationFailedError(INVALID, details=problems) from None


def refused(field: str, problem: str) -> ValidationFailedError:
    """A refusal that only the live object can tell."""
    return ValidationFailedError(INVALID, details={f"parameters.{field}": problem})
