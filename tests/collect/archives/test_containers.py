"""Containers: what is in them, and what is left out of them."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import zipfile

import pytest

from tests.collect.archives.packing import PACKERS, tar, tar_gz, tar_zst, zip_of
from troubleshooter.collect.archives.bounds import MIB, Bounds
from troubleshooter.collect.archives.containers import members_of
from troubleshooter.collect.archives.members import Member
from troubleshooter.model import NotChecked

FILES = {"a/one": "1", f"{'long/' * 60}two": "22" * 5000}


def _found(data: bytes, bounds: Bounds | None = None) -> list[Member | NotChecked]:
    return list(members_of(io.BytesIO(data), "A", lambda _path: True, bounds))


def _paths(data: bytes) -> list[str]:
    return [one.path for one in _found(data) if isinstance(one, Member)]


def _whys(data: bytes, bounds: Bounds | None = None) -> list[str]:
    return [one.why for one in _found(data, bounds) if isinstance(one, NotChecked)]


@pytest.mark.parametrize("kind", PACKERS)
def test_every_member_of_every_container_is_read(kind: str) -> None:
    """Names of any length, contents of any size."""
    expected = [Member(path=path, data=content.encode()) for path, content in FILES.items()]

    assert expected == _found(PACKERS[kind](FILES))


def test_names_in_pax_headers_are_read() -> None:
    """POSIX writes long names and names that are no ASCII into a header of their own."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(tarfile.TarInfo("é" * 120))

    assert ["é" * 120] == _paths(buffer.getvalue())


def test_a_single_packed_file_is_its_own_member() -> None:
    """Packed without a tar, it has the name of the archive, without the last ending."""
    found = members_of(io.BytesIO(gzip.compress(b"kind: Pod")), "a/mesh.yaml.gz", lambda _path: True)

    assert [Member(path="mesh.yaml", data=b"kind: Pod")] == list(found)


@pytest.mark.parametrize("kind", PACKERS)
def test_an_archive_in_an_archive_is_read(kind: str) -> None:
    """One level: somebody put a bug-report into a zip."""
    assert ["in!a"] == _paths(zip_of({"in": PACKERS[kind]({"a": "1"})}))


def test_archives_are_not_followed_deeper_than_that() -> None:
    """What is left is named with its whole path."""
    (found,) = _found(tar({"one": tar({"two": tar({"three": "x"})})}))

    assert isinstance(found, NotChecked)
    assert ("A!one!two", "it is an archive in an archive in an archive") == (found.what, found.why)


@pytest.mark.parametrize("kind", PACKERS)
@pytest.mark.parametrize("path", ["../evil", "a/../../evil", "/etc/evil", "C:\\evil", "..\\evil"])
def test_paths_that_lead_out_are_named_and_not_read(kind: str, path: str) -> None:
    """Nothing is ever written to disk, and still such a member is nobody's honest file."""
    data = PACKERS[kind]({path: "x", "good": "y"})

    assert ["good"] == _paths(data)
    assert ["its path leads out of the archive, so it was not read"] == _whys(data)


def test_links_and_devices_of_a_tar_are_not_followed() -> None:
    """They are counted in one note."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
            info = tarfile.TarInfo("x")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)

    assert [("4 members of A", "links and devices in an archive are not followed")] == [
        (one.what, one.why) for one in _found(buffer.getvalue()) if isinstance(one, NotChecked)
    ]


def test_links_in_a_zip_are_not_followed() -> None:
    """A zip keeps a link as a file with the link's target in it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("x")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")

    assert ([], 1) == (_paths(buffer.getvalue()), len(_whys(buffer.getvalue())))


def test_truncated_archive_gives_what_came_before() -> None:
    """And says after which member it stops."""
    data = tar_gz({"a": "1", "b": bytes(range(256)) * 400})
    cut = data[: len(data) - 60]

    assert ["a"] == _paths(cut)
    assert ["it is cut off in b"] == _whys(cut)


def test_truncated_tar_is_told_by_its_missing_end() -> None:
    """A tar ends with a block of zeros; without it something may be missing."""
    assert ["it is cut off after a"] == _whys(tar({"a": "1"})[:1024])


def test_damaged_header_is_named_and_the_rest_is_read() -> None:
    """The next good header is looked for."""
    data = bytearray(tar({"a": "1", "b": "2", "c": "3"}))
    data[1024:1030] = b"\xff" * 6

    assert ["a", "c"] == _paths(bytes(data))
    assert ["2 damaged blocks before it were not read"] == _whys(bytes(data))


def test_damaged_packing_gives_what_came_before() -> None:
    """Whatever was unpacked before the damage is used."""
    noise = b"".join(hashlib.sha256(bytes([n % 256, n // 256])).digest() for n in range(9000))
    data = bytearray(tar_gz({"a": "1", "b": noise}))
    data[200_000:200_100] = bytes(100)

    assert "a" in _paths(bytes(data))
    assert ["what is packed in it is damaged"] == _whys(bytes(data))


def test_damaged_member_of_a_zip_is_named_and_the_rest_is_read() -> None:
    """Each member of a zip is packed by itself."""
    data = bytearray(zip_of({"a": "1" * 50, "b": "2" * 50}))
    data[32:34] = b"\xff\xff"

    assert (["b"], ["it is damaged"]) == (_paths(bytes(data)), _whys(bytes(data)))


def test_truncated_zip_says_what_is_lost() -> None:
    """A zip without its list of members cannot be read."""
    assert ["its list of members is missing or damaged; it may be cut off"] == _whys(zip_of({"a": "1" * 500})[:60])


def test_encrypted_member_is_named() -> None:
    """Nobody is asked for a password."""
    data = bytearray(zip_of({"a": "1"}))
    data[data.index(b"PK\x01\x02") + 8] |= 1

    assert ["it is encrypted"] == _whys(bytes(data))


@pytest.mark.parametrize("pack", [tar_gz, tar_zst, zip_of])
def test_archive_bomb_stops_early(pack: object) -> None:
    """Far less comes out than is in it, and one sentence says why."""
    assert callable(pack)
    bounds = Bounds(member=64 * MIB, grace=MIB)

    assert any("archive bomb" in why for why in _whys(pack({"bomb": bytes(32 * MIB)}), bounds))


def test_members_of_a_zip_that_share_their_bytes_are_a_bomb() -> None:
    """Each of them alone is packed no more than others are."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0", b"".join(hashlib.sha256(bytes([n])).digest() for n in range(100)) * 200)
        archive.filelist *= 100

    assert any("archive bomb" in why for why in _whys(buffer.getvalue(), Bounds(grace=MIB)))


def test_a_member_over_the_bound_is_left_out() -> None:
    """The others are read."""
    found = _found(tar({"big": "x" * 1001, "small": "y"}), Bounds(member=1000))

    assert ["small"] == [one.path for one in found if isinstance(one, Member)]
    assert ["A!big"] == [one.what for one in found if isinstance(one, NotChecked)]


@pytest.mark.parametrize(
    ("bounds", "why"),
    [
        (Bounds(members=3), "it has more than 3 members; reading stopped there"),
        (Bounds(kept=2), "what is of use in it is more than 0 MiB; reading stopped there"),
        (Bounds(unpacked=2000), "it unpacks to more than 0 MiB; reading stopped there"),
    ],
)
def test_reading_stops_at_a_bound(bounds: Bounds, why: str) -> None:
    """Members, bytes that are kept, and bytes in all."""
    assert [why] == _whys(tar({str(n): "x" for n in range(9)}), bounds)


def test_unwanted_members_are_passed_over() -> None:
    """Their content does not count as kept."""
    found = members_of(io.BytesIO(tar({"a": "x" * 9, "b": "y"})), "A", lambda path: path == "b", Bounds(kept=1))

    assert ["b"] == [one.path for one in found if isinstance(one, Member)]
