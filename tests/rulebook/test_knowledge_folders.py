"""Fixtures are where the knowledge says they are, and no file lies about that nothing reads."""

from __future__ import annotations

import pytest

from tests.rulebook.knowledge_texts import CAUSE, NAMES, OTHER, TEXTS, changed, check_mistakes

FOLDER = "causes/mtls/strict-plaintext"
PORT = "near-open-port.yaml"
NEAR = "a `near-REASON.yaml` for each of its 1 `unless` (there are 0)"


def needs(lacking: str) -> str:
    """The mistake of a tested cause that lacks something."""
    return f"{CAUSE}:7:9: a tested cause needs {lacking}; write it, or call the cause `draft`"


@pytest.mark.parametrize(
    ("gone", "mistakes"),
    [
        ("bad.yaml", [needs("`bad.yaml`")]),
        ("good.yaml", [needs("`good.yaml`")]),
        (
            PORT,
            [
                needs(NEAR),
                f"{CAUSE}:50:49: the cause's folder has no file `{PORT}`; write {FOLDER}/{PORT}",
            ],
        ),
        ("proxy.log", [f"{CAUSE}:12:89: the cause's folder has no file `proxy.log`; write {FOLDER}/proxy.log"]),
        ("session.txt", []),
    ],
)
def test_a_fixture_that_is_gone_is_missed(gone: str, mistakes: list[str]) -> None:
    """A tested cause has its fixtures, and what is named is there."""
    assert mistakes == check_mistakes(TEXTS, NAMES - {f"{FOLDER}/{gone}"})


def test_a_draft_needs_no_fixtures() -> None:
    """A draft may come before its fixtures; what it names must be there all the same."""
    names = NAMES - {f"{FOLDER}/bad.yaml", f"{FOLDER}/good.yaml"}

    assert [] == check_mistakes(changed(CAUSE, "status: tested", "status: draft"), names)


def test_without_edits_there_is_no_good() -> None:
    """`good.yaml` is made with the first fix that has edits."""
    names = NAMES | {"causes/injection/not-injected/bad.yaml"}

    assert [] == check_mistakes(changed(OTHER, "status: draft", "status: tested"), names)


def test_a_variant_may_have_no_good() -> None:
    """Whether a fix holds in `bad-VARIANT.yaml` only a test can tell: `good-VARIANT.yaml` is for the tests to miss."""
    assert [] == check_mistakes(TEXTS, NAMES | {f"{FOLDER}/bad-job.yaml"})


def test_what_is_asked_of_no_mesh_is_a_mistake() -> None:
    """`near-REASON.example.yaml` lies beside `near-REASON.yaml`."""
    name = f"{FOLDER}/near-other.example.yaml"
    said = f"{name}:1:1: this is asked of `near-other.yaml`, which is not there; write it"

    assert [said] == check_mistakes(TEXTS, NAMES | {name})


def test_what_is_asked_of_a_mesh_is_no_mesh() -> None:
    """`bad-VARIANT.example.yaml` and `near-REASON.example.yaml` are files of their own, and count as no fixture."""
    names = NAMES | {
        f"{FOLDER}/bad-job.yaml",
        f"{FOLDER}/bad-job.example.yaml",
        f"{FOLDER}/near-open-port.example.yaml",
    }

    assert [] == check_mistakes(TEXTS, names)


def test_a_tested_cause_of_requests_has_an_example() -> None:
    """Without a request `bad.yaml` could not be asked."""
    texts = TEXTS | {
        CAUSE: "".join(line for line in TEXTS[CAUSE].splitlines(keepends=True) if not line.startswith("example"))
    }

    assert [needs("an `example` to ask of `bad.yaml`")] == check_mistakes(texts)


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        (f"{FOLDER}/baad.yaml", "did you mean `bad.yaml`?"),
        (f"{FOLDER}/deep/bad.yaml", "did you mean `bad.yaml`?"),
        (f"{FOLDER}/near.yaml", "did you mean `near-REASON.yaml`, `bad.yaml` or `cause.yaml`?"),
        ("question.yaml", "did you mean `questions.yaml`?"),
        ("zzz", "use `README.md`, `derivations.yaml`, `flags.yaml`, `peer-codes.yaml` or `questions.yaml`"),
    ],
)
def test_a_file_that_nothing_reads_is_a_mistake(name: str, advice: str) -> None:
    """Knowledge in a file of a wrong name would never be used."""
    assert [f"{name}:1:1: nothing reads a file of this name; {advice}"] == check_mistakes(TEXTS, NAMES | {name})


@pytest.mark.parametrize(
    "name",
    ["README.md", "lessons/first.yaml", "concepts/dns.md", f"{FOLDER}/dump.json", ".gitkeep", f"{FOLDER}/.x.swp"],
)
def test_other_names_are_known(name: str) -> None:
    """Lessons, dumps and the files of other tools may lie there."""
    assert [] == check_mistakes(TEXTS, NAMES | {name})


def test_a_folder_without_a_cause_is_a_mistake() -> None:
    """Fixtures without a cause.yaml belong to nothing."""
    name = "causes/mtls/lonely/bad.yaml"

    assert [f"{name}:1:1: the folder of this file has no cause.yaml; write it, or delete the folder"] == check_mistakes(
        TEXTS, NAMES | {name}
    )
