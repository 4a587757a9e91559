"""`docs/intents.md`: all that can be said in the chat, from the catalogue of intents, and what it is answered with."""

from __future__ import annotations

from hexaops.assistant.intents.catalog import CATALOG
from hexaops.assistant.intents.spec import IntentSpec
from hexaops.assistant.tools.ask import ASK
from hexaops.assistant.tools.catalog import TOOLS
from hexaops.assistant.tools.tool import Tool
from hexaops.assistant.understanding.intents import PLANNED_INTENTS, SETTING_INTENTS
from tools.docs.tables import page, table

INTRO = (
    "What a message in the [chat](chat.md) can mean. `metadata.intent` of an answer is one of these. The examples are "
    "tests: each is understood as its intent. A change that cannot be planned yet is declined by its name, never "
    "planned as something else."
)
TOOLS_INTRO = """\
## Tools

What an answer reads beyond the state of the applications. A tool tells nothing without the capabilities (what a message
may read) and the permission (of the caller's role) that it needs: the answer names the one that is missing. What takes
longer than its budget is cut off, which the answer says. Secrets are redacted in all that a tool tells. `objects`,
`impact`, `dependencies`, `summary`, `connectivity` and `articles` also answer what was taken for another intent, where
the words of the message ask for them. `ask` is the one tool of a [language model](chat.md#model-mode): it asks the
chat, within the rights of the user and the model's own time."""
PLANNED = PLANNED_INTENTS | SETTING_INTENTS


def intents_page() -> str:
    """The page's text."""
    intents = table(
        ("intent", "meaning", "for example", "answered from"),
        ((f"`{spec.intent}`", spec.description, _examples(spec), _source(spec)) for spec in CATALOG),
    )
    tools = table(
        ("tool", "tells", "capabilities", "permission", "budget"), (_tool(one) for one in TOOLS if one is not ASK)
    )
    return page("What can be asked", INTRO, intents, TOOLS_INTRO, tools)


def _examples(spec: IntentSpec) -> str:
    return ", ".join(f"“{text}”" for text in spec.examples)


def _source(spec: IntentSpec) -> str:
    if spec.intent in PLANNED:
        return "a plan"
    if spec.reader is not None:
        return f"`{spec.reader.name}`"
    return ", ".join(sorted(need.replace("_", " ") for need in spec.needs))


def _tool(tool: Tool) -> tuple[str, ...]:
    needed = ", ".join(f"`{one}`" for one in tool.capabilities)
    return (
        f"`{tool.name}`",
        tool.description,
        needed,
        f"`{tool.permission}`" if tool.permission else "",
        f"{tool.seconds:g} s",
    )
