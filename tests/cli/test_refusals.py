"""Wrong usage and input that cannot be read: one sentence says what happened, where, and what to do next."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import RunCommand

DIAGNOSE = ("diagnose", "-f", "good.yaml")
TO = ("--to", "http://payments.shop:8080/")
BOMB = "a: &a [x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
"""Nine lines that stand for a hundred million values."""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("diagnos",), "did you mean diagnose?"),
        (("-v", "diagnose"), "the command comes before its flags: troubleshoot diagnose"),
        (("diagnose",), "| troubleshoot diagnose -f -"),
        (("diagnose", *TO), "there is nothing to look at"),
        ((*DIAGNOSE, "--form", "x"), "there is no flag --form here; did you mean --from"),
        ((*DIAGNOSE, "word"), "word belongs to no flag"),
        ((*DIAGNOSE, "--from", "web"), "--from says who asks and not for what; add --to URL"),
        ((*DIAGNOSE, *TO, "--from", "shop/deployment/wbe"), "there is deployment/web"),
        ((*DIAGNOSE, *TO, "--from", "shop/thing/web"), "thing is no kind of workload"),
        ((*DIAGNOSE, *TO, "--from", "gateway:shop/none"), "there is no such Gateway"),
        ((*DIAGNOSE, "--to", "http://a:99999/"), "the port is no number from 1 to 65535"),
        ((*DIAGNOSE, "--to", "gopher://a/"), "the scheme gopher is not one of"),
        ((*DIAGNOSE, *TO, "-H", "nocolon"), "the first -H has no name and colon; write -H 'name: value'"),
        ((*DIAGNOSE, "--symptom", "404-envy"), "the nearest are 404-envoy"),
        ((*DIAGNOSE, "-o", "xml"), "invalid choice: 'xml'"),
        ((*DIAGNOSE, "--fail-on", "doubt"), "invalid choice: 'doubt'"),
        ((*DIAGNOSE, "--log", "none.log"), "none.log: there is no such file"),
        ((*DIAGNOSE, "--log", "good.yaml"), "there is no access log line in it"),
        ((*DIAGNOSE, "--log", "access.log", "--log-format", "%"), "--log-format: what begins with '%' is no operator"),
        ((*DIAGNOSE, "--with", "none.yaml"), "none.yaml: there is no such file"),
        (
            (*DIAGNOSE, "--without", "shop/deployment/paymets"),
            "there is no deployment/paymets in namespace shop; there is",
        ),
        ((*DIAGNOSE, "--without", "outside"), "--without outside: only workloads and pods can be taken away"),
        ((*DIAGNOSE, "--knowledge", "none"), "none: there is no such file or folder"),
        ((*DIAGNOSE, "--knowledge", "."), "there is no knowledge base in this folder"),
        (("diagnose", "-f", "-", "--log", "-"), "-f and --log both want standard input"),
        (("diagnose", "-f", "east=-", "--with", "-"), "-f and --with both want standard input"),
        (("walk", "-f", "good.yaml"), "no request is named; add --to URL"),
        (("explain",), "name one thing to explain"),
        (("explain", "UF", "--list", "flags"), "name one thing to explain"),
        (("explain", "--list", "things"), "invalid choice: 'things'"),
        (("demo", "vs-no-match"), "the nearest are vs-no-match-no-default"),
        (("kb",), "required: check"),
        (("kb", "chek"), "invalid choice: 'chek'"),
    ],
    ids=" ".join,
)
def test_refusal(run: RunCommand, words: tuple[str, ...], said: str) -> None:
    """The sentence is on standard error, nothing on standard output, and the status is 2."""
    refused = run(*words)

    assert (2, "") == (refused.status, refused.out)
    assert said in refused.err


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("binary.yaml", b"\x00\x01\x02", "it is a binary file"),
        ("broken.yaml", b"kind: [Service\nname: x\n", "broken.yaml, line 2, column"),
        ("words.yaml", b"just some words\n", "words.yaml"),
        ("bomb.yaml", BOMB.encode(), "an alias bomb"),
        ("latin.yaml", b"kind: \xe9\n", "byte 0xe9 is not UTF-8"),
    ],
)
def test_file_that_cannot_be_read(run: RunCommand, here: Path, name: str, content: bytes, said: str) -> None:
    """The file and the place in it are named."""
    (here / name).write_bytes(content)
    refused = run("diagnose", "-f", name)

    assert (2, "", True) == (refused.status, refused.out, said in refused.err), refused.err


@pytest.mark.parametrize(
    ("content", "said"), [(b"\x1f\x8b\x08\x00rest", "it is damaged"), (b"\x00\x00\x00", "this is no text")]
)
def test_log_that_is_no_text(run: RunCommand, here: Path, content: bytes, said: str) -> None:
    """A damaged or binary log is refused, and not searched for lines."""
    (here / "access.log.gz").write_bytes(content)
    refused = run("diagnose", "-f", "good.yaml", "--log", "access.log.gz")

    assert (2, True) == (refused.status, said in refused.err), refused.err


def test_header_value_is_not_repeated(run: RunCommand) -> None:
    """A header that was split by the shell may be a credential: its words are not said again."""
    refused = run(*DIAGNOSE, *TO, "-H", "authorization:", "Bearer", "s3cr3t")

    assert (2, False) == (refused.status, "s3cr3t" in refused.err)


def test_mistakes_in_own_knowledge_are_all_named(run: RunCommand, here: Path) -> None:
    """A folder of --knowledge with mistakes is refused, with every place."""
    (here / "mine" / "causes" / "routing" / "a").mkdir(parents=True)
    (here / "mine" / "causes" / "routing" / "a" / "cause.yaml").write_text("id: b\ntitel: x\n", encoding="utf-8")
    refused = run(*DIAGNOSE, "--knowledge", "mine")

    assert 2 == refused.status
    assert "mine/causes/routing/a/cause.yaml:1:5: " in refused.err
    assert "mine/causes/routing/a/cause.yaml:2:1: " in refused.err


DAMAGED = """
---
kind: [Service
---
apiVersion: v1
kind: Service
metadata: {name: odd, namespace: shop}
spec: nothing
---
apiVersion: example.com/v1
kind: Gadget
metadata: {name: unknown, namespace: shop}
"""


@pytest.mark.parametrize("command", ["diagnose", "walk"])
def test_damage_is_named_and_the_rest_is_used(run: RunCommand, here: Path, command: str) -> None:
    """One bad document and one object of the wrong shape are said on standard error and in not_checked; a kind that
    nobody knows is nothing to speak of."""
    (here / "damaged.yaml").write_text((here / "bad.yaml").read_text(encoding="utf-8") + DAMAGED, encoding="utf-8")
    words = ("--from", "shop/deployment/web", "--to", "http://payments.shop:8080/api/x", "-o", "json")
    shown = run(command, "-f", "damaged.yaml", *words)
    found = json.loads(shown.out)
    places = [one["what"] for one in found["not_checked"] if one["what"].startswith("damaged.yaml")]

    assert (1, 2) == (shown.status, len(places))
    assert [f"troubleshoot: {place}" for place in places] == [
        ":".join(s.split(":")[:2]) for s in shown.err.splitlines()
    ]
    assert "Gadget" not in shown.err


def test_damaged_file_of_a_folder(run: RunCommand, here: Path) -> None:
    """In a folder a file that cannot be read is named, and the others are used."""
    (here / "mesh").mkdir()
    (here / "mesh" / "a.yaml").write_text((here / "good.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    (here / "mesh" / "b.yaml").write_bytes(b"\x00")
    shown = run("diagnose", "-f", "mesh")

    assert 0 == shown.status
    assert "troubleshoot: mesh/b.yaml: it is a binary file." in shown.err
