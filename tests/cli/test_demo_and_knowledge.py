"""`demo` shows a diagnosis to a verified fix; `kb check` names every mistake; `schema` fits what is printed."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from tests.cli.conftest import FAILING, MISSING, RunCommand
from troubleshooter.cli import knowledge
from troubleshooter.cli.knowledge import read_rulebook
from troubleshooter.rulebook import Mistake, Place

CAUSES = sorted(read_rulebook(()).causes)


def test_demo_ends_with_a_fix_that_was_tried(run: RunCommand) -> None:
    """It says what it does, what is typed for it, finds the cause and proves the fix; the status is 0."""
    shown = run("demo")

    assert (0, "") == (shown.status, shown.err)
    assert shown.out.startswith("A small mesh that was broken on purpose")
    assert "  troubleshoot diagnose -f " in shown.out
    assert "Cause      vs-no-match-no-default, confirmed" in shown.out
    assert "Proved     tried on a copy of the mesh" in shown.out
    assert "kubectl apply -f -" in shown.out


@pytest.mark.parametrize("cause", CAUSES)
def test_demo_of_every_cause(run: RunCommand, cause: str) -> None:
    """Each cause can be shown on its own broken mesh, and is what is found there."""
    shown = run("demo", cause)

    assert 0 == shown.status
    assert cause in shown.out.partition("\n\n")[2].partition("diagnose")[2]


def test_demo_of_a_cause_without_a_mesh(run: RunCommand, here: Path) -> None:
    """A cause of one's own without fixtures has nothing to show, which is said."""
    folder = here / "mine" / "causes" / "service" / "mine"
    folder.mkdir(parents=True)
    (folder / "cause.yaml").write_text(
        "{id: mine, title: Mine, stage: endpoint, cases: [piece], severity: info, prevalence: rare, status: draft,"
        " when: [{service.endpoints: some}], explain: [{text: It is.}],"
        " fixes: [{do: Leave it, risk: None., applicability: manual, run: [kubectl get pods]}],"
        ' references: ["https://kubernetes.io/"]}',
        encoding="utf-8",
    )

    assert "there is no broken mesh for mine to show" in run("demo", "mine", "--knowledge", "mine").err


def test_knowledge_base_without_mistakes(run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in it is counted."""
    monkeypatch.setattr(knowledge, "check", lambda *_: ())
    shown = run("kb", "check")

    assert 0 == shown.status
    assert shown.out.startswith("The knowledge base has no mistakes: ")


def test_mistakes_of_a_knowledge_base(run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every mistake is a line `path:line:column: sentence`, safe to print; they are counted, and the status is 1."""
    places = (Place(file="a.yaml", line=3, column=5), Place(file="b.yaml", line=1, column=1))
    found = tuple(Mistake(place=place, text="wrong \x1b[31m") for place in places)
    monkeypatch.setattr(knowledge, "check", lambda *_: found)
    shown = run("kb", "check")

    assert 1 == shown.status
    assert [
        "a.yaml:3:5: wrong \\x1b[31m",
        "b.yaml:1:1: wrong \\x1b[31m",
        "",
        "2 mistakes in the knowledge base.",
    ] == shown.out.splitlines()


def test_lost_knowledge_base(run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    """If it is gone, the status is 2 and the sentence says what to do."""

    def lost() -> Path:
        raise FileNotFoundError("The knowledge base is missing. Install the program again.")

    monkeypatch.setattr(knowledge, "default_knowledge", lost)
    refused = run("explain", "UF")

    assert (2, "troubleshoot: The knowledge base is missing. Install the program again.\n") == (
        refused.status,
        refused.err,
    )


def test_own_knowledge_is_checked_too(run: RunCommand, here: Path) -> None:
    """Mistakes of a folder of --knowledge are named as somebody who stands here would."""
    (here / "mine" / "symptoms").mkdir(parents=True)
    (here / "mine" / "symptoms" / "x.yaml").write_text("id: y\n", encoding="utf-8")
    lines = run("kb", "check", "--knowledge", "mine").out.splitlines()

    assert [] != [line for line in lines if line.startswith("mine/symptoms/x.yaml:1:")]


def test_mistake_that_came_along_is_not_yours(run: RunCommand, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --knowledge only the mistakes of that folder refuse a diagnosis; kb check names all, files by their path."""
    (here / "mine" / "symptoms").mkdir(parents=True)
    (here / "mine" / "symptoms" / "x.yaml").write_text("{id: x, title: X, description: X.}", encoding="utf-8")
    monkeypatch.setattr(knowledge, "check", lambda *_: (Mistake(place=Place(file="flags.yaml"), text="wrong"),))
    words = ("--knowledge", "mine")

    assert 0 == run("diagnose", "-f", "good.yaml", *words).status
    assert run("kb", "check", *words).out.splitlines()[0].endswith("knowledge/flags.yaml:1:1: wrong")


@pytest.mark.parametrize(
    "words",
    [
        ("diagnose", "-f", "bad.yaml", *FAILING),
        ("diagnose", "-f", "bad.yaml", "--log", "access.log"),
        ("diagnose", "-f", "good.yaml", *MISSING),
        ("diagnose", "-f", "bad.yaml"),
        ("walk", "-f", "bad.yaml", *FAILING),
    ],
)
def test_output_fits_the_schema(run: RunCommand, words: tuple[str, ...]) -> None:
    """What -o json prints is what `schema` describes."""
    jsonschema.validate(json.loads(run(*words, "-o", "json").out), json.loads(run("schema").out))


def test_walk_has_no_findings(run: RunCommand) -> None:
    """`walk -o json` is the same object without conclusions; its way is the same."""
    walked, diagnosed = (
        json.loads(run(command, "-f", "bad.yaml", *FAILING, "-o", "json").out) for command in ("walk", "diagnose")
    )

    assert ([], [], "") == (walked["findings"], walked["possible"], walked["engine"])
    assert diagnosed["path"] == walked["path"]
    assert diagnosed["not_checked"] == walked["not_checked"]
