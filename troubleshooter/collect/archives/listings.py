"""What the files of a support archive list completely: of these kinds nothing is missing but what is absent.

Decides: which kinds of which namespaces count as listed, by the place of a file and what came out of it. Must not know
what follows from that. Only kinds are told that a running cluster writes, and namespaces: of all others one object of a
namespace is enough to count as seen.

Sources: those of `layouts`. A bug-report that was asked for one namespace passes it to kubectl as `-n`; that it was
asked for all shows in what every cluster has: the namespaces `default` and `kube-system`, and the Service of the API
server.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from troubleshooter.collect.contents import Contents
from troubleshooter.model import Listing

_OF_EVERYTHING = re.compile(r"(?:^|[/!])cluster/k8s-(?:cluster-)?resources\Z")
_OF_A_NAMESPACE = (
    re.compile(r"(?:^|[/!])namespaces/(?P<ns>[^/!]+)/(?:core|discovery\.k8s\.io)/(?P<plural>[a-z]+)\.yaml\Z"),
    re.compile(r"(?:^|[/!])cluster-resources/(?P<plural>[a-z]+)/(?P<ns>[^/!]+)\.json\Z"),
)
_NAMESPACES = {("Namespace", "", "default"), ("Namespace", "", "kube-system")}
_SERVICE = ("Service", "default", "kubernetes")
_KINDS = {
    "pods": ("", "Pod"),
    "endpoints": ("", "Endpoints"),
    "secrets": ("", "Secret"),
    "endpointslices": ("discovery.k8s.io", "EndpointSlice"),
}


def listings(path: str, found: Contents, cluster: str) -> Iterator[Listing]:
    """What the file at this path lists completely; nothing where a part of it could not be read."""
    if found.damaged or found.doubtful:
        return
    if _OF_EVERYTHING.search(path):
        yield from _of_everything(found, cluster)
    for pattern in _OF_A_NAMESPACE:
        told = pattern.search(path)
        if told and told["plural"] in _KINDS:
            yield (cluster, *_KINDS[told["plural"]], told["ns"])


def _of_everything(found: Contents, cluster: str) -> Iterator[Listing]:
    held = {(thing.kind, thing.namespace, thing.name) for thing in found.objects}
    if held >= _NAMESPACES:
        yield cluster, "", "Namespace", ""
    if _SERVICE in held and any(kind == "Pod" for kind, _, _ in held):
        yield cluster, "", "Pod", ""
