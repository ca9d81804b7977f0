"""From the lines of a log, as log readers give them, to entries."""

from __future__ import annotations

import itertools
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evidence.log_texts import DATA, entry, log_line
from troubleshooter.evidence import AccessLogEntry, SkippedLine, SkipReason, parse_line, parse_lines

JSON_LINE = (DATA / "df-dns-failure.json").read_text(encoding="utf-8").strip()
STAMP = "2026-11-21T00:18:18.123456789Z"

PREFIXES = {
    "kubectl-prefix": ("[pod/reviews-v1-5b9/istio-proxy] ", "reviews-v1-5b9"),
    "kubectl-timestamps": (f"{STAMP} ", ""),
    "kubectl-both": (f"[pod/reviews-v1-5b9/istio-proxy] {STAMP} ", "reviews-v1-5b9"),
    "kubectl-timestamps-of-a-zone": ("2026-11-21T01:18:18.123456789+01:00 ", ""),
    "stern": ("reviews-v1-5b9 istio-proxy ", "reviews-v1-5b9"),
    "stern-all-namespaces": ("shop reviews-v1-5b9 istio-proxy ", "reviews-v1-5b9"),
    "stern-timestamps": (f"reviews-v1-5b9 istio-proxy {STAMP} ", "reviews-v1-5b9"),
    "stern-colours": ("\x1b[38;5;1mreviews-v1-5b9\x1b[0m \x1b[32mistio-proxy\x1b[0m ", "reviews-v1-5b9"),
    "container-runtime": (f"{STAMP} stdout F ", ""),
}


@pytest.mark.parametrize(("prefix", "pod"), PREFIXES.values(), ids=PREFIXES)
@pytest.mark.parametrize("line", [log_line(), JSON_LINE], ids=["text", "json"])
def test_a_log_readers_prefix_is_understood(line: str, prefix: str, pod: str) -> None:
    """The entry behind a prefix is read, and the pod is known where the prefix names it."""
    found, plain = entry(prefix + line), entry(line)

    assert (plain.authority, plain.flags, pod) == (found.authority, found.flags, found.pod)


def test_the_name_that_grep_writes_before_a_line_is_ignored() -> None:
    """Nothing else looks like the beginning of a text line."""
    assert ("reviews:8080", "") == (entry("logs/web.log:12:" + log_line()).authority, entry("a:" + log_line()).pod)


def test_lines_know_their_place() -> None:
    """Every line has the name of its file and its number, counted from 1, whatever stood before it."""
    lines = parse_lines(["\n", log_line() + "\r\n", "x"], file="web.log")

    assert [("web.log", 1), ("web.log", 2), ("web.log", 3)] == [(line.file, line.line) for line in lines]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("", SkipReason.BLANK),
        ("  \t ", SkipReason.BLANK),
        ("2026-11-21T00:18:17.797Z\tinfo\txdsproxy\tconnected to upstream XDS server: istiod:15012", SkipReason.OTHER),
        ("2026-11-21T00:18:17.797Z info envoy main {a: 1}", SkipReason.OTHER),
        (
            "[2026-11-21 00:18:17.797][20][warning][config] gRPC config for type.googleapis.com rejected",
            SkipReason.OTHER,
        ),
        (log_line()[:90], SkipReason.DAMAGED),
        ("x" * 200_000, SkipReason.DAMAGED),
    ],
    ids=["empty", "blank", "istio-log", "braces", "envoy-log", "cut-off", "endless"],
)
def test_other_lines_are_skipped_with_the_reason(line: str, why: SkipReason) -> None:
    """What is no access log line is said to be blank, something else, or damaged."""
    found = parse_line(line)

    assert isinstance(found, SkippedLine)
    assert why == found.why


def test_control_characters_are_taken_out() -> None:
    """No escape sequence, no NUL, no bidirectional control and no lone surrogate is left in any value."""
    found = entry(log_line(agent="a\x1b[2Jb\x00c\x1b]0;title\x07d\u202ee\udc80f\x9b1mg"))

    assert "abc]0;titledef1mg" == found.user_agent
    assert found.text.isprintable()


def test_a_long_line_is_kept_in_part() -> None:
    """A line with an enormous header is read, and neither its text nor the header is kept whole."""
    found = entry(log_line(agent="a" * 60_000))

    assert (1_024, 2_048, "reviews:8080") == (len(found.user_agent), len(found.text), found.authority)


PIECES = [
    "[2026-11-21T00:18:17.797Z] ",
    '"',
    "- ",
    "-",
    " ",
    "{",
    "}",
    "|",
    "0",
    "503",
    "UF",
    "\x1b[",
    "\x00",
    "\udcff",
    "\n",
    "a" * 9,
]


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5))).map("".join))
def test_no_line_raises(line: str) -> None:
    """Whatever stands in a line, one value comes back, and what it keeps can be printed."""
    assert parse_line(line).text.isprintable()


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\n\r"), max_size=40))
def test_any_user_agent_leaves_the_other_fields_alone(agent: str) -> None:
    """What a client sends as its name changes no other field."""
    found = entry(log_line(agent=agent))

    assert ("reviews:8080", ("UF",), "default") == (found.authority, found.flags, found.route_name)


HOSTILE = {
    "dashes": '[2026-11-21T00:18:17.797Z] "' + "- " * 60_000,
    "dashed-fields": '[2026-11-21T00:18:17.797Z] "- - -" 0 - - - "-" 0 0 0 - "-" "-" "-" "-" "-" ' + "- " * 30,
    "details": '[2026-11-21T00:18:17.797Z] "- - -" 0 - ' + "a" * 120_000,
    "braces": '[2026-11-21T00:18:17.797Z] "- - -" 0 - ' + "{}" * 60_000,
    "open-braces": '[2026-11-21T00:18:17.797Z] "- - -" 0 - ' + "{" * 120_000,
    "quotes": '[2026-11-21T00:18:17.797Z] "- - -" 0 - x - "-" 0 0 0 - ' + '"" ' * 40_000,
    "times": "[2026-11-21T00:18:17.797Z] " * 4_000,
    "json": '{"a":' * 20_000,
    "escapes": "\x1b]" * 60_000,
}


@pytest.mark.parametrize("line", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_line_costs_no_more_than_its_length(line: str) -> None:
    """A line made to send a pattern back and forth is refused at once. If the pattern could be sent back and forth,
    this would take minutes."""
    assert isinstance(parse_line(line), SkippedLine)


def test_memory_stays_steady() -> None:
    """Reading a hundred times as many lines needs no more memory: nothing is kept between lines."""

    def endless() -> Iterator[str]:
        return (log_line(agent=f"agent-{number}") for number in itertools.count())

    def peak(count: int) -> int:
        tracemalloc.start()
        for _ in itertools.islice(parse_lines(endless()), count):
            pass
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    peak(10)  # what is made once, on the first line
    assert peak(5_000) < peak(50) + 50_000


def test_entries_are_frozen() -> None:
    """An entry cannot be changed, though it is not made by its constructor."""
    found = entry(log_line())

    assert found == AccessLogEntry(**{name: getattr(found, name) for name in AccessLogEntry.__slots__})
    with pytest.raises(AttributeError):
        found.path = "/other"  # type: ignore[misc]  # that is the point


@pytest.mark.parametrize("agent", ["\x9b", "\x1b[", "\x1b[3", "\x1b]0;", "\x1bP"])
def test_the_beginning_of_an_escape_sequence_hides_nothing(agent: str) -> None:
    """A client cannot make the fields after its own vanish by sending half a sequence."""
    assert ("reviews:8080", "default") == (
        entry(log_line(agent=agent)).authority,
        entry(log_line(agent=agent)).route_name,
    )
