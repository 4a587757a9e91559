"""Where a cluster's logs and metrics are, from a YAML file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer
import yaml

NAMES = ("log_source", "metrics_source")
HINT = "--sources"


def read_sources(path: Path) -> dict[str, Any]:
    """The sources that a file names; raises typer.BadParameter."""
    try:
        found = yaml.safe_load(path.expanduser().read_text())
    except OSError as error:
        raise typer.BadParameter(f"{path}: {error.strerror}", param_hint=HINT) from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise typer.BadParameter(f"{path} is not YAML", param_hint=HINT) from None
    if not isinstance(found, dict) or not found or not {*found} <= {*NAMES}:
        raise typer.BadParameter(f"{path} must name {' or '.join(NAMES)}, and nothing else", param_hint=HINT)
    return found
