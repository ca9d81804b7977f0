"""What istioctl analyze says stands beside what was found, and is never a reason by itself."""

from __future__ import annotations

import pytest

from tests.inference.inference_builders import cause
from troubleshooter.consult.peers import with_peers
from troubleshooter.evidence import take
from troubleshooter.model import Certainty, Diagnosis, Exhibit, Finding, Inventory, KnownAs, Resource, Severity, Stage
from troubleshooter.remedy import Situation
from troubleshooter.rulebook import Cause, PeerCode, PeerName, Rulebook

ROUTES = Resource(group="networking.istio.io", kind="VirtualService", namespace="shop", name="payments")


def _cause(name: str, says: str) -> Cause:
    return cause(name, "service.a=1", known_as=(PeerName(code="IST0101", on="virtual_service", says=says),))


BOOK = Rulebook(
    causes={
        "host-unknown": _cause("host-unknown", "host not found"),
        "gateway-gone": _cause("gateway-gone", "gateway not"),
    },
    peer_codes={"IST0135": PeerCode(code="IST0135", title="An old annotation is used", reason="Hygiene.")},
)
HOST = 'Error [IST0101] (VirtualService shop/payments) Referenced host not found: "x"'
GATEWAY = 'Error [IST0101] (VirtualService shop/payments) Referenced gateway not found: "x"'


def _finding() -> Finding:
    return Finding(
        fingerprint="1",
        cause="host-unknown",
        title="No such host",
        certainty=Certainty.CONFIRMED,
        severity=Severity.ERROR,
        stage=Stage.ROUTE,
        resource=ROUTES,
        roles={},
        case="1",
        explanation="It is not there.",
        known_as=(KnownAs(code="IST0101", resource=ROUTES, says="host not found"),),
    )


def _held(text: str, *findings: Finding, namespace: str = "") -> Diagnosis:
    situation = Situation(inventory=Inventory(), evidence=take([Exhibit(name="analysis.txt", text=text)]))
    return with_peers(Diagnosis(findings=findings), BOOK, situation, namespace)


def test_the_same_finding_is_said() -> None:
    """A finding says that istioctl analyze reports it too, and where that stands."""
    (finding,) = _held(HOST, _finding()).findings
    told = "istioctl analyze reports IST0101 for VirtualService shop/payments, too (analysis.txt:1): "

    assert f'It is not there.\n\n{told}Referenced host not found: "x"' == finding.explanation


def test_what_was_found_here_is_no_note() -> None:
    """No note is left of a message that stands for a finding."""
    assert not _held(HOST, _finding()).not_checked


def test_another_meaning_of_the_code_is_not_the_same() -> None:
    """A code with several meanings stands for a finding only with its own words."""
    diagnosis = _held(GATEWAY, _finding())

    assert diagnosis.findings == (_finding(),)
    assert [one.why for one in diagnosis.not_checked] == ["none of what it may mean was found here (gateway-gone)"]


def test_another_object_is_not_the_same() -> None:
    """A code of another object stands for no finding."""
    assert _held(HOST.replace("payments", "web"), _finding()).findings == (_finding(),)


def test_old_way_to_write_a_name() -> None:
    """Older versions wrote the namespace behind the name."""
    assert not _held(HOST.replace("shop/payments", "payments.shop"), _finding()).not_checked


def test_a_code_without_a_cause_is_a_note() -> None:
    """What no cause stands for is said with its meaning, once, however many objects it names; it is no finding."""
    lines = "\n".join(f"Info [IST0135] (Pod shop/web-{n}) old" for n in range(5))
    diagnosis = _held(lines)

    assert not diagnosis.findings
    assert [(one.what, one.why) for one in diagnosis.not_checked] == [
        (
            "IST0135 of istioctl analyze, Pod shop/web-0, Pod shop/web-1, Pod shop/web-2 and 2 more (analysis.txt:1)",
            "An old annotation is used. Hygiene",
        )
    ]


def test_an_unknown_code_is_quoted() -> None:
    """A code of a newer version is said to be unknown, with its words."""
    (note,) = _held("Error [IST0999] (Pod shop/web-1) It broke.").not_checked

    assert note.why == "this program knows no such code; it says: It broke"


def test_objects_of_other_namespaces_are_left_out() -> None:
    """Where one namespace is asked about, what is said of others is left out."""
    assert not _held(HOST, namespace="bank").not_checked


def test_no_analysis_changes_nothing() -> None:
    """Without such a text the diagnosis is what it was."""
    assert _held("once upon a time", _finding()) == Diagnosis(findings=(_finding(),))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (HOST, 1),
        (f"{HOST}\n{GATEWAY}", 2),
        (HOST.replace("Error", "Warning"), 1),
        (HOST.replace("Error", "Info"), 0),
        ("Error [IST0135] (Pod shop/a) Old", 1),
        ("Warning [IST0135] (Pod shop/a) Old", 0),
    ],
    ids=["error", "two", "warning", "info", "error-of-a-known-code", "warning-of-a-known-code"],
)
def test_what_it_reports_and_nobody_found_here_is_counted(said: str, expected: int) -> None:
    """Errors, and warnings unless it is known that they do not matter here."""
    assert expected == _held(said).reported


def test_what_was_found_here_too_is_not_counted() -> None:
    """A finding stands for it."""
    assert 0 == _held(HOST, _finding()).reported
