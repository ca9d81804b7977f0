"""A bundle keeps what was listed, and what was not seen."""

from __future__ import annotations

from dataclasses import replace

from tests.inventories import SHOP, inventory
from troubleshooter.collect.bundle.manifest import manifest_text, read_manifest
from troubleshooter.collect.bundle.packing import Contents, redacted
from troubleshooter.model import Listing

UNSEEN: Listing = ("", "networking.istio.io", "VirtualService", "shop")
HELD = replace(inventory(SHOP), unseen=frozenset({UNSEEN}))


def test_unseen_lists_come_back() -> None:
    """What was refused when the bundle was made is unseen when it is read."""
    told = read_manifest(manifest_text(HELD, "1", redacted=False))

    assert frozenset({UNSEEN}) == told.unseen


def test_bundles_of_old() -> None:
    """A manifest that says nothing of it has nothing unseen."""
    text = manifest_text(HELD, "1", redacted=False).replace('"unseen"', '"other"')

    assert frozenset() == read_manifest(text).unseen


def test_unseen_lists_without_names() -> None:
    """Where names are taken out, the namespace of a list has its other name too."""
    found, _ = redacted(Contents(inventory=HELD), b"key")
    ((_, _, kind, space),) = found.inventory.unseen
    spaces = {thing.name for thing in found.inventory.objects if thing.kind == "Namespace"}

    assert "VirtualService" == kind
    assert {space} == spaces
