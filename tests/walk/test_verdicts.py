"""Branches and verdicts: what all ways of a request come to."""

from __future__ import annotations

import pytest

from tests.meshes import SPACES, app, branch, death, deployment, mesh, service, step, thing, walked
from troubleshooter.mesh import Mesh
from troubleshooter.model import STAGES, Branch, HopKind, StageVerdict, Verdict
from troubleshooter.walk import Walked
from troubleshooter.walk.walker import overall

TO = "http://payments.shop:8080/"
R, U, M, D, A = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.MISROUTED, Verdict.UNDETERMINED, Verdict.AMBIGUOUS


def shop(route: str = "", *texts: str) -> Mesh:
    """A mesh with payments, next and web; `route` are the destinations of a VirtualService for payments."""
    held = (thing("VirtualService", "v", f"hosts: [payments]\nhttp: [{{route: [{route}]}}]"),) if route else ()
    return mesh(SPACES, app("payments"), app("next"), deployment("web"), *held, *texts)


def to(*hosts: str) -> str:
    """Destinations of equal weight."""
    return ", ".join(f"{{destination: {{host: {h}}}, weight: 1}}" for h in hosts)


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([R], R),
        ([R, R], R),
        ([U, U], U),
        ([R, U], A),
        ([R, M], A),
        ([U, M], A),
        ([R, D], D),
        ([U, D], A),
        ([R, U, D], A),
        ([A, R], A),
        ([D, D], D),
    ],
)
def test_overall(verdicts: list[Verdict], expected: Verdict) -> None:
    """Equal verdicts stand; what differs is ambiguous, unless nothing fails and something is unknown."""
    assert expected is overall(verdicts)


@pytest.mark.parametrize(
    ("route", "expect", "expected"),
    [
        ("", "", "reachable"),
        (to("none"), "", "unreachable"),
        (to("next"), "payments", "misrouted"),
        (to("payments"), "payments", "reachable"),
        (to("payments", "none"), "", "ambiguous"),
        (to("payments", "next"), "payments", "ambiguous"),
        (to("payments", "ledger.dark.svc.cluster.local"), "", "undetermined"),
        (to("none", "ledger.dark.svc.cluster.local"), "", "ambiguous"),
    ],
)
def test_verdicts(route: str, expect: str, expected: str) -> None:
    """The verdict of the walk."""
    assert expected == walked(shop(route), TO, expect=expect).walk.verdict


def test_branches_of_one_outcome_are_merged() -> None:
    """Where all ways come to the same there is one branch, of all requests."""
    found = walked(shop(to("payments", "next")), TO)

    assert [(1.0, "")] == [(b.share, b.by) for b in found.walk.branches]


def test_shares_add_up() -> None:
    """Branches of equal outcome have the sum of their shares; the worst goes first."""
    found = walked(shop(to("payments", "next", "none")), TO)

    assert [("unreachable", 0.3333), ("reachable", 0.6667)] == [(str(b.verdict), b.share) for b in found.walk.branches]
    assert found.walk.outcome == branch(found).outcome
    assert found.walk.path == branch(found).path


def test_branches_that_die_of_different_things() -> None:
    """They stay apart."""
    found = walked(shop(to("none", "other")), TO)

    assert ("unreachable", 2) == (str(found.walk.verdict), len(found.walk.branches))


def test_many_branches() -> None:
    """Sixteen are kept, the rest is counted and has a part in the verdict."""
    found = walked(shop(to(*(f"none{n}" for n in range(19)), "payments")), TO)

    assert (16, 4, "ambiguous") == (len(found.walk.branches), found.walk.dropped, str(found.walk.verdict))
    assert len(found.trails) == len(found.walk.branches)


def test_nested_splits() -> None:
    """Shares of splits within splits are multiplied."""
    strict = thing("PeerAuthentication", "s", "mtls: {mode: STRICT}")
    pods = [
        thing(
            "Pod",
            f"p-{n}",
            f"containers: [{{name: app}}{x}]",
            meta="labels: {app: payments}",
            rest="status: {phase: Running}",
        )
        for n, x in ((1, ""), (2, ", {name: istio-proxy}"))
    ]
    rule = thing("DestinationRule", "r", "host: payments\ntrafficPolicy: {tls: {mode: DISABLE}}")
    routes = thing("VirtualService", "v", f"hosts: [payments]\nhttp: [{{route: [{to('payments', 'none')}]}}]")
    found = walked(mesh(SPACES, service("payments"), deployment("web"), *pods, strict, rule, routes), TO)

    assert ("ambiguous", [0.5, 0.25, 0.25]) == (
        str(found.walk.verdict),
        sorted((b.share or 0 for b in found.walk.branches), reverse=True),
    )


def stages(one: Branch) -> list[list[str]]:
    """The stages of each hop."""
    hops = sorted({s.hop for s in one.path})
    return [[str(s.stage) for s in one.path if s.hop == h] for h in hops]


def order(*kinds: HopKind) -> list[list[str]]:
    """The stages of hops of these kinds."""
    return [[str(s) for s in STAGES[k]] for k in kinds]


FAILURES = [
    ("http://paymint.shop:8080/", "", "dns"),
    ("http://payments.shop:81/", "", "listener"),
    (TO, to("none"), "cluster"),
    ("http://empty.shop:8080/", "", "endpoint"),
]


@pytest.mark.parametrize(("url", "route", "stage"), FAILURES)
def test_what_is_not_reached(url: str, route: str, stage: str) -> None:
    """After a failure every stage of the hop and of the target is there, and not reached."""
    found = walked(shop(route, service("empty")), url)
    verdicts = [s.verdict for s in branch(found).path]
    died = verdicts.index(StageVerdict.FAIL)

    assert stage == branch(found).path[died].stage
    assert {StageVerdict.NOT_REACHED} == set(verdicts[died + 1 :])
    assert order(HopKind.SENDER, HopKind.TARGET) == stages(branch(found))


def test_failure_at_the_target() -> None:
    """No hop follows it."""
    found = walked(shop("", thing("AuthorizationPolicy", "p")), TO)

    assert order(HopKind.SENDER, HopKind.TARGET) == stages(branch(found))
    assert "not-reached" == step(found, "application").verdict


def test_all_stages_in_order() -> None:
    """A request that arrives passes every stage of every hop."""
    assert order(HopKind.SENDER, HopKind.TARGET) == stages(branch(walked(shop(), TO)))


def test_what_was_assumed() -> None:
    """What is taken for granted is named once, and what is unknown with it."""
    found = walked(shop(to("payments", "ledger.dark.svc.cluster.local")), TO)
    notes = [(n.what, n.why) for n in found.walk.not_checked]

    assert len(notes) == len(set(notes))
    assert any("stage cluster" == what for what, _ in notes)
    assert any(why.startswith("assumed") for _, why in notes)


def test_caller_without_a_proxy() -> None:
    """Nothing of the mesh counts for it but what the target's proxy says."""
    held = shop(to("none"), deployment("old", namespace="legacy"))
    found: Walked = walked(held, TO, "legacy/deployment/old")

    assert ("reachable", "") == (str(found.walk.verdict), death(found))
    assert "no proxy, no route" == step(found, "route").detail
