"""A diagnosis as PolicyReport objects, which dashboards and controllers of a cluster read.

Decides: which finding goes into which report, what a result is called, and how long its texts may be. A namespace has
one report, and what belongs to no namespace goes into one ClusterPolicyReport, which is always there: it says that
somebody has looked, and in results of `skip` what was not looked at. Names stay the same from run to run, so that a
newer report takes the place of an older one. Must not know: how reports reach a cluster.

Source: the CRDs policyreports and clusterpolicyreports of wgpolicyk8s.io/v1alpha2, kubernetes-sigs/wg-policy-prototypes
policy-report/crd/v1alpha2 (`severity` has three words in the oldest of them, so only those are used).
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import yaml

from troubleshooter.model import Diagnosis, Finding, Inventory, Key, NotChecked, Resource, Severity
from troubleshooter.model.plain import plain, plain_block, without_credentials
from troubleshooter.report import words
from troubleshooter.report.contract import not_checked

API_VERSION = "wgpolicyk8s.io/v1alpha2"
NAME = "istio-troubleshooter"
CLUSTER = "troubleshoot/cluster"
"""The annotation that says of which Kubernetes cluster an object is, where there are several."""
MANAGED_BY = "app.kubernetes.io/managed-by"
MOST = 150
"""Results in one report: etcd takes no object of more than 1.5 MiB."""
LONGEST_MESSAGE, LONGEST_WORD, LONGEST_UNLOCK = 600, 250, 1500

OUTCOMES = ("pass", "fail", "warn", "error", "skip")
_RESULTS = {Severity.ERROR: "fail", Severity.WARNING: "warn", Severity.INFO: "warn"}
_SEVERITIES = {Severity.ERROR: "high", Severity.WARNING: "medium", Severity.INFO: "low"}
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NO_NAME = re.compile(r"[^a-z0-9]+")

Json: TypeAlias = Any
Place: TypeAlias = tuple[str, str]
"""Kubernetes cluster ("" where there is one only) and namespace ("" for the ClusterPolicyReport)."""


def to_policy_report(diagnosis: Diagnosis, *, observed: int | None, versions: Mapping[Key, str]) -> str:
    """The reports as one YAML List for `kubectl apply`, without a newline at its end.

    `observed` is when the mesh was looked at, in seconds since 1970; `versions` are the apiVersions of objects that
    findings name. Equal input gives equal text, in ASCII.
    """
    items = list(policy_reports(diagnosis, observed=observed, versions=versions))
    listed = {"apiVersion": "v1", "kind": "List", "items": items}
    return yaml.dump(listed, Dumper=_Dumper, sort_keys=False, width=10_000).rstrip()


class _Dumper(yaml.SafeDumper):
    """Without anchors: each result stands for itself."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def policy_reports(diagnosis: Diagnosis, *, observed: int | None, versions: Mapping[Key, str]) -> Iterator[Json]:
    """The reports, the ClusterPolicyReports first."""
    time = {"timestamp": {"seconds": observed, "nanos": 0}} if observed is not None else {}
    request = words.request_line(diagnosis.walk.request) if diagnosis.walk else ""
    held: dict[Place, list[Json]] = {("", ""): []}
    for finding in diagnosis.findings:
        result = {**_result(finding, versions, request), **time}
        held.setdefault(_place(finding.resource), []).append(result)
    held["", ""] += [{**_skipped(one), **time} for one in not_checked(diagnosis)]
    for place in sorted(held, key=lambda place: (place[1] != "", *place)):
        for number, start in enumerate(range(0, len(held[place]) or 1, MOST), 1):
            yield _report(place, number, held[place][start : start + MOST])


def versions_of(mesh: Inventory) -> dict[Key, str]:
    """In which version each object was read."""
    return {thing.key: str(thing.raw.get("apiVersion") or "") for thing in mesh.objects}


def _place(resource: Resource | None) -> Place:
    """Where a finding is reported. A namespace that no cluster can have (of a damaged file) is none."""
    if resource is None:
        return "", ""
    return resource.cluster, resource.namespace if _LABEL.fullmatch(resource.namespace) else ""


def _report(place: Place, number: int, results: Sequence[Json]) -> Json:
    cluster, namespace = place
    counts = Counter(result["result"] for result in results)
    metadata = {
        "name": _name(cluster, number),
        **({"namespace": namespace} if namespace else {}),
        "labels": {MANAGED_BY: NAME},
        **({"annotations": {CLUSTER: _word(cluster)}} if cluster else {}),
    }
    scope = {"scope": {"apiVersion": "v1", "kind": "Namespace", "name": namespace}} if namespace else {}
    return {
        "apiVersion": API_VERSION,
        "kind": "PolicyReport" if namespace else "ClusterPolicyReport",
        "metadata": metadata,
        **scope,
        "summary": {outcome: counts[outcome] for outcome in OUTCOMES},
        "results": list(results),
    }


def _name(cluster: str, number: int) -> str:
    """Reports of several clusters may lie in one folder, so each carries its cluster in its name too."""
    called = _NO_NAME.sub("-", cluster.lower()).strip("-")[:40].strip("-")
    own = hashlib.sha256(cluster.encode(errors="replace")).hexdigest()[:8] if called != cluster else ""
    return "-".join(filter(None, (NAME, called, own, str(number) if number > 1 else "")))


def _result(finding: Finding, versions: Mapping[Key, str], request: str) -> Json:
    return {
        "policy": _word(finding.cause),
        "rule": str(finding.stage),
        "category": "Istio connectivity",
        "source": NAME,
        "result": _RESULTS[finding.severity],
        "severity": _SEVERITIES[finding.severity],
        "message": _clipped(": ".join(filter(None, (finding.title, finding.explanation))), LONGEST_MESSAGE),
        **({"resources": [_reference(finding.resource, versions)]} if finding.resource else {}),
        "properties": _properties(finding, request),
    }


def _properties(finding: Finding, request: str) -> dict[str, str]:
    fix = finding.fixes[0] if finding.fixes else None
    resource = finding.resource
    rows = (
        ("fingerprint", finding.fingerprint),
        ("certainty", str(finding.certainty)),
        ("root", "true" if finding.root else ""),
        ("explained_by", finding.explained_by or ""),
        ("request", request),
        ("place", words.place(resource.file, resource.line) if resource else ""),
        ("known_as", ", ".join(known.code for known in finding.known_as)),
        ("fix", fix.do if fix else ""),
        ("fix_verified", ("true" if fix.verified else "false") if fix else ""),
    )
    return {name: _word(value) for name, value in rows if value}


def _reference(resource: Resource, versions: Mapping[Key, str]) -> Json:
    rows = (
        ("apiVersion", versions.get(resource.key, "")),
        ("kind", resource.kind),
        ("namespace", resource.namespace),
        ("name", resource.name),
        ("fieldPath", resource.field),
    )
    return {name: _word(value) for name, value in rows if value}


def _skipped(missing: NotChecked) -> Json:
    """Something that was not looked at: no fault, and no proof that there is none."""
    return {
        "policy": "not-checked",
        "category": "Istio connectivity",
        "source": NAME,
        "result": "skip",
        "message": _clipped(f"{missing.what}: {missing.why}", LONGEST_MESSAGE),
        **({"properties": {"unlock": _unlock(missing.unlock)}} if missing.unlock else {}),
    }


def _unlock(text: str) -> str:
    """A command or, in several lines, a manifest."""
    return plain_block(without_credentials(text))[:LONGEST_UNLOCK]


def _word(text: str) -> str:
    return _clipped(text, LONGEST_WORD)


def _clipped(text: str, longest: int) -> str:
    """One line that no terminal obeys, and that holds no credentials."""
    line = plain(without_credentials(" ".join(text.split())))
    return line if len(line) <= longest else line[: longest - 4] + " ..."
