"""What kubectl prints of pods, joined to the mesh and by itself."""

from __future__ import annotations

import pytest

from tests.evidence.pods.pod_texts import text_of
from tests.facts.proxy_pages import PAYMENTS, line
from tests.meshes import deployment, mesh
from troubleshooter.evidence import Evidence, NamedStage, take
from troubleshooter.facts import Observation, evidence_cases
from troubleshooter.facts.building import CaseBuilder
from troubleshooter.facts.of_evidence import Scene, about_evidence
from troubleshooter.mesh import Mesh
from troubleshooter.model import Case, CaseKind, Exhibit, Inventory


def _evidence(*texts: str, pod: str = "") -> Evidence:
    return take(Exhibit(name=f"{n}.txt", text=text, pod=pod) for n, text in enumerate(texts))


def _cases(evidence: Evidence, held: Mesh | None = None) -> dict[str, Case]:
    return {case.id: case for case in evidence_cases(held or Mesh(Inventory()), evidence)}


def _words(case: Case) -> dict[str, str]:
    return {name: fact.word for name, fact in case.facts.items()}


def test_an_event_tells_why_pods_are_not_made() -> None:
    """The Deployment behind the ReplicaSet of the event, and the kind of refusal, without any mesh."""
    case = _cases(_evidence(text_of("events.txt")))["evidence/creation/shop/Deployment/payments"]

    assert _words(case) == {"workload.create_failure": "webhook-timeout"}
    assert (case.roles["workload"].kind, case.roles["workload"].name) == ("Deployment", "payments")


def test_a_described_pod_is_joined_to_its_workload() -> None:
    """A pod that the mesh does not have belongs to the Deployment whose pods are called so."""
    held = mesh(deployment("payments"))
    case = _cases(_evidence(text_of("pod.txt")), held)["evidence/pod/shop/payments-6d5c9f7b8d-k2x9p"]

    assert case.roles["target"].kind == "Deployment"
    assert _words(case) == {"pod.ready": "no", "pod.trouble": "crashing", "pod.proxy_killed": "out-of-memory"}


def test_a_table_tells_of_pods_in_trouble() -> None:
    """The status of each pod that is not ready is its trouble."""
    cases = _cases(_evidence(text_of("pods.txt")))

    assert _words(cases["evidence/pod/shop/ledger-0"]) == {"pod.ready": "no", "pod.trouble": "init"}


def test_a_pod_that_is_well_tells_nothing() -> None:
    """A ready pod of a table gives no case."""
    table = text_of("pods.txt").replace("1/2     CrashLoopBackOff", "2/2     Running         ")

    assert "evidence/pod/shop/payments-6d5c9f7b8d-k2x9p" not in _cases(_evidence(table))


def test_a_plugin_that_fails() -> None:
    """The event about the sandbox names the plugin of Istio."""
    case = _cases(_evidence(text_of("events-wide.txt"), pod="shop/web-1"))["evidence/sandbox/shop/web-1"]

    assert _words(case) == {"pod.sandbox": "istio-cni"}


def test_the_log_of_istio_init() -> None:
    """What it says is a fact about the pod in whose folder it stood."""
    case = _cases(_evidence(text_of("istio-init.log"), pod="shop/web-1"))["evidence/redirection/0.txt"]

    assert _words(case) == {"evidence.redirection_log": "no-module"}
    assert case.roles["pod"].name == "web-1"


def test_rules_of_an_unknown_pod_prove_nothing() -> None:
    """Whether a pod should have redirection is known only where it is known to have a proxy."""
    assert _cases(_evidence("*nat\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n", pod="shop/web-1")) == {}


def test_a_pod_that_has_a_ready_one_beside_it_tells_nothing() -> None:
    """Requests go to those that are ready."""
    row = "shop        payments-6d5c9f7b8d-b2b2b   2/2     Running                 0               3m"

    assert "evidence/pod/shop/payments-6d5c9f7b8d-k2x9p" not in _cases(_evidence(text_of("pods.txt") + row))


PROBES = """\
NAMESPACE   LAST SEEN   TYPE      REASON      OBJECT            MESSAGE
shop        25s         Warning   Unhealthy   pod/payments-0    {}
"""


@pytest.mark.parametrize(
    ("message", "word"),
    [
        ("Readiness probe failed: HTTP probe failed with statuscode: 503", "status"),
        ("Readiness probe failed: HTTP probe failed with statuscode: 403", "forbidden"),
        (
            'Startup probe failed: Get "http://10.0.0.1:80/": dial tcp 10.0.0.1:80: connect: connection refused',
            "refused",
        ),
        ('Readiness probe failed: Get "http://10.0.0.1:8080/": context deadline exceeded', "timeout"),
        ('Readiness probe failed: Get "http://10.0.0.1:8080/": read: connection reset by peer', "reset"),
        ("Readiness probe failed: not yet", "other"),
    ],
)
def test_how_a_probe_was_answered(message: str, word: str) -> None:
    """The event says how the kubelet was answered; without a list of pods it tells that the pod is not ready."""
    entry = line("UH", upstream_cluster=PAYMENTS)
    case = CaseBuilder("told", CaseKind.WALK)
    seen = Observation(entry=entry, named=NamedStage())
    about_evidence(case, Scene(mesh=Mesh(Inventory()), evidence=_evidence(PROBES.format(message)), observation=seen))

    assert ("no", "probe", word) == tuple(
        case.facts[name].word for name in ("pod.ready", "pod.trouble", "pod.probe_says")
    )


@pytest.mark.parametrize(
    "message",
    [
        'Readiness probe failed: Get "http://10.0.0.1:15021/healthz/ready": connect: connection refused',
        "Liveness probe failed: HTTP probe failed with statuscode: 503",
        "Back-off restarting failed container",
    ],
)
def test_probes_that_say_nothing_of_readiness(message: str) -> None:
    """The probe of the proxy, one that asks whether the container lives, and other events."""
    entry = line("UH", upstream_cluster=PAYMENTS)
    case = CaseBuilder("told", CaseKind.WALK)
    seen = Observation(entry=entry, named=NamedStage())
    about_evidence(case, Scene(mesh=Mesh(Inventory()), evidence=_evidence(PROBES.format(message)), observation=seen))

    assert "pod.ready" not in case.facts
