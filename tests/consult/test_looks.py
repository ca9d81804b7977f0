"""Looks as values: where the consultation wants to look, and what it makes of what was seen there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.inventories import SHOP, inventory
from tests.knowledge import knowledge_base
from tests.running import LIVE, PROXIED, REQUEST, RESET, RUNNING
from troubleshooter.consult import Ask, Consultation, Look
from troubleshooter.consult.looking import MOST
from troubleshooter.consult.sources import ROWS
from troubleshooter.evidence import Evidence
from troubleshooter.facts import CATALOGUE
from troubleshooter.inference import PlainEvaluator
from troubleshooter.model import Exhibit, Request, RuntimePage, StageVerdict, Verdict
from troubleshooter.remedy import Situation

KNOWLEDGE = knowledge_base.KNOWLEDGE
TLS = (
    "TLS_error:|268435581:SSL_routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:verify_cert_failed:_X509_verify_cert:"
    "_certificate_verification_error_at_depth_0:_certificate_has_expired:TLS_error_end"
)
EXPIRED = RESET.replace(
    'UC upstream_reset_before_response_started{connection_termination} - "-"',
    f'UF upstream_reset_before_response_started{{remote_connection_failure|{TLS}}} - "{TLS}"',
)


def _held(symptom: str = "503-uc", request: Request | None = REQUEST, *, live: bool = True) -> Consultation:
    situation = Situation(inventory=inventory(LIVE), request=request)
    return Consultation(knowledge_base.book(), PlainEvaluator(), situation, symptom=symptom, live=live)


def _look(consultation: Consultation) -> Look:
    step = consultation.next_step()
    assert isinstance(step, Look)
    return step


def _refused(consultation: Consultation) -> list[Look]:
    """All looks that it wants where none is to be had."""
    looks: list[Look] = []
    while isinstance(step := consultation.next_step(), Look):
        looks.append(step)
        consultation.could_not(step, "forbidden")
    return looks


def _empty(consultation: Consultation) -> list[Look]:
    """All looks that it wants where none shows anything."""
    looks: list[Look] = []
    while isinstance(step := consultation.next_step(), Look):
        looks.append(step)
        consultation.tell_seen(step, ())
    return looks


def test_log_of_the_caller_is_looked_at_before_anybody_is_asked() -> None:
    """What a failed line tells comes first, and both pods of the caller may hold it."""
    look = _look(_held())

    assert (RuntimePage.LOG, ("web-1", "web-2")) == (look.sight.page, look.sight.pods)
    assert look.command.startswith("kubectl logs -n shop web-1 -c istio-proxy --since=15m")


def test_ztunnels_of_pods_without_a_proxy_are_looked_at() -> None:
    """Those of the nodes on which the pods run."""
    rows = (("web-1", "shop", "web"), ("payments-1", "shop", "payments"), ("ztunnel-x", "istio-system", "ztunnel"))
    pods = (RUNNING.format(name=n, namespace=s, app=a, more="", number=i) for i, (n, s, a) in enumerate(rows))
    elsewhere = RUNNING.format(name="ztunnel-y", namespace="istio-system", app="ztunnel", more="", number=9)
    mesh = "".join((SHOP, *pods, elsewhere.replace("n1", "n2")))
    situation = Situation(inventory=inventory(mesh), request=REQUEST)
    consultation = Consultation(
        knowledge_base.book(), PlainEvaluator(), situation, symptom="connection-reset", live=True
    )
    look = _look(consultation)

    assert (RuntimePage.LOG, ("ztunnel-x",), "istio-system") == (look.sight.page, look.sight.pods, look.sight.namespace)


def test_nothing_is_looked_at_without_a_cluster() -> None:
    """With files alone a person is asked."""
    assert isinstance(_held(live=False).next_step(), Ask)


def test_nothing_is_looked_at_in_an_audit() -> None:
    """Without a request there is no proxy in question."""
    assert not isinstance(_held(symptom="", request=None).next_step(), Look)


def test_nothing_is_looked_at_for_a_request_that_arrives() -> None:
    """Where nobody says that it fails, there is nothing to find out."""
    assert not isinstance(_held(symptom="").next_step(), Look)


def test_failed_line_in_a_log_outranks_the_walk() -> None:
    """The request fails where the line says so, and the line is named."""
    consultation = _held()
    consultation.tell_seen(_look(consultation), [Exhibit(name="shop/web-1: log", text=RESET, pod="shop/web-1")])
    walk = consultation.diagnosis().walk

    assert walk is not None
    assert Verdict.UNREACHABLE == walk.verdict
    assert [True] == [s.observed for s in walk.branches[0].path if s.verdict is StageVerdict.FAIL]


def test_line_outranks_what_the_caller_was_seen_to_send() -> None:
    """A log is looked at even where by all objects nothing of what is seen can be."""
    look = _look(_held("401"))

    assert (RuntimePage.LOG, "failure.flag") == (look.sight.page, look.fact)


def test_line_outranks_the_symptom() -> None:
    """Whoever chose another symptom is told what the line means all the same."""
    consultation = _held("503-uh")
    consultation.tell_seen(_look(consultation), [Exhibit(name="log", text=EXPIRED)])
    root = consultation.diagnosis().root

    assert root is not None
    assert "workload-cert-expired" == root.cause


def test_what_would_rule_out_a_root_that_was_seen_is_looked_at() -> None:
    """It may be the certificate of the authority that has expired."""
    consultation = _held()
    consultation.tell_seen(_look(consultation), [Exhibit(name="log", text=EXPIRED)])
    look = _look(consultation)

    assert (RuntimePage.CERTS, "evidence.root_certificate") == (look.sight.page, look.fact)


def test_log_of_an_init_container_tells_why_a_pod_does_not_start() -> None:
    """No object does; and what follows from it is folded under it."""
    mesh = KNOWLEDGE / "causes/injection/istio-init-no-net-admin/bad-log.yaml"
    situation = replace(knowledge_base.situation(mesh), evidence=Evidence())
    consultation = Consultation(knowledge_base.book(), PlainEvaluator(), situation, live=True)
    look = _look(consultation)
    consultation.tell_seen(look, [Exhibit(name="log", text=mesh.with_name("istio-init.txt").read_text("utf-8"))])
    root = consultation.diagnosis().root

    assert "istio-init" == look.sight.container
    assert root is not None
    assert "istio-init-no-net-admin" == root.cause


def _notes_on_log(text: str) -> list[str]:
    """What would unlock the log of the caller, which says this."""
    consultation = _held()
    look = _look(consultation)
    consultation.tell_seen(look, [Exhibit(name="log", text=text)])
    return [note.unlock for note in consultation.diagnosis().not_checked if note.what == look.sight.words]


def test_proxy_that_logs_no_requests_is_named() -> None:
    """Access logs are off by default; what turns them on is said."""
    (unlock,) = _notes_on_log("Envoy proxy is ready\n")

    assert "accessLogFile" in unlock


def test_log_with_requests_is_fine() -> None:
    """Whatever they came to."""
    assert [] == _notes_on_log(RESET.replace("/api/x", "/other"))


def test_pods_whose_logs_are_not_read_are_counted() -> None:
    """A line may stand in any of them."""
    more = "".join(
        RUNNING.format(name=f"web-{number}", namespace="shop", app="web", more=PROXIED, number=number)
        for number in range(3, 8)
    )
    situation = Situation(inventory=inventory(LIVE + more), request=REQUEST)
    consultation = Consultation(knowledge_base.book(), PlainEvaluator(), situation, symptom="503-uc", live=True)
    look = _look(consultation)
    consultation.tell_seen(look, ())

    assert 3 == len(look.sight.pods)
    assert "the logs of 4 more pods beside shop/web-1" in {n.what for n in consultation.diagnosis().not_checked}


def test_line_about_another_request_tells_nothing() -> None:
    """A log is full of others' failures."""
    consultation = _held()
    other = RESET.replace("/api/x", "/other")
    consultation.tell_seen(_look(consultation), [Exhibit(name="log", text=other)])
    walk = consultation.diagnosis().walk

    assert walk is not None
    assert Verdict.REACHABLE == walk.verdict


def test_no_look_is_wanted_twice() -> None:
    """What showed nothing shows nothing the next time."""
    looks = [look.sight for look in _empty(_held())]

    assert len(looks) == len(set(looks)) > 1


def test_looks_are_bounded() -> None:
    """A diagnosis does not go round all pages of all pods."""
    assert len(_empty(_held())) <= MOST


def test_a_person_is_asked_once_nothing_can_be_looked_at() -> None:
    """A look that is forbidden is told with what would show the same, and the question is put."""
    consultation = _held()
    looks = _refused(consultation)
    missed = [note for note in consultation.diagnosis().not_checked if note.why == "forbidden"]

    assert isinstance(consultation.next_step(), Ask)
    assert [look.sight.words for look in looks] == [note.what for note in missed]
    assert looks[0].command in missed[0].unlock


def test_pods_that_refuse_one_page_are_not_asked_for_another() -> None:
    """Who may not enter a pod for one page may not for the next; its log is another matter."""
    pages = [
        look.sight.pods for look in _refused(_held()) if look.sight.page in (RuntimePage.CERTS, RuntimePage.CLUSTERS)
    ]

    assert len(pages) == len(set(pages))


def test_what_is_forbidden_is_not_tried_in_the_next_pod() -> None:
    """A right is given for a namespace; counters may be had with another one."""
    consultation = _held()
    looks: list[Look] = []
    while isinstance(step := consultation.next_step(), Look):
        looks.append(step)
        consultation.could_not(step, "forbidden", forbidden=True)
    pages = [look.sight.page for look in looks if look.sight.namespace == "shop"]

    assert [RuntimePage.LOG, RuntimePage.CERTS, RuntimePage.STATS] == pages


def test_questions_are_not_told_of_what_can_be_looked_at() -> None:
    """A diagnosis names no question that the next look may answer."""
    asked = {question.fact for question in _held().diagnosis().questions}

    assert not asked & ROWS[0].tells


def test_all_istiods_that_do_not_know_a_proxy_tell_that_it_is_not_connected() -> None:
    """Each proxy is connected to one of them; what all of them say is told as one."""
    consultation = _held("503-uh")
    wanted = next(look for look in _empty(_held("503-uh")) if look.sight.page is RuntimePage.SYNC)
    known = '[{"proxy": "payments-1.shop", "cluster_sent": "a", "cluster_acked": "a"}]'
    others = '[{"proxy": "x-1.other", "cluster_sent": "a", "cluster_acked": "a"}]'
    consultation.tell_seen(wanted, [Exhibit(name="a", text=known), Exhibit(name="b", text=others)])
    facts = next(iter(consultation.examined.judgement.cases.values())).facts

    assert ("istiod-a", "istiod-b") == wanted.sight.pods
    assert "not-connected" == facts["evidence.sync"].word


def test_one_istiod_alone_does_not_tell_that_a_proxy_is_not_connected() -> None:
    """The other one may know it."""
    consultation = _held("503-uh")
    wanted = next(look for look in _empty(_held("503-uh")) if look.sight.page is RuntimePage.SYNC)
    others = '[{"proxy": "x-1.shop", "cluster_sent": "a", "cluster_acked": "a"}]'
    consultation.tell_seen(wanted, [Exhibit(name="a", text=others)])
    facts = next(iter(consultation.examined.judgement.cases.values())).facts

    assert "evidence.sync" not in facts


def test_page_that_cannot_be_read_is_named() -> None:
    """Half a page is no page."""
    consultation = _held("503-uh")
    wanted = next(look for look in _empty(_held("503-uh")) if look.sight.page is RuntimePage.SYNC)
    consultation.tell_seen(wanted, [Exhibit(name="istio-system/istiod-a: syncz", text='[{"proxy": "paym')])

    assert "istio-system/istiod-a: syncz" in {note.what for note in consultation.diagnosis().not_checked}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.page.name}-{row.whose.name}")
def test_rows_name_facts_that_there_are(row: object) -> None:
    """What a page is said to tell is in the catalogue."""
    told = {fact for one in ROWS if one is row for fact in one.tells | one.beside_a_line}

    assert told <= CATALOGUE.facts.keys()
