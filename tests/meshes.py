"""Meshes and walks made from YAML texts, as the tests of `mesh` and `walk` use them."""

from __future__ import annotations

from textwrap import dedent, indent
from typing import Any

from tests.inventories import inventory
from troubleshooter.mesh import Mesh
from troubleshooter.model import Branch, Outcome, StageVerdict, Step
from troubleshooter.walk import Walked, parse_request, walk

VERSIONS = {
    "Deployment": "apps/v1",
    "DaemonSet": "apps/v1",
    "StatefulSet": "apps/v1",
    "ReplicaSet": "apps/v1",
    "Job": "batch/v1",
    "CronJob": "batch/v1",
    "EndpointSlice": "discovery.k8s.io/v1",
    "MutatingWebhookConfiguration": "admissionregistration.k8s.io/v1",
    "IstioOperator": "install.istio.io/v1alpha1",
    "WasmPlugin": "extensions.istio.io/v1alpha1",
    "HTTPRoute": "gateway.networking.k8s.io/v1",
    **dict.fromkeys(("PeerAuthentication", "RequestAuthentication", "AuthorizationPolicy"), "security.istio.io/v1"),
    **dict.fromkeys(
        (
            "VirtualService",
            "DestinationRule",
            "Gateway",
            "ServiceEntry",
            "WorkloadEntry",
            "Sidecar",
            "EnvoyFilter",
            "ProxyConfig",
        ),
        "networking.istio.io/v1",
    ),
}
"""The apiVersion of each kind; of all others it is `v1`."""

SPACES = """
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled}}
---
apiVersion: v1
kind: Namespace
metadata: {name: legacy}
"""
"""A namespace with injection and one without."""


def thing(kind: str, name: str, spec: str = "", *, namespace: str = "shop", meta: str = "", rest: str = "") -> str:
    """The text of an object. `spec` is the YAML below its spec, `meta` more of its metadata (`labels: {a: b}`), `rest`
    more of the object itself."""
    place = f", namespace: {namespace}" if namespace else ""
    more = f", {meta}" if meta else ""
    lines = [
        f"apiVersion: {VERSIONS.get(kind, 'v1')}",
        f"kind: {kind}",
        f"metadata: {{name: {name}{place}{more}}}",
    ]
    if spec:
        lines += ["spec:", indent(dedent(spec).strip("\n"), "  ")]
    return "\n".join([*lines, dedent(rest)])


def service(name: str, ports: str = "{name: http, port: 8080}", *, namespace: str = "shop", more: str = "") -> str:
    """A Service that selects `app: <name>`; `more` is more of its spec."""
    spec = f"selector: {{app: {name}}}\nports: [{ports}]\n{dedent(more)}"
    return thing("Service", name, spec, namespace=namespace)


def deployment(name: str, *, namespace: str = "shop", labels: str = "", notes: str = "", pod: str = "") -> str:
    """A Deployment whose pods carry `app: <name>`; `notes` are the pods' annotations, `pod` more of their spec."""
    return thing(
        "Deployment",
        name,
        f"""
        template:
          metadata: {{labels: {{app: {name}{", " + labels if labels else ""}}}, annotations: {{{notes}}}}}
          spec: {{containers: [{{name: app}}]{", " + pod if pod else ""}}}
        """,
        namespace=namespace,
    )


def app(name: str, ports: str = "{name: http, port: 8080}", *, namespace: str = "shop") -> str:
    """A Service and the Deployment behind it."""
    return f"{service(name, ports, namespace=namespace)}\n---\n{deployment(name, namespace=namespace)}"


INGRESS = "\n---\n".join(
    [
        thing("Namespace", "edge", namespace="", meta="labels: {istio-injection: enabled}"),
        thing(
            "Service",
            "ingress",
            """
            selector: {istio: ingress}
            ports:
            - {name: http, port: 80, targetPort: 8080}
            - {name: https, port: 443, targetPort: 8443}
            """,
            namespace="edge",
        ),
        thing(
            "Deployment",
            "ingress",
            """
            template:
              metadata: {labels: {istio: ingress}}
              spec: {containers: [{name: istio-proxy}]}
            """,
            namespace="edge",
        ),
    ]
)
"""A gateway's pods and the Service in front of them, in namespace edge."""


def gateway(name: str, servers: str, *, namespace: str = "edge", selector: str = "istio: ingress") -> str:
    """A Gateway object for the ingress."""
    spec = f"selector: {{{selector}}}\nservers:\n{dedent(servers)}"
    return thing("Gateway", name, spec, namespace=namespace)


def mesh_config(text: str) -> str:
    """The mesh's ConfigMap."""
    data = "data:\n  mesh: |\n" + indent(dedent(text).strip("\n"), "    ")
    return thing("ConfigMap", "istio", namespace="istio-system", rest=data)


def mesh(*texts: str) -> Mesh:
    """The mesh of YAML texts."""
    return Mesh(inventory(*texts))


def walked(held: Mesh, to: str, source: str = "shop/deployment/web", **options: Any) -> Walked:
    """A walk through a mesh."""
    return walk(held, parse_request(to, source=source, **options))


def branch(found: Walked, number: int = 0) -> Branch:
    """One branch of a walk, the worst first."""
    return found.walk.branches[number]


def step(found: Walked, stage: str, *, hop: int | None = None, number: int = 0) -> Step:
    """The (first) step of a stage, at a hop if one is named."""
    held = (s for s in branch(found, number).path if str(s.stage) == stage and hop in (None, s.hop))
    return next(held)


def death(found: Walked, number: int = 0) -> str:
    """Where a branch dies, and what the client gets: `stage: status flags details connection`, without what is empty or
    ok."""
    one = branch(found, number)
    stage = f"{one.failed.stage}: " if one.failed else ""
    return stage + outcome(one.outcome)


def outcome(held: Outcome) -> str:
    """An outcome in one line."""
    status = "" if held.status is None else str(held.status)
    connection = "" if held.connection == "ok" else str(held.connection)
    return " ".join(filter(None, (status, ",".join(held.flags), held.details, connection)))


def unknown(found: Walked, number: int = 0) -> list[str]:
    """The stages of a branch of which the outcome is unknown."""
    return [str(s.stage) for s in branch(found, number).path if s.verdict is StageVerdict.UNKNOWN]


def hop_of(found: Walked, number: int = -1) -> Any:
    """What was decided at a hop of the first branch."""
    return found.trails[0].hops[number]
