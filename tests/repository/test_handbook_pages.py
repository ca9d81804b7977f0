"""Pages of the handbook: what `explain` knows, in Markdown."""

from __future__ import annotations

from tests.repository.handbook import cause_page, causes_index, flags_page, trees_index

CAUSE = {
    "name": "no-route",
    "title": "No route takes <request.path>",
    "area": "routing",
    "stages": ["route"],
    "severity": "error",
    "prevalence": "common",
    "known_as": ["KIA1"],
    "symptoms": [{"name": "404", "title": "Not found"}],
    "when": [
        {"fact": "route.match", "words": ["none", "other"], "meaning": "Which route."},
        {"any": [[{"fact": "a.b", "words": ["yes"]}, {"fact": "a.c", "words": ["no"]}]]},
    ],
    "because_of": [{"cause": "origin", "its": "service", "our": "target"}],
    "why": ["Nothing takes a*b."],
    "fixes": [{"do": "Add one", "risk": "None.", "applicability": "review"}],
    "references": ["https://istio.io/"],
    "example": "troubleshoot demo no-route",
}

PAGE = """\
# no-route

**No route takes &lt;request.path>.**

| area | stage | severity | how often | known as |
|---|---|---|---|---|
| routing | route | error | common | KIA1 |

Seen as: [Not found](../trees/404.svg).

## Why

Nothing takes a\\*b.

## It holds when all of this is known

- `route.match` is none or other: Which route.
- one of these:
  - `a.b` is yes and `a.c` is no

## It may follow from

- [origin](origin.md), where its service is the target here

## Fixes, the best first

- **Add one** (review). Risk: None.

## See it

```console
troubleshoot demo no-route
```

## Sources

- <https://istio.io/>
"""


def _body(page: str) -> str:
    """A page without the line that says where it comes from."""
    return page.partition("\n\n")[2]


def test_cause() -> None:
    """Sections about nothing are left out, and nothing of a text is taken for markup."""
    assert PAGE == _body(cause_page(CAUSE))


def test_causes() -> None:
    """Causes are listed under their area, with a link each."""
    row = "- [no-route](no-route.md): No route takes &lt;request.path>"

    assert ["## Routing", "", row] == causes_index({"routing": [CAUSE]}).splitlines()[-3:]


def test_flags() -> None:
    """A flag says what it proves and what not, and links to its causes."""
    flag = {
        "name": "NR",
        "title": "NoRoute",
        "meaning": "None.",
        "stage": "route",
        "proves": "It.",
        "does_not_prove": "Why.",
        "causes": [CAUSE],
        "references": ["https://www.envoyproxy.io/"],
    }
    page = _body(flags_page([flag], []))

    assert "### NR\n\nNoRoute. None.\n\n- Stage: route\n- It proves: It.\n- It does not prove: Why.\n" in page
    assert "- Causes: [no-route](causes/no-route.md)\n- Source: <https://www.envoyproxy.io/>\n" in page
    assert "Response code details" not in page


def test_trees() -> None:
    """Each symptom links to its picture."""
    assert "- [Not found](404.svg) (`404`)\n" in trees_index({"404": "Not found"})
