"""Health probes that AuthorizationPolicies turn away."""

from __future__ import annotations

import pytest

from tests.meshes import SPACES, mesh, service, thing
from troubleshooter.mesh import Mesh

OFF = 'sidecar.istio.io/rewriteAppHTTPProbers: "false"'
READY = "readinessProbe: {httpGet: {path: /ready, port: 8080}}"
GRPC = "readinessProbe: {grpc: {port: 8080}}"
MEMBERS = "rules: [{from: [{source: {namespaces: [shop]}}]}]"


def shop(
    rules: str, probe: str = READY, port: str = "{name: http, port: 8080}", notes: str = OFF, *more: str
) -> Mesh:  # fmt: skip
    """A mesh with the workload web, its Service and one policy for it."""
    spec = f"""
    template:
      metadata: {{labels: {{app: web}}, annotations: {{{notes}}}}}
      spec: {{containers: [{{name: app, {probe}}}]}}
    """
    policy = thing("AuthorizationPolicy", "web", rules)
    return mesh(SPACES, service("web", port), thing("Deployment", "web", spec), policy, *more)


def decision(held: Mesh) -> str:
    """How the probe of web is denied, "" if it is not."""
    workload = held.workloads.get("Deployment", "shop", "web")
    assert workload is not None
    found = held.probes.refused(workload.representative, workload)
    return str(found.denied.decision) if found and found.denied else ""


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("{}", "no-allow-matched"),
        (MEMBERS, "no-allow-matched"),
        ("rules: [{}]", ""),
        ("rules: [{to: [{operation: {paths: [/ready], methods: [GET]}}]}]", ""),
        ("rules: [{to: [{operation: {paths: [/ready], methods: [HEAD]}}]}]", "no-allow-matched"),
        ("rules: [{to: [{operation: {ports: ['8080']}}]}]", ""),
        ("rules: [{to: [{operation: {hosts: [web.shop]}}]}]", ""),
        ("rules: [{from: [{source: {ipBlocks: [10.0.0.0/8]}}]}]", ""),
        ("rules: [{when: [{key: 'request.headers[user-agent]', values: ['kube-probe/*']}]}]", ""),
        ("rules: [{from: [{source: {requestPrincipals: ['*']}}]}]", "no-allow-matched"),
        ("action: DENY\nrules: [{from: [{source: {notPrincipals: ['*']}}]}]", "deny-matched"),
        ("action: DENY\nrules: [{from: [{source: {notNamespaces: [shop]}}], to: [{operation: {paths: [/x]}}]}]", ""),
        ("action: CUSTOM\nprovider: {name: outside}\nrules: [{}]", ""),
        ("selector: {matchLabels: {app: other}}", ""),
    ],
)
def test_which_policies_turn_a_probe_away(rules: str, expected: str) -> None:
    """The kubelet asks with GET, without an identity, from an address that nobody knows."""
    assert expected == decision(shop(rules))


@pytest.mark.parametrize(
    ("probe", "port", "expected"),
    [
        (GRPC, "{name: grpc, port: 8080}", ""),
        (READY, "{name: grpc, port: 8080}", "no-allow-matched"),
    ],
)
def test_grpc_probe(probe: str, port: str, expected: str) -> None:
    """It asks for the method of gRPC's own health service."""
    rules = "rules: [{to: [{operation: {paths: [/grpc.health.v1.Health/Check], methods: [POST]}}]}]"

    assert expected == decision(shop(rules, probe, port))


@pytest.mark.parametrize(
    ("scheme", "port", "rules", "expected"),
    [
        ("HTTP", "{name: tcp, port: 8080}", "rules: [{to: [{operation: {paths: [/ready]}}]}]", "no-allow-matched"),
        ("HTTP", "{name: odd, port: 8080}", "rules: [{to: [{operation: {paths: [/ready]}}]}]", ""),
        ("HTTPS", "{name: odd, port: 8080}", "rules: [{to: [{operation: {paths: [/ready]}}]}]", "no-allow-matched"),
        ("HTTPS", "{name: http, port: 8080}", MEMBERS, ""),
    ],
)
def test_how_the_port_is_read(scheme: str, port: str, rules: str, expected: str) -> None:
    """On a connection that is not read as HTTP no path is seen; TLS at a port declared HTTP fails otherwise."""
    probe = f"readinessProbe: {{httpGet: {{path: /ready, port: 8080, scheme: {scheme}}}}}"

    assert expected == decision(shop(rules, probe, port))


def test_headers_that_the_probe_names() -> None:
    """They are sent with it, and a Host header takes the place of the address."""
    probe = "readinessProbe: {httpGet: {path: /ready, port: 8080, httpHeaders: [{name: Host, value: web.shop}]}}"

    assert "no-allow-matched" == decision(shop("rules: [{to: [{operation: {hosts: [other.shop]}}]}]", probe))


def test_probe_that_is_rewritten() -> None:
    """The agent beside the proxy takes it, past all policies."""
    assert "" == decision(shop(MEMBERS, notes=""))


def test_proxy_that_is_patched() -> None:
    """What an EnvoyFilter does to what comes in is not modelled, so nothing is said of the probe."""
    patch = "configPatches: [{applyTo: HTTP_FILTER, match: {context: SIDECAR_INBOUND}, patch: {operation: REMOVE}}]"

    assert "" == decision(shop(MEMBERS, READY, "{name: http, port: 8080}", OFF, thing("EnvoyFilter", "f", patch)))


def test_mtls_comes_before_policies() -> None:
    """A port that takes mutual TLS only cuts the probe off before any policy is asked."""
    strict = thing("PeerAuthentication", "default", "mtls: {mode: STRICT}")

    assert "" == decision(shop(MEMBERS, READY, "{name: http, port: 8080}", OFF, strict))


def test_endpoints_after_another_policy() -> None:
    """A mesh that differs in a policy alone asks anew which pods are ready."""
    held = shop(MEMBERS)
    found = held.registry.get("web.shop.svc.cluster.local")
    assert found is not None
    policy = next(o for o in held.inventory.objects if o.kind == "AuthorizationPolicy")
    opened = held.inventory.changed(put=[policy.with_raw({**policy.raw, "spec": {"rules": [{}]}})])

    before = held.endpoints(found, found.ports[0]).absence
    after = held.after(opened, [policy.key]).endpoints(found, found.ports[0]).absence

    assert ("pods-not-ready", "none") == (before, after)
