"""What holds for every row of the tables, whatever is done to its mesh: order, damage, and what nobody sees."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.inventories import inventory
from tests.meshes import service, thing
from tests.tables.rows import READERS, Row, answer_of, inventory_of, rows
from tests.walk.test_any_mesh import WRONG, damaged
from troubleshooter.model import Inventory, Object
from troubleshooter.walk import RequestError

ROWS = tuple(rows())
SOME = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ANY_ROW = st.sampled_from(ROWS)
ELSEWHERE = "zzz-elsewhere"


def answer(row: Row, objects: Iterable[Object]) -> dict[str, Any] | None:
    """What comes out of a row's request in another mesh; None where it makes no sense there."""
    try:
        return answer_of(row, Inventory(objects=tuple(objects)))
    except RequestError:
        return None


DECIDED = (
    "verdict", "stage", "status", "flags", "details", "connection", "unknown", "shares", "guilty", "virtual_host",
    "route", "cluster", "endpoints", "priorities", "weights", "localities", "networks", "mode", "sni",
)  # fmt: skip
"""What is the same whichever of several endpoints stands for a branch."""


def read(found: dict[str, Any] | None) -> dict[str, Any]:
    """What was decided."""
    return {key: READERS[key](found) for key in DECIDED} if found is not None else {}


HIDDEN = inventory(
    thing("Namespace", ELSEWHERE, namespace="", meta="labels: {istio-injection: enabled}"),
    thing("VirtualService", "a", "hosts: ['*']\nexportTo: ['~']\nhttp: [{fault: {abort: {httpStatus: 500}}}]"),
    thing(
        "VirtualService",
        "b",
        "hosts: ['*.local']\nexportTo: ['.']\nhttp: [{redirect: {uri: /}}]\ntcp: [{route: []}]",
        namespace=ELSEWHERE,
    ),
    thing("DestinationRule", "a", "host: '*'\ntrafficPolicy: {tls: {mode: SIMPLE}}", namespace=ELSEWHERE),
    thing("DestinationRule", "b", f"host: '*.local'\nexportTo: [{ELSEWHERE}]\nsubsets: []", namespace="bank"),
    thing(
        "ServiceEntry",
        "a",
        """
        hosts: ['*.com', a.local]
        exportTo: ['.']
        ports: [{number: 8080, protocol: TCP}, {number: 80, protocol: TCP}]
        """,
        namespace=ELSEWHERE,
    ),
    service("b", "{name: http, port: 8080}, {name: tcp, port: 80}", namespace=ELSEWHERE).replace(
        f"namespace: {ELSEWHERE}", f"namespace: {ELSEWHERE}, annotations: {{networking.istio.io/exportTo: '~'}}"
    ),
    thing("Sidecar", "a", "egress: [{hosts: ['~/*']}]\noutboundTrafficPolicy: {}", namespace=ELSEWHERE),
    thing("PeerAuthentication", "a", "mtls: {mode: DISABLE}", namespace=ELSEWHERE),
    thing("AuthorizationPolicy", "a", "{}", namespace=ELSEWHERE),
    thing("RequestAuthentication", "a", "jwtRules: [{issuer: id}]", namespace=ELSEWHERE),
    thing("EnvoyFilter", "a", "configPatches: [{applyTo: LISTENER, patch: {}}]", namespace=ELSEWHERE),
    thing("WorkloadEntry", "a", "address: 10.250.250.250\nlabels: {app: web}", namespace=ELSEWHERE),
).objects  # fmt: skip
"""Objects that neither a caller, nor a gateway, nor a target of any row can see."""


@SOME
@given(row=ANY_ROW, more=st.lists(st.sampled_from(HIDDEN), min_size=1, unique_by=id))
def test_what_nobody_sees_changes_nothing(row: Row, more: list[Object]) -> None:
    """An object that is visible neither to the caller, nor to a gateway, nor to the target changes nothing."""
    own = inventory_of(row).objects
    clusters = {thing_.cluster for thing_ in own}
    added = [Object(raw=one.raw, file=one.file, cluster=min(clusters, default="")) for one in more]

    assert answer(row, own) == answer(row, (*own, *added))


@SOME
@given(row=ANY_ROW, order=st.randoms(use_true_random=False))
def test_the_order_of_the_input_decides_nothing(row: Row, order: Any) -> None:
    """Istio goes by creation time and name, never by the order in which objects come. Endpoints are a set."""
    own = list(inventory_of(row).objects)
    shuffled = own.copy()
    order.shuffle(shuffled)

    assert read(answer(row, own)) == read(answer(row, shuffled))


@SOME
@given(row=ANY_ROW)
def test_the_branches_share_all_requests(row: Row) -> None:
    """The shares of the branches come to one, where they are known."""
    shares = [branch["share"] for branch in (answer(row, inventory_of(row).objects) or {"branches": ()})["branches"]]

    if None not in shares:
        assert abs(sum(shares) - 1) < 0.001


HIT = st.tuples(st.integers(0, 60), st.lists(st.integers(0, 9), min_size=1, max_size=8), WRONG)


@settings(SOME, max_examples=150)
@given(row=ANY_ROW, hits=st.lists(HIT, max_size=4))
def test_no_damage_makes_a_walk_raise(row: Row, hits: list[tuple[int, list[int], Any]]) -> None:
    """Values of any shape in any place of any row's mesh: it ends, and says the same again."""
    held = list(inventory_of(row).objects)
    for number, steps, wrong in hits:
        at = number % len(held)
        held[at] = held[at].with_raw(damaged(held[at].raw, steps, wrong))

    assert answer(row, held) == answer(row, held)
