"""The service registry: hosts, ports, visibility, addresses."""

from __future__ import annotations

import pytest

from tests.meshes import app, deployment, mesh, mesh_config, service, thing
from troubleshooter.mesh.basis.visibility import visible
from troubleshooter.mesh.service.registry import Registry


def registry(*texts: str) -> Registry:
    """The registry of a mesh."""
    return mesh(*texts).registry


def entry(spec: str, name: str = "ext", namespace: str = "shop") -> str:
    """A ServiceEntry."""
    return thing("ServiceEntry", name, spec, namespace=namespace)


def test_host_of_a_service() -> None:
    """A Service has its full name as host."""
    assert {"web.shop.svc.cluster.local"} == registry(app("web")).hosts


def test_hosts_of_an_entry() -> None:
    """A ServiceEntry with several hosts is several services, in lower case."""
    held = registry(entry("hosts: [A.example.com, b.example.com]\nports: [{number: 80, protocol: HTTP}]"))

    assert {"a.example.com", "b.example.com"} == held.hosts
    assert 2 == len(held.of(held.all[0].object))
    assert held.all[0].entry
    assert held.all[0].external


@pytest.mark.parametrize(
    ("port", "expected"),
    [
        ("{name: http, port: 80}", (80, 80, "http", "name")),
        ("{name: http, port: 80, targetPort: 8080}", (80, 8080, "http", "name")),
        ('{name: http, port: 80, targetPort: "8080"}', (80, 8080, "http", "name")),
        ("{name: http, port: 80, targetPort: web}", (80, "web", "http", "name")),
        ('{name: http, port: 80, targetPort: ""}', (80, 80, "http", "name")),
        ("{port: 80, appProtocol: grpc}", (80, 80, "grpc", "appProtocol")),
        ("{port: 80}", (80, 80, "auto", "")),
        ("{port: 80, protocol: UDP}", (80, 80, "udp", "name")),
    ],
)
def test_ports(port: str, expected: tuple[object, ...]) -> None:
    """Number, target, protocol and what declared it."""
    found = registry(service("web", port)).all[0].ports[0]

    assert expected[:3] == (found.number, found.target, found.protocol)
    assert found.protocol == "udp" or expected[3] == found.declared_by
    assert "spec.ports[0]" == found.path


@pytest.mark.parametrize("port", ["{name: http}", "{port: x}", "7", "{port: true}", "{port: null}"])
def test_ports_that_are_none(port: str) -> None:
    """A port without a number is left out."""
    assert () == registry(service("web", port)).all[0].ports


def test_ports_of_an_entry() -> None:
    """A ServiceEntry says its protocols itself."""
    ports = "[{number: 443, name: tls, protocol: TLS}, {number: 80, targetPort: 8080}, {name: none}]"
    held = registry(entry(f"hosts: [a.com]\nports: {ports}")).all[0].ports

    assert [(443, 443, "tls", "protocol"), (80, 8080, "auto", "protocol")] == [
        (p.number, p.target, p.protocol, p.declared_by) for p in held
    ]


def test_kinds_of_services() -> None:
    """Headless, ExternalName, mesh-internal."""
    held = registry(
        service("head", more="clusterIP: None"),
        thing("Service", "alias", "type: ExternalName\nexternalName: example.com\nports: [{port: 80}]"),
        entry("hosts: [in.shop.internal]\nlocation: MESH_INTERNAL\nresolution: STATIC"),
    )
    alias, head, inside = held.all

    assert (True, False) == (head.headless, head.external)
    assert ("example.com", "DNS", True) == (alias.external_name, alias.resolution, alias.external)
    assert ("", "STATIC", False) == (inside.external_name, inside.resolution, inside.external)


@pytest.mark.parametrize(
    ("export_to", "viewers"),
    [
        ([], ["shop", "other"]),
        (["*"], ["shop", "other"]),
        (["."], ["shop"]),
        (["other"], ["other"]),
        (["~"], []),
        ([".", "third"], ["shop"]),
        ([".", "other", "~"], []),
        (["~", "*"], ["shop", "other"]),
    ],
)
def test_visibility(export_to: list[str], viewers: list[str]) -> None:
    """What exportTo lets in."""
    assert viewers == [v for v in ("shop", "other") if visible(export_to, "shop", v)]


def test_export_of_a_service() -> None:
    """A Service is exported by its annotation, else by the mesh's default."""
    noted = service("web").replace(
        "namespace: shop", 'namespace: shop, annotations: {networking.istio.io/exportTo: "., other"}'
    )
    default = mesh_config("defaultServiceExportTo: [.]")

    assert (".", "other") == registry(noted, default).all[0].export_to
    assert (".",) == registry(service("web"), default).all[0].export_to
    assert (".",) == registry(entry("hosts: [a.com]\nexportTo: [.]")).all[0].export_to


def test_addresses() -> None:
    """Cluster IPs and single addresses of ServiceEntries; `None` and ranges are none."""
    held = registry(
        service("web", more='clusterIP: 10.0.0.1\nclusterIPs: [10.0.0.1, "fd00::1"]'),
        service("head", more="clusterIP: None"),
        entry("hosts: [a.com]\naddresses: [10.0.0.9, 10.1.0.0/16]"),
    )

    assert [(), ("10.0.0.1", "fd00::1"), ("10.0.0.9",)] == [s.addresses for s in held.all]
    assert "a.com" == getattr(held.at_address("10.0.0.9"), "host", "")
    assert held.at_address("10.9.9.9") is None


def test_found_by_a_viewer() -> None:
    """The exact host before the longest wildcard; what is not exported is not found."""
    held = registry(
        entry("hosts: ['*.com', '*.example.com', a.example.com]"),
        entry("hosts: [b.example.com]\nexportTo: [.]", name="own", namespace="other"),
    )

    found = {
        name: getattr(held.find(name, "shop"), "host", "")
        for name in ("a.example.com", "b.example.com", "x.com", "x.org")
    }
    assert {
        "a.example.com": "a.example.com",
        "b.example.com": "*.example.com",
        "x.com": "*.com",
        "x.org": "",
    } == found
    assert "b.example.com" == getattr(held.find("b.example.com", "other"), "host", "")


def test_own_namespace_first() -> None:
    """Of two entries for a host the one of the viewer's namespace counts."""
    held = registry(entry("hosts: [a.com]"), entry("hosts: [a.com]", namespace="other"))

    assert ["shop", "other"] == [getattr(held.find("a.com", v), "namespace", "") for v in ("shop", "other")]


def alias(name: str, target: str) -> str:
    """An ExternalName Service."""
    return thing("Service", name, f"type: ExternalName\nexternalName: {target}\nports: [{{name: http, port: 8080}}]")


def test_alias_of_a_service() -> None:
    """An ExternalName stands for what it leads to, through further ones, and never round in a circle."""
    full = "{}.shop.svc.cluster.local"
    held = registry(
        app("web"), alias("one", full.format("two")), alias("two", full.format("web")),
        alias("a", full.format("b")), alias("b", full.format("a")), alias("out", "example.com"),
    )  # fmt: skip

    def behind(name: str) -> str:
        found = held.get(full.format(name))
        return held.behind(found, "shop").object.name if found else ""

    assert ["web", "web", "out"] == [behind(n) for n in ("one", "web", "out")]
    assert behind("a") in {"a", "b"}


def test_services_of_a_workload() -> None:
    """Services of its namespace whose whole selector matches."""
    held = mesh(
        app("web"),
        service("narrow").replace("app: narrow", "app: web, tier: front"),
        service("web", namespace="other"),
        thing("Service", "none", "ports: [{port: 80}]"),
    )
    workload = held.workloads.get("Deployment", "shop", "web")

    assert workload is not None
    assert ["web"] == [s.object.name for s in held.registry.selecting(workload)]


def test_service_that_makes_the_listener() -> None:
    """Of Services that lead to one container port the oldest declares its protocol."""
    old = thing(
        "Service", "old", "selector: {app: web}\nports: [{name: tcp, port: 1, targetPort: 8080}]",
        meta='creationTimestamp: "2020-01-01"',
    )  # fmt: skip
    new = thing(
        "Service", "new", "selector: {app: web}\nports: [{name: http, port: 2, targetPort: 8080}]",
        meta='creationTimestamp: "2021-01-01"',
    )  # fmt: skip
    held = mesh(new, old, deployment("web"))
    workload = held.workloads.get("Deployment", "shop", "web")
    assert workload is not None
    found = held.registry.serving(workload, workload.pods[0], 8080)

    assert "tcp" == (found[1].protocol if found else "")
    assert held.registry.serving(workload, workload.pods[0], 9090) is None
