"""A consultation as values: what is asked, what is concluded, and how it is taken back."""

from __future__ import annotations

import pytest

from tests.inventories import EXACT, SHOP, inventory
from troubleshooter.consult import UNKNOWN, Ask, Conclude, Consultation
from troubleshooter.inference import PlainEvaluator
from troubleshooter.model import Certainty, Diagnosis, Verdict
from troubleshooter.remedy import Situation
from troubleshooter.rulebook import Rulebook, parse
from troubleshooter.walk import parse_request

KNOWLEDGE = {
    "causes/routing/no-route/cause.yaml": """
id: no-route
title: No route of ${virtual_service} takes ${request.path}
stage: route
cases: [walk]
severity: error
prevalence: common
status: draft
symptoms: [404-envoy]
known_as: [{code: KIA9999, on: virtual_service, when: [{route.match: none}]}]
when: [{route.match: none}, {route.default: absent}]
explain:
  - text: It asks for ${request.path}.
  - {text: Never shown., when: [{route.match: matched}]}
fixes:
  - do: Take everything below it
    risk: It takes more.
    applicability: review
    edits: [{object: virtual_service, at: "${route.match_field}.uri", set: {prefix: "${route.prefix}"}}]
  - {do: Look at it, risk: None., applicability: manual, run: [kubectl get virtualservices]}
references: ["https://istio.io/latest/docs/reference/config/networking/virtual-service/"]
""",
    "causes/endpoints/no-endpoints/cause.yaml": """
id: no-endpoints
title: Nobody answers
stage: endpoint
cases: [walk, piece]
severity: error
prevalence: common
status: draft
symptoms: [503-uh]
when: [{service.endpoints: none}]
explain: [{text: Nobody is there.}]
fixes: [{do: Start it, risk: None., applicability: manual, run: [kubectl get pods]}]
references: ["https://kubernetes.io/docs/concepts/services-networking/service/"]
""",
    "symptoms/404-envoy.yaml": "{id: 404-envoy, title: 404, description: From Envoy., stages: [route]}",
    "symptoms/503-uh.yaml": "{id: 503-uh, title: 503, description: UH., stages: [endpoint]}",
    "questions.yaml": """
route.match:
  question: Does a route match?
  why: It matters.
  how: kubectl get vs
  cost: command
  answers: {matched: so it is, none: not one}
route.default:
  question: Is there a default?
  why: It matters.
  how: kubectl get vs
  cost: command
  answers: {present: there is, absent: there is none}
service.endpoints:
  question: Are there endpoints?
  why: It matters.
  how: kubectl get endpoints
  cost: command
  answers: {some: there are, none: there are none}
""",
}
TO = "http://payments.shop:8080/api/x"


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    """Two causes, two symptoms, three questions."""
    book, mistakes = parse(KNOWLEDGE)
    assert () == mistakes
    return book


def _on(rulebook: Rulebook, *texts: str, to: str = TO) -> Consultation:
    request = parse_request(to, source="shop/deployment/web")
    return Consultation(rulebook, PlainEvaluator(), Situation(inventory=inventory(*texts), request=request))


def _diagnosis(consultation: Consultation) -> Diagnosis:
    step = consultation.next_step()
    assert isinstance(step, Conclude)
    return step.diagnosis


def test_root_cause_is_concluded_without_a_question(rulebook: Rulebook) -> None:
    """What the objects tell is not asked."""
    root = _diagnosis(_on(rulebook, SHOP, EXACT)).root

    assert root is not None
    assert ("no-route", Certainty.CONFIRMED) == (root.cause, root.certainty)
    assert "No route of VirtualService shop/payments takes /api/x" == root.title
    assert "It asks for /api/x." == root.explanation


def test_finding_points_at_what_its_first_fix_edits(rulebook: Rulebook) -> None:
    """The resource is the object and field of the first edit."""
    root = _diagnosis(_on(rulebook, SHOP, EXACT)).root

    assert root is not None
    assert root.resource is not None
    assert ("VirtualService", "spec.http[0].match[0].uri") == (root.resource.kind, root.resource.field)


def test_fix_is_verified(rulebook: Rulebook) -> None:
    """The fix was tried, and its manifest holds the whole object; a command is never verified."""
    root = _diagnosis(_on(rulebook, SHOP, EXACT)).root

    assert root is not None
    assert [True, False] == [fix.verified for fix in root.fixes]
    assert "prefix: /api" in root.fixes[0].manifest
    assert "uid" not in root.fixes[0].manifest
    assert "exact: /api" in root.fixes[0].rollback


def test_peer_name_where_its_condition_holds(rulebook: Rulebook) -> None:
    """The other analyser's code stands on the object it would name."""
    root = _diagnosis(_on(rulebook, SHOP, EXACT)).root

    assert root is not None
    assert [("KIA9999", "payments")] == [(k.code, k.resource.name) for k in root.known_as]


def test_reachable_request_has_no_finding(rulebook: Rulebook) -> None:
    """A healthy mesh is silent."""
    diagnosis = _diagnosis(_on(rulebook, SHOP))

    assert diagnosis.walk is not None
    assert (Verdict.REACHABLE, ()) == (diagnosis.walk.verdict, diagnosis.findings)


def test_failure_without_a_cause_is_unexplained(rulebook: Rulebook) -> None:
    """A failing request always has a root; no guess is made."""
    diagnosis = _diagnosis(_on(rulebook, SHOP, to="http://payments.shop:9999/"))

    assert diagnosis.root is not None
    assert "unexplained" == diagnosis.root.cause


def test_audit_finds_pieces_and_names_no_root(rulebook: Rulebook) -> None:
    """Without a request everything a request could use is judged."""
    broken = SHOP.replace("selector: {app: payments}\n  ports", "selector: {app: other}\n  ports")
    diagnosis = _diagnosis(Consultation(rulebook, PlainEvaluator(), Situation(inventory=inventory(broken))))

    assert [("no-endpoints", False)] == [(f.cause, f.root) for f in diagnosis.findings]
    assert None is diagnosis.walk


def test_answers_alone_lead_to_a_cause(rulebook: Rulebook) -> None:
    """From a symptom each answer is asked for once, and the last one concludes."""
    consultation = Consultation(rulebook, PlainEvaluator(), symptom="404-envoy")
    asked = []
    while isinstance(step := consultation.next_step(), Ask):
        asked.append(step.question.fact)
        consultation.tell(step.question.fact, {"route.match": "none", "route.default": "absent"}[step.question.fact])

    assert ["route.default", "route.match"] == sorted(asked)
    assert isinstance(step, Conclude)
    assert step.diagnosis.root is not None
    assert "no-route" == step.diagnosis.root.cause
    assert step.diagnosis.root.title == "No route of the VirtualService takes <request.path>"


def test_fix_known_by_answers_alone_is_not_verified(rulebook: Rulebook) -> None:
    """Without objects nothing can be tried."""
    consultation = Consultation(rulebook, PlainEvaluator(), symptom="404-envoy")
    consultation.tell("route.match", "none")
    consultation.tell("route.default", "absent")
    root = consultation.diagnosis().root

    assert root is not None
    assert not any(fix.verified for fix in root.fixes)
    assert all(fix.why_not_verified for fix in root.fixes)


def test_answer_that_rules_out_concludes_nothing(rulebook: Rulebook) -> None:
    """Where every cause is ruled out there is no finding."""
    consultation = Consultation(rulebook, PlainEvaluator(), symptom="404-envoy")
    consultation.tell("route.match", "matched")

    assert () == _diagnosis(consultation).findings


def test_unknown_is_an_answer(rulebook: Rulebook) -> None:
    """What a person does not know is not asked again, and leaves the cause possible."""
    consultation = Consultation(rulebook, PlainEvaluator(), symptom="404-envoy")
    consultation.tell("route.match", UNKNOWN)
    consultation.tell("route.default", UNKNOWN)
    diagnosis = _diagnosis(consultation)

    assert ["no-route"] == [p.cause for p in diagnosis.possible]


def test_back_takes_the_last_answer_back(rulebook: Rulebook) -> None:
    """After back the same question is open again; without answers there is nothing to take back."""
    consultation = Consultation(rulebook, PlainEvaluator(), symptom="404-envoy")
    before = consultation.next_step()
    assert isinstance(before, Ask)
    consultation.tell(before.question.fact, UNKNOWN)

    assert consultation.back()
    assert before == consultation.next_step()
    assert not consultation.back()


@pytest.mark.parametrize(("fact", "word"), [("no.such", "none"), ("route.match", "maybe")])
def test_answer_that_is_none(rulebook: Rulebook, fact: str, word: str) -> None:
    """An answer to no question, or that the question does not have, is refused."""
    with pytest.raises(ValueError, match=r"no question|no answer"):
        Consultation(rulebook, PlainEvaluator()).tell(fact, word)


def test_why_and_how(rulebook: Rulebook) -> None:
    """Why says which causes remain; how says where a fact comes from."""
    consultation = Consultation(rulebook, PlainEvaluator(), symptom="404-envoy")
    consultation.tell("route.match", "none")
    how = consultation.how("route.match")

    assert how is not None
    assert how.fact.sources[0].said
    assert consultation.why("route.default") is not None
    assert None is consultation.how("service.endpoints")
