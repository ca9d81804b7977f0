"""Which lines of the log of istiod, and of a proxy's agent, tell something.

Decides: the event that a message stands for, and what it is about. Must not know the forms of lines.

Sources in istio/istio, by event:
    rejected        pilot/pkg/xds/ads.go, delta.go (`shouldRespond`): `ADS:LDS: ACK ERROR CONNECTION CODE:TEXT`
    JWKS            pilot/pkg/model/jwks_resolver.go (`BuildLocalJwks`), in older words "is not yet fetched"; keys that
                    are got later are noted as updated
    SECRET          pilot/pkg/xds/sds.go, pilot/pkg/credentials/kube/secrets.go; its type is what is not there. Names
                    that stand for a Gateway of the Gateway API begin with kubernetes-gateway:// (resource.go)
    SECRET_DENIED   pilot/pkg/xds/sds.go (`filterAuthorizedResources`); its type is the names that were refused
    watch           pkg/kube/informer (`watch error in cluster NAME: ...`); an API that is not installed is no trouble
    clusters        pkg/kube/multicluster/cluster.go and secretcontroller.go
    client          pkg/security, `Failed to authenticate client from`
    certificate     net/http's server, which in istiod serves the webhooks
    agent           pilot/cmd/pilot-agent/status/server.go and ready/probe.go; pkg/istio-agent/xds_proxy.go;
                    security/pkg/nodeagent/cache; Envoy's source/extensions/config_subscription/grpc/grpc_stream.h
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from troubleshooter.evidence.istiod.values import Event


@dataclass(frozen=True, slots=True)
class Mark:
    """A message of this form stands for `event`; its groups say what it is about. `never` are texts with which it is
    none."""

    event: Event
    form: re.Pattern[str]
    never: tuple[str, ...] = ()


_CONNECTING = (
    r"(?:connection refused|i/o timeout|no such host|no route to host|network is unreachable"
    r"|context deadline exceeded|server misbehaving)"
)
_TO_ISTIOD = (
    r"(?:gRPC config stream (?:to \S+ )?closed|failed to connect to upstream"
    r"|[Ff]ailed to (?:warm|generate|create) (?:workload )?certificate|ca request failed)"
)

ISTIOD = (
    Mark(
        Event.REJECTED,
        re.compile(r"ADS:(?P<type>[A-Z]{2,5}): ACK ERROR (?P<about>\S{1,400})-[0-9]+ (?P<why>.*)"),
    ),
    Mark(
        Event.JWKS,
        re.compile(
            r"JWKS (?:fetch failed|key is not yet fetched) for issuer (?P<about>\S{1,400})"
            r"(?: \((?P<why>[^)\s]{0,900})\))?"
        ),
    ),
    Mark(
        Event.SECRET,
        re.compile(
            r"failed to fetch (?:key and certificate|ca certificate) for "
            r"(?P<about>kubernetes(?:-gateway)?://[^\s:]{1,400}): "
            r"(?P<why>secret (?P<type>\S{1,400}) not found|found secret, but.*)"
        ),
    ),
    Mark(
        Event.SECRET_DENIED,
        re.compile(
            r"proxy (?P<about>\S{1,400}) attempted to access unauthorized certificates (?P<type>.{1,400}?): (?P<why>.*)"
        ),
    ),
    Mark(Event.JWKS_FETCHED, re.compile(r'Updated cached JWT public key from "(?P<about>[^"]{1,900})"')),
    Mark(
        Event.WATCH,
        re.compile(r"watch error in cluster (?P<about>[^:\s]{0,200}): (?P<why>.*)"),
        ("could not find the requested resource", "context canceled", "too old resource version", "use of closed"),
    ),
    Mark(
        Event.WATCH,
        re.compile(r"[Ff]ailed to watch \*\S{1,100}: (?P<why>failed to list .*)"),
        ("could not find the requested resource", "context canceled", "too old resource version"),
    ),
    Mark(
        Event.CLUSTER_TIMEOUT,
        re.compile(r"remote cluster (?P<about>\S{1,200}) failed to sync after (?P<why>\S{1,40})"),
    ),
    Mark(
        Event.CLUSTER_REFUSED,
        re.compile(r"(?:Adding|Updating) cluster_id=(?P<about>\S{1,200}) from secret=\S{1,400}: (?P<why>.*)"),
    ),
    Mark(
        Event.CLIENT_REFUSED,
        re.compile(r"Failed to authenticate client from (?P<about>\S{1,100}): (?P<why>.*)"),
    ),
    Mark(
        Event.BAD_CERTIFICATE,
        re.compile(
            r"TLS handshake error from \S{1,100}: (?P<why>remote error: tls: "
            r"(?:bad certificate|unknown certificate authority))"
        ),
    ),
    Mark(Event.RESTARTED, re.compile(r"={3,} ?Previous log")),
)

AGENT = (
    Mark(
        Event.NO_CONFIG,
        re.compile(r"Envoy proxy is NOT ready: (?P<why>config not (?:fully )?received from (?:XDS server|Pilot).*)"),
    ),
    Mark(
        Event.REJECTED,
        re.compile(r"Envoy proxy is NOT ready: (?P<why>config received from XDS server, but was rejected.*)"),
    ),
    Mark(Event.READY, re.compile(r"Envoy proxy is ready")),
    Mark(
        Event.WRONG_TIME,
        re.compile(rf"{_TO_ISTIOD}.{{0,400}}?(?P<why>x509: certificate has expired or is not yet valid.*)"),
    ),
    Mark(Event.NOT_TRUSTED, re.compile(rf"{_TO_ISTIOD}.{{0,400}}?(?P<why>x509: .*)")),
    Mark(
        Event.NOT_AUTHENTICATED,
        re.compile(
            rf"{_TO_ISTIOD}.{{0,400}}?(?P<why>(?:code = Unauthenticated|closed: 16\b|authentication failure).*)",
            re.DOTALL,
        ),
    ),
    Mark(Event.NOT_AUTHENTICATED, re.compile(r"gRPC config stream (?:to \S{1,60} )?closed: 16, (?P<why>.*)")),
    Mark(Event.CANNOT_CONNECT, re.compile(rf"{_TO_ISTIOD}(?P<why>.{{0,600}}?{_CONNECTING}.*)")),
)

WORTH = re.compile(
    r"ACK ERROR|JWKS|JWT public key|watch error|ailed to watch|failed to sync after|cluster_id=|ailed to authenticate"
    r"|TLS handshake error|Previous log|Envoy proxy is|config stream|to upstream|certificate|ca request"
)
"""What every line that matters has in it: the others need no closer look."""
