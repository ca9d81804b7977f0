"""`walk`: the way of a request through the mesh, without conclusions."""

from __future__ import annotations

import argparse

from troubleshooter.cli.answer import Answer, Refused
from troubleshooter.cli.asked import request_of_flags
from troubleshooter.cli.before import walk_before
from troubleshooter.cli.diagnose import status_of
from troubleshooter.cli.home import home
from troubleshooter.cli.reading import read_mesh
from troubleshooter.cli.showing import shown_walk
from troubleshooter.mesh import Mesh
from troubleshooter.model import Diagnosis
from troubleshooter.walk import RequestError, walk
from troubleshooter.walk.trace import traced


def run(args: argparse.Namespace) -> Answer:
    """Walk the request that the flags name.

    Raises:
        Refused: no request is named, or something that the flags name cannot be read or makes no sense.
    """
    request = request_of_flags(args)
    if request is None:
        raise Refused("no request is named; add --to URL, such as --to http://payments.shop:8080/pay")
    laid = read_mesh(args)
    mesh = Mesh(laid.inventory)
    try:
        walked = walk(mesh, request, home(args))
    except RequestError as error:
        raise Refused(str(error)) from None
    diagnosis = Diagnosis(
        walk=traced(mesh, walked) if args.trace else walked.walk,
        not_checked=(*mesh.assumptions(), *mesh.inventory.not_checked),
        before=walk_before(laid, request, home(args)),
    )
    return Answer(shown_walk(diagnosis, args.output), status_of(diagnosis))
