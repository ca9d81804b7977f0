"""The JSON Schema (2020-12) of what `-o json` prints, with a sentence for every key.

Decides: nothing that `contract.py` does not; the closed lists are those of the model. Keys that are not named here are
allowed: a later version of the program may add some.
"""

from __future__ import annotations

import json

from troubleshooter.model import PATTERNS, Applicability, Certainty, Severity, Stage, Verdict
from troubleshooter.report.contract import SCHEMA
from troubleshooter.report.shapes import (
    BRANCH,
    ENDPOINT,
    OUTCOME,
    PATH,
    REQUEST,
    RESOURCE,
    STEP,
    Schema,
    list_of,
    object_of,
    one_of,
    or_null,
    ref,
    share,
    text,
    texts,
    whole,
    yes,
)


def schema() -> str:
    """The JSON Schema as text, without a newline at its end."""
    return json.dumps(DOCUMENT, indent=2, ensure_ascii=False)


SOURCE = object_of(
    "Where a fact comes from: an object, a line of text, or a person.",
    {
        "resource": or_null(ref("resource"), "The object and field; null for the others."),
        "file": text("The file of the line."),
        "line": or_null({"type": "integer", "minimum": 1}, "The line's number, counted from 1."),
        "text": text("The line."),
        "said": yes("True if a person answered it."),
    },
)

FACT = object_of(
    "A fact that holds.",
    {
        "fact": text("role.attribute"),
        "value": text("The word that holds."),
        "sources": list_of(ref("source"), "Where it comes from; the one to point at is first."),
    },
)

FIX = object_of(
    "One offered repair.",
    {
        "do": text("What to do."),
        "risk": text("What a careful colleague says before it is done."),
        "applicability": one_of(Applicability, "By a machine, after a person's review, or only by hand."),
        "manifest": text('YAML for kubectl apply; "" if there is nothing to apply.'),
        "removes": yes("True if it takes something away: kubectl replace does that, kubectl apply may leave it."),
        "commands": texts("Commands to run."),
        "rollback": text("What undoes the manifest."),
        "verified": yes("True if it was tried on a copy of the mesh, helped, and did no new harm."),
        "why_not_verified": text('The reason if it was not; else "".'),
        "confirm": text("How to see that it helped."),
    },
)

KNOWN_AS = object_of(
    "The same finding in another analyser's words.",
    {"code": text("Its code."), "resource": ref("resource")},
)

FINDING = object_of(
    "A cause that holds.",
    {
        "fingerprint": text("The same finding has the same fingerprint in every run."),
        "cause": text("The cause's id; `troubleshoot explain` tells more."),
        "title": text("What is wrong, in one sentence."),
        "root": yes("True for the one root cause of a failed request."),
        "certainty": one_of((Certainty.CONFIRMED, Certainty.LIKELY), "How sure it is."),
        "severity": one_of(Severity, "How grave it is."),
        "stage": one_of(Stage, "The stage at which it works."),
        "resource": or_null(ref("resource"), "What the first fix edits."),
        "related": list_of(ref("resource"), "Other objects that take part."),
        "known_as": list_of(KNOWN_AS, "The same finding elsewhere."),
        "explained_by": {"type": ["string", "null"], "description": "Fingerprint of the finding that it follows from."},
        "explanation": text("Why it happens, in paragraphs."),
        "because": list_of(FACT, "The facts that prove it."),
        "fixes": list_of(FIX, "Repairs, best first."),
    },
)

GROUP = object_of(
    "Log lines of one failure.",
    {
        "count": whole("How many."),
        "share": share("Of all lines that were read, from 0 to 1."),
        "first": text("Time of the first, as logged."),
        "last": text("Time of the last, as logged."),
        "flags": texts("Envoy response flags."),
        "arguments": texts("Arguments that diagnose this failure alone."),
        "pattern": one_of(("", *PATTERNS), 'How they are spread over time; "" where the log does not tell.'),
        "since": text("Time of the first, where all fail since then, or did for a while, and none did before."),
        "until": text("Time of the last, where all failed for a while and none did after."),
        "callers": texts("The addresses from which such requests always fail, where from others they do not."),
        "endpoint": text("The address at which alone they fail, where others answer."),
        "far_log": one_of(
            ("", "silent", "logged"), 'Whether the proxies to which they were sent logged them; "" if not known.'
        ),
        "said": text("How ztunnel words the failure, whose lines have no flags; empty for lines of Envoy."),
        "checks": yes("Whether they look like health checks that do not speak TLS, at a port that takes TLS only."),
    },
)

POSSIBLE = object_of(
    "A cause that nothing known contradicts.",
    {"cause": text("The cause's id."), "missing": texts("Facts that are not known.")},
)

QUESTION = object_of(
    "What a person could answer.",
    {"fact": text("role.attribute"), "question": text("In words."), "how": text("How to find out.")},
)

NOT_CHECKED = object_of(
    "Something that was not looked at.",
    {"what": text("What."), "why": text("Why not."), "unlock": text('What would change that; "" if nothing does.')},
)

BEFORE = object_of(
    "What became of the request before manifests were laid over the mesh.",
    {
        "verdict": one_of(Verdict, "What became of it."),
        "outcome": ref("outcome"),
        "path": {**PATH, "description": "The common way, then the worst branch."},
        "branches": list_of(BRANCH, "All branches, the worst first."),
    },
)

DOCUMENT: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:troubleshoot:v1",
    "title": SCHEMA,
    **object_of(
        "The diagnosis of one request, the walk of one request, or (request null) an audit of everything seen.",
        {
            "schema": {"const": SCHEMA, "description": "The version of this contract."},
            "request": or_null(REQUEST, "null in an audit."),
            "verdict": or_null(one_of(Verdict, "What becomes of the request."), "null in an audit."),
            "outcome": or_null(ref("outcome"), "null in an audit."),
            "path": {**PATH, "description": "The common way, then the worst branch; [] in an audit."},
            "branches": list_of(BRANCH, "All branches, the worst first; [] in an audit."),
            "findings": list_of(FINDING, "Confirmed and likely causes."),
            "possible": list_of(POSSIBLE, "Causes for which something is missing; none of them counts as a finding."),
            "questions": list_of(QUESTION, "What would settle it, the most telling first."),
            "groups": list_of(GROUP, "All failures of a log; the object is about the biggest."),
            "not_checked": list_of(NOT_CHECKED, "What was not looked at."),
            "engine": text("What drew the conclusions, and why if it was not the rule engine."),
            "before": or_null(BEFORE, "The same request without --with and --without; null if neither is given."),
        },
    ),
    "$defs": {"resource": RESOURCE, "outcome": OUTCOME, "endpoint": ENDPOINT, "step": STEP, "source": SOURCE},
}
