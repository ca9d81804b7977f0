"""Whatever somebody types, pastes or does: there is an answer, and never an exception."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.inventories import EXACT, SHOP, inventory
from tests.terminal.desks import NARROW, TO_THE_END, drawn
from tests.terminal.talks import setting
from troubleshooter.terminal.desk import Desk

MESH = inventory(SHOP, EXACT)
WORDS = (
    *("", "1", "2", "3", "99", "²", "404-envoy", "503-uc", "404", "payments", "/api/x", "POST /", "web", "everything"),
    *("unknown", "back", "back 2", "back 0", "back -1", "back x", "why", "?", "how", "how plain", "how route.match"),
    *("how 1", "notes", "help", "what if", "what if route.match=none", "what if x=y", "what", "fix", "fix 9", "undo"),
    *("http://[", "http://a:99999/", "tcp://x", "https://payments.shop:8080", "outside", "gateway:a/b", "shop/pod/x"),
    *("curl: (7) Failed to connect to payments.shop port 99999", "> GET / HTTP/1.1\n> Host: [", "{}", "more"),
    '[2026-03-01T10:00:00.000Z] "GET /a HTTP/1.1" 503 UH - "-" 0 0 0 - "-" "c" "a" "[" "-" - - 10.0.0.5:80 1:4 - -',
)
LINES = st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=30)), max_size=12)


@given(lines=LINES, depth=st.integers(0, 4), steps=st.integers(-3, 3), looking=st.booleans(), person=st.booleans())
@settings(max_examples=300, deadline=None)
def test_any_lines(lines: list[str], depth: int, steps: int, *, looking: bool, person: bool) -> None:
    """The screen is there after each of them, at whatever question; only quitting leaves."""
    held = Desk(setting(inventory=MESH if looking else None, person=person))
    for line in (*TO_THE_END[:depth], *lines):
        held.type(line)
        held.move(steps)
        held.offers(line)
        drawn(held, NARROW)
        held.take(held.line() if steps == 0 else line)
        if held.left:
            break
        assert held.view.inquiry.question or held.view.diagnosis
