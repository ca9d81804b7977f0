"""What of an audit is left when one namespace or one symptom is asked for."""

from __future__ import annotations

import pytest

from troubleshooter.consult.audit import within
from troubleshooter.inference import Conclusion
from troubleshooter.model import Certainty, Resource, Severity, Stage


def _conclusion(mark: str, *, explained_by: str | None = None, **roles: Resource) -> Conclusion:
    return Conclusion(
        fingerprint=mark,
        cause=f"cause-{mark}",
        case=mark,
        cases=(mark,),
        certainty=Certainty.CONFIRMED,
        severity=Severity.ERROR,
        stage=Stage.ROUTE,
        roles=roles,
        explained_by=explained_by,
    )


SHOP = Resource(kind="Service", name="payments", namespace="shop")
BANK = Resource(kind="Service", name="ledger", namespace="bank")
FOUND = (
    _conclusion("a", service=SHOP),
    _conclusion("b", service=BANK, target=SHOP),
    _conclusion("c", namespace=Resource(kind="Namespace", name="bank")),
    _conclusion("d", explained_by="e", service=SHOP),
    _conclusion("e", explained_by="f", service=BANK),
    _conclusion("f", service=BANK),
)


@pytest.mark.parametrize(
    ("namespace", "causes", "left"),
    [
        ("", None, "abcdef"),
        ("shop", None, "abdef"),
        ("bank", None, "bcef"),
        ("none", None, ""),
        ("", {"cause-a", "cause-d"}, "adef"),
        ("shop", {"cause-c", "cause-b"}, "b"),
    ],
)
def test_what_is_left(namespace: str, causes: set[str] | None, left: str) -> None:
    """Left is what any object of the namespace has a role in, with everything it is folded under, in its order."""
    assert list(left) == [c.fingerprint for c in within(FOUND, namespace, causes)]


def test_reasons_in_a_circle() -> None:
    """Two that explain each other are both left, and the search ends."""
    circle = (_conclusion("a", explained_by="b", service=SHOP), _conclusion("b", explained_by="a", service=BANK))

    assert circle == within(circle, "shop", None)
