"""The tables that kubectl prints of what is no pod."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evidence.damage import damaged
from troubleshooter.evidence import take
from troubleshooter.evidence.pods.object_tables import Listed, ObjectTable
from troubleshooter.evidence.pods.pod_tables import PodTable
from troubleshooter.model import Exhibit

SERVICES = """\
NAMESPACE   NAME       TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)    AGE   SELECTOR
shop        payments   ClusterIP   10.96.0.7    <none>        8080/TCP   5d    app=payments
"""
ENDPOINTS = """\
NAMESPACE   NAME       ENDPOINTS                             AGE
shop        payments   <none>                                5d
shop        web        10.244.0.5:8080,10.244.0.6:8080       5d
"""
SPACES = """\
NAME     STATUS   AGE   LABELS
shop     Active   9d    istio-injection=enabled,istio.io/rev=canary
legacy   Active   9d    <none>
"""
ALL = """\
NAME                       TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)    AGE
service/payments           ClusterIP   10.96.0.7    <none>        8080/TCP   5d

NAME                       READY   UP-TO-DATE   AVAILABLE   AGE
deployment.apps/payments   0/0     0            0           5d

NAME                                  DESIRED   CURRENT   READY   AGE
replicaset.apps/payments-6d5c9f7b8d   0         0         0       5d
"""
MORE = {
    "EndpointSlice": "NAME      ADDRESSTYPE  PORTS  ENDPOINTS    AGE\na-12345   IPv4         8080   10.244.0.5   5d\n",
    "Node": "NAME     STATUS     ROLES    AGE   VERSION\nnode-1   NotReady   <none>   9d    v1.33.1\n",
    "VirtualService": 'NAME       GATEWAYS   HOSTS          AGE\npayments   ["mesh"]   ["payments"]   5d\n',
    "ServiceEntry": 'NAME  HOSTS      LOCATION       RESOLUTION  AGE\nout   ["a.org"]  MESH_EXTERNAL  DNS         5d\n',
    "DestinationRule": "NAME       HOST       AGE\npayments   payments   5d\n",
    "PeerAuthentication": "NAME      MODE     AGE\ndefault   STRICT   5d\n",
    "AuthorizationPolicy": "NAME   ACTION   AGE\nnone   DENY     5d\n",
}
SAMPLES = {"services": SERVICES, "endpoints": ENDPOINTS, "spaces": SPACES, "all": ALL, **MORE}


def _read(text: str) -> tuple[Listed, ...]:
    (reading,) = take([Exhibit(name="page", text=text)]).of(ObjectTable)
    return reading.value.objects


def test_a_service() -> None:
    """Kind, namespace, name, cells and line."""
    (service,) = _read(SERVICES)

    assert ("Service", "shop", "payments", 2) == (service.kind, service.namespace, service.name, service.line)
    assert ("8080/TCP", "app=payments") == (service.cells["PORT(S)"], service.cells["SELECTOR"])


def test_endpoints_without_any() -> None:
    """Where nothing is assigned the cell is not there."""
    assert [None, "10.244.0.5:8080,10.244.0.6:8080"] == [one.cells.get("ENDPOINTS") for one in _read(ENDPOINTS)]


def test_labels() -> None:
    """Labels that were printed, none of them, and labels that were not printed are told apart."""
    assert [{"istio-injection": "enabled", "istio.io/rev": "canary"}, {}] == [one.labels for one in _read(SPACES)]
    assert _read(SERVICES)[0].labels is None


def test_several_tables() -> None:
    """`kubectl get all` prints tables below each other, with the kind before each name."""
    found = [(one.kind, one.name) for one in _read(ALL)]

    assert [("Service", "payments"), ("Deployment", "payments"), ("ReplicaSet", "payments-6d5c9f7b8d")] == found


@pytest.mark.parametrize("kind", MORE)
def test_kinds(kind: str) -> None:
    """Each kind is known by its headings."""
    assert [kind] == [one.kind for one in _read(MORE[kind])]


def test_a_table_of_pods_is_none_of_these() -> None:
    """Pods have a table of their own."""
    evidence = take(
        [Exhibit(name="page", text="NAME   READY   STATUS    RESTARTS   AGE\nweb    1/1     Running   0          5d\n")]
    )

    assert (1, 0) == (len(evidence.of(PodTable)), len(evidence.of(ObjectTable)))


def test_tables_below_that_of_pods() -> None:
    """`kubectl get all` prints the pods first: both are read."""
    pods = "NAME      READY   STATUS    RESTARTS   AGE\npod/web   1/1     Running   0          5d\n"
    evidence = take([Exhibit(name="page", text=f"{pods}\n{ALL}")])

    assert (1, 3) == (
        len(evidence.of(PodTable)[0].value.pods),
        len(evidence.of(ObjectTable)[0].value.objects),
    )


def test_names_and_ages_alone_say_nothing() -> None:
    """A table that could be of any kind is named as unknown."""
    assert not take([Exhibit(name="page", text="NAME   AGE\nweb    5d\n")])


@pytest.mark.parametrize("name", SAMPLES)
@given(data=st.data())
def test_no_damage_raises(name: str, data: st.DataObject) -> None:
    """Whatever is cut off or put in, nothing is raised, the text is read or named, and no escape is kept."""
    found = take([Exhibit(name="page", text=data.draw(damaged(SAMPLES[name])))])

    assert found.readings or found.not_checked
    assert "\\x1b" not in repr(found.readings)
