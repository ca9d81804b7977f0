"""The shapes of a walk in JSON: request, stage, branch, and the small parts that every shape is made of.

Decides: how a shape is written down, and what stands where a key does not apply (`absent`). `schema.py` puts the shapes
together; `contract.py` fills the keys of a stage's result from the same table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from troubleshooter.model import Connection, Stage, StageVerdict, Verdict

Schema: TypeAlias = dict[str, Any]


def text(about: str) -> Schema:
    """A string."""
    return {"type": "string", "description": about}


def yes(about: str) -> Schema:
    """True or false."""
    return {"type": "boolean", "description": about}


def whole(about: str, least: int = 0) -> Schema:
    """A whole number."""
    return {"type": "integer", "minimum": least, "description": about}


def share(about: str) -> Schema:
    """A part of a whole."""
    return {"type": "number", "minimum": 0, "maximum": 1, "description": about}


def one_of(values: Iterable[str], about: str) -> Schema:
    """One word of a closed list."""
    return {"type": "string", "enum": [str(v) for v in values], "description": about}


def list_of(items: Schema, about: str) -> Schema:
    """A list."""
    return {"type": "array", "items": items, "description": about}


def texts(about: str) -> Schema:
    """A list of strings."""
    return list_of({"type": "string"}, about)


def ref(name: str) -> Schema:
    """A shape that stands under `$defs`."""
    return {"$ref": f"#/$defs/{name}"}


def or_null(one: Schema, about: str) -> Schema:
    """A number or an object that may not apply."""
    return {"anyOf": [one, {"type": "null"}], "description": about}


def object_of(about: str, properties: Mapping[str, Schema]) -> Schema:
    """Every key is always there."""
    return {
        "type": "object",
        "description": about,
        "properties": dict(properties),
        "required": list(properties),
    }


def absent(shape: Schema) -> Any:
    """What stands for a key that does not apply: "" for a string, [] for a list, None for a number or an object."""
    return {"string": "", "array": []}.get(str(shape.get("type")))


RESOURCE = object_of(
    "A Kubernetes object, or one field of it.",
    {
        "group": text('The API group; "" for core kinds.'),
        "kind": text("The kind."),
        "namespace": text('The namespace; "" for cluster-scoped kinds.'),
        "name": text("The name."),
        "cluster": text('The Kubernetes cluster, where there are several; else "".'),
        "field": text('Path of the field that is meant; "" for the whole object.'),
        "file": text(
            'The file as given, "-" for standard input, archive.tgz!member in an archive, "" for a live object.'
        ),
        "line": or_null(
            {"type": "integer", "minimum": 1},
            "Line of the field or of its nearest parent, counted from 1; null for a live object.",
        ),
    },
)

REQUEST = object_of(
    "The request that is diagnosed.",
    {
        "from": text('The caller as given with --from; "" if it was not given.'),
        "to": text("The URL."),
        "method": text("The HTTP method."),
        "headers": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "Headers, names in lower case. The values of headers that carry credentials are hidden.",
        },
        "expect": text('SERVICE[:SUBSET] where it should arrive; "" if nothing was said.'),
        "assumed": texts("What was assumed about the request because it was not given."),
        "http10": {"type": "boolean", "description": "Whether the client speaks HTTP/1.0."},
    },
)

OUTCOME = object_of(
    "What the client gets and what Envoy logs.",
    {
        "status": or_null({"type": "integer"}, "HTTP status; null where no HTTP answer is made."),
        "flags": texts("Envoy response flags."),
        "details": text("Envoy response code details."),
        "connection": one_of(Connection, "What the client sees below HTTP."),
    },
)

ENDPOINT = object_of(
    "One endpoint of an Envoy cluster.",
    {
        "address": text("IP address or host name."),
        "port": or_null({"type": "integer"}, "Port; null if it is not known."),
        "workload": {"description": "The workload behind it."},
        "locality": text("region/zone/subzone."),
        "network": text("Istio network."),
        "priority": or_null({"type": "integer"}, "Envoy priority, 0 first."),
        "weight": or_null({"type": "number"}, "Load balancing weight."),
        "healthy": or_null({"type": "boolean"}, "Whether it is ready; those that are not, Envoy is not given."),
    },
)

RESULTS: Mapping[Stage, Mapping[str, Schema]] = {
    Stage.CAPTURE: {"proxy": text('The kind of proxy that takes the connection; "none" if none does.')},
    Stage.LISTENER: {
        "name": text("Envoy's name of the listener."),
        "filter_chain": text("The filter chain that matches."),
        "protocol": text("The protocol that it speaks."),
        "tls": {"description": "What it does with TLS."},
        "cluster": text('"BlackHoleCluster" where the filter chain leads there, so that the request ends here.'),
    },
    Stage.ROUTE: {"virtual_host": text("Envoy's virtual host."), "name": text("The route's name.")},
    Stage.CLUSTER: {"name": text("Envoy's name of the cluster.")},
    Stage.ENDPOINT: {"endpoints": list_of(ref("endpoint"), "All endpoints of the cluster.")},
    Stage.TRANSPORT: {
        "mode": one_of(("", "plaintext", "mtls", "tls"), "What the sender speaks."),
        "sni": text("The server name in its TLS hello."),
        "auto": or_null({"type": "boolean"}, "Whether auto mTLS chose the mode."),
    },
    Stage.AUTHENTICATION: {
        "principal": text("The peer's identity."),
        "request_principal": text("The identity in the request's token."),
    },
    Stage.AUTHORIZATION: {
        "action": text("What was decided."),
        "policies": list_of({}, "The policies that decided."),
    },
}


def _result_of(stage: Stage, properties: Mapping[str, Schema]) -> Schema:
    result = or_null(object_of(f"Result of the {stage} stage.", properties), "null if the stage was not reached.")
    return {
        "if": {"properties": {"stage": {"const": str(stage)}}},
        "then": {"properties": {"result": result}},
    }


CONSIDERED = object_of(
    "An object that a stage looked at.",
    {
        "resource": ref("resource"),
        "chosen": yes("True if it takes part in what was decided."),
        "why": text("Why, or why not."),
    },
)

STEP = {
    **object_of(
        "One stage at one hop.",
        {
            "hop": whole("The proxy on the way, counted from 0."),
            "proxy": or_null(ref("resource"), "Whose proxy it is; null where nothing is known of it."),
            "stage": one_of(Stage, "What the proxy does here."),
            "verdict": one_of(StageVerdict, "How it ends."),
            "observed": yes("True if a log line or a dump says so; else it follows from configuration."),
            "detail": text("What was decided, in words."),
            "assumes": texts("What no Kubernetes object can tell and was assumed."),
            "resource": or_null(ref("resource"), "The object and field that decided."),
            "result": {"type": ["object", "null"], "description": "What came out of it; its keys depend on the stage."},
            "considered": list_of(
                CONSIDERED, "With --trace, the objects among which it chose, those that count first."
            ),
        },
    ),
    "allOf": [_result_of(stage, properties) for stage, properties in RESULTS.items()],
}

PATH = list_of(ref("step"), "Stages in the order in which the proxies perform them.")

BRANCH = object_of(
    "One way that a share of the requests takes.",
    {
        "by": text('What splits the requests: weight, endpoints, gateway …; "" if nothing does.'),
        "share": or_null(share("From 0 to 1."), "Share of the requests; null where it is not known."),
        "verdict": one_of(Verdict, "What becomes of them."),
        "outcome": ref("outcome"),
        "path": PATH,
    },
)
