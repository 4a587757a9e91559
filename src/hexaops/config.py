"""Every setting, read from the environment (`HEXAOPS_…`) or given by `hexaops serve`.

The line under a field is its documentation: `docs/settings.md` is made from it.
"""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=0)]


def _network(text: str) -> str:
    return str(ipaddress.ip_network(text, strict=False))


Networks = Annotated[list[Annotated[str, AfterValidator(_network)]], Field(default_factory=list)]


class ConfigFileError(ValueError):
    """The configuration file cannot be used."""


ACCOUNT_TOKEN = Path("/var/run/secrets/kubernetes.io/serviceaccount/token")
"""Where Kubernetes mounts a pod's own token."""


class ClusterSource(BaseModel):
    """One cluster of the configuration file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$")]
    name: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    kubeconfig: Path | None = None
    """None with `in_cluster`: the account that Kubernetes mounts into the pod."""
    context: str | None = None
    writer_kubeconfig: Path | None = None
    writer_context: str | None = None
    in_cluster: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> ClusterSource:
        if self.in_cluster == (self.kubeconfig is not None):
            message = "give either kubeconfig or in_cluster: true"
            raise ValueError(message)
        return self


class ConfigFile(BaseModel):
    """What the configuration file holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    clusters: list[ClusterSource] = []

    @model_validator(mode="after")
    def _unique(self) -> ConfigFile:
        ids = [cluster.id for cluster in self.clusters]
        if len(set(ids)) < len(ids):
            message = "two clusters have one id"
            raise ValueError(message)
        return self


def read_config_file(path: Path) -> ConfigFile:
    """The file's content; raises ConfigFileError, which names the field that is wrong."""
    try:
        return ConfigFile.model_validate(yaml.safe_load(path.expanduser().read_text()) or {})
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(map(str, problem["loc"])) or "file"
        message = f"{path}: {where}: {problem['msg'].removeprefix('Value error, ')}"
        raise ConfigFileError(message) from None
    except yaml.YAMLError:
        message = f"{path}: not valid YAML"
        raise ConfigFileError(message) from None
    except OSError as error:
        message = f"{path}: {error.strerror}"
        raise ConfigFileError(message) from error


class Settings(BaseSettings):
    """What an operator may set; every default serves the embedded mode."""

    model_config = SettingsConfigDict(env_prefix="HEXAOPS_", extra="forbid", use_attribute_docstrings=True)

    home: Path = Path("~/.hexaops")
    """Folder of the embedded database, the local issuer's key and `credentials.json`."""
    host: str = "127.0.0.1"
    """Address to listen on."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    """Port to listen on; 0 takes a free one."""
    database_url: SecretStr | None = None
    """`postgresql://…` or `sqlite:///FILE`; unset: `hexaops.db` in the home folder."""
    database_pool_size: Annotated[int, Field(ge=1, le=100)] = 10
    """Connections kept to PostgreSQL by this process."""
    takeover_seconds: Positive = 5.0
    """A replica silent for so long is dead: another one goes on with what it was doing."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Least severe log lines that are written; reads that were answered are logged at `debug`."""
    log_format: Literal["auto", "json", "text"] = "auto"
    """`auto`: text on a terminal, JSON elsewhere."""
    shutdown_grace_seconds: Positive = 25.0
    """How long a stop waits for requests that are running."""
    probes_public: bool = False
    """Serve `/readyz` details and `/metrics` to addresses beyond loopback."""
    trusted_proxies: Count = 0
    """How many reverse proxies append to `X-Forwarded-For`; 0 trusts nobody's header."""

    config_file: Path | None = None
    """YAML file with `clusters`, a list (see docs/cluster.md); it is read again while the service runs."""
    cluster_refresh_seconds: Positive = 5.0
    """How often a process looks for clusters that were registered or changed elsewhere."""
    kubeconfig: Path | None = None
    """Kubeconfig of the cluster to serve; unset: the configuration file, the in-cluster account, else the simulator."""
    context: str | None = None
    """Context in the kubeconfig; unset: its current one."""
    writer_kubeconfig: Path | None = None
    """Kubeconfig of the identity that makes changes; unset: the reading one, which start-up reports."""
    writer_context: str | None = None
    """Context of the identity that makes changes."""
    default_workspace_name: Annotated[str, Field(min_length=1, max_length=128)] = "Default Workspace"
    """Name of the workspace that the first start makes of all namespaces that no other one claims."""
    cluster_name: str = "default"
    """Name of the cluster in ids and answers."""
    service_namespace: str | None = None
    """Namespace that the service itself runs in: nothing there is ever changed."""
    cluster_sync_seconds: Positive = 30.0
    """How long the start waits for the first read of the cluster before serving degraded answers."""

    oidc_issuer: str | None = None
    """Issuer of users' JWTs; unset: only the local issuer of the home folder."""
    oidc_audience: str = "hexaops"
    """Audience that a user's JWT must name."""
    oidc_jwks_url: str | None = None
    """Where the issuer's keys are; unset: read from its discovery document."""
    oidc_algorithms: list[str] = ["RS256", "ES256"]
    """Signature algorithms accepted from the issuer; nothing symmetric is ever accepted."""
    local_issuer: bool = True
    """Accept users' tokens signed by the key in the home folder, as `credentials.json` holds one."""
    local_token_days: Positive = 30.0
    """Lifetime of the local user's token."""

    rate_limit_chat: str = "100/hour"
    """Chat messages per user and workspace."""
    rate_limit_public: str = "1200/minute"
    """Other public requests per user and workspace."""
    rate_limit_health: str = "100/minute"
    """Internal system health, per service account."""
    rate_limit_workspace: str = "50/minute"
    """Internal workspace operations, per service account and workspace."""
    rate_limit_application: str = "30/minute"
    """Internal application operations, per service account and application."""
    rate_limit_logs: str = "20/minute"
    """Internal log queries, per service account."""
    rate_limit_log_push: str = "6000/minute"
    """Internal pushes of log lines, per service account."""
    rate_limit_anonymous: str = "60/minute"
    """Refused credentials, per client address."""

    log_collection: bool = True
    """Collect the logs of the workspaces' pods into the embedded store."""
    log_collection_requests_per_second: Positive = 20.0
    """How many containers' logs are asked for each second, over all clusters."""
    log_retention_days: Positive = 14.0
    """How long log lines are kept in the embedded store."""
    log_retention_gib: Positive = 20.0
    """Most disk space of the embedded log store, in GiB; the oldest days make room."""

    metrics_sampling: bool = True
    """Sample the clusters' metrics into the embedded store."""
    metrics_interval_seconds: Literal[10, 15, 30, 60] = 30
    """How often they are sampled."""
    metrics_requests_per_second: Positive = 20.0
    """How many requests to kubelets and annotated pods a cluster gets each second, on average."""
    metrics_retention_days: Annotated[float, Field(ge=3)] = 35.0
    """How long sampled metrics are kept: two to three days at the sampling's step, then every 5 minutes."""
    metrics_retention_gib: Positive = 4.0
    """Most disk space of the sampled metrics, in GiB; the oldest make room."""

    plan_expiry_seconds: Positive = 600.0
    """How long a plan may be confirmed."""
    verify_stable_seconds: Annotated[float, Field(ge=0)] = 10.0
    """How long a changed application must stay healthy before the change counts as verified."""
    change_timeout_seconds: Positive = 600.0
    """Time limit of a rollout without a progress deadline of its own."""
    change_stuck_seconds: Positive = 60.0
    """How long a new pod may stay unschedulable, without its image, or crashing before the change counts as failed."""
    changes_per_workspace: Count = 5
    """Changes started per workspace within the cap window."""
    changes_per_cluster: Count = 20
    """Changes started per cluster within the cap window."""
    change_window_seconds: Positive = 600.0
    """Length of the cap window."""
    evidence_age_seconds: Positive = 150.0
    """Oldest reading of budgets, autoscalers and pods on which a change may be planned."""
    single_call_risk: Literal["none", "low", "medium", "high"] = "low"
    """Highest risk that `confirmation: true` without a plan may execute in one call."""
    retention_days: Positive = 30.0
    """How long finished durable runs, stored answers of idempotency keys and deliveries are kept."""

    webhook_allowed_networks: Networks
    """Private networks (CIDR) that webhooks may be sent to; the embedded mode presets loopback."""
    webhook_allow_http: bool = False
    """Allow `http://` webhook targets; the embedded mode presets it."""
    webhook_timeout_seconds: Positive = 15.0
    """Time limit of one webhook delivery attempt."""
    webhook_retry_seconds: list[float] = [5, 300, 1800, 7200, 18000, 36000, 50400, 72000]
    """Waits before each further attempt of a webhook delivery; jitter of ±10 % is added."""

    secret_key: SecretStr | None = None
    """Key (32 bytes in base64) that encrypts webhooks' signing secrets and signs cursors; unset: `secrets.key` in the
    home folder.

    Replicas on one database must share it."""

    failpoint: str | None = None
    """For tests of crash safety: the named point at which the process kills itself."""

    def database(self) -> str:
        """The SQLAlchemy URL with its async driver; it may hold a password."""
        url = self.database_url.get_secret_value() if self.database_url else None
        if url is None:
            return f"sqlite+aiosqlite:///{self.home_folder() / 'hexaops.db'}"
        scheme, _, rest = url.partition("://")
        if scheme.split("+")[0] in {"postgresql", "postgres"}:
            return f"postgresql+asyncpg://{rest}"
        return f"sqlite+aiosqlite://{rest}"

    def in_cluster(self) -> bool:
        """Whether this process runs in a pod with a service account, and so in the cluster that it serves."""
        return "KUBERNETES_SERVICE_HOST" in os.environ and ACCOUNT_TOKEN.exists()

    def home_folder(self) -> Path:
        """The home folder with `~` resolved."""
        return self.home.expanduser()
