"""`hexaops alerts` against the served embedded default."""

from __future__ import annotations

from tests.cli.conftest import Run


def test_a_rule_is_made_shown_silenced_exported_and_deleted(hexaops: Run) -> None:
    made = hexaops(
        "alerts", "create", "web-app", "cpu_percent", "95", "--for", "10m", "--name", "hot", "--yes", "--json"
    )
    assert made.code == 0, made.err
    rule_id = made.data["result"]["details"]["rule_id"]
    listed = hexaops("alerts")
    assert "cpu_percent above 95 for 10m" in listed.out
    quiet = hexaops("alerts", "silence", rule_id, "2h", "--yes")
    assert quiet.code == 0, quiet.err
    assert hexaops("alerts", "show", rule_id, "--json").data["rule"]["silenced_until"]
    assert hexaops("alerts", "silence", rule_id, "--end", "--yes").code == 0
    assert "kind: PrometheusRule" in hexaops("alerts", "export").out
    assert hexaops("alerts", "history", "--json").data["items"] == []
    refused = hexaops("alerts", "acknowledge", rule_id)
    assert refused.code == 1
    assert "ACTION_NOT_APPLICABLE" in refused.err
    assert hexaops("alerts", "delete", rule_id, "--yes").code == 0
    assert hexaops("alerts", "list", "--json").data["rules"] == []


def test_a_threshold_is_a_number(hexaops: Run) -> None:
    for word in ("nan", "inf"):
        refused = hexaops("alerts", "create", "web-app", "cpu_percent", word, "--yes")
        assert (refused.code, refused.err) == (2, f"Error: threshold: {word} is not a number that can be sent\n")


def test_a_silence_needs_a_duration_or_an_end(hexaops: Run) -> None:
    assert hexaops("alerts", "silence", "rule-x").code == 2
