"""All cases, registered by importing their files."""

from __future__ import annotations

from testenv.diagnosis import cases
from testenv.diagnosis.case import CONTROLS, FAULTS, Case

assert cases.__all__
__all__ = ("CONTROLS", "FAULTS", "Case")
