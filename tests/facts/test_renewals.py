"""Whether a certificate was renewed in time, by the pages of its proxy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.facts.proxy_pages import NODE, PAYMENTS, case_of, cluster, dump, evidence, line
from tests.inventories import inventory
from tests.meshes import mesh_config, thing
from troubleshooter.evidence.envoy.status import Certificate, Certificates
from troubleshooter.facts.of_evidence import evidence_cases
from troubleshooter.mesh import Mesh
from troubleshooter.model import Case, Inventory

BEGINS, ENDS = "2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z"
LATE = "2026-11-20T22:00:00Z"
OWN = Certificate(
    path="<inline>", serial="7", names=("spiffe://cluster.local/ns/shop/sa/web",), valid_from=BEGINS, expires=ENDS
)
LISTED = frozenset({("", "", "Pod", "shop")})
"""A list of pods from a cluster."""
OBSERVED = 1795212000
"""2026-11-20 22:00 UTC."""


def alone(*pages: Any, held: Inventory | None = None) -> list[Case]:
    """The cases about renewal."""
    found = evidence_cases(Mesh(held or Inventory()), evidence(*pages))
    return [case for case in found if "evidence.renewal" in case.facts]


def word(*pages: Any, held: Inventory | None = None) -> str | None:
    """The word of the only case."""
    found = alone(*pages, held=held)
    return found[0].facts["evidence.renewal"].word if found else None


def held(certificate: Certificate = OWN) -> Certificates:
    """`/certs` with this certificate."""
    return Certificates(chain=(certificate,))


def changed(at: str, **about: Any) -> Any:
    """A dump whose last change was then."""
    return dump(cluster(PAYMENTS, updated=at), node=replace(NODE, **about))


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-19T00:00:00Z", None),
        ("2026-11-20T11:00:00Z", None),
        ("2026-11-20T21:00:00Z", None),
        (LATE, "overdue"),
        ("2026-11-20T23:59:59.999Z", "overdue"),
        (ENDS, "ended"),
        ("2026-12-24T00:00:00Z", "ended"),
        ("", None),
        ("yesterday", None),
    ],
)
def test_a_page_was_taken_after_the_last_change_that_its_proxy_tells_of(at: str, expected: str | None) -> None:
    """Less than a tenth is left at that time."""
    assert expected == word(held(), changed(at))


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [("0.5", "overdue"), ("0.1", None), ("0.9", "overdue"), ("much", "overdue"), ("0", "overdue"), ("nan", "overdue")],
)
def test_who_is_told_to_renew_late_is_not_late(ratio: str, expected: str | None) -> None:
    """By the proxy's own metadata; what is no share is not meant."""
    assert expected == word(held(), changed(LATE, renewal=ratio))


def test_the_mesh_config_may_say_when_to_renew() -> None:
    """Where the proxy's pod is known."""
    late = mesh_config('defaultConfig: {proxyMetadata: {SECRET_GRACE_PERIOD_RATIO: "0.1"}}')
    pod = thing("Pod", "web-1", "containers: [{name: app, image: x}, {name: istio-proxy, image: proxyv2}]")

    assert (
        word(held(), changed(LATE), held=inventory(pod)),
        word(held(), changed(LATE), held=inventory(pod, late)),
    ) == (
        "overdue",
        None,
    )


@pytest.mark.parametrize(
    "other",
    [
        {"names": ("shop.example",)},
        {"names": ()},
        {"valid_from": ""},
        {"expires": "never"},
        {"valid_from": "2026-11-20T23:30:00Z"},
        {"valid_from": ENDS, "expires": BEGINS},
    ],
)
def test_what_is_no_certificate_of_a_workload_or_short_is_not_judged(other: dict[str, Any]) -> None:
    """What a gateway shows, what has no dates, what lasts half an hour, and what ends before it begins."""
    assert word(held(replace(OWN, **other)), changed("2026-11-20T23:59:00Z")) is None


def test_the_time_of_reading_files_is_not_that_of_pages() -> None:
    """They may lie there for long."""
    assert word(held(), held=Inventory(observed=OBSERVED)) is None


def test_the_time_of_listing_a_cluster_is() -> None:
    """Its pages were read then."""
    listing = Inventory(observed=OBSERVED, listed=LISTED)

    assert word(held(), held=listing) == "overdue"


def test_the_pod_and_the_certificate_are_named() -> None:
    """With the page as the source."""
    (case,) = alone(held(), changed(LATE))

    assert (case.roles["pod"].name, case.details["evidence.certificate_dates"]) == (
        "web-1",
        f"valid from {BEGINS} until {ENDS}",
    )


@pytest.mark.parametrize(("time", "expected"), [(LATE, "overdue"), (ENDS, None), ("2026-11-20T12:00:00Z", None)])
def test_a_failed_line_has_its_own_time(time: str, expected: str | None) -> None:
    """One that has ended by then is told as expired."""
    case = case_of(line("UF", upstream_cluster=PAYMENTS, start_time=time), held(), changed(BEGINS))
    found = case.facts.get("evidence.renewal")

    assert expected == (found and found.word)
