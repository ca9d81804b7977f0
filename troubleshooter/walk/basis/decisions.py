"""What each stage of a hop decided, in the mesh's own terms, beside the steps that people read.

The facts are derived from these values, so that a fact and the step it belongs to can never disagree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from troubleshooter.mesh.gateway.servers import Server
from troubleshooter.mesh.not_modelled.patches import Context
from troubleshooter.mesh.policy.mtls import Accepts, Offer
from troubleshooter.mesh.policy.policies import Judgement
from troubleshooter.mesh.policy.subject import Subject
from troubleshooter.mesh.policy.tokens import Credentials
from troubleshooter.mesh.routing.delegation import LeftOut
from troubleshooter.mesh.routing.destinations import DestinationRule
from troubleshooter.mesh.routing.routes import Near, Route
from troubleshooter.mesh.routing.virtual_services import Destination
from troubleshooter.mesh.service.endpoints import Endpoints
from troubleshooter.mesh.service.locality import Placement
from troubleshooter.mesh.service.services import Endpoint, Port, Service
from troubleshooter.mesh.workload.workloads import Pod, Workload
from troubleshooter.model import Connection, HopKind, Object, Outcome, Request, Resource, Stage, StageVerdict, Step
from troubleshooter.walk.basis.interception import Gap


@dataclass(frozen=True, kw_only=True, eq=False)
class Party:
    """Who handles the request at a hop: a pod of a workload, or (`pod` None) a client of which nothing is known.

    `gateways` are the Gateway objects through which an outside client enters here. `skipped` means that a proxy is
    there and does not take this connection.
    """

    namespace: str
    workload: Workload | None = None
    pod: Pod | None = None
    gateways: tuple[Object, ...] = ()
    assumed: bool = False
    skipped: bool = False

    @property
    def labels(self) -> Mapping[str, str]:
        return self.pod.labels if self.pod else {}

    @property
    def proxied(self) -> bool:
        return bool(self.pod and self.pod.proxy and not self.skipped)

    @property
    def cluster(self) -> str:
        """The name of the Kubernetes cluster it runs in, "" if it has none."""
        if self.assumed or self.pod is None:
            return next((gateway.cluster for gateway in self.gateways), "")
        return self.pod.owner.cluster

    @property
    def resource(self) -> Resource | None:
        return self.workload.object.at() if self.workload else None


@dataclass(frozen=True, kw_only=True, eq=False)
class Routing:
    """The routes that were tried and the one chosen. `owners` are the VirtualServices that hold them (none where the
    service's implicit route is used), `overlooked` those for the host that are bound elsewhere, `left_out` a route that
    would take the request if its delegate were there."""

    owners: tuple[Object, ...] = ()
    route: Route | None = None
    nearest: Near | None = None
    destination: Destination | None = None
    overlooked: tuple[Object, ...] = ()
    left_out: LeftOut | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Cluster:
    """The destination: Envoy's cluster, the service behind it (None where it does not exist) and the rule in force."""

    name: str
    host: str
    port: int
    subset: str = ""
    service: Service | None = None
    service_port: Port | None = None
    rule: DestinationRule | None = None
    rivals: tuple[DestinationRule, ...] = ()
    missing: str = ""
    """What of it does not exist: `host`, `port`, `subset`, or "" if it is all there."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Hop:
    """Everything that was decided at one hop, filled as its stages are passed.

    `member` is the name of the one pod that was asked for by its own host name. `meant` is the service that was
    dialled, where another one takes its connections. `gap` is what lets the connection past
    the sender's proxy. `detects` means that the listener waits for what the client says
    first, to tell its protocol. `passthrough` means that no listener or
    route takes the connection: it is passed on as the client made it, to where the client dialled. `sends` is the
    request as it leaves, where a route rewrote it. `redirect` says where the client is sent: `to-itself` (the very URL
    that it asked for), `elsewhere`, or "" where it is not. `hands_to` is where an inbound listener sends what comes, ""
    for the port that was dialled. `stays_on` is the node on which a Service keeps the traffic, and on which nothing of
    it is ready.
    """

    kind: HopKind
    party: Party
    service: Service | None = None
    port: Port | None = None
    member: str = ""
    meant: Service | None = None
    gap: Gap | None = None
    family: str = ""
    detects: bool = False
    passthrough: bool = False
    sends: Request | None = None
    redirect: str = ""
    hands_to: str = ""
    stays_on: str = ""
    server: Server | None = None
    routing: Routing | None = None
    cluster: Cluster | None = None
    endpoints: Endpoints | None = None
    placement: Placement | None = None
    endpoint: Endpoint | None = None
    offer: Offer | None = None
    accepts: Accepts | None = None
    subject: Subject | None = None
    credentials: Credentials | None = None
    judgement: Judgement | None = None

    @property
    def passes_on(self) -> bool:
        """Whether a gateway passes the TLS of the mesh on to where its name says."""
        return self.server is not None and self.server.tls == "AUTO_PASSTHROUGH"

    @property
    def context(self) -> Context:
        """As what the proxy handles the request here."""
        if self.kind is HopKind.GATEWAY or (self.party.pod and self.party.pod.gateway):
            return Context.GATEWAY
        return Context.SIDECAR_INBOUND if self.kind is HopKind.TARGET else Context.SIDECAR_OUTBOUND


@dataclass(frozen=True, kw_only=True, eq=False)
class Trail:
    """One way through the mesh so far. `share` is None where nothing tells how many requests take it. `ended` is True
    where a proxy answers itself or the mesh is left."""

    hops: tuple[Hop, ...]
    steps: tuple[Step, ...] = ()
    share: float | None = 1.0
    by: str = ""
    outcome: Outcome = field(default_factory=Outcome)
    ended: bool = False

    @property
    def hop(self) -> Hop:
        return self.hops[-1]

    @property
    def peer(self) -> Hop | None:
        """The hop at the other end of what comes in here: a gateway between networks passes on what it cannot read."""
        before = self.hops[-2] if len(self.hops) > 1 else None
        passed = before is not None and before.passes_on and len(self.hops) > 2
        return self.hops[-3] if passed else before

    @property
    def failed(self) -> bool:
        return bool(self.steps) and self.steps[-1].verdict is StageVerdict.FAIL

    @property
    def over(self) -> bool:
        return self.ended or self.failed

    def decide(self, **values: Any) -> Trail:
        """The trail with more decided at its last hop."""
        return _altered(self, hops=(*self.hops[:-1], _altered(self.hop, **values)))

    def passes(self, stage: Stage, detail: str, **more: Any) -> Trail:
        """The trail after a stage that lets the request on."""
        return self._with(stage, StageVerdict.PASS, detail, more)

    def unknown(self, stage: Stage, detail: str, **more: Any) -> Trail:
        """The trail after a stage of which the outcome cannot be told; the walk goes on as if it passed."""
        return self._with(stage, StageVerdict.UNKNOWN, detail, more)

    def fails(self, stage: Stage, detail: str, outcome: Outcome, **more: Any) -> Trail:
        """The trail that ends here."""
        return _altered(self._with(stage, StageVerdict.FAIL, detail, more), outcome=outcome)

    def instead(self, stage: Stage, detail: str, outcome: Outcome, **more: Any) -> Trail:
        """The trail that ends at the stage that it just passed, after a closer look."""
        return _altered(self, steps=self.steps[:-1]).fails(stage, detail, outcome, **more)

    def ends(self, outcome: Outcome) -> Trail:
        """The trail where a proxy answers, or the mesh is left."""
        return _altered(self, ended=True, outcome=outcome)

    def enters(self, hop: Hop) -> Trail:
        """The trail at its next hop."""
        return _altered(self, hops=(*self.hops, hop))

    def splits(self, by: str, share: float | None) -> Trail:
        """One of several ways from here on; None where nothing tells how many requests take it."""
        if share is not None and share >= 1:
            return self
        known = self.share is not None and share is not None
        return _altered(self, share=(self.share or 0) * (share or 0) if known else None, by=self.by or by)

    def _with(self, stage: Stage, verdict: StageVerdict, detail: str, more: Mapping[str, Any]) -> Trail:
        step = Step(
            hop=len(self.hops) - 1,
            stage=stage,
            verdict=verdict,
            proxy=self.hop.party.resource,
            detail=detail,
            assumes=more.get("assumes", ()),
            resource=more.get("resource"),
            result=more.get("result", {}),
            unlock=more.get("unlock", ""),
        )
        return _altered(self, steps=(*self.steps, step))


Value = TypeVar("Value", Hop, Trail)


def _altered(value: Value, **changes: Any) -> Value:
    """The value with other fields: `dataclasses.replace` for these two, which a walk makes by the thousand, in a
    fraction of its time."""
    if not changes.keys() <= vars(value).keys():
        raise TypeError(f"no fields of {type(value).__name__}: {sorted(changes.keys() - vars(value).keys())}")
    other = object.__new__(type(value))
    vars(other).update(vars(value), **changes)
    return other


def http(status: int, *flags: str, details: str = "") -> Outcome:
    """An answer that a proxy makes itself."""
    return Outcome(status=status, flags=flags, details=details)


def dropped(connection: Connection, *flags: str, details: str = "") -> Outcome:
    """A connection without an HTTP answer."""
    return Outcome(status=None, flags=flags, details=details, connection=connection)
