"""What a value looks like: the bounds of words, names, numbers and randomness."""

from __future__ import annotations

import math

import pytest

from hexaops.kit.redaction.looks import entropy, is_name, is_number, is_odd, is_placeholder, is_random, is_word


@pytest.mark.parametrize(
    ("text", "bits"),
    [("", 0.0), ("aaaa", 0.0), ("ab", 1.0), ("aabb", 1.0), ("aaab", 0.8112781244591328), ("abcd", 2.0)],
)
def test_entropy_is_shannon_s(text: str, bits: float) -> None:
    assert entropy(text) == pytest.approx(bits)


@pytest.mark.parametrize(
    "name",
    [
        "refreshToken", "getHTTPResponse", "web-app", "checkout_worker.v2", "token-service-7d9f8b6c5d-x2k4q", "a/bc", "PASSWORD",
        "abcdefghijklmno", "Abcdefghijklmno", "ABCDEFGHIJKLMNO", "bcdfgh", "Bcdfgh", "BCDFGH", "ab", "x-ab", "ab12", "ab1-2",
        "parametersOfRequests", "abcdefghijklmnopq", "userPassword", "clientSecretOf", "-".join(["word"] * 50) + "-ab",
        "-".join(["words"] * 42) + "ab",
    ],
)  # fmt: skip
def test_names_are_words_that_are_joined(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize(
    "value",
    [
        "", "-", "1", "a-b", "12-34", "aQxRtZ", "nIIldrGKFVozMc", "KKqnqEMhROACsdrfuSZUYlUTRJfUMAVM", "x9Kq2mZt7",
        "bcdfghjklmnpqrst", "BcDfGh", "caz-qkNGSNKUUaqrxCZDi", "h\u00e9llo", "abcdefghijklmnopqrstu-x", "-".join(["words"] * 42) + "-ab",
    ],
)  # fmt: skip
def test_other_values_are_no_names(value: str) -> None:
    assert not is_name(value)


def test_a_long_camel_cased_word_has_long_parts() -> None:
    assert not is_name("abcAbcAbcAbc")
    assert is_name("abcAbcAbcAb")
    assert is_name("abcdAbcdAbcdAbc")
    assert not is_name("abcdAbcdAbcdAbcd")
    assert is_name("abcdeAbcdeAbcdeAbcde")


@pytest.mark.parametrize(
    ("value", "random"),
    [
        ("x9Kq2mZt7wv8", True), ("a1b2c3", True), ("a1b2c", False), ("aaaaa1", False), ("123456", False), ("$PASSWORD1x", False),
        ("expired", False), ("web-app-12", False), ("a!b?cd", True), ("ab!cd", False), ("!#?!#?!#", False),
        ("qXzRtVbNmKjHgFdS", True), ("qXzRtVbNmKjHgFd", False), ("qXzR tVbN mKjH gFdS", False), ("qqqqXXXXqqqqXXXX", False),
        ("(x9Kq2mZt7)", True), ("2024-01-20T15:30:00Z", False), ("10.0.0.1:8080", False), ("v1.25.3", False),
    ],
)  # fmt: skip
def test_randomness_is_no_name_number_or_word(value: str, random: bool) -> None:
    assert is_random(value) is random


@pytest.mark.parametrize("length", [6, 8, 12, 16, 32])
def test_randomness_has_a_least_entropy(length: int) -> None:
    """Signs of a value that is mixed of letters and digits, as few different ones as pass."""
    least = min(3.0, math.log2(length) * 0.72)
    for kinds in range(2, min(length, 10) + 1):
        signs = "a7Xk2Qm9Zt"[:kinds]
        value = (signs * length)[:length]
        assert is_random(value) is (entropy(value) >= least and not is_name(value)), value


@pytest.mark.parametrize(
    ("value", "odd"),
    [("aBcXyz", True), ("aBcXy", False), ("secret", False), ("Secret", False), ("SECRET", False), ("webApp", False),
     ("12345678", False), ("$aBcXyz", False), ("Falcon.12x9", True), ("wTvVZBxrASUipz", True)],
)  # fmt: skip
def test_what_is_odd(value: str, odd: bool) -> None:
    assert is_odd(value) is odd


def test_words_numbers_and_placeholders() -> None:
    assert is_word("Expired.")
    assert not is_word("hunter")
    assert all(
        map(is_number, ("1_000", "-3.5e10", "15m", "1h30m", "250Mi", "12:30:05", "10.0.0.1", "0x1f", "1.2.3-rc1"))
    )
    assert not any(map(is_number, ("a1", "1x1", "12:3", "hunter2")))
    assert all(
        map(is_placeholder, ("${X}", "$X", "%APP%", "****", "<none>", "{{ x }}", "/etc/x", "env:X", "your-password"))
    )
    assert not any(map(is_placeholder, ("$2y$10$abc", "hunter2", "*a")))
