"""What is said of the way out: of what the caller's proxy knows, and of what it does with the rest."""

from __future__ import annotations

import pytest

from tests.inventories import SHOP, inventory
from troubleshooter.evidence import AccessLogEntry, parse_line
from troubleshooter.facts import observe, walk_cases
from troubleshooter.mesh import Mesh
from troubleshooter.model import Case
from troubleshooter.walk import parse_request, walk

ONLY = """
apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data: {mesh: "outboundTrafficPolicy: {mode: REGISTRY_ONLY}"}
"""
ENTRY = """
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: rates, namespace: shop}
spec:
  hosts: [api.example.com]
  exportTo: ["%s"]
  resolution: DNS
  ports: [{number: 443, name: tls, protocol: TLS}]
"""
SIDECAR = """
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: default, namespace: shop}
spec: {outboundTrafficPolicy: {mode: %s}}
"""
LOST = (
    '[2026-11-20T10:00:00.000Z] "- - -" 0 UH - - "-" 0 0 0 - "-" "-" "-" "-" "-" BlackHoleCluster - 10.9.9.9:443 '
    "10.0.0.1:4444 - -"
)


def case_of(url: str, *texts: str, log: str = "") -> Case:
    """The case of a request by the shop's web."""
    mesh = Mesh(inventory(SHOP, *texts))
    walked, observation = walk(mesh, parse_request(url, source="shop/deployment/web")), None
    if log:
        entry = parse_line(log, file="access.log", number=1)
        assert isinstance(entry, AccessLogEntry)
        walked, observation = observe(walked, entry, {})
    return walk_cases(mesh, walked, observation)[0]


def word(case: Case, name: str) -> str:
    """The word of a fact, "" if it is not known."""
    return case.facts[name].word if name in case.facts else ""


@pytest.mark.parametrize(
    ("url", "texts", "expected"),
    [
        ("https://api.example.com/", (), "unregistered"),
        ("tcp://192.0.2.7:99", (), "address"),
        ("https://api.example.com/", (ENTRY % ".",), "registered"),
        ("https://api.example.com/", (ENTRY % "other",), "hidden"),
        ("http://payments:8080/", (), "registered"),
        ("http://nobody/", (), ""),
    ],
)
def test_what_is_dialled(url: str, texts: tuple[str, ...], expected: str) -> None:
    """A host is known, hidden or neither; of a name that does not resolve nothing is said."""
    assert expected == word(case_of(url, *texts), "request.destination")


@pytest.mark.parametrize(("port", "expected"), [(443, "present"), (80, "absent")])
def test_ports_of_an_entry(port: int, expected: str) -> None:
    """A ServiceEntry opens the ports that it lists."""
    assert expected == word(case_of(f"http://api.example.com:{port}/", ENTRY % "."), "service_entry.port")


@pytest.mark.parametrize(("host", "expected"), [("apis.example.com", "one"), ("rates.example.org", "none")])
def test_hosts_that_look_alike(host: str, expected: str) -> None:
    """A host that is nearly that of a ServiceEntry with this port may be a slip of the pen."""
    assert expected == word(case_of(f"https://{host}/", ENTRY % "."), "service_entry.guess")


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ((), "allow-any"),
        ((ONLY,), "registry-only"),
        ((ONLY, SIDECAR % "ALLOW_ANY"), "allow-any"),
        ((SIDECAR % "REGISTRY_ONLY",), "registry-only"),
    ],
)
def test_policies(texts: tuple[str, ...], expected: str) -> None:
    """The caller's Sidecar goes before the mesh, and the mesh lets everything out where it says nothing."""
    assert expected == word(case_of("https://api.example.com/", *texts), "caller.outbound_policy")


def test_a_log_outranks_the_configuration() -> None:
    """A connection that went to the BlackHoleCluster shows what the proxy does with what it does not know."""
    assert "registry-only" == word(case_of("https://api.example.com/", log=LOST), "caller.outbound_policy")
