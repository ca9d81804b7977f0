"""Where progress is kept: one small file in the user's data directory.

Decides: the place, and that a file is never half written. A damaged file is set aside and said, never a crash; where
nothing can be kept the lesson goes on without. Must not know what progress is for.
Source of the place: https://specifications.freedesktop.org/basedir-spec/latest/.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from troubleshooter.learn.progress import Progress, from_text, to_text

NAME = "progress.json"
DAMAGED = "progress.damaged.json"


def home_of_progress(environment: Mapping[str, str]) -> Path:
    """The folder: `$XDG_DATA_HOME/troubleshoot`, or `.local/share/troubleshoot` in the user's home. A relative path is
    no data directory, says the specification."""
    given = environment.get("XDG_DATA_HOME", "")
    base = Path(given) if given and Path(given).is_absolute() else Path.home() / ".local" / "share"
    return base / "troubleshoot"


def read_progress(folder: Path) -> tuple[Progress, str]:
    """What was kept, and what must be said about it ("" if nothing)."""
    file = folder / NAME
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Progress(), ""
    except OSError as error:
        return Progress(), f"Your progress in {file} cannot be read ({error.strerror}); this goes on without it."
    except UnicodeDecodeError:
        return Progress(), _set_aside(file)
    try:
        return from_text(text), ""
    except (ValueError, RecursionError):
        return Progress(), _set_aside(file)


def _set_aside(file: Path) -> str:
    aside = file.with_name(DAMAGED)
    try:
        file.replace(aside)
    except OSError as error:
        return f"{file} is damaged, and cannot be set aside ({error.strerror}); this goes on without it."
    return f"{file} is damaged. It is now {aside}, and you begin anew."


def keep_progress(folder: Path, progress: Progress) -> str:
    """Write it down, all or nothing; what must be said if that fails, else ""."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix=".progress-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(to_text(progress))
            Path(name).replace(folder / NAME)
        except OSError:
            with suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        return f"Your progress cannot be kept in {folder} ({error.strerror})."
    return ""


def forget_progress(folder: Path) -> str:
    """Delete it, and say so."""
    try:
        (folder / NAME).unlink()
    except FileNotFoundError:
        return "There is no progress to forget."
    except OSError as error:
        return f"{folder / NAME} cannot be deleted ({error.strerror})."
    return "Your progress is forgotten."
