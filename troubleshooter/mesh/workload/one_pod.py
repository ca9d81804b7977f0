"""A pod as the mesh sees it: one that was seen, or what a workload's template would make.

Decides what one pod says of itself, its proxy among it. Must not know workloads or services.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from troubleshooter.mesh.basis.pods import PROXY, port_named, ports_of
from troubleshooter.mesh.injection.injector import Defaults
from troubleshooter.model import Object, Raw, Resource, as_list, as_map

TLS_MODE = "security.istio.io/tlsMode"


@dataclass(frozen=True, kw_only=True, eq=False)
class Pod:
    """A running pod, or (`standin`) what a workload's template would make: then it has no address and no node."""

    owner: Object
    namespace: str
    name: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    spec: Raw
    ready: bool
    proxy: bool
    address: str = ""
    locality: str = ""
    standin: bool = False
    waiting: str = ""
    defaults: Defaults = field(default_factory=Defaults)
    proxy_seen: bool = True
    """Whether `proxy` is known; where it is not, a proxy is taken for granted and the stages say so."""

    def at(self, field: str) -> Resource:
        """A field of the pod, or of the template that it stands for."""
        prefix = {"Pod": "", "CronJob": "spec.jobTemplate.spec.template."}.get(self.owner.kind, "spec.template.")
        return self.owner.at(f"{prefix}{field}")

    @property
    def service_account(self) -> str:
        return str(self.spec.get("serviceAccountName") or self.spec.get("serviceAccount") or "default")

    @property
    def node(self) -> str:
        """The name of the node it runs on, "" if it has none yet."""
        return str(self.spec.get("nodeName") or "")

    @property
    def host_network(self) -> bool:
        return self.spec.get("hostNetwork") is True

    @cached_property
    def containers(self) -> list[Raw]:
        """The application's containers: all but the proxy."""
        return [c for c in map(as_map, as_list(self.spec.get("containers"))) if c.get("name") != PROXY]

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment that its proxy's container is given."""
        held = map(as_map, (*as_list(self.spec.get("containers")), *as_list(self.spec.get("initContainers"))))
        given = (as_map(e) for c in held if c.get("name") == PROXY for e in as_list(c.get("env")))
        return {str(e.get("name")): str(e.get("value") or "") for e in given}

    @property
    def gateway(self) -> bool:
        """A pod that is nothing but a proxy."""
        return self.proxy and not self.containers

    @property
    def mutual(self) -> bool:
        """Whether proxies take it for one that speaks mutual TLS: its label says so, which injection sets beside a
        sidecar and not on a gateway.

        Source: `GetTLSModeFromEndpointLabels` in istio/istio pilot/pkg/model/service.go; injection-template.yaml and
        gateway-injection-template.yaml in manifests/charts/istio-control/istio-discovery/files.
        """
        if TLS_MODE in self.labels:
            return self.labels[TLS_MODE] == "istio"
        return self.proxy and not self.gateway

    def port_named(self, name: str) -> int | None:
        """The number of the container port of that name, also one that injection will add."""
        return port_named(self.spec, name, injected=self.standin and self.proxy)

    @property
    def declared_ports(self) -> list[tuple[str, int]]:
        """(name, number) of every port that the application's containers declare; declaring them is optional."""
        return ports_of(self.containers)
