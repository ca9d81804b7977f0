"""A pasted text to its pieces: each command of a shell session with what it printed, each section with a mark above it.

Decides: which lines are prompts or marks. Must not know what any piece is. A line after `#` may be a prompt of root or
a comment in YAML: it is a comment where YAML goes on below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOOLS = (
    "kubectl|k|oc|istioctl|curl|grpcurl|wget|http|https|cat|tail|head|less|zcat|grep|jq|yq|ss|netstat|iptables-save|"
    "iptables|openssl|dig|nslookup|host|nc|telnet|ping|helm|sudo|stern|docker|crictl|pilot-agent|nsenter"
)
_PROMPT = re.compile(rf"[^\n#$%>\u276f\u279c]{{0,120}}(?P<mark>[$#%>\u276f\u279c])\s+(?P<typed>(?:{_TOOLS})(?:\s.*)?)")
_BARE = re.compile(
    r"(?P<typed>(?:kubectl|oc) (?:-\S+ )*(?:get|logs|exec|describe|debug|top)\b.*|"
    r"istioctl (?:proxy-|pc\b|ps\b|x |analyze).*|"
    r"curl (?=.*(?:-|https?:|\w\.\w)).*)"
)
_MARK = re.compile(r"-{3} +(?P<a>[^#\s].*?)(?: -+)?|={3,} ?(?P<b>[^=].*?) ?=*|==> (?P<c>.+) <==")
_GOES_ON = re.compile(r"\s|- |#|(?!apiVersion)[\w.-]+:(?:\s|$)")
"""How a line begins that continues YAML in which a comment stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """`command` is what was typed, or the mark above it; "" where neither is there. `text` is what came out, beginning
    on `line` of the whole."""

    command: str
    text: str
    line: int

    @property
    def last(self) -> int:
        """The line on which it ends."""
        return self.line + max(self.text.rstrip("\n").count("\n"), 0)


def pieces(text: str) -> tuple[Piece, ...]:
    """The pieces of a text in its order, without empty ones; a text without prompts and marks is one piece."""
    found: list[Piece] = []
    command, begin, kept = "", 1, list[str]()
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        typed, taken = _typed(lines, at)
        if taken:
            found.append(Piece(command=command, text="\n".join(kept), line=begin))
            command, begin, kept = typed, at + taken + 1, []
            at += taken
        else:
            kept.append(lines[at])
            at += 1
    found.append(Piece(command=command, text="\n".join(kept), line=begin))
    return tuple(piece for piece in found if piece.command or piece.text.strip())


def _typed(lines: list[str], at: int) -> tuple[str, int]:
    """The command or mark on a line, and how many lines it takes: none where there is none."""
    line = lines[at][:2_000]
    prompt = _PROMPT.fullmatch(line) or _BARE.fullmatch(line)
    if prompt is not None:
        if prompt.groupdict().get("mark") == "#" and _is_comment(lines, at):
            return "", 0
        rest = list(_continued(lines, at))
        return " ".join((prompt["typed"].rstrip("\\ "), *rest)).strip(), 1 + len(rest)
    mark = _MARK.fullmatch(line.rstrip())
    name = (mark["a"] or mark["b"] or mark["c"]) if mark else ""
    return (name, 1) if name else ("", 0)


def _is_comment(lines: list[str], at: int) -> bool:
    following = next((line for line in lines[at + 1 : at + 10] if line.strip()), "")
    return _GOES_ON.match(following) is not None and lines[at].lstrip().startswith("#")


def _continued(lines: list[str], at: int) -> Iterator[str]:
    """The lines that follow one that ends with a backslash."""
    while at + 1 < len(lines) and lines[at].rstrip().endswith("\\"):
        at += 1
        yield lines[at].strip().rstrip("\\ ")
