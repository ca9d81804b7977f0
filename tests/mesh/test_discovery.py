"""What istiod reads where discoverySelectors choose namespaces."""

from __future__ import annotations

from tests.meshes import mesh, mesh_config, service, thing
from troubleshooter.mesh import Mesh

CHOSEN = mesh_config("discoverySelectors: [{matchLabels: {mesh: 'yes'}}]")
SPACE = thing("Namespace", "shop", namespace="")
RULE = thing("VirtualService", "a", "hosts: [web]")


def seen(held: Mesh) -> tuple[list[str], list[bool]]:
    """The VirtualServices that are read, and for each service whether its own namespace has it."""
    return [v.name for v in held.virtual_services.all], [s.visible_to("shop") for s in held.registry.all]


def test_a_namespace_that_is_not_chosen() -> None:
    """Its configuration is not read, and its Services are in no registry."""
    assert ([], [False]) == seen(mesh(CHOSEN, SPACE, RULE, service("web")))


def test_without_selectors() -> None:
    """Everything is read."""
    assert (["a"], [True]) == seen(mesh(SPACE, RULE, service("web")))


def test_a_namespace_that_was_not_seen() -> None:
    """Of a namespace without its Namespace object it is taken for granted that it is read."""
    assert (["a"], [True]) == seen(mesh(CHOSEN, RULE, service("web")))
