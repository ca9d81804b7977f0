"""Render a fix, apply it to a copy of the inventory, walk and infer again.

Here the mesh's side (what is so) and the rulebook's side (what follows) meet. Must not know who asks, or how a result
is shown."""

from troubleshooter.remedy.conditions import holds
from troubleshooter.remedy.examine import Examined, Situation, examine
from troubleshooter.remedy.fixes import Remedy, remedies, resource_of
from troubleshooter.remedy.scope import in_words, scope_of

__all__ = ["Examined", "Remedy", "Situation", "examine", "holds", "in_words", "remedies", "resource_of", "scope_of"]
