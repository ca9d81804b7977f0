"""The proxy config that a pod has of its own, in an annotation: it goes before the mesh's defaults, field by field.

Must not know what a field means.
Source: https://istio.io/latest/docs/reference/config/annotations/#ProxyConfig.
"""

from __future__ import annotations

from collections.abc import Mapping

from troubleshooter.mesh.basis.yaml_text import read_map
from troubleshooter.model import Raw

PROXY_CONFIG = "proxy.istio.io/config"
FIELD = f'metadata.annotations["{PROXY_CONFIG}"]'
"""Where it stands in a pod, or in the template of one."""


def own_config(annotations: Mapping[str, str]) -> Raw:
    """What the annotation says; empty where it is missing or damaged."""
    return read_map(annotations.get(PROXY_CONFIG, ""))
