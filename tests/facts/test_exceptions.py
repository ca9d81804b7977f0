"""PeerAuthentications that were to let plaintext in, and why they do not."""

from __future__ import annotations

import pytest

from tests.meshes import SPACES, app, mesh, thing
from troubleshooter.facts import walk_cases
from troubleshooter.model import Case
from troubleshooter.walk import parse_request, walk

STRICT = "mtls: {mode: STRICT}"
OPEN = "selector: {matchLabels: {app: web}}\nmtls: {mode: PERMISSIVE}"


def peer(name: str, spec: str, *, namespace: str = "shop", made: str = "2026-01-01") -> str:
    """A PeerAuthentication."""
    return thing("PeerAuthentication", name, spec, namespace=namespace, meta=f'creationTimestamp: "{made}"')


def case(*policies: str, source: str = "legacy/deployment/batch") -> Case:
    """What a caller finds at port 80 of web, which leads to the container's 8080."""
    ports = "{name: http, port: 80, targetPort: 8080}"
    held = mesh(SPACES, app("web", ports), app("batch", namespace="legacy"), app("shelf"), *policies)
    return walk_cases(held, walk(held, parse_request("http://web.shop/", source=source)))[0]


def why(found: Case) -> str:
    """Why an exception has no effect, "" if none is missed."""
    fact = found.facts.get("exception.no_effect_because")
    return fact.word if fact else ""


def at_port(number: int, more: str = "") -> str:
    """The spec of an exception for one port of web."""
    return f"selector: {{matchLabels: {{app: web}}}}\nportLevelMtls: {{{number}: {{mode: PERMISSIVE}}}}\n{more}"


@pytest.mark.parametrize(
    ("expected", "policies"),
    [
        ("", (peer("default", STRICT),)),
        ("service-port", (peer("default", STRICT), peer("web", at_port(80)))),
        ("service-port", (peer("web", at_port(80, STRICT)),)),
        ("", (peer("default", STRICT), peer("web", at_port(81)))),
        ("no-selector", (peer("default", f"{STRICT}\nportLevelMtls: {{8080: {{mode: DISABLE}}}}"),)),
        ("no-selector", (peer("all", "portLevelMtls: {8080: {mode: DISABLE}}", made="2026-02-02"), peer("a", STRICT))),
        ("older", (peer("z", at_port(9090)), peer("a", at_port(8080), made="2026-02-02"), peer("default", STRICT))),
        ("older-wide", (peer("z", STRICT), peer("a", "mtls: {mode: PERMISSIVE}", made="2026-02-02"))),
        ("", (peer("z", STRICT), peer("a", "mtls: {mode: STRICT}", made="2026-02-02"))),
        ("root-namespace", (peer("default", STRICT), peer("web", OPEN, namespace="istio-system"))),
        ("other-namespace", (peer("default", STRICT), peer("web", OPEN, namespace="legacy"))),
        ("", (peer("default", STRICT), peer("web", OPEN, namespace="elsewhere"))),
        ("selector", (peer("default", STRICT), peer("web", OPEN.replace("app: web", "name: web")))),
        ("selector", (peer("default", STRICT), peer("web", OPEN.replace("app: web", "app: webb")))),
        ("", (peer("default", STRICT), peer("web", OPEN.replace("app: web", "app: shelf")))),
        ("", (peer("default", STRICT), peer("web", OPEN.replace("app: web", "app: bank")))),
        ("", (peer("default", STRICT), peer("web", OPEN.replace("app: web", "example.com/app: web")))),
    ],
)
def test_why_an_exception_has_no_effect(expected: str, policies: tuple[str, ...]) -> None:
    """Each way of missing its port, and policies that were never meant for it."""
    assert expected == why(case(*policies))


def test_where_mutual_tls_is_spoken_no_exception_is_missed() -> None:
    """A caller with a proxy needs none."""
    assert "" == why(case(peer("default", STRICT), peer("web", at_port(80)), source="shop/deployment/shelf"))


def test_namespace_that_switches_off_what_a_workload_asks_for() -> None:
    """Callers with a proxy go by the namespace's DISABLE, and the workload's STRICT refuses them."""
    found = case(
        peer("default", "mtls: {mode: DISABLE}"),
        peer("web", f"selector: {{matchLabels: {{app: web}}}}\n{STRICT}"),
        source="shop/deployment/shelf",
    )

    assert ("switched-off", "default", "web") == (
        found.facts["peer_authentication.rival"].word,
        found.roles["rival"].name,
        found.roles["peer_authentication"].name,
    )
