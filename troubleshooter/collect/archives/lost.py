"""What a support bundle of troubleshoot.sh says that it could not collect.

Decides: what the files `*-errors.json` beside its lists say, which lists are therefore not complete, and which were
never asked for because the rights did not reach so far. Must not know what follows from that.

Other archives have no such files: `oc adm inspect`, which must-gather and folders for Kiali come from, prints what
failed when it ends (pkg/cli/admin/inspect/inspect.go), and `istioctl bug-report` writes it into its own log.

Source: replicatedhq/troubleshoot pkg/collect/cluster_resources.go. The errors of a list of the whole cluster are a list
of texts, those of a namespaced kind are texts by namespace, and those of custom resources texts by the name of their
definition, or by a step before any of them was read (`crdList`). `null` is none. Namespaces in which the rights do not
reach to lists are passed over without an error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from troubleshooter.collect.archives.layouts import KINDS
from troubleshooter.collect.cluster.kinds import ISTIO
from troubleshooter.collect.contents import Contents
from troubleshooter.model import Listing

_PATH = re.compile(r"(?:^|[/!])cluster-resources/(?:[^/]+/)?(?P<of>[a-z-]+)-errors\.json\Z")
_NAMESPACES = re.compile(r"(?:^|[/!])cluster-resources/namespaces\.json\Z")
_CUSTOM = "custom-resources"
_OF_CLUSTER = frozenset({"namespaces", "nodes"})
_DEFINED = {kind.resource: (kind.group, kind.kind) for kind in ISTIO}
_NOT_TOLD = "it does not say why"
_LONGEST = 300
"""Characters that are kept of a reason."""


def errors_in(data: bytes) -> dict[str, str]:
    """Why something was not collected, by namespace or definition; "" is the whole cluster. What cannot be read says
    that something is missing, and not what."""
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        return {"": _NOT_TOLD}
    if isinstance(said, dict):
        return {str(key): why[:_LONGEST] if isinstance(why, str) else _NOT_TOLD for key, why in said.items()}
    held = [said] if isinstance(said, str) else said if isinstance(said, list) else []
    return {"": next((why[:_LONGEST] for why in held if isinstance(why, str)), _NOT_TOLD)} if held else {}


def unseen_by(path: str, errors: Iterable[str], cluster: str) -> Iterator[Listing]:
    """The lists that are not complete, where the file at this path has errors of these namespaces or definitions."""
    named = _PATH.search(path)
    of = named["of"] if named else ""
    for one in errors:
        if of == _CUSTOM:
            yield from ((cluster, *kind, "") for kind in _defined(one))
        elif of in KINDS:
            yield cluster, *_kind(of), "" if of in _OF_CLUSTER else one
        if of == "namespaces":
            yield from _all(cluster, "")


def passed_over(files: Iterable[tuple[str, Contents]], listed: Iterable[Listing]) -> Iterator[Listing]:
    """The lists of namespaces that the bundle knows and of which it has no pods, not even none."""
    known = {
        (thing.cluster, thing.name)
        for name, found in files
        if _NAMESPACES.search(name)
        for thing in found.objects
        if thing.kind == "Namespace"
    }
    read = {(cluster, space) for cluster, _, kind, space in listed if kind == "Pod"}
    for cluster, space in sorted(known - read):
        yield from _all(cluster, space)


def _defined(name: str) -> Iterable[tuple[str, str]]:
    """The kinds of a definition that are of use here; a step before any was read has no domain for its name."""
    if name in _DEFINED:
        return (_DEFINED[name],)
    return () if "." in name.partition(" ")[0] else _DEFINED.values()


def _all(cluster: str, space: str) -> Iterator[Listing]:
    return ((cluster, *_kind(of), space) for of in KINDS if of not in _OF_CLUSTER)


def _kind(of: str) -> tuple[str, str]:
    version, kind = KINDS[of]
    return version.rpartition("/")[0], kind
