"""What a log line shows outranks what the walk foretold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.inventories import EXACT, SHOP, inventory
from troubleshooter.evidence import AccessLogEntry, parse_line
from troubleshooter.facts import observe, request_of, walk_cases
from troubleshooter.mesh import Mesh
from troubleshooter.model import Request, Stage, StageVerdict, Verdict
from troubleshooter.walk import Walked, parse_request, walk

WORDS: dict[str, Stage | None] = {
    "NR": Stage.ROUTE,
    "route_not_found": Stage.ROUTE,
    "UH": Stage.ENDPOINT,
    "no_healthy_upstream": Stage.ENDPOINT,
    "UC": None,
    "rbac_access_denied_matched_policy[none]": Stage.AUTHORIZATION,
}
BATCH = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: batch, namespace: legacy}
spec: {template: {metadata: {labels: {app: batch}}, spec: {containers: [{name: a}]}}}
"""
HEAD = '[2026-11-20T10:00:00.000Z] "GET /api HTTP/1.1" '
TAIL = '"-" 0 0 3 - "-" "curl" "id" "payments.shop:8080" "{host}" {cluster} - 10.96.0.1:8080 10.0.0.1:4444 - default'
OUT = "outbound|8080||payments.shop.svc.cluster.local"


def _entry(middle: str, host: str = "-", cluster: str = OUT) -> AccessLogEntry:
    entry = parse_line(f"{HEAD}{middle} {TAIL.format(host=host, cluster=cluster)}", file="access.log", number=7)
    assert isinstance(entry, AccessLogEntry)
    return entry


def _request(path: str = "/api") -> Request:
    return parse_request(f"http://payments.shop:8080{path}", source="shop/deployment/web")


def _walked(*texts: str, path: str = "/api") -> Walked:
    return walk(Mesh(inventory(*texts)), _request(path))


def test_observed_stage_fails() -> None:
    """A stage that the walk passed fails where a line says so, and names the line."""
    after, observation = observe(_walked(SHOP), _entry("503 UH no_healthy_upstream -"), WORDS)
    (branch,) = after.walk.branches
    died = branch.failed

    assert observation is not None
    assert died is not None
    assert (Stage.ENDPOINT, True) == (died.stage, died.observed)
    assert "access.log:7" in died.detail
    assert Verdict.UNREACHABLE == after.walk.verdict
    assert (503, ("UH",)) == (after.walk.outcome.status, after.walk.outcome.flags)


def test_everything_after_the_observed_stage_is_not_reached() -> None:
    """After the stage that a line names nothing is reached."""
    after, _ = observe(_walked(SHOP), _entry("503 UH no_healthy_upstream -"), WORDS)
    path = after.walk.path
    at = next(n for n, s in enumerate(path) if s.verdict is StageVerdict.FAIL)

    assert {StageVerdict.NOT_REACHED} == {s.verdict for s in path[at + 1 :]}


def test_foretold_failure_is_confirmed() -> None:
    """Where the walk and the line agree, the step keeps its reason and is observed."""
    after, _ = observe(_walked(SHOP, EXACT, path="/api/x"), _entry("404 NR route_not_found -", cluster="-"), WORDS)
    died = after.walk.branches[0].failed

    assert died is not None
    assert (Stage.ROUTE, True) == (died.stage, died.observed)
    assert died.detail.startswith("no route of VirtualService shop/payments takes")


def test_line_outranks_an_earlier_failure() -> None:
    """A request that a line shows further on than the walk got is taken further on."""
    after, _ = observe(_walked(SHOP, EXACT, path="/api/x"), _entry("503 UH no_healthy_upstream -"), WORDS)
    steps = {s.stage: s for s in after.walk.path if s.hop == 0}

    assert (StageVerdict.PASS, True) == (steps[Stage.ROUTE].verdict, steps[Stage.ROUTE].observed)
    assert StageVerdict.FAIL is steps[Stage.ENDPOINT].verdict


def test_denial_at_the_target() -> None:
    """A denial is placed at the target's hop, also where the caller's proxy logged nothing of it."""
    entry = _entry("403 - rbac_access_denied_matched_policy[none] -", cluster="inbound|8080||")
    after, _ = observe(_walked(SHOP), entry, WORDS)
    died = after.walk.branches[0].failed

    assert died is not None
    assert (1, Stage.AUTHORIZATION) == (died.hop, died.stage)


def test_hop_that_the_walk_foretold() -> None:
    """A line that does not tell whose proxy wrote it is placed where the walk would have the request die."""
    request = parse_request("https://payments.shop:8080/", source="shop/deployment/web")
    before = walk(Mesh(inventory(SHOP)), request)
    line = HEAD.replace("GET /api HTTP/1.1", "- - -") + '0 NR filter_chain_not_found - "-" 0 0 0 - "-" "-" "-" "-" "-" '
    entry = parse_line(f"{line}- - 10.244.0.9:8080 10.244.0.8:4444 payments.shop -", file="access.log", number=7)
    assert isinstance(entry, AccessLogEntry)
    after, _ = observe(before, entry, WORDS | {"filter_chain_not_found": Stage.LISTENER})
    died = after.walk.branches[0].failed

    assert died is not None
    assert (1, Stage.LISTENER) == (died.hop, died.stage)


def test_line_without_a_failure_changes_nothing() -> None:
    """A successful line leaves the walk as it is."""
    before = _walked(SHOP)
    after, observation = observe(before, _entry("200 - via_upstream -"), WORDS)

    assert (before, None) == (after, observation)


def test_facts_of_a_line() -> None:
    """A failed line tells its flag, reason and side as facts with the line as source."""
    refused = "{remote_connection_failure|delayed_connect_error:_Connection_refused}"
    text = f"503 UF upstream_reset_before_response_started{refused} -"
    mesh = Mesh(inventory(SHOP))
    after, observation = observe(walk(mesh, _request()), _entry(text, cluster="inbound|8080||"), {**WORDS, "UF": None})
    (case,) = walk_cases(mesh, after, observation)
    facts = {n: case.facts[n].word for n in ("failure.flag", "failure.reason", "failure.hop")}

    assert {"failure.flag": "uf", "failure.reason": "connection-refused", "failure.hop": "inbound"} == facts
    assert 7 == case.facts["failure.flag"].sources[0].line


@pytest.mark.parametrize(("attempts", "expected"), [(3, "several"), (1, "one"), (0, None), (None, None)])
def test_how_often_it_was_tried(attempts: int | None, expected: str | None) -> None:
    """A line tells it only where its format has the number, and something was sent at all."""
    line = replace(_entry("503 URX via_upstream -"), attempts=attempts)
    mesh = Mesh(inventory(SHOP))
    (case,) = walk_cases(mesh, *observe(walk(mesh, _request()), line, {**WORDS, "URX": Stage.APPLICATION}))
    fact = case.facts.get("failure.tries")

    assert expected == (fact.word if fact else None)


@pytest.mark.parametrize(
    ("middle", "cluster", "expected"),
    [
        ("500 - via_upstream -", OUT, ("500", "further-on")),
        ("502 - via_upstream -", "inbound|8080||", ("5xx", "application")),
        ("404 - via_upstream -", "inbound|8080||", ("4xx", "application")),
        ("503 UH no_healthy_upstream -", OUT, ("5xx", "proxy")),
        ("0 DC downstream_remote_disconnect -", OUT, ("none", "proxy")),
    ],
)
def test_who_answered(middle: str, cluster: str, expected: tuple[str, str]) -> None:
    """Past a target's own proxy there is only the application; past another one there may be a proxy."""
    words: dict[str, Stage | None] = {**WORDS, "via_upstream": Stage.APPLICATION, "DC": Stage.LISTENER}
    after, observation = observe(_walked(SHOP), _entry(middle, cluster=cluster), words)
    (case,) = walk_cases(Mesh(inventory(SHOP)), after, observation)

    assert expected == (case.facts["failure.status"].word, case.facts["failure.answered_by"].word)


def test_request_of_a_line() -> None:
    """A line names host, port, path, method."""
    request = request_of(Mesh(inventory(SHOP)), _entry("404 NR route_not_found -", cluster="-"))

    assert request is not None
    assert ("payments.shop", 8080, "/api", "GET", "http") == (
        request.host,
        request.port,
        request.path,
        request.method,
        request.scheme,
    )


GATEWAY = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: ingress, namespace: edge}
spec: {template: {metadata: {labels: {istio: ingress}}, spec: {containers: [{name: istio-proxy}]}}}
---
apiVersion: v1
kind: Service
metadata: {name: ingress, namespace: edge}
spec: {selector: {istio: ingress}, ports: [{name: https, port: 443, targetPort: 8443}]}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: public, namespace: edge}
spec:
  selector: {istio: ingress}
  servers: [{port: {number: 443, name: https, protocol: HTTPS}, tls: {mode: SIMPLE}, hosts: ["*.example.com"]}]
"""


@pytest.mark.parametrize(
    ("host", "local", "expected"),
    [
        ("www.example.com", "10.0.0.9:8443", ("gateway:edge/public", "https", 443)),
        ("www.example.com", "10.0.0.9:9999", ("", "http", 9999)),
        ("www.example.net", "10.0.0.9:8443", ("", "http", 8443)),
        ("payments.shop", "10.0.0.9:8443", ("", "http", 8443)),
    ],
)
def test_line_of_a_gateway(host: str, local: str, expected: tuple[str, str, int]) -> None:
    """A line for a host that one gateway serves on that container port is about a client outside, who dialled the port
    of the Service in front; a host that the mesh knows, or another port, says nothing of a gateway."""
    text = (
        f'[2026-11-20T10:00:00.000Z] "GET /a HTTP/2" 404 NR route_not_found - "-" 0 0 3 - "-" "c" "i" "{host}" "-" - - '
        f"{local} 192.0.2.1:40000 {host if expected[0] else '-'} -"
    )
    entry = parse_line(text)
    assert isinstance(entry, AccessLogEntry)
    request = request_of(Mesh(inventory(SHOP, GATEWAY)), entry)

    assert request is not None
    assert expected == (request.source, request.scheme, request.port)


@pytest.mark.parametrize(("host", "port"), [("www.example.org", 443), ("www.example.org:9443", 9443)])
def test_line_of_a_gateway_that_nobody_saw(host: str, port: int) -> None:
    """HTTP that was read behind a hello for a name came in TLS, which a gateway ended; without a port in the authority
    the client dialled that of https."""
    text = (
        f'[2026-11-20T10:00:00.000Z] "GET /a HTTP/2" 404 NR route_not_found - "-" 0 0 3 - "-" "c" "i" "{host}" "-" - - '
        "10.9.0.9:8443 192.0.2.1:40000 www.example.org -"
    )
    entry = parse_line(text)
    assert isinstance(entry, AccessLogEntry)
    request = request_of(Mesh(inventory()), entry)

    assert request is not None
    assert ("https", port) == (request.scheme, request.port)


def test_port_that_a_proxy_named() -> None:
    """On the way in the name in the hello has the port that was dialled."""
    sni = "outbound_.9090_._.payments.shop.svc.cluster.local"
    text = (
        '[2026-11-20T10:00:00.000Z] "GET /a HTTP/1.1" 403 - rbac_access_denied_matched_policy[none] - "-" 0 0 3 - "-" '
        f'"c" "i" "payments.shop" "-" inbound|8080|| - 10.0.0.9:8080 10.0.0.1:40000 {sni} default'
    )
    entry = parse_line(text)
    assert isinstance(entry, AccessLogEntry)
    request = request_of(Mesh(inventory(SHOP)), entry)

    assert request is not None
    assert 9090 == request.port


def test_sender_of_a_line_by_address() -> None:
    """The peer's address is joined to the pod that has it."""
    pod = """
apiVersion: v1
kind: Pod
metadata: {name: web-1, namespace: shop, labels: {app: web}}
spec: {containers: [{name: web}, {name: istio-proxy}]}
status: {podIP: 10.0.0.1}
"""
    request = request_of(Mesh(inventory(SHOP, pod)), _entry("404 NR route_not_found -", cluster="-"))

    assert request is not None
    assert "shop/pod/web-1" == request.source


def test_line_without_a_host() -> None:
    """A line that names nobody is no request."""
    line = '[2026-11-20T10:00:00.000Z] "- - -" 0 UH - - "-" 0 0 3 - "-" "-" "-" "-" "-" BlackHoleCluster - - - - -'
    entry = parse_line(line)

    assert isinstance(entry, AccessLogEntry)
    assert None is request_of(Mesh(inventory(SHOP)), entry)


@pytest.mark.parametrize(
    ("head", "middle", "expected"),
    [
        ("- - HTTP/1.1", "426 DPE low_version -", "old"),
        ("GET /api HTTP/1.0", "426 - low_version -", "old"),
        ("GET /api HTTP/1.1", "503 UH no_healthy_upstream -", "later"),
        ("- - HTTP/1.1", "400 DPE http1.codec_error -", ""),
    ],
)
def test_http_version(head: str, middle: str, expected: str) -> None:
    """HTTP/1.0 is known by its refusal or its name; of a request that could not be read nothing is."""
    line = HEAD.replace("GET /api HTTP/1.1", head) + f"{middle} {TAIL.format(host='-', cluster='-')}"
    entry = parse_line(line, file="access.log", number=7)
    assert isinstance(entry, AccessLogEntry)
    before = _walked(SHOP)
    words = WORDS | {"low_version": Stage.LISTENER, "http1.codec_error": Stage.LISTENER}
    after, observation = observe(before, entry, words)
    (case,) = walk_cases(Mesh(inventory(SHOP)), after, observation)

    assert expected == (case.facts["request.http_version"].word if "request.http_version" in case.facts else "")


def test_a_refused_version_is_in_the_request_of_its_line() -> None:
    """A line that says low_version is about a client of HTTP/1.0."""
    line = (
        HEAD.replace("GET /api HTTP/1.1", "- - HTTP/1.1")
        + f"426 DPE low_version - {TAIL.format(host='-', cluster='-')}"
    )
    entry = parse_line(line)
    assert isinstance(entry, AccessLogEntry)
    request = request_of(Mesh(inventory(SHOP)), entry)

    assert request is not None
    assert request.http10


@pytest.mark.parametrize(("source", "hop"), [("legacy/deployment/batch", 1), ("shop/deployment/web", 0)])
def test_the_only_proxy_wrote_the_line(source: str, hop: int) -> None:
    """A line without a cluster is the target's where the caller has no proxy that could have written it."""
    line = HEAD.replace("GET /api HTTP/1.1", "- - HTTP/1.1") + '426 DPE low_version - "-" 0 16 0 - "-" "-" "-" "-" "-" '
    entry = parse_line(f"{line}- - 10.244.0.9:8080 10.244.0.8:4444 - -", file="access.log", number=7)
    assert isinstance(entry, AccessLogEntry)
    bare = "apiVersion: v1\nkind: Namespace\nmetadata: {name: legacy}\n---\n" + BATCH
    before = walk(Mesh(inventory(SHOP, bare)), parse_request("http://payments.shop:8080/", source=source))
    after, _ = observe(before, entry, WORDS | {"low_version": Stage.LISTENER})
    died = after.walk.branches[0].failed

    assert died is not None
    assert hop == died.hop
