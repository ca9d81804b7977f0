"""Archives, made of a few small files where the test runs."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable, Mapping

import zstandard

Files = Mapping[str, str | bytes]


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def tar(files: Files) -> bytes:
    """A plain tar."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(_bytes(content))
            archive.addfile(info, io.BytesIO(_bytes(content)))
    return buffer.getvalue()


def tar_gz(files: Files) -> bytes:
    """The same, packed with gzip."""
    return gzip.compress(tar(files), mtime=0)


def tar_zst(files: Files) -> bytes:
    """The same, packed with zstd."""
    return zstandard.compress(tar(files))


def zip_of(files: Files) -> bytes:
    """A zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, _bytes(content))
    return buffer.getvalue()


PACKERS: dict[str, Callable[[Files], bytes]] = {"tar": tar, "tar.gz": tar_gz, "tar.zst": tar_zst, "zip": zip_of}
