"""The scenarios of the knowledge base, read from the folders of their causes.

Decides: where the files of a scenario lie. Must not know how a lesson goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from troubleshooter.collect import InputError, read_inventory
from troubleshooter.evidence import AccessLogEntry, group_failures, parse_lines
from troubleshooter.learn.course import Place
from troubleshooter.learn.revealing import LOG_NAME
from troubleshooter.learn.scenario import Scenario, ScenarioError
from troubleshooter.model import Exhibit, Inventory
from troubleshooter.rulebook import Cause, Example, Rulebook, read_asked
from troubleshooter.walk import RequestError, parse_request

LOG = ".log"
PAGES = {
    "config_dump": "config_dump",
    "clusters": "clusters",
    "stats": "stats?format=json",
    "certs": "certs",
    "listeners": "listeners",
    "server_info": "server_info",
}
"""The pages that may be shown, by the names of their files, as Envoy's admin interface calls them."""


def load_scenario(rulebook: Rulebook, folders: Sequence[Path], place: Place) -> Scenario:
    """A scenario with the objects, the request and the log of its cause's folder.

    Raises:
        ScenarioError: they are not there, or of no use.
    """
    cause = rulebook.causes.get(place.plan.cause)
    if cause is None:
        raise ScenarioError(f"there is no cause {place.plan.cause}")
    mesh = _mesh(cause, folders, place.plan.mesh)
    example = _example(cause, mesh)
    try:
        request = parse_request(
            example.to,
            source=example.source,
            method=example.method,
            headers=example.headers.items(),
            sni=example.sni,
            plaintext=example.plaintext,
            expect=example.expect,
            http10=example.http10,
        )
    except RequestError as error:
        raise ScenarioError(str(error)) from None
    log = _log(mesh, example)
    return Scenario(
        plan=place.plan,
        lesson=place.lesson,
        number=place.number,
        cause=cause,
        inventory=_inventory(mesh),
        request=request,
        log=log,
        entry=_failure(log),
        pages=tuple(_page(mesh.with_name(name)) for name in example.evidence if not name.endswith(LOG)),
    )


def _mesh(cause: Cause, folders: Sequence[Path], name: str) -> Path:
    files = (folder / "causes" / cause.area / cause.id / f"{name}.yaml" for folder in folders)
    found = next((file for file in files if file.is_file()), None)
    if found is None:
        raise ScenarioError(f"the folder of {cause.id} has no {name}.yaml")
    return found


def _example(cause: Cause, mesh: Path) -> Example:
    """What is asked of the mesh."""
    other = mesh.with_name(f"{mesh.stem}.example.yaml")
    said = _text(other) if other.is_file() else ""
    example, mistakes = read_asked(cause.example, said, other.name)
    if mistakes:
        raise ScenarioError(str(mistakes[0]))
    if example is None or not example.to:
        raise ScenarioError(f"nothing is asked of {mesh.name}")
    return example


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{file.name} cannot be read: {error}") from None


def _inventory(mesh: Path) -> Inventory:
    """The objects, which name no file: the name of its folder would give the cause away."""
    try:
        found = read_inventory([str(mesh)], stdin=lambda: b"")
    except InputError as error:
        raise ScenarioError(str(error)) from None
    return replace(found, objects=tuple(replace(thing, file="") for thing in found.objects))


def _log(mesh: Path, example: Example) -> tuple[str, ...]:
    logs = [mesh.with_name(name) for name in example.evidence if name.endswith(LOG)]
    return tuple(line for log in logs for line in _text(log).splitlines())


def _page(file: Path) -> Exhibit:
    """A page of the proxy that wrote the log. It is called as the proxy calls it, so that no name tells the cause."""
    if file.stem not in PAGES:
        raise ScenarioError(f"{file.name} is no page of a proxy that could be shown: those are {', '.join(PAGES)}")
    return Exhibit(name=PAGES[file.stem], text=_text(file), origin="")


def _failure(log: Sequence[str]) -> AccessLogEntry | None:
    """A line of the failure that a log has most of."""
    groups = group_failures(parse_lines(log, file=LOG_NAME))
    return groups[0].example if groups else None
