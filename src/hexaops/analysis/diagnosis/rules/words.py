"""Known kinds of last words of programs: how each reads, what it means, and whose fault it is."""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from hexaops.analysis.diagnosis.model import Action, Evidence, FieldChange, Finding, Fix, Ref
from hexaops.analysis.diagnosis.objects import containers, mapping, text
from hexaops.analysis.diagnosis.pods import Sick
from hexaops.analysis.diagnosis.rules.dependencies import name_missing, refused, target_of
from hexaops.analysis.diagnosis.rules.making import from_pod, log_evidence, quote, seen
from hexaops.analysis.diagnosis.rules.naming import behind
from hexaops.analysis.diagnosis.rules.settings import services_of_settings

_TAIL_LINES = 60


class Words(Struct, frozen=True):
    """A kind of last words: how it reads, and what it means."""

    rule: str
    pattern: re.Pattern[str]
    cause: str
    """`{line}` is the line, `{image}` the container's image."""
    make: Callable[[Sick, str, Words], Finding | None] | None = None


def ask_dns(sick: Sick, line: str, words: Words) -> Finding | None:
    return name_missing(sick, line, words.rule)


def _refused(sick: Sick, line: str, _words: Words) -> Finding | None:
    return refused(sick, line)


def _exhausted(sick: Sick, line: str, words: Words) -> Finding | None:
    target = target_of(sick, line)
    what = f"its dependency {target}" if target else "the database that it uses"
    cause = f"{what} has no connection left: {quote(line)}"
    symptom_of = behind(sick, target.service) if target and target.service else ()
    return from_pod(sick, words.rule, seen(sick), cause, evidence=(log_evidence(sick, line),), symptom_of=symptom_of)


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


_STORE_FULL = (
    r"MISCONF Redis is configured to save|could not extend file|flood-stage watermark|PG::DiskFull|\bDiskFull\b|"
    r"The table '[^']{1,100}' is full|KAFKA_STORAGE_ERROR|read-only-allow-delete"
)
_NO_SPACE = re.compile(r"(?i)no space left|disk quota exceeded|disk full|unable to persist|flood.stage")


def _store_full(sick: Sick, line: str, words: Words) -> Finding | None:
    """The database that it uses can write no more: what is to be mended is behind the Service that it means."""
    target = target_of(sick, line)
    services = [target.service] if target and target.service else services_of_settings(sick)
    if len(services) != 1:
        return None
    (service,) = services
    pods = sick.snapshot.selected(service.namespace, service.mapping("spec", "selector"))
    if not pods:
        return None
    above = sick.snapshot.workload(pods[0])
    claims = [
        text(one, "persistentVolumeClaim", "claimName")
        for one in pods[0].items("spec", "volumes")
        if mapping(one, "persistentVolumeClaim")
    ]
    said = [
        (pod, one)
        for pod in pods
        for part in containers(pod.mapping("spec"))
        for one in reversed(sick.snapshot.log(pod, text(part, "name")).splitlines()[-_TAIL_LINES:])
        if _NO_SPACE.search(one)
    ]
    where = f"its volume ({', '.join(claims)})" if claims else "its file system"
    own = f": {quote(said[0][1])}" if said else ""
    seen = from_pod(
        sick,
        words.rule,
        f"{above.ref} cannot write its data",
        f"no space is left on {where}, or it may not be written{own}; {sick.workload.ref} is told: {quote(line)}",
        evidence=(log_evidence(sick, line), *[Evidence("log", pod.ref, quote(one)) for pod, one in said[:1]]),
        key=f"{words.rule} {above.ref}",
    )
    fix = None
    if claims:
        claim = sick.snapshot.find("PersistentVolumeClaim", above.namespace, claims[0])
        size = claim.text("spec", "resources", "requests", "storage") if claim else None
        change = FieldChange("spec.resources.requests.storage", size, None)
        target_claim = Ref("PersistentVolumeClaim", above.namespace, claims[0])
        fix = Fix.patched(target_claim, "Enlarge the volume, or free space on it", (change,))
    return replace(seen, subject=above.ref, fix=fix, affected=(above.ref, *seen.affected))


_KINDS = {
    "services": "Service",
    "configmaps": "ConfigMap",
    "secrets": "Secret",
    "serviceaccounts": "ServiceAccount",
    "persistentvolumeclaims": "PersistentVolumeClaim",
    "ingressclasses": "IngressClass",
    "storageclasses": "StorageClass",
    "customresourcedefinitions": "CustomResourceDefinition",
}
_NO_OBJECT = r"\b(" + "|".join(_KINDS) + r")(?:\.[a-z0-9.]{1,100})? \"([a-z0-9][a-z0-9.-]{0,252})\" not found"
_CLUSTER_WIDE = frozenset({"IngressClass", "StorageClass", "CustomResourceDefinition"})


def _object_missing(sick: Sick, line: str, words: Words) -> Finding | None:
    """The API server has told it that an object does not exist."""
    found = words.pattern.search(line)
    if found is None:
        return None
    kind, name = _KINDS[found[1].lower()], found[2]
    named = re.search(rf"\b([a-z0-9-]{{1,63}})/{re.escape(name)}\b", line)
    namespace = "" if kind in _CLUSTER_WIDE else named[1] if named else sick.pod.namespace
    missing = Ref(kind, namespace, name)
    if sick.snapshot.at(missing) is not None:
        return None
    where = f" in namespace {namespace}" if namespace else ""
    return from_pod(
        sick,
        words.rule,
        seen(sick),
        f"it needs {kind} {name}, which does not exist{where}: {quote(line)}",
        evidence=(log_evidence(sick, line),),
        root=missing,
        key=f"missing {missing}",
        symptom_of=(missing,),
        fix=Fix(Action.CREATE, missing, f"Create {kind} {name}, or name one that exists"),
    )


def _words(
    rule: str, pattern: str, cause: str, make: Callable[[Sick, str, Words], Finding | None] | None = None
) -> Words:
    return Words(rule, re.compile(pattern, re.IGNORECASE), cause, make)


KNOWN = (
    _words("dns-loop", r"plugin/loop: Loop .{0,80} detected", "the cluster's DNS forwards queries to itself: {line}"),
    _words(
        "runtime-version",
        r"must install or update \.NET|^Framework: '[^']{1,80}', version|UnsupportedClassVersionError|"
        r"version `GLIBC\w{0,3}_[\d.]{1,10}' not found|engine \"node\" is incompatible|Your (?:Ruby|PHP) version is|"
        r"requires? (?:Node(?:\.js)?|Python|Java|PHP|Ruby)(?: version)? ?[<>=^~]{0,2} ?\d",
        "its image has another version of the runtime or library than the program needs: {line}",
    ),
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
    _words("object-missing", _NO_OBJECT, "", _object_missing),
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
        r"unsupported (?:data|file|on-disk) (?:format|version)|featureCompatibilityVersion|"
        r"required feature flag not enabled|before upgrading|upgrad\w+ (?:directly )?from[^\n]{0,60}not supported",
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
        r"(?:acquir|obtain|get)\w* (?:a )?connection from (?:the )?pool|"
        r"waiting for (?:an? )?(?:free |idle )connection|waiting for (?:a )?connection (?:from|to become)",
        "its own pool of connections is exhausted: requests hold them for too long, or it is too small: {line}",
    ),
    _words(
        "credentials-rejected",
        r"(?:\bcode:? ?|status(?:code)?[ =:]{1,2}|http )40[13]\b|\b403 Forbidden|not authorized to perform|"
        r"password authentication failed|authentication failed|access denied for user|"
        r"invalid (?:username or )?password|NOAUTH|WRONGPASS|(?<!file\.)AccessDenied|InvalidAccessKeyId|ExpiredToken|"
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
        ask_dns,
    ),
    _words("store-full", _STORE_FULL, "", _store_full),
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
        r"has wrong ownership|invalid permissions|(?:is|are) not writable|not writeable|file\.AccessDeniedException",
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
        r"configuration)|mapping values are not allowed|unknown (?:shorthand )?flag|unrecognized (?:option|argument)|"
        r"flag provided but not defined|invalid option -- |unexpected (?:argument|option)|\[emerg\]",
        "its configuration cannot be read: {line}",
    ),
    _words(
        "dependency-down",
        r"connection refused|ECONNREFUSED|i/o timeout|connect(?:ing|ion)?\b[^\n]{0,80}time[ds]? ?out|ETIMEDOUT|"
        r"timed out waiting for connection|"
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
