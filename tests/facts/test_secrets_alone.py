"""Certificates that istiod did not give, by its log alone."""

from __future__ import annotations

import json

import pytest

from tests.meshes import mesh, thing
from troubleshooter.evidence import take
from troubleshooter.facts import evidence_cases
from troubleshooter.mesh import Mesh
from troubleshooter.model import Exhibit, Inventory

AT = "2026-11-21T10:39:10.000001Z\twarn\tads\t"
EARLIER = "2026-11-21T08:00:10.000001Z\twarn\tads\t"
END = "2026-11-21T10:40:00.000001Z\tinfo\tads\tPush debounce stable[12] 1 for config ServiceEntry/shop/x: 100ms\n"
FETCH = "failed to fetch key and certificate for SCHEME://edge/cert: WHY\n"
NOT_FOUND = "secret edge/cert not found"
NO_KEYS = "found secret, but didn't have expected keys (cert and key) or (tls.crt and tls.key); found: a, b"
DENIED = (
    "proxy gw-1.edge attempted to access unauthorized certificates cert: cross namespace secret reference requires X\n"
)


def told(*texts: str, seen: Mesh | None = None) -> list[tuple[str, str]]:
    """Why, and which Secret."""
    given = take(Exhibit(name=f"page{number}", text=text) for number, text in enumerate(texts))
    return [
        (case.facts["evidence.secret"].word, str(case.details["evidence.secret"]))
        for case in evidence_cases(seen or Mesh(Inventory()), given)
        if "evidence.secret" in case.facts
    ]


@pytest.mark.parametrize("scheme", ["kubernetes", "kubernetes-gateway"])
@pytest.mark.parametrize(("why", "word"), [(NOT_FOUND, "not-found"), (NO_KEYS, "no-keys")])
def test_a_secret_that_is_not_there(scheme: str, why: str, word: str) -> None:
    """A Secret that is missing, or has not the keys, is told, of Istio's Gateways and of those of the Gateway API."""
    assert [(word, "edge/cert")] == told(AT + FETCH.replace("SCHEME", scheme).replace("WHY", why) + END)


def test_a_secret_that_a_proxy_may_not_have() -> None:
    """A proxy that was refused is told with its pod."""
    given = take([Exhibit(name="page", text=AT + DENIED + END)])
    (case,) = evidence_cases(Mesh(Inventory()), given)

    assert ("not-allowed", "edge", "gw-1") == (
        case.facts["evidence.secret"].word,
        case.roles["pod"].namespace,
        case.roles["pod"].name,
    )


def test_long_before_the_end_of_the_log() -> None:
    """It is not logged when a Secret is given at last: what is old may have been mended."""
    assert [] == told(EARLIER + FETCH.replace("SCHEME", "kubernetes").replace("WHY", NOT_FOUND) + END)


def test_a_secret_that_is_there_by_now() -> None:
    """Where the mesh has the Secret, the line is of earlier."""
    there = thing("Secret", "cert", namespace="edge")

    assert [] == told(AT + FETCH.replace("SCHEME", "kubernetes").replace("WHY", NOT_FOUND) + END, seen=mesh(there))


def test_a_page_of_the_proxy_outranks_the_log() -> None:
    """A dump that lists the Secret tells what has become of it."""
    kind = "type.googleapis.com/envoy.admin.v3.SecretsConfigDump"
    name = "kubernetes-gateway://edge/cert"
    held = [{"name": name, "secret": {"name": name}}]
    dump = json.dumps({"configs": [{"@type": kind, "dynamic_active_secrets": held}]})

    assert [] == told(AT + FETCH.replace("SCHEME", "kubernetes-gateway").replace("WHY", NOT_FOUND) + END, dump)
