"""A small knowledge base in which nothing is wrong, as texts, and the catalogue that it is held against."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from troubleshooter.model import Catalogue, DetailKind, FactKind
from troubleshooter.rulebook import Rulebook, check, parse

CAUSE = "causes/mtls/strict-plaintext/cause.yaml"
OTHER = "causes/injection/not-injected/cause.yaml"
SYMPTOM = "symptoms/503-uc.yaml"
QUESTIONS = "questions.yaml"
DERIVATIONS = "derivations.yaml"
FLAGS = "flags.yaml"
PEERS = "peer-codes.yaml"

TEXTS = {
    CAUSE: """\
id: strict-plaintext
title: The caller speaks plaintext to a workload that wants mutual TLS
stage: transport
cases: [walk, piece]
severity: error
prevalence: common
status: tested
applies_to: {dataplane: [sidecar], istio: ">=1.20"}
symptoms: [503-uc]
known_as:
  - {code: [KIA0001, KIA0002], on: destination_rule, when: [{target.mtls_mode: strict}]}
example: {from: legacy/deployment/batch, to: "http://payments.shop:8080/pay", evidence: [proxy.log], plaintext: true}
when:
  - target.mtls_mode: strict
  - connection.client: plaintext
unless:
  - target.port_mtls_mode: [permissive, disable]
supports:
  - evidence.chain: not-found
because_of:
  - {cause: not-injected, its: workload, our: caller}
explain:
  - text: ${target} is STRICT, and ${caller.name} sends plaintext.
  - text: Its port is ${target.port}.
    when: [{target.port_mtls_mode: unset}]
fixes:
  - do: Let the port of ${target} accept plaintext
    risk: anyone who reaches the port may use it
    applicability: review
    edits:
      - create:
          apiVersion: security.istio.io/v1
          kind: PeerAuthentication
          metadata: {name: "${target.name}", namespace: "${target.namespace}"}
          spec:
            selector:
              matchLabels: ${target.labels}
            portLevelMtls:
              "${target.port}": {mode: PERMISSIVE}
    confirm: istioctl x describe pod ${target.pod}
  - do: Start the pods anew
    risk: they are away for a moment
    applicability: machine
    edits:
      - restart: caller
      - {object: destination_rule, at: "spec.subsets[${target.port}].name", set: no}
      - delete: destination_rule
    run: ["kubectl rollout status deploy/${target.name}"]
false_positives:
  - {text: The port is open to plaintext, near: near-open-port.yaml}
references: ["https://istio.io/latest/docs/concepts/security/"]
""",
    OTHER: """\
id: not-injected
title: The pods have no sidecar
stage: [capture, transport]
cases: [piece]
severity: warning
prevalence: common
status: draft
when:
  - caller.proxy: absent
explain:
  - text: Nothing took the traffic of ${workload}.
fixes:
  - do: Label the namespace
    risk: every new pod gets a proxy
    applicability: manual
references: ["https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/"]
""",
    SYMPTOM: """\
id: 503-uc
title: 503 and the flag UC
description: The connection closes before an answer comes.
flags: [UC]
statuses: [503]
texts: ["upstream connect error"]
stages: [transport, application]
""",
    QUESTIONS: """\
target.mtls_mode:
  question: Which mode of mutual TLS is ${target} in?
  why: STRICT takes no plaintext.
  how: kubectl get peerauthentication -A
  answers: {strict: Only mutual TLS, permissive: Both}
  cost: command
connection.client:
  question: Does the caller speak TLS?
  why: Plaintext is refused.
  how: kubectl get pod ${caller.name}
  answers: {plaintext: It does not, mtls: It does}
""",
    DERIVATIONS: """\
- id: no-proxy-speaks-plaintext
  then: {connection.client: plaintext}
  when: [{caller.proxy: absent}]
""",
    FLAGS: """\
flags:
  UC:
    long_name: UpstreamConnectionTermination
    meaning: The upstream closed the connection.
    stage: transport
    proves: A connection was made.
    does_not_prove: Who closed it.
    references: [source/common/stream_info/utility.h]
details:
  via_upstream:
    meaning: The upstream answered.
    stage:
    proves: The request arrived.
    does_not_prove: That the answer is the application's.
""",
    PEERS: "KIA9999: {title: Something else, reason: It is about looks}\n",
    "concepts/mtls.md": "# Mutual TLS\n",
}

NAMES = frozenset(TEXTS) | {
    f"causes/mtls/strict-plaintext/{name}"
    for name in ("bad.yaml", "good.yaml", "near-open-port.yaml", "proxy.log", "session.txt")
}

FACTS = {
    "target.mtls_mode": ("strict", "permissive", "unset"),
    "target.port_mtls_mode": ("strict", "permissive", "disable", "unset"),
    "connection.client": ("plaintext", "mtls", "no"),
    "evidence.chain": ("found", "not-found"),
    "caller.proxy": ("present", "absent"),
}

CATALOGUE = Catalogue(
    roles=frozenset(
        {"caller", "target", "workload", "destination_rule", "connection", "evidence", "authorization_policy"}
    ),
    facts={
        name: FactKind(name=name, words=words, sentence="It is.", derived_by="mesh") for name, words in FACTS.items()
    },
    details={name: DetailKind(name=name, sentence="It is.") for name in ("target.pod", "target.port", "target.labels")},
)


def changed(file: str, old: str, new: str) -> dict[str, str]:
    """The texts, with `old` in one of them replaced by `new`."""
    assert old in TEXTS[file], f"{old!r} is not in {file}"

    return TEXTS | {file: TEXTS[file].replace(old, new, 1)}


def content(book: Rulebook) -> dict[str, Any]:
    """What is in a rulebook, to be compared: one is equal to itself alone."""
    return {field.name: getattr(book, field.name) for field in fields(book)}


def parse_mistakes(texts: dict[str, str]) -> list[str]:
    """What `parse` says of the texts, printed."""
    return [str(mistake) for mistake in parse(texts)[1]]


def check_mistakes(texts: dict[str, str], names: frozenset[str] = NAMES) -> list[str]:
    """What `check` says of texts that `parse` finds nothing in, printed."""
    book, mistakes = parse(texts)
    assert () == mistakes

    return [str(mistake) for mistake in check(book, CATALOGUE, names)]
