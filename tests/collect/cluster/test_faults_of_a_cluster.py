"""What can go wrong while a cluster is read: what is tried again, what is said, and that nothing hangs or breaks."""

from __future__ import annotations

import _thread
import threading
import time

import pytest

from tests.collect.cluster.conftest import ISTIO, OBJECTS, Connect, Read
from tests.kube_api import faults
from tests.kube_api.faults import Fault
from tests.kube_api.server import ApiServer
from troubleshooter.collect.cluster.failures import ClusterError, Why
from troubleshooter.collect.cluster.snapshot import Snapshot

SERVICES = "/api/v1/*services*"
PASSING = {
    "429": faults.refused(SERVICES, 429, seconds=1),
    "500": faults.refused(SERVICES, 500),
    "503": faults.refused(SERVICES, 503, times=2),
    "504": faults.refused(SERVICES, 504),
    "dropped": faults.dropped(SERVICES, times=2),
    "half": faults.half(SERVICES),
}
LASTING = {
    "403": (faults.refused(SERVICES, 403, times=faults.ALWAYS), Why.FORBIDDEN),
    "401": (faults.refused(SERVICES, 401, times=faults.ALWAYS), Why.UNAUTHORIZED),
    "500": (faults.refused(SERVICES, 500, times=faults.ALWAYS), Why.BROKEN),
    "dropped": (faults.dropped(SERVICES, times=faults.ALWAYS), Why.UNREACHABLE),
    "half": (faults.half(SERVICES, times=faults.ALWAYS), Why.UNREACHABLE),
    "garbage": (faults.garbage(SERVICES, times=faults.ALWAYS), Why.DAMAGED),
    "mistyped": (faults.mistyped(SERVICES, times=faults.ALWAYS), Why.DAMAGED),
}


def services(snapshot: Snapshot) -> int:
    """How many Services were read."""
    return sum(thing.kind == "Service" for thing in snapshot.inventory().objects)


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_what_passes_is_tried_again(read: Read, fault: Fault) -> None:
    """The list is whole, and nothing is said."""
    with ApiServer([*OBJECTS, *ISTIO], faults=[fault]) as api:
        found = read(api)

    assert 1 == services(found)
    assert () == found.inventory().not_checked


@pytest.mark.parametrize(("fault", "why"), LASTING.values(), ids=LASTING)
def test_what_lasts_is_said(read: Read, fault: Fault, why: Why) -> None:
    """The one list is named with its reason, all others are used, and it does not count as seen."""
    with ApiServer([*OBJECTS, *ISTIO], faults=[fault]) as api:
        found = read(api)

    (missing,) = found.inventory().not_checked
    assert "services" == missing.what
    assert missing.why.startswith(why.value)
    assert missing.unlock
    assert ("", "", "Service", "") not in found.inventory().listed
    assert any(thing.kind == "VirtualService" for thing in found.inventory().objects)


def test_silence_ends(read: Read) -> None:
    """A server that takes a request and never answers is left after the time-out."""
    with ApiServer([*OBJECTS, *ISTIO], faults=[faults.silent(SERVICES, times=faults.ALWAYS)]) as api:
        began = time.monotonic()
        found = read(api, silence=0.3)

    (missing,) = found.inventory().not_checked
    assert missing.why == "timed out"
    assert time.monotonic() - began < 10


def test_slow_answers_end(connect: Connect) -> None:
    """Also where now and then a byte comes."""
    slow = faults.slow(SERVICES, 40, times=faults.ALWAYS)
    with ApiServer([*OBJECTS, *ISTIO], faults=[slow]) as api, pytest.raises(ClusterError) as error:
        connect(api, silence=0.5).get("/api/v1/services")

    assert error.value.why is Why.TIMED_OUT


@pytest.mark.parametrize("times", [1, 5])
def test_token_that_expires(read: Read, times: int) -> None:
    """A list that has changed meanwhile goes on, and does not count as complete; if it happens again it is given up."""
    many = [
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": f"s{number}", "namespace": "shop"}}
        for number in range(1500)
    ]
    with ApiServer([*OBJECTS, *many], faults=[faults.expired(SERVICES, times=times)]) as api:
        found = read(api)

    assert services(found) >= 1000
    assert ("", "", "Service", "") not in found.inventory().listed
    assert ["some services"] if times == 1 else ["services"] == [one.what for one in found.inventory().not_checked]


def test_wrong_credentials(connect: Connect) -> None:
    """Nothing can be read, which is one failure and not forty."""
    with ApiServer(OBJECTS, token="right") as api, pytest.raises(ClusterError) as error:  # noqa: S106 - of a test
        Snapshot(connect(api, user={"token": "wrong"})).begin()

    assert error.value.why is Why.UNAUTHORIZED


def test_no_server(connect: Connect) -> None:
    """Nobody listens: said at once."""
    with ApiServer(OBJECTS) as api:
        connection = connect(api)
    with pytest.raises(ClusterError) as error:
        Snapshot(connection).begin()

    assert error.value.why is Why.UNREACHABLE


def test_interrupted(connect: Connect) -> None:
    """Ctrl-C ends the reading within a second; what was read is kept, and what was not is named."""
    with ApiServer([*OBJECTS, *ISTIO], faults=[faults.silent(SERVICES, times=faults.ALWAYS)]) as api:
        snapshot = Snapshot(connect(api, silence=30))
        snapshot.begin()
        threading.Timer(1.0, _thread.interrupt_main).start()
        began = time.monotonic()
        snapshot.read(snapshot.configuration())
        took = time.monotonic() - began
        found = snapshot.inventory()

    assert took < 2.5
    assert snapshot.stopped
    assert ["services"] == [one.what for one in found.not_checked]
    assert "interrupted" == found.not_checked[0].why
    assert any(thing.kind == "VirtualService" for thing in found.objects)
