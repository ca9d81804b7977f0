"""What of its configuration a proxy has not got, as its own pages show it, and where it was lost.

Decides: that an update was refused, that a piece waits, that one was never sent, that istiod is not reached. A proxy is
said to wait only for what is not in use in an earlier form, and not where it is a secret that it waits for: that is
another matter. Must not know which cause follows. Sources: envoy/admin/v3/config_dump_shared.proto (`error_state`,
warming); docs: configuration/overview/mgmt_server (`control_plane.connected_state`), configuration/upstream/
cluster_manager/cds (`update_rejected`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from troubleshooter.evidence.envoy.dump import ClusterConfig, ConfigDump, ConfigState, ListenerConfig, RouteConfig
from troubleshooter.evidence.envoy.status import Ready, ServerInfo
from troubleshooter.facts.of_evidence.held import Held, Piece
from troubleshooter.model import Source

STARTING = frozenset({"PRE_INITIALIZING", "INITIALIZING"})
INBOUND = "inbound|"
REFUSED = (("clusters", "cluster_manager_cds_update"), ("listeners", "listener_manager_lds_update"))
"""What is updated as a whole, and how its counters begin."""

CONNECTED = "control_plane_connected_state"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A piece of configuration that a proxy lacks: what has become of it (a word of `evidence.config_lost`), which
    piece, why if the proxy says so, and where that stands."""

    word: str
    part: str
    source: Source
    why: str = ""


def losses(held: Held) -> Iterator[Loss]:
    """Every piece that a proxy lacks, the surest first."""
    yield from refused(held)
    yield from _counted(held)
    yield from _waiting(held)
    yield from _never_sent(held)


def refused(held: Held) -> Iterator[Loss]:
    """The updates of which a dump says that and why they were refused."""
    found: tuple[tuple[str, list[Piece[ListenerConfig]] | list[Piece[RouteConfig]] | list[Piece[ClusterConfig]]], ...]
    found = (
        ("listener", held.listeners() or []),
        ("routes", held.routes() or []),
        ("cluster", held.clusters() or []),
    )
    for kind, pieces in found:
        for one in pieces:
            if one.value.error:
                part = f"the {kind} {one.value.name}" if one.value.name else f"a {kind}"
                yield Loss(word="rejected", part=part, source=one.source, why=one.value.error)


def _counted(held: Held) -> Iterator[Loss]:
    """Updates that counters alone show as refused: only where no fewer were refused than taken, since a refusal of
    long ago is counted for ever."""
    for kind, counter in REFUSED:
        rejected, taken = held.counted("", "", f"{counter}_rejected"), held.counted("", "", f"{counter}_success")
        if rejected is not None and rejected.value.value >= (taken.value.value if taken else 0):
            yield Loss(word="rejected", part=f"an update of its {kind}", source=rejected.source)
    for owner, name in held.counters("http", "_update_rejected"):
        rejected = held.counted("http", owner, name)
        taken = held.counted("http", owner, name.replace("_rejected", "_success"))
        if rejected is not None and rejected.value.value >= (taken.value.value if taken else 0):
            routes = name.removeprefix("rds_").removesuffix("_update_rejected")
            yield Loss(word="rejected", part=f"an update of the routes {routes}", source=rejected.source)


def _waiting(held: Held) -> Iterator[Loss]:
    listeners, clusters = held.listeners() or [], held.clusters() or []
    used = {one.value.name for one in listeners if one.value.state is ConfigState.ACTIVE}
    used |= {one.value.name for one in clusters if one.value.state is ConfigState.ACTIVE}
    secrets = _awaited_secrets(held)
    for cluster in clusters:
        if cluster.value.state is ConfigState.WARMING and cluster.value.name not in used and not secrets:
            yield Loss(word="warming", part=f"the endpoints of {cluster.value.name}", source=cluster.source)
    known = {
        one.value.name for one in held.routes() or () if one.value.state in (ConfigState.ACTIVE, ConfigState.STATIC)
    }
    for one in listeners:
        missing = [c.route_config for c in one.value.chains if c.route_config and c.route_config not in known]
        if (
            one.value.state is ConfigState.WARMING
            and one.value.name not in used
            and missing
            and held.routes() is not None
        ):
            part = f"the routes {missing[0]}, for which the listener {one.value.name} waits"
            yield Loss(word="warming", part=part, source=one.source)


def _awaited_secrets(held: Held) -> bool:
    dumps = held.proxy.of(ConfigDump)
    return any(one.state is ConfigState.WARMING for page in dumps for one in page.value.secrets or ())


def _never_sent(held: Held) -> Iterator[Loss]:
    """Routes for which a listener in use asks, and that are not there."""
    if held.routes() is None or not held.whole:
        return
    known = {one.value.name for one in held.routes() or ()}
    for one in held.listeners() or ():
        for chain in one.value.chains:
            name = chain.route_config
            if one.value.state is ConfigState.ACTIVE and name and name not in known and not name.startswith(INBOUND):
                part = f"the routes {name}, for which its listener {one.value.name} asks"
                yield Loss(word="not-received", part=part, source=one.source)
                return


def control_plane(held: Held) -> tuple[str, Source] | None:
    """Whether a proxy that does not start is connected to istiod: `unreachable`, or `silent` where it is and nothing
    came. None for a proxy that has started, and where no page tells."""
    starting = [page for page in held.proxy.of(Ready) if page.value.state in STARTING]
    begun = [page for page in held.proxy.of(ServerInfo) if page.value.state in STARTING]
    connected = held.counter("", "", CONNECTED)
    if not (starting or begun) or connected is None:
        return None
    if connected.value.value == 0:
        return "unreachable", connected.source
    return None if held.counted("", "", "cluster_manager_cds_update_success") else ("silent", connected.source)
