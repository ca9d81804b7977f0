"""The pages for people, kept whole: read the golden files, they are the specification."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given

from tests.report import report_examples as examples
from tests.report import report_strategies as some
from troubleshooter.model import (
    Applicability,
    Considered,
    Diagnosis,
    Fact,
    Finding,
    Fix,
    NotChecked,
    PossibleCause,
    Resource,
    Stage,
    Walk,
)
from troubleshooter.report import Screen, to_text, walk_to_text

Golden = Callable[[str, str], None]


def with_fix(**changes: object) -> Diagnosis:
    """The failed request with another best fix."""
    fix: Fix = replace(examples.ADD_DEFAULT, **changes)  # type: ignore[arg-type]  # the fields are checked at run time
    root: Finding = replace(examples.NO_MATCH, fixes=(fix,))
    return replace(examples.FAILED, findings=(root,))


@pytest.mark.parametrize("name", examples.DIAGNOSES)
def test_page_of_a_diagnosis(name: str, golden: Golden) -> None:
    """A diagnosis at 80 columns, without colour."""
    golden(f"{name}.txt", to_text(examples.DIAGNOSES[name]) + "\n")


@pytest.mark.parametrize("name", examples.WALKS)
def test_page_of_a_walk(name: str, golden: Golden) -> None:
    """A walk at 80 columns, without colour."""
    golden(f"walk-{name}.txt", walk_to_text(examples.WALKS[name]) + "\n")


def test_page_of_a_walk_with_a_trace(golden: Golden) -> None:
    """What lost stands below what was decided, with its place and the reason."""
    place = Resource(kind="VirtualService", namespace="other", name="payments", field="spec.exportTo", file="o.yaml")
    losers = (Considered(resource=place, chosen=False, why="it is not exported to namespace shop"),)
    path = tuple(replace(s, considered=losers) if s.stage is Stage.ROUTE else s for s in examples.FAILING_WALK.path)
    branch = replace(examples.FAILING_WALK.branches[0], path=path)

    golden("walk-traced.txt", walk_to_text(replace(examples.FAILING_WALK, branches=(branch,))) + "\n")


@pytest.mark.parametrize(("name", "width"), [("walk-side-by-side", 80), ("walk-side-by-side-narrow", 50)])
def test_page_of_a_walk_beside_the_one_before(name: str, width: int, golden: Golden) -> None:
    """Both ways stage by stage, and what is the same said so."""
    screen = Screen(width=width)

    golden(f"{name}.txt", walk_to_text(examples.GOOD_WALK, screen, before=examples.FAILING_WALK) + "\n")


def test_page_of_a_diagnosis_says_what_was_before(golden: Golden) -> None:
    """One row, where manifests were laid over the mesh."""
    golden("reachable-before.txt", to_text(replace(examples.REACHABLE, before=examples.FAILING_WALK)) + "\n")


def test_page_in_ascii(golden: Golden) -> None:
    """Where the encoding has ASCII only, other marks say the same."""
    golden("failed-ascii.txt", to_text(examples.FAILED, Screen(ascii=True)) + "\n")


def test_page_of_a_narrow_screen(golden: Golden) -> None:
    """Fifty columns are enough."""
    golden("failed-narrow.txt", to_text(examples.FAILED, Screen(width=50)) + "\n")


def test_colour_adds_nothing_but_colour() -> None:
    """With its colour codes removed, a coloured page is the plain one."""
    coloured = to_text(examples.FAILED, Screen(color=True))
    codes = ["\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[33m"]
    for code in codes:
        coloured = coloured.replace(code, "")

    assert to_text(examples.FAILED) == coloured


def test_verdict_is_coloured() -> None:
    """The mark of a failed request is red and its verdict bold."""
    first = to_text(examples.FAILED, Screen(color=True)).splitlines()[0]

    assert first == "\x1b[31m×\x1b[0m \x1b[1mThe request does not arrive.\x1b[0m"


def test_manifest_can_be_copied_as_it_stands() -> None:
    """The manifest stands in its command letter by letter, whatever the width."""
    text = to_text(examples.FAILED, Screen(width=40))

    assert f"\nkubectl apply -f - <<'EOF'\n{examples.MANIFEST}EOF\n" in text


def test_manifest_that_takes_something_away_replaces() -> None:
    """`kubectl apply` may leave what it did not write, and one sentence says so."""
    text = to_text(with_fix(removes=True))

    assert f"\nkubectl replace -f - <<'EOF'\n{examples.MANIFEST}EOF\n" in text
    assert "\n  It says replace, because apply may leave what this fix takes away." in text


def test_manifest_cannot_end_its_own_command() -> None:
    """A line of the manifest that looks like the end mark changes the mark."""
    text = to_text(with_fix(manifest="a: |\nEOF\nEOF_\n"))

    assert "kubectl apply -f - <<'EOF__'\na: |\nEOF\nEOF_\nEOF__\n" in text


def test_manifest_that_cannot_be_shown_is_not_offered_for_copying() -> None:
    """What is copied would not be what was proved, so no command stands around it."""
    text = to_text(with_fix(manifest="a: '\x1b[2J'\n"))

    assert "kubectl apply" not in text
    assert "Some letters of this manifest cannot be shown as they are." in text


def test_short_rollback_is_a_command() -> None:
    """A rollback of one line is shown to be run."""
    text = to_text(with_fix(rollback="kubectl delete virtualservice payments -n shop\n"))

    assert "  To undo it:\n    kubectl delete virtualservice payments -n shop\n" in text


def test_commands_are_listed_and_never_wrapped() -> None:
    """A command is one line, however long and whatever stands in it."""
    long = "kubectl rollout restart " + "deployment/web " * 8 + "-n shop"
    text = to_text(with_fix(manifest="", commands=(long, "echo a\necho b")))

    assert f"  Run:\n    {long}\n    echo a\\necho b\n" in text


def test_fix_by_hand_says_so() -> None:
    """A manifest that needs a hand is not offered as ready."""
    assert "Adapt it by hand, then apply it:" in to_text(with_fix(applicability=Applicability.MANUAL))


def test_fix_names_its_kubernetes_cluster() -> None:
    """Where there are several clusters, the fix says which it is for."""
    east = replace(examples.NO_MATCH, resource=examples.FIRST_MATCH._replace(cluster="east"))
    text = to_text(replace(examples.FAILED, findings=(east,)))

    assert "Read it, then apply it in the Kubernetes cluster east:" in text


def test_unproved_fix_gives_its_reason() -> None:
    """A fix that was not proved says why."""
    text = to_text(with_fix(verified=False, why_not_verified="only traffic can show it"))

    assert "  Unproved   only traffic can show it\n" in text


def test_unlock_of_several_lines_is_a_block() -> None:
    """A Role to apply is shown to be copied."""
    role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\n"
    text = to_text(Diagnosis(not_checked=(NotChecked(what="secrets", why="forbidden", unlock=role),)))

    assert f"\n    to see it, apply:\n{role.rstrip()}" in text


def test_long_lists_are_counted() -> None:
    """Of many possible causes four are named and the rest is counted."""
    many = tuple(PossibleCause(cause=f"cause-{n}", missing=()) for n in range(9))
    text = to_text(Diagnosis(walk=examples.UNKNOWN_WALK, possible=many))

    assert "  • cause-3\n  and 5 more: -o json has them all" in text


def test_failure_without_a_root_still_says_where_it_dies() -> None:
    """A walk that fails is told even if nothing explains it."""
    text = to_text(Diagnosis(walk=examples.FAILING_WALK))

    assert "  Dies at    route, at Deployment shop/web\n" in text


def test_a_fact_without_a_source_is_no_evidence() -> None:
    """What is so by default has no place to look at."""
    bare = replace(examples.NO_MATCH, because=(Fact("mesh.clusters", "read"), *examples.NO_MATCH.because))
    text = to_text(replace(examples.FAILED, findings=(bare,)))

    assert (False, True) == ("mesh.clusters" in text, "route.match is none" in text)


def test_nothing_is_found_only_in_what_was_seen() -> None:
    """A clean audit with gaps does not claim the whole."""
    text = to_text(Diagnosis(not_checked=examples.NOT_CHECKED))

    assert text.splitlines()[0] == "√ Nothing wrong was found, in what was seen."


def test_nothing_found_is_no_good_news_beside_what_another_analyser_reports() -> None:
    """What it reports is quoted below, so the page does not begin with a tick."""
    text = to_text(Diagnosis(reported=2, not_checked=examples.NOT_CHECKED))

    assert "‼ Nothing was found here, but istioctl analyze reports 2 problems, told below." == text.splitlines()[0]


def test_finding_of_a_circle_is_not_lost() -> None:
    """Findings that explain each other are still shown."""
    circle = (
        replace(examples.UNUSED, fingerprint="x", explained_by="y"),
        replace(examples.PORT_NAME, fingerprint="y", explained_by="x"),
    )
    text = to_text(Diagnosis(findings=circle))

    assert examples.UNUSED.title in text
    assert examples.PORT_NAME.title in text


@given(some.diagnoses)
def test_no_control_reaches_the_screen(diagnosis: Diagnosis) -> None:
    """Whatever the input holds, a page has printable letters, spaces, newlines and, in a block, tabs."""
    text = to_text(diagnosis)

    assert text.encode("utf-8")
    assert not set(text) & {chr(n) for n in (*range(9), *range(11, 32), *range(127, 160), 0x202E, 0xD800)}


@given(some.walks)
def test_no_control_of_a_walk_reaches_the_screen(walk: Walk) -> None:
    """The same for the page of a walk."""
    text = walk_to_text(walk)

    assert text.encode("utf-8")
    assert not set(text) & {chr(n) for n in (*range(10), *range(11, 32), *range(127, 160), 0x202E, 0xD800)}


@given(some.diagnoses)
def test_ascii_screen_gets_ascii(diagnosis: Diagnosis) -> None:
    """Every letter of an ASCII page is ASCII."""
    assert to_text(diagnosis, Screen(ascii=True)).isascii()
