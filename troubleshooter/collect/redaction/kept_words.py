"""Words that stay when names are replaced: those that Kubernetes, Istio and Envoy give a meaning.

Decides: what is nobody's secret. Words are the parts of names between dots, dashes and whatever else is neither letter
nor digit; numbers and versions stay too. Words with capitals are words of an API (`STRICT`, `ClusterIP`), not names.
"""

from __future__ import annotations

import re

_KEPT = frozenset(
    """
    istio istiod pilot proxy proxyv2 envoy sidecar injector injection discovery ztunnel waypoint cni init validation
    ingress egress ingressgateway egressgateway eastwest eastwestgateway gateway gateways mesh revision rev tag operator
    controller reader ca root cert certs citadel system kube kubernetes default public node lease local svc cluster
    cross network networks remote base ambient telemetry security networking extensions config client server spiffe
    ns sa td inbound outbound passthrough blackhole virtual allow any block all direct response
    app apps name version service services component part managed by instance created canonical k8s io dev topology
    region zone subzone hostname arch os beta stable pod pods template hash controller
    http https http2 grpc grpc-web tcp tls udp mongo redis mysql auto hbone proxied h2 h2c status health prom metrics
    stats
    envoyfilter xds webhook wasm tap none istio-mutual mutual simple disable strict permissive true false yes no enabled
    disabled enable mtls values
    com net org io gov edu example localhost internal cluster1 in-addr arpa metadata google
    get post put delete patch head options connect trace authority path method scheme host user agent cookie set
    authorization x forwarded for request id b3 b traceid content type accept jwt claims auth principal principals
    source destination ip port ports namespace namespaces labels audiences presenter headers connection sni
    exact prefix regex suffix present url uri query
    docker hub gcr quay registry image latest distroless
    deployment daemonset statefulset replicaset job cronjob secret configmap account serviceaccount crt key pem tls
    istio.io opaque bound token ready readiness liveness startup live healthz readyz livez ping
    outside workload src dst addr identity hbone googleapis clusters filters
    anetd antrea azure npm calico canal cilium router ovnkube weave
    mysql mysqld mariadb postgres postgresql mongod mongodb redis kafka rabbitmq memcached nginx httpd smtp ftp ssh
    """.split()  # noqa: SIM905 - lines of words read better than a column
)

_NUMBER = re.compile(r"[0-9]+|v[0-9]+(?:alpha|beta)?[0-9]*|[a-z]|1m|0s|[0-9]+(?:ms|s|m|h)")

_HASH = re.compile(r"(?=.{5,10}$)[a-z]*(?:[0-9]+[a-z]+){2,}[0-9]*")
"""What Kubernetes puts behind the names of ReplicaSets and pods: it tells nothing, but that they are such."""


def is_kept(word: str) -> bool:
    """Whether a word stays as it is."""
    return word in _KEPT or word != word.lower() or bool(_NUMBER.fullmatch(word) or _HASH.fullmatch(word))
