"""Which failure of a log is in question, and how each is asked about."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.inventories import SHOP, inventory
from troubleshooter.consult import Failure, failure_of, failures, log_groups
from troubleshooter.evidence import LogSummary, parse_lines, summarise
from troubleshooter.mesh import Mesh
from troubleshooter.walk import parse_request

PODS = """
apiVersion: v1
kind: Pod
metadata:
  name: web-5d4f8c7b9-x2k4j
  namespace: shop
  labels: {app: web, pod-template-hash: 5d4f8c7b9}
  ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-5d4f8c7b9, controller: true}]
spec: {containers: [{name: web}]}
status: {podIP: 10.0.0.4, conditions: [{type: Ready, status: "True"}]}
---
apiVersion: v1
kind: Pod
metadata: {name: batch-1, namespace: shop, labels: {app: batch}}
spec: {containers: [{name: batch}]}
status: {podIP: 10.0.0.9, conditions: [{type: Ready, status: "True"}]}
"""
MESH = Mesh(inventory(SHOP, PODS))
TO = "http://payments.shop:8080"


def _line(
    path: str, *, method: str = "GET", status: int = 503, host: str = "payments.shop:8080", peer: str = "10.0.0.7"
) -> str:
    return (
        f'[2026-03-01T10:00:00.000Z] "{method} {path} HTTP/1.1" {status} UH no_healthy_upstream - "-" 0 0 0 - "-" "c" '
        f'"a" "{host}" "-" outbound|8080||payments.shop.svc.cluster.local - 10.0.0.5:8080 {peer}:40000 - -'
    )


def _summary(*lines: str) -> LogSummary:
    return summarise(parse_lines(lines, file="access.log"))


def _failures(*lines: str) -> Sequence[Failure]:
    return failures(MESH, _summary(*lines))


def _fitting(to: str, *lines: str, source: str = "", method: str = "GET") -> Failure | None:
    return failure_of(MESH, _failures(*lines), parse_request(to, source=source, method=method))


def test_biggest_failure_comes_first() -> None:
    """Failures keep the order of the log's groups."""
    found = _failures(_line("/a"), _line("/b"), _line("/b"))

    assert [(2, "/b"), (1, "/a")] == [(f.group.count, f.request.path) for f in found]


@pytest.mark.parametrize("host", ["x:99999", "[::1"])
def test_failure_of_no_possible_host_is_left_out(host: str) -> None:
    """Of an authority that is none no request can be made; it is counted all the same."""
    assert () == _failures(_line("/a", host=host))
    assert [("-f", "m")] == [g.arguments for g in log_groups(MESH, _summary(_line("/a", host=host)), ("-f", "m"))]


@pytest.mark.parametrize(
    "host", ["payments.shop:8080", "payments.shop.svc.cluster.local:8080", "payments.shop.svc:8080"]
)
def test_every_name_of_a_service_is_the_same(host: str) -> None:
    """A log may call the service otherwise than the request does."""
    assert _fitting(f"{TO}/a", _line("/a", host=host)) is not None


def test_other_path_does_not_fit() -> None:
    """A failure elsewhere proves nothing of this request."""
    assert _fitting(f"{TO}/b", _line("/a")) is None


def test_other_host_does_not_fit() -> None:
    """Nor does one of another service."""
    assert _fitting("http://web.shop:8080/a", _line("/a")) is None


def test_ids_in_a_path_are_alike() -> None:
    """One order is as good as another."""
    assert _fitting(f"{TO}/orders/17", _line("/orders/42")) is not None


def test_url_without_a_path_takes_that_of_the_log() -> None:
    """The request is completed, and says so."""
    found = _fitting(TO, _line("/a"))

    assert found is not None
    assert (f"{TO}/a", "/a", ("path: /a, as in the log",)) == (
        found.request.to,
        found.request.path,
        found.request.assumed,
    )


def test_same_method_comes_first() -> None:
    """Of failures that fit, that with the request's method counts, then the biggest."""
    lines = (_line("/a"), _line("/a", status=500), _line("/a", method="POST", status=502))
    found = _fitting(f"{TO}/a", *lines, method="POST")

    assert found is not None
    assert 502 == found.group.response_code


@pytest.mark.parametrize(
    ("source", "fits"),
    [("shop/deployment/web", True), ("shop/pod/batch-1", False), ("shop/pod/web-5d4f8c7b9-x2k4j", True), ("", True)],
)
def test_other_sender_does_not_fit(source: str, *, fits: bool) -> None:
    """Where both senders are known they must be the same."""
    assert fits == (_fitting(f"{TO}/a", _line("/a", peer="10.0.0.4"), source=source) is not None)


def test_arguments_name_the_request() -> None:
    """What was given comes first, then who asks whom for what."""
    (group,) = log_groups(MESH, _summary(_line("/a", method="POST", peer="10.0.0.9")), ("-f", "m.yaml"))

    assert ("-f", "m.yaml", "--from", "shop/pod/batch-1", "--to", f"{TO}/a", "-X", "POST") == group.arguments
