"""The format of a fix's edits.

Decides: which edits there are, and what each must hold. Must not know: which roles there are, or how an edit is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from troubleshooter.model.paths import parse_path
from troubleshooter.rulebook.advice import quoted
from troubleshooter.rulebook.nodes import Node, Page, plain_value
from troubleshooter.rulebook.shapes import Shape, Unfit, fields, may, text
from troubleshooter.rulebook.templates import PLACEHOLDER
from troubleshooter.rulebook.values import Edit

ON_VALUES = ("set", "remove", "insert")
ON_OBJECTS = ("delete", "restart")

FORMS = {
    frozenset({"create"}): "create",
    **{frozenset({"object", "at", verb}): verb for verb in ON_VALUES},
    **{frozenset({verb}): verb for verb in ON_OBJECTS},
}
"""The keys of an edit, and the verb that they make."""

_SAY_FORMS = (
    "an edit is `{create: OBJECT}`, `{object: ROLE, at: PATH, set: VALUE}` (or `remove` or `insert` for `set`), "
    "`{delete: ROLE}` or `{restart: ROLE}`; write it as one of these"
)


def _value(_page: Page, node: Node) -> Any:
    return plain_value(node)


def _object(_page: Page, node: Node) -> Any:
    """A whole object: without these three nobody could apply it."""
    value = plain_value(node)
    given = value if isinstance(value, Mapping) else {}
    metadata = given.get("metadata")
    named = isinstance(metadata, Mapping) and metadata.get("name")
    if not (given.get("apiVersion") and given.get("kind") and named):
        raise Unfit(node, "what is created is a whole object; give it `apiVersion`, `kind` and `metadata.name`")
    return value


def _path(page: Page, node: Node) -> str:
    """A field path; a placeholder in it stands for a key, a position or a path."""
    said = text(page, node)
    try:
        parse_path(PLACEHOLDER.sub("0", said))
    except ValueError:
        raise Unfit(
            node, f'{quoted(said)} is no field path; write it like `spec.http[0].route` or `a["b/c"]`'
        ) from None
    return said


EDIT = Shape(
    name="an edit",
    make=dict,
    keys={
        "create": may(_object),
        "object": may(text),
        "at": may(_path),
        **{verb: may(_value) for verb in ON_VALUES},
        **{verb: may(text) for verb in ON_OBJECTS},
    },
)


def read_edit(page: Page, node: Node) -> Edit:
    """One edit, in one of its forms."""
    found = fields(page, node, EDIT)
    given = frozenset(found["place"].keys)
    verb = FORMS.get(given, "")
    # Unknown keys are named already; to complain of the form too would be one mistake said twice.
    if not verb and given <= EDIT.keys.keys():
        raise Unfit(node, _SAY_FORMS)
    on_object = verb in ON_OBJECTS
    return Edit(
        verb=verb,
        role=found.get(verb if on_object else "object", ""),
        at=found.get("at", ""),
        value=None if on_object else found.get(verb),
        place=found["place"],
    )
