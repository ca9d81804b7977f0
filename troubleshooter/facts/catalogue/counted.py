"""The rows of the catalogue about what proxies count and log nowhere."""

# ruff: noqa: E501 - a row of a table is a line

from __future__ import annotations

FACTS: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    ("evidence.retries_helped", ("often", "seldom"), "Whether many requests to a destination arrived only because they were sent again.", "evidence"),
    ("evidence.retries_counted", ("counters", "log"), "What tells of them: the counters of a proxy, or a log whose format has the number of tries.", "evidence"),
    ("evidence.gateway_refused", ("no-certificate", "not-trusted", "no-secret", "no-filter-chain"), "Why a listener for clients refused each of them before TLS stood.", "evidence"),
)  # fmt: skip

DETAILS: tuple[tuple[str, str], ...] = (
    ("evidence.retry_host", "The destination to which requests were sent again."),
    ("evidence.retries_helped", "How many requests arrived only at a later try."),
    ("evidence.requests", "How many requests there were, later tries not counted."),
    ("evidence.counting_pod", "The pod whose proxy counted, or a word in its place."),
    ("evidence.counting_namespace", "Its namespace, or a word in its place."),
    ("evidence.listener", "The port of a listener."),
    (
        "evidence.turned_away",
        "How many requests a proxy refused for want of room, or how many endpoints are put aside.",
    ),
    ("evidence.refused", "How many connections it refused."),
)
