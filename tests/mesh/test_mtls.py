"""What a port accepts, and what a proxy sends to it."""

from __future__ import annotations

import pytest

from tests.meshes import SPACES, app, mesh, mesh_config, thing
from troubleshooter.mesh.policy.mtls import Accepts, Offer, Target, mesh_sni, offer
from troubleshooter.mesh.service.services import Endpoint

HOST = "web.shop.svc.cluster.local"


def peer(name: str, spec: str, *, namespace: str = "shop", age: int = 0) -> str:
    """A PeerAuthentication; the least `age` is the oldest."""
    return thing(
        "PeerAuthentication", name, spec, namespace=namespace, meta=f'creationTimestamp: "20{age:02}-01-01"'
    )  # fmt: skip


def mode(word: str) -> str:
    """The spec of a policy for a whole namespace."""
    return f"mtls: {{mode: {word}}}"


def own(word: str, more: str = "") -> str:
    """The spec of a policy for the pods of web."""
    return f"selector: {{matchLabels: {{app: web}}}}\nmtls: {{mode: {word}}}\n{more}"


def accepts(*texts: str, port: int = 8080) -> Accepts:
    """What port 8080 of the workload web accepts."""
    held = mesh(SPACES, app("web"), *texts)
    workload = held.workloads.get("Deployment", "shop", "web")
    assert workload is not None
    return held.peer_authentications.accepts(workload.pods[0], port)


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        ((), "permissive"),
        ((("istio-system", mode("STRICT")),), "strict"),
        ((("istio-system", mode("STRICT")), ("shop", mode("PERMISSIVE"))), "permissive"),
        ((("istio-system", mode("STRICT")), ("shop", mode("UNSET"))), "strict"),
        ((("istio-system", mode("DISABLE")), ("shop", "mtls: {}")), "disable"),
        ((("istio-system", mode("DISABLE")), ("shop", "mtls: null")), "disable"),
        ((("shop", mode("STRICT")), ("shop", own("DISABLE"))), "disable"),
        ((("shop", mode("STRICT")), ("shop", own("UNSET"))), "strict"),
        ((("other", mode("STRICT")),), "permissive"),
        ((("istio-system", own("STRICT")),), "permissive"),
        ((("shop", "selector: {matchLabels: {app: api}}\nmtls: {mode: STRICT}"),), "permissive"),
        ((("shop", mode("STRICKT")),), "permissive"),
        ((("shop", "selector: {}\nmtls: {mode: STRICT}"),), "strict"),
        ((("shop", "mtls: STRICT"),), "permissive"),
    ],
)
def test_precedence(policies: tuple[tuple[str, str], ...], expected: str) -> None:
    """Workload before namespace before mesh; UNSET takes from the wider."""
    texts = [peer(f"p{n}", spec, namespace=namespace) for n, (namespace, spec) in enumerate(policies)]

    assert expected == accepts(*texts).mode


@pytest.mark.parametrize(
    ("levels", "port", "expected"),
    [
        ("portLevelMtls: {8080: {mode: DISABLE}}", 8080, "disable True"),
        ('portLevelMtls: {"8080": {mode: DISABLE}}', 8080, "disable True"),
        ("portLevelMtls: {8080: {mode: DISABLE}}", 9090, "strict False"),
        ("portLevelMtls: {8080: {mode: UNSET}}", 8080, "strict False"),
        ("portLevelMtls: [8080]", 8080, "strict False"),
    ],
)
def test_port_level(levels: str, port: int, expected: str) -> None:
    """A port's own mode outranks the workload's."""
    found = accepts(peer("p", own("STRICT", levels)), port=port)

    assert expected == f"{found.mode} {found.by_port}"
    assert "strict" == found.workload_mode


def test_port_level_without_a_selector() -> None:
    """Ports of a policy for a whole namespace are not looked at."""
    assert "strict" == accepts(peer("p", mode("STRICT") + "\nportLevelMtls: {8080: {mode: DISABLE}}")).mode


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        (mode("STRICT"), "spec.mtls.mode"),
        (own("STRICT"), "spec.mtls.mode"),
        (own("STRICT", "portLevelMtls: {8080: {mode: DISABLE}}"), "spec.portLevelMtls.8080.mode"),
        ("mtls: {}", ""),
    ],
)
def test_what_decided(spec: str, field: str) -> None:
    """The field that decided, none where the default stands."""
    assert field == getattr(accepts(peer("p", spec)).place, "field", "")


def test_the_oldest_counts() -> None:
    """Of several policies for one scope."""
    assert "disable" == accepts(peer("b", mode("STRICT"), age=2), peer("a", mode("DISABLE"), age=1)).mode
    assert "disable" == accepts(peer("b", own("STRICT"), age=2), peer("a", own("DISABLE"), age=1)).mode


def test_policies_in_force() -> None:
    """Mesh, namespace, workload."""
    texts = [
        peer("mesh", mode("STRICT"), namespace="istio-system"),
        peer("shop", mode("STRICT")),
        peer("web", own("UNSET")),
    ]

    assert ["mesh", "shop", "web"] == [p.name for p in accepts(*texts).policies]


def test_root_namespace() -> None:
    """The mesh config names it."""
    texts = (mesh_config("rootNamespace: root"), peer("p", mode("STRICT"), namespace="root"))

    assert "strict" == accepts(*texts).mode


def test_wide() -> None:
    """What is asked of every workload of a namespace."""
    held = mesh(peer("p", mode("DISABLE")), peer("q", own("STRICT"))).peer_authentications

    assert ["disable", "permissive"] == [held.wide(n)[0] for n in ("shop", "other")]


def offered(*texts: str, endpoint: Endpoint | None = None, pod: str = "app, istio-proxy", subset: str = "") -> Offer:
    """What a proxy sends to an endpoint of the Service web."""
    containers = ", ".join(f"{{name: {c}}}" for c in pod.split(", "))
    bare = thing("Pod", "web-1", f"containers: [{containers}]", meta="labels: {app: web}")
    held = mesh(app("web").split("---")[0], bare, *texts)
    service = held.registry.get(HOST)
    assert service is not None
    rule = held.destination_rules.in_force(service, "shop", {})
    found = endpoint or held.endpoints(service, service.ports[0]).all[0]
    return offer(held.settings, rule, found, Target(host=HOST, port=8080, subset=subset))


def tls(text: str) -> str:
    """A DestinationRule with these TLS settings."""
    return thing("DestinationRule", "web", f"host: web\ntrafficPolicy: {{tls: {text}}}")


@pytest.mark.parametrize(
    ("text", "sends"),
    [
        ("{mode: DISABLE}", "plaintext"),
        ("{mode: SIMPLE}", "tls"),
        ("{mode: MUTUAL}", "custom-mtls"),
        ("{mode: ISTIO_MUTUAL}", "mtls"),
        ("{mode: istio_mutual}", "mtls"),
        ("{}", "plaintext"),
        ("{mode: NONSENSE}", "plaintext"),
        ("[1]", "plaintext"),
    ],
)
def test_rule(text: str, sends: str) -> None:
    """A DestinationRule's word counts, whatever the endpoint can."""
    found = offered(tls(text))

    assert (sends, "rule", "spec.trafficPolicy.tls") == (found.sends, found.reason, getattr(found.place, "field", ""))


@pytest.mark.parametrize(
    ("pod", "texts", "expected"),
    [
        ("app, istio-proxy", (), "mtls auto-mtls"),
        ("app", (), "plaintext auto-mtls-no-proxy"),
        ("app, istio-proxy", (mesh_config("enableAutoMtls: false"),), "plaintext auto-mtls-off"),
    ],
)
def test_auto(pod: str, texts: tuple[str, ...], expected: str) -> None:
    """Without a rule auto mTLS looks at the endpoint."""
    found = offered(*texts, pod=pod)

    assert expected == f"{found.sends} {found.reason}"


def test_outside_the_mesh() -> None:
    """An address that is no pod's gets plaintext, a machine of the mesh mutual TLS."""
    assert "plaintext external" == "{0.sends} {0.reason}".format(offered(endpoint=Endpoint(address="x", port=1)))
    assert "mtls auto-mtls" == "{0.sends} {0.reason}".format(
        offered(endpoint=Endpoint(address="x", port=1, enrolled=True))
    )


def test_names_in_the_hello() -> None:
    """Mutual TLS of the mesh names the cluster; a rule may name something else."""
    assert f"outbound_.8080_.v1_.{HOST}" == mesh_sni(HOST, 8080, "v1")
    assert f"outbound_.8080_.v1_.{HOST}" == offered(subset="v1").sni
    assert "x.com" == offered(tls("{mode: SIMPLE, sni: x.com}")).sni
    assert "" == offered(tls("{mode: SIMPLE}")).sni
