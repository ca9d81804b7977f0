"""An answer as it can be given again: kept between two sessions, without what is secret.

Decides: what of a typed text may be kept. Must not know where it is kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from troubleshooter.model import SECRET_HEADERS
from troubleshooter.model.plain import without_credentials

HIDDEN = "(hidden)"
HEADER = re.compile(
    rf"(?im)\b((?:{'|'.join(sorted(SECRET_HEADERS))}|set-cookie|x-[\w-]*(?:token|secret|key)|password|passwd|secret)"
    r"[\"']?\s*[:=]\s*).*$"
)
"""Whatever follows the name of a header that holds credentials, to the end of its line."""
BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+")
TOKEN = re.compile(r"\beyJ[\w-]+(?:\.[\w-]+)*")
"""A JSON Web Token begins so: `{"` in base64 (RFC 7519)."""
LOGIN = re.compile(r"(?<=\s)(-u|--user)[= ]*\S+")
"""curl's user and password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """`about` is what was asked for, `typed` the lines that were typed for it (more than one where the question became
    narrower), `meant` what they were taken for. No credentials are in it."""

    about: str
    typed: tuple[str, ...]
    meant: str


def scrubbed(text: str) -> str:
    """`text` without what looks like credentials: in URLs, headers, tokens, and curl's -u."""
    text = HEADER.sub(rf"\1{HIDDEN}", without_credentials(text))
    text = TOKEN.sub(HIDDEN, BEARER.sub(rf"\1 {HIDDEN}", text))
    return LOGIN.sub(rf"\1 {HIDDEN}", text)
