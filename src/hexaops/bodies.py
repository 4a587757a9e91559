"""What every request body is made of: JSON types as they are written, and no field that is not known.

Dropping a misspelt field would do something other than what was asked for; `"false"` is no false, and `true` no 1.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Body(BaseModel):
    """Base of request bodies and of the objects in them: unknown fields and values of another type are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class OpenBody(BaseModel):
    """Background that a caller shares, or another program's format: fields that are not read are dropped."""

    model_config = ConfigDict(extra="ignore", strict=True, allow_inf_nan=False)
