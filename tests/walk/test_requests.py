"""What `--to` and `--from` mean."""

from __future__ import annotations

import pytest

from troubleshooter.walk import RequestError, parse_request
from troubleshooter.walk.request.requests import Caller, parse_caller


@pytest.mark.parametrize("to", ["tcp://a:5432", "grpc://a:8080"])
def test_no_http_at_all_has_no_old_version(to: str) -> None:
    """What is no HTTP, or HTTP/2, cannot be asked for in HTTP/1.0."""
    with pytest.raises(RequestError, match="leave out --http1"):
        parse_request(to, http10=True)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://web.shop:8080/api?x=1", ("http", "web.shop", 8080, "/api?x=1")),
        ("http://web.shop", ("http", "web.shop", 80, "/")),
        ("https://web.shop/", ("https", "web.shop", 443, "/")),
        ("web.shop:8080", ("http", "web.shop", 8080, "/")),
        ("web.shop", ("http", "web.shop", 80, "/")),
        ("web.shop:443", ("https", "web.shop", 443, "/")),
        ("db:5432", ("tcp", "db", 5432, "/")),
        ("tcp://db:9999", ("tcp", "db", 9999, "/")),
        ("grpc://api:9000/pkg.Service/Call", ("http", "api", 9000, "/pkg.Service/Call")),
        ("ws://api", ("http", "api", 80, "/")),
        ("wss://api", ("https", "api", 443, "/")),
        ("tls://api:9443", ("https", "api", 9443, "/")),
        ("http://Web.Shop/", ("http", "web.shop", 80, "/")),
        ("http://[2001:db8::1]:8080/", ("http", "2001:db8::1", 8080, "/")),
    ],
)
def test_urls(url: str, expected: tuple[object, ...]) -> None:
    """Scheme, host, port and path, with what is implied."""
    found = parse_request(url)

    assert expected == (found.scheme, found.host, found.port, found.path)


def test_rest_of_a_request() -> None:
    """Method in upper case, names of headers in lower case."""
    found = parse_request(
        "http://a/", method="post", headers=[("X-User", "Ann")], sni="a", expect="b:v1", plaintext=True
    )

    assert ("POST", {"x-user": "Ann"}, "a", "b:v1", True) == (
        found.method, dict(found.headers), found.sni, found.expect, found.plaintext,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http:///path", "no host"),
        ("", "no host"),
        ("GET /pay HTTP/1.1", "a URL has no spaces"),
        ("http://web:0/", "1 to 65535"),
        ("http://web:70000/", "1 to 65535"),
        ("http://web:x/", "1 to 65535"),
        ("http://[::1/", "cannot be read"),
        ("ftp://web/", "not one of"),
        ("tcp://web", "needs a port"),
    ],
)
def test_urls_that_are_none(url: str, said: str) -> None:
    """The text says what is wrong."""
    with pytest.raises(RequestError, match=said):
        parse_request(url)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("web-1", Caller(kind="Pod", namespace="default", name="web-1")),
        ("shop/web-1", Caller(kind="Pod", namespace="shop", name="web-1")),
        ("deployment/web", Caller(kind="Deployment", namespace="default", name="web")),
        ("deploy/web", Caller(kind="Deployment", namespace="default", name="web")),
        ("shop/sts/db", Caller(kind="StatefulSet", namespace="shop", name="db")),
        ("shop/Deployment/web", Caller(kind="Deployment", namespace="shop", name="web")),
        ("shop/ds/a@west", Caller(kind="DaemonSet", namespace="shop", name="a", cluster="west")),
        ("shop/cj/a", Caller(kind="CronJob", namespace="shop", name="a")),
        ("outside", Caller(outside=True)),
        ("gateway:edge/public", Caller(outside=True, gateway="edge/public")),
        ("gateway:public", Caller(outside=True, gateway="default/public")),
    ],
)
def test_callers(text: str, expected: Caller) -> None:
    """`[NS/][KIND/]NAME[@CLUSTER]`, `outside`, `gateway:NS/NAME`."""
    assert expected == parse_caller(text, "default")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "NAMESPACE"),
        ("shop//web", "NAMESPACE"),
        ("a/b/c/d", "NAMESPACE"),
        ("shop/widget/web", "no kind of workload"),
        ("gateway:", "gateway:NAMESPACE/NAME"),
        ("gateway:a/b/c", "gateway:NAMESPACE/NAME"),
        ("gateway:a/", "gateway:NAMESPACE/NAME"),
    ],
)
def test_callers_that_are_none(text: str, said: str) -> None:
    """The text says what to write."""
    with pytest.raises(RequestError, match=said):
        parse_caller(text, "default")
