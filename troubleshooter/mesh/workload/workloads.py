"""Workloads and their pods: who runs what, under which labels and identity, with or without a proxy.

Decides: which pods belong to which workload, and what stands for pods where none were seen. Must not know services or
Istio's own objects.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from troubleshooter.mesh.basis.index import APPS, CORE, Index, selects
from troubleshooter.mesh.basis.pods import (
    PROXY,
    has_proxy,
    is_finished,
    is_number,
    is_ready,
    node_locality,
    own_locality,
    waiting_for,
)
from troubleshooter.mesh.control_plane.settings import Settings
from troubleshooter.mesh.injection.decision import Injection, Template, Wish, decide
from troubleshooter.mesh.injection.injector import Defaults, defaults
from troubleshooter.mesh.workload.creation import Creation
from troubleshooter.mesh.workload.one_pod import TLS_MODE, Pod
from troubleshooter.mesh.workload.ownership import KINDS, Place, maker_of, place_of, pods_by_owner
from troubleshooter.model import Object, Raw, as_map, as_words

__all__ = ["KINDS", "PROXY", "TLS_MODE", "Pod", "Workload", "Workloads", "has_proxy"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Workload:
    """A controller (or a bare pod) with the pods that stand for it. `template` is where its pods' metadata is
    written."""

    object: Object
    template: Template
    pod_spec: Raw
    pods: tuple[Pod, ...]
    injection: Injection
    defaults: Defaults
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
    def staying(self) -> tuple[Pod, ...]:
        """Its pods without those that are being deleted, unless there are no others."""
        return tuple(p for p in self.pods if not p.owner.metadata.get("deletionTimestamp")) or self.pods

    @property
    def representative(self) -> Pod:
        """A pod that stands for the workload, also where it has none at the moment."""
        return self.pods[0] if self.pods else _standin(self.template, self.pod_spec, self.injection, self.defaults)

    def __str__(self) -> str:
        return f"{self.object.kind.lower()} {self.namespace}/{self.name}"


class Workloads:
    """Every workload of an index, with its pods."""

    def __init__(self, index: Index, settings: Settings) -> None:
        self._index, self._settings = index, settings
        self.creation = Creation(index)
        nodes = index.all(CORE, "Node")
        self._localities = {(node.cluster, node.name): node_locality(node.labels) for node in nodes}
        owned = pods_by_owner(index)
        tops = [thing for group, kind in KINDS for thing in index.all(group, kind) if maker_of(thing) is None]
        self.all = [self._workload(thing, owned) for thing in tops]
        claimed = {id(pod) for w in self.all for pod in owned.get(place_of(w.object), ())}
        self.all += [self._bare(pod) for pod in index.all(CORE, "Pod") if id(pod) not in claimed]
        self._by_name: dict[tuple[str, str, str], Workload] = {}
        self._by_space: dict[str, list[Workload]] = defaultdict(list)
        self._by_address: dict[tuple[str, str | None], tuple[Workload, Pod]] = {}
        self._by_pod: dict[tuple[str, str, str | None], tuple[Workload, Pod]] = {}
        self._by_label: dict[tuple[str, str, str], list[tuple[Workload, Pod]]] = defaultdict(list)
        self._by_template: dict[tuple[str, str, str], list[tuple[Workload, Pod]]] = defaultdict(list)
        self._selections: dict[tuple[Sequence[str], ...], list[tuple[Workload, Pod]]] = {}
        for workload in self.all:
            self._enter(workload)

    def _enter(self, workload: Workload) -> None:
        """Put a workload and its pods into the tables."""
        self._by_name.setdefault((workload.object.kind, workload.namespace, workload.name), workload)
        self._by_space[workload.namespace].append(workload)
        if not workload.pods:
            made = workload.representative
            for key, value in made.labels.items():
                self._by_template[made.namespace, key, value].append((workload, made))
        for pod in workload.pods:
            for cluster in (None, pod.owner.cluster):
                if pod.address and not pod.host_network:
                    self._by_address.setdefault((pod.address, cluster), (workload, pod))
                self._by_pod.setdefault((pod.namespace, pod.name, cluster), (workload, pod))
            for key, value in pod.labels.items():
                self._by_label[pod.namespace, key, value].append((workload, pod))

    def get(self, kind: str, namespace: str, name: str) -> Workload | None:
        """The workload of that kind and name; a pod's name finds the workload it belongs to."""
        found = self._by_name.get((kind, namespace, name))
        if found is None and kind == "Pod":
            known = self.pod(namespace, name)
            found = known[0] if known else None
        if found is None and kind == "ReplicaSet":
            owner = self._index.get(APPS, "ReplicaSet", namespace, name)
            deployment = maker_of(owner) if owner else None
            found = self._by_name.get(("Deployment", namespace, deployment[1])) if deployment else None
        return found

    def inside(self, namespace: str) -> list[Workload]:
        """The workloads of one namespace."""
        return self._by_space.get(namespace, [])

    def pod(self, namespace: str, name: str, cluster: str | None = None) -> tuple[Workload, Pod] | None:
        """The pod of that name, with its workload; of several Kubernetes clusters the first that has it, if none is
        named."""
        return self._by_pod.get((namespace, name, cluster)) if name else None

    def selected(self, namespace: str, selector: Mapping[str, str]) -> list[tuple[Workload, Pod]]:
        """The pods of a namespace that carry every label of a selector; none for an empty one."""
        key = (namespace, *selector.items())
        found = self._selections.get(key)
        if found is None:
            found = self._selections[key] = _selected(self._by_label, namespace, selector)
        return found

    def meant(self, namespace: str, selector: Mapping[str, str]) -> list[tuple[Workload, Pod]]:
        """The same, and of workloads that have no pods at the moment the pod that they would make."""
        return [*self.selected(namespace, selector), *_selected(self._by_template, namespace, selector)]

    def at_address(self, address: str, cluster: str | None = None) -> tuple[Workload, Pod] | None:
        """Whose pod has this IP address; networks of several Kubernetes clusters may use the same ones."""
        return self._by_address.get((address, cluster))

    def _workload(self, thing: Object, owned: Mapping[Place, list[Object]]) -> Workload:
        path = "spec.jobTemplate.spec.template." if thing.kind == "CronJob" else "spec.template."
        parent = as_map(as_map(thing.spec.get("jobTemplate")).get("spec")) if thing.kind == "CronJob" else thing.spec
        body = as_map(parent.get("template"))
        spec = as_map(body.get("spec"))
        template = _template(thing, path, as_map(body.get("metadata")), spec)
        injection = decide(self._index, thing.namespace, template)
        told = defaults(self._index, self._settings, injection.revision)
        replicas = thing.spec.get("replicas")
        count = replicas if is_number(replicas) else 1
        away = thing.key in self._index.inventory.without
        pods = tuple(self._pod(p, told, away=away) for p in owned.get(place_of(thing), ()) if not is_finished(p))
        if not pods and count > 0 and injection.blocked is None and not self.creation.stands_still(thing):
            pods = (_standin(template, spec, injection, told, ready=not away),)
        return Workload(
            object=thing,
            template=template,
            pod_spec=spec,
            pods=pods,
            injection=injection,
            defaults=told,
            replicas=count,
        )

    def _bare(self, pod: Object) -> Workload:
        template = _template(pod, "", pod.metadata, pod.spec)
        injection = decide(self._index, pod.namespace, template)
        told = defaults(self._index, self._settings, injection.revision)
        pods = () if is_finished(pod) else (self._pod(pod, told),)
        return Workload(
            object=pod,
            template=template,
            pod_spec=pod.spec,
            pods=pods,
            injection=injection,
            defaults=told,
            replicas=1,
        )

    def _pod(self, pod: Object, told: Defaults, *, away: bool = False) -> Pod:
        node = self._localities.get((pod.cluster, str(pod.spec.get("nodeName") or "")), "")
        return Pod(
            owner=pod,
            namespace=pod.namespace,
            name=pod.name,
            labels=pod.labels,
            annotations=pod.annotations,
            spec=pod.spec,
            ready=is_ready(pod) and not away and pod.key not in self._index.inventory.without,
            proxy=has_proxy(pod.spec),
            address=str(pod.status.get("podIP") or ""),
            locality=own_locality(pod.labels, node),
            waiting=waiting_for(pod),
            defaults=told,
        )


def _template(owner: Object, path: str, metadata: Raw, spec: Raw) -> Template:
    return Template(
        owner=owner,
        path=path,
        labels=as_words(metadata.get("labels")),
        annotations=as_words(metadata.get("annotations")),
        host_network=spec.get("hostNetwork") is True,
    )


def _standin(template: Template, spec: Raw, injection: Injection, told: Defaults, *, ready: bool = True) -> Pod:
    """The pod that a template would make now: ready, and injected as its labels would have it."""
    thing = template.owner
    return Pod(
        owner=thing,
        namespace=thing.namespace,
        name="",
        labels=template.labels,
        annotations=template.annotations,
        spec=spec,
        ready=ready,
        proxy=has_proxy(spec) or injection.wish in {Wish.ASKED, Wish.NOT_KNOWN},
        proxy_seen=has_proxy(spec) or (injection.wish is not Wish.NOT_KNOWN and injection.control_plane is not False),
        locality=own_locality(template.labels, ""),
        standin=True,
        defaults=told,
    )


def _selected(
    table: Mapping[tuple[str, str, str], list[tuple[Workload, Pod]]], namespace: str, selector: Mapping[str, str]
) -> list[tuple[Workload, Pod]]:
    """Looked up by the label that the fewest carry."""
    held = [table.get((namespace, key, value), []) for key, value in selector.items()]
    return [(w, p) for w, p in min(held, key=len, default=[]) if selects(selector, p.labels)]
