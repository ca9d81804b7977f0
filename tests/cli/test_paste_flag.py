"""--paste: whatever somebody could copy is recognised, said, and used."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import NOT_FOUND, UNHEALTHY, RunCommand
from tests.inventories import EXACT, SHOP

CURL = "$ kubectl exec -n shop deploy/web -- curl -i http://payments.shop:8080/api/x\nHTTP/1.1 404 Not Found\n"
SESSION = f"$ kubectl get all -n shop -o yaml\n{SHOP}---{EXACT}\n{CURL}"


def _pasted(here: Path, text: str) -> str:
    (here / "seen.txt").write_text(text, encoding="utf-8")
    return "seen.txt"


def _json(run: RunCommand, *words: str) -> Any:
    return json.loads(run("diagnose", *words, "-o", "json").out)


def test_request_is_read_off_a_shell_session(run: RunCommand, here: Path) -> None:
    """Method, URL and sender stand in the command that was typed."""
    found = _json(run, "-f", "bad.yaml", "--paste", _pasted(here, CURL))

    assert ("http://payments.shop:8080/api/x", "shop/deployment/web") == (
        found["request"]["to"],
        found["request"]["from"],
    )
    assert "vs-no-match-no-default" == found["findings"][0]["cause"]


def test_flags_outrank_a_text(run: RunCommand, here: Path) -> None:
    """A request that is named by --to is not read off a text."""
    found = _json(run, "-f", "bad.yaml", "--paste", _pasted(here, CURL), "--to", "http://reviews.shop:8080/")

    assert "http://reviews.shop:8080/" == found["request"]["to"]


def test_objects_and_request_in_one_text(run: RunCommand, here: Path) -> None:
    """A session that shows objects is a mesh, and its objects stand on their lines in the text."""
    words = ("--from", "shop/deployment/web", "--to", "http://payments.shop:8080/api/x")
    of_file = _json(run, "-f", "bad.yaml", *words)["findings"][0]
    found = _json(run, "--paste", _pasted(here, SESSION))["findings"][0]

    assert (of_file["cause"], "seen.txt") == (found["cause"], found["resource"]["file"])
    assert of_file["resource"]["line"] + 1 == found["resource"]["line"]


BUSY = "HTTP/1.1 503 Service Unavailable\nserver: istio-envoy\nx-envoy-upstream-service-time: 3\n\nbusy\n"


def test_what_several_symptoms_show_is_asked_for(run: RunCommand, here: Path) -> None:
    """Nothing is called fine of which somebody says that it fails: the symptoms are named, and the flag."""
    refused = run("diagnose", "--paste", _pasted(here, BUSY))

    assert (2, "") == (refused.status, refused.out)
    assert "this may be 503-no-flag, 503-urx. Say which with --symptom." in refused.err


def test_a_flag_says_which_symptom_it_is(run: RunCommand, here: Path) -> None:
    """Then nothing is left to be said."""
    found = run("diagnose", "--paste", _pasted(here, BUSY), "--symptom", "503-urx")

    assert "Say which" not in found.err
    assert "What you said settles no cause" in found.out


def test_objects_are_laid_over_the_mesh(run: RunCommand, here: Path) -> None:
    """What is pasted is newer than what was read."""
    words = ("--from", "shop/deployment/web", "--to", "http://payments.shop:8080/api/x")
    found = _json(run, "-f", "good.yaml", "--paste", _pasted(here, EXACT), *words)

    assert "vs-no-match-no-default" == found["findings"][0]["cause"]


def test_log_lines_are_a_log(run: RunCommand, here: Path) -> None:
    """The most frequent failure names the request, and how it ended was seen."""
    found = _json(run, "-f", "bad.yaml", "--paste", _pasted(here, NOT_FOUND * 2 + UNHEALTHY))

    assert ([2, 1], ["NR"]) == ([group["count"] for group in found["groups"]], found["outcome"]["flags"])


def test_pipe(run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` is standard input."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(SESSION.encode())))

    assert "vs-no-match-no-default" == _json(run, "--paste", "-")["findings"][0]["cause"]


def test_standard_input_is_read_once(run: RunCommand) -> None:
    """Two flags cannot both have it."""
    shown = run("diagnose", "-f", "-", "--paste", "-")

    assert (2, "troubleshoot: -f and --paste both want standard input; put one of them into a file\n") == (
        shown.status,
        shown.err,
    )


def test_what_it_was_taken_for_is_said(run: RunCommand, here: Path) -> None:
    """One sentence a piece, with its lines."""
    said = run("diagnose", "--paste", _pasted(here, SESSION)).err.splitlines()
    last = SESSION[: SESSION.index("$ kubectl exec")].count("\n")

    assert f"troubleshoot: seen.txt: Lines 2 to {last - 1}: I take this for objects of Kubernetes." == said[0]
    assert "the request is GET http://payments.shop:8080/api/x" in said[1]


def test_text_of_no_use(run: RunCommand, here: Path) -> None:
    """What is not known is said, with what would be."""
    shown = run("diagnose", "--paste", _pasted(here, "butter\nflour\n"))

    assert (2, True) == (shown.status, "seen.txt: I do not know what this is" in shown.err)


def test_error_alone_leaves_questions(run: RunCommand, here: Path) -> None:
    """Without a mesh nothing is called fine: the causes that an error leaves are named."""
    shown = run("diagnose", "--paste", _pasted(here, "RBAC: access denied"), "-o", "json")

    assert (3, True) == (shown.status, "authz-allow-implicit-deny" in shown.out)


def test_no_secret_and_no_escape_is_shown(run: RunCommand, here: Path) -> None:
    """Credentials and terminal escapes of a text stay in it."""
    text = "$ curl -u joe:hunter2 'http://joe:hunter2@payments.shop:8080/?token=hunter2'\nRBAC: access denied\x1b[31m\n"
    shown = run("diagnose", "-f", "bad.yaml", "--paste", _pasted(here, text))

    assert not {"hunter2", "\x1b"} & {word for word in ("hunter2", "\x1b") if word in shown.out + shown.err}


def test_dump_that_is_pasted_is_evidence(run: RunCommand, here: Path) -> None:
    """A page of a proxy is read as --envoy would read it."""
    text = "$ kubectl exec -n shop web-1 -c istio-proxy -- curl -s localhost:15021/ready\nPRE_INITIALIZING\n"

    assert "I take this for whether a proxy is ready (/ready)." in run("diagnose", "--paste", _pasted(here, text)).err
