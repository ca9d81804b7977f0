"""From bytes to text with places.

Decides: what counts as text (UTF-8, with or without a byte order mark), and which line and column a place in it has.
Must not know YAML, JSON or where the bytes came from.
"""

from __future__ import annotations

import codecs
import re
from array import array
from bisect import bisect_left
from functools import cached_property

from troubleshooter.collect.errors import InputError, note

_OTHER_ENCODINGS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_UTF16_WITHOUT_MARK = re.compile(rb"(?:\0[\t\n\r -~]){2}|(?:[\t\n\r -~]\0){2}")


class SourceText:
    """A file's text under the name by which it was given (`-` is standard input)."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text

    @cached_property
    def _line_ends(self) -> array[int]:
        return array("q", (found.start() for found in re.finditer("\n", self.text)))

    def line(self, offset: int) -> int:
        """The line of a character, counted from 1."""
        return bisect_left(self._line_ends, offset) + 1

    def place(self, offset: int) -> str:
        """`mesh.yaml, line 3, column 7`, both counted from 1."""
        line = self.line(offset)
        start = self._line_ends[line - 2] + 1 if line > 1 else 0
        return f"{shown(self.name)}, line {line}, column {offset - start + 1}"


def shown(name: str) -> str:
    """A file's name as people read it."""
    return "standard input" if name == "-" else name


def decode(name: str, data: bytes) -> SourceText:
    """The text of a file. Raises InputError if it is binary or not UTF-8."""
    if data.startswith(_OTHER_ENCODINGS) or _UTF16_WITHOUT_MARK.match(data):
        why = "it is text in UTF-16 or UTF-32, which kubectl does not read either"
        raise InputError(note(shown(name), why, "Save it as UTF-8 (in PowerShell: `| Out-File -Encoding utf8`)"))
    if b"\0" in data:
        raise InputError(note(shown(name), "it is a binary file", "Name YAML or JSON files"))
    try:
        return SourceText(name, data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        readable = SourceText(name, error.object[: error.start].decode())
        why = f"byte 0x{error.object[error.start]:02x} is not UTF-8"
        raise InputError(note(readable.place(len(readable.text)), why, "Save the file as UTF-8")) from None
