"""`docs/settings.md`: every field of the settings with its variable, default and meaning."""

from __future__ import annotations

import ast
import inspect
from itertools import pairwise
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


def meanings() -> dict[str, str]:
    """The docstring under each field. The service itself leaves them unread, which takes 45 ms of its start."""
    body = ast.parse(inspect.getsource(Settings)).body[0]
    assert isinstance(body, ast.ClassDef)
    return {
        field.target.id: inspect.cleandoc(text.value.value)
        for field, text in pairwise(body.body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


def settings_page() -> str:
    """The page's text."""
    texts = meanings()
    rows = [
        (f"`HEXAOPS_{name.upper()}`", _default(field), one_line(texts.get(name)))
        for name, field in Settings.model_fields.items()
    ]
    return page("Settings", INTRO, table(("variable", "default", "meaning"), rows))
