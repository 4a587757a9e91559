"""What is said to the assistant beside a request and asks for nothing: its own name in front, "let me know" behind,
"for the moment"; and words that are written as they are spoken: "gimme 4 of A", "stop it this second"."""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"\s*@?hexaops\b\s*[,:!-]?\s+", re.IGNORECASE)
_GREETING = re.compile(
    r"\s*(?:good )?(?:morning|afternoon|evening)(?: (?:all|team|everyone|everybody|folks|guys|there))?\s*[.,!…]+\s+",
    re.IGNORECASE,
)
_TOPIC = re.compile(
    r"\s*(?:ok(?:ay)?[,.]? )?(?:and )?(?:now )?(?:(?:for|on) )?(?:an? )?"
    r"(?:(?:completely|totally|entirely|quite|very|wholly) )?"
    r"(?:(?:different|another|unrelated|other|new) (?:topic|question|subject|thing|matter)|something else(?: entirely)?"
    r"|change of (?:topic|subject)|unrelated)\s*[:,;.!–-]+\s*(?=\S)",
    re.IGNORECASE,
)
_WHEN = (
    r"(?: (?:when|once|if|how|as soon as)"
    r"(?: (?:it'?s|it is|they'?re|they are|that'?s|that is|you'?re|you are|it|you|that))?"
    r"(?: (?:done|finished|back|up|ok|through|complete|completed|went|goes|worked|works))?)?"
)
_REPORT = re.compile(
    r"[,;.]?\s*\b(?:and |then |and then )?(?:please |pls )?"
    r"(?:let (?:me|us) know|keep (?:me|us) (?:posted|updated|in the loop)"
    rf"|report back|ping (?:me|us)){_WHEN}\s*[.!]*\s*$",
    re.IGNORECASE,
)
_FOR_NOW = re.compile(
    r",?\s+(?:for (?:the moment|the time being|now)|at (?:the|this) moment)(?=\s*(?:[.,;!?]|$|please\b|pls\b))",
    re.IGNORECASE,
)
_SPOKEN = (
    (
        re.compile(
            r"(?:^|(?<=[,.;!?:–-]))\s*that(?:['’]?ll be| will be| would be|['’]s| is| was|['’]?d be) "
            r"(?:all|everything|it)(?: for (?:now|today|the moment)| (?:that )?i (?:needed|wanted|need)(?: to know)?)?"
            r"(?=[\s.,!]*(?:thanks|thank you|thx|cheers|bye)?[\s.!]*$)",
            re.IGNORECASE,
        ),
        " thank you",
    ),
    (
        re.compile(
            r"\b(?:(go) 4 (?=(?:it|that|this)\b)"
            r"|(same|ditto) 4 (?=[a-z])(?!(?:more|less|fewer|extra|of|pods?|replicas?|instances?|copies|times)\b))",
            re.IGNORECASE,
        ),
        r"\1\2 for ",
    ),
    (re.compile(r"\bgimme\b", re.IGNORECASE), "give me"),
    (re.compile(r"\b(it|that)['’]d\b(?! (?:been|had|gone|done)\b)", re.IGNORECASE), r"\1 would"),
    (
        re.compile(r"\b(?:black friday|cyber monday)(?= (?:is|comes|starts|begins|approaches)\b)", re.IGNORECASE),
        "the sale",
    ),
    (
        re.compile(r"\bi (?:wanted|meant|intended|tried|was (?:trying|going)) to (?:say|write|type)\b", re.IGNORECASE),
        "i meant",
    ),
    (re.compile(r"\bn(?:vm+d?|ever\s*mind)\b", re.IGNORECASE), "never mind"),
    (re.compile(r"\bon (?:reflection|second thoughts?|further thought)\b", re.IGNORECASE), "actually"),
    (
        re.compile(
            r"\bi(?: have|['’]ve)? (?:(?:got|read|typed|wrote|said) (?:it|that|this|them|those) wrong"
            r"|(?:confused|mixed(?: up)?|muddled(?: up)?) (?:it|them|that|those|these)(?: two)?(?: up)?)"
            r"(?=\s*(?:[,.;!:-]|$))"
            r"|\bmy (?:bad|mistake|fault)(?=\s*(?:[,.;!:-]|$))",
            re.IGNORECASE,
        ),
        "sorry",
    ),
    (
        re.compile(
            r"^\s*(?:excuse me|i beg your pardon|beg your pardon|pardon(?: me)?|(?:my )?apologies|apologise|oj(?: oj)?|"
            r"oh dear|gosh|argh+|d[ou]h)(?=\s*[,.;!:-])",
            re.IGNORECASE,
        ),
        "sorry",
    ),
    (re.compile(r"^\s*(?:lol|haha+|hehe|nej|eh+)[\s,.!]+(?=\S)", re.IGNORECASE), ""),
    (re.compile(r"^\s*y (?=(?:tho|though|so|is|not|that)\b)", re.IGNORECASE), "why "),
    (re.compile(r"\b(?:while|since) (?:we|you|i)(?:['’]re| are|['’]m| am) at it\b,?\s*", re.IGNORECASE), ""),
    (
        re.compile(
            r"^\s*(?P<led>sorry|no|oops|actually)[\s,.]+(?P<count>\w{1,12})"
            r"(?P<of> (?:replicas?|pods|instances|cores|cpus?))? (?:is|are|would be|will be) "
            r"(?:required|needed|wanted|necessary|plenty|sufficient)(?=[\s.!]*$)",
            re.IGNORECASE,
        ),
        r"\g<led>, \g<count>\g<of> is enough",
    ),
    (
        re.compile(
            r"(^|[,.;!?:]\s*|\b(?:you|please|pls|plz|to|and|then|let['’]?s|we|should|also|just)\s+)"
            r"back (?!(?:it|that|this|them|these|those)\b)((?:the |my |our )?[\w-]+) up\b",
            re.IGNORECASE,
        ),
        r"\1back up \2",
    ),
    (re.compile(r"\bresource ?quotas?\b", re.IGNORECASE), "quota"),
    (re.compile(r"\bthis (?:very )?(?:second|instant|moment|minute)\b", re.IGNORECASE), "now"),
)
_FEWEST_WORDS = 2
"""So many must be left: "let me know when it is done" alone is a wish of its own."""


def without_topic(text: str) -> tuple[str, bool]:
    """ "different topic: …": the text without it, and whether it was there."""
    rest = _TOPIC.sub("", text, count=1) if _TOPIC.match(text) else text
    return rest, rest != text


def without_courtesies(text: str) -> str:
    """The text without them; unchanged when nothing else would be left."""
    rest = _REPORT.sub("", _ADDRESS.sub("", text, count=1) if _ADDRESS.match(text) else text)
    rest = _FOR_NOW.sub("", _GREETING.sub("", rest, count=1) if _GREETING.match(rest) else rest)
    for spoken, written in _SPOKEN:
        rest = spoken.sub(written, rest)
    return rest if len(rest.split()) >= _FEWEST_WORDS else text
