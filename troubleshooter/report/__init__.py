"""Edge: a finished result as text, JSON, PolicyReports, SARIF, JUnit, HTML or Markdown.

Decides how a result is shown, never what it is. Knows the consultation and the layers below it; it must not know the
other edges.
"""

from troubleshooter.report.contract import to_json
from troubleshooter.report.findings_text import fix_to_text
from troubleshooter.report.page import Screen, needs_ascii
from troubleshooter.report.policy_report import policy_reports, to_policy_report
from troubleshooter.report.schema import schema
from troubleshooter.report.text import to_text
from troubleshooter.report.told_text import told_to_text
from troubleshooter.report.tree_svg import tree_to_svg
from troubleshooter.report.tree_text import tree_to_mermaid, tree_to_text
from troubleshooter.report.walk_text import walk_to_text

__all__ = [
    "Screen",
    "fix_to_text",
    "needs_ascii",
    "policy_reports",
    "schema",
    "to_json",
    "to_policy_report",
    "to_text",
    "told_to_text",
    "tree_to_mermaid",
    "tree_to_svg",
    "tree_to_text",
    "walk_to_text",
]
