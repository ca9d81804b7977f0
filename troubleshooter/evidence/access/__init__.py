"""Access logs of proxies: what each line says, which lines are the same failure, and where a line says that it died.

Must not know what a failure means, or which cause it has.
"""
