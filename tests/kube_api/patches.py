"""The three patches besides apply: merge (RFC 7386), JSON (RFC 6902) and Kubernetes' strategic merge.

Pure: an object and a patch make a new object. Of the strategic directives only `$patch: delete` of an item and
`$setElementOrder` (ignored) are known; custom resources take no strategic patch, as in the real server.
"""

from __future__ import annotations

import copy
import json
from typing import Any

from tests.kube_api.fieldsets import keys_of, step_of
from tests.kube_api.messages import Json, Refused

MERGE = "application/merge-patch+json"
BY_STEPS = "application/json-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
APPLY = "application/apply-patch+yaml"


def patched(live: Json, kind: str, body: bytes, *, custom: bool) -> Json:
    """The object after a patch. Raises Refused (400, 415 or 422)."""
    try:
        patch: Any = json.loads(body)
    except ValueError as wrong:
        raise Refused(400, f"the patch is no JSON: {wrong}") from wrong
    each: Any = copy.deepcopy(live)
    if kind == MERGE:
        each = _merge(each, patch)
    elif kind == BY_STEPS:
        for step in patch:
            each = _step(each, step)
    elif kind == STRATEGIC and not custom:
        each = _strategic(each, patch, "")
    else:
        accepted = ", ".join([BY_STEPS, MERGE, *([] if custom else [STRATEGIC]), APPLY])
        said = f"the body of the request was in an unknown format - accepted media types include: {accepted}"
        raise Refused(415, said)
    result: Json = each
    return result


def _merge(live: Any, patch: Any) -> Any:
    if not isinstance(patch, dict):
        return patch
    result = dict(live) if isinstance(live, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = _merge(result.get(key), value)
    return result


def _strategic(live: Any, patch: Any, name: str) -> Any:
    if isinstance(patch, dict):
        result = dict(live) if isinstance(live, dict) else {}
        for key, value in patch.items():
            if value is None:
                result.pop(key, None)
            elif not key.startswith("$"):
                result[key] = _strategic(result.get(key), value, key)
        return result
    keys = keys_of(name, [*(live or []), *patch], atomic=False) if isinstance(patch, list) else ()
    if not keys:
        return patch
    items = {step_of(item, keys): item for item in live or ()}
    for item in patch:
        step = step_of(item, keys)
        if item.get("$patch") == "delete":
            items.pop(step, None)
        else:
            items[step] = _strategic(items.get(step), item, "")
    return list(items.values())


def _step(each: Any, step: Json) -> Any:
    path = [p.replace("~1", "/").replace("~0", "~") for p in step["path"].split("/")[1:]]
    if not path:
        return step["value"]
    try:
        at = each
        for key in path[:-1]:
            at = at[int(key)] if isinstance(at, list) else at[key]
        last: Any = path[-1]
        if isinstance(at, list):
            last = len(at) if last == "-" else int(last)
        _do(at, last, step)
    except (KeyError, IndexError, ValueError, TypeError) as wrong:
        raise Refused(422, f"the server rejected our request due to an error in our request: {wrong}") from wrong
    return each


def _do(at: Any, last: Any, step: Json) -> None:
    doing = step["op"]
    if doing == "test":
        if at[last] != step["value"]:
            raise ValueError(f"testing value {step['path']} failed")
    elif doing == "remove":
        del at[last]
    elif doing == "add" and isinstance(at, list):
        at.insert(last, step["value"])
    elif doing in ("add", "replace"):
        if doing == "replace":
            at[last]  # raises where there is nothing to replace
        at[last] = step["value"]
    else:
        raise ValueError(f"{doing} is not known here")
