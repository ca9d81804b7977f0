"""The rows of the catalogue about Gateways and their servers.

Must not know how they are derived."""

# ruff: noqa: E501 - a row of a table is a line

from __future__ import annotations

from troubleshooter.facts.words import YES_NO
from troubleshooter.mesh.gateway.credentials import Lack
from troubleshooter.walk.ends.gateway_ends import Clash

FACTS: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    ("gateway.certificate", ("shared", "own"), "Whether servers of one port show one certificate and have different routes.", "mesh"),
    ("gateway.certificate_with", ("server", "gateway", "other-selector"), "Whether the other server is of the same Gateway, or of one that its selector covers.", "mesh"),
    ("gateway.certificate_merge", ("one", "none"), "Whether the two could be made one by changing one VirtualService at most.", "mesh"),
    ("gateway.pods", ("ready", "not-ready"), "Whether any pod of the gateway that a client outside enters is ready.", "walk"),
    ("gateway.workload", ("found", "none"), "Whether its selector matches any pods.", "mesh"),
    ("gateway.server", ("opened", "host-taken"), "Whether the pods open the server that is meant, or another has its TLS host first.", "mesh"),
    ("gateway.rival_takes", YES_NO, "Whether the server that is opened instead takes the host of the VirtualService.", "mesh"),
    ("gateway.rival_selector", ("same", "other"), "Whether the two Gateways have the same selector.", "mesh"),
    ("gateway.tls_route", ("found", "other-name"), "Whether a tls route of a server that passes TLS on is for the name in the hello.", "walk"),
    ("gateway.end", (*(str(c) for c in Clash), "other-name", "agreed"), "In what a proxy of the mesh and the gateway's server to which it sends do not agree about TLS.", "walk"),
    ("gateway.end_mode", ("istio-mutual", "own", "none"), "Whose certificates that server uses: those of the mesh, its own, or none.", "walk"),
    ("gateway.tls_mode", ("simple", "mutual", "passthrough", "istio-mutual", "auto-passthrough", "none"), "Which TLS mode its server has, that a client outside comes to.", "walk"),
    ("gateway.client_certificate", ("of-the-mesh", "other"), "What certificate its server asks of a client outside, if any.", "walk"),
    ("gateway.own_secret", ("one", "none"), "Whether the namespace of the gateway's pods has exactly one Secret for TLS.", "mesh"),
    ("gateway.server_takes", ("tls-only", "plaintext"), "What the server takes to which a client sends plaintext.", "walk"),
    ("gateway.port_server", ("none", "neither", "some"), "Whether a server listens behind the port of the Service that a client outside dials; neither where the Service lacks the port too.", "walk"),
    ("gateway.barred", ("privileged", "privileged-itself", "loopback", "none"), "What keeps the pods from opening its server for clients: a port below 1024, to which the targetPort of a Service or its own number leads, or a bind to the loopback.", "walk"),
    ("gateway.new_server", ("redirect", "plain", "certificate", "none"), "What server it could be given on a port that has none: one that sends clients to https, a plain one, or one with the only certificate there is.", "walk"),
    ("gateway.server_port", ("exposed", "not-exposed"), "Whether a port of a Service leads to the server that is meant.", "mesh"),
    ("gateway.port_guess", ("one", "none"), "Whether exactly one port of the Service could be the one meant.", "mesh"),
    ("gateway.secret", ("found", "not-found", *Lack), "Whether its pods get the Secret that its server names, and what that lacks: a certificate with its key, or the authority to check clients.", "mesh"),
    ("gateway.secret_form", ("short", "qualified"), "Whether the Secret that is missing is named without another namespace.", "mesh"),
    ("gateway.secret_from", ("name", "certificate", "copy", "none"), "Where the Secret could be had from: under another name, by a Certificate of another namespace, as a copy from there.", "mesh"),
    ("gateway.relay_knows", ("not-served", "not-exported", "other-port", "no-subset", "foreign-name", "foreign-name-routed", "all"), "Why a gateway between networks has no way on for a service: the hosts of its server leave it out, or the configuration of its own cluster hides the Service, or has not the port or subset; or the name in the hello is none of the mesh, with or without a tls route for it.", "walk"),
    ("gateway.relay_port_guess", ("one", "none"), "Whether the Service has a port of the name that the caller's side means.", "walk"),
    ("gateway.relay_subset_mend", ("create", "add", "none"), "Whether the subset could be defined in a new DestinationRule, in the one that is there, or nothing tells its labels.", "walk"),
    ("gateway.candidate", ("one", "several", "none"), "How many gateway workloads the selector could mean.", "mesh"),
)  # fmt: skip
