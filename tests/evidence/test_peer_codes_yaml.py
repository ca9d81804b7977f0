"""`knowledge/peer-codes.yaml`: every code of other analysers is claimed by a cause, or stands here with the reason."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

KNOWLEDGE = Path(__file__).resolve().parents[2] / "knowledge"
CODES: dict[str, dict[str, Any]] = yaml.safe_load((KNOWLEDGE / "peer-codes.yaml").read_text(encoding="utf-8"))

# Istio 1.32, pkg/config/analysis/msg/messages.yaml: 68 codes, and those that were retired.
ISTIO = """
0001 0002 0101 0102 0103 0106 0107 0108 0109 0110 0111 0112 0116 0118 0123 0125 0126 0127 0128 0129 0130 0131 0132 0133
0134 0135 0136 0137 0138 0139 0140 0141 0142 0143 0144 0145 0146 0147 0148 0149 0150 0151 0152 0153 0154 0155 0156 0157
0158 0159 0160 0161 0162 0163 0164 0165 0166 0167 0168 0169 0170 0171 0172 0173 0174 0175 0176 0177
"""
ISTIO_RETIRED = "0104 0105 0113 0114 0115 0117 0119 0120 0121 0122 0124"

# Kiali at d733a096 (August 2026): 72 codes, and those that were removed.
KIALI = """
0002 0003 0004 0005 0101 0102 0104 0105 0106 0107 0108 0109 0110 0201 0202 0203 0204 0205 0206 0207 0208 0209 0210 0211
0212 0301 0302 0401 0501 0505 0506 0601 0602 0701 1004 1006 1007 1101 1102 1104 1105 1106 1107 1108 1109 1110 1111 1112
1113 1114 1115 1116 1117 1211 1212 1301 1311 1312 1313 1314 1315 1316 1317 1401 1402 1501 1502 1503 1504 1601 1701 1702
"""
KIALI_REMOVED = "1003 1103 1201"

ALL = (
    {f"IST{number}" for number in (ISTIO + ISTIO_RETIRED).split()}
    | {f"KIA{number}" for number in (KIALI + KIALI_REMOVED).split()}
    | {"GWAPI"}
)


def claimed() -> set[str]:
    """The codes that causes name under `known_as`."""
    texts = (file.read_text(encoding="utf-8") for file in KNOWLEDGE.glob("causes/*/*/cause.yaml"))
    return {code for text in texts for code in re.findall(r"\bcode: *[\"']?([A-Z]+[0-9]*)", text)}


def test_every_code_is_claimed_or_explained() -> None:
    """No code of the two analysers is forgotten."""
    assert set() == ALL - set(CODES) - claimed()


def test_no_code_is_made_up() -> None:
    """Every code here is one of theirs."""
    assert set() == set(CODES) - ALL


@pytest.mark.parametrize("code", CODES)
def test_a_code_has_a_title_and_a_reason(code: str) -> None:
    """A title without a full stop, and a reason in sentences."""
    assert {"title", "reason"} == set(CODES[code])
    assert (False, True) == (CODES[code]["title"].endswith("."), CODES[code]["reason"].endswith("."))
