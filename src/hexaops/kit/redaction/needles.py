"""Words one of which is in every text whose structure tells of a secret, so that most texts are passed over.

Some are mostly parts of other words ("passed", "cache key", an address of mail): what else such a text must have is
checked too, which takes a tenth of reading it. Both may let too many texts through, and must never keep one back.
"""

from __future__ import annotations

import re

from hexaops.kit.redaction import addresses, arguments, commands, files, headers, pairs, places, servers, tools
from hexaops.kit.redaction.looks import has
from hexaops.kit.redaction.names import has_telling

SURE = (
    "pwd", "secret", "token", "credential", "nstring", "n_string", "n-string", "bearer", "basic", "auth", "cookie", "sig=",
    "sig%", "signature", "sid=", "jwt", "psk", "pw=", "otp", "mnemonic", "phrase", "curl", "ntified", "csrf", "xsrf",
    "munity", "hmac", "pw:", "pw ", "pw\"", ":$", "pswd", "pword", "psw", "tkn", "dockerc", "kennwort", "contrase", "depasse", "de passe", "de_passe", "de-passe", "mdp", "senha",
    "has\u0142o", "haslo", "\u043f\u0430\u0440\u043e\u043b\u044c", "\u5bc6", "\u30d1\u30b9\u30ef\u30fc\u30c9", "\ube44\ubc00", "parola", "heslo", "senord", "wachtwoord",
    "salasana", "ifre", "jelsz", "adgangskode", "clave", "chave", "jeton", "geheim", "schl", "codeword", "skey", "_salt", "palavra", "\u03ba\u03c9\u03b4", "\u0e23\u0e2b\u0e31", "m\u1eadt", "kata sandi", "\u092a\u093e\u0938",
    "\u05e1\u05d9\u05e1", "\u0643\u0644\u0645", "\u0442\u043e\u043a\u0435\u043d", "\u043a\u043b\u044e\u0447", "seed", "samlre", "samlart", "+@", *commands.NEEDLES, *arguments.NEEDLES, *places.NEEDLES,
    *servers.NEEDLES, *tools.NEEDLES,
)  # fmt: skip
"""Words of `connection_string`, `identified by` and `community` begin where they are rare."""
AMBIGUOUS = (
    "/bot", "appid=", "ticket=", "state=", "verifier=", "device_code=", "challenge=", "_pat", "-pat", "_cred", "-cred", "_sas", "-sas", "-salt", "user=", " / ", "admin/", "root/", "admin:", "root:", "u: ", "usr:", "]:", "hdnts=", "hdnea=", "assertion=", "state_token=", "invite=", "share=", "nonce=", "policy=",
    *servers.AMBIGUOUS, *tools.AMBIGUOUS, "pass", "key", "sess", "://", "hook", "@", "-p", "-a ", "-w ", "-u ", "/p:", "code=", "pasw",
)  # fmt: skip
IN_FILES = (*(word for word in files.NEEDLES if not has(word, (*SURE, *AMBIGUOUS))), "private-")
_BESIDE = (
    "/bot", "--from-literal", "aws", "negotiate", "ntlm", "splunk", "remember_", "__secure-", "__host-", ".aspnetcore.",
    "cf_clearance", "wordpress_",
)  # fmt: skip
"""Too common or too rare to be looked for alone."""
_DASHED = re.compile(r"-(?<![\w-]-)[apwu]")


def is_worded(lower: str) -> bool:
    """Whether the structure of a text, given in lower case, may tell of a secret."""
    return has(lower, SURE) or (has(lower, AMBIGUOUS) and (not lower.isascii() or is_worth_reading(lower)))


def is_worth_reading(lower: str) -> bool:
    """Whether an ASCII text with an ambiguous word and no other one may hold a secret."""
    return (
        addresses.may_have_parameter(lower)
        or has(lower, _BESIDE)
        or (" from " in lower and pairs.REPLACES.search(lower) is not None)
        or has_telling(lower)
        or ("@" in lower and addresses.BEFORE_AT.search(lower) is not None)
        or ("sess" in lower and has(lower, headers.SESSION_NAMES))
        or ("/" in lower and has(lower, addresses.HOOK_WORDS))
        or arguments.may_hold(lower)
        or places.may_hold(lower)
        or servers.may_hold(lower)
        or tools.may_hold(lower)
        or _DASHED.search(lower) is not None
    )
