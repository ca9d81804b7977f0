"""What is named where somebody may look into their own namespaces only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from tests.inventories import EXACT, SHOP, inventory
from tests.knowledge.knowledge_base import book
from troubleshooter.consult import Consultation
from troubleshooter.consult.out_of_sight import ASSUMED
from troubleshooter.inference import PlainEvaluator
from troubleshooter.model import Certainty, Diagnosis, Inventory, Verdict
from troubleshooter.remedy import Situation
from troubleshooter.walk import parse_request

HEALTHY = EXACT.replace("exact", "prefix")
ELSEWHERE = ("", "networking.istio.io", "VirtualService", "")
KINDS = (
    ("", "Service"),
    ("apps", "Deployment"),
    ("networking.istio.io", "VirtualService"),
    ("networking.istio.io", "DestinationRule"),
    ("networking.istio.io", "Sidecar"),
)


def asked(text: str, unseen: Iterable[tuple[str, str, str, str]], spaces: Iterable[str] = ("shop",)) -> Diagnosis:
    """What is said of a request where these lists were refused, and all of some kinds was listed in some namespaces."""
    held: Inventory = replace(
        inventory(SHOP, text),
        unseen=frozenset(unseen),
        listed=frozenset(("", group, kind, space) for group, kind in KINDS for space in spaces),
    )
    request = parse_request("http://payments.shop:8080/api/x", source="shop/deployment/web")
    return Consultation(book(), PlainEvaluator(), Situation(inventory=held, request=request)).diagnosis()


def named(found: Diagnosis) -> list[tuple[str, Certainty]]:
    """What was found, and how sure that is."""
    return [(finding.cause, finding.certainty) for finding in found.findings]


@pytest.mark.parametrize(
    "unseen",
    [[ELSEWHERE], [("", "networking.istio.io", "VirtualService", "other")], [("", "", "ConfigMap", ""), ELSEWHERE]],
)
def test_the_likely_cause_is_named(unseen: list[tuple[str, str, str, str]]) -> None:
    """All that is near was listed: what most likely is wrong is named, and what that rests on; no verdict is given."""
    found = asked(EXACT, unseen)

    assert [("vs-no-match-no-default", Certainty.LIKELY)] == named(found)
    assert found.walk is not None
    assert Verdict.UNDETERMINED is found.walk.verdict
    assert ASSUMED in found.not_checked


def test_its_fix_is_tried_on_what_was_seen() -> None:
    """A copy of what was seen shows whether a fix would help there."""
    (finding,) = asked(EXACT, [ELSEWHERE]).findings

    assert finding.fixes[0].verified


@pytest.mark.parametrize(
    ("text", "unseen", "spaces"),
    [
        (EXACT, [ELSEWHERE], ()),
        (EXACT, [("", "networking.istio.io", "VirtualService", "shop")], ("shop",)),
        (HEALTHY, [ELSEWHERE], ("shop",)),
    ],
    ids=["not-listed-near", "refused-near", "nothing-fails"],
)
def test_nothing_is_named(text: str, unseen: list[tuple[str, str, str, str]], spaces: tuple[str, ...]) -> None:
    """What was not listed near may be what decides; and what seems to pass may fail by what is out of sight."""
    found = asked(text, unseen, spaces)

    assert [] == named(found)
    assert ASSUMED not in found.not_checked


def test_nothing_is_supposed_where_all_was_seen() -> None:
    """Then it is certain."""
    found = asked(EXACT, [])

    assert [("vs-no-match-no-default", Certainty.CONFIRMED)] == named(found)
    assert ASSUMED not in found.not_checked
