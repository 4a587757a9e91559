"""Secrets by class of their context, in the notation of `fresh`."""

from __future__ import annotations

from tests.kit.redaction.classes.arguments import ARGUMENTS, BESIDE, ENDS, QUOTED, REQUESTS
from tests.kit.redaction.classes.commands import CLI, SQL
from tests.kit.redaction.classes.documents import DESCRIBE, JSON, PROPERTIES, YAML
from tests.kit.redaction.classes.files import CONN, FILES, KEYS
from tests.kit.redaction.classes.issued import ISSUED
from tests.kit.redaction.classes.places import PLACES
from tests.kit.redaction.classes.prose import I18N, WRAPPED
from tests.kit.redaction.classes.published import PUBLISHED
from tests.kit.redaction.classes.requests import COOKIES, HEADERS, URLS
from tests.kit.redaction.classes.vendors import VENDOR
from tests.kit.redaction.classes.words import CONSOLES, OF_WORDS

CLASSES = {
    "yaml": YAML,
    "describe": DESCRIBE,
    "json": JSON,
    "properties": PROPERTIES,
    "conn": CONN,
    "files": FILES,
    "vendor": VENDOR,
    "issued": ISSUED,
    "urls": URLS,
    "cookies": COOKIES,
    "headers": HEADERS,
    "keys": KEYS,
    "cli": CLI,
    "sql": SQL,
    "i18n": I18N,
    "wrapped": WRAPPED,
    "arguments": ARGUMENTS,
    "ends": ENDS,
    "quoted": QUOTED,
    "requests": REQUESTS,
    "beside": BESIDE,
    "places": PLACES,
    "words": OF_WORDS,
    "consoles": CONSOLES,
    **PUBLISHED,
}
