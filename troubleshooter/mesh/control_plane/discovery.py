"""What istiod reads of the cluster where `discoverySelectors` choose namespaces.

Decides by the labels of namespaces. A namespace whose Namespace object was not seen is taken to be read. Must not know
what any object says.
Sources: https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-discovery_selectors;
istio/istio pkg/kube/namespace/filter.go; Istio's own objects are left out as well since 1.22
(ENABLE_ENHANCED_RESOURCE_SCOPING).
"""

from __future__ import annotations

from dataclasses import replace

from troubleshooter.mesh.basis.index import CORE, Index, selects_expressions
from troubleshooter.mesh.control_plane.istiod import is_configuration
from troubleshooter.mesh.control_plane.settings import Settings
from troubleshooter.model import Inventory, as_list


def is_discovered(index: Index, settings: Settings, namespace: str) -> bool:
    """Whether istiod reads a namespace."""
    selectors = as_list(settings.values.get("discoverySelectors"))
    if not selectors:
        return True
    seen = index.get(CORE, "Namespace", "", namespace)
    return seen is None or any(selects_expressions(s, seen.labels) for s in selectors)


def read_by_istiod(index: Index, settings: Settings) -> Inventory:
    """The inventory without Istio's objects of namespaces that istiod does not read. What Kubernetes itself goes by is
    left: Services and pods are there for everybody."""
    held = (o for o in index.inventory.objects)
    kept = tuple(o for o in held if not is_configuration(o) or is_discovered(index, settings, o.namespace))
    return replace(index.inventory, objects=kept)
