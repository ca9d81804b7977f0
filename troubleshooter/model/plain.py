r"""Text from clusters, files and logs, made safe to show in a terminal.

Whoever can write a label or a log line could otherwise move the cursor, recolour the screen, or turn text around. What
a terminal could obey, what turns the writing direction, and what cannot be seen or encoded is written out as a
backslash escape (`\x1b`, `\u202e`); every other character, of any language, stays. Pure.

Source of the character classes: Unicode Standard, general categories Cc, Cf, Zl, Zp, Cs, without the two joiners U+200C
and U+200D, which Persian, Indic scripts and emoji need.
"""

from __future__ import annotations

import re

_CONTROLS = r"\x00-\x1f\x7f-\x9f"
_INVISIBLE = (
    r"\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    r"\ufff9-\ufffb\ud800-\udfff\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0001-\U000e007f"
)
_UNSAFE = re.compile(f"[{_CONTROLS}{_INVISIBLE}]")
_UNSAFE_IN_BLOCK = re.compile(f"(?![\n\t])[{_CONTROLS}{_INVISIBLE}]")


def plain(text: str) -> str:
    r"""`text` as one line that no terminal obeys: line breaks and tabs are written out too (`\n`, `\t`)."""
    return _UNSAFE.sub(_escape, text)


def plain_block(text: str) -> str:
    """`text` of several lines made safe: line breaks and tabs stay, Windows line ends become plain ones."""
    return _UNSAFE_IN_BLOCK.sub(_escape, text.replace("\r\n", "\n"))


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")


_USER = re.compile(r"(?<=://)[^/@\s\"'<>]*@")
_SECRET = re.compile(
    r"(?i)([?&;](?:[\w.-]*(?:token|secret|password|passwd|apikey|api_key|api-key|signature)|sig|key|code|auth)=)"
    r"[^&;\s\"'<>\\]+"
)


def without_credentials(text: str) -> str:
    """`text` in which no URL carries a user's name or password, nor a query value that is called a secret."""
    return _SECRET.sub(r"\1(hidden)", _USER.sub("", text))
