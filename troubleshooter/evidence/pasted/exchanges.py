"""The request that a text of a client tells of: what `curl -v` printed, the error of a program, a browser's page.

Decides: method, URL and sender of the request, and the statuses of answers. Only the forms of curl, of kubectl exec, of
URLs and of status lines are known here. Must not know what follows.

Sources of the forms: curl's manual (-v: `>` is sent, `<` is received, `*` is said by curl), RFC 9112 (status line),
kubectl's reference (exec).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from troubleshooter.model.plain import without_credentials

URL = re.compile(r"\b(?:https?|grpc|tcp|tls)://[^\s\"'<>\\)\]]+")
OWN_PAGES = re.compile(r"://(?:www\.)?(?:curl\.(?:se|haxx\.se)|istio\.io|envoyproxy\.io|docs\.\w+\.\w+)\b")
"""Pages that tools name in their own messages; nobody asked for them."""
OF_WEBHOOKS = re.compile(r"://[\w.-]+\.svc(?::\d+)?/(?:inject|validate)\b")
"""What the API server asks of istiod, and names where that fails."""
SENT = re.compile(r"^> ([A-Z]+) (/\S*) HTTP/", re.MULTILINE)
SENT_HOST = re.compile(r"^> (?:Host|:authority): *(\S+)", re.MULTILINE | re.IGNORECASE)
SENT_METHOD = re.compile(r"\bcurl\b[^\n]*? (?:-X|--request)[ =]*([A-Z]+)\b")
SECURED = re.compile(r"^\* (?:SSL connection using|TLSv1)", re.MULTILINE)
REACHED_FOR = re.compile(
    r"\b(?:[Ff]ailed to connect to|Connected to|connecting to) ([\w.-]+) (?:\([^)]*\) )?port (\d+)\b"
)
LOOKED_UP = re.compile(
    r"\b(?:[Cc]ould not resolve host: |dial tcp: lookup |getaddrinfo \w+ |UnknownHostException: )([\w.-]+\w)"
)
BARE_URL = re.compile(r"\bcurl\b[^\n|]*?\s([\w-]+(?:\.[\w-]+)*(?::\d+)?(?:/[^\s'\"|]*)?)\s*(?:\||2?>|$)")
STATUS_LINE = re.compile(r"HTTP/[\d.]+\"? (\d{3})\b", re.IGNORECASE)
CALLED_STATUS = re.compile(r"\bstatus(?:[ _-]?code)?[ \"':=]+(\d{3})\b", re.IGNORECASE)

ANSWERED = re.compile(r"^(?:< )?x-envoy-upstream-service-time:", re.MULTILINE | re.IGNORECASE)

_KINDS = {"deploy": "deployment", "deployments": "deployment", "sts": "statefulset", "ds": "daemonset", "po": "pod"}
_NAMING_A_PART = frozenset({"proxy-config", "pc", "all"})
_OF_PROXIES = _NAMING_A_PART | {"proxy-status", "ps"}
_KUBECTL = frozenset({"kubectl", "k", "oc"})
_WITH_VALUE = frozenset({"-c", "--container", "-n", "--namespace", "--context", "--kubeconfig", "--cluster", "-f"})


def request_in(text: str) -> tuple[str, str]:
    """Method and URL of the request that a text names; the URL is "" if it names none. No credentials are kept."""
    sent, host = SENT.search(text), SENT_HOST.search(text)
    if sent and host:
        scheme = "https" if SECURED.search(text) else "http"
        return sent[1], without_credentials(f"{scheme}://{host[1]}{sent[2]}")
    method = SENT_METHOD.search(text)
    named = (found[0].rstrip(".,:;") for found in URL.finditer(text) if not _asked_by_tools(found[0]))
    return method[1] if method else "GET", without_credentials(next(named, "") or _host_in(text))


def _asked_by_tools(url: str) -> bool:
    return bool(OWN_PAGES.search(url) or OF_WEBHOOKS.search(url))


def _host_in(text: str) -> str:
    """The host, and the port where it is said, of a connection that was tried, as a URL without a path."""
    bare = BARE_URL.search(text.partition("\n")[0])
    if bare and ("." in bare[1] or ":" in bare[1]):
        return f"http://{bare[1]}"
    reached, looked_up = REACHED_FOR.search(text), LOOKED_UP.search(text)
    if reached:
        scheme = "https" if reached[2] == "443" or SECURED.search(text) else "http"
        return f"{scheme}://{reached[1]}" + ("" if reached[2] == "443" else f":{reached[2]}")
    return f"http://{looked_up[1]}" if looked_up else ""


def statuses_in(text: str) -> frozenset[int]:
    """The HTTP statuses of status lines; where there are none, of what is called a status: beside such a line it is a
    word of the body."""
    return frozenset(map(int, STATUS_LINE.findall(text) or CALLED_STATUS.findall(text)))


def upstream_answered(text: str) -> bool:
    """Whether what a proxy sent the request on to has answered: only then Envoy's router adds this header.

    Source: Envoy's documentation of the router's HTTP headers (x-envoy-upstream-service-time).
    """
    return ANSWERED.search(text) is not None


def pod_in(command: str) -> str:
    """The pod that a command of kubectl or istioctl looked at, as NAMESPACE/NAME; "" where it names none."""
    words = command.split()
    verbs = {"exec", "logs", "debug"} if words[:1] and words[0] in _KUBECTL else _OF_PROXIES
    if not words or not verbs & {*words} or words[0] not in {*_KUBECTL, "istioctl"}:
        return ""
    begin = words[: words.index("--")] if "--" in words else words
    flags, verb = dict(_flags(begin)), next(word for word in begin if word in verbs)
    named = list(_targets(begin[begin.index(verb) + 1 :]))
    target = (named[1:] if verb in _NAMING_A_PART else named)[:1]
    name, dot, namespace = target[0].partition(".") if target else ("", "", "")
    namespace = namespace if dot else flags.get("-n") or flags.get("--namespace") or ""
    return f"{namespace}/{name}" if name and namespace and "/" not in name + namespace else ""


def sender_in(command: str) -> str:
    """Whose container a command was run in, as `--from` takes it; "" where it was run somewhere else, or in the proxy's
    own container, whose requests no proxy takes."""
    words = command.split()
    if "exec" not in words or words[0] not in _KUBECTL:
        return ""
    begin = words[: words.index("--")] if "--" in words else words
    flags = dict(_flags(begin))
    if {flags.get("-c"), flags.get("--container")} & {"istio-proxy"}:
        return ""
    target = next(_targets(begin[begin.index("exec") + 1 :]), "")
    kind, slash, name = target.rpartition("/")
    named = f"{_KINDS.get(kind, kind)}/{name}" if slash else f"pod/{target}"
    namespace = flags.get("-n") or flags.get("--namespace") or ""
    return f"{namespace}/{named}" if target and namespace else ""


def _flags(words: list[str]) -> Iterator[tuple[str, str]]:
    for word, following in zip(words, [*words[1:], ""], strict=True):
        name, equals, value = word.partition("=")
        if name in _WITH_VALUE:
            yield name, value if equals else following


def _targets(words: list[str]) -> Iterator[str]:
    """The words that are neither a flag nor the value of one."""
    for before, word in zip(["", *words], words, strict=False):
        if not word.startswith("-") and before not in _WITH_VALUE:
            yield word
