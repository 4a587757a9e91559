"""A kubeconfig for the simulator, so that kubectl and every client find it."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from pathlib import Path


def write_kubeconfig(
    path: Path,
    *,
    server: str,
    tokens: Mapping[str, str],
    current: str,
    authority: Path | None = None,
    cluster: str = "simulator",
) -> None:
    """Write a kubeconfig with one context for each user name, readable by its owner alone.

    `authority` is the file of the certificate authority when the server speaks TLS. What is written is JSON, which
    every client reads as the YAML that it also is.
    """
    described = {"server": server}
    if authority is not None:
        described["certificate-authority-data"] = base64.b64encode(authority.read_bytes()).decode()
    configuration = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": current,
        "clusters": [{"name": cluster, "cluster": described}],
        "users": [{"name": user, "user": {"token": token}} for user, token in tokens.items()],
        "contexts": [{"name": user, "context": {"cluster": cluster, "user": user}} for user in tokens],
    }
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.touch(mode=0o600)
    partial.write_text(json.dumps(configuration, indent=1) + "\n")
    partial.replace(path)
