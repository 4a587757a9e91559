"""The cases, one file an area; importing them registers them."""

from testenv.diagnosis.cases import (
    autoscaling,
    cluster,
    crashes,
    healthy,
    healthy_platform,
    images,
    jobs,
    network,
    nodes,
    operators,
    policies,
    references,
    scheduling,
    storage,
    workloads,
)

__all__ = (
    "autoscaling",
    "cluster",
    "crashes",
    "healthy",
    "healthy_platform",
    "images",
    "jobs",
    "network",
    "nodes",
    "operators",
    "policies",
    "references",
    "scheduling",
    "storage",
    "workloads",
)
