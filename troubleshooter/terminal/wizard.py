"""The wizard on a real terminal: keys to the desk, rows to the screen.

Theory of operation. `screen.draw` makes all rows but the typed line; this application shows them in two windows with
the typed line between. Lines that were entered are taken one after the other beside the drawing, so that the screen
says that the program looks, and nothing that is typed meanwhile is lost. Decides: which key does what, and the looks
of a style. Imported only when somebody sits at a terminal: it is the only module that loads prompt_toolkit.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from prompt_toolkit.application import Application
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.input import Input, create_input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import (
    BufferControl,
    Float,
    FloatContainer,
    FormattedTextControl,
    HSplit,
    Layout,
    VSplit,
    Window,
)
from prompt_toolkit.layout.menus import CompletionsMenu
from prompt_toolkit.output import ColorDepth, Output

from troubleshooter.model.plain import plain
from troubleshooter.terminal.background import beside, remembering
from troubleshooter.terminal.desk import HOW, WHAT_IF, Desk, Hand, View
from troubleshooter.terminal.looks import fragments, style
from troubleshooter.terminal.screen import Frame, PageOf, Size, draw

PROMPT = "> "
MENU = 6


class Wizard:
    """Runs a desk on a terminal."""

    def __init__(
        self,
        desk: Desk,
        page: PageOf,
        *,
        color: bool,
        ascii_only: bool = False,
        input: Input | None = None,  # noqa: A002 - prompt_toolkit's own name for it
        output: Output | None = None,
    ) -> None:
        self.desk, self.ascii_only = desk, ascii_only
        self._page = remembering(page)
        self._drawn: tuple[View, Hand, Size, Frame] | None = None
        self._queue: deque[str] = deque()
        self._failure: Exception | None = None
        self._typing = Buffer(
            completer=_Words(desk),
            complete_while_typing=Condition(self._completes_by_itself),
            multiline=False,
            on_text_changed=lambda buffer: desk.type(buffer.text),
        )
        self.application: Application[None] = Application(
            layout=self._layout(),
            key_bindings=_bindings(self),
            style=style(color=color),
            color_depth=None if color else ColorDepth.DEPTH_1_BIT,
            full_screen=True,
            input=input or create_input(always_prefer_tty=True),  # standard input may be the mesh
            output=output,
        )
        self.application.ttimeoutlen = 0.05

    def run(self) -> None:
        """Until somebody leaves. What goes wrong in the consultation is raised here, with the terminal as it was."""
        self.application.run()
        if self._failure is not None:
            raise self._failure

    def frame(self) -> Frame:
        """The screen as it is to be drawn now. It is asked for more often than it changes."""
        at = self.application.output.get_size()
        view, hand = self.desk.view, replace(self.desk.hand, busy=bool(self._queue))
        size = Size(columns=max(at.columns, 20), rows=at.rows, ascii=self.ascii_only)
        if self._drawn is None or self._drawn[0] is not view or self._drawn[1:3] != (hand, size):
            self._drawn = (view, hand, size, draw(view, hand, size, self._page))
        frame = self._drawn[3]
        if hand.scroll > frame.most:
            self.desk.hand = replace(self.desk.hand, scroll=frame.most)
        return frame

    def _layout(self) -> Layout:
        above = Window(FormattedTextControl(lambda: fragments(self.frame().above)), always_hide_cursor=True)
        typed = VSplit(
            [
                Window(FormattedTextControl(PROMPT), width=len(PROMPT), height=1),
                Window(BufferControl(self._typing), height=1),
            ]
        )
        keys = Window(
            FormattedTextControl(lambda: fragments(self.frame().below)), height=lambda: len(self.frame().below)
        )
        menu = Float(xcursor=True, ycursor=True, content=CompletionsMenu(max_height=MENU))
        return Layout(FloatContainer(HSplit([above, typed, keys]), [menu]), focused_element=typed)

    def _completes_by_itself(self) -> bool:
        """Where one types a name that nobody remembers; the choices of a question stand on the screen anyway."""
        return self._typing.text.startswith((HOW, WHAT_IF)) or bool(self.desk.view.inquiry.suggested)

    def enter(self, text: str | None = None) -> None:
        """Hand over what is typed or selected, or `text`."""
        state = self._typing.complete_state
        if text is None and state is not None and state.current_completion is not None:
            self._typing.complete_state = None
            return
        busy = bool(self._queue)
        # What is typed ahead chooses nothing on a screen that is not there yet.
        typed = self._typing.text.strip() if busy else self.desk.line()
        self._typing.reset()
        self._queue.append(typed if text is None else text)
        if not busy:
            self.application.create_background_task(self._work())

    async def _work(self) -> None:
        """Take what was entered, line by line, while the screen stays alive."""
        self.application.invalidate()
        while self._queue and not self.desk.left:
            self._failure = await beside(partial(self.desk.take, self._queue[0]))
            if self._failure is not None:
                self.desk.left = True
                break
            self._queue.popleft()
            self.desk.type(self._typing.text)
        if self.desk.left:
            self._exit()
        self.application.invalidate()

    @property
    def interrupted(self) -> bool:
        """Whether somebody left while the program was at work: then what it works on is of no use."""
        return bool(self._queue)

    def paste(self, data: str) -> None:
        """One pasted line may be edited; several are taken at once."""
        text = data.replace("\r\n", "\n").replace("\r", "\n").strip()
        if "\n" in text:
            self.enter(text)
        else:
            self._typing.insert_text(plain(text))

    def move(self, steps: int) -> None:
        """Up or down: in the menu if it is open, else among the choices, else through the page."""
        if self._typing.complete_state is not None:
            (self._typing.complete_next if steps > 0 else self._typing.complete_previous)()
        else:
            self.desk.move(steps)

    def turn(self, pages: int) -> None:
        """Scroll by so many screens."""
        self.desk.scroll(pages * max(self.frame().room - 1, 1))

    def reads(self) -> bool:
        """Whether there is a page to read, and nothing typed: then the space bar turns it."""
        return self.desk.view.ended and not self._typing.text

    def complete(self, steps: int) -> None:
        """Open the menu of what may be typed on, or go on in it."""
        if self._typing.complete_state is None:
            self._typing.start_completion(insert_common_part=True)
        elif steps > 0:
            self._typing.complete_next()
        else:
            self._typing.complete_previous()

    def escape(self) -> None:
        """Close the menu, else put away reply and typed text."""
        if self._typing.complete_state is not None:
            self._typing.cancel_completion()
        else:
            self._typing.reset()
            self.desk.dismiss()

    def leave(self) -> None:
        """End politely, whatever is going on."""
        self.desk.left = True
        self._exit()

    def _exit(self) -> None:
        if self.application.is_running and not self.application.is_done:
            self.application.exit()


def _bindings(wizard: Wizard) -> KeyBindings:
    """Every key of ours, as a table; editing keys are prompt_toolkit's."""
    table: tuple[tuple[tuple[str, ...], Callable[[], None]], ...] = (
        (("enter",), wizard.enter),
        (("up", "c-p"), lambda: wizard.move(-1)),
        (("down", "c-n"), lambda: wizard.move(1)),
        (("pageup",), lambda: wizard.turn(-1)),
        (("pagedown",), lambda: wizard.turn(1)),
        (("tab",), lambda: wizard.complete(1)),
        (("s-tab",), lambda: wizard.complete(-1)),
        (("escape",), wizard.escape),
        (("c-c", "c-d"), wizard.leave),
    )
    bindings = KeyBindings()
    for keys, does in table:
        for key in keys:
            bindings.add(key)(_handler(does))

    @bindings.add(" ", filter=Condition(wizard.reads))
    def _(_event: KeyPressEvent) -> None:
        wizard.turn(1)

    @bindings.add(Keys.BracketedPaste)
    def _(event: KeyPressEvent) -> None:
        wizard.paste(event.data)

    return bindings


def _handler(does: Callable[[], None]) -> Callable[[KeyPressEvent], None]:
    def handle(_event: KeyPressEvent) -> None:
        does()

    return handle


class _Words(Completer):
    """What the desk offers, for prompt_toolkit's menu."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:  # noqa: ARG002 - prompt_toolkit hands it over
        replaced, words = self.desk.offers(document.text_before_cursor)
        for word in words:
            yield Completion(plain(word), start_position=-replaced)
