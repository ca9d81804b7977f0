"""A cluster to try things on by hand: `python -m tests.kube_api.serve FILE…`.

Serves the objects of YAML or JSON files (lists are opened) until Ctrl-C, and says how to get there: with kubectl, or
with the program itself. Namespaces that objects live in are made where no file has them, so that more can be applied.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import Event

import yaml

from tests.kube_api.messages import Json
from tests.kube_api.server import ApiServer


def objects(files: Iterable[Path]) -> list[Json]:
    """All objects of some files, and the namespaces that they lack."""
    found = [each for file in files for each in _opened(yaml.safe_load_all(file.read_text(encoding="utf-8")))]
    there = {each["metadata"]["name"] for each in found if each["kind"] == "Namespace"}
    wanted = dict.fromkeys(each["metadata"].get("namespace", "") for each in found)
    made = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": n}} for n in wanted if n and n not in there]
    return [*found, *made]


def _opened(documents: Iterable[Json | None]) -> Iterator[Json]:
    for each in filter(None, documents):
        if each.get("kind", "").endswith("List") and "items" in each:
            kind = each["kind"].removesuffix("List")
            yield from ({"apiVersion": each["apiVersion"], "kind": kind, **item} for item in each["items"])
        else:
            yield each


def main(words: list[str] | None = None) -> int:
    """Serves until it is interrupted."""
    parser = argparse.ArgumentParser(prog="python -m tests.kube_api.serve", description="a cluster on loopback")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="objects, as YAML or JSON")
    given = parser.parse_args(words)
    with (
        contextlib.suppress(KeyboardInterrupt),
        tempfile.TemporaryDirectory() as folder,
        ApiServer(objects(given.files)) as api,
    ):
        sys.stdout.write(f"export KUBECONFIG={api.kubeconfig(Path(folder) / 'config')}\n")
        sys.stdout.flush()
        Event().wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
