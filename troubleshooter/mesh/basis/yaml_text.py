"""YAML within a text of an object: the mesh config, an annotation.

Decides what such a text holds, also where it is damaged or hostile. Must not know what any key means.
"""

from __future__ import annotations

import yaml

from troubleshooter.model import Raw, as_map

MAX_DEPTH = 100
PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DAMAGED = (yaml.YAMLError, ValueError, TypeError, AttributeError, LookupError, RecursionError)
"""What the parser raises on a damaged text: a tag or date that makes no sense gives more than its own errors."""


def read_map(text: str) -> Raw:
    """The map that a text in an annotation or a ConfigMap holds, in YAML or JSON; empty if it is damaged."""
    try:
        return as_map(parsed(text))
    except DAMAGED:
        return {}


def parsed(text: str) -> object:
    """The YAML of a mesh config. Libyaml's events come from a stack of its own; its composer calls itself for every
    level and ends the process where a hostile text has very many, so the levels are counted first.

    Raises:
        yaml.YAMLError: the text is no YAML; ValueError: it has more levels than any mesh config.
    """
    if not text or text.isspace():
        return None
    depth = 0
    for event in yaml.parse(text, PARSER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise ValueError(f"more than {MAX_DEPTH} levels")
    return yaml.load(text, PARSER)  # noqa: S506 - a safe loader
