"""What tables of kubectl tell where no objects were seen."""

from __future__ import annotations

from tests.facts.proxy_pages import PAYMENTS, V2, line, told
from tests.inventories import inventory
from tests.meshes import SPACES
from troubleshooter.evidence import take
from troubleshooter.evidence.pods.object_tables import ObjectTable
from troubleshooter.facts.of_evidence import evidence_cases
from troubleshooter.mesh import Mesh
from troubleshooter.model import Exhibit, Inventory

UH = line("UH", details="no_healthy_upstream", upstream_cluster=PAYMENTS)
SERVICE = """\
NAME       TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)    AGE   SELECTOR
payments   ClusterIP   10.96.0.7    <none>        8080/TCP   5d    app=payments
"""
NONE = "NAME       ENDPOINTS   AGE\npayments   <none>      5d\n"
SOME = "NAME       ENDPOINTS         AGE\npayments   10.244.0.5:8080   5d\n"
SLICE = (
    "NAME             ADDRESSTYPE   PORTS   ENDPOINTS    AGE\npayments-x2x7q   IPv4          8080    10.244.0.5   5d\n"
)
STOPPED = """\
NAME       READY   UP-TO-DATE   AVAILABLE   AGE   CONTAINERS   IMAGES   SELECTOR
payments   0/0     0            0           5d    app          x        app=payments,version=v1
"""
LABELS = """\
NAME     STATUS   AGE   LABELS
shop     Active   9d    istio-injection=enabled,istio.io/rev=canary
legacy   Active   9d    istio-injection=enabled
"""


def _table(text: str) -> ObjectTable:
    (reading,) = take([Exhibit(name="page", text=text)]).of(ObjectTable)
    return reading.value


def test_endpoints_without_an_address() -> None:
    """Endpoints that are listed without one have nobody who is ready."""
    facts = told(UH, _table(NONE))

    assert ("none", "not-told") == (facts["service.endpoints"], facts["service.no_endpoints_because"])


def test_endpoints_with_an_address() -> None:
    """An address in a table of Endpoints is ready."""
    assert told(UH, _table(SOME))["service.endpoints"] == "some"


def test_a_slice_proves_nothing() -> None:
    """A slice names addresses that are not ready, too."""
    assert "service.endpoints" not in told(UH, _table(SLICE))


def test_a_deployment_without_pods() -> None:
    """The Deployment that the service selects, and that has no pods, is why."""
    facts = told(UH, _table(f"{SERVICE}\n{STOPPED}\n{NONE}"))

    assert facts["service.no_endpoints_because"] == "scaled-to-zero"


def test_another_deployment_is_not_why() -> None:
    """A Deployment that the service does not select is passed over."""
    facts = told(UH, _table(f"{SERVICE}\n{STOPPED.replace('app=payments', 'app=ledger')}\n{NONE}"))

    assert facts["service.no_endpoints_because"] == "not-told"


def test_endpoints_of_a_subset_are_not_told() -> None:
    """A subset may be empty while its service is not."""
    entry = line("UH", details="no_healthy_upstream", upstream_cluster=V2)

    assert "service.endpoints" not in told(entry, _table(NONE))


def test_labels_that_contradict_each_other() -> None:
    """A namespace with both labels is told of, one with one is not."""
    evidence = take([Exhibit(name="page", text=LABELS)])
    cases = {case.id: case for case in evidence_cases(Mesh(Inventory()), evidence)}

    assert ["evidence/namespace/shop"] == [*cases]
    assert cases["evidence/namespace/shop"].facts["namespace.label_conflict"].word == "both"


def test_a_namespace_that_was_seen_is_left_to_itself() -> None:
    """The object outranks the table."""
    evidence = take([Exhibit(name="page", text=LABELS)])

    assert not list(evidence_cases(Mesh(inventory(SPACES)), evidence))
