"""Edge: the wizard that people talk to. The one place that imports `prompt_toolkit`.

Decides how a question is put and an answer read. Knows the consultation and the layers below it; it must not know the
other edges, and concludes nothing by itself.
"""
