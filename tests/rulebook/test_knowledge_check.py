"""What no file shows alone: names are held against the catalogue, the other files and each other."""

from __future__ import annotations

import pytest

from tests.rulebook.knowledge_texts import (
    CATALOGUE,
    CAUSE,
    DERIVATIONS,
    FLAGS,
    NAMES,
    OTHER,
    PEERS,
    QUESTIONS,
    SYMPTOM,
    TEXTS,
    changed,
    check_mistakes,
)
from troubleshooter.rulebook import check, parse

ADD_FACT = "take one from the catalogue of facts, or add it there"
PORT_WORDS = "`disable`, `permissive`, `strict` or `unset`"
ROLES = "`authorization_policy`, `caller`, `destination_rule`, `target` or `workload`"


def test_the_texts_pass() -> None:
    """Nothing is wrong with the knowledge base that these tests change."""
    assert [] == check_mistakes(TEXTS)


@pytest.mark.parametrize(
    ("file", "old", "new", "mistake"),
    [
        # conditions
        (
            OTHER,
            "caller.proxy: absent",
            "caller.prxy: absent",
            "9:5: there is no fact `caller.prxy`; did you mean `caller.proxy`?",
        ),
        (OTHER, "caller.proxy: absent", "zzz: absent", f"9:5: there is no fact `zzz`; {ADD_FACT}"),
        (
            OTHER,
            "caller.proxy: absent",
            "caller.proxy: absnt",
            "9:5: `absnt` is no word of `caller.proxy`; did you mean `absent`?",
        ),
        (
            CAUSE,
            "[permissive, disable]",
            "[permissive, no]",
            f"17:5: `no` is no word of `target.port_mtls_mode`; use {PORT_WORDS}",
        ),
        (
            CAUSE,
            "evidence.chain: not-found",
            "evidence.chain: gone",
            "19:5: `gone` is no word of `evidence.chain`; use `found` or `not-found`",
        ),
        (
            CAUSE,
            "[{target.port_mtls_mode: unset}]",
            "[{target.port: x}]",
            "25:13: there is no fact `target.port`; did you mean `target.port_mtls_mode`?",
        ),
        (
            CAUSE,
            "when: [{target.mtls_mode: strict}]",
            "when: [{target.mtls_mode: x}]",
            "11:62: `x` is no word of `target.mtls_mode`; use `permissive`, `strict` or `unset`",
        ),
        (
            DERIVATIONS,
            "[{caller.proxy: absent}]",
            "[{caller.proxy: gone}]",
            "3:11: `gone` is no word of `caller.proxy`; use `absent` or `present`",
        ),
        (
            DERIVATIONS,
            "{connection.client: plaintext}",
            "{connection.client: text}",
            "2:9: `text` is no word of `connection.client`; did you mean `plaintext`?",
        ),
        (
            OTHER,
            "- caller.proxy: absent",
            "- caller.proxy: absent\n  - caller.proxy: present",
            "9:5: these conditions never hold together: a fact has one word; use a list of words, or `any`",
        ),
        (
            CAUSE,
            "evidence.chain: not-found",
            "connection.client: plaintext",
            "19:5: `connection.client` is settled by `when` already, so it supports nothing; take it out of one",
        ),
        # roles and placeholders
        (CAUSE, "restart: caller", "restart: callar", "45:9: there is no role `callar`; did you mean `caller`?"),
        (CAUSE, "restart: caller", "restart: connection", "45:9: no object fills the role `connection`; name another"),
        (CAUSE, "{object: destination_rule", "{object: dr", f"46:9: there is no role `dr`; use {ROLES}"),
        (CAUSE, "on: destination_rule", "on: rule", f"11:36: there is no role `rule`; use {ROLES}"),
        (CAUSE, "its: workload", "its: evidence", "21:32: no object fills the role `evidence`; name another"),
        (CAUSE, "our: caller", "our: calling", "21:47: there is no role `calling`; did you mean `caller`?"),
        (
            CAUSE,
            "${caller.name} sends",
            "${caller.naime} sends",
            "23:11: nothing is bound to `${caller.naime}`; did you mean `caller.name`?",
        ),
        (
            CAUSE,
            "${target} is STRICT",
            "${connection} is STRICT",
            "23:11: nothing is bound to `${connection}`; did you mean `connection.client`?",
        ),
        (
            CAUSE,
            "${target} is STRICT",
            "${evidence.name} is STRICT",
            "23:11: nothing is bound to `${evidence.name}`; did you mean `evidence.chain`?",
        ),
        (
            CAUSE,
            "${target} is STRICT",
            "${zzz} is STRICT",
            "23:11: nothing is bound to `${zzz}`; take one from the catalogue, or add a detail there",
        ),
        (
            CAUSE,
            "${target} is STRICT",
            "${target is STRICT",
            "23:11: a `${` here begins no placeholder; write `${role.attribute}`",
        ),
        (
            CAUSE,
            "of ${target} accept",
            "of ${tarjet} accept",
            "27:9: nothing is bound to `${tarjet}`; did you mean `target`?",
        ),
        (
            CAUSE,
            "pod ${target.pod}",
            "pod ${target.pods}",
            "40:14: nothing is bound to `${target.pods}`; did you mean `target.pod`?",
        ),
        (
            CAUSE,
            "deploy/${target.name}",
            "deploy/${target.id}",
            "48:10: nothing is bound to `${target.id}`; did you mean `target.kind`, `target.pod` or `target`?",
        ),
        (
            CAUSE,
            '"${target.port}": {mode',
            '"${target.ports}": {mode',
            "31:9: nothing is bound to `${target.ports}`; did you mean `target.port`?",
        ),
        (
            QUESTIONS,
            "Which mode of mutual TLS is ${target}",
            "Which mode is ${tgt}",
            "2:13: nothing is bound to `${tgt}`; did you mean `target`?",
        ),
        (
            OTHER,
            "title: The pods",
            "title: Pods of ${worklod}",
            "2:8: nothing is bound to `${worklod}`; did you mean `workload`?",
        ),
        # links
        (
            CAUSE,
            "cause: not-injected",
            "cause: not-injectd",
            "21:13: there is no cause `not-injectd`; did you mean `not-injected`?",
        ),
        (
            CAUSE,
            "cause: not-injected",
            "cause: strict-plaintext",
            "21:13: a cause is no consequence of itself; name another, or delete this entry",
        ),
        (
            CAUSE,
            "symptoms: [503-uc]",
            "symptoms: [503-uf]",
            "9:11: there is no symptom `503-uf`; did you mean `503-uc`?",
        ),
        (
            CAUSE,
            "symptoms: [503-uc]",
            "symptoms: [hangs]",
            "9:11: there is no symptom `hangs`; write symptoms/hangs.yaml",
        ),
        (
            CAUSE,
            "plaintext: true}",
            "plaintext: true, stage: route}",
            "12:126: the example fails at `route`, which is no stage of its cause; correct it, or add it there",
        ),
        (
            SYMPTOM,
            "flags: [UC]",
            "flags: [NC]",
            "4:8: flags.yaml does not know the flag `NC`; write it into flags.yaml",
        ),
        (PEERS, "KIA9999", "KIA0002", "1:1: the cause `strict-plaintext` stands for `KIA0002`; delete this entry"),
        # questions
        (
            QUESTIONS,
            "connection.client:",
            "connection.clint:",
            "7:1: there is no fact `connection.clint`; did you mean `connection.client`?",
        ),
        (
            QUESTIONS,
            "{strict: Only",
            "{stict: Only",
            "5:12: the answer `stict` is no word of `target.mtls_mode`; did you mean `strict`?",
        ),
        # fixes
        (
            OTHER,
            "applicability: manual",
            "applicability: machine",
            "15:20: a fix for a machine needs `edits`; add them, or call it `manual`",
        ),
        (
            CAUSE,
            "applicability: review",
            "applicability: machine",
            "31:9: this edit touches `PeerAuthentication`, which a person must review; call the fix `review`",
        ),
        (
            CAUSE,
            "delete: destination_rule",
            "delete: authorization_policy",
            "47:9: this edit touches `AuthorizationPolicy`, which a person must review; call the fix `review`",
        ),
    ],
)
def test_a_name_that_leads_nowhere_is_a_mistake(file: str, old: str, new: str, mistake: str) -> None:
    """One wrong name is one mistake, at its place, with what to do next."""
    said = f"{file}:{mistake}"

    assert [said] == [found for found in check_mistakes(changed(file, old, new)) if "no question asks" not in found]


def test_a_fact_of_a_request_needs_a_question() -> None:
    """Where there is no source a person is asked: a fact in the `when` of a walk has a question."""
    texts = TEXTS | {QUESTIONS: TEXTS[QUESTIONS].split("connection.client")[0]}

    assert [f"{CAUSE}:15:5: no question asks for `connection.client`; add one to questions.yaml"] == check_mistakes(
        texts
    )


def test_a_fact_of_a_piece_needs_no_question() -> None:
    """Nobody is asked in an audit: facts that only pieces need may be without a question."""
    assert [] == check_mistakes(TEXTS | {QUESTIONS: "{}", CAUSE: TEXTS[CAUSE].replace("[walk, piece]", "[piece]")})


def test_a_circle_of_consequences_is_refused() -> None:
    """Were two causes consequences of each other, neither could be the root."""
    link = "because_of: [{cause: strict-plaintext, its: caller, our: workload}]\nreferences"
    (said,) = check_mistakes(changed(OTHER, "references", link))

    assert "`because_of` leads in a circle" in said


def test_a_retired_cause_is_no_reason() -> None:
    """A cause that is never found explains nothing."""
    retired = "id: not-injected\ntitle: It was\nstatus: retired\nexplain: [{text: Gone.}]\n"

    assert [f"{CAUSE}:21:13: the cause `not-injected` is retired and never found; delete this entry"] == check_mistakes(
        TEXTS | {OTHER: retired}
    )


def test_a_retired_cause_is_left_in_peace() -> None:
    """What a retired cause names may be gone."""
    link = "because_of:\n  - {cause: not-injected, its: workload, our: caller}\n"
    retired = TEXTS[OTHER].replace("draft", "retired").replace("caller.proxy", "long.gone")

    assert [] == check_mistakes(changed(CAUSE, link, "") | {OTHER: retired})


@pytest.mark.parametrize("file", [OTHER, SYMPTOM, QUESTIONS, FLAGS])
def test_what_cannot_be_read_is_not_called_missing(file: str) -> None:
    """A file with broken YAML is one mistake of `parse`, not many of `check`."""
    book, mistakes = parse(TEXTS | {file: "{"})

    assert (1, ()) == (len(mistakes), check(book, CATALOGUE, NAMES))


def test_mistakes_come_in_the_order_of_places() -> None:
    """Whichever test finds them, mistakes are sorted by file, line and column."""
    texts = changed(CAUSE, "symptoms: [503-uc]", "symptoms: [hangs]")
    texts[CAUSE] = texts[CAUSE].replace("restart: caller", "restart: nobody")
    texts[SYMPTOM] = texts[SYMPTOM].replace("[UC]", "[ZZ]")

    assert [f"{CAUSE}:9:11", f"{CAUSE}:45:9", f"{SYMPTOM}:4:8"] == [
        said.split(": ")[0] for said in check_mistakes(texts)
    ]
