"""What `istioctl proxy-status POD` prints is read as a comparison."""

from __future__ import annotations

from hypothesis import given

from tests.evidence.damage import damaged
from troubleshooter.evidence import take
from troubleshooter.evidence.istioctl.comparison import Comparison, Missing, Part
from troubleshooter.model import Exhibit

PAYMENTS = "outbound|8080||payments.shop.svc.cluster.local"
DIFF = f"""\
--- Istiod Clusters
+++ Envoy Clusters
@@ -10,12 +10,9 @@
          "cluster": {{
-            "name": "{PAYMENTS}",
-            "type": "EDS",
             "name": "outbound|53||kube-dns.kube-system.svc.cluster.local",
-            "name": "outbound|80||web.shop.svc.cluster.local",
+            "name": "outbound|80||web.shop.svc.cluster.local",

Listeners Match
Routes Match (RDS last loaded at Sat, 21 Nov 2026 09:02:11 UTC)
"""


def _read(text: str) -> tuple[Part, ...]:
    (reading,) = take([Exhibit(name="page", text=text)]).of(Comparison)
    return reading.value.parts


def test_the_parts() -> None:
    """Each part says whether it matches."""
    assert [("CDS", False), ("LDS", True), ("RDS", True)] == [(part.type, part.matches) for part in _read(DIFF)]


def test_what_istiod_alone_has() -> None:
    """A name on istiod's side is missing; one that stands elsewhere in the diff was only moved."""
    assert (Missing(name=PAYMENTS, line=5, text=f'-            "name": "{PAYMENTS}",'),) == _read(DIFF)[0].missing


def test_old_name_of_istiod() -> None:
    """Istiod was called Pilot."""
    assert not _read(DIFF.replace("Istiod", "Pilot"))[0].matches


def test_newer_headings() -> None:
    """A sentence above a diff is no part of its own."""
    text = DIFF.replace("Listeners Match", "Listeners Don't Match\n--- Istiod Listeners\n+++ Envoy Listeners\n")

    assert [("CDS", False), ("LDS", False), ("RDS", True)] == [(part.type, part.matches) for part in _read(text)]


def test_all_alike() -> None:
    """A proxy that has everything lacks nothing."""
    parts = _read("Clusters Match\nListeners Match\nRoutes Match\n")

    assert [(True, ())] * 3 == [(part.matches, part.missing) for part in parts]


@given(text=damaged(DIFF))
def test_no_damage_raises(text: str) -> None:
    """Whatever is cut off or put in, nothing is raised, the text is read or named, and no escape is kept."""
    evidence = take([Exhibit(name="page", text=text)])

    assert evidence or evidence.not_checked
    assert "\\x1b" not in repr(evidence.readings)
