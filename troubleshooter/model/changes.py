"""What is to be changed: objects as they should be and as they were.

Decides nothing. Must not know why, whether it helps, or how it reaches a cluster.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from troubleshooter.model.inventory import Inventory
from troubleshooter.model.resource import Key, Object


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What the edits of one fix come to: objects as they should be (`put`) and were (`before`, None for new ones), keys
    that are gone, and the keys of workloads whose pods are made anew."""

    put: Mapping[Key, Object]
    before: Mapping[Key, Object | None]
    drop: tuple[Key, ...] = ()
    restart: tuple[Key, ...] = ()

    def on(self, inventory: Inventory) -> Inventory:
        """A copy of the inventory with the edits done. Pods of restarted workloads are not yet made anew."""
        return inventory.changed(put=self.put.values(), drop=self.drop)
