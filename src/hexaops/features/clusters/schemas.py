"""Bodies of the clusters' routes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, SecretStr, StringConstraints, model_validator

from hexaops.backends.metrics.base import Signal
from hexaops.backends.metrics.prometheus.queries import template_problem
from hexaops.bodies import Body
from hexaops.config import LogField, LogSource, MetricsSource

LARGEST_KUBECONFIG = 65_536
Kubeconfig = Annotated[str, Field(min_length=1, max_length=LARGEST_KUBECONFIG)]
HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$")]
Query = Annotated[str, Field(max_length=4096)]
Namespace = Annotated[str, Field(pattern=r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$")]
FieldName = Annotated[str, Field(min_length=1, max_length=256)]
Context = Annotated[str, Field(min_length=1, max_length=253)]


class MetricsSourceRequest(MetricsSource):
    """A Prometheus, or what speaks its API (Thanos, Mimir, VictoriaMetrics)."""

    headers: dict[HeaderName, Annotated[SecretStr, Field(max_length=8192)]] = Field({}, max_length=16)
    queries: dict[str, Query] = Field({}, max_length=len(Signal))
    namespace_queries: dict[Namespace, Annotated[dict[str, Query], Field(max_length=len(Signal))]] = Field(
        {}, max_length=100
    )

    @model_validator(mode="after")
    def _queries_are_templates(self) -> MetricsSourceRequest:
        own = (pair for queries in self.namespace_queries.values() for pair in queries.items())
        for name, template in (*self.queries.items(), *own):
            if name not in {*Signal}:
                message = f"{name[:60]!r} is no signal: one of {', '.join(Signal)}"
                raise ValueError(message)
            if problem := template_problem(template):
                message = f"the query of {name} {problem}"
                raise ValueError(message)
        return self


class LogSourceRequest(LogSource):
    """A log engine that has the cluster's logs already (docs/logs.md)."""

    headers: dict[HeaderName, Annotated[SecretStr, Field(max_length=8192)]] = Field({}, max_length=16)
    fields: dict[LogField, FieldName] = Field({}, max_length=9)
    selector: dict[FieldName, Annotated[str, Field(max_length=1024)]] = Field({}, max_length=16)


class ClusterRequest(Body):
    """A cluster to register. Kubeconfigs must be self-contained: no file references, no exec plugins."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$")]
    name: (
        Annotated[
            str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128, pattern=r"^[^\x00-\x1f]+$")
        ]
        | None
    ) = None
    """Name shown in answers; the id by default."""
    kubeconfig: Kubeconfig
    context: Context | None = None
    """Context; the current one by default."""
    writer_kubeconfig: Kubeconfig | None = None
    """Kubeconfig of the identity that makes changes; the reading one by default."""
    writer_context: Context | None = None
    metrics_source: MetricsSourceRequest | None = None
    """A Prometheus that knows its metrics; sampled by default."""
    log_source: LogSourceRequest | None = None
    """The engine that has its logs; collected and stored here by default."""
