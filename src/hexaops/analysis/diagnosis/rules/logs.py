"""What a crashing or failing container says of itself: known kinds of last words, from the end of its log."""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from hexaops.analysis.diagnosis.model import Finding, Fix, Ref
from hexaops.analysis.diagnosis.objects import mapping, text
from hexaops.analysis.diagnosis.pods import Sick
from hexaops.analysis.diagnosis.rules.configuration import told_by_file
from hexaops.analysis.diagnosis.rules.dependencies import awaits, behind, name_missing, names_host, refused, target_of
from hexaops.analysis.diagnosis.rules.making import QUOTE, ended_with, from_pod, log_evidence, quote
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
    r"(?i)did not exit normally|check the logs? (?:at|file)|see (?:the )?logs?\b|^exiting\b|exit status \d+$"
)
"""A last word that only points elsewhere."""


_INFORMS = re.compile(r"^[^\n]{0,80}?(?:\b(?:info|debug)\b: |\blevel=(?:info|debug)\b|\"level\":\s?\"(?:info|debug)\")")
"""A line that calls itself information: it counts only where no other line says anything."""


class Words(Struct, frozen=True):
    """A kind of last words: how it reads, and what it means."""

    rule: str
    pattern: re.Pattern[str]
    cause: str
    """`{line}` is the line, `{image}` the container's image."""
    make: Callable[[Sick, str, Words], Finding | None] | None = None


def plain_line(line: str) -> str:
    """The line without colours, and with the quotes of a message within a message."""
    return _COLOUR.sub("", line).replace('\\"', '"')


def tail(sick: Sick) -> list[str]:
    """The last lines that say something, newest first, each once."""
    most = TAIL_LINES if sick.crashing else LIVE_LINES
    lines = [_WRITTEN.sub("", plain_line(line), 1).strip()[:1000] for line in reversed(sick.log.splitlines()[-most:])]
    recovered = next((at for at, line in enumerate(lines) if _RECOVERED.search(line)), len(lines))
    said = lines[:recovered] or lines
    return list(dict.fromkeys(line for line in said if line and not line.startswith(_STACK)))


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


def _dns(sick: Sick, line: str, words: Words) -> Finding | None:
    return name_missing(sick, line, words.rule)


def _refused(sick: Sick, line: str, _words: Words) -> Finding | None:
    return refused(sick, line)


def _exhausted(sick: Sick, line: str, words: Words) -> Finding | None:
    target = target_of(sick, line)
    what = f"its dependency {target}" if target else "the database that it uses"
    cause = f"{what} has no connection left: {quote(line)}"
    symptom_of = behind(sick, target.service) if target and target.service else ()
    return from_pod(sick, words.rule, _seen(sick), cause, evidence=(log_evidence(sick, line),), symptom_of=symptom_of)


def _disk(sick: Sick, line: str, words: Words) -> Finding | None:
    claims = [
        text(one, "persistentVolumeClaim", "claimName")
        for one in sick.pod.items("spec", "volumes")
        if mapping(one, "persistentVolumeClaim")
    ]
    where = f"its volume ({', '.join(claims)})" if claims else "the file system that it writes to"
    fix = None
    if claims:
        target = Ref("PersistentVolumeClaim", sick.pod.namespace, claims[0])
        fix = Fix.patched(target, "Enlarge the volume or free space on it", ())
    return from_pod(
        sick,
        words.rule,
        f"{sick.container} keeps failing",
        f"no space left on {where}: {quote(line)}",
        evidence=(log_evidence(sick, line),),
        fix=fix,
    )


def _words(
    rule: str, pattern: str, cause: str, make: Callable[[Sick, str, Words], Finding | None] | None = None
) -> Words:
    return Words(rule, re.compile(pattern, re.IGNORECASE), cause, make)


KNOWN = (
    _words("dns-loop", r"plugin/loop: Loop .{0,80} detected", "the cluster's DNS forwards queries to itself: {line}"),
    _words(
        "clock-skew",
        r"not yet valid(?!.{0,120}is after)|CertificateNotYetValid|RequestTimeTooSkewed|"
        r"time is too (?:skewed|large)|used before issued|issued in the future|[Cc]lock (?:skew|drift)",
        "a certificate or token is not yet valid: the clock of one side is wrong, or the certificate is to begin "
        "later: {line}",
    ),
    _words(
        "rbac-forbidden", r"is forbidden: User \"system:serviceaccount:", "its service account lacks a right: {line}"
    ),
    _words(
        "leader-lost",
        r"leader ?election lost|leaderelection lost|failed to renew lease|lost (?:the )?(?:leader|lease)\b|lease lost",
        "it lost the lease that makes it the leader, since it could not renew it in time at the API server: {line}",
    ),
    _words(
        "credentials-rejected",
        r"provide credentials|\*v1\w{0,10}\.\w{1,60}: Unauthorized|invalid bearer token|"
        r"(?:token|jwt)\b[^\n]{0,60}\bexpired",
        "its token is not accepted, or has expired: {line}",
    ),
    _words(
        "command-not-found",
        r"can't open file '|unable to access jarfile|no main manifest attribute|unknown (?:sub)?command\b|"
        r"could not find or load main class|Cannot find module '/",
        "its command names what is not in the image: {line}",
    ),
    _words(
        "heap",
        r"OutOfMemoryError|heap out of memory|Reached heap limit|MemoryError\b|Allocation failed - JavaScript heap|"
        r"Allowed memory size of \d+ bytes exhausted|runtime: out of memory|std::bad_alloc|OutOfMemoryException|"
        r"cannot allocate memory|failed to allocate memory",
        "the program runs out of heap memory: {line}",
    ),
    _words(
        "certificate-expired",
        r"certificate has expired|CERT_HAS_EXPIRED|certificate expired|certificate is expired|"
        r"CertificateExpiredException",
        "a certificate has expired: {line}",
    ),
    _words(
        "certificate-host",
        r"ERR_TLS_CERT_ALTNAME_INVALID|does not match certificate's altnames|certificate is (?:not )?valid for|"
        r"no alternative certificate subject name matches|No subject alternative (?:DNS )?names? matching",
        "the certificate that it is shown is for another host name: {line}",
    ),
    _words(
        "certificate-untrusted",
        r"x509: (?!certificate has expired)|certificate verify failed|"
        r"unable to verify the first certificate|self[- ]signed certificate",
        "a certificate is not trusted: {line}",
    ),
    _words(
        "data-locked",
        r"lock[^\n]{0,60}resource temporarily unavailable|\bunable to lock\b|"
        r"could not (?:acquire|obtain|get) (?:a |the )?(?:file |exclusive )?lock|database is locked|"
        r"lock file[^\n]{0,80}(?:exists|held)|already locked|is locked by another",
        "another process holds the lock of its data: a pod before it has not ended, or two share the volume: {line}",
    ),
    _words(
        "data-incompatible",
        r"incompatible with server|not compatible with this version|initialized by \w+ version|"
        r"cannot (?:be )?downgrade|downgrade (?:is )?not (?:supported|allowed)|created (?:by|with) a newer version|"
        r"unsupported (?:data|file|on-disk) (?:format|version)|featureCompatibilityVersion",
        "the data on its volume is of another version of the program: {line}",
    ),
    _words(
        "host-limit",
        r"vm\.max_map_count|too many open files|\bEMFILE\b|resource temporarily unavailable|"
        r"failed to create new OS thread|unable to create (?:new )?native thread|inotify (?:watch )?limit|"
        r"no space left on device.{0,40}inotify|ENOSPC: System limit for number of file watchers",
        "a limit of its node or container is reached (threads, open files or a kernel setting): {line}",
    ),
    _words(
        "connections-exhausted",
        r"too many (?:clients|connections)|remaining connection slots|max number of clients reached|"
        r"connection limit exceeded|sorry, too many",
        "",
        _exhausted,
    ),
    _words(
        "connections-exhausted",
        r"Connection is not available, request timed out|QueuePool limit|pool (?:is )?(?:exhausted|full|empty)|"
        r"(?:acquir|obtain|get)\w* (?:a )?connection from (?:the )?pool|waiting for (?:a )?(?:free |idle )?connection",
        "its own pool of connections is exhausted: requests hold them for too long, or it is too small: {line}",
    ),
    _words(
        "credentials-rejected",
        r"(?:\bcode:? ?|status(?:code)?[ =:]{1,2}|http )40[13]\b|\b403 Forbidden|not authorized to perform|"
        r"password authentication failed|authentication failed|access denied for user|"
        r"invalid (?:username or )?password|NOAUTH|WRONGPASS|AccessDenied|InvalidAccessKeyId|ExpiredToken|"
        r"SCRAM authentication|SASL authentication|\b401 Unauthorized|login failed|ACCESS_REFUSED|login was refused|"
        r"Permission denied \((?:publickey|password|keyboard)|could not read (?:Username|Password) for|"
        r"invalid_(?:client|grant)|bad credentials|invalid api key|SignatureDoesNotMatch|unauthorized_client|"
        r"security token included in the request",
        "the other side rejects its credentials: {line}",
    ),
    _words(
        "dependency-name",
        r"no such host|NXDOMAIN|Name or service not known|Temporary failure in name resolution|"
        r"\bENOTFOUND\b|\bEAI_AGAIN\b|getaddrinfo|UnknownHostException|server misbehaving|host not found in upstream|"
        r"could not translate host name|lookup [\w.-]+ on ",
        "",
        _dns,
    ),
    _words("disk-full", r"no space left on device|\bENOSPC\b|disk quota exceeded|disk full", "", _disk),
    _words("file-permission", r"read-only file system|\bEROFS\b", "it writes to a read-only file system: {line}"),
    _words(
        "port-forbidden",
        r"bind[^\n]{0,80}permission denied|listen (?:tcp|EACCES)[^\n]{0,60}permission denied|"
        r"permission denied[^\n]{0,40}bind(?:ing)?\b",
        "a user other than root may not listen on a port below 1024: {line}",
    ),
    _words(
        "file-permission",
        r"(?:open|mkdir|create|write|chown|unlink)[^\n]{0,120}(?:permission denied|operation not permitted)|"
        r"has wrong ownership|invalid permissions|is not writable|not writeable",
        "it may not use a file or folder: {line}",
    ),
    _words(
        "port-in-use",
        r"address already in use|EADDRINUSE|port \d+ (?:is |was )?already in use|"
        r"Only one usage of each socket address|port is already allocated",
        "the port that it listens on is taken within the pod: {line}",
    ),
    _words(
        "missing-setting",
        r"(?:environment variable|env(?:ironment)? var|setting|"
        r"config(?:uration)? key)s?[^\n]{0,60}(?:not set|missing|required|undefined|not found|empty)|"
        r"(?:missing|required|undefined|unset)[^\n]{0,30}(?:environment variable|env var)|"
        r"(?-i:KeyError: '[A-Z][A-Z0-9_]+'|key not found: \"[A-Z][A-Z0-9_]+\")|Could not resolve placeholder|"
        r"required key \S+ missing|(?-i:\b[A-Z][A-Z0-9_]{2,60}\b) (?:must be set|is not set|is required|not set\b)|"
        r"environment variable not found|setting must not be empty",
        "an environment variable or setting is missing: {line}",
    ),
    _words(
        "bad-configuration",
        r"no such field: '|field \S+ not found in type|unknown field|unexpected key|additional propert(?:y|ies) ",
        "its configuration cannot be read: {line}",
    ),
    _words(
        "bad-configuration",
        r"\bYAMLException|yaml\.(?:scanner|parser|composer|constructor)\.\w{1,40}|snakeyaml\.\S{1,80}Exception|"
        r"found character[^\n]{0,20} that cannot start any token|TOMLDecodeError|TomlDecodeError|"
        r"configparser\.\w{1,40}Error",
        "its configuration cannot be read: {line}",
    ),
    _words(
        "bad-configuration",
        r"(?:failed|unable|cannot|could not|error)[^\n]{0,30}(?:load|read|pars|decod|unmarshal|initializ|"
        r"valid)[^\n]{0,30}config|invalid config|config(?:uration)? (?:file )?(?:error|is invalid|"
        r"invalid)|(?:yaml|toml|json): (?:line|unmarshal|invalid|unknown)|unknown (?:directive|"
        r"configuration)|mapping values are not allowed|unknown flag|unrecognized (?:option|argument)|"
        r"\[emerg\]",
        "its configuration cannot be read: {line}",
    ),
    _words(
        "dependency-down",
        r"connection refused|ECONNREFUSED|i/o timeout|connect(?:ing|ion)?\b[^\n]{0,80}time[ds]? ?out|ETIMEDOUT|"
        r"no route to host|EHOSTUNREACH|connection reset|failed to connect|could(?: not|n't) connect|"
        r"cannot connect|unable to connect|context deadline exceeded|timeout awaiting|"
        r"(?:time[ds]? ?out|TimeoutError|unreachable|unavailable)[^\n]{0,80}\b[a-z][a-z0-9.-]{1,100}:\d{2,5}\b|"
        r"\b50[234] (?:Bad Gateway|Service Unavailable|Gateway Time)|no healthy upstream",
        "",
        _refused,
    ),
    _words(
        "file-permission",
        r"permission denied|\bEACCES\b|operation not permitted|\bEPERM\b",
        "it may not use a file: {line}",
    ),
)
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
_ERROR_LEVEL = re.compile(r"\bERROR\b|level=error|\b(?:FATAL|CRITICAL)\b|^[EF]\d{4} ")
MOST_IN_A_RUN = 5
_ERROR = re.compile(r"(?i)\berror\b|\bfailed\b|\bfailure\b|exception|cannot |could not |\bdenied\b|\binvalid\b")


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
        found = from_pod(sick, words.rule, _seen(sick), cause, evidence=(log_evidence(sick, line),))
        return told_by_file(found, sick) if words.rule == "bad-configuration" else found
    return None


def _best(lines: list[str], line: str, words: Words) -> str:
    """Of the last lines of one kind the one that names what it is about."""
    if words.make is not _dns or names_host(line):
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
    return from_pod(sick, "application-error", _seen(sick), cause, evidence=(log_evidence(sick, line),))


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


def _seen(sick: Sick) -> str:
    return f"{sick.container} keeps crashing" if sick.crashing else f"{sick.container} is not ready"


RULES = (last_words, awaits)
LATE = (uncaught,)
