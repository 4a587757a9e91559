"""`docs/errors.md`: every error code, found as the subclasses of the one base error."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import hexaops
from hexaops.errors import HexaopsError
from hexaops.middleware import CODES
from tools.docs.tables import page, summary, table

INTRO = (
    'Every error has the body `{"error": {"code", "message", "details"}, "request_id"}`; the id is also in the '
    "`X-Request-Id` header. *Retry* says whether the same call may succeed later."
)
FRAMEWORK = "No such path or method, or a body that is too large."


def load_all_modules() -> None:
    """Import every module of the service (migrations run when imported), so that every subclass exists."""
    for module in pkgutil.walk_packages(hexaops.__path__, "hexaops."):
        if not module.name.endswith("__main__") and ".migrations" not in module.name:
            importlib.import_module(module.name)


def error_classes(base: type[HexaopsError] = HexaopsError) -> Iterator[type[HexaopsError]]:
    """The base and everything below it, in the service's own modules."""
    if base.__module__.startswith("hexaops"):
        yield base
    for child in base.__subclasses__():
        yield from error_classes(child)


def errors_page() -> str:
    """The page's text."""
    load_all_modules()
    found = {(e.status, e.code, summary(e)): "no" if e.permanent else "yes" for e in error_classes()}
    known = {code for _, code, _ in found}
    found |= {(status, code, FRAMEWORK): "no" for status, code in CODES.items() if code not in known}
    rows = [(str(status), f"`{code}`", again, text) for (status, code, text), again in sorted(found.items())]
    return page("Errors", INTRO, table(("status", "code", "retry", "meaning"), rows))
