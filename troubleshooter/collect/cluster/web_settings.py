"""TLS and proxies of a kubeconfig, as a websocket takes them.

Decides: nothing; the same settings that requests are made with, by other names. What an older `kubernetes` package does
not know of is as if it were not set.
"""

from __future__ import annotations

import base64
import binascii
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from troubleshooter.collect.cluster.connection import Connection


class Options(NamedTuple):
    """What a websocket is opened with."""

    tls: dict[str, Any]
    proxy: dict[str, Any]


def options_of(connection: Connection) -> Options:
    """The settings of a connection."""
    settings = connection.client.configuration
    return Options(tls=_tls(settings), proxy=_proxy(settings) if getattr(settings, "proxy", None) else {})


def _tls(settings: Any) -> dict[str, Any]:
    import ssl

    found = {
        "certfile": settings.cert_file,
        "keyfile": settings.key_file,
        "server_hostname": getattr(settings, "tls_server_name", None),
    }
    if not settings.verify_ssl:
        return {name: value for name, value in found.items() if value} | {"cert_reqs": ssl.CERT_NONE}
    found |= {"ca_certs": settings.ssl_ca_cert, "check_hostname": settings.assert_hostname}
    return {name: value for name, value in found.items() if value not in (None, "")} | {"cert_reqs": ssl.CERT_REQUIRED}


def _proxy(settings: Any) -> dict[str, Any]:
    url = urlsplit(settings.proxy)
    told = {"http_proxy_host": url.hostname, "http_proxy_port": url.port, "proxy_type": "http"}
    passed_by = getattr(settings, "no_proxy", None)
    if passed_by:
        told["http_no_proxy"] = [one.strip() for one in str(passed_by).split(",")]
    user = _of_headers(settings)
    return told | ({"http_proxy_auth": user} if user else {})


def _of_headers(settings: Any) -> tuple[str, str] | None:
    """Who asks the proxy, where a header says so."""
    header = str((getattr(settings, "proxy_headers", None) or {}).get("proxy-authorization", ""))
    scheme, _, packed = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    with suppress(binascii.Error, UnicodeDecodeError):
        name, _, word = base64.b64decode(packed).decode().partition(":")
        return name, word
    return None
