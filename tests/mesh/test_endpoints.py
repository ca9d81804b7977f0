"""Endpoints of a service port, and why there are none."""

from __future__ import annotations

from textwrap import indent

import pytest

from tests.meshes import SPACES, app, deployment, mesh, service, thing
from troubleshooter.mesh.service.endpoints import Absence, Endpoints

POD = "containers: [{name: app, ports: [{name: web, containerPort: 8080}]}]"
NOT_READY = "status: {phase: Running, podIP: 10.0.0.2, conditions: [{type: Ready, status: 'False'}]}"
READY = "status: {phase: Running, podIP: 10.0.0.1}"


def pod(name: str, rest: str = READY, *, spec: str = POD) -> str:
    """A bare pod with the label app: web."""
    return thing("Pod", name, spec, meta="labels: {app: web}", rest=rest)


def endpoints(*texts: str, host: str = "web.shop.svc.cluster.local", port: int = 0) -> Endpoints:
    """The endpoints of a service's port (the first, if none is named)."""
    held = mesh(*texts)
    found = held.registry.get(host)
    assert found is not None
    chosen = found.port(port) if port else found.ports[0]
    assert chosen is not None
    return held.endpoints(found, chosen)


def shown(found: Endpoints) -> list[str]:
    """Address and port of every endpoint, with a ! if it is not ready."""
    return [f"{e.address}:{e.port}{'' if e.healthy else '!'}" for e in found.all]


def slices(body: str, name: str = "web-1", ports: str = "{name: http, port: 8080}") -> str:
    """An EndpointSlice of the Service web."""
    rest = f"ports: [{ports}]\nendpoints:\n{indent(body, '  ')}"
    return thing("EndpointSlice", name, meta="labels: {kubernetes.io/service-name: web}", rest=rest)


def test_pods_that_the_selector_matches() -> None:
    """Ready pods are endpoints, others are there and not ready."""
    found = endpoints(service("web"), pod("web-1"), pod("web-2", NOT_READY))

    assert ["10.0.0.1:8080", "10.0.0.2:8080!"] == shown(found)
    assert (Absence.NONE, 1) == (found.absence, len(found.ready))


def test_stand_in_is_an_endpoint() -> None:
    """Where no pods were seen, the workload's template answers."""
    assert [":8080"] == shown(endpoints(SPACES, app("web")))


def test_named_target_port() -> None:
    """The container port of that name."""
    assert ["10.0.0.1:8080"] == shown(
        endpoints(service("web", "{name: http, port: 80, targetPort: web}"), pod("web-1"))
    )


@pytest.mark.parametrize(
    ("texts", "absence"),
    [
        ((service("web"), pod("web-2", NOT_READY)), Absence.NOT_READY),
        ((service("web"), deployment("api")), Absence.SELECTOR),
        ((service("web"),), Absence.NOT_SEEN),
        ((service("web", "{name: http, port: 80, targetPort: none}"), pod("web-1")), Absence.PORT_NAME),
        (
            (service("web"), thing("Deployment", "web", "replicas: 0\ntemplate: {metadata: {labels: {app: web}}}")),
            Absence.SCALED_TO_ZERO,
        ),
        (
            (
                service("web"),
                deployment("web"),
                thing("Pod", "api-1", meta="ownerReferences: [{kind: StatefulSet, name: api}]"),
            ),
            Absence.NO_PODS,
        ),
        ((thing("Service", "web", "ports: [{port: 80}]"),), Absence.NOT_SEEN),
        ((thing("Service", "web", "ports: [{port: 80}]"), thing("Endpoints", "other")), Absence.NO_SELECTOR),
        ((service("web"), slices("[]")), Absence.SLICES),
        ((service("web"), slices("- {addresses: [10.0.0.1], conditions: {ready: false}}")), Absence.NOT_READY),
        ((service("web"), pod("web-1"), slices("[]")), Absence.SLICES),
        ((service("web"), deployment("api"), slices("[]")), Absence.SELECTOR),
    ],
)
def test_absence(texts: tuple[str, ...], absence: Absence) -> None:
    """Every reason for having no endpoint."""
    found = endpoints(*texts)

    assert (absence, ()) == (found.absence, found.ready)


def test_what_was_looked_at() -> None:
    """The workloads that could have matched are pointed at, or those that do."""
    found = endpoints(service("web"), deployment("api"), deployment("db"))

    assert ["api", "db"] == [r.name for r in found.looked_at]


def test_unready_addresses_may_be_published() -> None:
    """PublishNotReadyAddresses makes every pod count."""
    found = endpoints(service("web", more="publishNotReadyAddresses: true"), pod("web-2", NOT_READY))

    assert ["10.0.0.2:8080"] == shown(found)


def test_slices_outrank_selectors() -> None:
    """Where EndpointSlices were seen, they say who answers; the pod behind an address is found."""
    found = endpoints(
        service("web"),
        pod("web-1"),
        slices("- {addresses: [10.0.0.1, 10.0.0.9], zone: z}\n- {addresses: [10.0.0.5], zone: z}"),
    )

    assert ["10.0.0.1:8080", "10.0.0.9:8080", "10.0.0.5:8080"] == shown(found)
    assert ["web-1", "", ""] == [e.pod.name if e.pod else "" for e in found.all]
    assert ["/z", "/z", "/z"] == [e.locality for e in found.all]


def test_slice_names_its_pod() -> None:
    """A pod is also found by the reference of its endpoint."""
    body = (
        "- {addresses: [10.7.7.7], targetRef: {kind: Pod, name: web-1}}\n"
        "- {addresses: [10.7.7.8], targetRef: {kind: Node}}"
    )
    found = endpoints(service("web"), pod("web-1"), slices(body))

    assert ["web-1", ""] == [e.pod.name if e.pod else "" for e in found.all]


def test_ports_of_slices_go_by_name() -> None:
    """A slice's port counts if it has the Service port's name; one without a name is another port."""
    two = service("web", "{name: http, port: 80}, {name: admin, port: 81}")
    held = slices("- {addresses: [10.0.0.1]}", ports="{name: http, port: 8080}, {name: admin, port: 8081}, {port: x}")

    assert ["10.0.0.1:8081"] == shown(endpoints(two, held, port=81))
    assert [] == shown(endpoints(two, slices("- {addresses: [10.0.0.1]}", ports="{port: 9000}"), port=81))


def test_endpoints_object() -> None:
    """The older kind counts where there are no slices."""
    rest = """
    subsets:
    - addresses: [{ip: 10.0.0.1, targetRef: {kind: Pod, name: web-1}}]
      notReadyAddresses: [{ip: 10.0.0.2}]
      ports: [{name: http, port: 8080}]
    """
    found = endpoints(service("web"), pod("web-1"), thing("Endpoints", "web", rest=rest))

    assert ["10.0.0.1:8080", "10.0.0.2:8080!"] == shown(found)


ENTRY = """
hosts: [db.example.com]
ports: [{{number: 5432, name: tcp, protocol: TCP, targetPort: 15432}}]
{more}
"""


def entry(more: str) -> str:
    """A ServiceEntry for db.example.com."""
    return thing("ServiceEntry", "db", ENTRY.format(more=more))


def of_entry(more: str, *texts: str) -> Endpoints:
    """The endpoints of a ServiceEntry for db.example.com."""
    return endpoints(entry(more), *texts, host="db.example.com")


def test_listed_endpoints() -> None:
    """Addresses that a ServiceEntry lists, on their own ports, with locality, network and weight."""
    found = of_entry(
        """
resolution: STATIC
endpoints:
- {address: 10.0.0.1, ports: {tcp: 5000}, locality: r/z, network: n, weight: 3, labels: {v: one}}
- {address: 10.0.0.2, weight: -1}
- 7
"""
    )

    first, second, odd = found.all
    assert ("10.0.0.1", 5000, "r/z", "n", 3, {"v": "one"}) == (
        first.address, first.port, first.locality, first.network, first.weight, dict(first.all_labels),
    )  # fmt: skip
    assert ("10.0.0.2", 15432, 1) == (second.address, second.port, second.weight)
    assert "" == odd.address


@pytest.mark.parametrize("resolution", ["DNS", "NONE", "DNS_ROUND_ROBIN"])
def test_host_itself(resolution: str) -> None:
    """Without a list the name of the host is where to go."""
    found = of_entry(f"resolution: {resolution}")

    assert (["db.example.com:15432"], True) == (shown(found), found.external)


@pytest.mark.parametrize("more", ["resolution: STATIC", "resolution: DNS\nworkloadSelector: {labels: {app: none}}"])
def test_entry_without_addresses(more: str) -> None:
    """A static entry, or one that selects nothing, has no endpoint."""
    assert Absence.NO_ADDRESSES is of_entry(more).absence


def test_entry_that_selects() -> None:
    """A ServiceEntry may select pods and WorkloadEntries of its namespace."""
    machine = thing(
        "WorkloadEntry", "vm", "address: 10.1.1.1\nserviceAccount: vm\nlabels: {app: web}", meta="labels: {app: other}"
    )
    other = thing("WorkloadEntry", "no", "address: 10.1.1.2", meta="labels: {app: other}")
    found = of_entry("resolution: STATIC\nworkloadSelector: {labels: {app: web}}", pod("web-1"), machine, other)

    assert ["10.0.0.1:15432", "10.1.1.1:15432"] == shown(found)


def test_entry_whose_pods_are_not_ready() -> None:
    """Endpoints that are not ready are none."""
    found = of_entry("resolution: STATIC\nworkloadSelector: {labels: {app: web}}", pod("web-2", NOT_READY))

    assert Absence.NOT_READY is found.absence


@pytest.mark.parametrize(
    ("spec", "mutual"),
    [
        ("address: 10.1.1.1\nlabels: {app: web}", False),
        ("address: 10.1.1.1\nserviceAccount: vm\nlabels: {app: web}", True),
        ("address: 10.1.1.1\nlabels: {app: web, security.istio.io/tlsMode: istio}", True),
        ("address: 10.1.1.1\nserviceAccount: vm\nlabels: {app: web, security.istio.io/tlsMode: disabled}", False),
    ],
)
def test_machine_in_the_mesh(spec: str, *, mutual: bool) -> None:
    """A WorkloadEntry speaks mutual TLS if its label says so, else if it has an account."""
    found = of_entry("resolution: STATIC\nworkloadSelector: {labels: {app: web}}", thing("WorkloadEntry", "vm", spec))

    assert mutual == found.all[0].mutual


def test_external_name() -> None:
    """An ExternalName Service is the name that it stands for."""
    alias = thing("Service", "web", "type: ExternalName\nexternalName: example.com\nports: [{port: 80}]")
    found = endpoints(alias)

    assert (["example.com:80"], True) == (shown(found), found.external)


@pytest.mark.parametrize(
    ("port", "expected"),
    [
        ("{name: http, port: 80, targetPort: 8080}", ["10.1.1.1:8080"]),
        ("{name: http, port: 80, targetPort: web}", ["10.1.1.1:9090"]),
        ("{name: http, port: 80, targetPort: other}", []),
    ],
)
def test_machines_that_a_service_selects(port: str, expected: list[str]) -> None:
    """A Kubernetes Service also has the WorkloadEntries that it selects; a named port must be among theirs."""
    vm = thing("WorkloadEntry", "vm", "address: 10.1.1.1\nlabels: {app: web}\nports: {web: 9090}")
    other = thing("WorkloadEntry", "no", "address: 10.1.1.2\nlabels: {app: other}\nports: {web: 9090}")
    found = endpoints(SPACES, deployment("batch"), service("web", port), vm, other)

    assert expected == shown(found)
    assert (found.absence is Absence.NONE) is bool(expected)


@pytest.mark.parametrize(
    ("selector", "more", "absence"),
    [
        ("strimzi.io/cluster: events", "", Absence.NOT_SEEN),
        ("app: events", "", Absence.NOT_SEEN),
        ("strimzi.io/kind: Kafka", "", Absence.NOT_SEEN),
        ("app: other", "", Absence.SELECTOR),
        ("strimzi.io/cluster: events", pod("web-1"), Absence.SELECTOR),
    ],
)
def test_pods_that_an_operator_makes(selector: str, more: str, absence: Absence) -> None:
    """Where no pods were seen, a custom resource whose name or group the selector has may have made them."""
    made = "apiVersion: kafka.strimzi.io/v1beta2\nkind: Kafka\nmetadata: {name: events, namespace: shop}\nspec: {}"
    kafka = thing("Service", "web", f"selector: {{{selector}}}\nports: [{{name: tcp, port: 9092}}]")
    found = endpoints(SPACES, deployment("batch"), made, kafka, *([more] if more else []))

    assert absence is found.absence
