"""The DNS suffix of the cluster: what follows `.svc.` in the full name of a Service.

Decides from what says it: how istiod is started, what injects proxies, or what the mesh was installed with. It is no
setting of the mesh config. Must not know names.
Sources: https://istio.io/latest/docs/reference/commands/pilot-discovery/ (`--domain`);
https://istio.io/latest/docs/reference/config/istio.operator.v1alpha1/; `global.proxy.clusterDomain` in
manifests/charts/istio-control/istio-discovery/values.yaml of istio/istio.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, pairwise

from troubleshooter.mesh.basis.index import APPS, CORE, Index
from troubleshooter.mesh.basis.yaml_text import read_map
from troubleshooter.mesh.control_plane.istiod import is_istiod
from troubleshooter.model import Object, as_list, as_map

OPERATOR = "install.istio.io"
FLAG = "--domain"


def told_domain(index: Index) -> str:
    """The suffix as an object tells it; "" where none does."""
    held = chain(_of_istiod(index), _of_injectors(index), _of_operators(index))
    return next((text.strip(".").lower() for text in held if text.strip(".")), "")


def _of_istiod(index: Index) -> Iterable[str]:
    for thing in (*index.all(APPS, "Deployment"), *index.all(CORE, "Pod")):
        if is_istiod(thing):
            yield from _flags(thing)


def _flags(thing: Object) -> Iterable[str]:
    """The values of the flag, written with `=` or as the argument after it."""
    template = as_map(as_map(thing.spec.get("template")).get("spec")) or thing.spec
    for container in as_list(template.get("containers")):
        args = [str(a) for a in as_list(as_map(container).get("args"))]
        yield from (value for flag, value in pairwise(args) if flag == FLAG)
        yield from (a.removeprefix(f"{FLAG}=") for a in args if a.startswith(f"{FLAG}="))


def _of_injectors(index: Index) -> Iterable[str]:
    """What the templates of injected proxies are filled with."""
    for thing in index.all(CORE, "ConfigMap"):
        if thing.name == "istio-sidecar-injector" or thing.name.startswith("istio-sidecar-injector-"):
            text = str(as_map(thing.raw.get("data")).get("values") or "")
            yield _cluster_domain(read_map(text) if "clusterDomain" in text else {})


def _of_operators(index: Index) -> Iterable[str]:
    for thing in index.all(OPERATOR, "IstioOperator"):
        yield _cluster_domain(thing.spec.get("values"))


def _cluster_domain(values: object) -> str:
    proxy = as_map(as_map(as_map(values).get("global")).get("proxy"))
    return str(proxy.get("clusterDomain") or "")
