"""The flags of the command line, as a table.

Decides: what a flag is called, how it is read, and what the help says of it. Must not know which command has it, and
must not import anything heavy: `--help` is made from this.
"""

from __future__ import annotations

from typing import Any, NamedTuple

MAX_SECONDS = 3600


class Flag(NamedTuple):
    """Names of a flag, and how argparse reads it."""

    names: tuple[str, ...]
    reading: dict[str, Any]


def flag(*names: str, **reading: Any) -> Flag:
    """A row of the tables below."""
    return Flag(names, reading)


def repeated(*names: str, **reading: Any) -> Flag:
    """A flag that may be given several times."""
    return Flag(names, {"action": "append", "default": [], **reading})


def switch(*names: str, **reading: Any) -> Flag:
    """A flag without a value."""
    return Flag(names, {"action": "store_true", **reading})


def _seconds(text: str) -> float:
    """A number of seconds, also written as kubectl takes it: 30, 30s, 2m."""
    unit = {"s": 1, "m": 60}.get(text[-1:], 0)
    found = float(text[:-1]) * unit if unit else float(text)
    if not 0 < found <= MAX_SECONDS:
        raise ValueError(text)
    return found


FILES = repeated(
    "-f",
    "--filename",
    metavar="FILE",
    help="files, folders or archives instead of a cluster, - for standard input; NAME=FILE names a Kubernetes cluster; "
    "repeat it",
)
WITH = repeated(
    "--with", dest="laid_over", metavar="FILE", help="lay these manifests over the mesh first: what would happen if?"
)
WITHOUT = repeated(
    "--without",
    metavar="WORKLOAD",
    help="take this workload's pods for not ready: [NAMESPACE/][KIND/]NAME[@CLUSTER], else of the caller's; repeat it",
)
TRACE = switch("--trace", help="at each stage the objects that were considered, and why the others lost")
NAMESPACE = flag(
    "-n", "--namespace", default="", help="the namespace of names that have none; of an audit, only its findings"
)
ALL_NAMESPACES = switch("-A", "--all-namespaces", help="of an audit, the findings of all namespaces (so it is anyway)")
CONTEXT = repeated(
    "--context", metavar="NAME", help="the cluster to read, a context of the kubeconfig; repeat it for several clusters"
)
KUBECONFIG = flag("--kubeconfig", metavar="FILE", default="", help="the kubeconfig, if it is not kubectl's")
TIMEOUT = flag(
    "--request-timeout",
    metavar="SECONDS",
    type=_seconds,
    default=30.0,
    help="so long the cluster may be silent (default 30)",
)
NO_LOOKS = switch(
    "--no-looks", help="look at objects alone: at no running proxy or istiod, and no log; else looks are said and few"
)
DRY_RUN = switch(
    "--dry-run-collect", help="read nothing: print the kubectl commands that show what would be read of the cluster"
)
OFFLINE = switch("--offline", help="read no cluster at all")
KNOWLEDGE = repeated("--knowledge", metavar="DIR", help="a folder of your own causes, beside those that come along")
OUTPUT = flag("-o", "--output", choices=("text", "json"), default="text", help="text for people (default), or json")
FORMAT = flag(
    "-o",
    "--output",
    choices=("text", "json", "policyreport"),
    default="text",
    help="text for people (default), json, or policyreport: PolicyReport objects for a cluster's dashboards",
)
VERBOSE = switch("-v", "--verbose", help="say on standard error what is done, and show the trace of a mistake of ours")

REQUEST = (
    flag(
        "--from",
        dest="source",
        metavar="WHO",
        default="",
        help="the caller: [NAMESPACE/][KIND/]NAME[@CLUSTER], outside, or gateway:NAMESPACE/NAME[@CLUSTER]",
    ),
    flag(
        "--to", metavar="URL", default="", help="the request; without scheme http, or tcp if the port is no HTTP port"
    ),
    flag("-X", dest="method", metavar="METHOD", default="GET", help="the method (default GET)"),
    repeated("-H", dest="headers", metavar="HEADER", help='a header, "name: value"; repeat it'),
    flag("--sni", default="", help="the name that the client sends in its TLS hello, if it is not the URL's host"),
    switch("--plaintext", help="the caller's own proxy originates no TLS"),
    switch(
        "--http1.0",
        dest="http10",
        help="the client speaks HTTP/1.0 (ab, some health checks, nginx without proxy_http_version)",
    ),
    flag("--expect", metavar="SERVICE[:SUBSET]", default="", help="where the request should arrive"),
)
SYMPTOM = flag("--symptom", metavar="ID", default="", help="what is seen; explain --list symptoms has them")
LOG = repeated(
    "--log", metavar="FILE", help="access logs of proxies, also as .gz; files, folders, - for standard input"
)
LOG_FORMAT = repeated(
    "--log-format",
    metavar="FORMAT",
    help="the format of --log, as Envoy's operators say it, where it is not Istio's; that of the mesh config is known",
)
ENVOY = repeated(
    "--envoy",
    metavar="FILE",
    help="what a proxy says: its config_dump, clusters, stats, certs; files, folders, - for standard input; repeat it",
)
PASTE = repeated(
    "--paste",
    metavar="FILE",
    help="anything else: what curl -v printed, an error, a shell session, YAML; - for standard input; repeat it",
)
FAIL_ON = flag(
    "--fail-on",
    choices=("error", "warning", "info", "never"),
    default="error",
    help="the least severity that makes the exit status 1 (default error)",
)
APPLY = switch("--apply", help="apply the proved fix to the cluster: first tried by it, then shown and asked about")
PUBLISH = switch("--publish", help="keep the findings of an audit in the cluster, as PolicyReports")
YES = switch("--yes", help="say yes to --apply without being asked")
RECORD = flag("--record", metavar="FILE", default="", help="write the consultation to FILE, as Markdown to replay")
PLAIN = switch("--plain", help="ask in plain lines, for screen readers; so it is where TERM is dumb, and in pipes")
RESUME = switch("--resume", help="go on with the last session; flags that are given now count, the others as then")
ACTING = (APPLY, YES)
INPUT = (FILES, WITH, WITHOUT, NAMESPACE)
CLUSTER = (CONTEXT, KUBECONFIG, TIMEOUT, OFFLINE, NO_LOOKS)
RUNNING = (KNOWLEDGE, VERBOSE)
