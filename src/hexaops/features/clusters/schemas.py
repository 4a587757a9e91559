"""Bodies of the clusters' routes."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

LARGEST_KUBECONFIG = 65_536
Kubeconfig = Annotated[str, Field(min_length=1, max_length=LARGEST_KUBECONFIG)]
Context = Annotated[str, Field(min_length=1, max_length=253)]


class ClusterRequest(BaseModel):
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
