"""The closed set of tools."""

from __future__ import annotations

from hexaops.assistant.tools.alert_changes import ALERT_CHANGES
from hexaops.assistant.tools.alerts import ALERTS
from hexaops.assistant.tools.articles import ARTICLES
from hexaops.assistant.tools.ask import ASK
from hexaops.assistant.tools.backups import BACKUPS
from hexaops.assistant.tools.bounds import BOUNDS
from hexaops.assistant.tools.codes import CODES
from hexaops.assistant.tools.connectivity import CONNECTIVITY
from hexaops.assistant.tools.dashboards import DASHBOARDS
from hexaops.assistant.tools.dependencies import DEPENDENCIES
from hexaops.assistant.tools.diagnostics import DIAGNOSTICS
from hexaops.assistant.tools.fields import FIELDS
from hexaops.assistant.tools.forecast import FORECAST
from hexaops.assistant.tools.high_usage import HIGH_USAGE
from hexaops.assistant.tools.history import HISTORY
from hexaops.assistant.tools.impact import IMPACT
from hexaops.assistant.tools.insights import INSIGHTS
from hexaops.assistant.tools.inventory import INVENTORY
from hexaops.assistant.tools.lacking import LACKING
from hexaops.assistant.tools.logs import LOGS
from hexaops.assistant.tools.named import NAMED
from hexaops.assistant.tools.nodes import NODES
from hexaops.assistant.tools.objects import OBJECTS
from hexaops.assistant.tools.performance import PERFORMANCE
from hexaops.assistant.tools.resources import RESOURCES
from hexaops.assistant.tools.rights import RIGHTS
from hexaops.assistant.tools.rollouts import ROLLOUTS
from hexaops.assistant.tools.room import ROOM
from hexaops.assistant.tools.safety import SAFETY
from hexaops.assistant.tools.summary import SUMMARY
from hexaops.assistant.tools.tool import Tool
from hexaops.assistant.tools.usage_history import USAGE_HISTORY

TOOLS: tuple[Tool, ...] = (
    ALERT_CHANGES,
    ALERTS,
    ARTICLES,
    ASK,
    BACKUPS,
    BOUNDS,
    CODES,
    CONNECTIVITY,
    DASHBOARDS,
    DEPENDENCIES,
    DIAGNOSTICS,
    FIELDS,
    FORECAST,
    HIGH_USAGE,
    HISTORY,
    IMPACT,
    INSIGHTS,
    INVENTORY,
    LACKING,
    LOGS,
    NAMED,
    NODES,
    OBJECTS,
    PERFORMANCE,
    RESOURCES,
    RIGHTS,
    ROLLOUTS,
    ROOM,
    SAFETY,
    SUMMARY,
    USAGE_HISTORY,
)
