"""The files beside the YAML: fixtures are where the knowledge says they are, and no file lies about unread."""

from __future__ import annotations

import re
from collections.abc import Iterator

from troubleshooter.model import CaseKind
from troubleshooter.rulebook.advice import advice, quoted
from troubleshooter.rulebook.checks.scene import Scene, folder
from troubleshooter.rulebook.places import Mistake, Place
from troubleshooter.rulebook.values import Cause, Status

KNOWN = re.compile(
    r"""(?: README\.md | questions\.yaml | derivations\.yaml | flags\.yaml | peer-codes\.yaml
          | symptoms/[^/]+\.yaml | concepts/[^/]+\.md | lessons/[^/]+\.yaml
          | causes/[^/]+/[^/]+/(?: cause\.yaml | (?:bad|good)(?:-[^/.]+)?\.yaml | near-[^/.]+\.yaml
                                 | (?:bad(?:-[^/.]+)?|near-[^/.]+)\.example\.yaml | session(?:-[^/]+)?\.txt
                                 | [^/]+\.(?:log|json|txt) ) )""",
    re.VERBOSE,
)

AT_ROOT = ("questions.yaml", "derivations.yaml", "flags.yaml", "peer-codes.yaml", "README.md")
IN_CAUSE = ("cause.yaml", "bad.yaml", "good.yaml", "near-REASON.yaml", "session.txt")


def names_are_known(scene: Scene) -> Iterator[Mistake]:
    """No file has a name that nothing reads (it would be knowledge that is never used), and no folder lacks its cause.
    Names that begin with a dot are the business of other tools."""
    for name in scene.names:
        if any(part.startswith(".") for part in name.split("/")):
            continue
        place = Place(file=name)
        if not KNOWN.fullmatch(name):
            choices = IN_CAUSE if name.startswith("causes/") else AT_ROOT
            hint = advice(name.rsplit("/", 1)[-1], choices)
            yield Mistake(place=place, text=f"nothing reads a file of this name; {hint}")
        elif name.startswith("causes/") and f"{name.rsplit('/', 1)[0]}/cause.yaml" not in scene.names:
            yield Mistake(place=place, text="the folder of this file has no cause.yaml; write it, or delete the folder")


def named_files_are_there(scene: Scene) -> Iterator[Mistake]:
    """Fixtures that false positives name, and evidence that the example names, lie in the cause's folder."""
    for cause in scene.causes:
        inside = scene.files.get(folder(cause), frozenset())
        wanted = [(reader.place.of("near"), reader.near) for reader in cause.false_positives if reader.near]
        if cause.example:
            wanted += [(cause.example.place.of("evidence"), file) for file in cause.example.evidence]
        for place, file in wanted:
            if file not in inside:
                hint = advice(file, inside, f"write {folder(cause)}{file}")
                yield Mistake(place=place, text=f"the cause's folder has no file {quoted(file)}; {hint}")


def examples_have_meshes(scene: Scene) -> Iterator[Mistake]:
    """What is asked of a mesh other than the usual has its mesh."""
    for name in scene.names:
        mesh = name.replace(".example.yaml", ".yaml")
        if name.startswith("causes/") and mesh not in scene.names:
            said = f"this is asked of {quoted(mesh.rsplit('/', 1)[-1])}, which is not there; write it"
            yield Mistake(place=Place(file=name), text=said)


def tested_causes_have_fixtures(scene: Scene) -> Iterator[Mistake]:
    """Who says `status: tested` has something to test it with."""
    for cause in scene.causes:
        if cause.status == Status.TESTED:
            for lacking in _lacking(cause, scene.files.get(folder(cause), frozenset())):
                said = f"a tested cause needs {lacking}; write it, or call the cause `draft`"
                yield Mistake(place=cause.place.of("status"), text=said)


def _lacking(cause: Cause, inside: frozenset[str]) -> Iterator[str]:
    nears = [name for name in inside if re.fullmatch(r"near-[^.]+\.yaml", name)]
    # Without an edit there is nothing that `good` could be made with. Whether one holds in a variant only a test can
    # tell.
    wanted = ("bad.yaml", "good.yaml") if any(fix.edits for fix in cause.fixes) else ("bad.yaml",)
    for file in (name for name in wanted if name not in inside):
        yield quoted(file)
    for reader in cause.false_positives:
        if not reader.near:
            yield f"a mesh that shows each false positive (`near: near-REASON.yaml` for {reader.text[:40]!r})"
    if len(nears) < len(cause.unless):
        yield f"a `near-REASON.yaml` for each of its {len(cause.unless)} `unless` (there are {len(nears)})"
    if cause.example is None and CaseKind.WALK in cause.cases:
        yield "an `example` to ask of `bad.yaml`"
