"""A cluster's configured log engine → its adapter."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from hexaops.analysis.logs.miner import TemplateMiner
from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.logstores.clickhouse import engine as clickhouse
from hexaops.backends.logstores.external.engine import Engine
from hexaops.backends.logstores.external.fields import Fields
from hexaops.backends.logstores.external.http import EngineAddress, EngineHttp
from hexaops.backends.logstores.external.store import ExternalStore
from hexaops.backends.logstores.kubernetes.engine import KubernetesLogs
from hexaops.backends.logstores.loki import engine as loki
from hexaops.backends.logstores.opensearch import engine as opensearch
from hexaops.backends.logstores.victorialogs import engine as victorialogs
from hexaops.config import LogSource
from hexaops.kit.clock import Clock

Build = Callable[[EngineHttp, Fields, str | None], Engine]
_SEARCH: tuple[Fields, Build] = (
    opensearch.FIELDS,
    lambda http, fields, index: opensearch.OpenSearch(http, fields, index or opensearch.INDEX),
)
ENGINES: Mapping[str, tuple[Fields, Build]] = {
    "victorialogs": (victorialogs.FIELDS, lambda http, fields, _: victorialogs.VictoriaLogs(http, fields)),
    "loki": (loki.FIELDS, lambda http, fields, _: loki.Loki(http, fields)),
    "opensearch": _SEARCH,
    "elasticsearch": _SEARCH,
    "clickhouse": (
        clickhouse.FIELDS,
        lambda http, fields, table: clickhouse.ClickHouse(http, fields, table or clickhouse.TABLE),
    ),
}
"""The usual names of fields, and what builds the adapter."""


def open_engine(cluster: Cluster, source: LogSource, clock: Clock) -> ExternalStore:
    """The store of a cluster's source; nothing is asked of it yet. Raises LogStoreError for unusable names."""
    if source.url is None:
        return ExternalStore(KubernetesLogs(cluster, clock), TemplateMiner, clock)
    headers = {name: value.get_secret_value() for name, value in source.headers.items()}
    usual, build = ENGINES[source.engine]
    http = EngineHttp(source.engine, EngineAddress(source.url, headers, source.verify_tls))
    return ExternalStore(build(http, replace(usual, **source.fields), source.index), TemplateMiner, clock)
