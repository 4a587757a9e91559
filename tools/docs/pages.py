"""Which page is rendered by what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from tools.docs.actions import actions_page
from tools.docs.commands import commands_page
from tools.docs.errors import errors_page
from tools.docs.intents import intents_page
from tools.docs.routes import routes_page
from tools.docs.settings import settings_page

FOLDER = Path("docs")
PAGES: Mapping[str, Callable[[], str]] = {
    "settings.md": settings_page,
    "errors.md": errors_page,
    "api.md": routes_page,
    "actions.md": actions_page,
    "intents.md": intents_page,
    "cli.md": commands_page,
}
