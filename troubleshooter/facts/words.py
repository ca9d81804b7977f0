"""Words that several facts of the catalogue share, and the long lists."""

from __future__ import annotations

YES_NO = ("yes", "no")
PRESENCE = ("present", "absent")
TLS_MODES = ("none", "disable", "simple", "mutual", "istio-mutual")
FLAGS = (
    *("none", "lh", "uh", "ut", "lr", "ur", "uf", "uc", "uo", "nr", "di", "fi", "rl", "uaex", "rlse", "dc"),
    *("urx", "si", "ih", "dpe", "umsdr", "rfcf", "nfcf", "dt", "upe", "nc", "om", "df", "do", "dr", "udo", "other"),
)

MISSES = (
    *("principals", "namespaces", "service-accounts", "methods", "paths", "hosts", "ports", "service-port"),
    *("spiffe-scheme", "token", "http-fields", "excluded", "no-rules", "not-known", "other", "several"),
)

NO_EFFECT = (
    *("service-port", "no-selector", "older", "older-wide"),
    *("root-namespace", "other-namespace", "selector", "caller", "target-refs"),
)
