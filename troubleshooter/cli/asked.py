"""The request that the flags name.

Decides: what is refused before anything is read. Must not know the mesh.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace

from troubleshooter.cli.answer import Refused
from troubleshooter.model import Request
from troubleshooter.walk import RequestError, parse_request


def request_of_flags(args: argparse.Namespace) -> Request | None:
    """The request that the flags name; None without --to.

    Raises:
        Refused: --from without --to, a URL that is none, a header without a colon.
    """
    if not args.to:
        if args.source:
            raise Refused("--from says who asks and not for what; add --to URL")
        return None
    try:
        request = parse_request(
            args.to,
            source=args.source,
            method=args.method,
            headers=list(_headers(args.headers)),
            sni=args.sni,
            plaintext=args.plaintext,
            expect=args.expect,
            http10=args.http10,
        )
        gone = tuple(f"without {name}: its pods are taken for not ready" for name in args.without)
        return replace(request, assumed=(*request.assumed, *gone))
    except RequestError as error:
        raise Refused(str(error)) from None


def _headers(given: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Name and value of each; a value is never repeated in an error, since it may be a secret."""
    for number, header in enumerate(given, 1):
        name, colon, value = header.partition(":")
        if not colon or not name.strip():
            raise Refused(f"the {_nth(number)} -H has no name and colon; write -H 'name: value'")
        yield name.strip(), value.strip()


def _nth(number: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(number, f"{number}th")


def asked_alone(args: argparse.Namespace) -> Request | None:
    """The request of flags that ask for nothing else: one that a log or a dump names, or that a person may change, or a
    mesh that is made of files too, may need more than this request touches. None where it is not so.

    Raises:
        Refused: as `request_of_flags`.
    """
    more = ("log", "envoy", "paste", "filename", "laid_over", "without")
    one_answer = getattr(args, "output", "") and getattr(args, "to", "")
    return request_of_flags(args) if one_answer and not any(getattr(args, flag, None) for flag in more) else None
