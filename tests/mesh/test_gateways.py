"""Gateways: which pods run them, which servers they open, and the virtual hosts behind those."""

from __future__ import annotations

import pytest

from tests.meshes import INGRESS, gateway, mesh, thing
from troubleshooter.mesh.gateway.gateways import Gateways
from troubleshooter.mesh.gateway.servers import Opened, Server, speaks
from troubleshooter.mesh.routing.virtual_hosts import VirtualHost, serving, virtual_hosts

HTTP = "- {port: {number: 80, protocol: HTTP}, hosts: ['*']}"
HTTPS = "- {port: {number: 443, protocol: HTTPS}, hosts: [a.example.com], tls: {mode: SIMPLE, credentialName: a}}"


def gateways(*texts: str) -> Gateways:
    """The Gateways of a mesh with an ingress."""
    return mesh(INGRESS, *texts).gateways


def servers(text: str) -> list[Server]:
    """The servers of one Gateway."""
    held = gateways(gateway("public", text))
    return held.servers(held.all[0])


def opened(*texts: str) -> list[Opened]:
    """The servers as the ingress opens them."""
    held = gateways(*texts)
    (workload,) = held.proxies()
    return held.opened(held.for_workload(workload), workload)


def test_pods_of_a_gateway() -> None:
    """Its selector finds pods of any namespace."""
    held = gateways(gateway("public", HTTP, namespace="shop"))
    (workload,) = held.workloads(held.all[0])

    assert "deployment edge/ingress" == str(workload)
    assert ["public"] == [g.name for g in held.for_workload(workload)]
    assert "public" == getattr(held.get("shop/public"), "name", "")
    assert held.get("edge/public") is None


def test_selector_that_finds_nobody() -> None:
    """Every label of it has to be there."""
    held = gateways(gateway("public", HTTP, selector="istio: ingress, app: none"))

    assert [] == held.workloads(held.all[0])


def test_empty_selector() -> None:
    """It finds every gateway's pods."""
    held = gateways(gateway("public", HTTP, selector=""))

    assert ["deployment edge/ingress"] == [str(w) for w in held.workloads(held.all[0])]


@pytest.mark.parametrize(
    ("server", "protocol", "tls", "hosts"),
    [
        ("{port: {number: 80, protocol: HTTP}, hosts: [a.com]}", "http", "", ("a.com",)),
        ("{port: {number: 443, protocol: HTTPS}, hosts: ['*/a.com'], tls: {}}", "https", "PASSTHROUGH", ("a.com",)),
        (
            "{port: {number: 443, protocol: TLS}, hosts: [./a.com], tls: {mode: PASSTHROUGH}}",
            "tls",
            "PASSTHROUGH",
            ("edge/a.com",),
        ),
        (
            "{port: {number: 80, protocol: HTTP}, hosts: [shop/a.com], tls: {httpsRedirect: true}}",
            "http",
            "",
            ("shop/a.com",),
        ),
        ("{port: {number: 9000, protocol: TCP}}", "tcp", "", ()),
    ],
)
def test_servers(server: str, protocol: str, tls: str, hosts: tuple[str, ...]) -> None:
    """Protocol, TLS mode and hosts of a server."""
    (found,) = servers(f"- {server}")

    assert (protocol, tls, hosts) == (found.protocol, found.tls, found.hosts)
    assert ("edge/public", "spec.servers[0]") == (found.reference, found.path)


def test_servers_that_are_none() -> None:
    """A server without a port number is left out; places stay as written."""
    found = servers("- 7\n- {port: {number: x}}\n- {port: {number: 80}}\n- {port: 80}")

    assert ["spec.servers[2]"] == [s.path for s in found]


@pytest.mark.parametrize(
    ("hosts", "name", "expected"),
    [
        ("['*']", "a.com", "*"),
        ("['*', '*.com', a.com]", "a.com", "a.com"),
        ("['shop/*.com']", "a.com", "*.com"),
        ("[a.com]", "b.com", None),
        ("[]", "b.com", None),
    ],
)
def test_hosts_of_a_server(hosts: str, name: str, expected: str | None) -> None:
    """The most specific of its hosts."""
    (found,) = servers(f"- {{port: {{number: 80, protocol: HTTP}}, hosts: {hosts}}}")

    assert (expected, expected is not None) == (found.pattern(name), found.serves(name))


@pytest.mark.parametrize(
    ("protocol", "schemes"),
    [
        ("HTTP", ["http"]),
        ("HTTP2", ["http"]),
        ("GRPC", ["http"]),
        ("HTTPS", ["https", "tcp"]),
        ("TLS", ["https", "tcp"]),
        ("TCP", ["tcp"]),
        ("MONGO", ["tcp"]),
    ],
)
def test_schemes(protocol: str, schemes: list[str]) -> None:
    """What a server is for."""
    (found,) = servers(f"- {{port: {{number: 80, protocol: {protocol}}}, hosts: ['*']}}")

    assert schemes == [s for s in ("http", "https", "tcp") if speaks(found, s)]


def test_port_behind_the_service() -> None:
    """A server is opened on the targetPort of the Service port with its number."""
    assert [8080, 8443, 9000] == [
        o.port for o in opened(gateway("public", HTTP + "\n" + HTTPS + "\n- {port: {number: 9000, protocol: TCP}}"))
    ]


def shadows(*texts: str) -> list[str]:
    """For every server the one that keeps it from being opened, as gateway and position."""
    return [
        f"{o.shadowed_by.gateway.name}.{o.shadowed_by.index}" if o.shadowed_by else "" for o in opened(*texts)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("HTTP}, hosts: [a.com]", "HTTP}, hosts: [a.com]", ["", ""]),
        ("HTTP}, hosts: [a.com]", "TCP}, hosts: [b.com]", ["", "a.0"]),
        ("TCP}, hosts: [a.com]", "TCP}, hosts: [b.com]", ["", "a.0"]),
        ("HTTPS}, hosts: [a.com], tls: {}", "HTTPS}, hosts: [a.com], tls: {}", ["", "a.0"]),
        ("HTTPS}, hosts: [a.com], tls: {}", "HTTPS}, hosts: [b.com], tls: {}", ["", ""]),
        ("HTTPS}, hosts: [a.com], tls: {}", "TLS}, hosts: [a.com], tls: {mode: PASSTHROUGH}", ["", "a.0"]),
        ("HTTP}, hosts: [a.com]", "HTTPS}, hosts: [a.com], tls: {}", ["", "a.0"]),
    ],
)
def test_servers_in_each_others_way(first: str, second: str, expected: list[str]) -> None:
    """Of servers that cannot share a port the first one opens it."""
    one, two = (f"- {{port: {{number: 443, protocol: {text}}}" for text in (first, second))

    assert expected == shadows(gateway("a", one), gateway("b", two))


def test_entrances() -> None:
    """The Service ports that lead to a server."""
    held = gateways(gateway("public", HTTP))
    (workload,) = held.proxies()

    assert [[(80, 8080)], [(80, 8080)], []] == [
        [(e.port.number, e.target) for e in held.entrances(workload, n)] for n in (80, 8080, 9000)
    ]


def test_gateways_for_a_request() -> None:
    """By scheme, port and host; by port alone."""
    held = gateways(gateway("plain", HTTP), gateway("tls", HTTPS))

    assert ["plain"] == [g.name for g in held.serving("http", 80, "x.com")]
    assert ["tls"] == [g.name for g in held.serving("https", 443, "a.example.com")]
    assert [] == held.serving("https", 443, "b.example.com")
    assert ["tls"] == [g.name for g in held.on_port(443)]


@pytest.mark.parametrize(
    ("scheme", "port", "host", "expected"),
    [
        ("https", 80, "a.example.com", ["tls"]),
        ("https", 81, "a.example.com", []),
        ("https", 80, "b.example.com", []),
        ("http", 80, "a.example.com", []),
    ],
)
def test_gateways_that_mean_a_host(scheme: str, port: int, host: str, expected: list[str]) -> None:
    """By scheme and host, where some port leads to the pods; a server for every host means none."""
    held = gateways(gateway("plain", HTTP), gateway("tls", HTTPS))

    assert expected == [g.name for g in held.meaning(scheme, port, host)]


def test_gateway_with_two_servers_for_a_request() -> None:
    """It is one gateway."""
    two = gateway("public", HTTP + "\n- {port: {number: 80, protocol: HTTP}, hosts: [x.com]}")

    assert ["public"] == [g.name for g in gateways(two).serving("http", 80, "x.com")]


def test_gateway_reached_on_another_port() -> None:
    """A client knows the Service's port, which leads to the server's container port."""
    inner = gateway("inner", "- {port: {number: 8080, protocol: HTTP}, hosts: ['*']}")

    assert ["inner"] == [g.name for g in gateways(inner).serving("http", 80, "x.com")]


def routes(name: str, spec: str, age: int = 0) -> str:
    """A VirtualService that is bound to the Gateway edge/public."""
    meta = f'creationTimestamp: "20{age:02}-01-01"'
    return thing("VirtualService", name, f"gateways: [edge/public]\n{spec}", meta=meta)


def virtual(text: str, *texts: str) -> dict[str, VirtualHost]:
    """The virtual hosts of a Gateway's servers."""
    held = mesh(INGRESS, gateway("public", text), *texts)
    found = held.gateways.servers(held.gateways.all[0])
    return virtual_hosts(held.virtual_services, found, "edge", {"istio": "ingress"})


ROUTE = "http: [{name: %s, match: [{uri: {exact: /%s}}]}]"


def test_virtual_hosts() -> None:
    """Each host that VirtualServices share with the servers."""
    found = virtual(
        HTTP,
        routes("one", "hosts: [a.com]\n" + ROUTE % ("a", "a"), 1),
        routes("two", "hosts: [a.com, '*.org']\n" + ROUTE % ("b", "b"), 2),
    )

    assert {"a.com": ["one", "two"], "*.org": ["two"]} == {p: [o.name for o in h.owners] for p, h in found.items()}
    assert ["a", "b"] == [a.route.name for a in found["a.com"].attempts]
    assert "*.org" == getattr(serving(found, "x.org"), "pattern", "")
    assert serving(found, "x.net") is None


def test_routes_for_everything_go_last() -> None:
    """Over all VirtualServices of a host."""
    found = virtual(
        HTTP,
        routes("one", "hosts: [a.com]\nhttp: [{name: all}]", 1),
        routes("two", "hosts: [a.com]\n" + ROUTE % ("b", "b"), 2),
    )

    assert ["b", "all"] == [a.route.name for a in found["a.com"].attempts]


def test_virtual_service_without_a_route_for_the_server() -> None:
    """It makes no virtual host."""
    assert {} == virtual(HTTP, routes("one", "hosts: [a.com]\nhttp: [{match: [{port: 443}]}]"))
    assert {} == virtual(HTTP, routes("one", "hosts: [a.com]\ntcp: [{route: []}]"))


def test_redirect() -> None:
    """A server that redirects makes a virtual host for each of its hosts, and marks those of its routes."""
    redirecting = "- {port: {number: 80, protocol: HTTP}, hosts: ['*.com'], tls: {httpsRedirect: true}}"
    found = virtual(redirecting, routes("one", "hosts: [a.com]\n" + ROUTE % ("a", "a")))

    assert {"a.com": True, "*.com": True} == {p: h.redirect is not None for p, h in found.items()}
