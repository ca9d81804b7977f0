"""The files of an archive or folder: objects, texts for evidence, and what is neither.

Decides: for what a file is taken, by its place and, where that tells nothing, by what stands in it; and how what is of
no use is said: once, not file by file. Must not know containers, nor what any object or text means.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from troubleshooter.collect.archives import logs, manifests
from troubleshooter.collect.archives.layouts import Place, Use, place_of
from troubleshooter.collect.archives.listings import listings
from troubleshooter.collect.archives.lost import errors_in, passed_over, unseen_by
from troubleshooter.collect.archives.members import AGAIN, folder_of
from troubleshooter.collect.bundle.manifest import read_manifest
from troubleshooter.collect.contents import Contents, read_contents
from troubleshooter.collect.errors import InputError, note
from troubleshooter.collect.exhibits import exhibit
from troubleshooter.collect.text import SourceText, decode
from troubleshooter.model import Exhibit, Listing, NotChecked, Object, as_map

LONGEST_TEXT = 64 * 2**20
"""The longest text that is kept for evidence. A proxy of a very big mesh has a config_dump of about this size."""
ALL_TEXTS = 512 * 2**20

_ENDINGS = (".yaml", ".yml", ".json")
_LOOKED_AT = 2**16
_YAML = re.compile(r"^(?:- )?(?:apiVersion|kind|items) *:", re.MULTILINE)
_JSON = re.compile(r'"(?:apiVersion|kind)"\s*:')
FIRST_ISTIO = 1_495_584_000
"""24 May 2017. Archives that are to be the same however often they are made say 1970 or 1980."""
_OF_RUNNING = frozenset({Use.TEXT, Use.LOGS, Use.ACCESS_LOG, Use.LOST})
_ANYTHING = Place(use=Use.ANY)
_OBJECTS = Place(use=Use.OBJECTS)


@dataclass(kw_only=True)
class Sorter:
    """Takes one file of an archive or folder after another. `name` is what was given with -f, `cluster` the Kubernetes
    cluster that it is of."""

    name: str
    cluster: str
    exhibits: list[Exhibit] = field(default_factory=list)
    notes: list[NotChecked] = field(default_factory=list)
    listed: set[Listing] = field(default_factory=set)
    unseen: set[Listing] = field(default_factory=set)
    cluster_ids: dict[str, str] = field(default_factory=dict)
    remotes_told: set[str] = field(default_factory=set)
    logs: list[Exhibit] = field(default_factory=list)
    observed: int | None = None
    _contents: list[tuple[str, Contents]] = field(default_factory=list)
    _patches: set[str] = field(default_factory=set)
    _unseen_by_bundle: set[Listing] = field(default_factory=set)
    _strange: list[str] = field(default_factory=list)
    _dropped: int = 0
    _few: bool = False
    _size: int = 0
    _ran: bool = False
    _changed: list[int] = field(default_factory=list)

    def add(self, name: str, path: str, data: bytes, changed: int | None = None) -> None:
        """A file called `name` to people, whose place is told by `path`, last changed at that time."""
        place = place_of(path) or (_OBJECTS if path.lower().endswith(_ENDINGS) else _ANYTHING)
        self._ran = self._ran or place.use in _OF_RUNNING
        self._changed.append(changed or 0)
        try:
            if place.use is Use.LOST:
                self._lost(name, path, data)
            elif place.use is Use.MANIFEST:
                self._manifest(name, data)
            elif place.use is Use.ACCESS_LOG:
                self.logs.append(exhibit(name, data))
            elif place.use is Use.TEXT:
                self._keep(exhibit(name, data, origin=folder_of(name), pod=place.pod))
            elif place.use is Use.OBJECTS or place.use is Use.LOGS or _looks_like_objects(data):
                self._objects(decode(name, data), path, place)
            elif b"\0" not in data[:_LOOKED_AT]:
                self._keep(exhibit(name, data, origin=folder_of(name)))
        except InputError as wrong:
            self.notes.append(wrong.note)

    def _lost(self, name: str, path: str, data: bytes) -> None:
        """What a tool wrote because it could not list something."""
        errors = errors_in(data)
        if errors:
            first, others = next(iter(errors.values())), len(errors) - 1
            why = f"this could not be collected: {first}" + (f", and {others} more" if others else "")
            self.notes.append(note(name, why, "Collect again with more rights"))
        self.unseen.update(unseen_by(path, errors, self.cluster))

    def _manifest(self, name: str, data: bytes) -> None:
        """What was not checked when a bundle was made is not checked now."""
        try:
            said = read_manifest(decode(name, data).text)
        except ValueError as wrong:
            self.notes.append(note(name, f"what the bundle says about itself cannot be used: {wrong}", AGAIN))
            return
        self.notes += [note(one.what, one.why, one.unlock) for one in said.not_checked]
        self.observed = said.observed
        self.listed |= said.listed
        self.unseen |= said.unseen
        self._unseen_by_bundle |= said.unseen
        self.cluster_ids |= said.cluster_ids
        self.remotes_told |= said.remotes_told

    def _objects(self, source: SourceText, path: str, place: Place) -> None:
        for one in logs.exhibits(source.name, source.text):
            self._keep(one)
        source = logs.without_logs(source)
        self._few = self._few or place.use is Use.LOGS or bool(place.kind[1])
        if place.use is Use.LOGS:
            return
        if manifests.is_kustomization(source.name):
            self._patches.update(manifests.patches(source.name, source.text))
            self._strange.append(source.name)
            return
        found = read_contents(source, self.cluster, place.kind)
        if not found.foreign:
            self.listed.update(listings(path, found, self.cluster))
            self._contents.append((posixpath.normpath(source.name), found))
        elif found.strange and source.name.lower().endswith((".yaml", ".yml")):
            self._strange.append(source.name)
        elif found.strange:
            self._keep(Exhibit(name=source.name, text=source.text, origin=folder_of(source.name)))

    def _keep(self, one: Exhibit) -> None:
        if one.name.endswith((".log", ".txt")):
            text = logs.shortened(one.text)
            one = Exhibit(name=one.name, text=text, origin=one.origin, pod=one.pod)
        self._size += len(one.text)
        if len(one.text) > LONGEST_TEXT or self._size > ALL_TEXTS:
            self._size -= len(one.text)
            self._dropped += 1
        else:
            self.exhibits.append(one)

    def close(self, now: int) -> Iterator[Contents]:
        """All objects that count, file by file; and say what was left out, once for all files. Where it was a running
        cluster that they were taken from and nothing says when, it was when the newest file was written; a date
        before Istio was there, or after `now`, is none."""
        self._strange += [name for name, _ in self._contents if name in self._patches]
        counting = [(name, found) for name, found in self._contents if name not in self._patches]
        things = [thing for _, found in counting for thing in found.objects if not manifests.is_no_part(thing)]
        kept = set(map(id, manifests.latest(things)))
        dates = [one for one in self._changed if FIRST_ISTIO <= one <= now]
        if self.observed is None and dates and (self._ran or any(_is_live(thing) for thing in things)):
            self.observed = max(dates)
        if self._few and things:
            self.notes += logs.no_configuration(self.name, things)
        self.unseen.update(self._passed_over())
        if any(_has_mesh_config(thing) for thing in things):
            self.unseen = {one for one in self.unseen if one[2] != "ConfigMap"} | self._unseen_by_bundle
        self._say_what_was_left_out()
        return (replace(f, objects=tuple(o for o in f.objects if id(o) in kept)) for _, f in counting)

    def _passed_over(self) -> set[Listing]:
        """What a bundle left out without a word."""
        missing = set(passed_over(self._contents, self.listed)) - self.unseen
        spaces = sorted({space for _, _, _, space in missing})
        if spaces:
            more = f" and {len(spaces) - 1} more" if spaces[1:] else ""
            why = "the archive knows it and has no lists of what is in it: the rights did not reach so far"
            self.notes.append(note(f"namespace {spaces[0]}{more}", why, "Collect again with more rights"))
        return missing

    def _say_what_was_left_out(self) -> None:
        if self._strange:
            first, *others = self._strange
            why = "this is no whole Kubernetes object (a template, a patch, or settings for one) and was skipped"
            self.notes.append(note(first + (f", and {len(others)} more" if others else ""), why))
        if self._dropped:
            why = "they are too long, or too many to keep at once"
            self.notes.append(
                note(f"{self._dropped} texts of {self.name}", why, "Name those that matter: `--envoy FILE`")
            )


def _has_mesh_config(thing: Object) -> bool:
    """Whether it is the one ConfigMap of which anything depends."""
    return thing.kind == "ConfigMap" and "mesh" in as_map(thing.raw.get("data"))


def _is_live(thing: Object) -> bool:
    """Whether an API server gave it: nobody writes a UID into a manifest."""
    return bool(thing.metadata.get("uid"))


def _looks_like_objects(data: bytes) -> bool:
    """Whether a file without a known place or ending begins as objects do."""
    begin = data[:_LOOKED_AT].decode("utf-8", errors="replace").lstrip("\ufeff \t\r\n")
    return bool((_JSON if begin.startswith(("{", "[")) else _YAML).search(begin))
