"""Where the knowledge base lies.

Decides between two places and nothing else: inside the installed package, where the wheel carries a copy, or beside the
package in a checkout, which is also what an editable install runs from. It must not know what the files hold.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def default_knowledge() -> Path:
    """The folder of the knowledge base that came with this program.

    Raises:
        FileNotFoundError: neither the installed copy nor the checkout's folder is there.
    """
    installed = _PACKAGE / "_knowledge"
    checkout = _PACKAGE.parent / "knowledge"
    for folder in (installed, checkout):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(
        f"The knowledge base is missing: neither {installed} nor {checkout} is a folder. Install the program again."
    )
