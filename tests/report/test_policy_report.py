"""PolicyReports: what the CRD allows, one report a namespace, names that stay."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import yaml
from hypothesis import given
from jsonschema import Draft202012Validator

from tests.conftest import Golden
from tests.report import report_examples as examples
from tests.report import report_strategies as some
from troubleshooter.model import Diagnosis, Key, NotChecked, Resource
from troubleshooter.report import policy_reports, to_policy_report

OBSERVED = 1_714_644_000
VERSIONS: dict[Key, str] = {
    examples.ROUTES.key: "networking.istio.io/v1",
    ("", "", "Service", "shop", "ledger"): "v1",
    ("", "networking.istio.io", "DestinationRule", "shop", "payments"): "networking.istio.io/v1",
}

TEXT = {"type": "string"}
TEXTS = {"type": "object", "additionalProperties": TEXT}


def closed(required: Sequence[str] = (), **properties: Any) -> dict[str, Any]:
    """An object without keys that are not named: an API server would take those away."""
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


REFERENCE = closed(
    apiVersion=TEXT, kind=TEXT, namespace=TEXT, name=TEXT, uid=TEXT, resourceVersion=TEXT, fieldPath=TEXT
)
RESULT = closed(
    ["policy"],
    policy=TEXT,
    rule=TEXT,
    category=TEXT,
    source=TEXT,
    message=TEXT,
    scored={"type": "boolean"},
    result={"enum": ["pass", "fail", "warn", "error", "skip"]},
    severity={"enum": ["high", "low", "medium"]},
    timestamp=closed(["nanos", "seconds"], nanos={"type": "integer"}, seconds={"type": "integer"}),
    resources={"type": "array", "items": REFERENCE},
    properties=TEXTS,
)
DNS_LABEL = {"type": "string", "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"}
METADATA = closed(
    ["name"],
    name={"type": "string", "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", "maxLength": 253},
    namespace=DNS_LABEL,
    labels=TEXTS,
    annotations=TEXTS,
)
REPORT = closed(
    ["apiVersion", "kind", "metadata"],
    apiVersion={"const": "wgpolicyk8s.io/v1alpha2"},
    kind={"enum": ["PolicyReport", "ClusterPolicyReport"]},
    metadata=METADATA,
    scope=REFERENCE,
    summary=closed((), **{key: {"type": "integer"} for key in ("pass", "fail", "warn", "error", "skip")}),
    results={"type": "array", "items": RESULT},
)
"""The schema of the two CRDs, from kubernetes-sigs/wg-policy-prototypes, policy-report/crd/v1alpha2."""
VALIDATOR = Draft202012Validator(REPORT)
ETCD = 1_500_000
"""So many bytes etcd takes at once (--max-request-bytes, 1.5 MiB)."""


def reports(diagnosis: Diagnosis) -> list[Any]:
    """The reports of a diagnosis."""
    return list(policy_reports(diagnosis, observed=OBSERVED, versions=VERSIONS))


def results(diagnosis: Diagnosis) -> list[Any]:
    """All results of all reports."""
    return [result for report in reports(diagnosis) for result in report["results"]]


@pytest.mark.parametrize("name", examples.DIAGNOSES)
def test_examples_obey_the_crd(name: str) -> None:
    """Each report of each example has the fields of the CRD, in their types, and no others."""
    assert [] == [error.message for one in reports(examples.DIAGNOSES[name]) for error in VALIDATOR.iter_errors(one)]


@given(some.diagnoses)
def test_every_diagnosis_obeys_the_crd(diagnosis: Diagnosis) -> None:
    """Whatever a diagnosis holds, its reports can be applied."""
    assert [] == [error.message for one in reports(diagnosis) for error in VALIDATOR.iter_errors(one)]


@given(some.diagnoses)
def test_text_is_the_same_reports(diagnosis: Diagnosis) -> None:
    """What is printed reads as a List of the reports, and is ASCII without control characters."""
    printed = to_policy_report(diagnosis, observed=OBSERVED, versions=VERSIONS)

    assert {"apiVersion": "v1", "kind": "List", "items": reports(diagnosis)} == yaml.safe_load(printed)
    assert all(letter == "\n" or " " <= letter <= "~" for letter in printed)


@pytest.mark.parametrize("name", ["audit", "clean"])
def test_printed(name: str, golden: Golden) -> None:
    """The whole of it, to be read."""
    golden(
        f"{name}.policyreport.yaml",
        to_policy_report(examples.DIAGNOSES[name], observed=OBSERVED, versions=VERSIONS) + "\n",
    )


def test_namespace_has_one_report() -> None:
    """Findings of a namespace stand in its report, others in that of the cluster, which comes first."""
    places = [(one["kind"], one["metadata"].get("namespace")) for one in reports(examples.AUDIT)]

    assert [("ClusterPolicyReport", None), ("PolicyReport", "shop")] == places


def test_severities_are_told() -> None:
    """An error fails, what is less warns; the severity has the CRD's words."""
    found = [(one["policy"], one["result"], one["severity"]) for one in results(examples.AUDIT) if "severity" in one]

    assert {
        ("vs-no-match-no-default", "fail", "high"),
        ("service-port-name-unknown-protocol", "warn", "medium"),
        ("dr-subset-unused", "warn", "low"),
        ("vs-route-shadowed", "warn", "medium"),
    } == set(found)


def test_what_was_not_checked_is_skipped() -> None:
    """What was not looked at is a result of its own, with what would unlock it; it is no pass."""
    blind = Diagnosis(not_checked=(NotChecked(what="pods of shop", why="forbidden", unlock="apply the Role"),))

    assert [("not-checked", "skip", "pods of shop: forbidden", {"unlock": "apply the Role"})] == [
        (one["policy"], one["result"], one["message"], one["properties"]) for one in results(blind)
    ]


def test_clean_audit_says_that_somebody_has_looked() -> None:
    """Without findings there is a report with nothing in it: kubectl refuses an empty List."""
    assert [{"pass": 0, "fail": 0, "warn": 0, "error": 0, "skip": 0}] == [
        one["summary"] for one in reports(examples.CLEAN)
    ]


def test_summary_counts_the_results() -> None:
    """The summary is of this report alone."""
    (report,) = (one for one in reports(examples.AUDIT) if one["kind"] == "PolicyReport")

    assert {"pass": 0, "fail": 1, "warn": 3, "error": 0, "skip": 0} == report["summary"]


def test_object_is_named_in_its_version() -> None:
    """A result points at the object and the field."""
    (result,) = (one for one in results(examples.AUDIT) if one["policy"] == "dr-subset-unused")

    assert [
        {
            "apiVersion": "networking.istio.io/v1",
            "kind": "DestinationRule",
            "namespace": "shop",
            "name": "payments",
            "fieldPath": "spec.subsets[1]",
        }
    ] == result["resources"]


def test_fingerprint_is_told() -> None:
    """Whoever compares two reports knows which finding is the same."""
    found = [one["properties"]["fingerprint"] for one in results(examples.AUDIT) if one["result"] != "skip"]

    assert [f.fingerprint for f in sorted(examples.AUDIT.findings, key=lambda f: f.resource is not None)] == found


def test_clusters_have_reports_of_their_own() -> None:
    """Where there are several Kubernetes clusters, a report says in its name and an annotation of which it is."""
    finding = replace(examples.UNUSED, resource=Resource("Service", "web", "shop", cluster="East_1"))
    *_, report = reports(Diagnosis(findings=(finding,)))
    plain = report["metadata"]

    assert {"troubleshoot/cluster": "East_1"} == plain["annotations"]
    assert plain["name"].startswith("istio-troubleshooter-east-1-")


def test_many_findings_are_several_reports() -> None:
    """A report holds 150 results at most; the next carries a number."""
    names = [one["metadata"]["name"] for one in reports(Diagnosis(findings=(examples.UNUSED,) * 301))]

    assert ["istio-troubleshooter", "istio-troubleshooter", "istio-troubleshooter-2", "istio-troubleshooter-3"] == names


def test_longest_report_fits_into_etcd() -> None:
    """150 results of the longest texts stay below what etcd takes."""
    long = "€" * 9000
    worst = replace(
        examples.NO_MATCH,
        fingerprint=long,
        cause=long,
        title=long,
        explanation=long,
        explained_by=long,
        resource=Resource(long, long, "shop", long, "", long, long, 1),
        fixes=(replace(examples.ADD_DEFAULT, do=long),),
    )

    found = reports(Diagnosis(findings=(worst,) * 150))

    assert max(len(json.dumps(one, ensure_ascii=False).encode()) for one in found) < ETCD


def test_manifest_that_unlocks_keeps_its_lines() -> None:
    """A Role to apply can be copied out of the report."""
    role = "kind: Role\nmetadata: {name: see}\n"
    blind = Diagnosis(not_checked=(NotChecked(what="pods", why="forbidden", unlock=role),))

    assert [role] == [one["properties"]["unlock"] for one in results(blind)]


def test_credentials_are_hidden() -> None:
    """No password of a URL is in a report."""
    finding = replace(examples.UNUSED, title="see http://joe:hunter2@db.shop/")

    assert "hunter2" not in to_policy_report(Diagnosis(findings=(finding,)), observed=None, versions={})
