"""Certificates and tokens, made for one run of the tests by openssl.

Knows SPIFFE names and JSON Web Tokens, and nothing of a mesh.
"""

from __future__ import annotations

import base64
import json
import subprocess
import time
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.envoy.envoy_shapes import Identity

CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


class Authority:
    """A certificate authority of the mesh, and one that nobody in it knows. `folder` is where its files go."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._issued: dict[tuple[str, str], Identity] = {}

    def identity(self, name: str, flaw: str = "") -> Identity:
        """The certificate of a URI (or, without a scheme, of a DNS name). `flaw`: `stranger` (from the other
        authority) or `expired`."""
        if (name, flaw) not in self._issued:
            self._issued[name, flaw] = self._issue(name, flaw)
        return self._issued[name, flaw]

    @property
    def roots(self) -> str:
        """What a party of the mesh trusts."""
        return self._read(f"{self._root('mesh')}.pem")

    def _issue(self, name: str, flaw: str) -> Identity:
        issuer = self._root("other" if flaw == "stranger" else "mesh")
        stem, days = f"leaf{len(self._issued)}", "-1" if flaw == "expired" else "30"
        (self._folder / f"{stem}.ext").write_text(f"subjectAltName={'URI' if '://' in name else 'DNS'}:{name}\n")
        _openssl(self._folder, "req", "-new", *CURVE, "-keyout", f"{stem}.key", "-out", f"{stem}.csr", "-subj", "/O=t")
        _openssl(
            self._folder, "x509", "-req", "-in", f"{stem}.csr", "-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key",
            "-CAcreateserial", "-days", days, "-extfile", f"{stem}.ext", "-out", f"{stem}.pem",
        )  # fmt: skip
        return Identity(
            chain=self._read(f"{stem}.pem"), key=self._read(f"{stem}.key"), roots=self._read(f"{issuer}.pem")
        )

    def _root(self, name: str) -> str:
        if not (self._folder / f"{name}.pem").exists():
            files = ("-keyout", f"{name}.key", "-out", f"{name}.pem")
            _openssl(self._folder, "req", "-x509", *CURVE, "-days", "30", "-subj", f"/O={name}", *files)
        return name

    def _read(self, name: str) -> str:
        return (self._folder / name).read_text(encoding="utf-8")

    @cached_property
    def jwks(self) -> str:
        """The public key of the tokens that `token` makes."""
        key = self._signing_key
        told = _openssl(self._folder, "rsa", "-in", key, "-noout", "-modulus").decode().strip().partition("=")[2]
        one = {"kty": "RSA", "kid": "k1", "alg": "RS256", "use": "sig", "n": _url(bytes.fromhex(told)), "e": "AQAB"}
        return json.dumps({"keys": [one]})

    def token(self, claims: Mapping[str, Any], *, lives: int = 3600) -> str:
        """A signed token. `lives` counts the seconds until it ends, from now."""
        parts = ({"alg": "RS256", "kid": "k1", "typ": "JWT"}, {"exp": int(time.time()) + lives, **claims})
        text = ".".join(_url(json.dumps(part).encode()) for part in parts)
        signed = _openssl(self._folder, "dgst", "-sha256", "-sign", self._signing_key, text=text.encode())
        return f"{text}.{_url(signed)}"

    @cached_property
    def _signing_key(self) -> str:
        _openssl(self._folder, "genrsa", "-out", "signing.key", "2048")
        return "signing.key"


def _openssl(folder: Path, *arguments: str, text: bytes = b"") -> bytes:
    done = subprocess.run(["openssl", *arguments], cwd=folder, input=text, capture_output=True, check=False)  # noqa: S607 - the machine's own openssl
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def _url(held: bytes) -> str:
    return base64.urlsafe_b64encode(held).rstrip(b"=").decode()
