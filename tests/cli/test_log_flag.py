"""--log: a failed line is enough to name a request, and outranks what was foretold."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import FAILING, GOOD, NOT_FOUND, UNHEALTHY, RunCommand

LOG = ("diagnose", "-f", "bad.yaml", "--log", "access.log")


def _json(run: RunCommand, *words: str) -> Any:
    return json.loads(run(*words, "-o", "json").out)


def test_biggest_failure_is_diagnosed(run: RunCommand) -> None:
    """Without --to the log names the request; where it dies was seen."""
    found = _json(run, *LOG)
    died = next(step for step in found["path"] if step["verdict"] == "fail")

    assert "http://payments.shop:8080/api/x" == found["request"]["to"]
    assert ("route", True) == (died["stage"], died["observed"])
    assert "vs-no-match-no-default" == found["findings"][0]["cause"]


def test_all_failures_are_listed(run: RunCommand) -> None:
    """`groups` counts each failure of the log, the biggest first."""
    groups = _json(run, *LOG)["groups"]

    assert [(2, ["NR"]), (1, ["UH"])] == [(g["count"], g["flags"]) for g in groups]
    assert [0.5, 0.25] == [g["share"] for g in groups]


def test_arguments_of_a_failure_diagnose_it(run: RunCommand) -> None:
    """What a group offers as arguments is a diagnosis of that group."""
    groups = _json(run, *LOG)["groups"]
    asked = [_json(run, "diagnose", *group["arguments"]) for group in groups]

    assert ["http://payments.shop:8080/api/x", "http://reviews.shop:8080/pay"] == [a["request"]["to"] for a in asked]
    assert ["GET", "POST"] == [a["request"]["method"] for a in asked]
    assert [["NR"], ["UH"]] == [a["outcome"]["flags"] for a in asked]


def test_line_that_fits_the_request_is_used(run: RunCommand, here: Path) -> None:
    """With --to the failure of that request counts, though it is not the biggest."""
    (here / "access.log").write_text(UNHEALTHY * 3 + NOT_FOUND, encoding="utf-8")
    found = _json(run, *LOG, *FAILING)

    assert [True] == [step["observed"] for step in found["path"] if step["verdict"] == "fail"]
    assert ["NR"] == found["outcome"]["flags"]


def test_path_of_the_log_completes_a_url_without_one(run: RunCommand) -> None:
    """A URL without a path means any path of the log, and the result says which."""
    request = _json(run, *LOG, "--to", "http://payments.shop:8080")["request"]

    assert "http://payments.shop:8080/api/x" == request["to"]
    assert "path: /api/x, as in the log" in request["assumed"]


def test_log_about_other_requests(run: RunCommand) -> None:
    """A log that tells nothing of the request is left out, which is said twice."""
    words = (*LOG, "--to", "http://payments.shop:8080/other")
    shown = run(*words, "-o", "json")
    unused = [n["why"] for n in json.loads(shown.out)["not_checked"] if n["what"] == "access.log"]

    assert ["its 3 failed requests and the one in question do not match"] == unused
    assert f"troubleshoot: access.log: {unused[0]}.\n" == shown.err


def test_log_without_a_failure(run: RunCommand, here: Path) -> None:
    """Where nothing failed everything is looked at, and that is said."""
    (here / "access.log").write_text(GOOD, encoding="utf-8")
    shown = run("diagnose", "-f", "good.yaml", "--log", "access.log", "-o", "json")
    found = json.loads(shown.out)

    assert (0, None, []) == (shown.status, found["request"], found["groups"])
    assert "access.log: none failed of 1 in it. Everything was looked at" in shown.err


def test_failure_that_names_no_host(run: RunCommand, here: Path) -> None:
    """A failed line without any host cannot be asked about: the request must be named."""
    line = (
        '[2026-03-01T10:00:00.000Z] "- - -" 0 NR filter_chain_not_found - "-" 0 0 0 - "-" "-" "-" "-" "-" - - - - - -\n'
    )
    (here / "access.log").write_text(line, encoding="utf-8")

    assert "name the request with --to URL" in run(*LOG).err


def test_log_on_standard_input(run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    """--log - reads standard input; lines that are no UTF-8 do no harm."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xff\xfe broken\n"[1:] + NOT_FOUND.encode())))
    found = _json(run, "diagnose", "-f", "bad.yaml", "--log", "-")

    assert "vs-no-match-no-default" == found["findings"][0]["cause"]


def test_log_of_powershell(run: RunCommand, here: Path) -> None:
    """UTF-16, which PowerShell writes, is read."""
    (here / "access.log").write_bytes(NOT_FOUND.encode("utf-16"))

    assert 1 == run(*LOG).status


def test_hostile_authority(run: RunCommand, here: Path) -> None:
    """An authority that is no host is passed over."""
    (here / "access.log").write_text(
        NOT_FOUND.replace("payments.shop:8080", "x:99999") * 5 + NOT_FOUND, encoding="utf-8"
    )
    found = _json(run, *LOG)

    assert "http://payments.shop:8080/api/x" == found["request"]["to"]
    assert [5, 1] == [g["count"] for g in found["groups"]]


def test_log_without_a_mesh(run: RunCommand) -> None:
    """A log alone says that the request fails and where; that no mesh was seen is said."""
    shown = run("diagnose", "--log", "access.log", "-o", "json")
    found = json.loads(shown.out)

    assert (1, "unreachable", "unexplained") == (shown.status, found["verdict"], found["findings"][0]["cause"])
    assert [("route", "fail", True)] == [(s["stage"], s["verdict"], s["observed"]) for s in found["path"]]
    assert ["the mesh"] == [one["what"] for one in found["not_checked"]]
    assert "Name its objects with -f FILE" == found["not_checked"][0]["unlock"]
    assert [] != found["questions"]


def test_log_without_a_mesh_and_without_a_failure(run: RunCommand, here: Path) -> None:
    """Then there is nothing to find, and that nothing was seen is said."""
    (here / "access.log").write_text(GOOD, encoding="utf-8")
    shown = run("diagnose", "--log", "access.log", "-o", "json")

    assert 0 == shown.status
    assert {"the mesh", "access.log"} <= {one["what"] for one in json.loads(shown.out)["not_checked"]}


def test_several_logs_are_one(run: RunCommand, here: Path) -> None:
    """Logs that are named one by one, in a folder, or compressed are counted together."""
    folder = here / "logs"
    folder.mkdir()
    (folder / "one.log").write_text(UNHEALTHY * 2, encoding="utf-8")
    (folder / "two.log.gz").write_bytes(gzip.compress((UNHEALTHY * 3).encode()))
    (folder / "notes.bin").write_bytes(b"\0\1")
    (folder / "notes.txt").write_text("nothing here\n")
    shown = run("diagnose", "-f", "bad.yaml", "--log", "access.log", "--log", "logs", "-o", "json")

    assert [(6, ["UH"]), (2, ["NR"])] == [(g["count"], g["flags"]) for g in json.loads(shown.out)["groups"]]
    assert "notes.bin: this is no text" in shown.err
    assert "notes.txt" not in shown.err


def test_named_log_that_tells_nothing(run: RunCommand) -> None:
    """Beside another, a log without a line of an access log is named, and the other is used."""
    shown = run(*LOG, "--log", "good.yaml")

    assert 1 == shown.status
    assert "good.yaml: there is no access log line in it" in shown.err
    assert "its format with --log-format" in shown.err


def test_log_whose_lines_are_cut_off(run: RunCommand, here: Path) -> None:
    """That there are some is said: they may be from a screen that was too narrow."""
    (here / "cut.log").write_text('[2026-03-01T10:00:00.000Z] "GET /api/x HTTP/1.1" 404 N\n' * 2)
    shown = run("diagnose", "--log", "cut.log")

    assert (2, True) == (shown.status, "2 of its lines are damaged, cut off or too long" in shown.err)


def test_log_whose_one_failure_names_no_host(run: RunCommand, here: Path) -> None:
    """It is counted as one."""
    line = (here / "access.log").read_text().splitlines()[0]
    (here / "one.log").write_text(line.replace("payments", "pay ments") + "\n")
    shown = run("diagnose", "--log", "one.log")

    assert (2, True) == (shown.status, "it has 1 failed line, and no host that can be asked for" in shown.err)


OWN_LINE = "2026-03-01T10:00:00Z;404;NR;route_not_found;GET;payments.shop:8080;/api/x\n"
OWN = (
    "%START_TIME%;%RESPONSE_CODE%;%RESPONSE_FLAGS%;%RESPONSE_CODE_DETAILS%;"
    "%REQ(:METHOD)%;%REQ(:AUTHORITY)%;%REQ(:PATH)%"
)


def test_format_of_ones_own(run: RunCommand, here: Path) -> None:
    """--log-format says what the lines look like; the arguments of each failure repeat it."""
    (here / "own.log").write_text(OWN_LINE, encoding="utf-8")
    found = _json(run, "diagnose", "-f", "bad.yaml", "--log", "own.log", "--log-format", OWN)

    assert ("vs-no-match-no-default", ["NR"]) == (found["findings"][0]["cause"], found["outcome"]["flags"])
    assert OWN in found["groups"][0]["arguments"]


def test_format_of_the_mesh_config(run: RunCommand, here: Path) -> None:
    """The format in ConfigMap istio is known without a flag."""
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "istio", "namespace": "istio-system"}}
    config["data"] = {"mesh": f"accessLogFormat: '{OWN}'\n"}
    (here / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (here / "own.log").write_text(OWN_LINE, encoding="utf-8")
    found = _json(run, "diagnose", "-f", "bad.yaml", "-f", "config.json", "--log", "own.log")

    assert "vs-no-match-no-default" == found["findings"][0]["cause"]


def test_log_among_other_evidence(run: RunCommand) -> None:
    """A log that is given with --envoy is known for what it is and counted with the others."""
    groups = _json(run, "diagnose", "-f", "bad.yaml", "--envoy", "access.log")["groups"]
    both = _json(run, "diagnose", "-f", "bad.yaml", "--envoy", "access.log", "--log", "access.log")["groups"]

    assert ([2, 1], [4, 2]) == ([g["count"] for g in groups], [g["count"] for g in both])


CUSTOM = "2026-03-01T10:00:00.000Z|404|NR|payments.shop:8080|GET|/api/x\n"
DUMP = {
    "configs": [
        {
            "@type": "type.googleapis.com/envoy.admin.v3.ListenersConfigDump",
            "static_listeners": [
                {
                    "listener": {
                        "access_log": [
                            {
                                "typed_config": {
                                    "format": "%START_TIME%|%RESPONSE_CODE%|%RESPONSE_FLAGS%|%REQ(:AUTHORITY)%|"
                                    "%REQ(:METHOD)%|%REQ(:PATH)%"
                                }
                            }
                        ]
                    }
                }
            ],
        }
    ]
}


@pytest.mark.parametrize("flag", ["--log", "--envoy"])
def test_a_dump_tells_the_format_of_a_log(run: RunCommand, here: Path, flag: str) -> None:
    """Nobody has to say it, wherever the log was given."""
    (here / "own.log").write_text(CUSTOM * 2, encoding="utf-8")
    (here / "dump.json").write_text(json.dumps(DUMP), encoding="utf-8")
    found = _json(run, "diagnose", "-f", "bad.yaml", "--envoy", "dump.json", flag, "own.log")

    assert [(2, ["NR"])] == [(group["count"], group["flags"]) for group in found["groups"]]
    assert "vs-no-match-no-default" == found["findings"][0]["cause"]


@pytest.fixture
def through_minutes(here: Path) -> Path:
    """A log in which one request fails for minutes, while another arrives."""
    lines = [NOT_FOUND.replace("10:00:00", f"10:{minute:02}:00") for minute in range(8)]
    (here / "minutes.log").write_text("".join([*lines, GOOD]), encoding="utf-8")
    return here / "minutes.log"


@pytest.mark.usefixtures("through_minutes")
def test_groups_say_how_their_failures_are_spread(run: RunCommand) -> None:
    """As a word for programs and as a sentence for people."""
    words = ("diagnose", "-f", "bad.yaml", "--log", "minutes.log")

    assert [("always", "", "")] == [(g["pattern"], g["since"], g["endpoint"]) for g in _json(run, *words)["groups"]]
    assert "every such request fails" in run(*words).out


def test_an_outage_that_is_over_is_told_with_both_moments(run: RunCommand, here: Path) -> None:
    """As logged, for programs and for people."""
    passed = NOT_FOUND.replace("404 NR route_not_found", "200 - via_upstream")
    lines = [
        (NOT_FOUND if 10 <= minute < 20 else passed).replace("10:00:00", f"10:{minute:02}:00") for minute in range(30)
    ]
    (here / "outage.log").write_text("".join(lines), encoding="utf-8")
    (group,) = _json(run, "diagnose", "-f", "bad.yaml", "--log", "outage.log")["groups"]

    assert ("outage", "10:10:00", "10:19:00") == (group["pattern"], group["since"][11:19], group["until"][11:19])


def test_retries_that_helped_are_told_from_a_log(run: RunCommand, here: Path) -> None:
    """Where its format has the number of tries, though no request failed."""
    line = {
        "start_time": "2026-03-01T10:00:00.000Z",
        "response_code": 200,
        "upstream_cluster": "outbound|8080||payments.shop.svc.cluster.local",
        "upstream_request_attempt_count": 2,
    }
    (here / "tries.log").write_text((json.dumps(line) + "\n") * 20, encoding="utf-8")
    found = _json(run, "diagnose", "--log", "tries.log")["findings"]

    assert ["retries-hide-failures"] == [finding["cause"] for finding in found]


CLOSED = NOT_FOUND.replace(
    "404 NR route_not_found", "503 UC upstream_reset_before_response_started{connection_termination}"
)


@pytest.mark.parametrize(("minutes", "asked"), [(1, True), (8, False)])
def test_what_a_log_tells_of_time_is_not_asked(run: RunCommand, here: Path, minutes: int, *, asked: bool) -> None:
    """Only where a log holds too little to tell does somebody have to say when failures come."""
    lines = [
        CLOSED.replace('"-" - - 10', '"10.1.1.1:80" inbound|80|| - 10').replace(":00:00.", f":{n:02}:00.")
        for n in range(minutes)
    ]
    (here / "closed.log").write_text("".join([*lines, GOOD]), encoding="utf-8")
    questions = [question["fact"] for question in _json(run, "diagnose", "--log", "closed.log")["questions"]]

    assert asked == ("failure.pattern" in questions)
