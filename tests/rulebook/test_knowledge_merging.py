"""Several knowledge folders make one rulebook, in which no id is twice."""

from __future__ import annotations

import pytest

from tests.rulebook.knowledge_texts import CAUSE, DERIVATIONS, FLAGS, OTHER, PEERS, QUESTIONS, SYMPTOM, TEXTS, content
from troubleshooter.rulebook import Rulebook, merge, parse


def both(first: dict[str, str], second: dict[str, str]) -> tuple[Rulebook, list[str]]:
    """Two folders, `kb` and `mine`, merged; the mistakes are printed."""
    book, mistakes = merge([parse(first, "kb")[0], parse(second, "mine")[0]])

    return book, [str(mistake) for mistake in mistakes]


def test_two_folders_add_up() -> None:
    """What is in one of two folders is in the whole."""
    without = {name: text for name, text in TEXTS.items() if name != OTHER}

    book, mistakes = both(without, {OTHER: TEXTS[OTHER]})

    assert (content(parse(TEXTS)[0]), []) == (content(book), mistakes)


def test_one_folder_is_itself() -> None:
    """What was worked out from a rulebook is worked out once, also where it is the only one."""
    book = parse(TEXTS)[0]

    assert merge([book])[0] is book


@pytest.mark.parametrize(
    ("file", "name", "kind", "place"),
    [
        (CAUSE, "strict-plaintext", "causes", "1:1"),
        (SYMPTOM, "503-uc", "symptoms", "1:1"),
        (QUESTIONS, "target.mtls_mode", "questions", "1:1"),
        (DERIVATIONS, "no-proxy-speaks-plaintext", "derivations", "1:3"),
        (FLAGS, "UC", "flags", "2:3"),
        (FLAGS, "via_upstream", "details", "10:3"),
        (PEERS, "KIA9999", "peer codes", "1:1"),
    ],
)
def test_an_id_in_two_folders_is_a_mistake(file: str, name: str, kind: str, place: str) -> None:
    """The second place is named, with the first in the text."""
    said = f"mine/{file}:{place}: `{name}` is in {kind} already (kb/{file}:{place}); no id is used twice: take another"

    assert said in both(TEXTS, {file: TEXTS[file]})[1]


def test_a_concept_in_two_folders_is_a_mistake() -> None:
    """Concepts are texts without places: the file is named."""
    said = "concepts/mtls.md:1:1: this concept is explained in two knowledge folders; give one another name"

    assert [said] == both(TEXTS, {"concepts/mtls.md": "# Again\n"})[1]


def test_the_first_of_two_counts() -> None:
    """A folder that is added changes nothing that is there."""
    changed = TEXTS[OTHER].replace("The pods have no sidecar", "Something else")

    assert "The pods have no sidecar" == both(TEXTS, {OTHER: changed})[0].causes["not-injected"].title


def test_a_cause_in_two_areas_is_a_mistake() -> None:
    """One folder cannot have an id twice either, and a retired cause keeps its own."""
    retired = "id: not-injected\ntitle: It was\nstatus: retired\nexplain: [{text: Gone.}]\n"
    elsewhere = "causes/mtls/not-injected/cause.yaml"

    assert [
        f"{elsewhere}:1:1: `not-injected` is in causes already ({OTHER}:1:1); no id is used twice: take another"
    ] == [str(mistake) for mistake in parse(TEXTS | {elsewhere: retired})[1]]


def test_two_derivations_of_one_file_differ_in_id() -> None:
    """A list has no keys that YAML could compare: ids are compared."""
    mistakes = parse({DERIVATIONS: TEXTS[DERIVATIONS] * 2})[1]

    assert ["4:3"] == [f"{mistake.place.line}:{mistake.place.column}" for mistake in mistakes]
