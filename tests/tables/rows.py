"""What Istio does with a request, as rows of tables: one file an area; a row is a small mesh, a request, its outcome.

A file `<area>.yaml` has `about` (one sentence), `bases` (lists of objects by name) and `rows`. A row holds

- `is`: the rule of Istio that the row shows, in one sentence; `reference`: where it is written down;
- `base`: the name of the base it starts from (the file's first if left out; "" for none), `objects`: what is added. An
  object of the same kind, namespace and name as one of the base stands in its place;
- `from to method headers sni plaintext expect http10 namespace without`: the request, as the flags of the command line
  have it;
- `headers` are a map or pairs; `token`: the claims of a JWT, which then stands wherever `headers` or `to` say TOKEN;
- `cause`: the root cause that a diagnosis names, where that is worth a word, or `unexplained` where none is known yet;
- `then`: what must come out. Each key is read off the JSON of `walk -o json` by `READERS`; what is not named is free.

Objects are written short: `{kind: Service, name: a, namespace: shop, spec: {...}}`. `namespace` is `shop` if left out,
`labels` and `annotations` go to the metadata, `cluster` names the Kubernetes cluster it is read from, `apiVersion`
follows from the kind; every other key is the object's own (`spec`, `data`, `status`, `webhooks`, …).
"""

from __future__ import annotations

import base64
import functools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.meshes import VERSIONS
from troubleshooter.mesh import Mesh
from troubleshooter.model import Diagnosis, Inventory, Object, Request
from troubleshooter.report import to_json
from troubleshooter.walk import parse_request, walk
from troubleshooter.walk.request.without import take_away

TABLES = Path(__file__).parent
NOW = 1_800_000_000
"""When every mesh here is looked at: in January 2027."""
METADATA = ("name", "namespace", "labels", "annotations", "ownerReferences", "creationTimestamp")
UNSPACED = frozenset({"Namespace", "Node", "MutatingWebhookConfiguration"})
"""Kinds without a namespace."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row: `place` is `<area>:<line>`, which names its test."""

    place: str
    base: tuple[Mapping[str, Any], ...]
    raw: Mapping[str, Any]


def rows() -> Iterator[Row]:
    """Every row of every table."""
    for file in sorted(TABLES.glob("*.yaml")):
        yield from rows_of(file)


@functools.cache
def rows_of(file: Path) -> tuple[Row, ...]:
    """The rows of one table, which is read once."""
    return tuple(_read(file))


def _read(file: Path) -> Iterator[Row]:
    text = file.read_text(encoding="utf-8")
    table, lines = yaml.load(text, Loader=yaml.CSafeLoader), _lines(text)
    bases = table.get("bases") or {}
    first = next(iter(bases), "")
    for line, raw in zip(lines, table["rows"], strict=True):
        base = bases[name] if (name := raw.get("base", first)) else ()
        yield Row(place=f"{file.stem}:{line}", base=tuple(base), raw=raw)


def _lines(text: str) -> list[int]:
    """The line of each row, counted from 1."""
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    assert isinstance(root, yaml.MappingNode)
    held = next(value for key, value in root.value if key.value == "rows")
    return [_place_of(item) for item in held.value]


def _place_of(row: yaml.MappingNode) -> int:
    """The line of a row, which says nothing twice: of two equal keys YAML takes the last without a word."""
    keys, line = [key.value for key, _ in row.value], row.start_mark.line + 1
    assert len(set(keys)) == len(keys), f"the row at line {line} has a key twice: {keys}"
    return line


def answer_of(row: Row, inventory: Inventory | None = None) -> dict[str, Any]:
    """The JSON of the walk that a row asks for, in its own mesh or another."""
    request = request_of(row)
    held = left_of(row, inventory or inventory_of(row), request)
    found = walk(Mesh(held), request, row.raw.get("namespace", "shop"))
    told: dict[str, Any] = json.loads(to_json(Diagnosis(walk=found.walk)))
    return told


def left_of(row: Row, inventory: Inventory, request: Request) -> Inventory:
    """What `without` leaves of a mesh."""
    return take_away(inventory, row.raw.get("without", ()), "shop", request.source)


def request_of(row: Row) -> Request:
    """The request of a row."""
    asked = row.raw
    token = _jwt(asked.get("token", {}))
    return parse_request(
        asked["to"].replace("TOKEN", token),
        source=asked.get("from", ""),
        method=asked.get("method", "GET"),
        headers=[(name, str(value).replace("TOKEN", token)) for name, value in dict(asked.get("headers", ())).items()],
        sni=asked.get("sni", ""),
        plaintext=asked.get("plaintext", False),
        expect=asked.get("expect", ""),
        http10=asked.get("http10", False),
    )


def _jwt(claims: Mapping[str, Any]) -> str:
    """A token with these claims. Its signature is none: the walk cannot check it."""
    return ".".join(map(_base64, ({"alg": "RS256", "typ": "JWT"}, claims, {})))


def _base64(part: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def inventory_of(row: Row) -> Inventory:
    """The objects of a row, those of its base first."""
    known: dict[tuple[str, str, str, str, str], Object] = {}
    for short in (*row.base, *row.raw.get("objects", ())):
        thing = Object(raw=written_out(short), file="mesh.yaml", cluster=short.get("cluster", ""))
        known[thing.key] = thing
    return Inventory(objects=tuple(known.values()), observed=NOW)


def written_out(short: Mapping[str, Any]) -> dict[str, Any]:
    """An object as Kubernetes has it."""
    kind = short["kind"]
    space = {} if kind in UNSPACED else {"namespace": "shop"}
    metadata = {**space, **{key: short[key] for key in METADATA if key in short}}
    rest = {key: value for key, value in short.items() if key not in {*METADATA, "apiVersion", "kind", "cluster"}}
    return {"apiVersion": short.get("apiVersion", VERSIONS.get(kind, "v1")), "kind": kind, "metadata": metadata, **rest}


Answer = Mapping[str, Any]


def differences(row: Row, answer: Answer) -> dict[str, tuple[Any, Any]]:
    """For each key of `then` that came out otherwise: what was expected, and what came."""
    expected: Mapping[str, Any] = row.raw["then"]
    found = {key: READERS[key](answer) for key in expected}
    return {key: (value, found[key]) for key, value in expected.items() if found[key] != value}


def _failed(answer: Answer) -> Mapping[str, Any]:
    return next((step for step in answer["path"] if step["verdict"] == "fail"), {})


def _stage(key: str) -> Callable[[Answer], Any]:
    return lambda answer: _failed(answer).get(key, "")


def _outcome(key: str) -> Callable[[Answer], Any]:
    return lambda answer: answer["outcome"][key]


def _steps(answer: Answer, stage: str) -> list[Mapping[str, Any]]:
    return [s for s in answer["path"] if s["stage"] == stage and s["verdict"] != "not-reached"]


def _result(stage: str, key: str) -> Callable[[Answer], Any]:
    """A key of a stage's result at the last hop where the stage has one."""
    return lambda answer: next((s["result"][key] for s in reversed(_steps(answer, stage)) if s["result"]), "")


def _every(stage: str, key: str) -> Callable[[Answer], Any]:
    """The same at each hop that has one, in their order."""
    return lambda answer: [s["result"][key] for s in _steps(answer, stage) if s["result"]]


def _place(resource: Mapping[str, Any] | None) -> str:
    """`VirtualService shop/reviews spec.http[0]`."""
    if resource is None:
        return ""
    name = "/".join(filter(None, (resource["namespace"], resource["name"])))
    return " ".join(filter(None, (resource["kind"], name, resource["field"])))


def _decider(stage: str) -> Callable[[Answer], str]:
    """The place that decided a stage at the last hop that passed or failed it."""
    return lambda answer: next((_place(s["resource"]) for s in reversed(_steps(answer, stage))), "")


def _listed(answer: Answer) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = _result("endpoint", "endpoints")(answer) or []
    return found


def _endpoints(answer: Answer) -> list[Mapping[str, Any]]:
    """Those that Envoy has."""
    return [e for e in _listed(answer) if e["healthy"]]


def _name(endpoint: Mapping[str, Any]) -> str:
    return f"{endpoint['address'] or endpoint['workload']}:{endpoint['port']}"


def _of_endpoints(key: str) -> Callable[[Answer], dict[str, Any]]:
    return lambda answer: {_name(e): e[key] for e in _endpoints(answer)}


def _dialled(key: str) -> Callable[[Answer], dict[str, Any]]:
    """A key of each endpoint that the first hop has; the others are those behind it."""
    return lambda answer: {
        _name(e): e[key]
        for s in _steps(answer, "endpoint")[:1]
        if s["result"]
        for e in s["result"]["endpoints"]
        if e["healthy"]
    }


def _unknown(answer: Answer) -> list[str]:
    return [s["stage"] for s in answer["path"] if s["verdict"] == "unknown"]


def _hops(answer: Answer) -> list[str]:
    """Whose each hop is, in their order."""
    held = {s["hop"]: _place(s["proxy"]) for s in answer["path"] if s["verdict"] != "not-reached"}
    return list(held.values())


def _shares(answer: Answer) -> dict[str, float]:
    """The share of the requests with each verdict and outcome."""
    return {_said(b): b["share"] for b in answer["branches"]}


def _said(branch: Answer) -> str:
    out = branch["outcome"]
    connection = "" if out["connection"] == "ok" else out["connection"]
    return " ".join(filter(None, (branch["verdict"], str(out["status"] or ""), ",".join(out["flags"]), connection)))


READERS: Mapping[str, Callable[[Answer], Any]] = {
    "verdict": lambda answer: answer["verdict"],
    "stage": _stage("stage"),
    "hop": _stage("hop"),
    "guilty": lambda answer: _place(_failed(answer).get("resource")),
    "unknown": _unknown,
    "status": _outcome("status"),
    "flags": _outcome("flags"),
    "details": _outcome("details"),
    "connection": _outcome("connection"),
    "hops": _hops,
    "shares": _shares,
    "proxy": _every("capture", "proxy"),
    "listener": _result("listener", "name"),
    "listeners": _every("listener", "name"),
    "filter_chain": _result("listener", "filter_chain"),
    "led_to": _result("listener", "cluster"),
    "protocol": _result("listener", "protocol"),
    "tls": _result("listener", "tls"),
    "virtual_host": _result("route", "virtual_host"),
    "route": _result("route", "name"),
    "routed_by": _decider("route"),
    "cluster": _result("cluster", "name"),
    "clusters": _every("cluster", "name"),
    "ruled_by": _decider("cluster"),
    "endpoints": lambda answer: sorted(map(_name, _endpoints(answer))),
    "unready": lambda answer: sorted(_name(e) for e in _listed(answer) if not e["healthy"]),
    "priorities": _of_endpoints("priority"),
    "weights": _of_endpoints("weight"),
    "localities": _of_endpoints("locality"),
    "networks": _of_endpoints("network"),
    "dialled": _dialled("weight"),
    "dialled_priorities": _dialled("priority"),
    "dialled_networks": _dialled("network"),
    "mode": _result("transport", "mode"),
    "modes": _every("transport", "mode"),
    "sni": _result("transport", "sni"),
    "auto": _result("transport", "auto"),
    "principal": _result("authentication", "principal"),
    "request_principal": _result("authentication", "request_principal"),
    "action": _result("authorization", "action"),
    "policies": _result("authorization", "policies"),
}
"""How each key of `then` is read off the JSON. `path` is the worst branch; where a stage runs at several hops, the
singular is the last of them and the plural all. Endpoints are called `address:port`, or `workload:port` where no
address was seen; `unready` are those that Kubernetes has and Envoy has not."""
