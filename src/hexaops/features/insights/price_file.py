"""The price file: prices by node labels and storage class."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from hexaops.analysis.insights.prices import NodeRule, PriceBook
from hexaops.config import Settings, read_yaml

Dollars = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Text = Annotated[str, Field(min_length=1, max_length=253)]


class NodePrice(BaseModel):
    """Prices of the nodes with these labels."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    labels: Annotated[dict[Text, str | list[str]], Field(min_length=1)]
    """A value, or several of which a node has one."""
    cpu_core_hour: Dollars
    memory_gib_hour: Dollars


class PriceFile(BaseModel):
    """The whole file, in US dollars."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    nodes: list[NodePrice] = []
    """The first that matches a node wins."""
    storage_classes: dict[Text, Dollars] = {}
    """Of a GiB and month."""


def read_price_file(path: Path) -> PriceFile:
    """The file's content; raises ConfigFileError, which names the field that is wrong."""
    return read_yaml(path, PriceFile)


def book_of(settings: Settings) -> PriceBook:
    """The price book of the settings and their file; raises ConfigFileError."""
    listed = read_price_file(settings.price_file) if settings.price_file else PriceFile()
    return PriceBook(
        settings.price_cpu_core_hour,
        settings.price_memory_gib_hour,
        settings.price_storage_gib_month,
        node_rules=tuple(
            NodeRule(
                {name: (values,) if isinstance(values, str) else tuple(values) for name, values in one.labels.items()},
                one.cpu_core_hour,
                one.memory_gib_hour,
            )
            for one in listed.nodes
        ),
        storage_classes=listed.storage_classes,
    )
