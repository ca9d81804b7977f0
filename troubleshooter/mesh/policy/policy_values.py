"""What a request has for each field of a rule, and whether one written value matches it.

Decides one value against one request. Must not know rules, or what follows from a match.
Sources: https://istio.io/latest/docs/reference/config/security/authorization-policy/; istio/istio
pilot/pkg/security/authz/model/generator.go, and pilot/pkg/security/authz/matcher/header.go, string.go, template.go.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence

from troubleshooter.mesh.basis.hosts import DEFAULT_DOMAIN
from troubleshooter.mesh.policy.subject import Subject, Tri
from troubleshooter.mesh.routing.matching import full_match


def value_of(name: str, subject: Subject) -> str:
    """What a request has for a source or operation field, "" if nothing."""
    values = {
        "principals": subject.principal,
        "requestPrincipals": subject.request_principal,
        "namespaces": subject.namespace,
        "serviceAccounts": _account(subject.principal),
        "hosts": subject.host,
        "ports": str(subject.port),
        "methods": subject.method,
        "paths": subject.path.split("?", 1)[0],
        "ipBlocks": ", ".join(subject.peers),
        "remoteIpBlocks": ", ".join(subject.clients),
        "sni": subject.sni or "",
    }
    return values.get(name, "")


def _account(principal: str) -> str:
    """`namespace/account` of a SPIFFE identity without its scheme."""
    parts = principal.split("/")
    return f"{parts[-3]}/{parts[-1]}" if len(parts) >= 5 else ""


def text_matches(wanted: str, had: str) -> bool:
    """`*` for presence, `*suffix`, `prefix*`, or exact."""
    if wanted.startswith("*"):
        return bool(had) and had.endswith(wanted[1:])
    return had.startswith(wanted[:-1]) if wanted.endswith("*") else had == wanted


def _principal(wanted: str, had: str, subject: Subject, _namespace: str) -> bool:
    """A peer's identity. The mesh's trust domain, its aliases and `cluster.local` stand for each other in a principal
    that is written out to its account.

    Source: `ReplaceTrustDomainAliases` in istio/istio pilot/pkg/security/trustdomain/bundle.go.
    """
    domain, slash, rest = wanted.partition("/")
    ours = domain == DEFAULT_DOMAIN or any(text_matches(domain, d) for d in subject.trust_domains)
    if slash and domain != "*" and wanted.count("/") == 4 and ours:
        peer, _, account = had.partition("/")
        return (peer in subject.trust_domains or text_matches(domain, peer)) and text_matches(rest, account)
    return text_matches(wanted, had)


def _namespace(wanted: str, had: str, _subject: Subject, _own: str) -> bool:
    """A namespace; `*` stands for any text, wherever it is."""
    return full_match(re.escape(wanted).replace(r"\*", ".*"), had)


def _service_account(wanted: str, had: str, _subject: Subject, own: str) -> bool:
    """`namespace/account`, or an account of the policy's own namespace; neither has wildcards."""
    return had == (wanted if "/" in wanted else f"{own}/{wanted}")


def _path(wanted: str, had: str, _subject: Subject, _namespace: str) -> bool:
    """A path, or a template of one: `{*}` takes one segment, `{**}` any number of them."""
    if "{*}" not in wanted and "{**}" not in wanted:
        return text_matches(wanted, had)
    parts = re.split(r"(\{\*\*?\})", wanted)
    named = {"{*}": f"[{SEGMENT}]+", "{**}": f"[{SEGMENT}/]*"}
    return full_match("".join(named.get(p) or re.escape(p) for p in parts), had)


SEGMENT = r"a-zA-Z0-9\-._~%!$&'()+,;:@="
"""What a segment of a path may hold. Source: envoyproxy/envoy
source/extensions/path/uri_template_lib/uri_template_internal.cc."""


def _request_principal(wanted: str, _had: str, subject: Subject, _namespace: str) -> bool:
    """`issuer/subject` of a token. The two are compared each by itself; what is written is cut at its last slash, and a
    `*` at either end is for the part that it touches. Older releases compare the whole as one text, which comes to the
    same unless a `*` touches a slash of the issuer."""
    issuer, name = (str(subject.claims.get(key) or "") for key in ("iss", "sub"))
    first, slash, last = wanted.rpartition("/")
    if not slash:
        first, last = ("*", wanted) if wanted.startswith("*") else (wanted, "*" if wanted.endswith("*") else "")
    if wanted.startswith("*"):
        return text_matches(first, issuer) and (last == name if slash else text_matches(last, name))
    return (first == issuer if slash else text_matches(first, issuer)) and text_matches(last, name)


def within(blocks: Sequence[object], addresses: Sequence[str]) -> Tri:
    """Whether addresses lie in some of these blocks; None where none is known, or only some of them do."""
    networks = [n for b in blocks if (n := _network(str(b))) is not None]
    held = [n for a in addresses if (n := _network(a)) is not None]
    found = {any(one.network_address in n for n in networks) for one in held}
    return found.pop() if len(found) == 1 else None


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """A block, or the block of one address; None if it is neither."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


Matcher = Callable[[str, str, Subject, str], bool]
MATCHERS: Mapping[str, Matcher] = {
    "principals": _principal,
    "requestPrincipals": _request_principal,
    "namespaces": _namespace,
    "serviceAccounts": _service_account,
    "hosts": lambda wanted, had, _s, _n: text_matches(wanted.lower(), had.lower()),
    "ports": lambda wanted, had, _s, _n: wanted == had,
    "methods": lambda wanted, had, _s, _n: text_matches(wanted, had),
    "paths": _path,
}
