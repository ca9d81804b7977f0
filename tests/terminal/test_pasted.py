"""Whatever somebody pastes is taken for what it is: log lines, what curl prints, errors of clients."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.inventories import EXACT, SHOP, inventory
from tests.terminal.talks import hold, setting
from troubleshooter.cli.knowledge import read_rulebook
from troubleshooter.collect.pasted import read_pasted_objects
from troubleshooter.evidence.pasted.exchanges import request_in, statuses_in
from troubleshooter.evidence.pasted.pieces import Piece
from troubleshooter.model import Inventory
from troubleshooter.rulebook import Rulebook
from troubleshooter.terminal.dialogue import Dialogue, Turn
from troubleshooter.terminal.inquiry import Inquiry
from troubleshooter.terminal.pasted import Seen
from troubleshooter.terminal.setting import no_objects
from troubleshooter.terminal.symptoms import choices, read

CURL = """* Host payments.shop:8080 was resolved.
* Connected to payments.shop (10.96.0.7) port 8080
> POST /pay?token=abc HTTP/1.1
> Host: payments.shop:8080
> User-Agent: curl/8.5.0
>
< HTTP/1.1 503 Service Unavailable
< server: envoy
<
no healthy upstream"""
LINE = (
    '[2026-03-01T10:00:00.000Z] "GET /a HTTP/1.1" {} - "-" 0 0 0 - "-" "curl" "a" "a.shop:80" "-" {} - 10.0.0.5:80 '
    "10.0.0.4:4 - -"
)
UH, NR = LINE.format("503 UH no_healthy_upstream", "-"), LINE.format("404 NR route_not_found", "-")


@pytest.fixture(scope="module")
def book() -> Rulebook:
    """The knowledge base that comes along: the symptoms of these texts stand there."""
    return read_rulebook(())


def seen(book: Rulebook, text: str) -> Seen:
    """What a text is taken for."""
    asked = Inquiry(about="symptom", question="What do you see?", choices=choices(book))
    value = read(book, no_objects, asked, text)
    assert isinstance(value, Seen)
    return value


@pytest.mark.parametrize(
    ("text", "symptom"),
    [
        ("curl: (35) error:1408F10B:SSL routines:ssl3_get_record:wrong version number", "tls-handshake"),
        ("curl: (6) Could not resolve host: payments.shop", "dns-failure"),
        (
            "upstream connect error or disconnect/reset before headers. reset reason: connection termination",
            "503-uc",
        ),
        ("upstream connect error or disconnect/reset before headers. reset reason: connection failure", "503-uf"),
        (
            "rpc error: code = Unavailable desc = upstream connect error or disconnect/reset before headers",
            "grpc-unavailable",
        ),
        ("RBAC: access denied", "403"),
        ('Get "http://payments.shop/": dial tcp: lookup payments.shop: no such host', "dns-failure"),
        (CURL, "503-uh"),
    ],
)
def test_quoted_text_betrays_its_symptom(book: Rulebook, text: str, symptom: str) -> None:
    """The text that few symptoms share tells most; how it is written around does not matter."""
    assert symptom == seen(book, text).symptom


@pytest.mark.parametrize(
    ("text", "request_line"),
    [
        (CURL, ("POST", "http://payments.shop:8080/pay?token=(hidden)")),
        (CURL.replace("> POST", "* SSL connection using TLSv1.3\n> POST"), ("POST", "https://payments.shop:8080/pay?")),
        ('Get "http://payments.shop/pay": EOF', ("GET", "http://payments.shop/pay")),
        ("$ curl -s -X PUT https://joe:pw@pay.example.com/a, then nothing", ("PUT", "https://pay.example.com/a")),
        ("curl: (60) SSL: see https://curl.se/docs/sslcerts.html", ("GET", "")),
        ("connection refused", ("GET", "")),
        ("curl: (7) Failed to connect to a.shop port 8080 after 0 ms: refused", ("GET", "http://a.shop:8080")),
        ("* Connected to a.shop (10.0.0.1) port 443", ("GET", "https://a.shop")),
        ("curl: (6) Could not resolve host: a.shop", ("GET", "http://a.shop")),
        ("dial tcp: lookup a.shop on 10.96.0.10:53: no such host", ("GET", "http://a.shop")),
    ],
)
def test_request_is_read_off(text: str, request_line: tuple[str, str]) -> None:
    """Method and URL, without what is secret in them; pages of tools are no requests."""
    method, to = request_in(text)

    assert (request_line[0], True) == (method, to.startswith(request_line[1]) and bool(to) == bool(request_line[1]))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("< HTTP/2 503", {503}),
        ('"GET / HTTP/1.1" 404', {404}),
        ("status code: 502", {502}),
        ("took 503 ms", set()),
    ],
)
def test_statuses_are_those_of_status_lines(text: str, numbers: set[int]) -> None:
    """A number elsewhere is only a number."""
    assert numbers == statuses_in(text)


def test_status_alone_leaves_a_choice(book: Rulebook) -> None:
    """Several symptoms have the same status; which of them it is, is asked."""
    asked = Inquiry(about="symptom", question="What do you see?", choices=choices(book))
    value = read(book, no_objects, asked, "> GET /pay HTTP/1.1\n> Host: a.shop\n< HTTP/1.1 404 Not Found")

    assert isinstance(value, Inquiry)
    assert {"http://a.shop/pay"} == {choice.value.to for choice in value.choices}


def test_log_line_is_said_with_what_its_flag_means(book: Rulebook) -> None:
    """Status, flag, request and the flag's meaning stand in one sentence or two."""
    taken = seen(book, LINE.format("503 UH no_healthy_upstream", "outbound|80||a.shop.svc.cluster.local")).taken

    assert taken[0].startswith(
        "I take this for an access log line of the proxy that sends: 503 UH, GET http://a.shop:80/a. UH ("
    )


def test_most_frequent_failure_of_several_lines(book: Rulebook) -> None:
    """Of many lines the biggest group is looked at."""
    entry = seen(book, f"{NR}\n{UH}\nother\n{UH}").entry

    assert entry is not None
    assert ("UH",) == entry.flags


def test_what_it_was_taken_for_is_said() -> None:
    """Before the next question, so that a mistake can be taken back."""
    end = hold(setting(), [LINE.format("404 NR route_not_found", "-"), "quit"])

    assert "I take this for an access log line of a proxy: 404 NR, GET http://a.shop:80/a. NR (NoRoute): None." in (
        end.flat
    )


def test_several_lines_after_paste() -> None:
    """`paste` takes lines up to an empty one as one text."""
    end = hold(setting(), ["paste", "* curl says", "reset before headers", "", "notes"])

    assert "What do you see? I take this for: Cut off (503-uc)." in end.flat


def test_person_with_a_mesh_may_say_what_they_see() -> None:
    """What was pasted names the request, so only who sends it is asked."""
    given = setting(inventory=inventory(SHOP, EXACT), person=True)
    end = hold(given, [CURL.replace("/pay?token=abc", "/api/x").replace(" 503 ", " 404 "), "web"])

    assert ["What do you see?", "Who sends it?"] == end.questions
    assert end.diagnosis is not None
    assert end.diagnosis.walk is not None
    assert ("POST", "http://payments.shop:8080/api/x") == (
        end.diagnosis.walk.request.method,
        end.diagnosis.walk.request.to,
    )


def test_person_with_a_mesh_may_go_on_without() -> None:
    """Enter leaves the question open; the walk may tell all the same."""
    end = hold(setting(inventory=inventory(SHOP, EXACT), person=True), ["", "payments", "/api/x", "web"])

    assert end.diagnosis is not None
    assert end.diagnosis.root is not None
    assert "no-route" == end.diagnosis.root.cause


def test_path_that_a_paste_does_not_name_is_asked_for() -> None:
    """A connection that was refused has a host and no path."""
    given = setting(inventory=inventory(SHOP, EXACT), person=True)
    end = hold(given, ["curl: (7) Failed to connect to payments.shop port 8080; reset before", "POST /api/x", "web"])

    assert ["What do you see?", "Which path of http://payments.shop:8080, and by which method?"] == end.questions[:2]
    assert end.diagnosis is not None
    assert end.diagnosis.walk is not None
    assert "http://payments.shop:8080/api/x" == end.diagnosis.walk.request.to


def test_request_that_arrives_though_somebody_sees_it_fail() -> None:
    """That is said, with what tells more."""
    end = hold(setting(inventory=inventory(SHOP), person=True), ["404-envoy", "payments", "/api/x", "web"])

    assert "You see: Not found. By all that I looked at, this request arrives. Is it the one that fails" in end.flat


SESSION = f"""$ kubectl get all -n shop -o yaml
{SHOP}---{EXACT}
$ kubectl exec -n shop deploy/web -- curl http://payments.shop:8080/api/x
RBAC: access denied"""


def _lay(objects: Sequence[Piece]) -> Inventory:
    return read_pasted_objects("pasted", [(piece.line, piece.text) for piece in objects])


def test_session_with_objects_is_a_mesh_and_a_request(book: Rulebook) -> None:
    """A whole shell session answers the first question, and all that it names is asked no more."""
    dialogue = Dialogue(setting(rulebook=book, lay=_lay))
    dialogue.start()
    dialogue.hear(SESSION)

    assert dialogue.diagnosis is not None
    assert dialogue.diagnosis.root is not None
    assert "vs-no-match-no-default" == dialogue.diagnosis.root.cause


def test_each_piece_is_said(book: Rulebook) -> None:
    """Before the result, in the order in which they stand."""
    shown = hold(setting(rulebook=book, lay=_lay), ["paste", *filter(None, SESSION.splitlines()), "", "quit"]).flat

    assert "I take this for objects of Kubernetes." in shown
    assert shown.index("objects of Kubernetes.") < shown.index("I take this for: 403: access denied (403)")


def test_paste_with_objects_may_be_taken_back(book: Rulebook) -> None:
    """Then there is no mesh any more."""
    dialogue = Dialogue(setting(rulebook=book, lay=_lay))
    dialogue.start()
    dialogue.hear(SESSION)
    dialogue.hear("back")

    assert (None, "symptom") == (dialogue.intake.inventory, dialogue.inquiry.about)


def test_objects_that_nobody_can_read(book: Rulebook) -> None:
    """The question stays, and the reason is said."""
    dialogue = Dialogue(setting(rulebook=book))
    dialogue.start()
    heard = dialogue.hear("apiVersion: v1\nkind: Service\nmetadata: {name: a}")

    assert Turn.STAYED is heard.turn
