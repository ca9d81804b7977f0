"""The words of the command line: every command with its flags, as tables.

Decides: which flags a command has, and what the help says. Must not know what a command does, and must not import
anything heavy: `--help` is made from this.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Flag(NamedTuple):
    """Names of a flag, and how argparse reads it."""

    names: tuple[str, ...]
    reading: dict[str, Any]


class Command(NamedTuple):
    """A command: its module in this package, one line for the list of commands, the lines of its usage, its flags in
    groups, and examples (each a sentence and what to type)."""

    module: str
    line: str
    usage: tuple[str, ...]
    flags: tuple[tuple[str, tuple[Flag, ...]], ...]
    examples: tuple[tuple[str, str], ...] = ()


def flag(*names: str, **reading: Any) -> Flag:
    """A row of the tables below."""
    return Flag(names, reading)


def repeated(*names: str, **reading: Any) -> Flag:
    """A flag that may be given several times."""
    return Flag(names, {"action": "append", "default": [], **reading})


def switch(*names: str, **reading: Any) -> Flag:
    """A flag without a value."""
    return Flag(names, {"action": "store_true", **reading})


FILES = repeated(
    "-f",
    "--filename",
    metavar="FILE",
    help="the mesh: YAML or JSON files, folders, - for standard input; NAME=FILE names a Kubernetes cluster; repeat it",
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
OFFLINE = switch("--offline", help="read no cluster at all (this version reads none)")
KNOWLEDGE = repeated("--knowledge", metavar="DIR", help="a folder of your own causes, beside those that come along")
OUTPUT = flag("-o", "--output", choices=("text", "json"), default="text", help="text for people (default), or json")
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
RECORD = flag("--record", metavar="FILE", default="", help="write the consultation to FILE, as Markdown to replay")
PLAIN = switch("--plain", help="ask in plain lines, for screen readers; so it is where TERM is dumb, and in pipes")
RESUME = switch("--resume", help="go on with the last session; flags that are given now count, the others as then")
INPUT = (FILES, WITH, WITHOUT, NAMESPACE)
RUNNING = (KNOWLEDGE, OFFLINE, VERBOSE)
FROM_TO = "--from shop/deployment/web --to http://payments.shop:8080/pay"

WIZARD = Command(
    module="consult",
    line="ask step by step",
    usage=("troubleshoot [-f FILE] [flags]",),
    flags=(
        ("What to look at", INPUT),
        ("The request, if you know it", REQUEST),
        ("What was seen", (SYMPTOM, LOG, LOG_FORMAT, ENVOY, PASTE)),
        ("Running", (RESUME, RECORD, PLAIN, *RUNNING)),
    ),
)

COMMANDS = {
    "diagnose": Command(
        module="diagnose",
        line="name the root cause, with a fix that was tried",
        usage=(
            "troubleshoot diagnose -f FILE --to URL [--from WHO] [flags]     one request",
            "troubleshoot diagnose [-f FILE] --log FILE [flags]              what failed in a log",
            "troubleshoot diagnose -f FILE [-n NAMESPACE] [flags]            everything (an audit)",
        ),
        flags=(
            ("What to look at", (*INPUT, ALL_NAMESPACES)),
            ("The request", REQUEST),
            ("What was seen", (SYMPTOM, LOG, LOG_FORMAT, ENVOY, PASTE)),
            ("The result", (TRACE, OUTPUT, FAIL_ON)),
            ("Running", RUNNING),
        ),
        examples=(
            ("Why does web not reach payments?", f"troubleshoot diagnose -f mesh.yaml {FROM_TO}"),
            ("Why did the requests in this log fail?", "troubleshoot diagnose -f mesh.yaml --log access.log"),
            ("Would this manifest mend it?", f"troubleshoot diagnose -f mesh.yaml --with fix.yaml {FROM_TO}"),
        ),
    ),
    "walk": Command(
        module="walk",
        line="draw the way of a request, proxy by proxy",
        usage=("troubleshoot walk -f FILE --to URL [--from WHO] [flags]",),
        flags=(
            ("What to look at", INPUT),
            ("The request", REQUEST),
            ("The result", (TRACE, OUTPUT)),
            ("Running", (OFFLINE, VERBOSE)),
        ),
        examples=(
            ("Which way does it take?", f"troubleshoot walk -f mesh.yaml {FROM_TO}"),
            ("Why is my rule ignored?", f"troubleshoot walk --trace -f mesh.yaml {FROM_TO}"),
            ("Does another cluster take over?", f"troubleshoot walk -f mesh.yaml --without payments {FROM_TO}"),
            ("What would these manifests change?", f"troubleshoot walk -f mesh.yaml --with new.yaml {FROM_TO}"),
        ),
    ),
    "explain": Command(
        module="explain",
        line="explain a cause, flag, detail, fact, stage, symptom or code",
        usage=("troubleshoot explain NAME [-o json]", "troubleshoot explain --list KIND [-o json]"),
        flags=(
            (
                "What to explain",
                (
                    flag("name", metavar="NAME", nargs="?", default="", help="such as UF, route_not_found or IST0101"),
                    flag(
                        "--list",
                        dest="kind",
                        metavar="KIND",
                        choices=("causes", "facts", "symptoms", "flags", "details", "stages", "codes"),
                        default="",
                        help="all names of a kind: causes, facts, symptoms, flags, details, stages or codes",
                    ),
                ),
            ),
            ("The result", (OUTPUT,)),
            ("Running", (KNOWLEDGE, VERBOSE)),
        ),
        examples=(("What does UF in an access log mean?", "troubleshoot explain UF"),),
    ),
    "tree": Command(
        module="tree",
        line="draw the questions that tell the causes of a symptom apart",
        usage=("troubleshoot tree SYMPTOM [-o text|mermaid|svg]",),
        flags=(
            ("What to draw", (flag("symptom", metavar="SYMPTOM", help="explain --list symptoms has them"),)),
            (
                "The result",
                (
                    flag(
                        "-o",
                        "--output",
                        choices=("text", "mermaid", "svg"),
                        default="text",
                        help="text (default), a Mermaid flow chart, or an SVG picture",
                    ),
                ),
            ),
            ("Running", (KNOWLEDGE, VERBOSE)),
        ),
        examples=(("What would be asked about a 404 of a proxy?", "troubleshoot tree 404-envoy"),),
    ),
    "replay": Command(
        module="replay",
        line="hold the consultation of a transcript again",
        usage=("troubleshoot replay FILE",),
        flags=(
            ("What to hold", (flag("file", metavar="FILE", help="what --record wrote, or one of transcripts/"),)),
            ("Running", (VERBOSE,)),
        ),
        examples=(("How does such a consultation go?", "troubleshoot replay transcripts/mesh-given.md"),),
    ),
    "demo": Command(
        module="demo",
        line="diagnose a small broken mesh, to a fix that was tried",
        usage=("troubleshoot demo [CAUSE]",),
        flags=(
            (
                "What to show",
                (flag("cause", metavar="CAUSE", nargs="?", default="", help="explain --list causes has them"),),
            ),
            ("Running", (KNOWLEDGE, VERBOSE)),
        ),
    ),
    "learn": Command(
        module="learn",
        line="find out what is wrong in scenarios, and be told why",
        usage=(
            "troubleshoot learn                the next scenario",
            "troubleshoot learn SCENARIO       this one",
            "troubleshoot learn --list         all of them, with your points",
        ),
        flags=(
            (
                "What to do",
                (
                    flag("scenario", metavar="SCENARIO", nargs="?", default="", help="its id or its number"),
                    switch("--list", help="list all scenarios with the points of the last try"),
                    switch("--check", help="prove that each can be solved; the status is 1 if one cannot"),
                    switch("--reset", help="forget your progress"),
                ),
            ),
            ("Running", (KNOWLEDGE, VERBOSE)),
        ),
    ),
    "collect": Command(
        module="collect",
        line="put all that a diagnosis needs into one archive",
        usage=("troubleshoot collect FILE -f FILE [--log FILE] [--envoy FILE] [--redact]",),
        flags=(
            (
                "The archive",
                (
                    flag("archive", metavar="FILE", help="where to write it, such as mesh.tgz"),
                    switch("--redact", help="replace names, addresses and hosts; the map is kept beside it"),
                ),
            ),
            ("What goes into it", (FILES, NAMESPACE, LOG, ENVOY)),
            ("Running", (OFFLINE, VERBOSE)),
        ),
        examples=(
            ("Keep this mesh for later", "troubleshoot collect mesh.tgz -f mesh.yaml --log access.log"),
            ("and diagnose it then", f"troubleshoot diagnose -f mesh.tgz {FROM_TO}"),
            ("Give it to somebody without its names", "troubleshoot collect mesh.tgz -f mesh.yaml --redact"),
        ),
    ),
    "kb": Command(
        module="knowledge_check",
        line="check the knowledge base: kb check",
        usage=("troubleshoot kb check [--knowledge DIR]",),
        flags=(
            ("What to do", (flag("action", metavar="check", choices=("check",), help="name every mistake in it"),)),
            ("Running", (KNOWLEDGE, VERBOSE)),
        ),
    ),
    "schema": Command(
        module="schema",
        line="print the JSON Schema of -o json",
        usage=("troubleshoot schema",),
        flags=(("Running", (VERBOSE,)),),
    ),
}
