"""Names by other names, everywhere the same.

Theory of operation. Names are taken apart into words at dots, dashes and the like, and each word of a name has one
pseudonym: so `payments`, `payments.shop.svc.cluster.local`, `*.shop`, `payments-v1` and `outbound|80||payments.shop...`
still fit each other, and so do selectors and labels, which are words as well. Pseudonyms are numbered in the order of
the words, because where two objects compete Istio may decide by their names. All words that stand where a name may
stand are taken together, from all objects, before anything is replaced.

Decides: where names stand, and what else tells of people: addresses, e-mail, browsers, ids in paths. Must not know
files. A schema's own keys are never changed; keys that somebody chose (labels, headers) are.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

from troubleshooter.collect.redaction import addresses
from troubleshooter.collect.redaction.columns import in_columns
from troubleshooter.collect.redaction.numbering import numbered

_WORD = re.compile(r"grpc-web|[a-z0-9]+(?![A-Z])")
_IN_TEXT = re.compile(r"(?<![A-Za-z0-9_])(?:grpc-web|[a-z0-9]+)(?![A-Za-z0-9_])")
_CHOSEN = frozenset(
    """
    labels annotations matchLabels selector nodeSelector sourceLabels headers withoutHeaders queryParams set add
    proxyMetadata environmentVariables
    """.split()  # noqa: SIM905 - lines of words read better than a column
)
"""Under these keys stand maps whose keys somebody chose."""
_LABELS = frozenset({"labels", "matchLabels", "selector", "nodeSelector", "sourceLabels"})
_KNOWN_KEY = re.compile(
    r"(?:[\w.-]+\.)?(?:istio\.io|k8s\.io|kubernetes\.io|openshift\.io|cncf\.io)/.*|istio[\w.-]*|troubleshoot/.*"
)
"""Keys of labels and annotations to which somebody gave a meaning."""
_EMBEDDED = re.compile(r"\s*[{\[]|[\w\"-]+:(?:\s|$)")
"""How a text begins that is YAML or JSON in a string, as mesh config is."""
_NAMING = frozenset(
    """
    name namespace generateName host hosts subset workload image hostname hostnames sniHosts serviceAccountName
    serviceAccount credentialName secretName gateways exportTo principals namespaces serviceAccounts bind address
    externalName clusterName cluster network locality issuer audiences nodeName dnsNames subjectAltNames trustDomain
    trustDomainAliases value values service parentRefs hosted ref gatewayClassName group uid notPrincipals
    notNamespaces notHosts remoteIpBlocks region zone jwksUri provider clusterID pod container domains authority
    requested_server_name upstream_cluster upstream_host cluster_name service_name
    """.split()  # noqa: SIM905 - as above
)
"""Under these keys stand names."""
_HOSTLIKE = re.compile(r"(?<![\w/.-])[a-z][a-z0-9]*(?:[.-][a-z0-9]+)+(?![\w])")
_OF_ENVOY = ("envoy.", "type.googleapis.com")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_BROWSER = re.compile(r"(?<=\")(?!HTTP/)[A-Za-z][\w.-]*/\d[^\"\n]*(?=\")")
_ID = re.compile(
    r"(?<=/)(?:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|[0-9]{4,})(?=[/?\"\s]|$)"
)


class Pseudonyms:
    """One map of names for objects and texts. `used` is what was replaced by what."""

    def __init__(self, objects: Iterable[Mapping[str, Any]], names: Iterable[str] = (), key: bytes = b"") -> None:
        held = {word for raw in objects for word in _names(raw, "")}
        told = {word for name in names for word in _WORD.findall(name)}
        self._words = numbered(held | told, key)
        self._key = key
        self.used: dict[str, str] = {}

    def of_object(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """An object with pseudonyms for names."""
        return {key: value if key in {"apiVersion", "kind"} else self._value(value, key) for key, value in raw.items()}

    def of_text(self, text: str) -> str:
        """A text with pseudonyms for names. JSON keeps the keys that its schema has, and its lines."""
        if text.lstrip().startswith(("{", "[")):
            try:
                return json.dumps(self._value(json.loads(text), ""), indent=1)
            except (ValueError, RecursionError):
                pass
        return "\n".join(in_columns(text, self.of_words) or [self.of_words(text)])

    def of_log(self, text: str) -> str:
        """A log with pseudonyms for names, line by line."""
        return "\n".join(self._line(line) for line in text.split("\n"))

    def _line(self, line: str) -> str:
        if line.startswith("{"):
            try:
                return json.dumps(self._value(json.loads(line), ""), ensure_ascii=False)
            except (ValueError, RecursionError):
                pass
        return self.of_words(line)

    def of_words(self, text: str) -> str:
        """A string with pseudonyms for names."""
        text = addresses.IN_TEXT.sub(lambda found: addresses.replaced(found, self._key, self._note), text)
        text = _EMAIL.sub(lambda found: self._made("mail", found[0]) + "@example.com", text)
        text = _BROWSER.sub(lambda found: self._made("agent", found[0]), text)
        text = _ID.sub(lambda found: self._number(found[0]), text)
        return _IN_TEXT.sub(lambda found: self._word(found[0]), text)

    def _value(self, value: Any, key: str) -> Any:
        if isinstance(value, dict):
            below_host = "." in key and not key.startswith(_OF_ENVOY)  # istiod's pages have namespaces below hosts
            chosen = key in _CHOSEN or below_host
            if key in {"data", "annotations"}:
                return {self._key_of(k, chosen=chosen or key == "data"): self._embedded(v) for k, v in value.items()}
            return {self._key_of(k, chosen=chosen): self._value(v, str(k)) for k, v in value.items()}
        if isinstance(value, list):
            return [self._value(item, key) for item in value]
        return self.of_words(value) if isinstance(value, str) else value

    def _embedded(self, value: Any) -> Any:
        """The text of an annotation or of a ConfigMap, which may be YAML with a schema of its own."""
        if not isinstance(value, str) or not _EMBEDDED.match(value):
            return self._value(value, "")
        try:
            held = yaml.safe_load(value)
        except (yaml.YAMLError, ValueError, RecursionError):
            return self.of_words(value)
        return (
            json.dumps(self._value(held, ""), indent=1, default=str)
            if isinstance(held, dict | list)
            else self.of_words(value)
        )

    def _key_of(self, key: Any, *, chosen: bool) -> Any:
        """A key of a map: that of a schema stays, and no key of a schema has a slash or dot in it."""
        return self.of_words(key) if _is_chosen(key, chosen=chosen) else key

    def _word(self, word: str) -> str:
        other = self._words.get(word)
        if other is None:
            return word
        self._note(word, other)
        return other

    def _made(self, kind: str, text: str) -> str:
        other = f"{kind}-{hashlib.blake2b(text.encode(), digest_size=4, key=self._key[:64]).hexdigest()}"
        self._note(text, other)
        return other

    def _number(self, text: str) -> str:
        digits = hashlib.blake2b(text.encode(), digest_size=8, key=self._key[:64]).digest()
        other = str(int.from_bytes(digits, "big"))[: max(len(text), 8)].ljust(8, "0")
        self._note(text, other)
        return other

    def _note(self, before: str, after: str) -> None:
        self.used[before] = after


def names_in(text: str) -> Iterator[str]:
    """What looks like the name of a host or a pod in a text that is no object."""
    yield from (name for name in _HOSTLIKE.findall(text) if not name.startswith(_OF_ENVOY))


def _is_chosen(key: Any, *, chosen: bool) -> bool:
    """Whether somebody chose this key of a map. No key of a schema has a slash or dot in it."""
    return isinstance(key, str) and (chosen or "/" in key or "." in key) and not _KNOWN_KEY.fullmatch(key)


def _names(value: Any, key: str) -> Iterator[str]:
    """Every word that stands where a name may stand."""
    if isinstance(value, dict):
        chosen = key in _CHOSEN
        for k, v in value.items():
            if _is_chosen(k, chosen=chosen):
                yield from _WORD.findall(k)
            if key in _LABELS and isinstance(v, str):
                yield from _WORD.findall(v)
            elif key not in {"data", "annotations"}:
                yield from _names(v, str(k))
    elif isinstance(value, list):
        for item in value:
            yield from _names(item, key)
    elif isinstance(value, str) and key in _NAMING:
        yield from _WORD.findall(value)
