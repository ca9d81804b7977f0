"""`/stats` of a proxy in text, JSON or the form of Prometheus.

Decides: which part of a counter's name says whose it is. Must not know what a counter means.

Sources: docs, operations/admin (`GET /stats`); Istio's tags in tools/packaging/common/envoy_bootstrap.json; newer Istio
ends the part that says whose a counter is with `;` (DelimitedStatsPrefix). Histograms and texts are left out. In names
`.` is written `_`, as Prometheus does, so that all forms come out alike.
"""

from __future__ import annotations

import re

from troubleshooter.evidence.envoy.nodes import number, word
from troubleshooter.evidence.envoy.status import Counter, Stats
from troubleshooter.evidence.kinds import Kind, Unreadable, json_map
from troubleshooter.evidence.page import Page
from troubleshooter.model import as_list, as_map

MAX_COUNTERS = 2_000_000
"""So many are kept: a proxy with all its counters and five thousand clusters has about one million."""

_TEXT = re.compile(r"([A-Za-z_][^\s:]*(?::[^\s:]+)*): ([0-9]{1,20})")
_KNOWN = re.compile(
    r"^(?:cluster|listener|http|server|cluster_manager|listener_manager|filesystem|runtime)\.\S+: ", re.MULTILINE
)
_METRIC = re.compile(r"envoy_([A-Za-z0-9_]+)(?:\{(.*)\})? ([0-9]{1,20})(?:\.0+)?(?: [0-9]+)?")
_LABEL = re.compile(r'([A-Za-z_]+)="((?:[^"\\]|\\.)*)"')

_OF_TLS = (
    r"ssl\.(?:connection_error|handshake|session_reused|no_certificate|fail_verify|was_key|ocsp|certificate\.|c|sig|v)"
)
_OWNERS = {
    "cluster": re.compile(
        r"(.+?)\.((?:(?:external|internal|canary|zone\.[^.]+\.[^.]+)\.)?"
        r"(?:upstream_|circuit_breakers\.|membership_|lb_|outlier_detection\.|update_|assignment_|bind_errors"
        r"|max_host_weight$|version$|version_text$|warming_state$|config_reload|default\.total_match_count$"
        rf"|client_ssl_socket_factory\.|http[123]\.|original_dst_|retry_or_shadow_|{_OF_TLS}).*)"
    ),
    "listener": re.compile(r"(\[[^\]]*\]_[0-9]+|[0-9.]+_[0-9]+|[^.]+)\.(.+)"),
    "http": re.compile(r"((?:in|out)bound_(?:\[[^\]]*\]|[0-9a-fA-F.:]+)_[0-9]+|[^.]+)\.(.+)"),
    "tcp": re.compile(r"(.+?)\.((?:downstream_|upstream_|max_downstream_|idle_timeout|on_demand_).*)"),
    "sds": re.compile(r"(.+)\.([^.]+)"),
}
"""Whose a counter is, by scope, where no `;` says where that ends. Hosts have dots, too, so for clusters and TCP it
ends before the first known beginning of a name."""

_LABELS = {
    "cluster": ("cluster_name", "envoy_cluster_name"),
    "listener": ("listener_address", "envoy_listener_address"),
    "http": ("http_conn_manager_prefix", "envoy_http_conn_manager_prefix"),
    "tcp": ("tcp_prefix", "envoy_tcp_prefix"),
    "sds": ("envoy_sds_secret_name",),
}
"""The labels in which Prometheus' form says whose a counter is: Istio's names, then Envoy's own."""

_CODES = (
    ("response_code", ""),
    ("envoy_response_code", ""),
    ("response_code_class", ""),
    ("envoy_response_code_class", "xx"),
)


class _Gathered:
    """Counters by scope, owner and name. The first of a name counts."""

    def __init__(self) -> None:
        self.scopes: dict[str, dict[str, dict[str, Counter]]] = {}
        self.count = 0

    def add(self, whose: tuple[str, str, str], value: int, line: int | None) -> None:
        """One counter."""
        scope, owner, name = whose
        self.count += 1
        if self.count <= MAX_COUNTERS:
            self.scopes.setdefault(scope, {}).setdefault(owner, {}).setdefault(name, Counter(value=value, line=line))

    def stats(self) -> Stats:
        """All of them.

        Raises:
            Unreadable: there is none.
        """
        if not self.count:
            raise Unreadable("no counter can be read in it")
        return Stats(scopes=self.scopes)


def whose(counter: str) -> tuple[str, str, str]:
    """Scope, owner and name of a counter as `/stats` writes it."""
    scope, _, rest = counter.partition(".")
    pattern = _OWNERS.get(scope)
    if pattern is None:
        return "", "", counter.replace(".", "_")
    owner, delimiter, name = rest.partition(";.")
    if delimiter:
        return scope, owner, name.replace(".", "_")
    match = pattern.fullmatch(rest)
    return (scope, match[1], match[2].replace(".", "_")) if match else (scope, "", rest.replace(".", "_"))


def _from_text(page: Page) -> Stats:
    gathered = _Gathered()
    for line_number, line in page.lines():
        match = _TEXT.fullmatch(line.rstrip())
        if match:
            gathered.add(whose(match[1]), int(match[2]), line_number)
    return gathered.stats()


def _from_json(page: Page) -> Stats:
    gathered = _Gathered()
    for raw in map(as_map, as_list(json_map(page).get("stats"))):
        value = number(raw.get("value"))
        if value is not None and raw.get("name"):
            gathered.add(whose(word(raw.get("name"))), value, None)
    return gathered.stats()


def _from_prometheus(page: Page) -> Stats:
    gathered = _Gathered()
    for line_number, line in page.lines():
        match = _METRIC.fullmatch(line.rstrip())
        if match:
            labels = dict(_LABEL.findall(match[2] or ""))
            gathered.add(_whose_metric(match[1], labels), int(match[3]), line_number)
    return gathered.stats()


def _whose_metric(metric: str, labels: dict[str, str]) -> tuple[str, str, str]:
    scope, _, name = metric.partition("_")
    owner = next((labels[label] for label in _LABELS.get(scope, ()) if label in labels), None)
    if owner is None:
        return "", "", metric
    code = next((labels[label] + end for label, end in _CODES if label in labels), "")
    name = f"{name.removesuffix('_xx')}_{code}" if code else name
    return scope, owner.rstrip(";"), name


def _is_json(page: Page) -> bool:
    return page.looks_like_json and re.match(r'\s*\{\s*"stats"\s*:', page.head) is not None


def _lists_metrics(page: Page) -> bool:
    return re.search(r"^# TYPE envoy_|^envoy_\w+(?:\{| )", page.head, re.MULTILINE) is not None


def _lists_counters(page: Page) -> bool:
    return _KNOWN.search(page.head) is not None and not page.looks_like_json


WORDS = "the counters of a proxy (/stats)"
KINDS = (
    Kind(words=WORDS, fits=_is_json, read=_from_json),
    Kind(words="the counters of a proxy, as Prometheus reads them", fits=_lists_metrics, read=_from_prometheus),
    Kind(words=WORDS, fits=_lists_counters, read=_from_text),
)
