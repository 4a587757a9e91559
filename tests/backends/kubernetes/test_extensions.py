"""Functions and pipeline runs: where their groups are served, and what is said where they cannot be read."""

from __future__ import annotations

from typing import Any

import pytest

from hexaops.backends.kubernetes.extensions import ClusterExtensions, Function
from hexaops.kit.clock import ManualClock
from tests.features.applications.world import MetricsApi, canned_cluster

KNATIVE = "/apis/serving.knative.dev/v1/services"
TEKTON = "/apis/tekton.dev/v1/pipelineruns"
ARGO = "/apis/argoproj.io/v1alpha1/workflows"


def groups(*names: str) -> dict[str, Any]:
    """The answer of `/apis`."""
    return {"kind": "APIGroupList", "groups": [{"name": name} for name in names]}


def item(name: str, **status: Any) -> dict[str, Any]:
    """One object of a namespace."""
    return {"metadata": {"name": name, "namespace": "production"}, "status": status}


def items(*found: dict[str, Any]) -> dict[str, Any]:
    """A list of objects."""
    return {"metadata": {}, "items": [*found]}


@pytest.fixture
def api() -> MetricsApi:
    return MetricsApi()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def extensions(api: MetricsApi, clock: ManualClock) -> ClusterExtensions:
    return ClusterExtensions(canned_cluster(api).reader, clock)


async def test_groups_that_are_not_served_mean_none(api: MetricsApi, extensions: ClusterExtensions) -> None:
    api.served["/apis"] = groups("apps")
    found = await extensions.current()
    assert (found.functions, found.pipeline_runs) == ((), ())
    assert (found.functions_reason, found.pipelines_reason) == (None, None)
    assert (found.functions_served, found.pipelines_served) == (False, False)
    assert api.calls == ["/apis"]


async def test_functions_and_runs_of_both_engines(api: MetricsApi, extensions: ClusterExtensions) -> None:
    api.served["/apis"] = groups("serving.knative.dev", "tekton.dev", "argoproj.io")
    api.served[KNATIVE] = items(item("resize"))
    ended = item("build-1", startTime="2024-01-20T14:00:00Z", completionTime="2024-01-20T14:05:00Z")
    api.served[TEKTON] = items(ended, item("build-2", startTime="2024-01-20T14:30:00Z"), item("build-3"))
    done, going = item("train-1", phase="Succeeded", startedAt="2024-01-20T13:00:00Z"), item("train-2", phase="Running")
    api.served[ARGO] = items(done, going)
    found = await extensions.current()
    assert found.functions == [Function("production", "resize")]
    assert (found.functions_served, found.pipelines_served) == (True, True)
    active = {run.name: run.active for run in found.pipeline_runs}
    assert active == {"build-1": False, "build-2": True, "build-3": True, "train-1": False, "train-2": True}
    started = {run.name: run.started_at for run in found.pipeline_runs}
    assert started["build-2"] == 1705761000.0
    assert started["build-3"] is None


@pytest.mark.parametrize(("status", "said"), [(403, "does not let"), (500, "cannot be read")])
async def test_what_cannot_be_read_is_a_reason(
    api: MetricsApi, extensions: ClusterExtensions, status: int, said: str
) -> None:
    api.served["/apis"] = groups("serving.knative.dev", "tekton.dev")
    api.served[KNATIVE], api.served[TEKTON] = status, items(item("build-1"))
    found = await extensions.current()
    assert said in (found.functions_reason or "")
    assert found.pipelines_reason is None
    assert len(found.pipeline_runs) == 1


async def test_a_group_that_lacks_the_kind_means_none(api: MetricsApi, extensions: ClusterExtensions) -> None:
    api.served["/apis"], api.served[ARGO] = groups("argoproj.io"), 404
    found = await extensions.current()
    assert (found.pipeline_runs, found.pipelines_reason) == ((), None)


async def test_objects_of_another_shape_are_a_reason(api: MetricsApi, extensions: ClusterExtensions) -> None:
    api.served["/apis"], api.served[KNATIVE] = groups("serving.knative.dev"), items({"metadata": {}})
    assert (await extensions.current()).functions_reason is not None


async def test_a_cluster_that_does_not_name_its_groups(api: MetricsApi, extensions: ClusterExtensions) -> None:
    api.served["/apis"] = 503
    found = await extensions.current()
    assert found.functions_reason
    assert found.pipelines_reason


async def test_an_answer_is_kept_for_a_while(
    api: MetricsApi, extensions: ClusterExtensions, clock: ManualClock
) -> None:
    api.served["/apis"] = groups("apps")
    await extensions.current()
    await extensions.current()
    assert len(api.calls) == 1
    clock.advance(16)
    await extensions.current()
    assert len(api.calls) == 2
