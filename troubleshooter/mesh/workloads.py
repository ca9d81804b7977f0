"""Workloads and their pods: who runs what, under which labels and identity, with or without a proxy.

Decides: which pods belong to which workload, and what stands for pods where none were seen. Must not know services or
Istio's own objects.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from troubleshooter.mesh.index import APPS, BATCH, CORE, Index
from troubleshooter.mesh.injection import Injection, Template, Wish, decide
from troubleshooter.model import Object, Raw, Resource, as_list, as_map, as_words

KINDS: tuple[tuple[str, str], ...] = (
    (APPS, "Deployment"),
    (APPS, "StatefulSet"),
    (APPS, "DaemonSet"),
    (APPS, "ReplicaSet"),
    (CORE, "ReplicationController"),
    (BATCH, "Job"),
    (BATCH, "CronJob"),
    ("argoproj.io", "Rollout"),
)
PROXY = "istio-proxy"
REGION, ZONE, SUBZONE = "topology.kubernetes.io/region", "topology.kubernetes.io/zone", "topology.istio.io/subzone"


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

    @property
    def service_account(self) -> str:
        return str(self.spec.get("serviceAccountName") or self.spec.get("serviceAccount") or "default")

    @property
    def host_network(self) -> bool:
        return self.spec.get("hostNetwork") is True

    @property
    def containers(self) -> list[Raw]:
        """The application's containers: all but the proxy."""
        return [c for c in map(as_map, as_list(self.spec.get("containers"))) if c.get("name") != PROXY]

    @property
    def gateway(self) -> bool:
        """A pod that is nothing but a proxy."""
        return self.proxy and not self.containers

    def port_named(self, name: str) -> int | None:
        """The number of the container port of that name."""
        ports = (as_map(p) for c in as_list(self.spec.get("containers")) for p in as_list(as_map(c).get("ports")))
        number = next((p.get("containerPort") for p in ports if p.get("name") == name), None)
        return number if isinstance(number, int) else None

    @property
    def declared_ports(self) -> list[tuple[str, int]]:
        """(name, number) of every container port that is declared; declaring them is optional."""
        ports = (as_map(p) for c in self.containers for p in as_list(c.get("ports")))
        return [
            (str(p.get("name") or ""), int(p["containerPort"])) for p in ports if _is_number(p.get("containerPort"))
        ]


@dataclass(frozen=True, kw_only=True, eq=False)
class Workload:
    """A controller (or a bare pod) with the pods that stand for it. `template` is where its pods' metadata is written."""

    object: Object
    template: Template
    pod_spec: Raw
    pods: tuple[Pod, ...]
    injection: Injection
    replicas: int

    @property
    def namespace(self) -> str:
        return self.object.namespace

    @property
    def name(self) -> str:
        return self.object.name

    @property
    def labels(self) -> Mapping[str, str]:
        """The labels of its pods."""
        return self.template.labels

    @property
    def representative(self) -> Pod:
        """A pod that stands for the workload, also where it has none at the moment."""
        return self.pods[0] if self.pods else _standin(self.object, self.template, self.pod_spec, self.injection)

    def __str__(self) -> str:
        return f"{self.object.kind.lower()} {self.namespace}/{self.name}"


class Workloads:
    """Every workload of an index, with its pods."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._localities = {node.name: _locality(node.labels) for node in index.all(CORE, "Node")}
        owned = self._pods_by_owner()
        tops = [thing for group, kind in KINDS for thing in index.all(group, kind) if _owner(thing) is None]
        self.all = [self._workload(thing, owned) for thing in tops]
        claimed = {id(pod.owner) for workload in self.all for pod in workload.pods if not pod.standin}
        self.all += [self._bare(pod) for pod in index.all(CORE, "Pod") if id(pod) not in claimed]
        self._by_name: dict[tuple[str, str, str], Workload] = {}
        self._by_space: dict[str, list[Workload]] = defaultdict(list)
        self._by_address: dict[str, tuple[Workload, Pod]] = {}
        for workload in self.all:
            self._by_name.setdefault((workload.object.kind, workload.namespace, workload.name), workload)
            self._by_space[workload.namespace].append(workload)
            for pod in workload.pods:
                if pod.address and not pod.host_network:
                    self._by_address.setdefault(pod.address, (workload, pod))

    def get(self, kind: str, namespace: str, name: str) -> Workload | None:
        """The workload of that kind and name; a pod's name finds the workload it belongs to."""
        found = self._by_name.get((kind, namespace, name))
        if found is None and kind == "Pod":
            found = next((w for w in self.inside(namespace) if any(p.name == name for p in w.pods)), None)
        if found is None and kind == "ReplicaSet":
            owner = self._index.get(APPS, "ReplicaSet", namespace, name)
            deployment = _owner(owner) if owner else None
            found = self._by_name.get(("Deployment", namespace, deployment[1])) if deployment else None
        return found

    def inside(self, namespace: str) -> list[Workload]:
        """The workloads of one namespace."""
        return self._by_space.get(namespace, [])

    def at_address(self, address: str) -> tuple[Workload, Pod] | None:
        """Whose pod has this IP address."""
        return self._by_address.get(address)

    def _pods_by_owner(self) -> Mapping[tuple[str, str, str], list[Object]]:
        owned: dict[tuple[str, str, str], list[Object]] = defaultdict(list)
        for pod in self._index.all(CORE, "Pod"):
            for owner in self._controllers(pod):
                owned[owner[0], pod.namespace, owner[1]].append(pod)
        return owned

    def _controllers(self, pod: Object) -> list[tuple[str, str]]:
        """The (kind, name) of a pod's controllers: a ReplicaSet's Deployment is found through the ReplicaSet, or, if that
        was not read, through the hash that its name ends in."""
        owner = _owner(pod)
        if owner is None or owner[0] not in {"ReplicaSet", "Job"}:
            return [owner] if owner else []
        parent = self._index.get(APPS if owner[0] == "ReplicaSet" else BATCH, owner[0], pod.namespace, owner[1])
        above = _owner(parent) if parent else None
        pod_hash = pod.labels.get("pod-template-hash")
        if above is None and owner[0] == "ReplicaSet" and pod_hash and owner[1].endswith(f"-{pod_hash}"):
            above = ("Deployment", owner[1].removesuffix(f"-{pod_hash}"))
        return [above or owner]

    def _workload(self, thing: Object, owned: Mapping[tuple[str, str, str], list[Object]]) -> Workload:
        path = "spec.jobTemplate.spec.template." if thing.kind == "CronJob" else "spec.template."
        parent = as_map(as_map(thing.spec.get("jobTemplate")).get("spec")) if thing.kind == "CronJob" else thing.spec
        body = as_map(parent.get("template"))
        spec = as_map(body.get("spec"))
        template = _template(thing, path, as_map(body.get("metadata")), spec)
        injection = decide(self._index, thing.namespace, template)
        replicas = thing.spec.get("replicas")
        count = replicas if isinstance(replicas, int) else 1
        pods = tuple(self._pod(p) for p in owned.get((thing.kind, thing.namespace, thing.name), ()) if not _finished(p))
        if not pods and count > 0 and not self._writes_pods(thing.namespace):
            pods = (_standin(thing, template, spec, injection),)
        return Workload(object=thing, template=template, pod_spec=spec, pods=pods, injection=injection, replicas=count)

    def _writes_pods(self, namespace: str) -> bool:
        """Whether pods made by controllers were seen in the namespace: then a workload without pods has none."""
        return any(_owner(p) or p.status for p in self._index.inside(CORE, "Pod", namespace))

    def _bare(self, pod: Object) -> Workload:
        template = _template(pod, "", pod.metadata, pod.spec)
        injection = decide(self._index, pod.namespace, template)
        pods = () if _finished(pod) else (self._pod(pod),)
        return Workload(object=pod, template=template, pod_spec=pod.spec, pods=pods, injection=injection, replicas=1)

    def _pod(self, pod: Object) -> Pod:
        node = self._localities.get(str(pod.spec.get("nodeName") or ""), "")
        return Pod(
            owner=pod,
            namespace=pod.namespace,
            name=pod.name,
            labels=pod.labels,
            annotations=pod.annotations,
            spec=pod.spec,
            ready=_ready(pod),
            proxy=has_proxy(pod.spec),
            address=str(pod.status.get("podIP") or ""),
            locality=_own_locality(pod.labels, node),
            waiting=_waiting(pod),
        )


def has_proxy(spec: Raw) -> bool:
    """Whether a pod spec holds the proxy: as a container, or (native sidecar) as an init container."""
    held = (*as_list(spec.get("containers")), *as_list(spec.get("initContainers")))
    return any(as_map(c).get("name") == PROXY for c in held)


def _template(owner: Object, path: str, metadata: Raw, spec: Raw) -> Template:
    return Template(
        owner=owner,
        path=path,
        labels=as_words(metadata.get("labels")),
        annotations=as_words(metadata.get("annotations")),
        host_network=spec.get("hostNetwork") is True,
    )


def _standin(thing: Object, template: Template, spec: Raw, injection: Injection) -> Pod:
    """The pod that a template would make now: ready, and injected as its labels would have it."""
    return Pod(
        owner=thing,
        namespace=thing.namespace,
        name="",
        labels=template.labels,
        annotations=template.annotations,
        spec=spec,
        ready=True,
        proxy=has_proxy(spec) or injection.wish is Wish.ASKED,
        locality=_own_locality(template.labels, ""),
        standin=True,
    )


def _owner(thing: Object) -> tuple[str, str] | None:
    owners = [as_map(o) for o in as_list(thing.metadata.get("ownerReferences"))]
    chosen = next((o for o in owners if o.get("controller")), owners[0] if owners else None)
    return (str(chosen.get("kind") or ""), str(chosen.get("name") or "")) if chosen else None


def _finished(pod: Object) -> bool:
    return pod.status.get("phase") in {"Succeeded", "Failed"}


def _ready(pod: Object) -> bool:
    """The Ready condition; a pod that was written by hand, without status, counts as ready."""
    conditions = [as_map(c) for c in as_list(pod.status.get("conditions"))]
    ready = next((c.get("status") for c in conditions if c.get("type") == "Ready"), None)
    if ready is not None:
        return bool(ready == "True" and not pod.metadata.get("deletionTimestamp"))
    return str(pod.status.get("phase", "Running")) == "Running"


def _waiting(pod: Object) -> str:
    """Why its first container that is not ready waits (`CrashLoopBackOff`, `ImagePullBackOff`), "" if none does."""
    states = (as_map(as_map(s).get("state")) for s in as_list(pod.status.get("containerStatuses")))
    reasons = (str(as_map(s.get("waiting")).get("reason") or "") for s in states)
    return next((r for r in reasons if r), "")


def _locality(labels: Mapping[str, str]) -> str:
    """`region/zone/subzone` of a node, as far as its labels say."""
    parts = [labels.get(REGION, ""), labels.get(ZONE, ""), labels.get(SUBZONE, "")]
    return "/".join(parts).rstrip("/") if parts[0] else ""


def _own_locality(labels: Mapping[str, str], node: str) -> str:
    """The label `istio-locality` (dots for slashes) outranks the node's.

    Source: `GetLocalityLabel` in istio/istio pkg/model; https://istio.io/latest/docs/reference/config/labels/.
    """
    own = labels.get("istio-locality", "")
    return own.replace(".", "/") if own else node


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def kinds_of_pods(pods: Iterable[Pod]) -> list[tuple[Pod, int]]:
    """Pods that a request could tell apart (by proxy, labels, account, network), each with how many are like it."""
    groups: dict[tuple[object, ...], list[Pod]] = defaultdict(list)
    for pod in pods:
        labels = tuple(sorted((k, v) for k, v in pod.labels.items() if k != "pod-template-hash"))
        groups[pod.proxy, pod.service_account, pod.host_network, labels].append(pod)
    return [(group[0], len(group)) for group in groups.values()]


def place_of(pod: Pod) -> Resource:
    """The object to point at for a pod: the pod itself, or the workload that it stands for."""
    return pod.owner.at()
