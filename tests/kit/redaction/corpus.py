"""Secrets of many kinds in the forms that their issuers, tools and file formats publish, made at run time.

Nothing here is a secret, and no line of this file looks like one to a scanner of repositories: forms are put together
from parts. A kind is a function of a random generator; it returns a line as a program would write it and the parts of
it that must not be seen again.
"""

from __future__ import annotations

import base64
import random
import string
import uuid
from collections.abc import Callable
from dataclasses import dataclass

Rng = random.Random
ALNUM, HEX, LOWER = string.ascii_letters + string.digits, "0123456789abcdef", string.ascii_lowercase + string.digits
UPPER = string.ascii_uppercase + string.digits
B32, URL = string.ascii_uppercase + "234567", ALNUM + "_-"


@dataclass(frozen=True)
class Kind:
    """A template with one or more secrets: `{0}`, `{1}` … are where they stand."""

    name: str
    template: str
    secrets: tuple[Callable[[Rng], str], ...]

    def make(self, rng: Rng) -> tuple[str, list[str]]:
        """A line and its secrets."""
        made = [secret(rng) for secret in self.secrets]
        text = self.template
        for number, secret in enumerate(made):
            text = text.replace(f"{{{number}}}", secret)
        return text, made


def of(alphabet: str, length: int, before: str = "", after: str = "") -> Callable[[Rng], str]:
    """Random signs of an alphabet, with at least one digit as issuers' generators nearly always give."""

    def make(rng: Rng) -> str:
        signs = [rng.choice(alphabet) for _ in range(length)]
        digits = [sign for sign in alphabet if sign.isdigit()]
        if digits:
            signs[length // 2] = rng.choice(digits)
        return before + "".join(signs) + after

    return make


def b64(length: int) -> Callable[[Rng], str]:
    """Base64 of random bytes."""
    return lambda rng: base64.b64encode(rng.randbytes(length)).decode()


def uid(rng: Rng) -> str:
    """A version 4 UUID."""
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def chosen(rng: Rng) -> str:
    """A password as people choose them."""
    words = [
        "Sommer",
        "dragon",
        "Winter",
        "monkey",
        "Tr0ub4dor",
        "hunter",
        "correct-horse",
        "letmein",
        "P4ris",
        "qwertz",
    ]
    return rng.choice(words) + rng.choice("!_#.-") + str(rng.randrange(10, 9999)) + rng.choice(["", "!", "x", "Zz"])


def jwt(rng: Rng) -> str:
    """A signed token with a plain header."""

    def part(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).decode().rstrip("=")

    claims = f'{{"sub":"{rng.randrange(10**9)}","exp":{rng.randrange(10**9)}}}'
    return ".".join((part(b'{"alg":"RS256","typ":"JWT"}'), part(claims.encode()), part(rng.randbytes(32))))


def basic(rng: Rng) -> str:
    """User and password as HTTP's basic scheme sends them."""
    return base64.b64encode(f"svc:{chosen(rng)}".encode()).decode()


def pem(label: str) -> Callable[[Rng], str]:
    """A private key's block."""

    def make(rng: Rng) -> str:
        body = base64.b64encode(rng.randbytes(192)).decode()
        lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
        dashes = "-" * 5
        return f"{dashes}BEGIN {label}{dashes}\n{lines}\n{dashes}END {label}{dashes}"

    return make


def pem_in_base64(rng: Rng) -> str:
    """A key's block as kubeconfigs and Secrets hold it."""
    return base64.b64encode(pem("RSA PRIVATE KEY")(rng).encode()).decode()


def registry(rng: Rng) -> str:
    """A registry's configuration as a Secret holds it."""
    return base64.b64encode(f'{{"auths":{{"r.example":{{"auth":"{basic(rng)}"}}}}}}'.encode()).decode()


def encoded(rng: Rng) -> str:
    """A password percent-encoded."""
    return "p%40" + of(ALNUM, 8)(rng) + "%2F"


def kind(name: str, template: str, *secrets: Callable[[Rng], str]) -> Kind:
    """One kind."""
    return Kind(name, template, secrets or (chosen,))
