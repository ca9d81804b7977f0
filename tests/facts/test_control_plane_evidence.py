"""What istiod's pages and logs make of proxies, clusters and istiod itself."""

from __future__ import annotations

import pytest

from tests.evidence.istiod.control_plane_texts import (
    CLUSTERZ,
    ISTIOD_LOG,
    NEW_TABLE,
    OLD_TABLE,
    SYNCZ_NEW,
    SYNCZ_OLD,
    VERBOSE_TABLE,
    VERSION_TEXT,
)
from tests.meshes import mesh, thing
from troubleshooter.evidence import Evidence, take
from troubleshooter.evidence.istiod.values import ProxySync, SyncState, TypeSync
from troubleshooter.facts import evidence_cases
from troubleshooter.facts.of_evidence.sync import entry_of, word_of, worst_of
from troubleshooter.mesh import Mesh
from troubleshooter.model import Case, Exhibit, Inventory

NOTHING = Mesh(Inventory())
SYNCED_ALL = SYNCZ_OLD.replace('"b1"', '"b2"')


def put(*texts: str) -> Evidence:
    """What texts say."""
    return take(Exhibit(name=f"page{number}", text=text) for number, text in enumerate(texts))


def told(fact: str, *texts: str, seen: Mesh = NOTHING) -> list[tuple[str, str]]:
    """The word of a fact in every case that evidence makes by itself, with the name of the case."""
    cases: list[Case] = list(evidence_cases(seen, put(*texts)))
    return [(case.id, case.facts[fact].word) for case in cases if fact in case.facts]


def test_a_refusal_on_a_page_is_told() -> None:
    """A type with an error is configuration that was refused, and its reason is Envoy's."""
    (case,) = evidence_cases(NOTHING, put(SYNCZ_NEW))

    assert ("error", "rejected") == (case.facts["evidence.sync"].word, case.facts["evidence.config_lost"].word)
    assert "an update of its listeners" == case.details["evidence.config_part"]
    assert ("Pod", "shop", "web-1") == (case.roles["pod"].kind, case.roles["pod"].namespace, case.roles["pod"].name)


def test_a_moment_is_not_told() -> None:
    """A proxy that is stale, nobody knows for how long, is not said to be stuck."""
    assert [] == told("evidence.sync", SYNCZ_OLD)
    assert [] == told("evidence.sync", OLD_TABLE)


def test_a_refusal_outranks_what_waits() -> None:
    """Of a stale type and a refused one the refused one counts."""
    assert [("evidence/sync/Kubernetes/shop/web-1", "error")] == told("evidence.sync", VERBOSE_TABLE)


def test_what_waits_for_long_is_told() -> None:
    """A type that was sent two hours ago and not answered is told, with for how long it waits."""
    (case,) = evidence_cases(NOTHING, put(VERBOSE_TABLE.replace("ERROR ", "SYNCED")))

    assert "stuck" == case.facts["evidence.sync"].word
    assert "an update of its listeners, which was sent 7380 seconds ago" == case.details["evidence.config_part"]


@pytest.mark.parametrize(
    ("state", "age", "word"),
    [
        (SyncState.STALE, None, "stale"),
        (SyncState.STALE, 59, "stale"),
        (SyncState.STALE, 60, "stuck"),
        (SyncState.ERROR, None, "error"),
        (SyncState.NOT_SENT, None, "synced"),
        (SyncState.IGNORED, 7200, "synced"),
    ],
)
def test_words_of_states(state: SyncState, age: int | None, word: str) -> None:
    """Only what waits for a minute and more is stuck; what was never sent is in order."""
    assert word == word_of(TypeSync(type="CDS", state=state, age=age))


def test_no_types_tell_nothing() -> None:
    """A table that names no states says nothing of them."""
    assert worst_of(ProxySync(pod="web-1", namespace="shop")) is None


def test_the_pod_of_a_workload_without_pods() -> None:
    """Where no pods were seen, an entry belongs to the workload whose generated name it has."""
    found = mesh(
        thing("Deployment", "web", "template: {metadata: {labels: {app: web}}, spec: {containers: [{name: a}]}}")
    )
    (workload,) = found.workloads.all
    page = SYNCZ_OLD.replace("web-1.shop", f"NAME.{workload.namespace}")

    def taken(name: str) -> bool:
        return entry_of(put(page.replace("NAME", name)), workload.representative) is not None

    assert [True, True, False, False] == [
        taken(name) for name in ("web-5c6d7f8b9-q8w2e", "web-0", "web-admin-5c6d7f8b9-q8w2e", "other-0")
    ]


def test_a_refusal_in_the_log_of_istiod() -> None:
    """A log that ends with a refusal tells of it."""
    assert ("evidence/refusal/shop/web-1/LDS", "rejected") in told("evidence.config_lost", ISTIOD_LOG)


def test_a_page_outranks_the_log() -> None:
    """Where a page says that the proxy is in step, what was refused before is of no account."""
    assert [] == told("evidence.config_lost", ISTIOD_LOG, SYNCED_ALL)


def test_a_refusal_of_long_ago() -> None:
    """A log that goes on for long after the last refusal does not say that it holds still."""
    later = ISTIOD_LOG + "2026-11-21T12:00:00.000001Z\tinfo\tads\tPush debounce stable[9]\n"

    assert [] == told("evidence.config_lost", later)


def test_versions_that_do_not_go_together() -> None:
    """A proxy of two minor versions before istiod's is too old; one of istiod's own is not."""
    assert [("evidence/version/Kubernetes/shop/pay-1", "older")] == told(
        "workload.proxy_version", NEW_TABLE, VERSION_TEXT
    )


def test_versions_without_istiods() -> None:
    """Without a version of istiod nothing is compared."""
    assert [] == told("workload.proxy_version", NEW_TABLE)


def test_a_cluster_that_a_page_and_a_log_tell_is_one() -> None:
    """A remote cluster makes one case, with what the log says is in the way."""
    (case,) = [case for case in evidence_cases(NOTHING, put(CLUSTERZ, ISTIOD_LOG)) if "cluster" in case.id]

    assert "timeout" == case.facts["evidence.remote_cluster"].word
    assert "i/o timeout" in str(case.details["evidence.cluster_error"])
    assert "istio-system/istio-remote-secret-west" == case.details["evidence.cluster_secret"]


def test_a_cluster_that_was_read_since() -> None:
    """A page that says synced outranks the log of the start."""
    assert [] == told("evidence.remote_cluster", CLUSTERZ.replace("timeout", "synced"), ISTIOD_LOG)


@pytest.mark.parametrize(
    ("why", "times", "words"),
    [
        ('services is forbidden: User "x" cannot list resource', 1, ["forbidden"]),
        ("Unauthorized", 1, ["not-authenticated"]),
        ("dial tcp 10.96.0.1:443: connect: connection refused", 3, ["unreachable"]),
        ("dial tcp 10.96.0.1:443: connect: connection refused", 2, []),
        ("the server could not find the requested resource", 9, []),
    ],
)
def test_what_keeps_istiod_from_its_cluster(why: str, times: int, words: list[str]) -> None:
    """A refusal counts at once, a lost connection when it goes on, a missing API never."""
    line = f"2026-11-21T10:00:00.000001Z\terror\twatch error in cluster Kubernetes: failed to list *v1.Service: {why}\n"
    start = "2026-11-21T10:00:00.000001Z\tinfo\tads\tPush debounce stable[1]\n"

    assert words == [word for _, word in told("evidence.api_access", start + line * times)]
