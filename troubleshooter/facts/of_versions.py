"""Facts about the versions of proxies beside that of their control plane, by the tags of their images.

Decides which pairs are further apart than Istio supports: a proxy may be of the control plane's minor version or of the
one before. An image without a version in its tag tells nothing. Must not know causes.
Source: https://istio.io/latest/docs/releases/supported-releases/#control-planedata-plane-skew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from troubleshooter.facts.building import CaseBuilder
from troubleshooter.mesh import Mesh
from troubleshooter.mesh.basis.index import APPS, Index
from troubleshooter.mesh.injection.revisions import DEFAULT, REVISION
from troubleshooter.mesh.workload.workloads import PROXY, Pod, Workload
from troubleshooter.model import Object, Raw, Resource, as_list, as_map

ISTIOD = "istiod"
DISCOVERY = "discovery"
"""The container of istiod."""
BEHIND = 1
"""So many minor versions a proxy may be behind its control plane."""

_MINOR = re.compile(r"([0-9]{1,3})\.([0-9]{1,4})(?![0-9])")


class Version(NamedTuple):
    """A version as it is written, with what counts of it."""

    written: str
    major: int
    minor: int


class Running(NamedTuple):
    """What runs in which version, and where that stands."""

    owner: Object
    version: Version
    place: Resource


def version_of(written: str) -> Version | None:
    """Major and minor of `1.20.3`, `1.20.3-distroless`, `1.20-alpha.abc`; None of what begins otherwise."""
    found = _MINOR.match(written)
    return Version(written, int(found[1]), int(found[2])) if found else None


def skew(proxy: Version, plane: Version) -> str:
    """`older` or `newer` where the two are too far apart for Istio to support them, else `supported`."""
    if (proxy.major, proxy.minor) > (plane.major, plane.minor):
        return "newer"
    if proxy.major == plane.major and plane.minor - proxy.minor <= BEHIND:
        return "supported"
    return "older"


def about_version(case: CaseBuilder, mesh: Mesh, workload: Workload) -> None:
    """How the proxies of a workload stand to their control plane: the one that is furthest from it counts."""
    planes = planes_of(mesh)
    found = [(one, plane) for one in _proxies(workload) if (plane := _plane_of(planes, one[0], workload))]
    for (_, running), plane in sorted(found, key=lambda pair: skew(pair[0][1].version, pair[1].version) == "supported"):
        tell_skew(case, running.version, plane.version)
        case.fact("workload.proxy_version", skew(running.version, plane.version), running.place, plane.place)
        case.role("workload", workload.object.at())
        case.role("control_plane", plane.owner.at())
        return


def tell_skew(case: CaseBuilder, proxy: Version, plane: Version) -> None:
    """Both versions, as they are written."""
    case.detail("workload.proxy_version", proxy.written)
    case.detail("control_plane.version", plane.written)


def planes_of(mesh: Mesh) -> list[Running]:
    """Every istiod whose image tells its version."""
    return mesh.index.kept("versions of istiod", _planes)


def _proxies(workload: Workload) -> Iterator[tuple[Pod, Running]]:
    for pod in workload.pods:
        for key in ("containers", "initContainers"):
            for n, raw in enumerate(as_list(pod.spec.get(key))):
                version = _tag(as_map(raw)) if as_map(raw).get("name") == PROXY and not pod.standin else None
                if version is not None:
                    yield pod, Running(pod.owner, version, pod.at(f"spec.{key}[{n}].image"))


def _plane_of(planes: list[Running], pod: Pod, workload: Workload) -> Running | None:
    """The control plane that a proxy is connected to: that of the revision which injection noted on its pod, or the
    only one."""
    wanted = pod.annotations.get(REVISION) or pod.labels.get(REVISION) or workload.injection.revision or DEFAULT
    chosen = [plane for plane in planes if plane.owner.labels.get(REVISION, DEFAULT) == wanted]
    alike = {(one.version.major, one.version.minor) for one in planes}
    return chosen[0] if len(chosen) == 1 else planes[0] if len(alike) == 1 and planes else None


def _planes(index: Index) -> list[Running]:
    """By Deployments, for their pods follow them; a rollout that is not done is no skew to speak of."""
    found: list[Running] = []
    for owner in index.all(APPS, "Deployment"):
        if owner.labels.get("app") == ISTIOD:
            held = as_list(as_map(as_map(owner.spec.get("template")).get("spec")).get("containers"))
            for n, raw in enumerate(held):
                version = _tag(as_map(raw)) if as_map(raw).get("name") == DISCOVERY else None
                if version is not None:
                    found.append(Running(owner, version, owner.at(f"spec.template.spec.containers[{n}].image")))
    return found


def _tag(container: Raw) -> Version | None:
    """The version in the tag of a container's image, with or without a digest behind it."""
    name = str(container.get("image") or "").partition("@")[0].rpartition("/")[2]
    return version_of(name.partition(":")[2])
