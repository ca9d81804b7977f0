"""What a comparison of a proxy with istiod tells."""

from __future__ import annotations

import pytest

from tests.facts.proxy_pages import PAYMENTS, V2, alone, case_of, counters, line, told
from troubleshooter.evidence.istioctl.comparison import Comparison, Missing, Part
from troubleshooter.evidence.pasted.exchanges import pod_in

NC = line("NC", details="cluster_not_found")


def _lacking(*names: str, kind: str = "CDS") -> Comparison:
    missing = tuple(Missing(name=name, line=4, text=f"- {name}") for name in names)
    return Comparison(parts=(Part(type=kind, matches=False, missing=missing),))


def test_the_piece_that_the_request_needs() -> None:
    """A cluster of the host and port that were asked for is what the proxy lacks."""
    case = case_of(NC, _lacking("outbound|53||dns.kube-system.svc.cluster.local", PAYMENTS))

    assert ("lacking", f"the cluster {PAYMENTS}") == (
        case.facts["evidence.config_lost"].word,
        case.details["evidence.config_part"],
    )


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (PAYMENTS.replace("8080", "9090"), "CDS"),
        (PAYMENTS.replace("payments", "pay"), "CDS"),
        ("envoy.filters.network.tcp_proxy", "LDS"),
        ("default", "RDS"),
    ],
)
def test_what_the_request_does_not_need(name: str, kind: str) -> None:
    """Another port, another host, and names of what is no piece tell nothing about it."""
    assert "evidence.config_lost" not in told(NC, _lacking(name, kind=kind))


def test_the_cluster_that_was_logged() -> None:
    """Where the line names its cluster, that one counts."""
    logged = line("NC", details="cluster_not_found", upstream_cluster=V2)

    assert "evidence.config_lost" not in told(logged, _lacking(PAYMENTS))
    assert told(logged, _lacking(V2))["evidence.config_lost"] == "lacking"


def test_the_virtual_host() -> None:
    """Routes for the host are what a line without a route needs."""
    missing = _lacking("payments.shop.svc.cluster.local:8080", kind="RDS")

    assert told(line("NR", details="route_not_found"), missing)["evidence.config_lost"] == "lacking"


def test_several_comparisons_do_not_say_whose_they_are() -> None:
    """Of two comparisons without a pod neither is taken for the sender's."""
    assert "evidence.config_lost" not in told(NC, _lacking(PAYMENTS), _lacking(V2))


def test_by_itself() -> None:
    """A proxy that lacks a piece is told of, whatever is asked; one that has all is not."""
    alike = Comparison(parts=(Part(type="CDS", matches=True),))

    assert [("lacking", f"the cluster {V2}")] == list(alone(_lacking(V2), alike, counters()))


def test_differences_inside_a_piece_are_passed_over() -> None:
    """Where no named piece is missing, nothing is told."""
    assert not list(alone(_lacking()))


@pytest.mark.parametrize(
    ("command", "pod"),
    [
        ("istioctl proxy-status web-1.shop", "shop/web-1"),
        ("istioctl ps web-1 -n shop", "shop/web-1"),
        ("istioctl proxy-config cluster web-1.shop -o json", "shop/web-1"),
        ("istioctl proxy-status", ""),
    ],
)
def test_whose_it_is(command: str, pod: str) -> None:
    """The command that was pasted names the pod."""
    assert pod == pod_in(command)
