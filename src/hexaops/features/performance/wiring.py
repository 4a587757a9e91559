"""Builds the performance feature."""

from __future__ import annotations

from hexaops.features.applications.locating import ApplicationLocator
from hexaops.features.metrics.sources import MetricSources
from hexaops.features.performance.service import PerformanceService
from hexaops.process import Process


def wire(process: Process) -> None:
    """Offer the feature's service."""
    get = process.provider.get
    process.provider.add(PerformanceService(get(ApplicationLocator), get(MetricSources), process.clock))
