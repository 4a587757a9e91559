"""`docs/settings.md`: every field of the settings with its variable, default and meaning."""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from hexaops.config import Settings
from tools.docs.tables import one_line, page, table

INTRO = "Set these in the environment of `hexaops serve`; its command-line options take precedence."


def _default(field: FieldInfo) -> str:
    value: Any = field.get_default(call_default_factory=True, validated_data={})
    if value is PydanticUndefined:
        return "required"
    if value is None or isinstance(value, SecretStr):
        return "unset"
    return f"`{value}`"


def settings_page() -> str:
    """The page's text."""
    rows = [
        (f"`HEXAOPS_{name.upper()}`", _default(field), one_line(field.description))
        for name, field in Settings.model_fields.items()
    ]
    return page("Settings", INTRO, table(("variable", "default", "meaning"), rows))
