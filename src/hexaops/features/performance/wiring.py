"""Builds the performance feature."""

from __future__ import annotations

from hexaops.features.applications.locating import ApplicationLocator
from hexaops.features.metrics.sources import MetricSources
from hexaops.features.performance.service import PerformanceService
from hexaops.kit.clock import Clock
from hexaops.provide import Provider


def build_performance(provider: Provider, clock: Clock) -> None:
    """Build its service and offer it; the locator and the sources of metrics must be there."""
    provider.add(PerformanceService(provider.get(ApplicationLocator), provider.get(MetricSources), clock))
