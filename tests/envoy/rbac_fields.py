"""The fields and conditions of AuthorizationPolicy rules, each as the matcher that istiod makes of a value.

Source: istio/istio pilot/pkg/security/authz/model/generator.go, pilot/pkg/security/authz/matcher.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from tests.envoy.envoy_shapes import Shape, typed
from tests.envoy.tokens import PAYLOAD
from tests.envoy.views import View
from troubleshooter.model import Raw, as_list

TEMPLATE = (
    "envoy.path.match.uri_template.uri_template_matcher",
    "extensions.path.match.uri_template.v3.UriTemplateMatchConfig",
)
Value = Callable[[View, str], Shape]


@dataclass(frozen=True, kw_only=True)
class Field:
    """`value` makes the matcher of one value; `of_peer` says that it is one of the principals, `http` that only HTTP
    has it."""

    value: Value
    of_peer: bool = False
    http: bool = False


def text(wanted: str) -> Shape:
    """`*` for presence, `*suffix`, `prefix*`, or exact."""
    if wanted == "*":
        return {"safe_regex": {"regex": ".+"}}
    if wanted.startswith("*"):
        return {"suffix": wanted[1:]}
    return {"prefix": wanted[:-1]} if wanted.endswith("*") else {"exact": wanted}


def _header(name: str, wanted: str) -> Shape:
    present = {"present_match": True} if wanted == "*" else {"string_match": text(wanted)}
    return {"header": {"name": name, **present}}


def _host(_view: View, wanted: str) -> Shape:
    matched = {**text(wanted), "ignore_case": True} if wanted != "*" else text(wanted)
    return {"header": {"name": ":authority", "string_match": matched}}


def _path(_view: View, wanted: str) -> Shape:
    if "{*}" in wanted or "{**}" in wanted:
        template = wanted.replace("{*}", "*").replace("{**}", "**")
        return {"uri_template": typed(*TEMPLATE, path_template=template)}
    return {"url_path": {"path": text(wanted)}}


def _authenticated(matcher: Shape) -> Shape:
    return {"authenticated": {"principal_name": matcher}}


def _principal(view: View, wanted: str) -> Shape:
    """A name of the mesh's own trust domain, written or meant, stands for that of each of its aliases.

    Source: `ReplaceTrustDomainAliases` in istio/istio pilot/pkg/security/trustdomain/bundle.go.
    """
    domain, _, rest = wanted.partition("/")
    known = view.mesh.settings.trust_domains
    if wanted.count("/") == 4 and domain in (*known, "cluster.local"):
        return {"or_ids": {"ids": [_named(f"{one}/{rest}") for one in known]}}
    return _named(wanted)


def _named(wanted: str) -> Shape:
    """A peer's identity is a URI, of which the scheme is not written."""
    if wanted == "*":
        return _authenticated({"safe_regex": {"regex": ".+"}})
    if wanted.startswith("*"):
        return _authenticated({"safe_regex": {"regex": f"spiffe://.*{re.escape(wanted[1:])}"}})
    if wanted.endswith("*"):
        return _authenticated({"prefix": f"spiffe://{wanted[:-1]}"})
    return _authenticated({"exact": f"spiffe://{wanted}"})


def _namespace(_view: View, wanted: str) -> Shape:
    pattern = re.escape(wanted).replace(r"\*", ".*")
    return _authenticated({"safe_regex": {"regex": f".*/ns/{pattern}/.*"}})


def _account(view: View, wanted: str) -> Shape:
    space, _, name = wanted.rpartition("/")
    return _authenticated({"safe_regex": {"regex": f"spiffe://[^/]+/ns/{space or view.namespace}/sa/{name}"}})


def _claim(path: tuple[str, ...], matcher: Shape) -> Shape:
    keys = [{"key": key} for key in (PAYLOAD, *path)]
    string = {"string_match": matcher}
    value = {"or_match": {"value_matchers": [string, {"list_match": {"one_of": string}}]}}
    return {"metadata": {"filter": "envoy.filters.http.jwt_authn", "path": keys, "value": value}}


def _token_of(_view: View, wanted: str) -> Shape:
    """`issuer/subject`, each compared by itself."""
    issuer, slash, subject = wanted.rpartition("/")
    parts = (issuer, subject) if slash else (wanted, "*")
    return {"and_ids": {"ids": [_claim((key,), text(part)) for key, part in zip(("iss", "sub"), parts, strict=True)]}}


def _block(view: View, wanted: str) -> list[Shape]:
    """An address block, and the loopback addresses of those of the mesh's pods that lie in it."""
    network = ip_network(wanted, strict=False)
    pods = (pod for workload in view.mesh.workloads.all for pod in workload.pods if pod.address)
    inside = [view.places.of_pod(pod) for pod in pods if ip_address(pod.address) in network]
    ranges = [(str(network.network_address), network.prefixlen), *((host, 32) for host in inside)]
    return [{"address_prefix": host, "prefix_len": length} for host, length in ranges]


def _peer_in(view: View, wanted: str) -> Shape:
    return {"or_ids": {"ids": [{"direct_remote_ip": block} for block in _block(view, wanted)]}}


def _client_in(view: View, wanted: str) -> Shape:
    return {"or_ids": {"ids": [{"remote_ip": block} for block in _block(view, wanted)]}}


def _own_in(view: View, wanted: str) -> Shape:
    return {"or_rules": {"rules": [{"destination_ip": block} for block in _block(view, wanted)]}}


OPERATION: dict[str, Field] = {
    "hosts": Field(value=_host, http=True),
    "ports": Field(value=lambda _view, wanted: {"destination_port": int(wanted)}),
    "methods": Field(value=lambda _view, wanted: _header(":method", wanted), http=True),
    "paths": Field(value=_path, http=True),
}
SOURCE: dict[str, Field] = {
    "principals": Field(value=_principal, of_peer=True),
    "requestPrincipals": Field(value=_token_of, of_peer=True, http=True),
    "namespaces": Field(value=_namespace, of_peer=True),
    "serviceAccounts": Field(value=_account, of_peer=True),
    "ipBlocks": Field(value=_peer_in, of_peer=True),
    "remoteIpBlocks": Field(value=_client_in, of_peer=True),
}
CONDITIONS: dict[str, Field] = {
    "request.headers": Field(value=lambda _view, _wanted: {}, of_peer=True, http=True),
    "request.auth.claims": Field(value=lambda _view, _wanted: {}, of_peer=True, http=True),
    "request.auth.audiences": Field(
        value=lambda _view, wanted: _claim(("aud",), text(wanted)), of_peer=True, http=True
    ),
    "request.auth.presenter": Field(
        value=lambda _view, wanted: _claim(("azp",), text(wanted)), of_peer=True, http=True
    ),
    "request.auth.principal": SOURCE["requestPrincipals"],
    "source.serviceAccount": SOURCE["serviceAccounts"],
    "destination.ip": Field(value=_own_in),
    "source.ip": SOURCE["ipBlocks"],
    "remote.ip": SOURCE["remoteIpBlocks"],
    "source.namespace": SOURCE["namespaces"],
    "source.principal": SOURCE["principals"],
    "destination.port": OPERATION["ports"],
    "connection.sni": Field(value=lambda _view, wanted: {"requested_server_name": text(wanted)}),
}
"""By the key up to its bracket. What stands in the bracket names a header or a claim."""


def condition(view: View, raw: Raw, kind: Field) -> Shape:
    """A `when`: some of its values, and none of its notValues."""
    key = str(raw.get("key"))
    some, one, no = ("or_ids", "ids", "not_id") if kind.of_peer else ("or_rules", "rules", "not_rule")
    every = "and_ids" if kind.of_peer else "and_rules"
    held: list[Shape] = []
    for field in ("values", "notValues"):
        made = [_one(view, key, str(value), kind) for value in as_list(raw.get(field))]
        if made:
            either = {some: {one: made}}
            held.append({no: either} if field == "notValues" else either)
    return {every: {one: held}}


def _one(view: View, key: str, wanted: str, kind: Field) -> Shape:
    inner = tuple(re.findall(r"\[([^\]]*)\]", key))
    if key.startswith("request.headers["):
        return _header(inner[0], wanted)
    if key.startswith("request.auth.claims["):
        return _claim(inner, text(wanted))
    return kind.value(view, wanted)
