"""Where evidence is looked at from."""

from __future__ import annotations

from dataclasses import dataclass

from troubleshooter.evidence import Evidence
from troubleshooter.facts.observe import Observation
from troubleshooter.mesh import Mesh
from troubleshooter.walk import Hop, Trail


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The mesh (an empty one where nobody saw it), all evidence, the way of the request with the hop whose connection
    is in focus (None where there is no walk), and the failed line of a log (None without)."""

    mesh: Mesh
    evidence: Evidence
    trail: Trail | None = None
    hop: Hop | None = None
    observation: Observation | None = None
