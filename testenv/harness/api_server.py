"""A client of an API server by a kubeconfig, as its administrator."""

from __future__ import annotations

import ssl
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import yaml


@contextmanager
def api_server(kubeconfig: Path) -> Iterator[httpx2.Client]:
    """Trusts what the kubeconfig trusts, as the user of its first entry."""
    config = yaml.safe_load(kubeconfig.read_text(encoding="utf-8"))
    cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    if "certificate-authority" in cluster:
        trusted = ssl.create_default_context(cafile=cluster["certificate-authority"])
    else:
        trusted = ssl.create_default_context(cadata=b64decode(cluster["certificate-authority-data"]).decode())
    headers = {"Authorization": f"Bearer {user['token']}"}
    with httpx2.Client(base_url=cluster["server"], verify=trusted, headers=headers, trust_env=False) as client:
        yield client
