"""Plain requests in other languages are planned; one word more than the closed lists have, and they are not."""

from __future__ import annotations

import pytest

from hexaops.assistant.understanding import Intent, Understanding, understand
from testenv.golden.cases import load_worlds

DOCS, SHOP = load_worlds()["docs"], load_worlds()["shop"]
RESTART, SCALE = Intent.RESTART_APPLICATION, Intent.SCALE_APPLICATION
START, STOP = Intent.START_APPLICATION, Intent.STOP_APPLICATION


def _planned(text: str) -> list[Understanding]:
    got = understand(text, DOCS)
    return [part for part in (got.parts or (got,)) if part.would_change]


@pytest.mark.parametrize(
    ("text", "intent", "replicas"),
    [
        ("Starte web-app bitte neu", RESTART, None),
        ("web-app neu starten", RESTART, None),
        ("kannst du web-app jetzt neustarten?", RESTART, None),
        ("fahr web-app herunter", STOP, None),
        ("schalte web-app ein", START, None),
        ("setz web-app auf 4", SCALE, 4),
        ("web-app auf fünf Replikas bitte", SCALE, 5),
        ("restart web-app bitte", RESTART, None),
        ("pouvez-vous redémarrer web-app s'il vous plaît ?", RESTART, None),
        ("éteins web-app", STOP, None),
        ("monte web-app à 6 réplicas", SCALE, 6),
        ("reinicia web-app ahora por favor", RESTART, None),
        ("baja web-app a dos réplicas", SCALE, 2),
        ("accendi web-app per favore", START, None),
        ("porta web-app a 5 repliche", SCALE, 5),
        ("desligue web-app agora", STOP, None),
        ("aumente web-app para 7 réplicas", SCALE, 7),
        ("kun je web-app herstarten aub", RESTART, None),
        ("zet web-app op 3", SCALE, 3),
        ("uruchom web-app ponownie", RESTART, None),
        ("zeskaluj web-app do 4 replik", SCALE, 4),
        ("web-app'i yeniden başlat", RESTART, None),
        ("web-app'i 6 replikaya çıkar", SCALE, 6),
    ],
)
def test_a_plain_request_is_understood(text: str, intent: Intent, replicas: int | None) -> None:
    [asked] = _planned(text)
    assert (asked.intent, asked.parameters.replicas) == (intent, replicas)
    assert [found.entity.name for found in asked.targets] == ["web-app"]


@pytest.mark.parametrize(
    "text",
    [
        "starte web-app nicht neu",
        "starte web-app morgen neu",
        "stoppe den Alarm von web-app",
        "stoppe web-app um 5",
        "sie starten web-app neu",
        "soll ich web-app neu starten?",
        "web-app neu starten?",
        "wenn es fehlschlägt, starte web-app neu",
        "setz web-app auf 5 Prozent",
        "setz web-app auf -2 Replikas",
        "setz web-app auf 4 oder 5 Replikas",
        "schalte die Alarme von web-app aus",
        "web-app redémarre",
        "ne redémarre pas web-app",
        "redémarrer web-app ?",
        "mets web-app à jour",
        "arrête les alertes de web-app",
        "passe web-app à 5 requêtes",
        "no reinicies web-app",
        "web-app sube a 6 réplicas",
        "reinicia web-app mañana",
        "sube web-app a 6 gigas",
        "spegni i log di web-app",
        "porta web-app a 5 nodi",
        "ik herstart web-app",
        "nie zatrzymuj web-app",
        "web-app'i yeniden başlatma",
        "„starte web-app neu“ steht im Ticket",
    ],
)
def test_one_word_more_is_no_plan(text: str) -> None:
    assert not _planned(text)


def test_a_name_in_two_namespaces_is_asked_about() -> None:
    asked = understand("starte frontend neu", SHOP)
    assert (asked.intent, asked.would_change) == (RESTART, False)
    assert len(asked.ambiguous[0].candidates) == 2
