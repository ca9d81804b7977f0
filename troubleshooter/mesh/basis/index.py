"""Objects by kind and namespace, and how much of the world they are.

Decides: which object a reference names, and whether a missing one is *absent* or merely *not seen*. Must not know what
any kind means. Served versions of a kind (v1alpha3, v1beta1, v1) are one kind here: the version is never part of a key.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, TypeAlias, TypeVar

from troubleshooter.model import Inventory, Key, Object, as_list, as_map, as_words

CORE, APPS, BATCH = "", "apps", "batch"
DISCOVERY, ADMISSION = "discovery.k8s.io", "admissionregistration.k8s.io"
NETWORKING, SECURITY = "networking.istio.io", "security.istio.io"

Kind: TypeAlias = tuple[str, str]
"""(group, kind)."""
Made = TypeVar("Made")


class Index:
    """Every object by (group, kind), then by namespace and name, in the order of the inventory."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory
        self._kinds: dict[tuple[str, str], list[Object]] = defaultdict(list)
        self._spaces: dict[tuple[str, str, str], list[Object]] = defaultdict(list)
        self._names: dict[tuple[str, str, str, str], Object] = {}
        self._keys: dict[Key, Object] = {}
        for thing in inventory.objects:
            self._kinds[thing.group, thing.kind].append(thing)
            self._spaces[thing.group, thing.kind, thing.namespace].append(thing)
            self._names.setdefault((thing.group, thing.kind, thing.namespace, thing.name), thing)
            self._keys.setdefault(thing.key, thing)
        self._labelled: dict[tuple[str, str, str], dict[tuple[str, str], list[Object]]] = {}
        self._kept: dict[str, Any] = {}

    def all(self, group: str, kind: str) -> list[Object]:
        """Every object of a kind."""
        return self._kinds.get((group, kind), [])

    def inside(self, group: str, kind: str, namespace: str) -> list[Object]:
        """Every object of a kind in one namespace."""
        return self._spaces.get((group, kind, namespace), [])

    def get(self, group: str, kind: str, namespace: str, name: str) -> Object | None:
        """The object of that name; of several Kubernetes clusters, the first that has it."""
        return self._names.get((group, kind, namespace, name))

    def beside(self, thing: Object, group: str, kind: str, namespace: str, name: str) -> Object | None:
        """The object of that name in the Kubernetes cluster of another object."""
        return self.in_cluster(thing.cluster, group, kind, namespace, name)

    def in_cluster(self, cluster: str, group: str, kind: str, namespace: str, name: str) -> Object | None:
        """The object of that name in a Kubernetes cluster."""
        return self._keys.get((cluster, group, kind, namespace, name))

    def labelled(self, group: str, kind: str, namespace: str, *, label: str, value: str) -> list[Object]:
        """Every object of a kind in one namespace that carries a label with this value, looked up in a table that is
        built once for each kind and label."""
        key = (group, kind, label)
        if key not in self._labelled:
            held: dict[tuple[str, str], list[Object]] = defaultdict(list)
            for thing in self.all(group, kind):
                if label in thing.labels:
                    held[thing.namespace, thing.labels[label]].append(thing)
            self._labelled[key] = held
        return self._labelled[key].get((namespace, value), [])

    def kept(self, name: str, make: Callable[[Index], Made]) -> Made:
        """What `make` makes of this index, made once. `name` is who asks."""
        if name not in self._kept:
            self._kept[name] = make(self)
        found: Made = self._kept[name]
        return found

    @cached_property
    def namespaces(self) -> frozenset[str]:
        """Namespaces of which something was seen: their configuration counts as complete."""
        held = {thing.namespace for thing in self.inventory.objects if thing.namespace}
        return frozenset(held | {space.name for space in self.all(CORE, "Namespace")})

    @cached_property
    def custom(self) -> Mapping[str, list[Object]]:
        """Custom resources, other than Istio's and those of Kubernetes' own groups, by namespace."""
        held: dict[str, list[Object]] = defaultdict(list)
        for thing in self.inventory.objects:
            if "." in thing.group and not thing.group.endswith(("k8s.io", "istio.io")):
                held[thing.namespace].append(thing)
        return held

    def saw(self, namespace: str, *kinds: Kind) -> bool:
        """Whether an object of configuration that is missing from `namespace`, of one of these kinds, is really
        absent."""
        if any(self.unseen(kind, (namespace,)) for kind in kinds):
            return False
        return namespace in self.namespaces or self._all_listed(CORE, "Namespace", "")

    def unseen(self, kind: Kind, spaces: Iterable[str] | None = None) -> bool:
        """Whether objects of a kind may exist that nobody was allowed or able to list: in one of these namespaces, or
        (None) anywhere. The lists of all namespaces leave out those of which a list of their own was read."""
        held = self._unseen.get(kind, ())
        if not held or spaces is None:
            return bool(held)
        wanted = set(spaces)
        return any(
            space in wanted or (not space and any(not self.listed(cluster, *kind, one) for one in wanted))
            for cluster, space in held
        )

    @cached_property
    def _unseen(self) -> Mapping[Kind, list[tuple[str, str]]]:
        held: dict[Kind, list[tuple[str, str]]] = defaultdict(list)
        for cluster, group, kind, space in sorted(self.inventory.unseen):
            held[group, kind].append((cluster, space))
        return held

    def saw_running(self, group: str, kind: str, namespace: str = "") -> bool:
        """Whether objects that a running cluster writes were seen (in that namespace), or none are there for sure."""
        if self.unseen((group, kind), (namespace,) if namespace else None):
            return False
        held = self.inside(group, kind, namespace) if namespace else self.all(group, kind)
        return bool(held) or self._all_listed(group, kind, namespace)

    def listed(self, cluster: str, group: str, kind: str, namespace: str) -> bool:
        """Whether all objects of a kind in a namespace of a Kubernetes cluster are there."""
        return not self.inventory.listed.isdisjoint({(cluster, group, kind, namespace), (cluster, group, kind, "")})

    def _all_listed(self, group: str, kind: str, namespace: str) -> bool:
        """The same of every Kubernetes cluster of which there is an object."""
        if not self.inventory.listed or not self._clusters:
            return False
        return all(self.listed(cluster, group, kind, namespace) for cluster in self._clusters)

    @cached_property
    def _clusters(self) -> frozenset[str]:
        return frozenset(thing.cluster for thing in self.inventory.objects)

    def namespace_labels(self, name: str) -> dict[str, str]:
        """The labels of a namespace; empty if the Namespace object was not seen."""
        space = self.get(CORE, "Namespace", "", name)
        return space.labels if space else {}


def selects(selector: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """Whether an equality selector matches: every pair of it is among the labels. An empty one matches everything."""
    return all(labels.get(key) == value for key, value in selector.items())


def selects_expressions(selector: object, labels: Mapping[str, str]) -> bool:
    """Whether a LabelSelector (matchLabels and matchExpressions) matches.

    Source: Kubernetes, Labels and Selectors (https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/).
    """
    spec = as_map(selector)
    wanted = as_words(spec.get("matchLabels"))
    return selects(wanted, labels) and all(_expression(e, labels) for e in as_list(spec.get("matchExpressions")))


def _expression(expression: object, labels: Mapping[str, str]) -> bool:
    rule = as_map(expression)
    key, values = str(rule.get("key") or ""), [str(v) for v in as_list(rule.get("values"))]
    match rule.get("operator"):
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
    return False


def oldest_first(objects: Iterable[Object]) -> list[Object]:
    """Istiod's order where several objects compete: by creation time, then name, then namespace. Objects without a time
    come first, in the order of their names.

    Source: `sortConfigByCreationTime` in istio/istio pilot/pkg/model/push_context.go.
    """
    return sorted(objects, key=age)


def age(thing: Object) -> tuple[str, str, str]:
    """By what istiod puts objects in order: creation time, name, namespace."""
    return str(thing.metadata.get("creationTimestamp") or ""), thing.name, thing.namespace
