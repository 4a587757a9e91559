"""Forms that vendors publish, by kind, two contexts each; in the notation of `fresh`."""

from __future__ import annotations

from collections.abc import Mapping

from tests.kit.redaction.classes.published.clouds import CLOUDS
from tests.kit.redaction.classes.published.databases import DATABASES
from tests.kit.redaction.classes.published.identity import IDENTITY
from tests.kit.redaction.classes.published.messaging import MESSAGING
from tests.kit.redaction.classes.published.models import MODELS
from tests.kit.redaction.classes.published.monitoring import MONITORING
from tests.kit.redaction.classes.published.payments import PAYMENTS
from tests.kit.redaction.classes.published.pipelines import PIPELINES
from tests.kit.redaction.classes.published.systems import SYSTEMS

KINDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "clouds": CLOUDS,
    "pipelines": PIPELINES,
    "messaging": MESSAGING,
    "payments": PAYMENTS,
    "models": MODELS,
    "databases": DATABASES,
    "monitoring": MONITORING,
    "identity": IDENTITY,
    "systems": SYSTEMS,
}
PUBLISHED = {
    f"published {name}": tuple(template for templates in kinds.values() for template in templates)
    for name, kinds in KINDS.items()
}
