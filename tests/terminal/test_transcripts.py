"""The example consultations in transcripts/ are what the program says today; `pytest --golden` writes them anew."""

from __future__ import annotations

import shlex
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

from tests.terminal.talks import held, setting
from troubleshooter.cli.knowledge import read_rulebook
from troubleshooter.collect import read_inventory
from troubleshooter.engine import DurableEngine
from troubleshooter.evidence import parse_lines, summarise
from troubleshooter.rulebook import Rulebook
from troubleshooter.walk import parse_request

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "transcripts"
CAUSES = "knowledge/causes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A consultation: what it shows, the flags (`request` is who asks for what), what is typed at first, the answers to
    questions about facts (others are not known), and what is asked back: at questions by their number, and (`at_end`)
    after the result."""

    title: str
    about: str
    mesh: str = ""
    log: str = ""
    request: tuple[str, str] = ("", "")
    symptom: str = ""
    first: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    asides: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    at_end: tuple[str, ...] = ()

    @property
    def flags(self) -> tuple[str, ...]:
        """What is typed after the program's name."""
        source, to = self.request
        given = (("-f", self.mesh), ("--log", self.log), ("--from", source), ("--to", to), ("--symptom", self.symptom))
        return tuple(word for flag, value in given if value for word in (flag, value))

    def named(self, flag: str) -> tuple[str, ...]:
        """One flag with its value, if it is given."""
        return next(((flag, value) for name, value in pairwise(self.flags) if name == flag), ())


EXAMPLES = {
    "mesh-given": Example(
        title="A mesh is given",
        about=(
            "The objects of the mesh are in a file, so nothing has to be asked but which request fails. Everything\n"
            "else is looked up, and what was seen can be asked about afterwards."
        ),
        mesh=f"{CAUSES}/routing/vs-no-match-no-default/bad.yaml",
        first=("payments", "/api/health/detailed", "web"),
        asides={1: ("why",)},
        at_end=("how route.match", "how route.default"),
    ),
    "answers-alone": Example(
        title="Nobody can look: answers alone",
        about=(
            "Only a symptom is known. Each question is the one that splits the remaining causes best for what it\n"
            "costs to answer it; `unknown` is an answer, and at every question one may ask back."
        ),
        first=("404 NR", "1"),
        answers={
            "route.match": "none",
            "route.default": "absent",
            "virtual_service.gateway_ref": "found",
            "request.destination": "registered",
            "request.protocol": "http",
        },
        asides={2: ("why",), 3: ("?", "notes")},
        at_end=("how route.default",),
    ),
    "half-a-mesh": Example(
        title="Half of the mesh is given",
        about=(
            "Of the caller everything is in the file, of the one that is called nothing. What can be seen is not\n"
            "asked, and leaves few causes; what cannot be seen is."
        ),
        mesh=f"{CAUSES}/mtls/mtls-strict-plaintext-client/bad.yaml",
        request=("legacy/deployment/batch", "http://ledger.bank:8080/pay"),
        symptom="503-uc",
        answers={"target.port_mtls_mode": "none", "target.mtls_mode": "strict"},
        asides={2: ("why", "?")},
        at_end=("how connection.client", "how target.mtls_mode"),
    ),
    "log-line-alone": Example(
        title="One line of an access log",
        about=(
            "There is no mesh to look at, but a proxy has logged the failure. The line names the request and the\n"
            "stage at which it died, so only the causes of that stage are asked about."
        ),
        log=f"{CAUSES}/endpoints/service-no-endpoints/access.log",
        answers={
            "service.endpoints_meant": "yes",
            "service.endpoints": "none",
            "service.no_endpoints_because": "selector-matches-nothing",
        },
        asides={1: ("how failure.flag", "why")},
    ),
}


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    """The knowledge base that comes along."""
    return read_rulebook(())


@pytest.fixture(scope="module")
def engine() -> Iterator[DurableEngine]:
    """One engine for all examples."""
    with DurableEngine() as started:
        yield started


def _person(example: Example, rulebook: Rulebook) -> Generator[str, str, None]:
    """Types what the example says; is sent the screen before every line."""
    words = {" ".join(rulebook.questions[fact].question.split()): word for fact, word in example.answers.items()}
    first = iter(example.first)
    number = 0
    screen = yield ""
    while not screen.rstrip().endswith("Enter ends."):
        asked = " ".join(screen.rpartition("\n[")[2].split())
        number += 1
        for aside in example.asides.get(number, ()):
            screen = yield aside
        known = next((word for question, word in words.items() if question in asked), "unknown")
        screen = yield next(first, known)
    for aside in example.at_end:
        yield aside


def _transcript(example: Example, rulebook: Rulebook, engine: DurableEngine) -> str:
    given = setting(
        rulebook=rulebook,
        engine=engine,
        inventory=read_inventory([example.mesh], stdin=bytes) if example.mesh else None,
        summary=summarise(parse_lines(Path(example.log).read_text("utf-8").splitlines(), file=example.log))
        if example.log
        else None,
        log=example.log,
        request=parse_request(example.request[1], source=example.request[0]) if example.request[1] else None,
        symptom=example.symptom,
        collect="(the command of the README that prints a mesh)",
        arguments=tuple(word for flag in ("-f", "--log", "--symptom") for word in example.named(flag)),
    )
    person = _person(example, rulebook)
    next(person)

    def answer(screen: str) -> str | None:
        try:
            return person.send(screen)
        except StopIteration:
            return None

    screen = held(given, answer).screen
    command = shlex.join(("troubleshoot", *example.flags))
    return f"# {example.title}\n\n{example.about}\n\n```console\n$ {command}\n{screen.rstrip()}\n```\n"


@pytest.mark.parametrize("name", EXAMPLES)
def test_transcript(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    rulebook: Rulebook,
    engine: DurableEngine,
    name: str,
) -> None:
    """A transcript holds every line of the consultation, typed ones after `> `."""
    monkeypatch.chdir(ROOT)
    file = FOLDER / f"{name}.md"
    text = _transcript(EXAMPLES[name], rulebook, engine)
    if request.config.getoption("--golden"):
        file.write_text(text, encoding="utf-8", newline="\n")
    renew = f"the program says something else now. If it should: pytest --golden '{request.node.nodeid}'"

    assert (file.read_text(encoding="utf-8") if file.is_file() else "") == text, renew


def test_every_transcript_is_written_by_a_test() -> None:
    """No file in transcripts/ is left from before."""
    assert {f"{name}.md" for name in EXAMPLES} == {file.name for file in FOLDER.iterdir()}
