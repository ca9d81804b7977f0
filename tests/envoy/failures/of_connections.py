"""Connections that are not made, and those that break."""

from __future__ import annotations

import time

from tests.envoy.envoy_shapes import Shape
from tests.envoy.failures.lab import VIRTUAL, Lab
from tests.envoy.failures.peers import (
    CANCELLED,
    REFUSED,
    RST_STREAM,
    cuts_off,
    frames,
    races,
    resets,
    stalls,
)
from tests.envoy.failures.rows import failure
from tests.envoy.failures.shapes import RETRIES, cluster, for_http, for_tcp, table, taking, to

OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
NOT_AGAIN = {"retry_policy": RETRIES | {"num_retries": 0}}
MYSQL = "outbound|3306||mysql.shop.svc.cluster.local"


def speaking(version: str, **common: str) -> Shape:
    """The field of a cluster that says what is spoken to its hosts."""
    kind = "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
    spoken: Shape = {"@type": kind, "explicit_http_config": {f"{version}_protocol_options": {}}}
    if common:
        spoken["common_http_protocol_options"] = common
    return {"typed_extension_protocol_options": {OPTIONS: spoken}}


@failure(
    "app-not-ready-or-crashing",
    "application",
    "plaintext to an endpoint without a proxy: nothing but the pod itself refuses",
)
def uf_connection_refused(lab: Lab) -> None:
    """Nobody listens at the only endpoint."""
    lab.caller([cluster(lab.place())], table(to(route=NOT_AGAIN)))
    lab.ask()


@failure("app-not-ready-or-crashing", "application", "the same")
def uf_urx_connection_refused(lab: Lab) -> None:
    """The same, tried three times."""
    lab.caller([cluster(lab.place())])
    lab.ask()


@failure("app-not-ready-or-crashing", "application", "the same")
def tcp_refused(lab: Lab) -> None:
    """The same of a database."""
    lab.caller([cluster(lab.place(3306), name=MYSQL)], listeners=[for_tcp("10.96.0.50", 3306, MYSQL)])
    lab.say(b"ping\n", meant=("10.96.0.50", 3306))


@failure("unexplained", "endpoint", "who drops packets no proxy can see: a policy, a firewall, or a node that is gone")
def uf_connect_timeout(lab: Lab) -> None:
    """Packets to the only endpoint are dropped."""
    lab.caller([cluster(lab.app("full"), connect_timeout="0.3s")], table(to(route=NOT_AGAIN)))
    lab.ask()


@failure("external-host-refuses", "application", "PassthroughCluster, and the connection was refused")
def passthrough_refused(lab: Lab) -> None:
    """Somebody outside the registry refuses."""
    lab.caller([cluster(lab.app())])
    lab.say(b"GET / HTTP/1.1\r\nhost: api.example.com:8080\r\n\r\n", meant=lab.place())


@failure("external-host-refuses", "application", "the same")
def passthrough_tcp_refused(lab: Lab) -> None:
    """The same, of a port that has no listener."""
    lab.caller([cluster(lab.app())])
    lab.say(b"ping\n", meant=lab.place(9999))


@failure(
    "app-not-ready-or-crashing",
    "application",
    "plaintext to an endpoint without a proxy, closed with the request under way",
)
def uc_upstream_close(lab: Lab) -> None:
    """The application closes instead of answering."""
    lab.caller([cluster(lab.app("closes"))])
    lab.ask()


@failure("app-not-ready-or-crashing", "application", "the same, by a reset")
def uc_upstream_rst(lab: Lab) -> None:
    """The application resets instead of answering."""
    lab.caller([cluster(lab.app(resets))])
    lab.ask()


@failure(
    "app-keepalive-shorter-than-envoy", "application", "the connection had served a request, and had been idle since"
)
def uc_keepalive_race(lab: Lab) -> None:
    """The application closes idle connections, just when the next request comes."""
    lab.caller([cluster(lab.app(races))])
    lab.ask()
    time.sleep(1.1)
    lab.ask()


@failure("app-not-ready-or-crashing", "application", "an answer that began and was broken off")
def upe_after_response_started(lab: Lab) -> None:
    """The application dies in the middle of its answer."""
    lab.caller([cluster(lab.app(cuts_off))])
    lab.ask()


@failure("grpc-port-not-h2", "application", "UPE before an answer, and the cluster speaks HTTP/1.1")
def upe_h1_to_h2(lab: Lab) -> None:
    """The port is named http, and the application speaks HTTP/2 alone."""
    lab.caller([cluster(lab.app("http2"))])
    lab.ask()


@failure("app-not-ready-or-crashing", "application", "remote_reset, from an endpoint without a proxy")
def ur_h2_reset(lab: Lab) -> None:
    """The application resets its streams."""
    lab.caller([cluster(lab.app(frames(RST_STREAM, CANCELLED)), **speaking("http2"))])
    lab.ask()


@failure("app-not-ready-or-crashing", "application", "remote_refused_stream_reset, from an endpoint without a proxy")
def ur_h2_refused(lab: Lab) -> None:
    """The application refuses streams."""
    lab.caller([cluster(lab.app(frames(RST_STREAM, REFUSED)), **speaking("http2"))])
    lab.ask()


@failure("client-gives-up-first", "application", "DC with the status 0: the client left")
def dc_client_disconnect(lab: Lab) -> None:
    """The client does not wait for the answer."""
    lab.caller([cluster(lab.app("slow"))])
    lab.ask(patience=0.2)


@failure("client-gives-up-first", "application", "the same, each time after the same time")
def dc_client_timeout(lab: Lab) -> None:
    """A client with a timeout does not wait for the answer, again and again."""
    lab.caller([cluster(lab.app("slow"))])
    lab.ask(patience=0.2, times=4)


@failure("client-gives-up-first", "endpoint", "DC and no endpoint: the proxy was connecting still")
def dc_while_connecting(lab: Lab) -> None:
    """Packets to the only endpoint are dropped, and the client leaves before the connection times out."""
    lab.caller([cluster(lab.app("full"), connect_timeout="3s")], table(to(route=NOT_AGAIN)))
    lab.ask(patience=0.2)


@failure("client-gives-up-first", "application", "both proxies were left, and the first of them tells")
def dc_at_both_ends(lab: Lab) -> None:
    """The client does not wait, and the proxy of the target sees its own client go."""
    lab.caller([cluster(lab.called([taking(None)], lab.app("slow")))])
    lab.ask(patience=0.2)


@failure("vs-timeout-too-short", "application", "UT at the sender, though the target's proxy has DC")
def dc_at_the_target(lab: Lab) -> None:
    """The route's timeout is over, and the proxy of the target sees the sender hang up."""
    lab.caller([cluster(lab.called([taking(None)], lab.app("hangs")))], table(to(route={"timeout": "0.3s"})))
    lab.ask()


@failure("stream-idle-timeout", "application", "SI, and stream_idle_timeout of the listener is not 0")
def si_waiting_for_upstream(lab: Lab) -> None:
    """Nothing moves for longer than a stream may be idle."""
    lab.caller([cluster(lab.app("hangs"))], listeners=[for_http(stream_idle_timeout="0.3s")])
    lab.ask()


@failure("stream-idle-timeout", "application", "the same, in the middle of an answer")
def si_mid_response(lab: Lab) -> None:
    """The same in the middle of an answer."""
    lab.caller([cluster(lab.app(stalls))], listeners=[for_http(stream_idle_timeout="0.3s")])
    with lab.connected(None, (VIRTUAL, 8080), 1.5) as one:
        one.sendall(b"GET /pay HTTP/1.1\r\nhost: payments:8080\r\n\r\n")
        while one.recv(65536):
            pass


@failure("https-sent-to-http-port", "listener", "http1.codec_error: most often TLS")
def dpe_tls_to_http(lab: Lab) -> None:
    """https:// to a port that is declared HTTP."""
    lab.caller([cluster(lab.app())])
    try:
        lab.say(b"GET / HTTP/1.1\r\n\r\n", sni="payments")
    except OSError:
        return


@failure("https-sent-to-http-port", "listener", "the same line: what came instead of HTTP is not told")
def dpe_garbage(lab: Lab) -> None:
    """Bytes that are no HTTP."""
    lab.caller([cluster(lab.app())])
    lab.say(b"\x00\x01\x02 no http\r\n\r\n")


@failure("request-headers-too-large", "listener", "http1.headers_too_large")
def headers_431(lab: Lab) -> None:
    """A cookie of more than sixty kilobytes."""
    lab.caller([cluster(lab.app())])
    lab.ask(headers="cookie: " + "x" * 70000 + "\r\n")


@failure("app-not-ready-or-crashing", "application", "the pod's own proxy was refused")
def inbound_app_down(lab: Lab) -> None:
    """The application does not listen behind its sidecar."""
    lab.ask(at=lab.called([taking(None)], lab.place()))


@failure("app-not-ready-or-crashing", "application", "the far end's log tells it")
def inbound_app_down_chain(lab: Lab) -> None:
    """The same, with the caller's sidecar before it."""
    server = lab.called([taking(None)], lab.place())
    lab.caller([cluster(server)])
    lab.ask()


@failure("envoyfilter-in-the-way", "application", "max_duration_timeout, and no object of Istio has such a limit")
def max_stream_duration(lab: Lab) -> None:
    """A longest duration of streams that no object of Istio sets."""
    limits = {"max_stream_duration": "0.3s"}
    lab.caller([cluster(lab.app("hangs"))], listeners=[for_http(common_http_protocol_options=limits)])
    lab.ask()


@failure("envoyfilter-in-the-way", "application", "UMSDR, and no object of Istio has such a limit")
def umsdr_cluster(lab: Lab) -> None:
    """The same of a cluster."""
    lab.caller([cluster(lab.app("hangs"), **speaking("http", max_stream_duration="0.3s"))])
    lab.ask()


@failure("request-without-host", "listener", "missing_host_header")
def missing_host(lab: Lab) -> None:
    """A client that sends no Host."""
    lab.caller([cluster(lab.app())])
    lab.ask("")


@failure("upgrade-not-allowed", "listener", "upgrade_failed")
def upgrade_failed_403(lab: Lab) -> None:
    """An upgrade that the listener does not know."""
    lab.caller([cluster(lab.app())], listeners=[for_http(upgrade_configs=[])])
    lab.ask(headers="connection: upgrade\r\nupgrade: websocket\r\n")


@failure("h2c-to-http1-backend", "application", "UPE before an answer, and the cluster speaks HTTP/2")
def upe_h2_to_h1(lab: Lab) -> None:
    """The port is named grpc, and the application answers HTTP/2 with an error in HTTP/1.1."""
    lab.caller([cluster(lab.app("well"), **speaking("http2"))])
    lab.ask()


@failure("envoyfilter-in-the-way", "endpoint", "UDO: endpoints with the order to drop, which istiod never sends")
def udo_drop_all(lab: Lab) -> None:
    """The endpoints come with the order to drop all requests."""
    held = cluster(lab.app())
    every = {"category": "all", "drop_percentage": {"numerator": 100, "denominator": "HUNDRED"}}
    held["load_assignment"]["policy"] = {"drop_overloads": [every]}
    lab.caller([held])
    lab.ask()
