"""What of a request a proxy hands on after it read it: which headers, and in which version of HTTP.

Decides from what was judged at the hop. Must not know routes.
Source: `forwardOriginalToken` in https://istio.io/latest/docs/reference/config/security/jwt/.
"""

from __future__ import annotations

from dataclasses import replace

from troubleshooter.model import Request
from troubleshooter.walk.basis.decisions import Trail
from troubleshooter.walk.caller.old_versions import in_later_version


def handed_on(request: Request, trail: Trail) -> Request:
    """The request without the headers whose tokens the proxy keeps to itself, in the version that it speaks."""
    request = in_later_version(request, trail)
    kept = trail.hop.credentials.kept if trail.hop.credentials else ()
    if not kept:
        return request
    return replace(request, headers={name: value for name, value in request.headers.items() if name not in kept})
