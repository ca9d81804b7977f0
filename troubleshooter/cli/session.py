"""`--resume`: the last session of a person, kept from one start to the next.

Decides: where it is kept (the user's data directory), in which form, and what is said of inputs that have changed. It
is written after every answer, in one go, and readable by its owner alone. Headers of the request and credentials are
never in it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from troubleshooter.cli.answer import Refused
from troubleshooter.cli.commands import WIZARD
from troubleshooter.cli.parsing import parse, program
from troubleshooter.model.plain import without_credentials
from troubleshooter.terminal import Given

log = logging.getLogger(__name__)

VERSION = 1
NOT_KEPT = frozenset({"apply", "yes", "headers", "resume", "record", "plain", "verbose"})
INPUTS = ("filename", "laid_over", "envoy", "paste", "log")
STDIN = "-"
LARGE = 64 << 20
"""Bytes; of larger files only size and time are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What was typed after the program's name, every input with what it looked like, and the answers."""

    words: tuple[str, ...]
    inputs: dict[str, str]
    answers: tuple[Given, ...]


def place() -> Path:
    """The file of the last session (XDG Base Directory; on Windows the local application data)."""
    base = os.environ.get("XDG_DATA_HOME") or os.environ.get("LOCALAPPDATA") or ""
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".local/share") / "troubleshooter/session.json"


class Keeper:
    """Keeps the answers of a session that these flags began. Where that cannot be done, `kept` stays False and nobody
    is disturbed."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.words, self.inputs = tuple(words_of(args)), {name: looks(name) for name in inputs_of(args)}
        self.kept = False

    def keep(self, answers: tuple[Given, ...]) -> None:
        """Write the session anew."""
        told = [{"about": g.about, "typed": list(g.typed), "meant": g.meant} for g in answers]
        text = json.dumps({"version": VERSION, "words": self.words, "inputs": self.inputs, "answers": told}, indent=1)
        try:
            _write(place(), text)
            self.kept = True
        except (OSError, RuntimeError) as error:  # RuntimeError: there is no home
            log.info("the session is not kept: %s", error)


def _write(file: Path, text: str) -> None:
    """A new file that takes the place of the old one, readable by its owner alone from the start."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(dir=file.parent, prefix=".session-")  # mkstemp makes it 0600
    try:
        with os.fdopen(number, "w", encoding="utf-8") as fresh:
            fresh.write(text)
        Path(name).replace(file)
    except OSError:
        with suppress(OSError):
            Path(name).unlink()
        raise


def last() -> Session:
    """The session that was kept last.

    Raises:
        Refused: there is none, or it cannot be read.
    """
    try:
        told = json.loads(place().read_text(encoding="utf-8"))
        return Session(
            words=tuple(map(str, told["words"])),
            inputs={str(name): str(mark) for name, mark in told["inputs"].items()},
            answers=tuple(_given(one) for one in told["answers"]) if told["version"] == VERSION else (),
        )
    except FileNotFoundError:
        raise Refused(f"there is no session to go on with; begin one: {program()}") from None
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused(f"{place()} cannot be read as a session ({error}); begin a new one: {program()}") from None


def _given(told: Any) -> Given:
    return Given(about=str(told["about"]), typed=tuple(map(str, told["typed"])), meant=str(told["meant"]))


def resumed(args: argparse.Namespace, session: Session) -> argparse.Namespace:
    """The flags of that session; those that are given now take the place of theirs.

    Raises:
        Refused: it was about standard input, which is gone, and nothing takes its place.
    """
    before, plain = parse("", session.words), vars(parse("", ()))
    merged = {dest: value if value != plain[dest] else getattr(before, dest) for dest, value in vars(args).items()}
    flags = ("-f", "--with", "--envoy", "--paste", "--log")
    for flag, dest in zip(flags, INPUTS, strict=True):
        if STDIN in _values(getattr(before, dest)) and getattr(args, dest) == plain[dest]:
            raise Refused(f"the last session read {flag} from standard input; name it again: --resume {flag} FILE")
    return argparse.Namespace(**merged)


def news(args: argparse.Namespace, session: Session) -> tuple[str, ...]:
    """What has changed since: an input that looks otherwise, or another one in its place."""
    now = {name: looks(name) for name in inputs_of(args)}
    changed = [n for n, mark in now.items() if n in session.inputs and mark != session.inputs[n]]
    fresh = [n for n in now if n not in session.inputs]
    gone = [n for n in session.inputs if n not in now]
    told = (("has changed since", changed), ("is new", fresh), ("is not looked at any more", gone))
    return tuple(f"{', '.join(names)} {said}." for said, names in told if names)


def words_of(args: argparse.Namespace) -> Iterator[str]:
    """What was typed, read off the table of flags; without what is secret, or of this start only."""
    for _, flags in WIZARD.flags:
        for flag in flags:
            dest = flag.reading.get("dest") or flag.names[-1].lstrip("-").replace("-", "_")
            value, plain = getattr(args, dest), flag.reading.get("default")
            if dest in NOT_KEPT or value == plain:
                continue
            if value is True:
                yield flag.names[-1]
            for text in _values(value):
                yield from (flag.names[-1], without_credentials(text))


def inputs_of(args: argparse.Namespace) -> list[str]:
    """The files and folders that the flags name."""
    named = [text for dest in INPUTS for text in _values(getattr(args, dest))]
    return list(dict.fromkeys(name for name in named if name != STDIN))


def _values(value: object) -> Sequence[str]:
    if isinstance(value, str):
        return (value,) if value else ()
    return [str(one) for one in value] if isinstance(value, list) else ()


def looks(name: str) -> str:
    """A mark of what is in a file or folder; "" if it is not there. A name before it (`-f NAME=PATH`) is none of it."""
    path = Path(name)
    if not path.exists() and "=" in name:
        path = Path(name.partition("=")[2])
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    digest = hashlib.sha256()
    for file in files:
        try:
            size, time = file.stat().st_size, file.stat().st_mtime_ns
            digest.update(f"{file.relative_to(path)}:{size}".encode())
            digest.update(file.read_bytes() if size <= LARGE else str(time).encode())
        except OSError:
            return ""
    return digest.hexdigest()
