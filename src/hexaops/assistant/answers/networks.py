"""What stands at the edge of applications: TLS of their host names, and the network policies of their pods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hexaops.analysis.diagnosis.objects import Obj, Raw, dig, items, mapping, strings, text
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import NAME_LIMIT, TEXT_LIMIT, listing, plural
from hexaops.assistant.evidence import KUBERNETES
from hexaops.backends.kubernetes.rows import IngressRow
from hexaops.kit.text import markdown

SHOWN = 20


def tell_tls(
    found: Sequence[IngressRow],
    behind: Mapping[tuple[str, str], Sequence[str]],
    where: str,
    facts: Facts,
    draft: Draft,
    *,
    lacking: bool = False,
) -> None:
    """Which host names are served with TLS; `lacking`: it is asked which are not."""
    rules = {(row.namespace, row.name, rule.host): (row, rule) for row in found for rule in row.rules}
    plain = [(row, rule) for row, rule in rules.values() if rule.host not in row.tls_hosts]
    at = facts.freshness.as_of
    noted = [
        draft.evidence.note(KUBERNETES, f"Ingresses{where}", len(found), unit="objects", at=at, is_query=True),
        draft.evidence.note(
            KUBERNETES, f"host names without TLS{where}", len(plain), unit="objects", at=at, is_query=True
        ),
    ]
    if not rules:
        draft.say(f"No Ingress leads{where}, so none ends TLS for it." if where else "There is no Ingress.", *noted)
        draft.say("Whether the programs use TLS among themselves is not in the objects.")
        return
    of_all = plural(len(rules), "host name")
    if lacking:
        verb = "has" if len(plain) < 2 else "have"
        draft.say(f"{len(plain) or 'None'} of {of_all}{where} {verb} no TLS{':' if plain else '.'}", *noted)
    elif not plain:
        which = f"each of {of_all}{where}" if len(rules) > 1 else f"the host name{where}"
        draft.say(f"Yes: {which} is served with TLS.", *noted)
    else:
        lead = "No" if len(plain) == len(rules) else "In part"
        draft.say(f"{lead}: {len(plain)} of {of_all}{where} {'is' if len(plain) == 1 else 'are'} served without TLS.",
                  *noted)  # fmt: skip
    for row, rule in ([*rules.values()] if not lacking else plain)[:SHOWN]:
        state = "TLS" if rule.host in row.tls_hosts else "no TLS"
        value = f"{rule.host or 'every host'}: {state}"
        served = listing([markdown(name, NAME_LIMIT) for name in behind.get((row.namespace, rule.service), ("?",))])
        item = draft.evidence.note(KUBERNETES, f"Ingress {row.namespace}/{row.name}", value, unit="state", at=at)
        to = "" if served == "?" else f" for {served}"
        draft.say(
            f"- {markdown(value, TEXT_LIMIT)}, by Ingress {markdown(f'{row.namespace}/{row.name}', NAME_LIMIT)}{to}",
            item,
        )
    draft.say("TLS ends at the Ingress; whether the programs use TLS behind it is not in the objects.")


def tell_certificates(found: Sequence[Obj], facts: Facts, draft: Draft) -> None:
    """When certificates expire is in Secrets, which nobody reads here: where they are, and how to see it."""
    draft.fulfilled = False
    at = facts.freshness.as_of
    entries = [(one, entry) for one in found for entry in items(one.raw, "spec", "tls")]
    noted = draft.evidence.note(
        KUBERNETES, "certificates of Ingresses", len(entries), unit="objects", at=at, is_query=True
    )
    if not entries:
        draft.say("I know of no certificate: no Ingress ends TLS here.", noted)
        return
    draft.say("When certificates expire I can't tell: they are in Secrets, which are never read here.", noted)
    for one, entry in entries[:SHOWN]:
        hosts = listing([markdown(host, NAME_LIMIT) for host in strings(entry, "hosts")] or ["every host"])
        secret = text(entry, "secretName")
        if not secret:
            draft.say(f"- {hosts}: the ingress controller's own certificate", noted)
            continue
        item = draft.evidence.note(KUBERNETES, f"Ingress {one.namespace}/{one.name}", f"Secret {secret}", unit="spec",
                                   at=at)  # fmt: skip
        draft.say(f"- {hosts}: Secret {markdown(f'{one.namespace}/{secret}', NAME_LIMIT)}", item)
    draft.say("`kubectl get secret NAME -n NAMESPACE -o jsonpath='{.data.tls\\.crt}' | base64 -d | openssl x509 -noout "
              "-enddate` shows the date.")  # fmt: skip


def tell_policies(found: Sequence[Obj], where: str, facts: Facts, draft: Draft) -> None:
    """Network policies, each with the pods that it selects and what it lets through."""
    at = facts.freshness.as_of
    noted = draft.evidence.note(
        KUBERNETES, f"network policies{where}", len(found), unit="objects", at=at, is_query=True
    )
    if not found:
        of = "traffic between pods" if not where else "the traffic of its pods"
        draft.say(f"There is no network policy{where}: nothing restricts {of}.", noted)
        return
    verb, words = ("is", "network policy") if len(found) == 1 else ("are", "network policies")
    draft.say(f"There {verb} {len(found)} {words}{where}:", noted)
    for one in sorted(found, key=lambda one: (one.namespace, one.name))[:SHOWN]:
        value = f"selects {_selected(one.mapping('spec', 'podSelector'))}; {_lets(one)}"
        item = draft.evidence.note(KUBERNETES, f"NetworkPolicy {one.namespace}/{one.name}", value, unit="spec", at=at)
        draft.say(f"- {markdown(f'{one.namespace}/{one.name}', NAME_LIMIT)} {markdown(value, 2 * TEXT_LIMIT)}", item)
    if len(found) > SHOWN:
        draft.say(f"- … and {len(found) - SHOWN} more", noted)


def _selected(selector: Raw) -> str:
    parts = [f"{key}={value}" for key, value in mapping(selector, "matchLabels").items()]
    for one in items(selector, "matchExpressions"):
        parts.append(" ".join([text(one, "key"), text(one, "operator"), ",".join(strings(one, "values"))]).strip())
    return f"pods with {listing(parts)}" if parts else "every pod"


def _lets(policy: Obj) -> str:
    kinds = strings(policy.raw, "spec", "policyTypes") or ["Ingress"]
    told = []
    for kind, place, word in (("Ingress", "ingress", "from"), ("Egress", "egress", "to")):
        if kind in kinds:
            rules = items(policy.raw, "spec", place)
            peers = [_rule(rule, word) for rule in rules]
            told.append(f"lets {place} through {listing(peers)}" if peers else f"lets no {place} through")
    return listing(told)


def _rule(rule: Raw, word: str) -> str:
    peers = [_peer(one) for one in items(rule, word)]
    ports = [str(dig(one, "port")) for one in items(rule, "ports") if dig(one, "port") is not None]
    on = f" on port {listing(ports)}" if ports else ""
    return f"{word} {listing(peers) if peers else 'anywhere'}{on}"


def _peer(peer: Raw) -> str:
    if block := text(peer, "ipBlock", "cidr"):
        return f"addresses in {block}"
    pods = _selected(mapping(peer, "podSelector")) if dig(peer, "podSelector") is not None else "every pod"
    if dig(peer, "namespaceSelector") is None:
        return pods
    namespaces = _selected(mapping(peer, "namespaceSelector")).replace("pods with ", "")
    return f"{pods} of {'every namespace' if namespaces == 'every pod' else f'namespaces with {namespaces}'}"
