"""The same request without the manifests that --with lays over the mesh, to be seen beside what they make of it."""

from __future__ import annotations

import logging

from troubleshooter.cli.reading import Laid
from troubleshooter.mesh import Mesh
from troubleshooter.model import Request, Walk
from troubleshooter.walk import RequestError, walk

log = logging.getLogger(__name__)


def walk_before(laid: Laid, request: Request, namespace: str) -> Walk | None:
    """The walk through the mesh as it was; None without --with, and where the request makes no sense there (its caller
    may be among the manifests)."""
    if laid.before is None:
        return None
    try:
        return walk(Mesh(laid.before), request, namespace).walk
    except RequestError as error:
        log.info("without --with there is nothing to compare with: %s", error)
        return None
