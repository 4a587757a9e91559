"""What a crashing or failing container says of itself: known kinds of last words, from the end of its log."""

from __future__ import annotations

import re

from msgspec.structs import replace

from hexaops.analysis.diagnosis.model import Finding
from hexaops.analysis.diagnosis.objects import text
from hexaops.analysis.diagnosis.pods import Sick
from hexaops.analysis.diagnosis.rules.configuration import told_by_file
from hexaops.analysis.diagnosis.rules.dependencies import awaits, names_host
from hexaops.analysis.diagnosis.rules.making import QUOTE, ended_with, from_pod, log_evidence, quote, seen
from hexaops.analysis.diagnosis.rules.words import KNOWN, Words, ask_dns
from hexaops.kit.text import plain

TAIL_LINES = 60
"""Last words stand at the end."""
LIVE_LINES = 15
"""A container that runs on: only what it says now counts."""
_RECOVERED = re.compile(
    r"(?i)(?<!not )\bconnected to\b|connection (?:re-?)?established|ready to accept|\brecovered\b|succeeded after"
)
"""What was wrong before such a line is over."""
_COLOUR = re.compile(r"\x1b\[[\d;]{0,12}m")
_STACK = ("at ", "File ", "goroutine ")
_GOES_ON = re.compile(
    r"(?i)^(?:\w{1,20}: )?(?:detail|hint|reason|cause|caused by|script|sql state|message)\b|\b(?:DETAIL|HINT):  ?\S"
)
"""A line that explains the one before."""
_RECORD = re.compile(
    r"^\W{0,3}(?:\d{2,4}[-/:.]\d\d|[IWEF]\d{4} |ts=|time=|level=|\{|\[|TRACE|DEBUG|INFO|WARN|ERROR|FATAL)"
)
"""How a new record of a log begins: any other line goes on with the record before."""
_WRITTEN = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d) (?:(?:stdout|stderr) [FP] )?")
"""What the runtime writes before a line."""
_SAYS_NOTHING = re.compile(
    r"(?i)did not exit normally|^[=\-*#\s]{0,20}$|^\W{0,10}boot failed\W{0,10}$|^\s*[-\w.]+ at \[|"
    r"check the logs? (?:at|file)|see (?:the )?logs?\b|^exiting\b|exit status \d+$"
)
"""A last word that only points elsewhere."""


_PROPERTY = re.compile(
    r"^(?:errno|code|syscall|address|port|path|hostname|dest|signal)\s?: .{0,200},?$|^[{}\])]{1,3};?$"
)
"""A field of an error object that is printed under its message (Node.js)."""
_INFORMS = re.compile(r"^[^\n]{0,80}?(?:\b(?:info|debug)\b: |\blevel=(?:info|debug)\b|\"level\":\s?\"(?:info|debug)\")")
"""A line that calls itself information: it counts only where no other line says anything."""


def plain_line(line: str) -> str:
    """The line without colours, and with the quotes of a message within a message."""
    return _COLOUR.sub("", line).replace('\\"', '"')


def tail(sick: Sick) -> list[str]:
    """The last lines that say something, newest first, each once."""
    most = TAIL_LINES if sick.crashing else LIVE_LINES
    lines = [_WRITTEN.sub("", plain_line(line), 1).strip()[:1000] for line in reversed(sick.log.splitlines()[-most:])]
    recovered = next((at for at, line in enumerate(lines) if _RECOVERED.search(line)), len(lines))
    said = lines[:recovered] or lines
    words = list(dict.fromkeys(line for line in said if line and not line.startswith(_STACK)))
    return [line for line in words if not _PROPERTY.search(line)] or words


def explained(lines: list[str], line: str, at: int = 0) -> str:
    """The line fit to be quoted: the part about its position `at` if it is long, and the lines that explain it."""
    begin = max(0, at - QUOTE // 3) if len(line) > QUOTE else 0
    shown = f"…{line[begin:]}" if begin else line
    newest_first = lines.index(line) if line in lines else 0
    following = lines[max(0, newest_first - 3) : newest_first][::-1]
    after = [one for one in following if _GOES_ON.search(one)] or _rest_of_record(following)
    return plain(" ".join([quote(shown), *after]), 2 * QUOTE) if after else quote(shown)


def _rest_of_record(following: list[str]) -> list[str]:
    """The next line, where it belongs to the same record."""
    goes_on = following[:1] and not _RECORD.search(following[0]) and not _SAYS_NOTHING.search(following[0])
    return following[:1] if goes_on else []


_UNCAUGHT = re.compile(
    r"^\S{1,200}: .{0,200}version `\S{1,60}' not found|"
    r"^(?:panic: |fatal error: |thread '.{0,80}' panicked|Unhandled|Uncaught|Exception in thread|[Ff]atal\b|\[?fatal)|"
    r"^(?:[A-Za-z_][\w.]{0,120}(?:Error|Exception)\b)|level=fatal|"
    r"\"(?:level|severity)\":\s?\"(?:fatal|critical)|\bFATAL\b|\bCRITICAL\b|\b(?:panic|PANIC):",
)
"""What ends a program; the last such line is the one that did."""
_ERROR_LINE = re.compile(
    r"^\W{0,3}(?:ERROR|Error|error|ERR|E\d{4})\b|level=error|\bERROR\b|\"(?:level|severity)\":\s?\"error"
)
_ERROR_LEVEL = re.compile(r"\bERROR\b|level=error|\b(?:FATAL|CRITICAL)\b|^[EF]\d{4} |\[(?:ALERT|alert|crit|critical)\]")
MOST_IN_A_RUN = 5
_ERROR = re.compile(r"(?i)\berror\b|\bfailed\b|\bfailure\b|exception|cannot |could not |\bdenied\b|\binvalid\b")


_ANNOUNCES = re.compile(r"(?i)(?:errors?|error\(s\)|following|reasons?|problems?|because):$")


def last_words(sick: Sick) -> Finding | None:
    """A known kind of last words; only from containers that ended, or are not ready."""
    if sick.broken is None or not sick.log:
        return None
    lines = tail(sick)
    firm = [one for one in lines if not _INFORMS.search(one)]
    for words, said in ((words, said) for said in (firm, lines) for words in KNOWN):
        line = next((one for one in said if words.pattern.search(one)), None)
        if line is None:
            continue
        line = _head_of_record(lines, _best(lines, line, words), words)
        if words.make is not None:
            found = words.make(sick, line, words)
            if found is not None:
                return found
            continue
        at = words.pattern.search(line)
        shown = explained(lines, line, at.start() if at else 0)
        cause = words.cause.format(line=shown, image=text(sick.broken.spec, "image"))
        found = from_pod(sick, words.rule, seen(sick), cause, evidence=(log_evidence(sick, line),))
        return told_by_file(found, sick) if words.rule == "bad-configuration" else found
    return None


def _best(lines: list[str], line: str, words: Words) -> str:
    """Of the last lines of one kind the one that names what it is about, or announces it."""
    announced = next((one for one in lines if words.pattern.search(one) and _ANNOUNCES.search(one)), None)
    if announced is not None:
        return announced
    if words.make is not ask_dns or names_host(line):
        return line
    at = lines.index(line)
    return next((one for one in lines[at : at + 8] if words.pattern.search(one) and names_host(one)), line)


def uncaught(sick: Sick) -> Finding | None:
    """An error that ended the program and that no kind is known for."""
    if sick.broken is None or not sick.crashing or sick.broken.exit_code in {0, 137, 143} or not sick.log:
        return None
    lines = [one for one in tail(sick) if not _SAYS_NOTHING.search(one)]
    found = (next((one for one in lines if pattern.search(one)), None) for pattern in (_UNCAUGHT, _ERROR_LINE, _ERROR))
    line = next((one for one in found if one), None)
    if line is None:
        return None
    deeper = _described(lines) or next((one for one in lines if one.startswith("Caused by: ")), None)
    first = _first_of_run(lines, line)
    shown = f"{quote(line)} ({deeper or first})" if deeper or first else explained(lines, line)
    cause = (
        f"the program ends with an error of its own ({ended_with(sick.broken.exit_code)}): {plain(shown, 2 * QUOTE)}"
    )
    return from_pod(sick, "application-error", seen(sick), cause, evidence=(log_evidence(sick, line),))


def _described(lines: list[str]) -> str | None:
    """What stands under a heading `Description:`, as start-up reports have it."""
    at = lines.index("Description:") if "Description:" in lines else 0
    return lines[at - 1] if at else None


def with_log(finding: Finding, sick: Sick) -> Finding:
    """A probe or an exit code says that something is wrong, its log often what: the last error is told with it."""
    if finding.rule not in _TOLD_BY_STATUS or not sick.log or any(one.source == "log" for one in finding.evidence):
        return finding
    lines = [one for one in tail(sick) if not _SAYS_NOTHING.search(one)]
    found = (next((one for one in lines if pattern.search(one)), None) for pattern in (_UNCAUGHT, _ERROR_LINE, _ERROR))
    line = next((one for one in found if one), None)
    if line is None:
        return finding
    told = replace(finding, cause=f"{finding.cause}; its log says: {quote(line)}")
    return told.with_evidence(log_evidence(sick, line))


_TOLD_BY_STATUS = frozenset({"liveness-probe", "readiness-probe", "startup-probe", "pod-not-ready", "crash"})


def _head_of_record(lines: list[str], line: str, words: Words) -> str:
    """The line before, where the newest only goes on with it and both are of this kind."""
    at = lines.index(line) + 1
    goes_on = _GOES_ON.search(line) or not _RECORD.search(line)
    return lines[at] if goes_on and at < len(lines) and words.pattern.search(lines[at]) else line


def _first_of_run(lines: list[str], line: str) -> str:
    """The first of the errors that directly precede the last one: what follows is often of its making."""
    at = lines.index(line)
    run = 0
    while run < MOST_IN_A_RUN and at + run + 1 < len(lines) and _ERROR_LEVEL.search(lines[at + run + 1]):
        run += 1
    return lines[at + run] if run and _ERROR_LEVEL.search(line) else ""


RULES = (last_words, awaits)
LATE = (uncaught,)
