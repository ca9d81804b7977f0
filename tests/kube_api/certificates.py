"""Certificates of an API server and of its user, made by openssl: a root, and one for each, as kubeadm makes them.

Decides names only: the server is 127.0.0.1, the user `tester` of the group `system:masters`.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates:
    """Files in PEM: the root, and chain and key of server and user."""

    root: Path
    server: Path
    server_key: Path
    user: Path
    user_key: Path


def made(folder: Path) -> Certificates:
    """New ones, for a day, in a folder. Raises CalledProcessError where openssl fails."""
    _openssl(
        folder, "req", "-x509", *_KEY, "-days", "1", "-subj", "/CN=root", "-keyout", "root.key", "-out", "root.pem"
    )
    _issue(folder, "server", "/CN=kube-apiserver", "subjectAltName=IP:127.0.0.1\n")
    _issue(folder, "user", "/O=system:masters/CN=tester", "extendedKeyUsage=clientAuth\n")
    return Certificates(
        root=folder / "root.pem",
        server=folder / "server.pem",
        server_key=folder / "server.key",
        user=folder / "user.pem",
        user_key=folder / "user.key",
    )


def _issue(folder: Path, name: str, subject: str, extensions: str) -> None:
    (folder / f"{name}.ext").write_text(extensions, encoding="utf-8")
    _openssl(folder, "req", "-new", *_KEY, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", subject)
    signed = ("-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days", "1", "-extfile", f"{name}.ext")
    _openssl(folder, "x509", "-req", "-in", f"{name}.csr", *signed, "-out", f"{name}.pem")


def _openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)  # noqa: S607 - that of the path
