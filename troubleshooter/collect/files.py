"""Files, folders, archives and standard input to an inventory and exhibits. Must not know what any of it means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from troubleshooter.collect.garbage import collection_paused
from troubleshooter.collect.inputs import find_files
from troubleshooter.collect.reader import Reader
from troubleshooter.collect.scope import DEFAULT_NAMESPACE
from troubleshooter.model import Exhibit, Inventory


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """Objects, the texts that stood beside them in archives and folders, and the access logs of bundles."""

    inventory: Inventory
    exhibits: tuple[Exhibit, ...] = ()
    logs: tuple[Exhibit, ...] = ()


def read_inventory(
    paths: Sequence[str], *, stdin: Callable[[], bytes], namespace: str = DEFAULT_NAMESPACE
) -> Inventory:
    """The objects of `read_input`."""
    return read_input(paths, stdin=stdin, namespace=namespace).inventory


def read_input(paths: Sequence[str], *, stdin: Callable[[], bytes], namespace: str = DEFAULT_NAMESPACE) -> Collected:
    """What `-f` names: files, folders, archives, `-` (standard input), each also as `NAME=PATH` for a Kubernetes
    cluster NAME.

    `stdin` is called once at most. An object that names no namespace and must have one is put into `namespace`, as
    kubectl does. `not_checked` of the inventory holds what was damaged, doubled, doubtful or assumed, in the order of
    reading.

    Raises InputError where something named directly cannot be read at all, or where nothing usable is left.
    """
    reader = Reader(stdin, namespace)
    with collection_paused():
        for file in find_files(paths):
            reader.read(file)
        inventory = reader.inventory(paths)
    return Collected(inventory=inventory, exhibits=tuple(reader.exhibits), logs=tuple(reader.logs))
