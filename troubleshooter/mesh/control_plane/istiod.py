"""istiod among the objects of a cluster: which it is, with what it was started, and what is configuration for it alone.

Must not know what a variable changes.
Source: https://istio.io/latest/docs/reference/commands/pilot-discovery/#envvars.
"""

from __future__ import annotations

from collections.abc import Iterator

from troubleshooter.mesh.basis.index import Index
from troubleshooter.model import Object, Raw, as_list, as_map

APP = "istiod"
"""The label `app` of istiod's pods."""
GROUPS = (".istio.io", ".gateway.networking.k8s.io")
"""How groups end whose objects are its configuration."""


def switched_on(index: Index, variable: str) -> bool:
    """Whether a variable of istiod that is off by default is seen to be on."""
    return variable_of(index, variable).lower() in {"true", "1", "t"}


def variable_of(index: Index, variable: str) -> str:
    """The value of a variable of istiod, "" where it is not set or istiod was not seen."""
    held = (_environment(as_map(as_map(d.spec.get("template")).get("spec"))) for d in _istiods(index))
    return next((env[variable] for env in held if variable in env), "")


def seen(index: Index) -> bool:
    """Whether a Deployment of istiod is there to be read."""
    return next(_istiods(index), None) is not None


def _environment(spec: Raw) -> dict[str, str]:
    """The variables that the containers of a pod spec are given as plain values."""
    containers = (as_map(c) for c in as_list(spec.get("containers")))
    items = (as_map(e) for c in containers for e in as_list(c.get("env")))
    return {str(e.get("name")): str(e["value"]) for e in items if e.get("value") is not None}


def _istiods(index: Index) -> Iterator[Object]:
    return filter(is_istiod, index.all("apps", "Deployment"))


def is_istiod(thing: Object) -> bool:
    """Whether a Deployment or pod is istiod, by its label or its name."""
    template = as_map(as_map(thing.spec.get("template")).get("metadata"))
    labelled = as_map(template.get("labels")).get("app", thing.labels.get("app")) == APP
    return labelled or thing.name == APP or thing.name.startswith(f"{APP}-")


def is_configuration(thing: Object) -> bool:
    """Whether an object is configuration for istiod alone, and means nothing to Kubernetes."""
    return f".{thing.group}".endswith(GROUPS)
