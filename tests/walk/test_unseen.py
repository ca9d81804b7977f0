"""What nobody was allowed to list never makes another verdict certain: it is the same, or not known, and says why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.inventories import SHOP, inventory
from tests.meshes import thing
from tests.tables.rows import TABLES, Row, answer_of, inventory_of, rows, rows_of
from troubleshooter.mesh import Mesh
from troubleshooter.model import Inventory, Listing, Object, Verdict, Walk
from troubleshooter.walk import RequestError, parse_request, walk

SOME = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
AREAS = sorted(TABLES.glob("*.yaml"))
ASKED = tuple(row for row in rows() if "without" not in row.raw)
"""Rows that name no workload which a mesh has to have."""


def _answer(row: Row, held: Inventory) -> dict[str, Any] | None:
    try:
        return answer_of(row, held)
    except RequestError:
        return None


def _blinded(whole: Inventory, gone: Iterable[Object], unseen: Iterable[Listing]) -> Inventory:
    lost = {id(one) for one in gone}
    left = tuple(one for one in whole.objects if id(one) not in lost)
    return Inventory(objects=left, observed=whole.observed, unseen=frozenset(unseen))


def _wrong(full: dict[str, Any] | None, found: dict[str, Any] | None, kind: str) -> str:
    """What is wrong with an answer by what was left, "" if nothing is."""
    if full is None:
        return ""
    if found is None:
        return "it says that something is not there"
    if found["verdict"] == full["verdict"] != "undetermined":
        return ""
    if found["verdict"] != "undetermined":
        return f"{full['verdict']} became {found['verdict']}"
    said = [s["detail"] for b in found["branches"] for s in b["path"] if s["verdict"] == "unknown"]
    known = full["verdict"] != "undetermined"
    return f"nothing names {kind}: {said}" if known and not any(kind in one for one in said) else ""


def _without_a_kind(row: Row) -> Iterator[tuple[str, str]]:
    whole = inventory_of(row)
    full = _answer(row, whole)
    clusters = {one.cluster for one in whole.objects}
    for group, kind in sorted({(one.group, one.kind) for one in whole.objects}):
        gone = [one for one in whole.objects if (one.group, one.kind) == (group, kind)]
        held = _blinded(whole, gone, [(cluster, group, kind, "") for cluster in clusters])
        if held.objects:
            yield kind, _wrong(full, _answer(row, held), kind)


@pytest.mark.parametrize("area", AREAS, ids=lambda file: file.stem)
def test_kind_that_was_not_seen(area: Any) -> None:
    """Without all objects of a kind, which were not seen, no row comes to another verdict that is certain."""
    held = ((row.place, *one) for row in rows_of(area) if "without" not in row.raw for one in _without_a_kind(row))

    assert [] == [one for one in held if one[2]]


@SOME
@given(row=st.sampled_from(ASKED), number=st.integers(0, 60), kept=st.integers(0, 2))
def test_list_that_broke_off(row: Row, number: int, kept: int) -> None:
    """The same where a list of one namespace broke off and the first objects of it came."""
    whole = inventory_of(row)
    places = sorted({(one.cluster, one.group, one.kind, one.namespace) for one in whole.objects})
    place = places[number % len(places)]
    gone = [one for one in whole.objects if (one.cluster, one.group, one.kind, one.namespace) == place][kept:]
    found = _answer(row, _blinded(whole, gone, [place]))

    assert "" == _wrong(_answer(row, whole), found, place[2])


def _walk(held: Inventory, *unseen: Listing) -> Walk:
    request = parse_request("http://payments.shop:8080/", source="shop/deployment/web")
    return walk(Mesh(Inventory(objects=held.objects, unseen=frozenset(unseen))), request).walk


def test_virtual_services_elsewhere() -> None:
    """VirtualServices of another namespace may be exported to the caller: the route is not known."""
    found = _walk(inventory(SHOP), ("", "networking.istio.io", "VirtualService", "bank"))

    assert (Verdict.UNDETERMINED, "route") == (found.verdict, found.path[-1].stage)


def test_policies_elsewhere() -> None:
    """AuthorizationPolicies of a namespace that has no say in the request change nothing."""
    assert Verdict.REACHABLE == _walk(inventory(SHOP), ("", "security.istio.io", "AuthorizationPolicy", "bank")).verdict


def test_what_would_show_it() -> None:
    """What was not seen is named, with the command that lists it."""
    found = _walk(inventory(SHOP), ("", "security.istio.io", "PeerAuthentication", "shop"))

    assert {"kubectl get peerauthentication.security.istio.io -A -o yaml"} == {n.unlock for n in found.not_checked} - {
        ""
    }


DENIED = inventory(SHOP, thing("AuthorizationPolicy", "none", "action: DENY\nrules: [{}]"))


def test_denied_for_certain() -> None:
    """A policy that denies the request does so whatever others say that were not seen."""
    found = _walk(DENIED, ("", "security.istio.io", "AuthorizationPolicy", ""))

    assert Verdict.UNREACHABLE == found.verdict


def test_token_policies_without_a_token() -> None:
    """A request that carries nothing like a token is not refused for one: RequestAuthentications are not missed."""
    assert Verdict.REACHABLE == _walk(inventory(SHOP), ("", "security.istio.io", "RequestAuthentication", "")).verdict


def test_list_of_a_namespace_beside_the_refused_one() -> None:
    """Where the list of all namespaces was refused and that of the own one was read, its own objects are all there."""
    held = inventory(SHOP)
    unseen = frozenset({("", "security.istio.io", "PeerAuthentication", "")})
    listed = frozenset(("", "security.istio.io", "PeerAuthentication", space) for space in ("shop", "istio-system"))
    request = parse_request("http://payments.shop:8080/", source="shop/deployment/web")
    seen = Inventory(objects=held.objects, unseen=unseen, listed=listed)

    assert Verdict.REACHABLE == walk(Mesh(seen), request).walk.verdict
