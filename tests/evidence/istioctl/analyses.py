"""What istioctl analyze prints, in each of its formats."""

from __future__ import annotations

TEXT = """\
Error [IST0101] (VirtualService shop/payments shop.yaml:12) Referenced host not found: "payments.shp"
Warning [IST0103] [cluster-east] (Pod shop/web-1) The pod shop/web-1 is missing the Istio proxy.
Info [IST0102] (Namespace dev) The namespace is not enabled for Istio injection.
Error: Analyzers found issues when analyzing namespace: shop.
See https://istio.io/v1.24/docs/reference/config/analysis for more information about causes and resolutions.
"""
OLD = "Warn [IST0104] (Gateway shop.shop) The gateway refers to a port that is not exposed on the workload\n"
JSON = """\
[
\t{
\t\t"code": "IST0101",
\t\t"documentationUrl": "https://istio.io/v1.24/docs/reference/config/analysis/ist0101/?ref=istioctl-analyze",
\t\t"level": "Error",
\t\t"message": "Referenced host not found: \\"payments.shp\\"",
\t\t"origin": "VirtualService shop/payments"
\t},
\t{
\t\t"code": "IST0102",
\t\t"documentationUrl": "https://istio.io/v1.24/docs/reference/config/analysis/ist0102/?ref=istioctl-analyze",
\t\t"level": "Info",
\t\t"message": "The namespace is not enabled for Istio injection.",
\t\t"origin": "Namespace dev"
\t}
]
"""
YAML = """\
- code: IST0101
  documentationUrl: https://istio.io/v1.24/docs/reference/config/analysis/ist0101/?ref=istioctl-analyze
  level: Error
  message: 'Referenced host not found: "payments.shp"'
  origin: VirtualService shop/payments
- code: IST0102
  documentationUrl: https://istio.io/v1.24/docs/reference/config/analysis/ist0102/?ref=istioctl-analyze
  level: Info
  message: The namespace is not enabled for Istio injection.
  origin: Namespace dev
"""
NONE = "\n\N{HEAVY CHECK MARK} No validation issues found when analyzing namespace: shop.\n"
SAMPLES = {"text": TEXT, "old": OLD, "json": JSON, "yaml": YAML, "none": NONE}
