"""What the files of a support archive list completely: of these kinds nothing is missing but what is absent.

Decides: which kinds of which namespaces count as listed, by the place of a file and what came out of it. Must not know
what follows from that. Only kinds are told that a running cluster writes, and namespaces: of all others one object of a
namespace is enough to count as seen.

Sources: those of `layouts`. A bug-report that was asked for one namespace passes it to kubectl as `-n`; one that was
asked for several gets nothing at all from there, and `-A` always finds more than one namespace.
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
    if any(thing.kind == "Namespace" for thing in found.objects):
        yield cluster, "", "Namespace", ""
    spaces = {thing.namespace for thing in found.objects if thing.namespace}
    if spaces:
        yield cluster, "", "Pod", "" if len(spaces) > 1 else next(iter(spaces))
