"""All rows, by what fails."""

from __future__ import annotations

from tests.envoy.failures import (
    of_connections,
    of_delivery,
    of_endpoints,
    of_gateways,
    of_policies,
    of_routes,
    of_tls,
)
from tests.envoy.failures.rows import ROWS

__all__ = ["ROWS", "of_connections", "of_delivery", "of_endpoints", "of_gateways", "of_policies", "of_routes", "of_tls"]
