"""The trace names the objects among which a stage chose, and why the others lost."""

from __future__ import annotations

import pytest

from tests.meshes import INGRESS, SPACES, app, deployment, gateway, mesh, mesh_config, service, thing
from troubleshooter.model import Considered, StageVerdict, Walk
from troubleshooter.walk import parse_request, walk
from troubleshooter.walk.trace import traced

BASE = (SPACES, app("payments"), deployment("web"))
PAYMENTS = "http://payments.shop:8080/pay"
TO_PAYMENTS = "http: [{route: [{destination: {host: payments.shop.svc.cluster.local}}]}]"


def virtual_service(name: str, hosts: str, more: str = "", *, namespace: str = "shop", http: str = TO_PAYMENTS) -> str:
    """A VirtualService for some hosts."""
    return thing("VirtualService", name, f"hosts: [{hosts}]\n{more}\n{http}", namespace=namespace)


def rule(name: str, host: str, more: str = "", *, namespace: str = "shop") -> str:
    """A DestinationRule for a host."""
    return thing("DestinationRule", name, f"host: '{host}'\n{more}", namespace=namespace)


def trace(*texts: str, to: str = PAYMENTS, source: str = "shop/deployment/web") -> Walk:
    """The walk of a request, traced."""
    held = mesh(*texts)
    return traced(held, walk(held, parse_request(to, source=source)))


def told(walk: Walk, stage: str, hop: int = 0) -> dict[str, str]:
    """`place` to `+ why` (it counts) or `- why` (it lost), at a stage."""
    steps = (s for s in walk.path if s.stage == stage and s.hop == hop)
    return {_place(c): f"{'+' if c.chosen else '-'} {c.why}" for s in steps for c in s.considered}


def _place(one: Considered) -> str:
    return f"{one.resource} {one.resource.field}".strip()


def test_a_walk_without_a_trace_considers_nothing() -> None:
    """Nobody pays for a trace that was not asked for."""
    found = walk(mesh(*BASE), parse_request(PAYMENTS, source="shop/deployment/web")).walk

    assert not any(step.considered for step in found.path)


EXACT = "payments.shop.svc.cluster.local"
LOSERS_OF_ROUTES = [
    (
        virtual_service("far", EXACT, "exportTo: ['.']", namespace="legacy"),
        "VirtualService legacy/far spec.exportTo",
        "- it is not exported to namespace shop, where the proxy is",
    ),
    (
        virtual_service("edge", EXACT, "gateways: [edge/public]"),
        "VirtualService shop/edge spec.gateways",
        "- it is bound to edge/public, not to the sidecars of the mesh",
    ),
    (
        virtual_service("payments", "payments", namespace="legacy"),
        "VirtualService legacy/payments spec.hosts",
        f"- its hosts mean payments.legacy.svc.cluster.local, and {EXACT} is asked for",
    ),
    (
        virtual_service("wide", "'*.shop.svc.cluster.local'"),
        "VirtualService shop/wide spec.hosts",
        f"- its host *.shop.svc.cluster.local is less specific than {EXACT} of VirtualService shop/mine",
    ),
    (
        virtual_service("other", EXACT),
        "VirtualService shop/other metadata.creationTimestamp",
        "- VirtualService shop/mine comes before it, and of several for one host a sidecar takes one",
    ),
    (
        virtual_service("lower", EXACT, http="tcp: [{route: [{destination: {host: payments}}]}]"),
        "VirtualService shop/lower spec",
        "- it has no http route",
    ),
    (
        virtual_service("elder", EXACT, http="http: [{match: [{sourceLabels: {app: other}}], route: []}]"),
        "VirtualService shop/elder spec.http",
        "- it has no route for this proxy",
    ),
]


@pytest.mark.parametrize(("loser", "place", "why"), LOSERS_OF_ROUTES, ids=[row[1] for row in LOSERS_OF_ROUTES])
def test_it_says_why_a_virtual_service_is_ignored(loser: str, place: str, why: str) -> None:
    """Each way in which a VirtualService for the host does not route a request of the mesh."""
    found = told(trace(*BASE, virtual_service("mine", "payments"), loser), "route")

    assert why == found[place]
    assert f"+ its host {EXACT} is the most specific" == found["VirtualService shop/mine spec.hosts"]


def test_it_says_that_a_sidecar_does_not_import_a_virtual_service() -> None:
    """A Sidecar leaves routes away too."""
    scope = thing("Sidecar", "few", "egress: [{hosts: ['shop/*']}]")
    far = virtual_service("far", EXACT, namespace="legacy")

    found = trace(*BASE, scope, far)

    assert "- Sidecar shop/few does not import it" == told(found, "route")["VirtualService legacy/far spec.hosts"]
    assert "+ it says what this proxy has of the mesh" == told(found, "listener")["Sidecar shop/few"]


def test_it_says_in_what_routes_differ() -> None:
    """The routes before the one that takes the request with their differences, those after it only where they would
    have taken it too."""
    http = """
http:
- match: [{uri: {exact: /other}, method: {exact: POST}}]
  route: [{destination: {host: payments}}]
- match: [{uri: {prefix: /p}}]
  route: [{destination: {host: payments}}]
- match: [{uri: {exact: /never}}]
  route: [{destination: {host: payments}}]
- route: [{destination: {host: payments}}]
"""
    found = told(trace(*BASE, virtual_service("mine", "payments", http=http)), "route")

    routes = {place.split()[-1]: why for place, why in found.items() if "spec.http" in place}
    assert routes == {
        "spec.http[1]": "+ it takes the request",
        "spec.http[0].match[0].uri.exact": (
            "- it wants uri.exact /other, the request has /pay; it wants method POST, the request has GET"
        ),
        "spec.http[3]": "- it would take the request too, and stands after the one that does",
    }


LOSERS_OF_RULES = [
    (
        rule("few", "payments", "workloadSelector: {matchLabels: {app: other}}"),
        "DestinationRule shop/few spec.workloadSelector",
        "- it is for pods with app=other, which deployment shop/web is not",
    ),
    (
        rule("few", EXACT, "workloadSelector: {matchLabels: {app: web}}", namespace="legacy"),
        "DestinationRule legacy/few spec.workloadSelector",
        "- a rule with a workloadSelector counts in its own namespace only, and the proxy is in shop",
    ),
    (
        rule("far", EXACT, "exportTo: ['.']", namespace="legacy"),
        "DestinationRule legacy/far spec.exportTo",
        "- it is not exported to namespace shop, where the proxy is",
    ),
    (
        rule("far", EXACT, namespace="legacy"),
        "DestinationRule legacy/far metadata.namespace",
        "- nobody looks in namespace legacy for it: rules are looked for in shop, then istio-system",
    ),
    (
        rule("all", "*.local", namespace="istio-system"),
        "DestinationRule istio-system/all metadata.namespace",
        "- namespace shop is looked in before istio-system, and DestinationRule shop/mine is found there",
    ),
    (
        rule("wide", "*.shop.svc.cluster.local"),
        "DestinationRule shop/wide spec.host",
        f"- its host *.shop.svc.cluster.local is less specific than {EXACT} of DestinationRule shop/mine",
    ),
    (
        rule("payments", "payments", namespace="legacy"),
        "DestinationRule legacy/payments spec.host",
        f"- its host means payments.legacy.svc.cluster.local, and the destination is {EXACT}",
    ),
    (
        rule("some", "payments", "trafficPolicy: {tls: {mode: DISABLE}}\nsubsets: [{name: v9}]"),
        "DestinationRule shop/some spec.trafficPolicy",
        "+ its subsets count; its trafficPolicy does not, as DestinationRule shop/mine comes before it",
    ),
    (
        rule("some", "payments", "subsets: [{name: v9}]"),
        "DestinationRule shop/some spec.subsets",
        "+ its subsets count, beside DestinationRule shop/mine",
    ),
]


@pytest.mark.parametrize(
    ("other", "place", "why"), LOSERS_OF_RULES, ids=[f"{n}-{r[1]}" for n, r in enumerate(LOSERS_OF_RULES)]
)
def test_it_says_why_a_destination_rule_is_ignored(other: str, place: str, why: str) -> None:
    """Each way in which a DestinationRule for the host does not decide, or only in part."""
    mine = rule("mine", "payments", "trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}")

    assert why == told(trace(*BASE, mine, other), "cluster")[place]


def test_it_names_what_decides_what_is_sent_and_accepted() -> None:
    """A DestinationRule's TLS mode, and the PeerAuthentications from the mesh to the port."""
    held = (
        rule("mine", "payments", "trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}"),
        thing("PeerAuthentication", "default", "mtls: {mode: STRICT}", namespace="istio-system"),
        thing("PeerAuthentication", "some", "selector: {matchLabels: {app: x}}", namespace="istio-system"),
        thing("PeerAuthentication", "default", "mtls: {mode: UNSET}"),
        thing("PeerAuthentication", "later", "mtls: {mode: DISABLE}"),
        thing("PeerAuthentication", "web", "selector: {matchLabels: {app: web}}\nmtls: {mode: DISABLE}"),
        thing(
            "PeerAuthentication",
            "payments",
            "selector: {matchLabels: {app: payments}}\nmtls: {mode: PERMISSIVE}\nportLevelMtls: {9: {mode: DISABLE}}",
        ),
    )

    assert told(trace(*BASE, *held), "transport") == {
        "DestinationRule shop/mine spec.trafficPolicy.tls": "+ a rule that names a TLS mode outranks auto mTLS",
        "PeerAuthentication shop/payments spec.mtls.mode": "+ of the policies for this port it is the narrowest",
        "PeerAuthentication istio-system/default spec.mtls.mode": "- a narrower policy outranks it",
        "PeerAuthentication istio-system/some spec.selector": (
            "- in the root namespace a policy with a selector has no effect"
        ),
        "PeerAuthentication shop/default spec.mtls.mode": (
            "- it names no mode for this port: the wider policy's counts"
        ),
        "PeerAuthentication shop/later": "- an older policy of the same scope comes before it",
        "PeerAuthentication shop/web spec.selector": (
            "- it is for pods with app=web, which Deployment shop/payments is not"
        ),
    }


def test_a_mode_for_the_port_outranks_all_others() -> None:
    """The level of the port is the narrowest."""
    spec = "selector: {matchLabels: {app: payments}}\nportLevelMtls: {8080: {mode: DISABLE}}"

    found = told(trace(*BASE, thing("PeerAuthentication", "payments", spec)), "transport")

    assert found == {
        "PeerAuthentication shop/payments spec.portLevelMtls.8080.mode": (
            "+ its word for port 8080 outranks all others"
        )
    }


def test_it_says_why_policies_do_not_decide() -> None:
    """Policies for other pods, on trial, for the audit alone, without a rule, and with rules that do not match."""
    allow = "rules: [{to: [{operation: {paths: [/pay]}}]}]"
    held = (
        thing("RequestAuthentication", "mine", "jwtRules: [{issuer: a}]"),
        thing("RequestAuthentication", "other", "selector: {matchLabels: {app: x}}\njwtRules: [{issuer: a}]"),
        thing("AuthorizationPolicy", "allow", allow),
        thing("AuthorizationPolicy", "none", ""),
        thing("AuthorizationPolicy", "post", "rules: [{to: [{operation: {methods: [POST]}}]}]"),
        thing("AuthorizationPolicy", "audit", f"action: AUDIT\n{allow}"),
        thing("AuthorizationPolicy", "trial", f"action: DENY\n{allow}", meta="annotations: {istio.io/dry-run: 'true'}"),
        thing("AuthorizationPolicy", "other", f"selector: {{matchLabels: {{app: x}}}}\n{allow}"),
    )
    found = trace(*BASE, *held)

    assert told(found, "authentication", 1) == {
        "RequestAuthentication shop/mine spec.jwtRules": "+ it is for this pod, and its rules count",
        "RequestAuthentication shop/other spec.selector": (
            "- it is for pods with app=x, which Deployment shop/payments is not"
        ),
    }
    assert told(found, "authorization", 1) == {
        "AuthorizationPolicy shop/allow spec.rules": "+ ALLOW",
        "AuthorizationPolicy shop/audit spec.action": "- AUDIT decides nothing",
        "AuthorizationPolicy shop/none spec.rules": "- it has no rule, so it matches nothing",
        "AuthorizationPolicy shop/other spec.selector": (
            "- it is for pods with app=x, which Deployment shop/payments is not"
        ),
        "AuthorizationPolicy shop/post spec.rules[0].to[0].operation.methods": (
            "- ALLOW: it wants methods POST, and the request has GET"
        ),
        'AuthorizationPolicy shop/trial metadata.annotations["istio.io/dry-run"]': (
            "- it is on trial (dry-run): what it would decide is only logged"
        ),
    }


def test_a_deny_that_matches_is_named_with_its_rule() -> None:
    """The policy that decided comes first, and those after it decided nothing."""
    held = (
        thing("AuthorizationPolicy", "deny", "action: DENY\nrules: [{}]"),
        thing("AuthorizationPolicy", "allow", "rules: [{}]"),
    )

    assert list(told(trace(*BASE, *held), "authorization", 1).items()) == [
        ("AuthorizationPolicy shop/deny spec.rules", "+ DENY: ns[shop]-policy[deny]-rule[0] matches"),
        ("AuthorizationPolicy shop/allow spec.rules", "- ALLOW: another policy decided before it"),
    ]


def test_it_says_which_endpoints_get_nothing() -> None:
    """Those that are not ready, and those outside the subset."""
    held = (
        service("payments"),
        deployment("web"),
        thing("Deployment", "payments-v1", _template("payments", "v1")),
        thing("Deployment", "payments-v2", _template("payments", "v2")),
        rule("payments", "payments", "subsets: [{name: v1, labels: {version: v1}}]"),
        virtual_service("p", "payments", http="http: [{route: [{destination: {host: payments, subset: v1}}]}]"),
    )

    assert told(trace(SPACES, *held), "endpoint") == {
        "Deployment shop/payments-v1": "+ it gets requests",
        "Deployment shop/payments-v2": "- subset v1 is for version=v1, which it does not have",
    }


def test_it_says_of_how_many_pods_it_holds() -> None:
    """Where the pods of a workload fare differently."""
    made = "labels: {app: payments}"
    held = (
        service("payments"),
        deployment("web"),
        deployment("payments"),
        thing("Pod", "payments-1", "containers: [{name: app}]", meta=made),
        thing("Pod", "payments-2", "containers: [{name: app}]", meta=made),
        thing("Pod", "payments-3", "containers: [{name: app}]", meta=made, rest="status: {phase: Pending}"),
    )
    found = trace(SPACES, *held)
    step = next(s for s in found.path if s.stage == "endpoint")

    assert ["2 of its 3 pods: it gets requests", "1 of its 3 pods: it is not ready"] == [c.why for c in step.considered]


def _template(name: str, version: str) -> str:
    labels = f"{{app: {name}, version: {version}}}"
    return f"template: {{metadata: {{labels: {labels}}}, spec: {{containers: [{{name: app}}]}}}}"


def test_it_says_what_else_a_short_name_could_have_meant() -> None:
    """A Service of the same name in another namespace."""
    found = trace(*BASE, app("payments", namespace="legacy"), to="http://payments:8080/")

    assert told(found, "dns") == {
        "Service shop/payments": f"+ payments stands for {EXACT}",
        "Service legacy/payments": (f"- it is payments.legacy.svc.cluster.local, and payments means {EXACT} here"),
    }


PUBLIC = gateway(
    "public",
    """
    - {port: {number: 80, protocol: HTTP}, hosts: ["*.example.com"]}
    - {port: {number: 80, protocol: HTTP}, hosts: [other.example.org]}
    - {port: {number: 443, protocol: HTTPS}, hosts: ["*"], tls: {mode: SIMPLE, credentialName: a}}
    """,
)


def test_it_says_which_server_and_routes_a_gateway_passed_over() -> None:
    """Servers of other ports and hosts, Gateways for other pods, and VirtualServices bound elsewhere."""
    held = (
        INGRESS,
        PUBLIC,
        gateway("lost", "- {port: {number: 80, protocol: HTTP}, hosts: ['*']}", selector="istio: nowhere"),
        virtual_service("mine", "shop.example.com", "gateways: [edge/public]"),
        virtual_service("unbound", "shop.example.com", "gateways: [edge/lost]"),
        virtual_service("kept", "shop.example.com", "gateways: [edge/public]\nexportTo: ['.']"),
        virtual_service("wide", "'*.example.com'", "gateways: [edge/public]"),
    )
    found = trace(*BASE, *held, to="http://shop.example.com/", source="gateway:edge/public")

    assert told(found, "listener") == {
        "Gateway edge/public spec.servers[0]": "+ it takes the connection",
        "Gateway edge/public spec.servers[1].hosts": "- none of its hosts is shop.example.com",
        "Gateway edge/public spec.servers[2]": "- it is for port 443",
        "Gateway edge/lost spec.selector": "- it is for pods with istio=nowhere, which deployment edge/ingress is not",
    }
    assert told(found, "route") == {
        "VirtualService shop/mine spec.gateways": "+ it is bound to edge/public with a host for shop.example.com",
        "VirtualService shop/mine spec.http[0]": "+ it takes the request",
        "VirtualService shop/kept spec.exportTo": "- it is not exported to namespace edge, where the proxy is",
        "VirtualService shop/unbound spec.gateways": "- it is bound to edge/lost, not to edge/public",
        "VirtualService shop/wide spec.hosts": (
            "- its host *.example.com is less specific than shop.example.com of VirtualService shop/mine"
        ),
    }


def test_stages_that_are_not_reached_consider_nothing() -> None:
    """The trace ends where the request does."""
    closed = mesh_config("outboundTrafficPolicy: {mode: REGISTRY_ONLY}")
    found = trace(*BASE, closed, to="http://unknown.example.com/")

    assert all(not s.considered for s in found.path if s.verdict is StageVerdict.NOT_REACHED)


def test_it_says_why_a_server_is_not_opened() -> None:
    """Of two servers with one TLS host on a port the first counts."""
    https = (
        "- {port: {number: 443, protocol: HTTPS}, hosts: [shop.example.com], tls: {mode: SIMPLE, credentialName: a}}"
    )
    held = (INGRESS, gateway("first", https), gateway("second", https))

    found = told(trace(*BASE, *held, to="https://shop.example.com/", source="gateway:edge/first"), "listener")

    assert found == {
        "Gateway edge/first spec.servers[0]": "+ it takes the connection",
        "Gateway edge/second spec.servers[0]": "- Gateway edge/first comes before it with this host on port 443",
    }
