"""How to reach a cluster and who we are there: kubeconfig or in-cluster account → an HTTP client.

lightkube reads the configuration and sets up TLS; credentials that change while we run (a token file,
an exec plugin) are ours, because lightkube renews them only after a 401 and knows no `v1` plugins.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import msgspec
import yaml
from lightkube.config.client_adapter import BearerAuth, ConnectionParams
from lightkube.config.kubeconfig import SERVICE_ACCOUNT, KubeConfig, SingleConfig
from lightkube.config.models import Cluster, User
from lightkube.core.exceptions import ConfigError

from hexaops import __version__
from hexaops.backends.kubernetes.credentials import ExecAuth, TokenFileAuth
from hexaops.backends.kubernetes.errors import KubernetesConfigError
from hexaops.kit.clock import Clock, SystemClock

_UNUSABLE = (ConfigError, KeyError, TypeError, ValueError, AttributeError, OSError, msgspec.MsgspecError)
_UNSUPPORTED = ("proxy-url", "tls-server-name", "as", "as-groups", "as-uid", "as-user-extra")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class ClusterConnection:
    """A server and an identity. Holds secrets: never log it; `describe()` is what may be shown."""

    config: SingleConfig
    clock: Clock

    @classmethod
    def from_kubeconfig(
        cls, path: str | Path, context: str | None = None, *, clock: Clock | None = None
    ) -> ClusterConnection:
        """From a kubeconfig file and one of its contexts (the current one by default)."""
        place = Path(path).expanduser()
        try:
            content = yaml.safe_load(place.read_text())
            config = KubeConfig.from_dict(content, fname=place).get(context)
            _refuse_unsupported(content, config)
        except yaml.YAMLError:
            # Not chained: the parser quotes the line, which may hold a token.
            message = f"kubeconfig {path} is not valid YAML"
            raise KubernetesConfigError(message) from None
        except _UNUSABLE as error:
            message = f"kubeconfig {path}: {_reason(error)}"
            raise KubernetesConfigError(message) from error
        return cls.from_config(config, clock=clock)

    @classmethod
    def from_content(cls, content: Mapping[str, Any], *, clock: Clock | None = None) -> ClusterConnection:
        """From a kubeconfig's content, its current context; files that it names are not looked for beside it."""
        try:
            config = KubeConfig.from_dict(dict(content)).get()
        except _UNUSABLE as error:
            message = f"kubeconfig: {_reason(error)}"
            raise KubernetesConfigError(message) from error
        return cls.from_config(config, clock=clock)

    @classmethod
    def in_cluster(cls, account: str | Path = SERVICE_ACCOUNT, *, clock: Clock | None = None) -> ClusterConnection:
        """From the service account that Kubernetes mounts into a pod."""
        try:
            config = KubeConfig.from_service_account(account).get()
        except (ConfigError, KeyError) as error:
            message = f"no in-cluster service account: {_reason(error)}"
            raise KubernetesConfigError(message) from error
        return cls.from_config(config, clock=clock)

    @classmethod
    def from_server(cls, url: str, *, token: str | None = None, clock: Clock | None = None) -> ClusterConnection:
        """To a URL, with a bearer token or nothing."""
        user = User(token=token) if token else None
        return cls.from_config(KubeConfig.from_one(cluster=Cluster(server=url), user=user).get(), clock=clock)

    @classmethod
    def from_config(cls, config: SingleConfig | None, *, clock: Clock | None = None) -> ClusterConnection:
        """From lightkube's configuration."""
        if config is None:
            message = "kubeconfig: no context is selected"
            raise KubernetesConfigError(message)
        return cls(config._replace(user=config.user or User()), clock or SystemClock())

    @property
    def server(self) -> str:
        """The API server's URL."""
        return self.config.cluster.server

    def describe(self) -> dict[str, str]:
        """Context, server and kind of credentials, without any secret."""
        user = self.config.user or User()
        kinds = {
            "token file": user.token_file,
            "token": user.token,
            "exec plugin": user.exec,
            "client certificate": user.client_cert or user.client_cert_data,
            "basic": user.username,
        }
        used = next((kind for kind, value in kinds.items() if value), "none")
        return {"context": self.config.context_name, "server": self.server, "authentication": used}

    def open(self) -> httpx2.AsyncClient:
        """A client with this identity; the caller closes it."""
        host = urlsplit(self.server).hostname or ""
        # Like Go's ProxyFromEnvironment: a proxy of the environment is never used towards loopback.
        try:
            parameters = _parameters(self.config, trust_env=host not in _LOOPBACK)
        except (OSError, ValueError, ConfigError) as error:
            message = f"kubeconfig: the certificates of {self.server} cannot be loaded: {_reason(error)}"
            raise KubernetesConfigError(message) from error
        parameters["auth"] = self._auth()
        # Over TLS unpacking is cheaper than decrypting; on plain HTTP it is the other way round.
        encoding = "gzip" if self.server.startswith("https") else "identity"
        headers = {
            "User-Agent": f"hexaops/{__version__}",
            "Accept": "application/json",
            "Accept-Encoding": encoding,
        }
        # Each request looks at every connection that is kept: few are.
        limits = httpx2.Limits(max_connections=200, max_keepalive_connections=16, keepalive_expiry=60.0)
        return httpx2.AsyncClient(headers=headers, limits=limits, **parameters)

    def _auth(self) -> httpx2.Auth | None:
        user = self.config.user or User()
        if user.token_file:
            return TokenFileAuth(Path(self.config.abs_file(user.token_file)), clock=self.clock)
        if user.token:
            return BearerAuth(user.token)
        if user.exec:
            folder = self.config.fname.parent if self.config.fname else None
            return ExecAuth(user.exec, clock=self.clock, folder=folder)
        if user.username and user.password:
            return httpx2.BasicAuth(user.username, user.password)
        if user.auth_provider:
            message = "kubeconfig: auth-provider is not supported (Kubernetes removed it in 1.26); use an exec plugin"
            raise KubernetesConfigError(message)
        return None


def _refuse_unsupported(content: Mapping[str, Any], config: SingleConfig | None) -> None:
    """Settings that lightkube passes over in silence, although they change who we are or where we go."""
    if config is None:
        return
    chosen = {"cluster": config.context.cluster, "user": config.context.user}
    for part, name in chosen.items():
        for entry in content.get(f"{part}s") or ():
            found = [key for key in _UNSUPPORTED if entry["name"] == name and key in (entry[part] or {})]
            if found:
                message = f"{found[0]!r} of {part} {name!r} is not supported"
                raise ConfigError(message)


def _parameters(config: SingleConfig, *, trust_env: bool) -> dict[str, Any]:
    """lightkube's parameters of a client. Over plain HTTP no authorities are loaded (30 ms), and none is trusted."""
    params = ConnectionParams(trust_env=trust_env)
    if config.cluster.server.startswith("https"):
        return params.httpx_params(config)
    config = config._replace(cluster=msgspec.structs.replace(config.cluster, insecure=True))
    return {**params.httpx_params(config), "verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)}


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "not found"
    if isinstance(error, KeyError):
        return f"{error} is missing"
    return str(error)[:200]
