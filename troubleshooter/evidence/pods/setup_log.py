"""The log of the container that sets the redirection of a pod up (istio-init), or that looks whether it was set up
(istio-validation).

Decides: which known failure it tells of. Must not know what follows. A log that tells of none says nothing.
Sources: tools/istio-iptables in istio/istio (both run the same program); iptables/iptables-restore.c and
libiptc/libiptc.c in netfilter's iptables (the errors).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from troubleshooter.evidence.cleaning import MAX_LINE, MAX_TEXT, printable
from troubleshooter.evidence.kinds import Kind
from troubleshooter.evidence.page import Page


class SetupFailure(StrEnum):
    """Why there is no redirection."""

    NO_PERMISSION = "no-permission"
    """The container may not change the network of its pod."""
    NO_MODULE = "no-module"
    """The node's kernel does not have what the rules need."""
    NOT_REDIRECTED = "not-redirected"
    """istio-validation found that connections are not led to the proxy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupLog:
    """The failure of which a log tells first, and its line. None where it tells of none."""

    failure: SetupFailure | None = None
    line: int = 0
    text: str = ""


_FAILURES = (
    (
        re.compile(r"unable to initialize table '\w+'|Table does not exist \(do you need to insmod\?\)"),
        SetupFailure.NO_MODULE,
    ),
    (re.compile(r"Permission denied \(you must be root\)"), SetupFailure.NO_PERMISSION),
    (re.compile(r"iptables validation failed|Error connecting to 127\.0\.0\.6:"), SetupFailure.NOT_REDIRECTED),
)
_OF_SETUP = re.compile(
    r"[Ii]stio iptables (?:environment|variables)|ip6?tables-restore|ip6?tables v\d|INBOUND_CAPTURE_PORT"
    r"|Error connecting to 127\.0\.0\.6:|iptables validation failed"
)


def _read(page: Page) -> SetupLog:
    for number, raw in page.lines():
        line = printable(raw[:MAX_LINE])
        for pattern, failure in _FAILURES:
            if pattern.search(line):
                return SetupLog(failure=failure, line=number, text=line.strip()[:MAX_TEXT])
    return SetupLog()


KINDS = (
    Kind(
        words="the log of istio-init or istio-validation",
        fits=lambda page: _OF_SETUP.search(page.head) is not None,
        read=_read,
    ),
)
