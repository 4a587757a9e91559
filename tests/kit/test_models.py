"""Models are built at their first use once that was asked for: a canary, as Pydantic documents it for one model."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
from pydantic import BaseModel
from hexaops.kit.models import build_models_when_used

class Before(BaseModel):
    count: int

build_models_when_used()

class Inner(BaseModel):
    count: int

class Outer(BaseModel):
    inner: Inner

built = [model.__pydantic_complete__ for model in (Before, Inner, Outer)]
print(built, Outer.model_validate({"inner": {"count": 3}}).inner.count, Outer.__pydantic_complete__)
"""


def test_models_are_built_at_their_first_use() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, check=True, text=True)

    assert done.stdout.strip() == "[True, False, False] 3 True"
