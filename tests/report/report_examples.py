"""Diagnoses made by hand: what the tests of the report show, and the golden files keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from troubleshooter.model import (
    Applicability,
    Branch,
    Certainty,
    Connection,
    Diagnosis,
    Fact,
    Finding,
    Fix,
    KnownAs,
    LogGroup,
    NotChecked,
    Outcome,
    PossibleCause,
    Question,
    Request,
    Resource,
    Severity,
    Source,
    Stage,
    StageVerdict,
    Step,
    Verdict,
    Walk,
)

NETWORKING = "networking.istio.io"
WEB = Resource(group="apps", kind="Deployment", namespace="shop", name="web", file="mesh.yaml", position=41)
PAYMENTS = Resource(group="apps", kind="Deployment", namespace="shop", name="payments", file="mesh.yaml", position=62)
SERVICE = Resource(kind="Service", namespace="shop", name="payments", file="mesh.yaml", position=3)
ROUTES = Resource(group=NETWORKING, kind="VirtualService", namespace="shop", name="payments", file="mesh.yaml")
FIRST_MATCH = ROUTES._replace(field="spec.http[0].match[0].uri.exact", position=14)
SECOND_MATCH = ROUTES._replace(field="spec.http[1].match[0].uri.prefix", position=22)

REQUEST = Request(
    source="shop/deployment/web",
    to="http://payments.shop:8080/api/health/detailed",
    scheme="http",
    host="payments.shop",
    port=8080,
    path="/api/health/detailed",
)
NOT_FOUND = Outcome(status=404, flags=("NR",), details="route_not_found")
FINE = Outcome(status=200)


def step(stage: Stage, detail: str = "", *, hop: int = 0, proxy: Resource | None = WEB, **more: Any) -> Step:
    """A stage that passes, unless more is said."""
    verdict: StageVerdict = more.pop("verdict", StageVerdict.PASS)
    return Step(hop=hop, stage=stage, verdict=verdict, proxy=proxy, detail=detail, **more)


def not_reached(*stages: Stage, hop: int, proxy: Resource) -> tuple[Step, ...]:
    """The stages after the one at which the request dies."""
    return tuple(step(s, hop=hop, proxy=proxy, verdict=StageVerdict.NOT_REACHED) for s in stages)


SENDER_BEGINS = (
    step(Stage.DNS, "payments.shop is a Service of the mesh", resource=SERVICE),
    step(Stage.CAPTURE, "the sidecar takes it", resource=WEB, result={"proxy": "sidecar"}),
    step(
        Stage.LISTENER,
        "0.0.0.0_8080 speaks HTTP",
        resource=SERVICE._replace(field="spec.ports[0].name", position=9),
        result={"name": "0.0.0.0_8080", "protocol": "http"},
    ),
)

TARGET_STAGES = (Stage.LISTENER, Stage.AUTHENTICATION, Stage.AUTHORIZATION, Stage.APPLICATION)

FAILING_PATH = (
    *SENDER_BEGINS,
    step(
        Stage.ROUTE,
        "none of 2 routes of payments.shop:8080 matches /api/health/detailed, and there is no default route",
        verdict=StageVerdict.FAIL,
        resource=FIRST_MATCH,
        result={"virtual_host": "payments.shop.svc.cluster.local:8080", "name": ""},
    ),
    *not_reached(Stage.CLUSTER, Stage.ENDPOINT, Stage.TRANSPORT, hop=0, proxy=WEB),
    *not_reached(*TARGET_STAGES, hop=1, proxy=PAYMENTS),
)

ENDPOINTS: Mapping[str, Any] = {"endpoints": [{"address": "10.0.0.7", "port": 8080, "healthy": True}]}

GOOD_PATH = (
    *SENDER_BEGINS,
    step(
        Stage.ROUTE,
        "route 'default'",
        resource=ROUTES._replace(field="spec.http[2]", position=29),
        result={"virtual_host": "payments.shop.svc.cluster.local:8080", "name": "default"},
    ),
    step(
        Stage.CLUSTER,
        "outbound|8080||payments.shop.svc.cluster.local",
        resource=SERVICE,
        result={"name": "outbound|8080||payments.shop.svc.cluster.local"},
    ),
    step(Stage.ENDPOINT, "1 endpoint, healthy", resource=SERVICE, result=ENDPOINTS),
    step(
        Stage.TRANSPORT,
        "mutual TLS, chosen by auto mTLS",
        result={"mode": "mtls", "sni": "outbound_.8080_._.payments.shop.svc.cluster.local", "auto": True},
        assumes=("the network between the nodes lets it through",),
    ),
    step(Stage.LISTENER, "filter chain 0.0.0.0_8080, mutual TLS", hop=1, proxy=PAYMENTS),
    step(Stage.AUTHENTICATION, "no token is asked for", hop=1, proxy=PAYMENTS),
    step(Stage.AUTHORIZATION, "no policy applies", hop=1, proxy=PAYMENTS, result={"action": "none"}),
    step(
        Stage.APPLICATION,
        "port 8080 is a container's port",
        hop=1,
        proxy=PAYMENTS,
        resource=PAYMENTS._replace(field="spec.template.spec.containers[0].ports[0]", position=78),
        assumes=("the application answers",),
    ),
)

MANIFEST = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: payments
  namespace: shop
spec:
  hosts:
  - payments.shop.svc.cluster.local
  http:
  - match:
    - uri:
        exact: /api/health
    route:
    - destination:
        host: payments.shop.svc.cluster.local
  - route:
    - destination:
        host: payments.shop.svc.cluster.local
"""

ADD_DEFAULT = Fix(
    do="Add a route without a match as the last one of VirtualService shop/payments",
    risk="every path of payments can then be reached from the mesh, also those that nobody meant to offer",
    applicability=Applicability.REVIEW,
    manifest=MANIFEST,
    rollback=MANIFEST.replace("  - route:\n    - destination:\n        host: payments.shop.svc.cluster.local\n", ""),
    verified=True,
    confirm="istioctl proxy-config routes deployment/web -n shop --name 8080",
)
USE_PREFIX = Fix(
    do="Match the path by its prefix",
    risk="paths that only begin with it match too",
    applicability=Applicability.REVIEW,
    manifest=MANIFEST,
    verified=True,
)
CHANGE_CALLER = Fix(
    do="Let the caller ask for /api/health",
    risk="",
    applicability=Applicability.MANUAL,
    why_not_verified="only traffic can show it",
)

NO_MATCH = Finding(
    fingerprint="a1",
    cause="vs-no-match-no-default",
    title="No route matches this path, and there is no default route",
    root=True,
    certainty=Certainty.CONFIRMED,
    severity=Severity.ERROR,
    stage=Stage.ROUTE,
    resource=FIRST_MATCH,
    roles={"virtual_service": ROUTES},
    case="walk",
    related=(SERVICE,),
    known_as=(KnownAs(code="EX0001", resource=ROUTES),),
    explanation=(
        "VirtualService shop/payments replaces the routes that Istio makes for the Service. Its 2 routes\n"
        "match /api/health (exact) and /pay (prefix); the request asks for /api/health/detailed.\n\n"
        "Without a route the caller's own proxy answers 404. The request never leaves it: payments logs nothing."
    ),
    because=(
        Fact(
            name="route.match",
            word="none",
            sources=(Source(resource=FIRST_MATCH), Source(resource=SECOND_MATCH)),
        ),
        Fact(
            name="failure.details",
            word="route_not_found",
            sources=(
                Source(
                    file="web.log",
                    line=12,
                    text=(
                        '[2024-05-02T10:02:11.120Z] "GET /api/health/detailed HTTP/1.1" 404 NR route_not_found - "-" 0'
                        ' 0 0 - "-" "curl/8.5.0" "0c2f" "payments.shop:8080" "-" - - 10.96.3.7:8080 10.0.0.4:51702 - -'
                    ),
                ),
            ),
        ),
        Fact(name="request.path", word="known", sources=(Source(said=True),)),
    ),
    fixes=(ADD_DEFAULT, USE_PREFIX, CHANGE_CALLER),
)

PORT_NAME = Finding(
    fingerprint="b2",
    cause="service-port-name-unknown-protocol",
    title="The name of a Service port says no protocol, so Istio guesses it",
    certainty=Certainty.LIKELY,
    severity=Severity.WARNING,
    stage=Stage.LISTENER,
    resource=SERVICE._replace(name="ledger", field="spec.ports[1].name", position=112),
    roles={},
    case="port",
    fixes=(
        Fix(
            do="Name the port grpc-ledger",
            risk="none",
            applicability=Applicability.MACHINE,
            manifest="kind: Service\n",
            verified=True,
        ),
    ),
)
UNUSED = Finding(
    fingerprint="c3",
    cause="dr-subset-unused",
    title="No route uses this subset",
    certainty=Certainty.CONFIRMED,
    severity=Severity.INFO,
    stage=Stage.CLUSTER,
    resource=Resource(
        group=NETWORKING,
        kind="DestinationRule",
        namespace="shop",
        name="payments",
        field="spec.subsets[1]",
        file="mesh.yaml",
        position=55,
    ),
    roles={},
    case="subset",
)
FOLLOWS = Finding(
    fingerprint="d4",
    cause="vs-route-shadowed",
    title="A later route is never reached",
    certainty=Certainty.CONFIRMED,
    severity=Severity.WARNING,
    stage=Stage.ROUTE,
    resource=SECOND_MATCH,
    roles={},
    case="walk",
    explained_by="a1",
)

NO_PODS = NotChecked(
    what="the pods of namespace shop", why="absent from the input", unlock="troubleshoot collect -n shop -o shop.tgz"
)
NOT_CHECKED = (
    NO_PODS,
    replace(NO_PODS, what="the endpoints of Service shop/payments"),
    NotChecked(what="whether nodes can reach each other", why="assumed: no Kubernetes object tells it"),
)

BAD_BRANCH = Branch(path=FAILING_PATH, verdict=Verdict.UNREACHABLE, outcome=NOT_FOUND)
GOOD_BRANCH = Branch(path=GOOD_PATH, verdict=Verdict.REACHABLE, outcome=FINE)

FAILING_WALK = Walk(request=REQUEST, verdict=Verdict.UNREACHABLE, outcome=NOT_FOUND, branches=(BAD_BRANCH,))
GOOD_WALK = Walk(
    request=replace(REQUEST, source="", assumed=("the caller is a client with a proxy in namespace shop",)),
    verdict=Verdict.REACHABLE,
    outcome=FINE,
    branches=(GOOD_BRANCH,),
)
SPLIT_WALK = Walk(
    request=REQUEST,
    verdict=Verdict.AMBIGUOUS,
    outcome=NOT_FOUND,
    branches=(replace(BAD_BRANCH, by="weight", share=0.1), replace(GOOD_BRANCH, by="weight", share=0.9)),
    dropped=3,
)
UNKNOWN_WALK = Walk(
    request=REQUEST,
    verdict=Verdict.UNDETERMINED,
    outcome=Outcome(),
    branches=(
        Branch(
            path=(
                *SENDER_BEGINS,
                step(
                    Stage.ROUTE,
                    "namespace shop was not seen: it may hold a VirtualService",
                    verdict=StageVerdict.UNKNOWN,
                ),
                *GOOD_PATH[4:],
            ),
            verdict=Verdict.UNDETERMINED,
            outcome=Outcome(),
        ),
    ),
    not_checked=(NotChecked(what="namespace shop", why="forbidden", unlock="kubectl apply -f reader-role.yaml"),),
)
OBSERVED_WALK = Walk(
    request=replace(REQUEST, source="outside", headers={"x-user": "alice", "authorization": "Bearer abc.def"}),
    verdict=Verdict.UNREACHABLE,
    outcome=Outcome(flags=("UF",), details="upstream_reset_before_response_started", connection=Connection.RESET),
    branches=(
        Branch(
            path=(
                step(Stage.DNS, "the public name leads to the gateway", proxy=None, assumes=("public DNS is right",)),
                step(Stage.TRANSPORT, "the log says so", proxy=None, verdict=StageVerdict.FAIL, observed=True),
            ),
            verdict=Verdict.UNREACHABLE,
            outcome=Outcome(connection=Connection.RESET),
        ),
    ),
)

POSSIBLE = (
    PossibleCause(cause="vs-not-exported", missing=("virtual_service.visible", "sidecar.hosts")),
    PossibleCause(cause="proxy-not-synced", missing=("workload.sync",)),
)
QUESTIONS = (
    Question(
        fact="workload.sync",
        question="Does the caller's proxy have the newest configuration?",
        why="An old one may still have the old routes.",
        how="istioctl proxy-status deployment/web.shop",
        answers=(("synced", "it has"), ("stale", "it has not")),
    ),
    Question(fact="failure.pattern", question="Does it fail always, or only sometimes?", why="", how="", answers=()),
)
GROUPS = (
    LogGroup(
        count=412,
        share=0.61,
        first="2024-05-02T10:02:11Z",
        last="2024-05-02T10:09:40Z",
        flags=("NR",),
        arguments=("--log", "web.log", "--to", "http://payments.shop:8080/api/health/detailed"),
        pattern="always",
        callers=("10.244.0.5",),
    ),
    LogGroup(
        count=1,
        share=0.0015,
        first="2024-05-02T10:05:00Z",
        last="2024-05-02T10:05:00Z",
        flags=(),
        arguments=("--log", "web.log", "--to", "http://ledger.shop:9000/$(id)"),
    ),
)

FAILED = Diagnosis(
    walk=FAILING_WALK,
    findings=(NO_MATCH, PORT_NAME, UNUSED, FOLLOWS),
    not_checked=NOT_CHECKED,
    groups=GROUPS,
    engine="durable-rules",
)
REACHABLE = Diagnosis(walk=GOOD_WALK, engine="durable-rules")
UNDETERMINED = Diagnosis(
    walk=UNKNOWN_WALK, possible=POSSIBLE, questions=QUESTIONS, engine="plain evaluator: the rule engine ended early"
)
AMBIGUOUS = Diagnosis(
    walk=SPLIT_WALK,
    findings=(replace(NO_MATCH, certainty=Certainty.LIKELY, fixes=(CHANGE_CALLER,)),),
    engine="durable-rules",
)
AUDIT = Diagnosis(
    findings=(
        UNUSED,
        PORT_NAME,
        replace(NO_MATCH, root=False),
        FOLLOWS,
        replace(NO_MATCH, fingerprint="e5", root=False, resource=None, fixes=()),
    ),
    not_checked=NOT_CHECKED,
    engine="durable-rules",
)
CLEAN = Diagnosis(engine="durable-rules")

DIAGNOSES = {
    "failed": FAILED,
    "reachable": REACHABLE,
    "undetermined": UNDETERMINED,
    "ambiguous": AMBIGUOUS,
    "audit": AUDIT,
    "clean": CLEAN,
}
WALKS = {
    "failed": FAILING_WALK,
    "reachable": GOOD_WALK,
    "ambiguous": SPLIT_WALK,
    "undetermined": UNKNOWN_WALK,
    "observed": OBSERVED_WALK,
}
