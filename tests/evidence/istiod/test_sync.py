"""Which proxies are in step with istiod, in each form in which it is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.evidence.istiod.control_plane_texts import (
    CLIENT_CONFIGS,
    CONNECTIONS,
    ECDS_TABLE,
    ISTIOD,
    NEW_TABLE,
    NO_FILTER,
    OLD_CLIENT_CONFIGS,
    OLD_TABLE,
    REMOTE_TABLE,
    SYNCZ_NEW,
    SYNCZ_OLD,
    VERBOSE_TABLE,
    read,
)
from troubleshooter.evidence.cleaning import MAX_FIELD
from troubleshooter.evidence.istiod.values import (
    Connection,
    Connections,
    ProxySync,
    RemoteClusters,
    SyncState,
    SyncStatus,
    TypeSync,
)

SYNCED, STALE, NOT_SENT = SyncState.SYNCED, SyncState.STALE, SyncState.NOT_SENT


def states(proxy: ProxySync) -> dict[str, SyncState]:
    """The state of each type."""
    return {one.type: one.state for one in proxy.types or ()}


def test_first_table() -> None:
    """The first form has a column for each type, and says what was never taken."""
    web, pay = read(OLD_TABLE, SyncStatus).proxies

    assert (web.pod, web.namespace, web.istiod, web.line) == ("web-1", "shop", ISTIOD, 2)
    assert states(web) == {"CDS": SYNCED, "LDS": STALE, "EDS": SYNCED, "RDS": NOT_SENT}
    assert states(pay)["RDS"] is STALE


def test_version_column_of_old_tables_is_istiods() -> None:
    """Where all rows of an istiod have one version it may be istiod's own, and is not kept."""
    assert ["", ""] == [one.version for one in read(OLD_TABLE, SyncStatus).proxies]


def test_table_with_clusters_and_extensions() -> None:
    """The form with CLUSTER and ECDS is read by its header."""
    (web,) = read(ECDS_TABLE, SyncStatus).proxies

    assert web.cluster == "Kubernetes"
    assert (states(web)["LDS"], states(web)["ECDS"]) == (STALE, NOT_SENT)


def test_newest_table_has_no_states() -> None:
    """The newest form says who is connected, with its version, and not what has become of the types."""
    assert [("web-1", "1.28.1", None), ("pay-1", "1.26.0", None)] == [
        (one.pod, one.version, one.types) for one in read(NEW_TABLE, SyncStatus).proxies
    ]


def test_verbose_table_has_ages() -> None:
    """With `-v 1` each state has its age."""
    (web,) = read(VERBOSE_TABLE, SyncStatus).proxies

    assert web.types == (
        TypeSync(type="CDS", state=SYNCED, age=720),
        TypeSync(type="LDS", state=STALE, age=7380),
        TypeSync(type="EDS", state=SYNCED, age=30),
        TypeSync(type="RDS", state=SyncState.ERROR),
        TypeSync(type="ECDS", state=SyncState.IGNORED),
    )


@pytest.mark.parametrize(
    "mangle",
    [
        pytest.param(lambda text: "\n".join("\t".join(line.split("     ")) for line in text.splitlines()), id="tabs"),
        pytest.param(lambda text: text.replace("     ", "  "), id="squeezed"),
        pytest.param(lambda text: "Warning: istioctl is old\n" + text, id="warning"),
    ],
)
def test_table_by_gaps(mangle: Callable[[str], str]) -> None:
    """A table whose columns were squeezed, or that has a warning before it, is read all the same."""
    header, row = (
        "NAME     ISTIOD     VERSION     SUBSCRIBED TYPES",
        f"web-1.shop     {ISTIOD}     1.28.1     2 (CDS,LDS)",
    )
    (web,) = read(mangle(f"{header}\n{row}\n"), SyncStatus).proxies

    assert (web.pod, web.istiod, web.version) == ("web-1", ISTIOD, "1.28.1")


def test_syncz_by_nonces() -> None:
    """Equal nonces are in step, different ones stale, and without one nothing was sent."""
    (web,) = read(SYNCZ_OLD, SyncStatus).proxies

    assert web.version == "1.20.3"
    assert states(web) == {"CDS": SYNCED, "LDS": STALE, "RDS": NOT_SENT, "EDS": SYNCED, "ECDS": NOT_SENT}


def test_syncz_with_errors_and_times() -> None:
    """Newer pages have the text of a refusal, and times; the newest time on the page is how old it is at least."""
    (web,) = read(SYNCZ_NEW, SyncStatus).proxies

    assert web.types == (
        TypeSync(type="LDS", state=SyncState.ERROR, age=300, error=NO_FILTER),
        TypeSync(type="CDS", state=SYNCED, age=0),
    )


def test_one_istiods_page_is_not_all() -> None:
    """A page of one istiod knows only its own proxies; the table of istioctl asked all."""
    assert not read(SYNCZ_NEW, SyncStatus).every_istiod
    assert read(NEW_TABLE, SyncStatus).every_istiod


def test_client_configs() -> None:
    """What istioctl prints as JSON says the same."""
    (web,) = read(CLIENT_CONFIGS, SyncStatus).proxies

    assert (web.pod, web.cluster, web.version) == ("web-1", "Kubernetes", "1.28.1")
    assert web.types == (
        TypeSync(type="LDS", state=SyncState.ERROR, age=60, error=NO_FILTER),
        TypeSync(type="CDS", state=SYNCED, age=0),
    )


def test_old_client_configs() -> None:
    """The older field has the type in the name of a key."""
    (web,) = read(OLD_CLIENT_CONFIGS, SyncStatus).proxies

    assert web.types == (TypeSync(type="RDS", state=STALE),)


def test_connections() -> None:
    """A connection's id is the proxy's and a number."""
    assert read(CONNECTIONS, Connections).all == (
        Connection(pod="web-1", namespace="shop", since="2026-11-21T09:00:00Z", address="10.0.1.5:41234"),
    )


def test_remote_clusters() -> None:
    """A cluster without a secret is istiod's own."""
    own, west = read(REMOTE_TABLE, RemoteClusters).all

    assert (own.id, own.secret, own.status) == ("east", "", "synced")
    assert (west.id, west.secret, west.status) == ("west", "istio-system/istio-remote-secret-west", "timeout")


def test_the_text_of_a_refusal_is_bounded() -> None:
    """However much a proxy says, what is kept of it is short."""
    (web,) = read(SYNCZ_NEW.replace(NO_FILTER, NO_FILTER * 100), SyncStatus).proxies

    assert MAX_FIELD == len((web.types or ())[0].error)
