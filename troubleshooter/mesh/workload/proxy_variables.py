"""What a proxy was told in variables (`ISTIO_META_…`): by its container, its pod, a ProxyConfig, or the whole mesh.

Must not know what a variable changes.
Sources: https://istio.io/latest/docs/reference/config/networking/proxy-config/; `EffectiveProxyConfig` in istio/istio
pilot/pkg/model/proxy_config.go: a ProxyConfig that selects a workload outranks the annotation, which outranks one for a
whole namespace, and that one for the mesh.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from troubleshooter.mesh.basis.index import NETWORKING, Index, selects
from troubleshooter.mesh.control_plane.proxy_config import own_config
from troubleshooter.mesh.control_plane.settings import Settings
from troubleshooter.mesh.workload.one_pod import Pod
from troubleshooter.model import Object, as_map, as_words


def variable_of(index: Index, settings: Settings, pod: Pod, name: str) -> str:
    """The value that the proxy of a pod starts with, "" where nothing sets one. A container that was seen says it
    itself."""
    return next((str(held[name]) for held in _told(index, settings, pod) if held.get(name) is not None), "")


def _told(index: Index, settings: Settings, pod: Pod) -> Iterator[Mapping[str, Any]]:
    """What says it, the strongest first."""
    yield pod.environment
    yield from _of_objects(index, pod.namespace, pod, selecting=True)
    yield as_map(own_config(pod.annotations).get("proxyMetadata"))
    yield from _of_objects(index, pod.namespace, pod, selecting=False)
    yield from _of_objects(index, settings.root_namespace, pod, selecting=False)
    yield as_map(as_map(settings.values.get("defaultConfig")).get("proxyMetadata"))


def _of_objects(index: Index, namespace: str, pod: Pod, *, selecting: bool) -> Iterator[Mapping[str, Any]]:
    for thing in index.inside(NETWORKING, "ProxyConfig", namespace):
        labels = _labels(thing)
        if bool(labels) is selecting and selects(labels, pod.labels):
            yield as_map(thing.spec.get("environmentVariables"))


def _labels(thing: Object) -> dict[str, str]:
    return as_words(as_map(thing.spec.get("selector")).get("matchLabels"))
