"""What the body of a proxy's own answer says of a connection that failed.

Decides: where in a text such a body stands, and the details that Envoy logs for the same failure. Must not know what
they mean.

Source: Envoy, source/common/router/router.cc: "upstream connect error or disconnect/reset before headers. reset reason:
...", with "retried and the latest reset reason" where it was tried again, and from 1.17 on the transport failure.
"""

from __future__ import annotations

import re

from troubleshooter.evidence.cleaning import MAX_FIELD

_BODY = re.compile(
    r"disconnect/reset before headers\. (?:retried and the latest )?reset reason: ([a-z ]{1,60}[a-z])"
    r"(?:, transport failure reason: ([^\n<\"]{1,400}))?"
)


def details_in(text: str) -> str:
    """The response code details that go with a body in `text`; "" if there is none."""
    match = _BODY.search(text)
    if match is None:
        return ""
    failure = f"|{match[2].strip()}" if match[2] else ""
    return f"upstream_reset_before_response_started{{{match[1]}{failure}}}".replace(" ", "_")[:MAX_FIELD]
