"""A consultation in plain lines: what is asked, what may be asked back, how it is taken back, and how it ends."""

from __future__ import annotations

import pytest

from tests.inventories import EXACT, SHOP, inventory
from tests.terminal.talks import ANSWERS, by_question, held, hold, setting
from troubleshooter.model import Severity, Verdict
from troubleshooter.walk import RequestError, parse_request

LINE = (
    '[2026-03-01T10:00:00.000Z] "GET /api/x HTTP/1.1" 404 NR route_not_found - "-" 0 0 0 - "-" "curl/8" "a" '
    '"payments.shop:8080" "-" - - 10.0.0.5:8080 10.0.0.4:40000 - -'
)


def test_answers_alone_lead_to_the_cause() -> None:
    """From a symptom, answers lead to a cause, which is shown as what was said makes it."""
    end = held(setting(), by_question(ANSWERS, ["404-envoy"]))

    assert end.diagnosis is not None
    assert end.diagnosis.root is not None
    assert "no-route" == end.diagnosis.root.cause
    assert "By what you said, this is why it fails:" in end.screen


def test_without_a_mesh_the_first_question_is_what_is_seen() -> None:
    """And the command that would let the program look stands before it."""
    end = hold(setting(), [])

    assert ["What do you see?"] == end.questions
    assert "    kubectl get all > mesh.yaml\n    troubleshoot -f mesh.yaml\n" in end.screen.partition("[1]")[0]


def test_mesh_is_looked_at_before_anything_is_asked() -> None:
    """With a mesh only the request is asked for; the rest is seen."""
    end = hold(setting(inventory=inventory(SHOP, EXACT)), ["payments", "/api/x", "web"])

    assert [
        "Where does the request go that fails?",
        "Which path of http://payments.shop:8080, and by which method?",
        "Who sends it?",
    ] == end.questions
    assert end.diagnosis is not None
    assert end.diagnosis.root is not None
    assert "no-route" == end.diagnosis.root.cause


def test_request_that_flags_named_is_not_asked_for() -> None:
    """Then nothing at all is asked."""
    request = parse_request("http://payments.shop:8080/api/x", source="shop/deployment/web")
    end = hold(setting(inventory=inventory(SHOP, EXACT), request=request), [])

    assert ([], True) == (end.questions, end.diagnosis is not None)


def test_request_of_flags_that_makes_no_sense() -> None:
    """There is no answer to take back, so the error goes to who gave the flags."""
    request = parse_request("http://payments.shop:8080/", source="shop/deployment/none")

    with pytest.raises(RequestError, match="there is no deployment/none"):
        hold(setting(inventory=inventory(SHOP), request=request), [])


def test_a_status_code_is_no_host() -> None:
    """Who types what they see where a host is asked for is told so, and asked for nothing about a host of that name."""
    end = hold(setting(inventory=inventory(SHOP)), ["404", "payments"])

    assert "404 is the number of no choice. Here I ask where the request goes" in end.flat
    assert not any("of 404" in question for question in end.questions)


def test_sender_that_is_not_there_is_asked_for_again() -> None:
    """What makes no sense is said, and asked once more."""
    end = hold(setting(inventory=inventory(SHOP)), ["payments", "/", "shop/deployment/none", "web"])

    assert 2 == end.questions.count("Who sends it?")
    assert "there is no deployment/none in namespace shop" in end.flat
    assert end.diagnosis is not None
    assert end.diagnosis.walk is not None
    assert Verdict.REACHABLE == end.diagnosis.walk.verdict


def test_everything_is_looked_at_where_no_request_is_known() -> None:
    """`unknown` to the request means an audit."""
    end = hold(setting(inventory=inventory(SHOP)), ["unknown"])

    assert end.diagnosis is not None
    assert end.diagnosis.walk is None
    assert "Nothing wrong was found" in end.screen


def test_pasted_log_line_is_enough() -> None:
    """A line of an access log names request and stage; its words are explained where no cause is known."""
    end = hold(setting(), [LINE])

    assert end.diagnosis is not None
    assert end.diagnosis.walk is not None
    assert ("http://payments.shop:8080/api/x", Verdict.UNREACHABLE) == (
        end.diagnosis.walk.request.to,
        end.diagnosis.walk.verdict,
    )
    assert "NR (NoRoute): None. It proves: It. It does not prove: Why." in end.flat


def test_log_line_and_answers_lead_to_the_cause() -> None:
    """What the line leaves open is asked, among the causes of its stage."""
    end = held(setting(), by_question(ANSWERS, [LINE]))

    assert end.diagnosis is not None
    assert end.diagnosis.root is not None
    assert "no-route" == end.diagnosis.root.cause
    assert {"What do you see?", "Does a route match?", "Is there a default?"} == set(end.questions)


KEYS = ("why", "?", "how NAME", "unknown", "back", "notes", "help", "quit")


def test_keys_are_shown_at_every_question() -> None:
    """Nobody has to remember what may be typed."""
    end = held(setting(), by_question(ANSWERS, ["404-envoy"]))
    after = [part.partition("> ")[0] for part in end.screen.split("\n[")[1:]]

    assert [] == [part for part in after for key in KEYS if key not in part]


def test_why() -> None:
    """Why says why it matters, what an answer decides, and which causes are left."""
    end = hold(setting(), ["404-envoy", "why"])

    assert "no-route" in end.flat.partition("> why")[2]
    assert "What an answer decides:" in end.screen
    assert "Still possible: plain, no-route." in end.screen


def test_how_to_find_out() -> None:
    """A question mark answers with one command."""
    end = hold(setting(), ["503-uc", "?"])

    assert end.screen.partition("> ?\n")[2].startswith("\n    kubectl get ")


def test_how_a_fact_is_known() -> None:
    """How says where a fact comes from: from what was said, and from what that leads to."""
    answers = {"Has the caller a proxy?": "absent", "What does the target accept?": "strict"}
    end = held(setting(), by_question(answers, ["503-uc"]))
    number = end.questions.index("Has the caller a proxy?")
    before = [answers[question] for question in end.questions[1 : number + 1]]
    asked = hold(setting(), ["503-uc", *before, "how connection.client", f"how {number}"])

    assert (
        "connection.client is plaintext by the rule no-proxy, because: caller.proxy is absent you said so" in asked.flat
    )
    assert f"> how {number} caller.proxy is absent you said so" in asked.flat


def test_how_a_fact_was_seen() -> None:
    """At the end one may still ask where a fact stands."""
    typed = ["payments", "/api/x", "web", "how route.match"]
    end = hold(setting(inventory=inventory(SHOP, EXACT)), typed)

    assert "route.match is none\n  VirtualService shop/payments, spec.http" in end.screen


def test_how_a_cause_stands() -> None:
    """A cause holds with what shows it, or is possible with what is missing."""
    typed = ["payments", "/api/x", "web", "how plain", "how no-route"]
    end = hold(setting(inventory=inventory(SHOP, EXACT)), typed)

    assert "plain is possible not known yet: connection.client, target.mtls_mode" in end.flat
    assert "no-route is confirmed route.match is none VirtualService shop/payments" in end.flat


def test_why_not_a_cause() -> None:
    """A cause that is ruled out is so by a fact, and the fact says where it comes from."""
    answers = {**ANSWERS, "Does a route match?": "matched"}
    asked = held(setting(), by_question(answers, ["404-envoy"]))
    number = asked.questions.index("Does a route match?")
    before = [answers.get(question, "unknown") for question in asked.questions[1 : number + 1]]
    end = hold(setting(), ["404-envoy", *before, "how no-route"])

    assert "no-route is ruled out it needs route.match to be none, and: route.match is matched you said so" in end.flat


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("how", "How what? `notes` has names."),
        ("how no.such", "I know nothing of no.such."),
        ("9", "Type a number from 1 to 2, or help."),
        ("maybe", "Type a number from 1 to 2, or help."),
        ("", "Type a number from 1 to 2, or help."),
    ],
)
def test_line_that_is_no_answer(typed: str, said: str) -> None:
    """It is told what would be one, and the question stays."""
    end = hold(setting(), ["404-envoy", typed])

    assert said in end.flat
    assert 2 == len(end.questions)


def test_nothing_is_known_before_something_is_said() -> None:
    """At the first question there is nothing to explain yet."""
    end = hold(setting(), ["how x", "notes", "why"])

    assert "Nothing is known yet." in end.screen
    assert "Nothing else is known yet." in end.screen
    assert "Every symptom leaves some causes" in end.flat


def test_back_takes_the_last_answer_back() -> None:
    """The same question is asked again, and a changed answer leaves no trace."""
    first = held(setting(), by_question(ANSWERS, ["404-envoy"]))
    again = held(setting(), by_question(ANSWERS, ["503-uc", "back", "404-envoy"]))

    assert first.diagnosis == again.diagnosis
    assert ["What do you see?"] * 2 == [q for q in again.questions if q == "What do you see?"]


def test_back_from_the_end() -> None:
    """A conclusion may be taken back, too."""
    end = hold(setting(inventory=inventory(SHOP, EXACT)), ["payments", "/api/x", "web", "back", "web"])

    assert 2 == end.questions.count("Who sends it?")
    assert 2 == end.screen.count("no-route, confirmed")


def test_back_at_the_first_question() -> None:
    """There is nothing to take back."""
    end = hold(setting(), ["back"])

    assert "This is the first question." in end.screen
    assert 2 == end.screen.count("Keys: ")


def test_back_where_nothing_was_asked() -> None:
    """At the end of a request that flags named there is nothing to take back, and the page is not shown again."""
    request = parse_request("http://payments.shop:8080/api/x", source="shop/deployment/web")
    end = hold(setting(inventory=inventory(SHOP, EXACT), request=request), ["back", "how route.match"])

    assert "This is the first question." in end.screen
    assert 1 == end.screen.count("no-route, confirmed")
    assert "route.match is none" in end.screen


def test_unknown_is_an_answer() -> None:
    """What nobody knows is asked once, and the causes that need it stay possible."""
    end = held(setting(), by_question({}, ["404-envoy"]))

    assert len(end.questions) == len(set(end.questions))
    assert "What you said settles no cause." in end.screen
    assert end.diagnosis is not None
    assert {"no-route", "plain"} == {one.cause for one in end.diagnosis.possible}


def test_notes_hold_what_was_said_and_seen() -> None:
    """Answers are numbered; what was looked at is beside them."""
    end = hold(setting(inventory=inventory(SHOP, EXACT)), ["payments", "POST /api/x", "unknown", "notes"])

    assert "- Who sends it? unknown" not in end.screen
    assert "by which method? POST /api/x" in end.flat
    assert "- route.match is none" in end.screen


def test_notes_number_answers() -> None:
    """What was answered is numbered for `how`, unknown answers too."""
    end = hold(setting(), ["404-envoy", "unknown", "notes", "how 1"])

    assert "- What do you see? Not found" in end.screen
    assert " is not known\n" in end.screen.partition("> notes")[2]
    assert "is not known: so you said." in end.flat


def test_help_names_every_key() -> None:
    """Each key has its line."""
    shown = hold(setting(), ["help"]).screen.partition("> help")[2]

    assert [] == [key for key in KEYS if f"  {key}" not in shown and key != "help"]


@pytest.mark.parametrize("word", ["quit", "exit", "q", "QUIT"])
def test_quit_shows_what_is_known_so_far(word: str) -> None:
    """It ends with the page of what was said, and the same value."""
    end = hold(setting(), ["404-envoy", word, "never read"])

    assert "never read" not in end.screen
    assert end.diagnosis is not None
    assert "What you said settles no cause." in end.screen


def test_quit_before_anything_was_said() -> None:
    """Then nothing is known, and there is no result."""
    end = hold(setting(), ["quit"])

    assert (None, True) == (end.diagnosis, "Nothing was settled." in end.screen)


def test_result_is_shown_once() -> None:
    """The end of input at the end adds no second page."""
    end = hold(setting(inventory=inventory(SHOP, EXACT)), ["payments", "/api/x", "web", "", "never read"])

    assert 1 == end.screen.count("no-route, confirmed")
    assert "never read" not in end.screen


def test_unknown_is_no_answer_where_nothing_is_asked() -> None:
    """At the end there is nothing that one could not know; the consultation goes on."""
    end = hold(setting(inventory=inventory(SHOP, EXACT)), ["payments", "/api/x", "web", "unknown", "how route.match"])

    assert "route.match is none" in end.screen.partition("> unknown")[2]


def test_answers_about_what_was_not_seen_lead_to_the_cause() -> None:
    """Half of a mesh leaves questions; what they settle is why the request fails, though no walk can tell."""
    bare = SHOP.replace("istio-injection: enabled", "a: b")
    request = parse_request("http://ledger.bank:8080/", source="shop/deployment/web")
    given = setting(inventory=inventory(bare), request=request, symptom="503-uc")
    end = held(given, by_question({"What does the target accept?": "strict"}))

    assert ["What does the target accept?"] == end.questions
    assert end.diagnosis is not None
    assert end.diagnosis.root is not None
    assert ("plain", Severity.ERROR) == (end.diagnosis.root.cause, end.diagnosis.root.severity)


def test_the_same_without_questions() -> None:
    """Every consultation on a mesh ends with the command that says the same, in which no prompt is left."""
    given = setting(inventory=inventory(SHOP, EXACT), arguments=("-f", "my mesh.yaml"))
    end = hold(given, ["payments", "POST /api/x", "web"])

    assert (
        "    troubleshoot diagnose -f 'my mesh.yaml' --from shop/deployment/web --to http://payments.shop:8080/api/x "
        "-X POST\n"
    ) in end.screen


HOSTILE = "x\x1b[31m\u202epay"


def test_hostile_names_are_safe_on_the_screen() -> None:
    """A name of the mesh cannot move the cursor, nor can what somebody was made to paste."""
    mesh = inventory(SHOP.replace("name: payments, namespace", 'name: "x\\e[31m\\u202Epay", namespace'))
    end = hold(setting(inventory=mesh), ["why", "notes", HOSTILE.replace("\u202e", ""), "how \x1b[2J", "quit"])
    shown = "".join(line for line in end.screen.splitlines(keepends=True) if not line.startswith("> "))

    assert [] == [letter for letter in "\x1b\u202e" if letter in shown]


def test_lines_fit_the_screen() -> None:
    """Only commands and what is typed are longer than 80 columns."""
    end = held(setting(inventory=inventory(SHOP, EXACT)), by_question({}, ["help", "payments", "/api/x", "web"]))
    long = [line for line in end.screen.splitlines() if len(line) > 80]

    assert [] == [line for line in long if not line.startswith(("    ", "> "))]
