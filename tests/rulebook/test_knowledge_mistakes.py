"""What one file shows alone: every mistake is named with its place and what to do next."""

from __future__ import annotations

import pytest

from tests.rulebook.knowledge_texts import (
    CAUSE,
    DERIVATIONS,
    FLAGS,
    OTHER,
    PEERS,
    QUESTIONS,
    SYMPTOM,
    TEXTS,
    changed,
    parse_mistakes,
)
from troubleshooter.rulebook import Mistake, Place, parse

EDIT_FORMS = (
    "an edit is `{create: OBJECT}`, `{object: ROLE, at: PATH, set: VALUE}` (or `remove` or `insert` for `set`), "
    "`{delete: ROLE}` or `{restart: ROLE}`; write it as one of these"
)
STAGES = (
    "`application`, `authentication`, `authorization`, `capture`, `cluster`, `dns`, `endpoint`, `listener`, `route`"
)


def test_a_mistake_is_printed_with_its_place() -> None:
    """Path, line and column come first, as editors expect them."""
    assert "a/b.yaml:3:7: change it" == str(Mistake(place=Place(file="a/b.yaml", line=3, column=7), text="change it"))


def test_the_root_goes_before_the_path() -> None:
    """A mistake names the file as the user can open it."""
    assert "kb/flags.yaml:1:1: the file is empty; write it or delete it" == str(parse({"flags.yaml": ""}, "kb")[1][0])


@pytest.mark.parametrize(
    ("file", "old", "new", "mistake"),
    [
        (OTHER, "severity", "severty", "5:1: `severty` is no key of a cause; did you mean `severity`?"),
        (OTHER, "severity: warning\n", "", "1:1: a cause needs `severity`; add it"),
        (OTHER, "title: The", "title:\n#", "2:7: there is no text here; write it"),
        (OTHER, "The pods", "TODO", "2:8: this still says TODO; write it"),
        (OTHER, "title: The", "title: [The]\n#", "2:8: this is one text, not a list or a map"),
        (OTHER, "piece", "peace", "4:9: `peace` is no kind of case; did you mean `piece`?"),
        (OTHER, "[piece]", "piece", "4:8: this is a list; write each item as `- …`"),
        (OTHER, "[piece]", "[]", "4:8: this list is empty; add an item"),
        (OTHER, "capture,", "zzz,", f"3:9: `zzz` is no stage; use {STAGES} or `transport`"),
        (OTHER, "draft", "tseted", "7:9: `tseted` is no status; did you mean `tested`?"),
        (OTHER, "manual", "by-hand", "15:20: `by-hand` is no applicability; use `machine`, `manual` or `review`"),
        (OTHER, "    risk: every new pod gets a proxy\n", "", "13:5: a fix needs `risk`; add it"),
        (
            OTHER,
            "id: not-injected",
            "id: injected",
            "1:5: the id `injected` differs from the folder `not-injected`; rename one of them",
        ),
        (
            OTHER,
            "id: not-injected",
            "id: Not_Injected",
            "1:5: `Not_Injected` is no id; use lower-case words joined by dashes, like `no-such-host`",
        ),
        (
            CAUSE,
            '">=1.20"',
            "1.20",
            '8:43: `1.20` is no range of Istio versions; write it like ">=1.20" or ">=1.20,<1.24"',
        ),
        (CAUSE, "plaintext: true", "plaintext: yes", "12:113: `yes` is no boolean; use `false` or `true`"),
        (CAUSE, "- restart: caller", "- {}", f"45:9: {EDIT_FORMS}"),
        (CAUSE, "- restart: caller", "- {restart: caller, delete: caller}", f"45:9: {EDIT_FORMS}"),
        (
            CAUSE,
            "- restart: caller",
            "- {restrt: caller}",
            "45:10: `restrt` is no key of an edit; did you mean `restart`?",
        ),
        (
            CAUSE,
            "spec.subsets[${target.port}].name",
            "spec..x",
            '46:40: `spec..x` is no field path; write it like `spec.http[0].route` or `a["b/c"]`',
        ),
        (
            CAUSE,
            "          kind: PeerAuthentication\n",
            "",
            "32:11: what is created is a whole object; give it `apiVersion`, `kind` and `metadata.name`",
        ),
        (
            CAUSE,
            "- evidence.chain: not-found",
            "- {evidence.chain: found, a.b: c}",
            "19:5: each condition counts alone here; write one fact an item (`- role.attribute: word`)",
        ),
        (
            CAUSE,
            "- evidence.chain: not-found",
            "- any: []",
            "19:5: each condition counts alone here, so `any` has no meaning; write its facts as items",
        ),
        (OTHER, "- caller.proxy: absent", "[]", "9:3: there is no condition here; write one (`role.attribute: word`)"),
        (OTHER, "caller.proxy: absent", "caller.proxy:", "9:18: there is no text here; write it"),
        (OTHER, "caller.proxy: absent", "caller.proxy: []", "9:19: this list is empty; add an item"),
        (OTHER, "- caller.proxy: absent", "- word", "9:5: a condition is a map here; write `key: value` lines"),
        (
            OTHER,
            "caller.proxy: absent",
            "any: [{any: [{a.b: c}]}]",
            "9:17: an `any` inside an `any` is hard to read; write each alternative out",
        ),
        (
            SYMPTOM,
            "id: 503-uc",
            "id: 503-uf",
            "1:5: the id `503-uf` differs from the file's name `503-uc`; rename one of them",
        ),
        (SYMPTOM, "[503]", "[5xx]", "5:12: `5xx` is no HTTP status; use a number of three digits, like 503"),
        (QUESTIONS, "cost: command", "cost: dear", "6:9: `dear` is no cost; use `command`, `person` or `study`"),
        (
            QUESTIONS,
            "answers: {strict: Only mutual TLS, permissive: Both}",
            "answers: {}",
            "5:12: `answers` is empty; write a `key: value` line",
        ),
        (QUESTIONS, "  why: STRICT takes no plaintext.\n", "", "2:3: a question needs `why`; add it"),
        (
            DERIVATIONS,
            "{connection.client: plaintext}",
            "{a.b: c, d.e: f}",
            "2:9: one derivation concludes one fact (`role.attribute: word`); write another for the next",
        ),
        (FLAGS, "details:", "detailz:", "9:1: `detailz` is no key of `flags.yaml`; did you mean `details`?"),
        (FLAGS, "    proves: A connection was made.\n", "", "3:5: a log word needs `proves`; add it"),
        (PEERS, ", reason: It is about looks", "", "1:10: a peer's code needs `reason`; add it"),
    ],
)
def test_a_mistake_has_a_place_and_advice(file: str, old: str, new: str, mistake: str) -> None:
    """One wrong thing is one mistake, at its place, with what to do next."""
    assert [f"{file}:{mistake}"] == parse_mistakes(changed(file, old, new))


def test_an_unknown_area_is_refused() -> None:
    """A cause lies in the folder of its area."""
    texts = {"causes/mlts/not-injected/cause.yaml": TEXTS[OTHER]}

    assert ["causes/mlts/not-injected/cause.yaml:1:1: `mlts` is no area; did you mean `mtls`?"] == parse_mistakes(texts)


def test_all_mistakes_are_reported_at_once() -> None:
    """Mistakes of several files come in one go, in the order of files and lines."""
    texts = changed(OTHER, "severity: warning\nprevalence: common", "severity: grave\nprevalance: common")
    texts[PEERS] = "- a\n"

    assert [
        f"{OTHER}:5:11: `grave` is no severity; use `error`, `info` or `warning`",
        f"{OTHER}:6:1: `prevalance` is no key of a cause; did you mean `prevalence`?",
        f"{PEERS}:1:1: `peer-codes.yaml` is a map here; write `key: value` lines",
    ] == parse_mistakes(texts)


def test_a_wrong_item_leaves_the_others() -> None:
    """What is right beside a mistake is still read, so that it can be checked too."""
    book, _ = parse(changed(SYMPTOM, "[transport, application]", "[transport, applic]"))

    assert ("transport",) == book.symptoms["503-uc"].stages


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("", "1:1: the file is empty; write it or delete it"),
        ("# only a comment\n", "1:1: the file is empty; write it or delete it"),
        (
            "a: [x\n",
            (
                "2:1: this is no YAML: while parsing a flow sequence, did not find expected ',' or ']'; "
                "correct it here or on the line before"
            ),
        ),
        (
            "a: 1\n---\nb: 2\n",
            (
                "2:1: this is no YAML: expected a single document in the stream, but found another document; "
                "correct it here or on the line before"
            ),
        ),
        (
            "flags: {UC: {meaning: ${a.b}}}\n",
            (
                "1:24: this is no YAML: while parsing a flow mapping, did not find expected ',' or '}'; "
                'inside {…} and […] a placeholder must be quoted: "${role.attribute}"'
            ),
        ),
        (
            "flags:\n  a: &x {}\n  b: *x\n",
            "2:6: what stands here is used again through an alias (`*name`); write it out each time",
        ),
        (
            "flags: &x\n  a: *x\n",
            "1:8: what stands here is used again through an alias (`*name`); write it out each time",
        ),
        (
            "flags: !!python/object:os.system {}\n",
            (
                "1:8: tags (`tag:yaml.org,2002:python/object:os.system`) have no meaning here; "
                "remove the tag, and quote what must be text"
            ),
        ),
        ("flags: " + "[" * 60 + "]" * 60, "1:58: this is nested more than 50 levels deep; make it flatter"),
        ("[a]: b\n", "1:1: a key of this map is a map or a list itself; keys are plain words"),
        ("flags: {}\nflags: {}\n", "2:1: `flags` stands twice in this map; keep one of them"),
        ("flags: {}\n# \x07\n", "2:3: no YAML file may hold this character; remove it, or escape it in double quotes"),
        ("flags: '\ud800'\n", "1:9: no YAML file may hold this character; remove it, or escape it in double quotes"),
    ],
)
def test_text_that_is_no_use_is_refused(text: str, mistake: str) -> None:
    """Broken YAML, tricks and empty files are named with their place; nothing is run and nothing grows."""
    assert [f"{FLAGS}:{mistake}"] == parse_mistakes({FLAGS: text})


def test_a_repeated_key_deep_inside_is_noticed() -> None:
    """An object that is created cannot have a key twice either."""
    texts = changed(CAUSE, "          spec:\n", "          kind: Sidecar\n          spec:\n")

    assert [f"{CAUSE}:35:11: `kind` stands twice in this map; keep one of them"] == parse_mistakes(texts)


def test_no_mistake_can_steer_a_terminal() -> None:
    """Control characters and long words of a file come out escaped and shortened."""
    texts = changed(OTHER, "status: draft", 'status: "\\e[31m' + "x" * 100 + '"')

    assert [
        f"{OTHER}:7:9: `\\x1b[31m" + "x" * 55 + "…` is no status; use `draft`, `retired` or `tested`"
    ] == parse_mistakes(texts)


def test_a_flood_of_aliases_is_refused_at_once() -> None:
    """Ten levels of tenfold aliases are not unfolded."""
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]\n" for n in range(1, 10))

    assert 1 == len(parse_mistakes({FLAGS: f"l0: &l0 [x]\n{levels}"}))
