"""What policies ask for that a proxy has, where none of them allowed a request."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from troubleshooter.evidence import AccessLogEntry, Evidence, Kind, NamedStage, Reading
from troubleshooter.evidence.envoy.dump import (
    ClusterConfig,
    ConfigDump,
    ConfigState,
    FilterChain,
    ListenerConfig,
    RbacFilter,
    RbacKind,
    RbacPolicy,
    RbacTest,
)
from troubleshooter.facts import Observation
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence import Scene, about_evidence
from troubleshooter.mesh import Mesh
from troubleshooter.model import CaseKind, Inventory

ANY = Kind(words="a page", fits=lambda _page: True, read=lambda page: page)
DENIED = AccessLogEntry(
    start_time="",
    method="GET",
    path="/pay?x=1",
    protocol="HTTP/1.1",
    response_code=403,
    details="rbac_access_denied_matched_policy[none]",
    upstream_cluster="inbound|8080||",
    downstream_local="10.0.0.9:8080",
)
FROM_MESH = replace(DENIED, sni="outbound_.80_._.api.shop.svc.cluster.local")
ANYTHING = RbacTest(kind=RbacKind.ALL)
CALLER = RbacTest(kind=RbacKind.IDENTITY)
TOKEN = RbacTest(kind=RbacKind.TOKEN)


def _policy(*principals: RbacTest, to: RbacTest = ANYTHING) -> RbacPolicy:
    return RbacPolicy(
        name="ns[shop]-policy[allow]-rule[0]", permissions=to, principals=RbacTest(kind=RbacKind.ALL, of=principals)
    )


def _words(entry: AccessLogEntry, *policies: RbacPolicy) -> dict[str, str]:
    rbac = (RbacFilter(allows=True, policies=policies),)
    chains = (
        FilterChain(transport="tls", tls=True, client_certificate=True, rbac=rbac),
        FilterChain(transport="raw_buffer", rbac=rbac),
    )
    dump = ConfigDump(
        clusters=(ClusterConfig(name="inbound|8080||", state=ConfigState.ACTIVE),),
        listeners=(ListenerConfig(name="virtualInbound", state=ConfigState.ACTIVE, chains=chains),),
    )
    page: Reading[Any] = Reading(value=dump, kind=ANY, name="dump.json", origin="api")
    case = CaseBuilder("told", CaseKind.WALK)
    seen = Observation(entry=entry, named=NamedStage())
    about_evidence(
        case, Scene(mesh=Mesh(Inventory()), evidence=Evidence(readings={ConfigDump: (page,)}), observation=seen)
    )
    return {name: fact.word for name, fact in case.facts.items()}


def test_no_name_in_the_hello_is_plaintext() -> None:
    """Every proxy of the mesh sends one with mutual TLS."""
    assert "plaintext" == _words(DENIED)["connection.client"]


def test_the_name_of_a_proxy_in_the_hello_is_mutual_tls() -> None:
    """It is that of the cluster by which it was sent."""
    assert "mtls" == _words(FROM_MESH)["connection.client"]


METHOD = RbacTest(kind=RbacKind.METHOD, how="exact", value="POST")
PATH = RbacTest(kind=RbacKind.PATH, how="exact", value="/pay")
DEMANDS = {
    "identity": (DENIED, (_policy(CALLER),)),
    "token": (FROM_MESH, (_policy(TOKEN),)),
    "operation": (DENIED, (_policy(to=METHOD),)),
    "nothing": (DENIED, ()),
    "other": (FROM_MESH, (_policy(CALLER),)),
}


@pytest.mark.parametrize("word", DEMANDS)
def test_what_all_rules_want_is_told(word: str) -> None:
    """An identity that plaintext has not, a token, another method; or another thing."""
    entry, policies = DEMANDS[word]

    assert word == _words(entry, *policies)["authorization_policy.demands"]


def test_a_rule_for_another_method_does_not_count() -> None:
    """Of two rules only the one for this request could have allowed it."""
    assert "identity" == _words(DENIED, _policy(to=METHOD), _policy(CALLER, to=PATH))["authorization_policy.demands"]


def test_a_rule_that_wants_neither_leaves_it_open() -> None:
    """Something that cannot be tried keeps it from matching."""
    other = _policy(RbacTest(kind=RbacKind.OTHER))

    assert "other" == _words(DENIED, _policy(CALLER), other)["authorization_policy.demands"]


def test_another_claim_is_not_a_missing_token() -> None:
    """A token may be there and not have it."""
    claim = _policy(TOKEN, RbacTest(kind=RbacKind.CLAIM))

    assert "other" == _words(FROM_MESH, claim)["authorization_policy.demands"]
