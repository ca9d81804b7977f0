"""Redirects: where one sends the client.

Decides whether that is the very URL that it asked for. Must not know who redirects it.
Source: https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRedirect.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from troubleshooter.mesh.basis.pods import is_number
from troubleshooter.mesh.routing.matching import authority
from troubleshooter.model import Raw, Request

IMPLIED = {"http": 80, "https": 443}


def to_itself(request: Request, redirect: Raw, scheme: str, listener: int) -> bool:
    """Whether a redirect of a request that came with a scheme, at a listener of this port, sends the client to the URL
    that it asked for. FROM_PROTOCOL_DEFAULT adds no port, as if nothing were said of one.

    Source: `ApplyRedirect` in istio/istio pilot/pkg/networking/core/route/route.go; `newUri` in envoyproxy/envoy
    source/common/http/utility.cc.
    """
    asked = (request.scheme, *_split(authority(request), request.scheme), request.path.partition("?")[0])
    to = str(redirect.get("scheme") or scheme)
    own = str(redirect.get("authority") or "")
    host, port = _split(own or authority(request), to if own else request.scheme)
    explicit = port != IMPLIED.get(request.scheme) or own
    port = port if explicit else IMPLIED.get(to, port)
    if redirect.get("derivePort") == "FROM_REQUEST_PORT":
        port = listener
    if is_number(redirect.get("port")):
        port = redirect["port"]
    return asked == (to, host, port, str(redirect.get("uri") or asked[3]))


def _split(text: str, scheme: str) -> tuple[str, int]:
    """Host and port of an authority; the scheme's port where it has none, or one that is no number."""
    try:
        parts = urlsplit(f"//{text}")
        return (parts.hostname or text).lower(), parts.port or IMPLIED.get(scheme, 0)
    except ValueError:
        return text.lower(), IMPLIED.get(scheme, 0)
