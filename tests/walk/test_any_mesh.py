"""Whatever objects a mesh is made of, a walk through it ends, and says what it may say."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.inventories import inventory
from tests.meshes import INGRESS, SPACES, app, deployment, gateway, mesh_config, service, thing
from troubleshooter.mesh import Mesh
from troubleshooter.model import STAGES, Branch, HopKind, Inventory, Object, StageVerdict, Verdict
from troubleshooter.walk import RequestError, Walked, parse_request, walk
from troubleshooter.walk.trace import traced

RICH = inventory(
    SPACES,
    INGRESS,
    app("payments"),
    app("next", "{name: http, port: 8080, targetPort: web}, {port: 9000}, {name: tls, port: 443}"),
    deployment("web", notes='traffic.sidecar.istio.io/excludeOutboundPorts: "9999"'),
    deployment("old", namespace="legacy"),
    service("head", "{name: tcp, port: 5432}", more="clusterIP: None"),
    thing("Service", "alias", "type: ExternalName\nexternalName: api.example.com\nports: [{name: http, port: 80}]"),
    thing("Node", "n1", namespace="", meta="labels: {topology.kubernetes.io/region: r}"),
    thing(
        "Pod",
        "head-0",
        "nodeName: n1\ncontainers: [{name: app, ports: [{name: web, containerPort: 8080}]}, {name: istio-proxy}]",
        meta="labels: {app: head}, ownerReferences: [{kind: StatefulSet, name: head}]",
        rest="status: {phase: Running, podIP: 10.0.0.1, conditions: [{type: Ready, status: 'True'}]}",
    ),
    thing("StatefulSet", "head", "template: {metadata: {labels: {app: head}}}"),
    thing(
        "EndpointSlice",
        "payments-1",
        meta="labels: {kubernetes.io/service-name: payments}",
        rest="""
        ports: [{name: http, port: 8080}]
        endpoints: [{addresses: [10.0.0.1], conditions: {ready: true}, zone: z}]
        """,
    ),
    thing(
        "VirtualService",
        "payments",
        """
        hosts: [payments, shop.example.com]
        gateways: [mesh, edge/public]
        exportTo: ["*"]
        http:
        - name: v2
          match: [{uri: {regex: "/v[0-9]"}, headers: {x-user: {exact: ann}}, queryParams: {a: {prefix: b}}, port: 80}]
          rewrite: {uri: /x}
          headers: {request: {set: {a: b}}}
          route: [{destination: {host: next, subset: v2, port: {number: 8080}}, weight: 20}]
        - match: [{uri: {prefix: /abort}, sourceLabels: {app: web}}]
          fault: {abort: {httpStatus: 500, percentage: {value: 50}}}
          route: [{destination: {host: payments}}]
        - match: [{uri: {exact: /moved}}]
          redirect: {uri: /new}
        - route: [{destination: {host: payments, subset: v1}, weight: 90}, {destination: {host: next}, weight: 10}]
        tcp: [{match: [{port: 5432}], route: [{destination: {host: head}}]}]
        tls: [{match: [{sniHosts: [next]}], route: [{destination: {host: next}}]}]
        """,
    ),
    thing(
        "DestinationRule",
        "payments",
        """
        host: payments
        workloadSelector: {matchLabels: {app: web}}
        trafficPolicy:
          tls: {mode: ISTIO_MUTUAL}
          outlierDetection: {}
          loadBalancer: {localityLbSetting: {distribute: [{from: r/*, to: {r/*: 100}}], failoverPriority: [a]}}
          portLevelSettings: [{port: {number: 8080}, tls: {mode: SIMPLE}}]
        subsets: [{name: v1, labels: {app: payments}, trafficPolicy: {tls: {mode: DISABLE}}}]
        """,
    ),
    gateway(
        "public",
        """
        - {port: {number: 80, protocol: HTTP}, hosts: ["shop/*", "*"], tls: {httpsRedirect: false}}
        - {port: {number: 443, protocol: HTTPS}, hosts: ["*"], tls: {mode: SIMPLE, credentialName: shop}}
        """,
    ),
    thing("Secret", "shop", namespace="edge"),
    thing(
        "ServiceEntry",
        "api",
        """
        hosts: [api.example.com, "*.wild.example.com"]
        ports: [{number: 80, name: http, protocol: HTTP}, {number: 443, name: tls, protocol: TLS}]
        resolution: DNS
        endpoints: [{address: 10.9.9.9, ports: {http: 8080}, weight: 2, labels: {a: b}}]
        workloadSelector: {labels: {app: vm}}
        """,
    ),
    thing("WorkloadEntry", "vm", "address: 10.8.8.8\nlabels: {app: vm}\nserviceAccount: vm"),
    thing(
        "PeerAuthentication",
        "p",
        """
        selector: {matchLabels: {app: payments}}
        mtls: {mode: STRICT}
        portLevelMtls: {8080: {mode: DISABLE}}
        """,
    ),
    thing("RequestAuthentication", "jwt", "jwtRules: [{issuer: id, audiences: [a], fromHeaders: [{name: a}]}]"),
    thing(
        "AuthorizationPolicy",
        "allow",
        """
        action: ALLOW
        rules:
        - from: [{source: {principals: ["*"], notNamespaces: [bank], ipBlocks: [10.0.0.0/8]}}]
          to: [{operation: {methods: [GET], paths: ["/{*}", "/*"], hosts: ["*"], ports: ["8080"]}}]
          when: [{key: "request.headers[x-user]", values: [ann], notValues: [bob]}]
        - {}
        """,
    ),
    thing("Sidecar", "s", "egress: [{hosts: ['./*', 'istio-system/*']}]\noutboundTrafficPolicy: {mode: ALLOW_ANY}"),
    thing("EnvoyFilter", "f", "workloadSelector: {labels: {app: none}}\nconfigPatches: [{applyTo: LISTENER}]"),
    mesh_config("outboundTrafficPolicy: {mode: REGISTRY_ONLY}\nextensionProviders: [{name: opa}]"),
    thing(
        "MutatingWebhookConfiguration",
        "injector",
        namespace="",
        rest="""
        webhooks:
        - {name: a.sidecar-injector.istio.io, namespaceSelector: {matchLabels: {istio-injection: enabled}}}
        """,
    ),
).objects  # fmt: skip
"""A mesh with some object of every kind."""

REQUESTS = (
    ("http://payments.shop:8080/v1", "shop/deployment/web"),
    ("http://payments.shop:8080/abort", ""),
    ("http://payments:8080/moved", "legacy/deployment/old"),
    ("http://shop.example.com/", "outside"),
    ("https://shop.example.com/", "gateway:edge/public"),
    ("tcp://head-0.head.shop:5432", "shop/deployment/web"),
    ("https://next.shop/", "shop/deployment/web"),
    ("http://next.shop:9000/v1?a=b", "shop/head-0"),
    ("http://api.example.com/", "shop/deployment/web"),
    ("http://alias.shop/", "shop/deployment/web"),
    ("http://10.0.0.1:8080/", "shop/deployment/web"),
    ("http://a.wild.example.com/", "dark/deployment/x"),
    ("https://example.com/", "shop/deployment/web"),
)
"""Requests that reach every stage in every way."""

HEADERS = [("x-user", "ann"), ("authorization", "Bearer e30.e30.x")]
Answer = Walked | None


def ask(objects: Iterable[Object], to: str, source: str) -> Answer:
    """What becomes of a request; None where it makes no sense in this mesh."""
    mesh = Mesh(Inventory(objects=tuple(objects)))
    try:
        request = parse_request(to, source=source, headers=HEADERS, expect="payments")
        found = walk(mesh, request)
    except RequestError:
        return None
    assert len(found.walk.path) == len(traced(mesh, found).path)
    return found


def check_branch(branch: Branch) -> None:
    """What every branch has to be."""
    verdicts = [s.verdict for s in branch.path]
    failed = [n for n, v in enumerate(verdicts) if v is StageVerdict.FAIL]
    end = failed[0] if failed else len(verdicts) - 1

    assert len(failed) <= 1
    assert {StageVerdict.NOT_REACHED} >= set(verdicts[end + 1 :])
    assert StageVerdict.NOT_REACHED not in verdicts[: end + 1]
    assert (branch.verdict is Verdict.UNREACHABLE) == bool(failed)
    assert [s.hop for s in branch.path] == sorted(s.hop for s in branch.path)


def check(found: Walked) -> None:
    """What every walk has to be."""
    assert 1 <= len(found.walk.branches) <= 16
    assert len(found.trails) == len(found.walk.branches)
    shares = [b.share for b in found.walk.branches if b.share is not None]
    assert sum(shares) <= 1.01
    for branch, trail in zip(found.walk.branches, found.trails, strict=True):
        check_branch(branch)
        for number, hop in enumerate(trail.hops):
            passed = [s.stage for s in branch.path if s.hop == number]
            assert list(STAGES[HopKind(hop.kind)])[: len(passed)] == passed


@pytest.mark.parametrize(("to", "source"), REQUESTS)
def test_the_whole_mesh(to: str, source: str) -> None:
    """The mesh as it is gives each request an answer, and the same one again."""
    found, again = ask(RICH, to, source), ask(RICH, to, source)

    assert found is not None
    check(found)
    assert found.walk == again.walk if again else False


SOME = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@SOME
@given(
    kept=st.lists(st.integers(0, len(RICH) - 1), unique=True), order=st.randoms(use_true_random=False),
    asked=st.sampled_from(REQUESTS),
)  # fmt: skip
def test_any_part_of_it(kept: list[int], order: Any, asked: tuple[str, str]) -> None:
    """With objects missing, and in any order."""
    held = [thing_ for n, thing_ in enumerate(RICH) if n not in kept]
    order.shuffle(held)
    found = ask(held, *asked)

    if found is not None:
        check(found)


NUMBERS = (0, -1, 80, 10**30, 1.5, float("nan"))
TEXTS = ("", "x", "80", "*", "10.0.0.1")
NESTED: tuple[Any, ...] = ([], [None], [[]], {}, {"": None}, {"a": 7}, [{}])
WRONG = st.one_of(st.none(), st.booleans(), st.sampled_from([*NUMBERS, *TEXTS, *NESTED]))
"""Values of shapes that do not belong where they are put."""


def damaged(raw: Any, steps: list[int], wrong: Any) -> Any:
    """A copy of a value in which what lies at the end of some steps into it is replaced."""
    whole = copy.deepcopy(raw)
    at = whole
    for n, number in enumerate(steps):
        keys = list(at) if isinstance(at, dict) else list(range(len(at))) if isinstance(at, list) else []
        if not keys:
            break
        key = keys[number % len(keys)]
        if n == len(steps) - 1 or not isinstance(at[key], dict | list):
            at[key] = wrong
            break
        at = at[key]
    return whole


@settings(SOME, max_examples=400)
@given(
    damages=st.lists(
        st.tuples(st.integers(0, len(RICH) - 1), st.lists(st.integers(0, 9), min_size=1, max_size=8), WRONG), max_size=5
    ),
    asked=st.sampled_from(REQUESTS),
)
def test_any_damage(damages: list[tuple[int, list[int], Any]], asked: tuple[str, str]) -> None:
    """With values of any shape in any place."""
    held = list(RICH)
    for number, steps, wrong in damages:
        held[number] = held[number].with_raw(damaged(held[number].raw, steps, wrong))
    found = ask(held, *asked)

    if found is not None:
        check(found)


@pytest.mark.parametrize(
    "text",
    [
        thing("Pod", "web-1", "containers: [{name: app}]", rest="status: {phase: [Running]}"),
        thing("VirtualService", "a", "hosts: [payments]\nhttp: [{redirect: {redirectCode: [301]}}]"),
        thing("EnvoyFilter", "a", "configPatches: [{applyTo: LISTENER}]"),
    ],
)
@pytest.mark.parametrize("asked", REQUESTS)
def test_what_once_raised(text: str, asked: tuple[str, str]) -> None:
    """Meshes that were found by chance."""
    found = ask([*RICH, *inventory(text).objects], *asked)

    if found is not None:
        check(found)


@pytest.mark.parametrize("wrong", [None, 7, "x", [], [7], {"a": None}, True])
@pytest.mark.parametrize("number", range(len(RICH)))
def test_every_field_of_a_wrong_shape(number: int, wrong: Any) -> None:
    """Each field below the spec of each object, one after the other."""
    fields = RICH[number].raw.get("spec") or {}
    for name in fields:
        raw = {**RICH[number].raw, "spec": {**fields, name: wrong}}
        held = [*RICH[:number], RICH[number].with_raw(raw), *RICH[number + 1 :]]
        for asked in REQUESTS[:5]:
            found = ask(held, *asked)
            assert found is None or found.walk.branches
