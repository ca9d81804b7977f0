"""Templates: `${role.attribute}` and `${role}` in texts and in parsed objects.

No code, no attribute access: a placeholder is looked up by its name, once. What is put in is never looked at again, so
a value from a hostile cluster that looks like a placeholder stays as it is. Decides: how a value is written into a
text. Must not know: where values come from, or what they mean."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from typing import Any, TypeAlias

from troubleshooter.model import Detail

Scope: TypeAlias = Mapping[str, Detail]
"""Name (`target.namespace`, `target`) to what stands for it."""

PLACEHOLDER = re.compile(r"\$\{([^{}]*)\}")


def render(template: str, scope: Scope) -> str:
    """`template` with every placeholder written out. A name that is not in `scope` becomes `<name>`."""
    return PLACEHOLDER.sub(lambda found: _text(found[1], scope), template)


def fill(value: Any, scope: Scope) -> Any:
    """A copy of the parsed `value` with placeholders filled in keys and values. A text that is one placeholder becomes
    what stands for it (a number stays a number, labels stay a map); in a longer text and in keys it is written out."""
    if isinstance(value, Mapping):
        return {render(key, scope): fill(item, scope) for key, item in value.items()}
    if isinstance(value, list):
        return [fill(item, scope) for item in value]
    if not isinstance(value, str):
        return value
    whole = PLACEHOLDER.fullmatch(value)
    return deepcopy(scope[whole[1]]) if whole and whole[1] in scope else render(value, scope)


def placeholders(value: Any) -> tuple[str, ...]:
    """The names in a text or a parsed value, keys too, each once, in the order in which they are met."""
    return tuple(dict.fromkeys(name for text in _texts(value) for name in PLACEHOLDER.findall(text)))


def missing(value: Any, scope: Scope) -> tuple[str, ...]:
    """The names in a text or a parsed value that `scope` does not have: `render` and `fill` leave `<name>` for each."""
    return tuple(name for name in placeholders(value) if name not in scope)


def unclosed(value: Any) -> bool:
    """Whether a text or a parsed value has a `${` that begins no placeholder."""
    return any(text.count("${") != len(PLACEHOLDER.findall(text)) for text in _texts(value))


def written(detail: Any) -> str:
    """A detail inside a text: labels as a selector (`app=web,tier=front`), a list with commas, all else as JSON."""
    if isinstance(detail, str):
        return detail
    if isinstance(detail, Mapping) and _flat(detail.values()):
        return ",".join(f"{key}={written(value)}" for key, value in detail.items())
    if isinstance(detail, list) and _flat(detail):
        return ", ".join(map(written, detail))
    return json.dumps(detail, ensure_ascii=False)


def _flat(parts: Iterable[Any]) -> bool:
    return not any(isinstance(part, Mapping | list) for part in parts)


def _text(name: str, scope: Scope) -> str:
    return written(scope[name]) if name in scope else f"<{name}>"


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield key
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
