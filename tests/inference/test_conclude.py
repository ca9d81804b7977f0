"""From a judgement to conclusions: what is one and the same, what is a consequence, what is the root."""

from __future__ import annotations

import pytest

from tests.inference.inference_builders import MESH, PIECE, because, book, case, cause, judged, source, thing
from troubleshooter.inference import UNEXPLAINED, Conclusion, conclude, fingerprint
from troubleshooter.model import Applicability, Case, Certainty, Fact, Prevalence, Resource, Severity, Stage
from troubleshooter.rulebook.values import Cause, Edit, FixPlan, PeerName, Rulebook


def concluded(rulebook: Rulebook, *cases: Case) -> tuple[Conclusion, ...]:
    """What is concluded when these cases are judged."""
    return conclude(rulebook, judged(rulebook, *cases), cases)


def ids(conclusions: tuple[Conclusion, ...]) -> list[str]:
    """The causes, in order."""
    return [found.cause for found in conclusions]


def root(conclusions: tuple[Conclusion, ...]) -> str:
    """The one root, "" if there is none."""
    roots = [found.cause for found in conclusions if found.root]
    assert len(roots) <= 1
    return roots[0] if roots else ""


class TestOneOfTheSame:
    """A conclusion is its cause and the objects in its roles."""

    rulebook = book(cause("c", "service.a=1"))

    def test_found_twice_it_is_one(self) -> None:
        """The same cause on the same object in two cases is one conclusion that names both."""
        found = concluded(
            self.rulebook, case("service.a=1", "one", service="s"), case("service.a=1", "two", service="s")
        )

        assert [("one", "two")] == [one.cases for one in found]

    def test_on_two_objects_it_is_two(self) -> None:
        """The same cause on different objects is two conclusions."""
        found = concluded(
            self.rulebook, case("service.a=1", "one", service="s"), case("service.a=1", "two", service="t")
        )

        assert 2 == len(found)

    def test_roles_it_does_not_speak_of_play_no_part(self) -> None:
        """Two callers of one broken service are one conclusion if the cause says nothing about callers."""
        told = [case("service.a=1", name, service="s", caller=name) for name in ("one", "two")]

        assert [{"service": thing("s")}] == [one.roles for one in concluded(self.rulebook, *told)]

    def test_ruled_out_it_is_none(self) -> None:
        """What an `unless` rules out is not concluded."""
        rulebook = book(cause("c", "service.a=1", unless="service.b=1"))

        assert () == concluded(rulebook, case("service.a=1 service.b=1"))

    def test_the_surest_case_tells_it(self) -> None:
        """Confirmed in one case and likely in another, it is confirmed, and the proof is that case's."""
        rulebook = book(cause("c", "service.a=1", supports="evidence.e=1"))
        (found,) = concluded(rulebook, case("service.a=1", "one"), case("service.a=1 evidence.e=1", "two"))

        proof = tuple(Fact(name=name, word="1", sources=(source(name),)) for name in ("service.a", "evidence.e"))
        assert (Certainty.CONFIRMED, "two", proof) == (found.certainty, found.case, found.because)

    def test_the_failing_branch_tells_it(self) -> None:
        """Between equally sure cases the one where the request fails by it is told."""
        told = (case("service.a=1", "piece", PIECE), case("service.a=1", "walk", stage=Stage.ROUTE))
        (found,) = concluded(self.rulebook, *told)

        assert "walk" == found.case

    def test_the_request_tells_it(self) -> None:
        """Between a piece and a request that arrives, equally sure, the request is told."""
        (found,) = concluded(self.rulebook, case("service.a=1", "piece", PIECE), case("service.a=1", "walk"))

        assert "walk" == found.case


SPOKEN = {
    "when": cause("c", "service.a=1", "target.x=1"),
    "unless": cause("c", "service.a=1", unless="target.x=2"),
    "supports": cause("c", "service.a=1", supports="target.x=1"),
    "because_of": cause("c", "service.a=1", because_of=(because("other", "workload", "target"),)),
    "known_as": cause("c", "service.a=1", known_as=(PeerName(code="X", on="target"),)),
}


def with_edit(edit: Edit) -> Cause:
    """A cause with a fix that makes this edit."""
    plan = FixPlan(do="mend", risk="none", applicability=Applicability.REVIEW, edits=(edit,))
    return cause("c", "service.a=1", fixes=(plan,))


SPOKEN["edits: an object"] = with_edit(Edit(verb="delete", role="target"))
SPOKEN["edits: a placeholder"] = with_edit(Edit(verb="create", value={"metadata": {"name": "${target.name}"}}))


@pytest.mark.parametrize("one", SPOKEN.values(), ids=SPOKEN.keys())
def test_the_roles_that_a_cause_speaks_of(one: Cause) -> None:
    """A role belongs to a conclusion if the cause names it in a condition, a link, an edit or another name."""
    found = concluded(book(one), case("service.a=1 target.x=1", service="s", target="t", caller="k"))

    assert [{"service", "target"}] == [set(each.roles) for each in found]


class TestFingerprint:
    """It stays the same as long as cause and objects do."""

    def test_files_and_lines_play_no_part(self) -> None:
        """The same object in another file, at another line, in another field is the same object."""
        moved = Resource(kind="Service", name="s", namespace="shop", file="b.yaml", position=9, field="spec")

        assert fingerprint("c", {"service": thing("s")}) == fingerprint("c", {"service": moved})

    def test_the_order_of_roles_plays_no_part(self) -> None:
        """Roles are compared by name."""
        one, two = thing("s"), thing("t")

        assert fingerprint("c", {"service": one, "target": two}) == fingerprint("c", {"target": two, "service": one})

    def test_the_role_matters(self) -> None:
        """The same object in another role is another conclusion."""
        assert fingerprint("c", {"service": thing("s")}) != fingerprint("c", {"target": thing("s")})

    def test_it_never_changes(self) -> None:
        """People keep fingerprints in lists of known findings, so the way it is made is fixed."""
        assert "3f6f3009ae0b1166" == fingerprint("c", {"service": thing("s")})


class TestFolding:
    """Consequences stand under what they follow from."""

    origin = cause("not-injected", "workload.proxy=absent", stages=(Stage.CAPTURE,), cases=(PIECE,))
    consequence = cause(
        "plaintext",
        "connection.client=plaintext",
        stages=(Stage.TRANSPORT,),
        because_of=(because("not-injected", "workload", "caller"),),
    )
    rulebook = book(origin, consequence)
    walk = case("connection.client=plaintext", "walk", stage=Stage.TRANSPORT, caller="batch")

    def found(self, workload: str) -> tuple[Conclusion, ...]:
        return concluded(self.rulebook, self.walk, case("workload.proxy=absent", "piece", PIECE, workload=workload))

    def test_on_the_same_object(self) -> None:
        """It is explained where both name one object in the roles of the link."""
        origin, consequence = self.found("batch")

        assert (None, origin.fingerprint) == (origin.explained_by, consequence.explained_by)

    def test_on_another_object(self) -> None:
        """It is not explained by the same cause elsewhere."""
        assert [None, None] == [one.explained_by for one in self.found("other")]

    def test_the_origin_is_the_root(self) -> None:
        """What explains the failure by explaining its cause is the root, though it is seen in no branch."""
        assert "not-injected" == root(self.found("batch"))

    def test_the_origin_inherits_the_stage(self) -> None:
        """The root stands at the stage where the request dies because of it."""
        assert Stage.TRANSPORT == self.found("batch")[0].stage

    def test_elsewhere_the_stage_is_its_own(self) -> None:
        """What explains nothing stands at its usual stage."""
        assert ["plaintext", "not-injected"] == ids(self.found("other"))
        assert Stage.CAPTURE == self.found("other")[1].stage

    def test_it_goes_all_the_way_up(self) -> None:
        """The failing stage is handed to the origin of the origin."""
        webhook = cause("webhook-down", "control_plane.webhook=down", cases=(MESH,))
        middle = cause("not-injected", "workload.proxy=absent", because_of=(because("webhook-down", "mesh", "mesh"),))
        told = (
            self.walk,
            case("workload.proxy=absent", "piece", PIECE, workload="batch", mesh="m"),
            case("control_plane.webhook=down", "mesh", MESH, mesh="m"),
        )
        found = concluded(book(webhook, middle, self.consequence), *told)

        assert ("webhook-down", Stage.TRANSPORT) == (root(found), found[0].stage)

    def test_a_circle_has_one_root(self) -> None:
        """Of two causes that explain each other the higher-ranked one explains the other."""
        one = cause("a", "service.x=1", because_of=(because("b", "service", "service"),))
        two = cause("b", "service.x=1", because_of=(because("a", "service", "service"),))
        first, second = concluded(book(one, two), case("service.x=1", service="s"))

        assert [("a", None), ("b", first.fingerprint)] == [(c.cause, c.explained_by) for c in (first, second)]

    def test_without_an_object_in_the_role(self) -> None:
        """Where the role of the link is empty nothing is explained."""
        walk = case("connection.client=plaintext", "walk", stage=Stage.TRANSPORT)
        found = concluded(self.rulebook, walk, case("workload.proxy=absent", "piece", PIECE, workload="batch"))

        assert [None, None] == [one.explained_by for one in found]

    def test_nothing_explains_itself(self) -> None:
        """A cause linked to itself on one object stays where it is."""
        one = cause("a", "service.x=1", because_of=(because("a", "service", "service"),))

        assert [None] == [c.explained_by for c in concluded(book(one), case("service.x=1", service="s"))]

    def test_the_highest_ranked_origin_explains(self) -> None:
        """Of two possible origins the surer one is taken."""
        unsure = cause("a", "service.x=1", supports="evidence.e=1")
        sure = cause("b", "service.x=1")
        links = (because("a", "service", "service"), because("b", "service", "service"))
        effect = cause("c", "service.x=1", because_of=links)
        found = {c.cause: c for c in concluded(book(unsure, sure, effect), case("service.x=1", service="s"))}

        assert found["b"].fingerprint == found["c"].explained_by


ROUTE, LISTENER, ENDPOINT = Stage.ROUTE, Stage.LISTENER, Stage.ENDPOINT

FIRST_OF_TWO = {
    "what explains the failing stage": (
        cause("a", "x.y=1", stages=(LISTENER,)),
        cause("b", "x.y=1", stages=(LISTENER, ROUTE), supports="e.e=1", prevalence=Prevalence.RARE),
    ),
    "then the surer": (
        cause("a", "x.y=1", supports="e.e=1", stages=(ROUTE,)),
        cause("b", "x.y=1", prevalence=Prevalence.RARE),
    ),
    "then the more prevalent": (
        cause("a", "x.y=1", prevalence=Prevalence.OCCASIONAL),
        cause("b", "x.y=1"),
    ),
    "then the id": (
        cause("c", "x.y=1"),
        cause("b", "x.y=1"),
    ),
}


class TestRank:
    """Which of several is the root."""

    @pytest.mark.parametrize("causes", FIRST_OF_TWO.values(), ids=FIRST_OF_TWO.keys())
    def test_order(self, causes: tuple[Cause, ...]) -> None:
        """Explaining the failure comes before certainty, certainty before prevalence, prevalence before the id."""
        assert "b" == root(concluded(book(*causes), case("x.y=1", stage=ROUTE)))

    def test_the_earlier_stage(self) -> None:
        """Where nothing fails, what comes earlier in a proxy's order comes first."""
        rulebook = book(
            cause("a", "x.y=1", stages=(ENDPOINT,)),
            cause("b", "x.y=1", stages=(LISTENER,), prevalence=Prevalence.RARE),
        )

        assert ["b", "a"] == ids(concluded(rulebook, case("x.y=1")))

    def test_the_worst_branch(self) -> None:
        """Of two branches that fail the one listed first is explained first."""
        rulebook = book(cause("a", "x.a=1", stages=(ENDPOINT,)), cause("b", "x.b=1", stages=(ROUTE,)))
        told = (case("x.b=1", "worst", stage=ROUTE), case("x.a=1", "other", stage=ENDPOINT))

        assert ["b", "a"] == ids(concluded(rulebook, *told))

    def test_a_piece_does_not_explain_by_itself(self) -> None:
        """What holds in a piece alone explains no failure, unless something of the request follows from it."""
        rulebook = book(cause("a", "x.y=1", cases=(PIECE,)))
        told = (case("", "walk", stage=ROUTE), case("x.y=1", "piece", PIECE))

        assert [UNEXPLAINED, "a"] == ids(concluded(rulebook, *told))


class TestRoot:
    """Whether there is a root, and how grave it is."""

    def test_of_a_failed_request_is_an_error(self) -> None:
        """A cause that is a mere surprise in an audit is an error where a request dies of it."""
        rulebook = book(cause("a", "x.y=1", severity=Severity.INFO))

        assert [Severity.ERROR] == [c.severity for c in concluded(rulebook, case("x.y=1", stage=ROUTE))]

    def test_what_is_no_root_keeps_its_severity(self) -> None:
        """Everything else is as grave as the rulebook says."""
        rulebook = book(cause("a", "x.y=1"), cause("b", "x.y=1", severity=Severity.INFO))

        assert Severity.INFO == concluded(rulebook, case("x.y=1", stage=ROUTE))[1].severity

    def test_a_failure_that_nothing_explains(self) -> None:
        """It is concluded that it is unexplained, at the failing stage, on the objects of that branch."""
        (found,) = concluded(book(), case("", stage=ENDPOINT, service="s"))

        expected = Conclusion(
            fingerprint=fingerprint(UNEXPLAINED, {"service": thing("s")}),
            cause=UNEXPLAINED,
            case="walk",
            cases=("walk",),
            certainty=Certainty.CONFIRMED,
            severity=Severity.ERROR,
            stage=ENDPOINT,
            roles={"service": thing("s")},
            root=True,
        )
        assert expected == found

    def test_another_stage_explains_nothing(self) -> None:
        """A cause of failures elsewhere is noticed, and the failure stays unexplained."""
        rulebook = book(cause("a", "x.y=1", stages=(LISTENER,)))

        assert [UNEXPLAINED, "a"] == ids(concluded(rulebook, case("x.y=1", stage=ROUTE)))

    def test_a_possible_cause_is_never_root(self) -> None:
        """What is merely possible explains nothing."""
        rulebook = book(cause("a", "x.y=1", "x.z=1"))

        assert [UNEXPLAINED] == ids(concluded(rulebook, case("x.y=1", stage=ROUTE)))

    def test_of_a_request_that_arrives(self) -> None:
        """It is what holds for the request itself, not what holds elsewhere."""
        rulebook = book(cause("a", "x.y=1", cases=(PIECE,)), cause("b", "x.y=1", prevalence=Prevalence.RARE))
        told = (case("x.y=1", "walk", service="s"), case("x.y=1", "piece", PIECE, service="t"))

        assert "b" == root(concluded(rulebook, *told))

    def test_a_request_that_arrives_well_has_none(self) -> None:
        """Where nothing holds for the request there is no root."""
        rulebook = book(cause("a", "x.y=1", cases=(PIECE,)))

        assert "" == root(concluded(rulebook, case("", "walk"), case("x.y=1", "piece", PIECE)))

    def test_an_audit_has_none(self) -> None:
        """Without a request there is no root cause of it."""
        rulebook = book(cause("a", "x.y=1"))

        assert "" == root(concluded(rulebook, case("x.y=1", "piece", PIECE), case("x.y=1", "mesh", MESH)))
