"""No Envoy is started that could dial off the machine. This needs no Envoy, and runs with the ordinary tests."""

from __future__ import annotations

import pytest

from tests.envoy.envoy_shapes import Shape
from tests.envoy.proxies import bootstrap, refuse_unfenced


def without_binding() -> Shape:
    """A configuration that says nothing of where connections come from."""
    config = bootstrap("127.0.0.1", [], [])
    del config["cluster_manager"]
    return config


def with_own_binding() -> Shape:
    """One in which a cluster binds for itself."""
    own = {"name": "free", "upstream_bind_config": {"source_address": {"address": "0.0.0.0", "port_value": 0}}}  # noqa: S104 - the fault itself
    return bootstrap("127.0.0.1", [], [own])


def with_names() -> Shape:
    """One in which a cluster asks the machine's resolver for a name."""
    return bootstrap("127.0.0.1", [], [{"name": "named", "type": "STRICT_DNS"}])


@pytest.mark.parametrize("config", [bootstrap("10.0.0.1", [], []), without_binding(), with_own_binding(), with_names()])
def test_a_proxy_without_a_fence_is_not_started(config: Shape) -> None:
    """It binds to another address, to none, lets a cluster choose, or looks up names elsewhere."""
    with pytest.raises(RuntimeError, match="could dial off the machine"):
        refuse_unfenced(config)


def test_what_is_served_later_is_looked_at() -> None:
    """A cluster that comes from a control plane binds for itself as little as one of the bootstrap."""
    with pytest.raises(RuntimeError, match="free"):
        refuse_unfenced(bootstrap("127.0.0.1", [], []), [{"name": "free", "upstream_bind_config": {}}])


def test_a_fenced_proxy_may_be_started() -> None:
    """It binds everything to a loopback address."""
    refuse_unfenced(bootstrap("127.4.5.6", [], [{"name": "any"}]))
