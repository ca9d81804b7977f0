"""The same request without what --with adds and --without takes away, to be seen beside what comes of it."""

from __future__ import annotations

import logging

from troubleshooter.cli.reading import Laid
from troubleshooter.mesh import Mesh
from troubleshooter.model import Request, Walk
from troubleshooter.walk import RequestError, walk

log = logging.getLogger(__name__)


def walk_before(laid: Laid, request: Request, namespace: str) -> Walk | None:
    """The walk through the mesh as it was; None where neither is given, and where the request makes no sense there (its
    caller may be among the manifests)."""
    if laid.before is None:
        return None
    try:
        return walk(Mesh(laid.before), request, namespace).walk
    except RequestError as error:
        log.info("before there is nothing to compare with: %s", error)
        return None
