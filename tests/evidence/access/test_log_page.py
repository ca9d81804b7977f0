"""Logs are known by a line of an access log, wherever in them it stands."""

from __future__ import annotations

import json

import pytest

from tests.evidence.log_texts import DATA, log_line
from troubleshooter.evidence import LogPage, Page, kind_of, take
from troubleshooter.evidence.access.formats import compile_format
from troubleshooter.evidence.access.log_page import ACCESS_LOG, log_kind
from troubleshooter.model import Exhibit

BEFORE = "2026-11-21T10:00:00.000000Z\tinfo\tEnvoy proxy is ready\n" * 500
ZTUNNEL = (
    "2026-11-21T10:00:00.000000Z\terror\taccess\tconnection complete\tsrc.addr=10.0.1.5:4444 dst.addr=10.0.2.7:15008 "
    'direction="outbound" bytes_sent=0 bytes_recv=0 duration="1ms" error="io error"'
)


def page(text: str) -> Page:
    """The text as it is looked at."""
    return Page(Exhibit(name="a.log", text=text))


@pytest.mark.parametrize(
    "line",
    [
        log_line(),
        f"[pod/web-1/istio-proxy] {log_line()}",
        (DATA / "tcp-refused.json").read_text(encoding="utf-8").splitlines()[0],
        ZTUNNEL,
    ],
    ids=["text", "prefix", "json", "ztunnel"],
)
@pytest.mark.parametrize("before", ["", BEFORE], ids=["at-once", "later"])
def test_a_log_is_known(before: str, line: str) -> None:
    """A line of an access log makes a log, also far below what a proxy writes when it starts."""
    (reading,) = take([Exhibit(name="a.log", text=f"{before}{line}\n")]).of(LogPage)

    assert ACCESS_LOG is reading.kind


@pytest.mark.parametrize(
    "text",
    [
        "",
        BEFORE,
        json.dumps({"log_format": {"json_format": {"response_flags": "%RESPONSE_FLAGS%"}}}, indent=1),
        '{"log": "' + "x" * 300_000 + '", "response_flags": ""}',
        '[2026-11-21T10:00:00Z] "cut off',
    ],
    ids=["empty", "other-lines", "a-format", "one-long-line", "cut-off"],
)
def test_what_is_no_log(text: str) -> None:
    """Neither what else a proxy writes, nor a format, nor a line that cannot be read makes a log."""
    assert not take([Exhibit(name="a.log", text=text)]).of(LogPage)


def test_a_log_in_a_format_of_ones_own() -> None:
    """With its format a log is known that nobody would know without."""
    text = "503;UF;/a\n"

    assert kind_of(page(text)) is None
    assert log_kind([compile_format("%RESPONSE_CODE%;%RESPONSE_FLAGS%;%REQ(:PATH)%")]).fits(page(text))


def test_lines_of_a_log() -> None:
    """The value gives the lines one at a time."""
    (reading,) = take([Exhibit(name="a.log", text=f"{log_line()}\nx\x0by\n")]).of(LogPage)

    assert [f"{log_line()}\n", "x\x0by\n"] == list(reading.value.lines())
