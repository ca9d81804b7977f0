"""Looks in the wizard: said before they happen, and then the question that is left."""

from __future__ import annotations

from tests.inventories import inventory
from tests.knowledge import knowledge_base
from tests.running import LIVE, REQUEST, RESET
from tests.terminal.talks import setting
from troubleshooter.consult import Consultation, Look
from troubleshooter.model import Exhibit, Verdict
from troubleshooter.terminal import Desk, Setting, talk
from troubleshooter.terminal.dialogue import LOOKING, Dialogue

FORBIDDEN = "forbidden"


def _shows(consultation: Consultation, look: Look) -> str:
    """Every log holds the failed line, and nothing else is to be had."""
    if look.sight.page.is_log:
        consultation.tell_seen(look, [Exhibit(name="log", text=RESET)])
        return ""
    return _refuses(consultation, look)


def _refuses(consultation: Consultation, look: Look) -> str:
    consultation.could_not(look, FORBIDDEN)
    return FORBIDDEN


def _setting(**more: object) -> Setting:
    told = {"rulebook": knowledge_base.book(), "inventory": inventory(LIVE), "request": REQUEST, "symptom": "503-uc"}
    return setting(**{**told, "look_at": _shows, **more})


def test_look_is_said_before_it_happens() -> None:
    """The dialogue stops before it, so that a front can draw the command."""
    dialogue = Dialogue(_setting())
    dialogue.start()

    assert LOOKING is dialogue.inquiry
    assert dialogue.pending is not None
    assert dialogue.pending.command.startswith("kubectl logs")


def test_what_a_look_shows_is_judged() -> None:
    """The failed line makes the request fail."""
    dialogue = Dialogue(_setting())
    dialogue.start()
    while dialogue.pending is not None:
        dialogue.look()
    found = dialogue.outcome()

    assert found is not None
    assert found.walk is not None
    assert Verdict.UNREACHABLE == found.walk.verdict


def test_plain_lines_name_looks_and_what_came_of_them() -> None:
    """The command stands in a line of its own; what could not be had is said."""
    written: list[str] = []
    talk(_setting(look_at=_refuses), lambda: None, written.append)
    text = "".join(written)

    assert "I look at the log of the proxy (pods shop/web-1, shop/web-2):\n    kubectl logs -n shop web-1" in text
    assert "It cannot be had: forbidden." in text
    assert text.index("It cannot be had") < text.index("[1]")


def test_desk_goes_on_to_the_first_question() -> None:
    """Looks need no key, and what they came to is in view above the question."""
    desk = Desk(_setting(look_at=_refuses))

    assert desk.dialogue.pending is None
    assert desk.view.inquiry is not LOOKING
    assert desk.view.head


def test_going_back_does_not_look_again() -> None:
    """What was seen is still seen."""
    looks: list[Look] = []

    def counted(consultation: Consultation, look: Look) -> str:
        looks.append(look)
        return _refuses(consultation, look)

    desk = Desk(_setting(look_at=counted))
    before = len(looks)
    desk.take("unknown")
    desk.take("back")

    assert len({look.sight for look in looks}) == len(looks)
    assert 0 < before <= len(looks)
