"""Columns as kubectl and istioctl print them.

Decides: layout only. Both write through Go's text/tabwriter: a column is as wide as its widest cell and `padding`
spaces, the last one ends with its text. Sources: `GetNewTabWriter` in kubernetes/cli-runtime pkg/printers; the writers
in istio/istio istioctl/pkg/writer/envoy (padding 5; 1 for listeners) and istioctl/pkg/authz/listener.go (padding 3).
"""

from __future__ import annotations

from collections.abc import Sequence

CLOSE = 1
KUBECTL = 3
ISTIOCTL = 5


def table(head: Sequence[str], rows: Sequence[Sequence[str]], padding: int) -> str:
    """A head and rows of as many cells, as text without a newline at its end."""
    lines = [head, *rows]
    wide = [max(len(line[n]) for line in lines) + padding for n in range(len(head) - 1)]
    return "\n".join("".join(c.ljust(w) for c, w in zip(line, wide, strict=False)) + line[-1] for line in lines)
