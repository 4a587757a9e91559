"""Kubeconfigs that arrive over the API: one context, self-contained.

An `exec` plugin would run a command of the sender's choice here, and a file name would read a file of this process:
both are refused, as are settings that the client does not support. Only the chosen context, its cluster and its user
are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import yaml

from hexaops.backends.kubernetes.errors import KubernetesConfigError

CLUSTER_KEYS = frozenset({"server", "certificate-authority-data", "insecure-skip-tls-verify"})
USER_KEYS = frozenset({"token", "client-certificate-data", "client-key-data", "username", "password"})
SECRET_KEYS = ("token", "client-key-data", "password")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def self_contained(text: str, context: str | None = None) -> dict[str, Any]:
    """The kubeconfig with one context of the text; raises KubernetesConfigError, which never quotes the text."""
    content = _parsed(text)
    wanted = context or content.get("current-context")
    if not wanted:
        message = "kubeconfig: no context is selected"
        raise KubernetesConfigError(message)
    chosen = _named(content, "context", wanted)
    cluster = _kept(_named(content, "cluster", chosen.get("cluster")), CLUSTER_KEYS, "cluster")
    user = _kept(_named(content, "user", chosen["user"]), USER_KEYS, "user") if chosen.get("user") else {}
    _check_server(cluster.get("server"))
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "cluster", "cluster": cluster}],
        "users": [{"name": "user", "user": user}],
        "contexts": [{"name": str(wanted), "context": {"cluster": "cluster", "user": "user"}}],
        "current-context": str(wanted),
    }


def secrets_of(kubeconfig: Mapping[str, Any]) -> list[str]:
    """Values in it that no log line may hold."""
    return [str(one["user"][key]) for one in kubeconfig["users"] for key in SECRET_KEYS if key in one["user"]]


def _parsed(text: str) -> dict[str, Any]:
    try:
        content = yaml.load(text, Loader=yaml.CSafeLoader)  # the safe loader, in C
    except (yaml.YAMLError, RecursionError, ValueError):
        # Not chained: the parser quotes the line, which may hold a token.
        content = None
    if not isinstance(content, dict):
        message = "kubeconfig: not valid YAML, or not a mapping"
        raise KubernetesConfigError(message)
    return content


def _named(content: Mapping[str, Any], part: str, name: object) -> dict[str, Any]:
    entries = content.get(f"{part}s")
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and entry.get("name") == name and isinstance(entry.get(part), dict):
            found: dict[str, Any] = entry[part]
            return found
    message = f"kubeconfig: there is no such {part}"
    raise KubernetesConfigError(message)


def _kept(found: Mapping[str, Any], known: frozenset[str], part: str) -> dict[str, Any]:
    given = {str(key): value for key, value in found.items() if value not in (None, "", False)}
    if foreign := sorted(given.keys() - known - {"extensions"}):
        message = f"kubeconfig: {foreign[0][:60]!r} of the {part} is not accepted: provide data, not files or plugins"
        raise KubernetesConfigError(message)
    kept = {key: value for key, value in given.items() if key in known}
    for key, value in kept.items():
        if not isinstance(value, bool if key.startswith("insecure") else str):
            message = f"kubeconfig: {key!r} of the {part} has the wrong type"
            raise KubernetesConfigError(message)
    return kept


def _check_server(server: object) -> None:
    parts = urlsplit(str(server or ""))
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)):
        message = "kubeconfig: the server must be an https:// address"
        raise KubernetesConfigError(message)
