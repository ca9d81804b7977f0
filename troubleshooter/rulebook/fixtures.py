"""What is asked of a cause's broken mesh: the `example` of its cause, and what `<mesh>.example.yaml` says otherwise.

Decides: the format of that file. Must not know: where it lies, or what comes out of the mesh.
"""

from __future__ import annotations

from dataclasses import replace

from troubleshooter.rulebook.causes import EXAMPLE
from troubleshooter.rulebook.nodes import Page, compose
from troubleshooter.rulebook.places import Mistake
from troubleshooter.rulebook.shapes import Shape, attempt, fields, may, text
from troubleshooter.rulebook.values import Example

ASKED = Shape(
    name="an example of a mesh",
    make=dict,
    keys={
        **{name: replace(key, needed=False, fallback=()) for name, key in EXAMPLE.keys.items()},
        "root": may(text),
        "audit": may(text),
    },
)
"""`root` and `audit` say what comes out, which is the business of tests."""


def read_asked(example: Example | None, said: str, file: str) -> tuple[Example | None, tuple[Mistake, ...]]:
    """What is asked of a mesh, and what is wrong in `said`, the text of its own file ("" where it has none). None where
    it is an audit."""
    if not said:
        return example, ()
    page = Page(file)
    node = compose(page, said)
    found = attempt(page, lambda page, node: fields(page, node, ASKED), node) if node else ()
    kept = {key: value for key, value in found[0].items() if key not in ("root", "audit", "place")} if found else {}
    if example is None:
        return (Example(**kept) if kept else None), tuple(page.mistakes)
    return replace(example, **kept), tuple(page.mistakes)
