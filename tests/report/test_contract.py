"""What `-o json` prints, key by key."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given

from tests.report import report_examples as examples
from tests.report import report_strategies as some
from troubleshooter.model import Branch, Diagnosis, Fact, Resource, Source, Stage, StageVerdict, Verdict, Walk
from troubleshooter.report import to_json


def printed(diagnosis: Diagnosis) -> Any:
    """The object that a program reads."""
    return json.loads(to_json(diagnosis))


def result_of(stage: Stage, **result: Any) -> Any:
    """What is printed for a stage's result."""
    path = (examples.step(stage, result=result),)
    branch = Branch(path=path, verdict=Verdict.REACHABLE, outcome=examples.FINE)
    walk = replace(examples.GOOD_WALK, branches=(branch,))
    return printed(Diagnosis(walk=walk))["path"][0]["result"]


def test_keys_stand_in_the_order_of_the_contract() -> None:
    """The object has the contract's keys, in its order."""
    expected = [
        "schema",
        "request",
        "verdict",
        "outcome",
        "path",
        "branches",
        "findings",
        "possible",
        "questions",
        "groups",
        "not_checked",
        "engine",
        "before",
    ]

    assert expected == list(printed(examples.FAILED))


def test_the_schema_is_named() -> None:
    """The first key names the version of the contract."""
    assert printed(examples.CLEAN)["schema"] == "troubleshoot/v1"


def test_a_request_has_its_seven_keys() -> None:
    """The request is printed as it was asked."""
    expected = {
        "from": "shop/deployment/web",
        "to": "http://payments.shop:8080/api/health/detailed",
        "method": "GET",
        "headers": {},
        "expect": "",
        "assumed": [],
        "http10": False,
    }

    assert expected == printed(examples.FAILED)["request"]


def test_credentials_in_headers_are_hidden() -> None:
    """A header that carries a credential keeps its name and loses its value; others keep both."""
    expected = {"x-user": "alice", "authorization": "(hidden)"}

    assert expected == printed(Diagnosis(walk=examples.OBSERVED_WALK))["request"]["headers"]


def test_an_outcome_has_its_four_keys() -> None:
    """Status, flags, details and connection."""
    expected = {"status": 404, "flags": ["NR"], "details": "route_not_found", "connection": "ok"}

    assert expected == printed(examples.FAILED)["outcome"]


def test_a_step_has_its_keys_in_order() -> None:
    """A stage of the path."""
    expected = ["hop", "proxy", "stage", "verdict", "observed", "detail", "assumes", "resource", "result", "considered"]

    assert expected == list(printed(examples.FAILED)["path"][0])


def test_a_client_outside_has_no_proxy() -> None:
    """An object that does not apply is null."""
    assert printed(Diagnosis(walk=examples.OBSERVED_WALK))["path"][0]["proxy"] is None


def test_the_path_is_that_of_the_worst_branch() -> None:
    """The path of the object is the path of its first branch."""
    result = printed(examples.AMBIGUOUS)

    assert result["branches"][0]["path"] == result["path"]


def test_what_was_before_has_a_walk_of_its_own() -> None:
    """Where manifests were laid over the mesh, the same request without them."""
    before = printed(replace(examples.REACHABLE, before=examples.FAILING_WALK))["before"]

    assert ["verdict", "outcome", "path", "branches"] == list(before)
    assert "unreachable" == before["verdict"]


def test_all_branches_are_listed() -> None:
    """Each branch says what splits it, its share, and what becomes of it."""
    expected = [("weight", 0.1, "unreachable"), ("weight", 0.9, "reachable")]

    assert expected == [(b["by"], b["share"], b["verdict"]) for b in printed(examples.AMBIGUOUS)["branches"]]


def test_branches_beyond_the_limit_are_not_checked() -> None:
    """Branches that were not followed are counted among what was not checked."""
    assert printed(examples.AMBIGUOUS)["not_checked"][0]["what"] == "3 more branches"


def test_a_result_has_all_keys_of_its_stage() -> None:
    """What the walk leaves out of a result stands there as "" or null."""
    expected = {"name": "0.0.0.0_8080", "filter_chain": "", "protocol": "", "tls": None, "cluster": ""}

    assert expected == result_of(Stage.LISTENER, name="0.0.0.0_8080")


def test_an_endpoint_has_all_its_keys() -> None:
    """The same holds for each endpoint."""
    expected = {
        "address": "10.0.0.7",
        "port": 8080,
        "workload": None,
        "locality": "",
        "network": "",
        "priority": None,
        "weight": None,
        "healthy": None,
    }

    assert [expected] == result_of(Stage.ENDPOINT, endpoints=({"address": "10.0.0.7", "port": 8080},))["endpoints"]


def test_a_resource_in_a_result_is_printed_as_one() -> None:
    """Objects in a result have the contract's keys too."""
    result = result_of(Stage.AUTHORIZATION, action="DENY", policies=(examples.SERVICE,))

    assert result["policies"][0]["name"] == "payments"


def test_a_stage_that_was_not_reached_has_no_result() -> None:
    """Its result is null."""
    not_reached = [s for s in printed(examples.FAILED)["path"] if s["verdict"] == StageVerdict.NOT_REACHED]

    assert [None] * 7 == [s["result"] for s in not_reached]


def test_a_resource_has_its_eight_keys() -> None:
    """A field of an object, with file and line."""
    expected = {
        "group": "networking.istio.io",
        "kind": "VirtualService",
        "namespace": "shop",
        "name": "payments",
        "cluster": "",
        "field": "spec.http[0].match[0].uri.exact",
        "file": "mesh.yaml",
        "line": 14,
    }

    assert expected == printed(examples.FAILED)["findings"][0]["resource"]


def test_a_live_object_has_no_line() -> None:
    """An object of a cluster has file "" and line null."""
    live = replace(examples.NO_MATCH, resource=Resource(kind="Service", namespace="shop", name="payments"))
    resource = printed(Diagnosis(findings=(live,)))["findings"][0]["resource"]

    assert (resource["file"], resource["line"]) == ("", None)


def test_a_finding_has_its_keys_in_order() -> None:
    """A finding of the contract."""
    expected = [
        "fingerprint",
        "cause",
        "title",
        "root",
        "certainty",
        "severity",
        "stage",
        "resource",
        "related",
        "known_as",
        "explained_by",
        "explanation",
        "because",
        "fixes",
    ]

    assert expected == list(printed(examples.FAILED)["findings"][0])


def test_a_fix_has_its_keys_in_order() -> None:
    """A fix of the contract, and how to confirm it."""
    expected = [
        "do",
        "risk",
        "applicability",
        "manifest",
        "removes",
        "commands",
        "rollback",
        "verified",
        "why_not_verified",
        "confirm",
    ]

    assert expected == list(printed(examples.FAILED)["findings"][0]["fixes"][0])


def test_a_consequence_names_its_reason() -> None:
    """`explained_by` is a fingerprint or null."""
    assert [f["explained_by"] for f in printed(examples.FAILED)["findings"]] == [None, None, None, "a1"]


def test_a_fact_is_printed_with_its_sources() -> None:
    """An answer of a person is a source without a place."""
    fact = Fact(name="request.path", word="known", sources=(Source(said=True),))
    source = {"resource": None, "file": "", "line": None, "text": "", "said": True}
    expected = [{"fact": "request.path", "value": "known", "sources": [source]}]

    assert (
        expected
        == printed(Diagnosis(findings=(replace(examples.NO_MATCH, because=(fact,)),)))["findings"][0]["because"]
    )


def test_a_log_group_is_printed_whole() -> None:
    """Count, share, times, flags, and the arguments that diagnose it."""
    expected = {
        "count": 412,
        "share": 0.61,
        "first": "2024-05-02T10:02:11Z",
        "last": "2024-05-02T10:09:40Z",
        "flags": ["NR"],
        "arguments": ["--log", "web.log", "--to", "http://payments.shop:8080/api/health/detailed"],
        "pattern": "always",
        "since": "",
        "until": "",
        "callers": ["10.244.0.5"],
        "endpoint": "",
        "far_log": "",
        "said": "",
        "checks": False,
    }

    assert expected == printed(examples.FAILED)["groups"][0]


def test_possible_causes_and_questions_have_the_contracts_keys() -> None:
    """What is missing, and what would settle it."""
    result = printed(examples.UNDETERMINED)

    assert {"cause": "proxy-not-synced", "missing": ["workload.sync"]} == result["possible"][1]
    assert list(result["questions"][0]) == ["fact", "question", "how"]


def test_an_audit_is_about_no_request() -> None:
    """Request, verdict and outcome are null, path and branches []."""
    result = printed(examples.AUDIT)

    assert [None, None, None, [], []] == [result[k] for k in ["request", "verdict", "outcome", "path", "branches"]]


def test_a_walk_is_the_same_object_without_findings() -> None:
    """A diagnosis that holds a walk alone has every key."""
    result = printed(Diagnosis(walk=examples.FAILING_WALK))

    assert ([], [], [], "") == (result["findings"], result["possible"], result["questions"], result["engine"])


def test_what_the_walk_did_not_see_is_not_checked() -> None:
    """What the walk adds stands beside what the diagnosis says, each once."""
    walk: Walk = examples.UNKNOWN_WALK
    twice = Diagnosis(walk=walk, not_checked=walk.not_checked)

    assert [{"what": "namespace shop", "why": "forbidden", "unlock": "kubectl apply -f reader-role.yaml"}] == printed(
        twice
    )["not_checked"]


def test_letters_of_all_languages_stay() -> None:
    """Text is not escaped where it need not be."""
    assert '"engine": "naïve 評価"' in to_json(Diagnosis(engine="naïve 評価"))


def test_terminal_controls_are_escaped() -> None:
    """Escape, the 8-bit control introducer and a direction mark leave as JSON escapes."""
    assert r'"engine": "\u001b[2J\u009b\u202e"' in to_json(Diagnosis(engine="\x1b[2J\x9b\u202e"))


@given(some.diagnoses)
def test_output_can_always_be_encoded_and_read_back(diagnosis: Diagnosis) -> None:
    """Whatever is in it, the text is UTF-8, holds no control but newlines, and is JSON."""
    text = to_json(diagnosis)

    assert text.encode("utf-8")
    assert all(c.isprintable() or c == "\n" for c in text)
    assert json.loads(text)["engine"] == diagnosis.engine


@given(some.diagnoses)
def test_equal_diagnoses_give_equal_text(diagnosis: Diagnosis) -> None:
    """Nothing but the diagnosis decides the text."""
    assert to_json(diagnosis) == to_json(replace(diagnosis))
