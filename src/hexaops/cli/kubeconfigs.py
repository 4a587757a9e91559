"""What of a kubeconfig on this machine is sent to the service: one context, with its files' content in it.

As `kubectl config view --minify --flatten`: other contexts' credentials stay here.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from hexaops.cli.failures import USAGE, CliError

FILES = {
    "certificate-authority": "certificate-authority-data",
    "client-certificate": "client-certificate-data",
    "client-key": "client-key-data",
}


def flattened(path: Path, context: str | None) -> str:
    """The kubeconfig with one context; raises CliError."""
    import yaml  # noqa: PLC0415 # slow to import

    try:
        content = yaml.safe_load(path.expanduser().read_text())
        wanted = context or content["current-context"]
        chosen = _named(content, "context", wanted)
        parts = {part: dict(_named(content, part, chosen[part])) for part in ("cluster", "user")}
        for part in parts.values():
            _fill_in(part, path.expanduser().parent)
    except (OSError, KeyError, TypeError, yaml.YAMLError) as error:
        reason = f"{error} is missing" if isinstance(error, KeyError) else getattr(error, "strerror", None)
        raise CliError(f"{path}: {reason or 'not a kubeconfig'}.", exit_code=USAGE) from None
    document = {
        "clusters": [{"name": "cluster", "cluster": parts["cluster"]}],
        "users": [{"name": "user", "user": parts["user"]}],
        "contexts": [{"name": wanted, "context": {"cluster": "cluster", "user": "user"}}],
        "current-context": wanted,
    }
    return str(yaml.safe_dump(document))


def _named(content: dict[str, Any], part: str, name: str) -> dict[str, Any]:
    for entry in content[f"{part}s"]:
        if entry["name"] == name:
            found: dict[str, Any] = entry[part]
            return found
    raise KeyError(f"{part} {name}")


def _fill_in(part: dict[str, Any], folder: Path) -> None:
    """Put the files' content in the place of their names, which are relative to the kubeconfig."""
    for named, data in FILES.items():
        if file := part.pop(named, None):
            part[data] = base64.b64encode((folder / file).read_bytes()).decode()
    if file := part.pop("tokenFile", None):
        part["token"] = (folder / file).read_text().strip()
