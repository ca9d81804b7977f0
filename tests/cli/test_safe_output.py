"""What others wrote into a cluster or a log, and what is secret, does no harm on the way out."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from tests.cli.conftest import FAILING, NOT_FOUND, RunCommand
from tests.inventories import EXACT, SHOP
from troubleshooter.cli import output

HOSTILE = "x\\e[31m\\u202Epay"
"""In YAML's double quotes: an escape sequence, and a mark that turns the writing direction."""


@pytest.mark.parametrize("command", ["diagnose", "walk"])
@pytest.mark.parametrize("form", ["text", "json"])
def test_hostile_names_do_not_reach_the_terminal(run: RunCommand, here: Path, command: str, form: str) -> None:
    """No escape sequence and no turning mark of an object leaves, on neither output."""
    hostile = f"{SHOP}---{EXACT}".replace("name: payments, namespace", f'name: "{HOSTILE}", namespace')
    (here / "hostile.yaml").write_text(f'{hostile}---\nkind: "{HOSTILE}"\n', encoding="utf-8")
    shown = run(command, "-f", "hostile.yaml", *FAILING, "-o", form)

    assert shown.status in (0, 1, 2, 3)
    assert [] == [letter for letter in "\x1b\u202e" if letter in shown.out + shown.err]


def test_hostile_log_does_not_reach_the_terminal(run: RunCommand, here: Path) -> None:
    """The same for log lines."""
    (here / "access.log").write_text(NOT_FOUND.replace("/api/x", "/api/\x1b[2J\u202ex") * 3, encoding="utf-8")
    shown = run("diagnose", "-f", "bad.yaml", "--log", "access.log")

    assert [] == [letter for letter in "\x1b\u202e" if letter in shown.out + shown.err]


def test_hostile_words_do_not_reach_the_terminal(run: RunCommand) -> None:
    """Nor what somebody was made to paste."""
    assert "\x1b" not in run("diagnose", "-f", "\x1b[2Jnone.yaml").err
    assert "\x1b" not in run("explain", "\x1b[2J").err


SECRETS = ("-H", "Authorization: Bearer s3cr3t", "-H", "cookie: session=s3cr3t", "-H", "x-api-key: s3cr3t")


ROUTE = EXACT.replace("{uri: {exact: /api}}", "{headers: {MATCH}}")
POLICY = """
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: p, namespace: shop}
spec:
  rules:
  - when: [{key: "request.headers[HEADER]", values: [other]}]
"""
TOKENS = """
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: p, namespace: shop}
spec:
  jwtRules: [{issuer: me, jwks: '{"keys":[]}'}]
"""


@pytest.mark.parametrize("command", ["diagnose", "walk"])
@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(
    "refusing",
    [
        ROUTE.replace("MATCH", "authorization: {exact: Bearer other}"),
        ROUTE.replace("MATCH", "cookie: {regex: never}"),
        ROUTE.replace("MATCH", "x-api-key: {exact: k}"),
        POLICY.replace("HEADER", "authorization"),
        POLICY.replace("HEADER", "x-api-key"),
        TOKENS,
    ],
)
def test_credentials_are_never_printed(run: RunCommand, here: Path, command: str, form: str, refusing: str) -> None:
    """The value of a header that is a credential is in no output, not even where it is why the request fails."""
    (here / "refusing.yaml").write_text(f"{SHOP}---{refusing}", encoding="utf-8")
    shown = run(command, "-f", "refusing.yaml", *FAILING, *SECRETS, "-o", form, "-v")

    assert 1 == shown.status
    assert "s3cr3t" not in shown.out + shown.err


def test_secrets_of_the_cluster_are_never_printed(run: RunCommand, here: Path) -> None:
    """A Secret in the input leaves no trace of its data."""
    secret = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: shop}\nstringData: {password: s3cr3t}\n"
    (here / "secret.yaml").write_text(f"{SHOP}---{EXACT}{secret}", encoding="utf-8")
    shown = run("diagnose", "-f", "secret.yaml", *FAILING, "-o", "json", "-v")

    assert "s3cr3t" not in shown.out + shown.err


def test_page_fits_the_screen(run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    """On 80 columns only what is typed or copied is longer."""
    monkeypatch.setenv("COLUMNS", "80")
    lines = run("diagnose", "-f", "bad.yaml", *FAILING).out.splitlines()

    assert [] == [line for line in lines if len(line) > 80 and not line.lstrip().startswith("kubectl")]


@pytest.mark.parametrize(
    ("variables", "colored"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_colour_of_a_terminal(
    run: RunCommand, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], *, colored: bool
) -> None:
    """A terminal gets colours unless somebody minds; marks and words carry the meaning anyway."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)

    assert colored == ("\x1b[" in run("diagnose", "-f", "bad.yaml", *FAILING).out)


def test_no_colour_through_a_pipe(run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no terminal gets plain text."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)

    assert "\x1b[" not in run("diagnose", "-f", "bad.yaml", *FAILING).out


def _printed_in_ascii(monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    """What a run writes to a standard output that has ASCII only."""
    from troubleshooter.cli import main

    written = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(written, encoding="ascii"))
    main(list(words))
    return written.getvalue().decode("ascii")


def test_text_in_ascii(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where only ASCII can be shown the marks have stand-ins."""
    assert here.is_dir()
    assert _printed_in_ascii(monkeypatch, "diagnose", "-f", "bad.yaml", *FAILING).startswith("x The request")


def test_json_in_ascii(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """JSON stays JSON, with the same content."""
    (here / "umlaut.yaml").write_text(f"{SHOP}---{EXACT}", encoding="utf-8")
    to = "http://payments.shop:8080/größe"

    assert (
        to
        == json.loads(_printed_in_ascii(monkeypatch, "walk", "-f", "umlaut.yaml", "--to", to, "-o", "json"))["request"][
            "to"
        ]
    )


def test_screen_is_not_too_wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines end where they are read well, however wide the screen."""
    monkeypatch.setenv("COLUMNS", "300")

    assert 100 == output.width()


def test_sentences_on_a_terminal(run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal a sentence is wrapped between words; what is typed stays on one line."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    lines = run("diagnose").err.splitlines()

    assert ["  (kubectl get"] == [line[:14] for line in lines if len(line) > 80]
    assert "troubleshoot: there is nothing to look at: there is no kubeconfig here, so name" == lines[0]
