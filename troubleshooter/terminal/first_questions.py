"""The words of the first questions: what is seen, which failure of a log, who asks whom for what.

Decides: wording, what is offered and what may be typed. Must not know when one of them is asked.
"""

from __future__ import annotations

import re

from troubleshooter.consult import Failure
from troubleshooter.mesh import Mesh
from troubleshooter.model import Request
from troubleshooter.terminal import candidates, symptoms
from troubleshooter.terminal.inquiry import Choice, Inquiry, narrowing, paged
from troubleshooter.terminal.setting import Setting
from troubleshooter.walk import parse_request

SYMPTOM, FAILURE, TO, PATH, FROM = "symptom", "failure", "to", "path", "from"

EVERYTHING = "everything"
"""Instead of a request: look at every piece that a request could use."""

ANYBODY = "anybody"
"""Instead of a sender: the walk assumes one, and says whom."""

METHOD_AND_PATH = re.compile(r"(?:([A-Za-z]+)\s+)?(/\S*)")
LOGS = "kubectl logs POD -n NAMESPACE -c istio-proxy --tail=20"


def what_is_seen(setting: Setting, page: int) -> Inquiry:
    """With a mesh nobody has to say it: the walk may find the reason all the same."""
    looking = setting.inventory is not None
    inquiry = Inquiry(
        about=SYMPTOM,
        question="What do you see?",
        choices=symptoms.choices(setting.rulebook),
        why=("Every symptom leaves some causes and rules out the others; what I ask next depends on it.",),
        how=(LOGS,),
        hint="words of what you see (such as 503 UF), or paste what you have: lines of a proxy's log, what curl -v "
        f"prints, an error{'; Enter to go on without' if looking else ''}",
        otherwise="",
        default="" if looking else None,
    )
    return paged(symptoms.reading(setting.rulebook, setting.lay, inquiry), page)


def which_failure(found: tuple[Failure, ...], page: int) -> Inquiry:
    """The failures of a log, the biggest first."""
    choices = tuple(Choice(meaning=_in_short(failure), value=failure) for failure in found)
    inquiry = Inquiry(
        about=FAILURE,
        question="Which failure of the log do you mean? The biggest comes first.",
        choices=choices,
        why=("Different failures may have different causes; I look at one at a time.",),
        default=found[0],
        otherwise=found[0],
        hint="Enter for the first",
    )
    return paged(inquiry, page)


def _in_short(failure: Failure) -> str:
    group, request = failure.group, failure.request
    words = (f"{group.count} of {group.lines}:", str(group.response_code or ""), ",".join(group.flags))
    method = f"{request.method} " if request.scheme.startswith("http") else ""
    return " ".join(w for w in (*words, f"{method}{request.to}") if w)


def to_whom(mesh: Mesh, page: int) -> Inquiry:
    """Hosts and ports of the mesh, as URLs."""
    all_of_it = Choice(word=EVERYTHING, meaning="I do not know: look at all of it", value=EVERYTHING)
    inquiry = Inquiry(
        about=TO,
        question="Where does the request go that fails?",
        choices=(all_of_it, *candidates.destinations(mesh)),
        why=(
            "I walk the request through the mesh, stage by stage, to where it dies.",
            "Without a request I can only look at each piece of configuration by itself.",
        ),
        how=("kubectl get services -A",),
        hint="part of a name, or a whole URL",
        otherwise=EVERYTHING,
    )
    return narrowing(inquiry, _url, page)


def _url(line: str) -> str:
    """A typed URL.

    Raises:
        ValueError: it is none. A bare number is rather a status code that somebody sees, or the number of no choice.
    """
    if line.isdecimal():
        raise ValueError(f"{line} is the number of no choice. Here I ask where the request goes: type a host or URL")
    parse_request(line)
    return line


def which_path(mesh: Mesh, asked: Request) -> Inquiry:
    """Any path; those that routes of the host name are suggested."""
    return Inquiry(
        about=PATH,
        question=f"Which path of {asked.to}, and by which method?",
        why=("Routes and policies may differ from path to path and from method to method.",),
        how=(LOGS,),
        read=_method_and_path,
        hint="a path such as /pay, or POST /pay; Enter for GET /",
        default=("GET", ""),
        otherwise=("GET", ""),
        suggested=tuple(candidates.paths(mesh, asked)),
    )


def _method_and_path(line: str) -> tuple[str, str]:
    found = METHOD_AND_PATH.fullmatch(line)
    if found is None:
        raise ValueError("A path begins with a slash, such as /pay; a method may stand before it: POST /pay.")
    return (found[1] or "GET").upper(), found[2]


def from_whom(mesh: Mesh, asked: Request, page: int) -> Inquiry:
    """Workloads of the mesh, and the world outside."""
    inquiry = Inquiry(
        about=FROM,
        question="Who sends it?",
        choices=tuple(candidates.senders(mesh, asked)),
        why=("What a caller sees and speaks depends on its namespace, its proxy and its identity.",),
        how=("kubectl get pods -A",),
        hint="part of a name, or NAMESPACE/KIND/NAME; Enter if you do not know",
        default=ANYBODY,
        otherwise=ANYBODY,
    )
    return narrowing(inquiry, str, page)
