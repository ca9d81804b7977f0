"""Small values in people's words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.report import report_examples as examples
from troubleshooter.model import Connection, Outcome, Resource, Source
from troubleshooter.report import words


def test_field_of_an_object_in_a_file() -> None:
    """Kind, namespace and name, the field, and file with line."""
    expected = "VirtualService shop/payments, spec.http[0].match[0].uri.exact (mesh.yaml:14)"

    assert expected == words.resource(examples.FIRST_MATCH)


def test_live_object_has_no_place() -> None:
    """What stands in no file has no brackets."""
    assert words.resource(Resource(kind="Namespace", name="shop")) == "Namespace shop"


def test_standard_input_is_named() -> None:
    """A dash is no name for a reader."""
    assert words.resource(examples.SERVICE._replace(file="-")) == "Service shop/payments (standard input:3)"


@pytest.mark.parametrize(
    ("field", "file", "expected"),
    [("spec", "a.yaml", "spec (a.yaml:3)"), ("", "a.yaml", "a.yaml:3"), ("spec", "", "spec"), ("", "", "")],
)
def test_place_under_the_objects_own_heading(field: str, file: str, expected: str) -> None:
    """Where the object is named above, field and line are enough."""
    assert expected == words.field(examples.SERVICE._replace(field=field, file=file))


def test_answer_of_a_person() -> None:
    """A fact that a person told says so."""
    assert words.source(Source(said=True)) == "you said so"


def test_long_log_line_is_clipped() -> None:
    """The beginning of a log line is enough."""
    assert words.source(Source(file="a.log", line=2, text="x" * 1000)) == f"a.log:2: {'x' * 240} …"


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome(status=200), "200"),
        (Outcome(), ""),
        (Outcome(connection=Connection.REFUSED), "the connection is refused"),
        (Outcome(status=503, flags=("UF", "URX"), details="x"), "503, logged as UF,URX x"),
    ],
)
def test_outcome(outcome: Outcome, expected: str) -> None:
    """What the client gets, then what Envoy logs."""
    assert expected == words.outcome(outcome)


@pytest.mark.parametrize(
    ("share", "expected"), [(None, ""), (0.1, "10%"), (1.0, "100%"), (1 / 3, "33.3%"), (0.0015, "0.15%")]
)
def test_share(share: float | None, expected: str) -> None:
    """Percent, with three digits at most."""
    assert expected == words.share(share)


@pytest.mark.parametrize(
    ("given", "expected"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_list_in_words(given: list[str], expected: str) -> None:
    """The last one is joined by a word."""
    assert expected == words.listed(given)


def test_method_stands_only_where_the_scheme_has_one() -> None:
    """A TCP connection has no method."""
    tcp = replace(examples.REQUEST, scheme="tcp", to="tcp://db.shop:5432")

    assert words.request_line(tcp) == "tcp://db.shop:5432"


def test_what_failures_have_in_common_is_said_in_sentences() -> None:
    """When they come, and at which endpoint alone."""
    group = replace(
        examples.GROUPS[0],
        pattern="since-change",
        since="2024-05-02T10:02:11Z",
        callers=(),
        endpoint="10.244.0.7:8080",
        far_log="silent",
    )

    assert [
        "every such request fails since 2024-05-02T10:02:11Z, and none did before",
        "only at 10.244.0.7:8080, while other endpoints answer",
        "the proxy to which they were sent logged none of them: they broke off between the two proxies",
    ] == words.recurrence(group)


def test_what_looks_like_health_checks_is_said_to_be_likely_that() -> None:
    """It is a warning, and says where such checks belong."""
    (said,) = words.recurrence(replace(examples.GROUPS[0], pattern="", callers=(), checks=True))

    assert "likely no requests but the health check of a load balancer" in said


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        ("10:02", "every such request failed from 10:02 until 10:15, and none at other times"),
        ("", "every such request failed until 10:15, and none at other times"),
    ],
    ids=["both-moments", "log-begins-within"],
)
def test_an_outage_is_said_with_its_moments(since: str, expected: str) -> None:
    """When it was over, and when it began where the log goes back so far."""
    group = replace(examples.GROUPS[0], pattern="outage", since=since, until="10:15", callers=())

    assert [expected] == words.recurrence(group)


def test_a_failure_that_tells_nothing_more_has_no_sentence() -> None:
    """One line has no pattern."""
    assert [] == words.recurrence(examples.GROUPS[1])
