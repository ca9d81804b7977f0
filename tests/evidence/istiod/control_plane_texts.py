"""What a control plane says, written by hand after the sources that the parsers name."""

# ruff: noqa: E501 - tables and lines of logs are as wide as they are

from __future__ import annotations

import json
from typing import TypeVar

from troubleshooter.evidence import take
from troubleshooter.model import Exhibit

T = TypeVar("T")


def read(text: str, wanted: type[T]) -> T:
    """What a text says, which must be of this type."""
    (reading,) = take([Exhibit(name="page", text=text)]).of(wanted)
    return reading.value


ISTIOD = "istiod-6d5fdc8f9c-2xv4k"
PAYMENTS = "payments.shop.svc.cluster.local"
LISTENER = "type.googleapis.com/envoy.config.listener.v3.Listener"
CLUSTER = "type.googleapis.com/envoy.config.cluster.v3.Cluster"

OLD_TABLE = f"""\
NAME           CDS        LDS        EDS        RDS                            ISTIOD                      VERSION
web-1.shop     SYNCED     STALE      SYNCED     NOT SENT                       {ISTIOD}     1.9.5
pay-1.shop     SYNCED     SYNCED     SYNCED     STALE (Never Acknowledged)     {ISTIOD}     1.9.5
"""
ECDS_TABLE = f"""\
NAME           CLUSTER        CDS        LDS        EDS        RDS        ECDS         ISTIOD                      VERSION
web-1.shop     Kubernetes     SYNCED     STALE      SYNCED     SYNCED     NOT SENT     {ISTIOD}     1.20.3
"""
NEW_TABLE = f"""\
NAME           CLUSTER        ISTIOD                      VERSION     SUBSCRIBED TYPES
web-1.shop     Kubernetes     {ISTIOD}     1.28.1      4 (CDS,LDS,EDS,RDS)
pay-1.shop     Kubernetes     {ISTIOD}     1.26.0      4 (CDS,LDS,EDS,RDS)
"""
VERBOSE_TABLE = f"""\
NAME           CLUSTER        ISTIOD                      VERSION     CDS              LDS              EDS              RDS       ECDS
web-1.shop     Kubernetes     {ISTIOD}     1.28.1      SYNCED (12m)     STALE (2h3m)     SYNCED (30s)     ERROR     IGNORED
"""
REMOTE_TABLE = f"""\
NAME     SECRET                                      STATUS      ISTIOD
east                                                 synced      {ISTIOD}
west     istio-system/istio-remote-secret-west       timeout     {ISTIOD}
"""
SYNCZ_OLD = json.dumps(
    [
        {
            "cluster_id": "Kubernetes",
            "proxy": "web-1.shop",
            "istio_version": "1.20.3",
            "cluster_sent": "a1",
            "cluster_acked": "a1",
            "listener_sent": "b2",
            "listener_acked": "b1",
            "endpoint_sent": "c1",
            "endpoint_acked": "c1",
        }
    ]
)
NO_FILTER = "Error adding/updating listener(s) virtualInbound: no such filter"
SYNCZ_NEW = json.dumps(
    [
        {
            "cluster_id": "Kubernetes",
            "proxy": "web-1.shop",
            "proxy_type": "sidecar",
            "istio_version": "1.28.1",
            "resources": {
                LISTENER: {"sent": "n2", "acked": "n1", "sentTime": "2026-11-21T10:00:00.5Z", "lastError": NO_FILTER},
                CLUSTER: {"sent": "n9", "acked": "n9", "sentTime": "2026-11-21T10:05:00Z"},
            },
        }
    ]
)
CLIENT_CONFIGS = json.dumps(
    [
        {
            "node": {"id": "web-1.shop", "metadata": {"CLUSTER_ID": "Kubernetes", "ISTIO_VERSION": "1.28.1"}},
            "genericXdsConfigs": [
                {
                    "typeUrl": LISTENER,
                    "configStatus": "ERROR",
                    "lastUpdated": "2026-11-21T10:00:00Z",
                    "errorState": {"details": NO_FILTER},
                },
                {"typeUrl": CLUSTER, "configStatus": "SYNCED", "lastUpdated": "2026-11-21T10:01:00Z"},
            ],
        }
    ]
)
OLD_CLIENT_CONFIGS = json.dumps(
    {"resources": [{"node": {"id": "web-1.shop"}, "xdsConfig": [{"status": "STALE", "routeConfig": {}}]}]}
)
CONNECTIONS = json.dumps(
    {
        "totalClients": 1,
        "clients": [
            {"connectionId": "web-1.shop-42", "connectedAt": "2026-11-21T09:00:00Z", "address": "10.0.1.5:41234"}
        ],
    }
)
REGISTRYZ = json.dumps(
    [
        {
            "Attributes": {"ServiceRegistry": "Kubernetes", "Name": "payments", "Namespace": "shop"},
            "ports": [{"name": "http", "port": 8080, "protocol": "HTTP"}],
            "hostname": PAYMENTS,
            "Resolution": 0,
        }
    ]
)
EAST = {"Address": "10.0.2.7", "EndpointPort": 8080, "ServicePortName": "http", "HealthStatus": 0}
WEST = {"Addresses": ["10.8.2.7"], "EndpointPort": 8080, "ServicePortName": "http", "HealthStatus": 1}
SHARDS = json.dumps(
    {PAYMENTS: {"shop": {"Shards": {"Kubernetes/east": [EAST], "Kubernetes/west": [WEST]}, "ServiceAccounts": {}}}}
)
CLUSTERZ = json.dumps(
    [
        {"id": "east", "syncStatus": "synced"},
        {"id": "west", "secretName": "istio-system/istio-remote-secret-west", "syncStatus": "timeout"},
    ]
)
CONFIGZ = json.dumps(
    [
        {
            "kind": "VirtualService",
            "apiVersion": "networking.istio.io/v1",
            "metadata": {"name": "payments", "namespace": "shop"},
            "spec": {"hosts": ["payments"]},
        }
    ]
)
PUSH_STATUS = json.dumps(
    {"pilot_vservice_dup_domain": {"payments.shop:80": {"proxy": "web-1.shop", "message": "duplicate domain"}}}
)
VERSION_TEXT = """\
client version: 1.28.0
control plane version: 1.28.1
data plane version: 1.26.0 (2 proxies), 1.28.1 (5 proxies)
"""
VERSION_JSON = json.dumps(
    {
        "clientVersion": {"version": "1.28.0"},
        "meshVersion": [{"Component": "pilot", "Info": {"version": "1.28.1"}}],
        "dataPlaneVersion": [{"ID": "web-1.shop", "IstioVersion": "1.26.0"}],
    }
)
VERSION_REPORT = """\
CLI version:
version.BuildInfo{Version:"1.28.0", GitRevision:"abc", BuildStatus:"Clean"}

The following Istio control plane revisions/versions were found in the cluster:
Revision default:
&version.MeshInfo{
    {
        Component: "pilot",
        Info: version.BuildInfo{Version:"1.28.1", GitRevision:"abc", BuildStatus:"Clean"},
    },
}

The following proxy revisions/versions were found in the cluster:
Revision default: Versions {1.26.0, 1.28.1}
"""
ISTIOD_LOG = f"""\
2026-11-21T10:00:00.000001Z	info	FLAG: --caCertFile=""
2026-11-21T10:00:01.000001Z	info	ads	ADS: new connection for node:web-1.shop-1
2026-11-21T10:00:02.000001Z	warn	ads	ADS:LDS: ACK ERROR web-1.shop-1 Internal:{NO_FILTER}
2026-11-21T10:00:03.000001Z	error	watch error in cluster west: failed to list *v1.Pod: Get "https://1.2.3.4/api/v1/pods": dial tcp 1.2.3.4:443: i/o timeout
2026-11-21T10:00:03.500001Z	error	watch error in cluster Kubernetes: failed to list *v1alpha2.TLSRoute: the server could not find the requested resource
2026-11-21T10:00:04.000001Z	warn	ads	ADS:LDS: ACK ERROR web-1.shop-7 Internal:{NO_FILTER}
2026-11-21T10:00:05.000001Z	error	remote cluster west failed to sync after 30s
2026-11-21T10:00:06.000001Z	warn	JWKS fetch failed for issuer https://id.example.com (https://id.example.com/keys), using public-only JWKS with discarded private key - JWT requests will be rejected
2026-11-21T10:00:07.000001Z	info	model	The JWKS key is not yet fetched for issuer old (http://id.shop/keys), using a fake JWKS for now
2026-11-21T10:00:07.000001Z	error	security	Failed to authenticate client from 10.0.1.5:4444: Authenticator KubeJWTAuthenticator: token eyJhbGciOiJSUzI1.eyJhdWQiOlsiaX.abc
2026-11-21T10:00:08.000001Z	info	http: TLS handshake error from 10.0.0.1:5555: remote error: tls: bad certificate
2026-11-21T10:00:09.000001Z	info	Updated cached JWT public key from "http://id.shop/keys"
"""
ISTIOD_JSON_LOG = """\
{"level":"info","time":"2026-11-21T10:00:00.000001Z","scope":"ads","msg":"Push debounce stable"}
{"level":"warn","time":"2026-11-21T10:00:02.000001Z","scope":"delta","msg":"ADS:CDS: ACK ERROR web-1.shop-1 Internal:no"}
"""
AGENT_LOG = """\
2026-11-21T10:00:00.000001Z	info	FLAG: --concurrency="2"
2026-11-21T10:00:00.000001Z	info	Proxy role	ips=[10.0.1.5] type=sidecar
2026-11-21T10:00:01.000001Z	warn	ca	ca request failed, starting attempt 1 in 91.9ms
2026-11-21T10:00:02.000001Z	warn	sds	failed to warm certificate: failed to generate workload certificate: create certificate: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 10.96.4.175:15012: i/o timeout"
2026-11-21T10:00:03.000001Z	warning	envoy config external/envoy/source/extensions/config_subscription/grpc/grpc_stream.h:190	StreamAggregatedResources gRPC config stream to xds-grpc closed since 3s ago: 14, connection error: desc = "transport: Error while dialing: dial tcp 10.96.4.175:15012: i/o timeout"
2026-11-21T10:00:04.000001Z	warn	Envoy proxy is NOT ready: config not received from XDS server (is Istiod running?): cds updates: 0 successful, 0 rejected; lds updates: 0 successful, 0 rejected
"""
HEALTHY_AGENT_LOG = """\
2026-11-21T10:00:00.000001Z	info	Proxy role	ips=[10.0.1.5] type=sidecar
2026-11-21T10:00:03.000001Z	info	Envoy proxy is ready
2026-11-21T10:30:03.000001Z	info	xdsproxy	connected to delta upstream XDS server: istiod.istio-system.svc:15012
2026-11-21T10:30:03.000001Z	warning	envoy config	StreamAggregatedResources gRPC config stream to xds-grpc closed: 13,
"""

SAMPLES = {
    "OLD_TABLE": OLD_TABLE,
    "ECDS_TABLE": ECDS_TABLE,
    "NEW_TABLE": NEW_TABLE,
    "VERBOSE_TABLE": VERBOSE_TABLE,
    "REMOTE_TABLE": REMOTE_TABLE,
    "SYNCZ_OLD": SYNCZ_OLD,
    "SYNCZ_NEW": SYNCZ_NEW,
    "CONNECTIONS": CONNECTIONS,
    "CLIENT_CONFIGS": CLIENT_CONFIGS,
    "OLD_CLIENT_CONFIGS": OLD_CLIENT_CONFIGS,
    "REGISTRYZ": REGISTRYZ,
    "SHARDS": SHARDS,
    "CLUSTERZ": CLUSTERZ,
    "CONFIGZ": CONFIGZ,
    "PUSH_STATUS": PUSH_STATUS,
    "VERSION_TEXT": VERSION_TEXT,
    "VERSION_JSON": VERSION_JSON,
    "VERSION_REPORT": VERSION_REPORT,
    "ISTIOD_LOG": ISTIOD_LOG,
    "ISTIOD_JSON_LOG": ISTIOD_JSON_LOG,
    "AGENT_LOG": AGENT_LOG,
    "HEALTHY_AGENT_LOG": HEALTHY_AGENT_LOG,
}
