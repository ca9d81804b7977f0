"""Whatever is done to an archive."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.collect.archives.packing import PACKERS, zip_of
from tests.collect.manifests import SERVICE, VIRTUAL_SERVICE
from troubleshooter.collect import Collected, InputError, read_input

FILES = {
    "cluster/crs": VIRTUAL_SERVICE,
    "mesh.yaml": SERVICE,
    "proxies/shop/web-1/certs": "{}",
    f"{'long/' * 30}a.yaml": "a: {{ b }}",
    "kustomization.yaml": "patches: [{path: x}, 1]\n",
    "cluster-resources/pods/shop.json": '[{"metadata": {"name": "a"}}, 1]',
}
WHOLE = [pack(FILES) for pack in PACKERS.values()]
ARCHIVES = [*WHOLE, *(zip_of({"inner": data}) for data in WHOLE)]
CHANGES = st.lists(st.tuples(st.integers(0, 2**14), st.binary(max_size=6)), max_size=6)


def outcome(data: bytes) -> Collected | str:
    """What was read, or the sentence that refuses it."""
    try:
        return read_input(["-"], stdin=lambda: data)
    except InputError as error:
        return str(error)


@given(st.sampled_from(ARCHIVES), CHANGES, st.integers(0, 2**14))
def test_damaged_archive_ends_in_objects_or_in_one_sentence(
    archive: bytes, changes: list[tuple[int, bytes]], length: int
) -> None:
    """Cut off anywhere, overwritten anywhere: only InputError is raised, and what is said is one printable line."""
    data = bytearray(archive)
    for at, fresh in changes:
        begin = at % len(data)
        data[begin : begin + len(fresh)] = fresh
    found = outcome(bytes(data[: length or None]))

    said = [found] if isinstance(found, str) else [note.why + note.what for note in found.inventory.not_checked]
    assert [text for text in said if text.isprintable()] == said


@given(st.sampled_from([b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK\x03\x04", b"PK\x05\x06", b""]), st.binary(max_size=700))
def test_what_only_begins_like_an_archive_is_refused_in_one_sentence(magic: bytes, rest: bytes) -> None:
    """Noise behind the first bytes."""
    found = outcome(magic + rest)

    assert not isinstance(found, str) or found.isprintable()
