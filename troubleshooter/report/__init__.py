"""Edge: a finished result as text, JSON, SARIF, JUnit, HTML or Markdown.

Decides how a result is shown, never what it is. Knows the consultation and the layers below it; it must not know the
other edges.
"""
