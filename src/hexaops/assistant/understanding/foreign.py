"""Plain requests in other languages: "starte web-app neu", "passe api-service à 5 réplicas", "spegni grafana".

The whole message must be one verb of change, exact names, small words of the same language and, where replicas are
counted, one number. One word more (a negation, another object, a time) and the message is declined as any other in that
language. The verbs and small words are a closed list; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from hexaops.assistant.understanding import names
from hexaops.assistant.understanding.english import is_english
from hexaops.assistant.understanding.intents import Intent, Mode
from hexaops.assistant.understanding.inventory import Candidate, KnownEntity, NameIndex
from hexaops.assistant.understanding.model import Ambiguity, Parameters, Resolved, Understanding
from hexaops.assistant.understanding.normalise import Token
from hexaops.assistant.understanding.numbers import Number, find_number, why_not_a_count
from hexaops.assistant.understanding.roles import RoledNumber

Role = Literal[
    "restart",
    "start",
    "stop",
    "set",
    "raise",
    "lower",
    "turn",
    "again",
    "down",
    "up",
    "to",
    "noun",
    "can",
    "you",
    "small",
]
_INTENTS = {
    "restart": Intent.RESTART_APPLICATION,
    "start": Intent.START_APPLICATION,
    "stop": Intent.STOP_APPLICATION,
}
_SETTING = ("set", "raise", "lower", "turn")
_PARTICLES = ("again", "down", "up")
_GERMAN: dict[Role, str] = {
    "restart": "restart restarte neustarten restarten rebooten reboote durchstarten",
    "start": "starte starten hochfahren einschalten anschalten",
    "stop": "stoppe stoppen stopp stop beende beenden herunterfahren runterfahren abschalten ausschalten",
    "set": "setze setz setzen stelle stell stellen skaliere skalieren bringe bring bringen scale",
    "raise": "erhöhe erhöhen vergrößere vergrößern",
    "lower": "reduziere reduzieren verringere verringern verkleinere verkleinern",
    "turn": "fahr fahre schalte schalt mach mache",
    "again": "neu",
    "down": "herunter runter aus ab",
    "up": "hoch an ein",
    "to": "auf",
    "noun": "replika replikas replicas repliken pods instanzen",
    "can": "kannst könntest können könnten",
    "you": "du sie",
    "small": "bitte mal doch jetzt sofort kurz den die das einmal schnell danke hallo und",
}
_FRENCH: dict[Role, str] = {
    "restart": "redémarre redémarrer redémarrez relance relancer relancez restart",
    "start": "démarre démarrer démarrez lance lancer allume allumer start",
    "stop": "arrête arrêter arrêtez stoppe stopper éteins éteindre stop",
    "set": "passe passer passez mets mettre mettez scale",
    "raise": "monte monter augmente augmenter",
    "lower": "baisse baisser réduis réduire descends",
    "to": "à a",
    "noun": "réplicas répliques replicas pods instances",
    "can": "peux-tu pouvez-vous peux pouvez pourrais-tu pourriez-vous",
    "you": "tu vous",
    "small": "svp stp s'il te plaît plait merci de le la les et maintenant tout suite bonjour salut",
}
_SPANISH: dict[Role, str] = {
    "restart": "reinicia reiniciar reinicie restart",
    "start": "inicia iniciar inicie arranca arrancar arranque enciende encender encienda start",
    "stop": "detén deten detener detenga apaga apagar apague stop",
    "set": "pon poner ponga escala escalar escale cambia",
    "raise": "sube subir suba aumenta aumentar aumente",
    "lower": "baja bajar baje reduce reducir reduzca",
    "to": "a",
    "noun": "réplicas replicas pods instancias",
    "can": "puedes podrías puede podría",
    "small": "por favor el la los las y ahora ya gracias hola mismo",
}
_ITALIAN: dict[Role, str] = {
    "restart": "riavvia riavviare riavvii restart",
    "start": "avvia avviare accendi accendere start",
    "stop": "ferma fermare spegni spegnere arresta arrestare stop",
    "set": "porta portare scala scalare imposta metti",
    "raise": "aumenta aumentare",
    "lower": "riduci ridurre abbassa",
    "to": "a",
    "noun": "repliche replica pod istanze",
    "can": "puoi potresti può potrebbe",
    "small": "per favore il la lo e ora adesso subito grazie ciao piacere",
}
_PORTUGUESE: dict[Role, str] = {
    "restart": "reinicie reiniciar reinicia restart",
    "start": "inicie iniciar inicia ligue ligar liga start",
    "stop": "pare parar desligue desligar desliga stop",
    "set": "escale escalar coloque coloca defina",
    "raise": "aumente aumentar aumenta suba",
    "lower": "reduza reduzir diminua diminuir",
    "to": "para a",
    "noun": "réplicas replicas pods instâncias",
    "can": "pode poderia podes",
    "small": "por favor o os as e agora já obrigado obrigada olá",
}
_DUTCH: dict[Role, str] = {
    "restart": "herstart herstarten restart",
    "start": "start starten opstarten",
    "stop": "stop stoppen uitzetten",
    "set": "schaal schalen",
    "raise": "verhoog verhogen",
    "lower": "verlaag verlagen",
    "turn": "zet breng",
    "again": "opnieuw",
    "down": "uit",
    "up": "aan",
    "to": "naar op",
    "noun": "replica's replicas pods instanties",
    "can": "kun kunt kan zou",
    "you": "je u",
    "small": "alsjeblieft alstublieft aub graag even nu meteen de het en willen dank hallo",
}
_POLISH: dict[Role, str] = {
    "restart": "zrestartuj zrestartować",
    "start": "uruchom uruchomić włącz włączyć wystartuj",
    "stop": "zatrzymaj zatrzymać wyłącz wyłączyć",
    "set": "zeskaluj zeskalować przeskaluj skaluj ustaw",
    "raise": "zwiększ zwiększyć",
    "lower": "zmniejsz zmniejszyć",
    "again": "ponownie",
    "to": "do na",
    "noun": "replik repliki replika podów instancji",
    "can": "możesz",
    "small": "proszę teraz natychmiast i dzięki cześć",
}
_TURKISH: dict[Role, str] = {
    "start": "başlat",
    "stop": "durdur kapat",
    "set": "ayarla ölçekle",
    "raise": "çıkar çıkart yükselt artır",
    "lower": "düşür indir azalt",
    "again": "yeniden tekrar",
    "noun": "replikaya replika replikası pod poda",
    "small": "lütfen şimdi hemen ve",
}
_NUMBERS = {
    "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10,
    "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "neuf": 9, "dix": 10,
    "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10,
    "due": 2, "tre": 3, "quattro": 4, "cinque": 5, "sei": 6, "sette": 7, "otto": 8, "nove": 9, "dieci": 10,
    "dois": 2, "três": 3, "quatro": 4, "sete": 7, "oito": 8, "dez": 10,
    "twee": 2, "drie": 3, "vijf": 5, "zes": 6, "zeven": 7, "negen": 9, "tien": 10,
    "dwóch": 2, "trzech": 3, "czterech": 4, "pięciu": 5, "sześciu": 6,
}  # fmt: skip


class Language(Struct, frozen=True):
    """Word → role. `verb_ends`: how a verb ends that may stand after the name; elsewhere "cart redémarre" tells."""

    words: dict[str, Role]
    verb_ends: tuple[str, ...] = ()


def _language(words: dict[Role, str], *verb_ends: str) -> Language:
    return Language({word: role for role, listed in words.items() for word in listed.split()}, verb_ends)


LANGUAGES = (
    _language(_GERMAN, "en"),
    _language(_FRENCH),
    _language(_SPANISH),
    _language(_ITALIAN),
    _language(_PORTUGUESE),
    _language(_DUTCH, "en"),
    _language(_POLISH),
    _language(_TURKISH, ""),
)
_LONGEST = 14
"""Words of a plain request at most."""


class _Word(Struct, frozen=True):
    text: str
    role: Role | None = None
    entities: tuple[KnownEntity, ...] = ()
    number: Number | None = None


def read_foreign(tokens: Sequence[Token], index: NameIndex) -> Understanding | None:
    """The request that the message is in one of the languages, or None."""
    words = [token for token in tokens if token.is_word]
    if not 2 <= len(words) <= _LONGEST or any(token.quoted for token in tokens):
        return None
    if any(not token.is_word and token.text not in ",.!?" for token in tokens):
        return None
    found: list[Understanding] = []
    for language in LANGUAGES:
        known = _known(words, language, index)
        if known is None or not any(_is_own(word) for word in known) or not _is_asked(known, tokens, language):
            continue
        asked = _request(known)
        if asked is not None and asked not in found:
            found.append(asked)
    return found[0] if len(found) == 1 else None


def _known(tokens: Sequence[Token], language: Language, index: NameIndex) -> list[_Word] | None:
    """The words, or None where the language lacks one: most messages end at their first."""
    known: list[_Word] = []
    for token in tokens:
        word = _word(token, language.words, index)
        if word is None:
            return None
        known.append(word)
    return known


def _is_asked(words: list[_Word], tokens: Sequence[Token], language: Language) -> bool:
    """A question only with "can you"; "you" only after "can"; the verb before the name where both orders differ."""
    roles = [word.role for word in words]
    if any(token.text == "?" for token in tokens) and "can" not in roles:
        return False
    after_can = {place + 1 for place, word in enumerate(words) if word.role == "can" or word.text == "s'il"}
    if any(role == "you" and place not in after_can for place, role in enumerate(roles)):
        return False
    named = next((place for place, word in enumerate(words) if word.entities), len(words))
    late = [word.text for word in words[named:] if word.role in (*_INTENTS, *_SETTING)]
    return all(word.endswith(language.verb_ends) for word in late if language.verb_ends) and bool(
        language.verb_ends or not late
    )


def _is_own(word: _Word) -> bool:
    """A word that is no English one."""
    return word.role is not None and not is_english(word.text)


def _word(token: Token, language: dict[str, Role], index: NameIndex) -> _Word | None:
    text = token.lower
    if role := language.get(text):
        return _Word(text, role)
    if text in _NUMBERS:
        return _Word(text, number=Number(float(_NUMBERS[text]), token.text))
    if (number := find_number(text)) is not None:
        return _Word(text, number=number) if number.kind == "count" else None
    stem, mark, ending = text.rpartition("'")  # with a Turkish ending
    named = names.exact(index, stem if mark and len(ending) <= 3 else text)
    entities = tuple(candidate.entity for candidate in named if candidate.entity.kind == "application")
    return _Word(token.text, entities=entities) if entities else None


def _request(words: list[_Word]) -> Understanding | None:
    roles = [word.role for word in words]
    verbs = [role for role in roles if role in (*_INTENTS, *_SETTING)]
    particles = [role for role in roles if role in _PARTICLES]
    numbers = [place for place, word in enumerate(words) if word.number]
    if len(verbs) > 1 or len(particles) > 1 or len(numbers) > 1 or not any(word.entities for word in words):
        return None
    verb = verbs[0] if verbs else None
    if numbers:
        counted = "noun" in roles and (verb is None or verb in _SETTING)
        led = numbers[0] > 0 and words[numbers[0] - 1].role == "to"
        fits = not particles and (counted or (led and verb in _SETTING)) and (verb is not None or led)
        return _scaled(words, words[numbers[0]], verb) if fits else None
    intent = _intent(verb, particles[0] if particles else None)
    if intent is None or {"to", "noun"} & set(roles):
        return None
    return _of_names(words, Understanding(intent, 0.9, Mode.REQUEST))


def _intent(verb: Role | None, particle: Role | None) -> Intent | None:
    if verb in _INTENTS and particle is None:
        return _INTENTS[verb]
    if verb == "start" and particle == "again":
        return Intent.RESTART_APPLICATION
    if verb == "turn" and particle in ("down", "up"):
        return Intent.STOP_APPLICATION if particle == "down" else Intent.START_APPLICATION
    return None


def _scaled(words: list[_Word], counted: _Word, verb: Role | None) -> Understanding | None:
    assert counted.number is not None
    value = counted.number.value
    if why_not_a_count(value, smallest=1) is not None:
        return None
    direction: Literal["up", "down"] | None = "up" if verb == "raise" else "down" if verb == "lower" else None
    asked = Understanding(
        Intent.SCALE_APPLICATION,
        0.9,
        Mode.REQUEST,
        parameters=Parameters(replicas=int(value), direction=direction),
        numbers=(RoledNumber(counted.text, value, "absolute"),),
    )
    return _of_names(words, asked)


def _of_names(words: list[_Word], asked: Understanding) -> Understanding:
    named = [word for word in words if word.entities]
    targets = tuple(Resolved(word.entities[0], word.text, 1.0) for word in named if len(word.entities) == 1)
    several = tuple(
        Ambiguity(word.text, tuple(Candidate(entity, 1.0) for entity in word.entities))
        for word in named
        if len(word.entities) > 1
    )
    return replace(asked, targets=targets, ambiguous=several)
