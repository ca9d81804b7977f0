"""The words of the command line: every command with its flags, as a table.

Decides: which flags a command has, and what the help says. Must not know what a command does, and must not import
anything heavy: `--help` is made from this.
"""

from __future__ import annotations

from typing import NamedTuple

from troubleshooter.cli.flags import (
    ACTING,
    ALL_NAMESPACES,
    CLUSTER,
    DRY_RUN,
    ENVOY,
    FAIL_ON,
    FILES,
    FORMAT,
    INPUT,
    KNOWLEDGE,
    LOG,
    LOG_FORMAT,
    NAMESPACE,
    OUTPUT,
    PASTE,
    PLAIN,
    PUBLISH,
    RECORD,
    REQUEST,
    RESUME,
    RUNNING,
    SYMPTOM,
    TRACE,
    VERBOSE,
    Flag,
    flag,
    switch,
)


class Command(NamedTuple):
    """A command: its module in this package, one line for the list of commands, the lines of its usage, its flags in
    groups, and examples (each a sentence and what to type)."""

    module: str
    line: str
    usage: tuple[str, ...]
    flags: tuple[tuple[str, tuple[Flag, ...]], ...]
    examples: tuple[tuple[str, str], ...] = ()


FROM_TO = "--from shop/deployment/web --to http://payments.shop:8080/pay"

WIZARD = Command(
    module="consult",
    line="ask step by step",
    usage=(
        "troubleshoot [flags]               about the cluster of your kubeconfig",
        "troubleshoot -f FILE [flags]       about files",
    ),
    flags=(
        ("What to look at", INPUT),
        ("The request, if you know it", REQUEST),
        ("What was seen", (SYMPTOM, LOG, LOG_FORMAT, ENVOY, PASTE)),
        ("The cluster", (*CLUSTER, *ACTING)),
        ("Running", (RESUME, RECORD, PLAIN, *RUNNING)),
    ),
)

COMMANDS = {
    "diagnose": Command(
        module="diagnose",
        line="name the root cause, with a fix that was tried",
        usage=(
            "troubleshoot diagnose --to URL [--from WHO] [flags]     one request",
            "troubleshoot diagnose --log FILE [flags]                what failed in a log",
            "troubleshoot diagnose [-n NAMESPACE] [flags]            everything (an audit)",
            "troubleshoot diagnose -f FILE ...                       the same in files, and in no cluster",
        ),
        flags=(
            ("What to look at", (*INPUT, ALL_NAMESPACES)),
            ("The request", REQUEST),
            ("What was seen", (SYMPTOM, LOG, LOG_FORMAT, ENVOY, PASTE)),
            ("The result", (TRACE, FORMAT, FAIL_ON, PUBLISH)),
            ("The cluster", (*CLUSTER, DRY_RUN, *ACTING)),
            ("Running", RUNNING),
        ),
        examples=(
            ("Why does web not reach payments?", f"troubleshoot diagnose {FROM_TO}"),
            ("Why did the requests in this log fail?", "troubleshoot diagnose -f mesh.yaml --log access.log"),
            ("Mend it, after showing me how", f"troubleshoot diagnose --apply {FROM_TO}"),
            ("Would this manifest mend it?", f"troubleshoot diagnose -f mesh.yaml --with fix.yaml {FROM_TO}"),
        ),
    ),
    "walk": Command(
        module="walk",
        line="draw the way of a request, proxy by proxy",
        usage=("troubleshoot walk [-f FILE] --to URL [--from WHO] [flags]",),
        flags=(
            ("What to look at", INPUT),
            ("The request", REQUEST),
            ("The result", (TRACE, OUTPUT)),
            ("The cluster", CLUSTER),
            ("Running", (VERBOSE,)),
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
        usage=(
            "troubleshoot collect FILE [--to URL [--from WHO]] [--redact]     of a cluster",
            "troubleshoot collect FILE -f FILE [--log FILE] [--envoy FILE] [--redact]",
        ),
        flags=(
            (
                "The archive",
                (
                    flag("archive", metavar="FILE", help="where to write it, such as mesh.tgz"),
                    switch("--redact", help="replace names, addresses and hosts; the map is kept beside it"),
                ),
            ),
            ("What goes into it", (FILES, NAMESPACE, LOG, ENVOY)),
            ("A request, to look into the pods on its way too", (*REQUEST, SYMPTOM)),
            ("The cluster", CLUSTER),
            ("Running", (VERBOSE,)),
        ),
        examples=(
            ("Keep for later what is needed to diagnose this", f"troubleshoot collect mesh.tgz {FROM_TO}"),
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
    "completion": Command(
        module="completion",
        line="print the completion script for a shell",
        usage=("troubleshoot completion bash|zsh|fish",),
        flags=(
            (
                "What to print",
                (flag("shell", metavar="SHELL", choices=("bash", "zsh", "fish"), help="bash, zsh or fish"),),
            ),
            ("Running", (VERBOSE,)),
        ),
        examples=(("For this bash", "source <(troubleshoot completion bash)"),),
    ),
    "schema": Command(
        module="schema",
        line="print the JSON Schema of -o json",
        usage=("troubleshoot schema",),
        flags=(("Running", (VERBOSE,)),),
    ),
}
