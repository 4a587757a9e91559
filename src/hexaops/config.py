"""Every setting, read from the environment (`HEXAOPS_…`) or given by `hexaops serve`.

The line under a field is its documentation: `docs/settings.md` is made from it.
"""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from hexaops.kit.paths import field_path
from hexaops.kit.rates import parse_rate

Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=0)]


def _divides_five_minutes(seconds: int) -> int:
    if 300 % seconds:
        message = "must be a divisor of 300"
        raise ValueError(message)
    return seconds


SamplingStep = Annotated[int, Field(ge=10, le=60), AfterValidator(_divides_five_minutes)]


def _rate(text: str) -> str:
    parse_rate(text)
    return text


RateLimit = Annotated[str, AfterValidator(_rate)]


def _network(text: str) -> str:
    return str(ipaddress.ip_network(text, strict=False))


Networks = Annotated[list[Annotated[str, AfterValidator(_network)]], Field(default_factory=list)]


class ConfigFileError(ValueError):
    """Invalid configuration file."""


LogField = Literal[
    "time", "message", "level", "component", "pod", "namespace", "trace_id", "error_code", "workspace"
]  # fmt: skip

IMAGE_OR_NONE = r"^([a-zA-Z0-9][\w.\-:/@]*)?$"
"""The name of a container image, or nothing."""
LINK_BASE = r"^(https://[^\s/?#@]+|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?)$"
"""An origin: scheme, host and port; plain HTTP on loopback only, where nobody listens in."""
ACCOUNT_TOKEN = Path("/var/run/secrets/kubernetes.io/serviceaccount/token")
"""Where Kubernetes mounts a pod's token."""


class MetricsSource(BaseModel):
    """A Prometheus, or what speaks its API, that knows a cluster's metrics."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, Field(pattern=r"^https?://[^\s?#]+$")]
    """Up to and without `/api/v1`."""
    headers: dict[str, SecretStr] = {}
    """Sent with each query: a tenant (`X-Scope-OrgID`, `THANOS-TENANT`), `Authorization`."""
    verify_tls: bool = True
    queries: dict[str, str] = {}
    """PromQL in place of the built-in query of a signal; see docs/metrics.md."""
    namespace_queries: dict[str, dict[str, str]] = {}
    """The same for the applications of single namespaces, and so of single workspaces; these go before `queries`."""


class LogSource(BaseModel):
    """A log engine that others fill with a cluster's logs, in place of the embedded one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    engine: Literal["kubernetes", "victorialogs", "opensearch", "elasticsearch", "clickhouse", "loki"]
    url: Annotated[str, Field(pattern=r"^https?://[^\s?#]+$")] | None = None
    """Of every engine but `kubernetes`, which reads the pods' logs when they are asked for."""
    headers: dict[str, SecretStr] = {}
    """Sent with each query: a tenant (`X-Scope-OrgID`, `AccountID`), `Authorization`."""
    verify_tls: bool = True
    index: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    """The pattern of indices (OpenSearch, Elasticsearch) or the table (ClickHouse); the usual one by default."""
    fields: dict[LogField, Annotated[str, Field(min_length=1, max_length=256)]] = {}
    """The engine's names of fields; those of its usual shipper by default. `workspace` names a field that holds the
    workspace's id; without it, the namespace tells the workspace."""
    selector: dict[str, str] = {}
    """Fields that every line of this cluster has, where the engine also stores logs of others."""

    @model_validator(mode="after")
    def _has_an_address(self) -> LogSource:
        if (self.url is None) != (self.engine == "kubernetes"):
            message = "an engine needs its url" if self.url is None else "kubernetes has no url"
            raise ValueError(message)
        return self


class ClusterSource(BaseModel):
    """A cluster in the configuration file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$")]
    name: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    kubeconfig: Path | None = None
    """None with `in_cluster`: the account that Kubernetes mounts into the pod."""
    context: str | None = None
    writer_kubeconfig: Path | None = None
    writer_context: str | None = None
    in_cluster: bool = False
    metrics_source: MetricsSource | None = None
    """None: the embedded sampler."""
    log_source: LogSource | None = None
    """None: the embedded log store, which collects the pods' logs itself."""

    @model_validator(mode="after")
    def _one_way(self) -> ClusterSource:
        if self.in_cluster == (self.kubeconfig is not None):
            message = "give either kubeconfig or in_cluster: true"
            raise ValueError(message)
        return self


class ConfigFile(BaseModel):
    """The configuration file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    clusters: list[ClusterSource] = []

    @model_validator(mode="after")
    def _unique(self) -> ConfigFile:
        ids = [cluster.id for cluster in self.clusters]
        if len(set(ids)) < len(ids):
            message = "two clusters have one id"
            raise ValueError(message)
        return self


Model = TypeVar("Model", bound=BaseModel)


def read_config_file(path: Path) -> ConfigFile:
    """The file's content; raises ConfigFileError, which names the field that is wrong."""
    return read_yaml(path, ConfigFile)


def read_yaml(path: Path, model: type[Model]) -> Model:
    """A YAML file of this shape; raises ConfigFileError, which names the field that is wrong."""
    try:
        return model.model_validate(yaml.safe_load(path.expanduser().read_text()) or {})
    except ValidationError as error:
        problem = error.errors()[0]
        where = field_path(problem["loc"]) or "file"
        message = f"{path}: {where}: {problem['msg'].removeprefix('Value error, ')}"
        raise ConfigFileError(message) from None
    except yaml.YAMLError:
        message = f"{path}: not valid YAML"
        raise ConfigFileError(message) from None
    except OSError as error:
        message = f"{path}: {error.strerror}"
        raise ConfigFileError(message) from error


class Settings(BaseSettings):
    """The service's settings; the defaults suit the embedded mode."""

    model_config = SettingsConfigDict(env_prefix="HEXAOPS_", extra="forbid")

    home: Path = Path("~/.hexaops")
    """Home folder: embedded database, local issuer's key, logs, metrics and `credentials.json`."""
    host: str = "127.0.0.1"
    """Address to listen on."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    """Port to listen on; 0 picks a free one."""
    database_url: SecretStr | None = None
    """`postgresql://…` or `sqlite:///FILE`; unset: `hexaops.db` in the home folder."""
    database_pool_size: Annotated[int, Field(ge=1, le=100)] = 20
    """Size of this process's PostgreSQL connection pool; two more connections count requests."""
    takeover_seconds: Positive = 5.0
    """A replica that is silent for this long counts as dead, and another takes over its work."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Minimum level of the service's own log; successful reads are logged at `debug`."""
    log_format: Literal["auto", "json", "text"] = "auto"
    """`auto`: text on a terminal, JSON elsewhere."""
    shutdown_grace_seconds: Positive = 25.0
    """How long a shutdown waits for running requests."""
    probes_public: bool = False
    """Serve `/readyz` details and `/metrics` to non-loopback addresses."""
    trusted_proxies: Count = 0
    """Number of reverse proxies that append to `X-Forwarded-For`; 0 ignores the header."""

    internal_allowed_networks: Networks
    """Networks (CIDR) that may call the internal API; empty: all. The address is counted as for `trusted_proxies`."""
    tls_certificate: Path | None = None
    """PEM file with the certificate (and its chain) to serve TLS with, version 1.2 or newer; unset: plain HTTP."""
    tls_key: Path | None = None
    """PEM file with the certificate's key."""
    tls_client_ca: Path | None = None
    """PEM file with the authorities whose client certificates callers of the internal API must present; a certificate's
    common name is the service account's id."""
    tls_client_crl: Path | None = None
    """PEM file with these authorities' lists of revoked certificates, read at the start; an outdated list refuses every
    client certificate."""

    config_file: Path | None = None
    """YAML file listing the clusters (docs/cluster.md); re-read while the service runs."""
    cluster_refresh_seconds: Positive = 5.0
    """How often to look for clusters that another process registered or changed."""
    kubeconfig: Path | None = None
    """Kubeconfig of the cluster to serve; unset: configuration file, else pod's service account, else simulator."""
    context: str | None = None
    """Context in the kubeconfig; unset: its current context."""
    writer_kubeconfig: Path | None = None
    """Kubeconfig of the identity that makes changes; unset: the reading identity, with a warning at startup."""
    writer_context: str | None = None
    """Context of the identity that makes changes."""
    default_workspace_name: Annotated[str, Field(min_length=1, max_length=128)] = "Default Workspace"
    """Name of the default workspace, which owns all unclaimed namespaces; created at the first start."""
    cluster_name: str = "default"
    """Name of the cluster in ids and answers."""
    service_namespace: str | None = None
    """The service's own namespace, which is never changed."""
    cluster_sync_seconds: Positive = 30.0
    """How long startup waits for the first read of the cluster before serving degraded answers."""

    oidc_issuer: str | None = None
    """Issuer of users' JWTs; unset: only the local issuer of the home folder."""
    oidc_audience: str = "hexaops"
    """Required audience of users' JWTs."""
    oidc_jwks_url: str | None = None
    """URL of the issuer's keys; unset: taken from its discovery document."""
    oidc_algorithms: list[str] = ["RS256", "ES256"]
    """Accepted signature algorithms; symmetric ones are never accepted."""
    oidc_client_id: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    """The console's client id at the issuer: users sign in there from the console; unset: by a link or a token only."""
    oidc_client_secret: SecretStr | None = None
    """Its secret, if the issuer gave it one; unset: a public client, which PKCE protects."""
    oidc_scopes: list[Annotated[str, Field(pattern=r"^[\x21\x23-\x5b\x5d-\x7e]+$")]] = ["openid", "profile"]
    """Scopes that the console asks for; `openid` must be one of them."""
    oidc_redirect_base: Annotated[str, Field(pattern=LINK_BASE)] | None = None
    """The console's address as browsers see it, without a path: `https://hexaops.example`. The issuer must allow
    `…/sign-in/callback` below it as a redirect, and `…/` after signing out; `http` on loopback only."""
    oidc_session_hours: Annotated[float, Field(gt=0, le=12)] = 12.0
    """How long a session that was opened at the issuer lasts."""
    local_issuer: bool = True
    """Accept user tokens signed by the home folder's key, such as the one in `credentials.json`."""
    local_token_days: Positive = 30.0
    """Lifetime of the local user's token."""

    rate_limit_chat: RateLimit = "100/hour"
    """Chat messages per user and workspace; the embedded mode presets `1000/hour`."""
    rate_limit_public: RateLimit = "1200/minute"
    """Other public requests per user and workspace."""
    rate_limit_health: RateLimit = "100/minute"
    """Internal system health, per service account."""
    rate_limit_workspace: RateLimit = "50/minute"
    """Internal workspace operations, per service account and workspace."""
    rate_limit_application: RateLimit = "30/minute"
    """Internal application operations, per service account and application."""
    rate_limit_logs: RateLimit = "20/minute"
    """Internal log queries, per service account."""
    rate_limit_log_push: RateLimit = "6000/minute"
    """Internal pushes of log lines, per service account."""
    rate_limit_anonymous: RateLimit = "60/minute"
    """Requests with invalid credentials, per client address."""

    log_collection: bool = True
    """Collect the logs of the workspaces' pods into the embedded store."""
    log_collection_requests_per_second: Positive | None = None
    """Container log requests per second, over all clusters; unset: a hundredth of the containers, but 20 to 100."""
    log_retention_days: Positive = 14.0
    """Retention of log lines in the embedded store."""
    log_retention_gib: Positive = 20.0
    """Disk limit of the embedded log store, in GiB; the oldest days are dropped first."""

    prometheus_url: Annotated[str, Field(pattern=r"^https?://[^\s?#]+$")] | None = None
    """Prometheus that knows the metrics of the cluster of the settings, up to and without `/api/v1`; unset: they are
    sampled."""
    insight_scan_seconds: Annotated[float, Field(ge=0)] = 900.0
    """How often the insights of workspaces with a webhook for them are drawn in the background; 0: never."""
    detection: bool = True
    """Open incidents for applications that become unhealthy; what becomes of them is each workspace's policy."""
    metrics_sampling: bool = True
    """Sample the clusters' metrics into the embedded store."""
    metrics_interval_seconds: SamplingStep = 30
    """How often they are sampled: a divisor of 300, from 10 to 60."""
    metrics_requests_per_second: Positive = 20.0
    """How many requests to kubelets and annotated pods a cluster gets each second, on average."""
    metrics_retention_days: Annotated[float, Field(ge=3)] = 35.0
    """How long sampled metrics are kept: two to three days at the sampling's step, then every 5 minutes."""
    metrics_retention_gib: Positive = 4.0
    """Most disk space of the sampled metrics, in GiB; the oldest make room."""

    model_provider: Literal["openai", "anthropic", "ollama"] | None = None
    """Let a language model word the chat's answers (extra hexaops[llm]): any OpenAI-compatible server, Anthropic or
    Ollama."""
    model_name: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """Its name at the provider."""
    model_url: Annotated[str, Field(pattern=r"^https?://[^\s?#]+$")] | None = None
    """Where it is served; unset: the provider's own address."""
    model_api_key: SecretStr | None = None
    """Key for it."""
    model_timeout_seconds: Positive = 30.0
    """How long an answer may take; then the embedded engine's is given."""
    model_questions: Annotated[int, Field(ge=0, le=20)] = 4
    """Further questions that it may ask the embedded engine for one answer."""
    model_tokens_per_answer: Annotated[int, Field(ge=500)] = 20_000
    """Most tokens of one answer."""
    model_tokens_per_day: Annotated[int, Field(ge=0)] = 1_000_000
    """Most tokens of a workspace in a day (UTC), counted by each process."""

    alert_interval_seconds: Positive = 30.0
    """How often the alert rules are judged."""

    price_cpu_core_hour: NotNegative = 0.031611
    """US dollars for an hour of one core, for costs and savings; preset with OpenCost's default price list."""
    price_memory_gib_hour: NotNegative = 0.004237
    """US dollars for an hour of one GiB of memory."""
    price_storage_gib_month: NotNegative = 0.04
    """US dollars for a month of one GiB of a persistent volume."""
    price_file: Path | None = None
    """YAML file with prices by node labels and storage class (docs/prices.md); read at the start."""

    plan_expiry_seconds: Positive = 600.0
    """How long a plan can be confirmed."""
    verify_stable_seconds: Annotated[float, Field(ge=0)] = 10.0
    """How long a changed application must stay healthy before the change counts as verified."""
    change_timeout_seconds: Positive = 600.0
    """Time limit for rollouts without a progress deadline."""
    change_stuck_seconds: Positive = 60.0
    """How long a new pod may be unschedulable, fail to pull its image or crash before the change counts as failed."""
    changes_per_workspace: Count = 5
    """Maximum changes per workspace within the window; the embedded mode presets 50."""
    changes_per_cluster: Count = 20
    """Maximum changes per cluster within the window; the embedded mode presets 50."""
    change_window_seconds: Positive = 600.0
    """Length of that window."""
    repeats_per_target: Count | None = None
    """Maximum changes of one kind to one target within `repeat_window_seconds`; default `changes_per_workspace`."""
    repeat_window_seconds: Positive = 3600.0
    """Length of that window."""
    evidence_age_seconds: Positive = 10.0
    """Maximum age of the budget, autoscaler and pod data that a plan may rely on."""
    single_call_risk: Literal["none", "low", "medium", "high"] = "low"
    """Highest risk that `confirmation: true` can execute without a prior plan."""
    probe_image: Annotated[str, Field(max_length=512, pattern=IMAGE_OR_NONE)] = ""
    """Image of the pods that try connections (`probe_connectivity`), with `sh` and `nc`; empty: none are made."""
    retention_days: Positive = 30.0
    """Retention of finished runs, stored idempotent answers and webhook deliveries."""

    backup_folder: Path | None = None
    """Folder of the archives of backups; unset: `backups` in the home folder. Replicas must share it."""
    backup_bucket: Annotated[str, Field(pattern=r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w./-]*)?$")] | None = None
    """Bucket of the archives instead of a folder, such as `s3://backups/hexaops`: of AWS or any S3-compatible store."""
    backup_s3_endpoint: Annotated[str, Field(pattern=r"^https?://[^@\s]+$")] | None = None
    """URL of an S3-compatible store other than AWS."""
    backup_s3_region: str = "us-east-1"
    """Region of the bucket."""
    backup_s3_access_key: str | None = None
    """Id of the bucket's access key; unset: the environment's, or the role of the machine or pod."""
    backup_s3_secret_key: SecretStr | None = None
    """The access key's secret."""
    backup_retention_short_days: Positive = 7.0
    """How long a backup with `retention_policy` short is kept."""
    backup_retention_standard_days: Positive = 30.0
    """How long a backup with `retention_policy` standard is kept."""
    backup_retention_long_days: Positive = 365.0
    """How long a backup with `retention_policy` long is kept."""
    backup_volumes_seconds: Positive = 900.0
    """How long a backup waits for the snapshots of volumes, or for Velero, before it does without their contents."""
    velero_namespace: Annotated[str, Field(pattern=r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$")] = "velero"
    """Namespace of Velero's own objects, where the cluster has Velero."""
    backup_channels: list[str] = []
    """Names, such as `slack:#ops`, that a backup may give as notification channels besides those that are configured:
    its event carries them to the webhooks."""

    notification_channels: dict[str, SecretStr] = {}
    """Channels by name: the URL of a Slack-compatible webhook (`slack:#ops`) or any other, or `mailto:address`."""
    escalation_channels: list[str] = []
    """Channels notified of every escalated incident."""
    escalation_repeat_seconds: Positive = 1800.0
    """How often they are notified again until somebody acknowledges or resolves it."""
    notification_email_domains: list[str] = []
    """Domains to which channels that workspaces add may send email; channels of the settings may send to any."""
    smtp_host: str | None = None
    """Mail server of the `mailto:` channels."""
    smtp_port: Annotated[int, Field(ge=1, le=65535)] = 587
    """Its port."""
    smtp_starttls: bool = True
    """Encrypt the connection to it."""
    smtp_sender: str = "hexaops@localhost"
    """Sender of mails."""
    smtp_user: str | None = None
    """User name for the mail server; unset: none is sent."""
    smtp_password: SecretStr | None = None
    """Password for the mail server."""

    webhook_allowed_networks: Networks
    """Private networks (CIDR) that webhooks may target; the embedded mode presets loopback."""
    webhook_allow_http: bool = False
    """Allow `http://` webhook targets; the embedded mode presets it."""
    webhook_timeout_seconds: Positive = 15.0
    """Timeout of one webhook delivery attempt."""
    webhook_retry_seconds: list[float] = [5, 300, 1800, 7200, 18000, 36000, 50400, 72000]
    """Delays before each retry of a webhook delivery, with ±10 % jitter."""

    secret_key: SecretStr | None = None
    """Key (32 bytes in base64) that encrypts stored secrets and signs cursors; unset: `secrets.key` in the home folder.

    Replicas on one database must share it."""

    failpoint: str | None = None
    """Crash tests only: the point at which the process kills itself."""

    @model_validator(mode="after")
    def _sign_in_is_whole(self) -> Settings:
        if self.oidc_client_id is None:
            return self
        missing = [name for name in ("oidc_issuer", "oidc_redirect_base") if getattr(self, name) is None]
        if missing:
            message = f"oidc_client_id needs {' and '.join(missing)}"
            raise ValueError(message)
        if "openid" not in self.oidc_scopes:
            message = "oidc_scopes must include openid"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _tls_is_whole(self) -> Settings:
        if self.tls_certificate is None and (self.tls_key or self.tls_client_ca):
            message = "tls_key and tls_client_ca need tls_certificate"
            raise ValueError(message)
        if self.tls_client_crl and self.tls_client_ca is None:
            message = "tls_client_crl needs tls_client_ca"
            raise ValueError(message)
        return self

    def database(self) -> str:
        """The SQLAlchemy URL with its async driver; it may hold a password."""
        url = self.database_url.get_secret_value() if self.database_url else None
        if url is None:
            return f"sqlite+aiosqlite:///{self.home_folder() / 'hexaops.db'}"
        scheme, _, rest = url.partition("://")
        if scheme.split("+")[0] in {"postgresql", "postgres"}:
            return f"postgresql+asyncpg://{rest}"
        return f"sqlite+aiosqlite://{rest}"

    def archive_folder(self) -> Path:
        """The folder of the archives of backups."""
        return (self.backup_folder or self.home / "backups").expanduser()

    def in_cluster(self) -> bool:
        """Whether this process runs in a pod of the cluster it serves."""
        return "KUBERNETES_SERVICE_HOST" in os.environ and ACCOUNT_TOKEN.exists()

    def home_folder(self) -> Path:
        """The home folder with `~` resolved."""
        return self.home.expanduser()
