"""One text that was put in evidence.

Decides: nothing. What kind of text it is, `evidence` recognises by what stands in it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """A text and where it comes from. `name` is the file as it was given (`-` is standard input, `archive.tgz!member`
    stands in an archive); `origin` is what all texts of one proxy have in common, such as their folder: pages that do
    not say whose they are belong to the proxy of the page beside them that does; "" where nothing is known. `pod` is
    `NAMESPACE/NAME` where the path in a support archive says of which pod it is; "" where no path does."""

    name: str
    text: str
    origin: str = ""
    pod: str = ""
