"""Objects and texts without secrets.

Decides: what a bundle keeps of values that only their owners know. Of Secrets nothing is kept but keys (they lose their
values when they are read); of ConfigMaps what Istio reads; of environment variables those of Istio, and addresses, for
where an application listens; of everything else all but what looks like credentials. Must not know names that are no
secrets: those are `pseudonyms`' business.

Sources of the forms: RFC 7519 (a JSON Web Token begins with `{"` in base64), RFC 7468 (PEM), RFC 6750 and 7617 (Bearer
and Basic).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from troubleshooter.model import SECRET_HEADERS
from troubleshooter.model.plain import without_credentials

HIDDEN = "(hidden)"

_PRIVATE = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)
_BEARER = re.compile(r"(?i)\b(bearer|basic)(\s+|%20)[\w.~+/=-]{6,}")
_TOKEN = re.compile(r"\beyJ[\w-]{5,}(?:\.[\w-]*)*")
_HEADERS = "|".join(sorted({*SECRET_HEADERS, "set-cookie"}))
_NAME = rf"(?:{_HEADERS}|x-[\w-]*(?:token|secret|key)|[\w-]*(?:password|passwd|api[_-]?key))"
_VALUE = r"(?:\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*'|[^\"'\n{\[]+)"
_HEADER = re.compile(rf"(?i)(?<![\w.])({_NAME}\\?[\"']?[ \t]*[:=][ \t]*)(?={_VALUE})(\\?[\"']?)(?:\\.|[^\"'\\\n])*")
_SECRET_KEY = re.compile(rf"(?i){_NAME}|(?:client[_-]?)?secret|(?:access|refresh|id|auth)?[_-]?token|credentials?")
_SECRET_VARIABLE = re.compile(r"(?i)pass|secret|token|key|cred|auth|dsn|cookie|session")
_OF_ISTIO = re.compile(
    r"(?:PILOT|ISTIO|ISTIOD|PROXY|ENABLE|CLUSTER|TRUST|META|INJECTION|ENVOY|VALIDATION|AMBIENT|CITADEL|EXTERNAL|MCS|ROOT|CA|XDS|JWT)_?\w*|REVISION"
)
_ADDRESS = re.compile(
    r"(?i)(?:https?://)?(?:\[?[0-9a-f:.]*\]?|localhost|\*)(?::?\d{1,5})?|[\d.]+[a-z]{0,2}|"
    r"true|false|trace|debug|info|warn|error"
)
"""A value that is an address, a number or such: it decides something, and is nobody's secret."""
_MESH_MAPS = frozenset({"mesh", "meshNetworks", "values", "config"})
_ROOTS = frozenset({"root-cert.pem", "ca.crt", "ca-crl.pem"})
_KEPT_ANNOTATIONS = ("istio.io", "k8s.io", "kubernetes.io", "troubleshoot/", "openshift.io", "reflector", "replicator")


def text_without_secrets(text: str) -> str:
    """A text without private keys, tokens, and the values of headers that hold credentials."""
    text = _PRIVATE.sub(HIDDEN, text)
    text = _TOKEN.sub(HIDDEN, _BEARER.sub(rf"\1 {HIDDEN}", text))
    return without_credentials(_HEADER.sub(rf"\1\2{HIDDEN}", text))


def without_secrets(raw: Mapping[str, Any]) -> dict[str, Any]:
    """An object without them; the one that comes in stays as it is."""
    held = {key: _cleaned(value, key) for key, value in raw.items()}
    metadata = held.get("metadata")
    if isinstance(metadata, dict) and isinstance(metadata.get("annotations"), dict):
        metadata["annotations"] = {k: _annotation(k, v) for k, v in metadata["annotations"].items()}
    if raw.get("kind") == "ConfigMap":
        name = str(metadata.get("name") or "") if isinstance(metadata, dict) else ""
        for field in ("data", "binaryData"):
            if isinstance(raw.get(field), dict):
                held[field] = {k: _config(name, str(k), v) for k, v in raw[field].items()}
    return held


def _cleaned(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        if _is_variable(value):
            return {**value, "value": _variable(str(value["name"]), value["value"])}
        return {k: _cleaned(v, str(k)) for k, v in value.items()}
    if isinstance(value, list):
        return [_cleaned(item, key) for item in value]
    if not isinstance(value, str):
        return value
    if _SECRET_KEY.fullmatch(key):
        return HIDDEN
    return text_without_secrets(value)


def _is_variable(value: dict[str, Any]) -> bool:
    """Whether this is an environment variable that says its value: `{name: A, value: b}`."""
    return isinstance(value.get("name"), str) and isinstance(value.get("value"), str) and len(value) == 2


def _variable(name: str, value: str) -> str:
    known = _OF_ISTIO.fullmatch(name) is not None or _ADDRESS.fullmatch(value) is not None
    return value if known and not (_SECRET_VARIABLE.search(name) and not _OF_ISTIO.fullmatch(name)) else HIDDEN


def _annotation(key: str, value: Any) -> Any:
    kept = any(word in key for word in _KEPT_ANNOTATIONS)
    return _cleaned(value) if kept or not isinstance(value, str) else HIDDEN


def _config(name: str, key: str, value: Any) -> Any:
    if key in _ROOTS:
        return value
    return _cleaned(value) if key in _MESH_MAPS and name.startswith("istio") else ""
