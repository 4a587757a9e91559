"""Words one of which is in every text whose structure tells of a secret, so that most texts are passed over.

Some are mostly parts of other words ("passed", "cache key", an address of mail): what else such a text must have is
checked too, which takes a tenth of reading it. Both may let too many texts through, and must never keep one back.
"""

from __future__ import annotations

import re

from hexaops.kit.redaction import addresses, commands, files, headers, pairs
from hexaops.kit.redaction.looks import has
from hexaops.kit.redaction.names import has_telling

SURE = (
    "pwd", "secret", "token", "credential", "nstring", "n_string", "n-string", "bearer", "basic", "auth", "cookie", "sig=",
    "sig%", "signature", "sid=", "jwt", "psk", "pw=", "otp", "mnemonic", "phrase", "curl", "ntified", "csrf", "xsrf",
    "munity", "hmac", "pw:", "rootpw", ":$", *commands.NEEDLES,
)  # fmt: skip
"""Words of `connection_string`, `identified by` and `community` begin where they are rare."""
AMBIGUOUS = ("pass", "key", "sess", "://", "hook", "@", "-p", "-a ", "-w ", "code=")
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
        or _DASHED.search(lower) is not None
    )
