"""What text from a running mesh says, as values: access logs, Envoy dumps, counters, certificates, command output.

Decides what was written, not what it means. Knows `mesh` and `model`; it must not know the walk, facts, rules or
causes, and opens no file: the text comes in.
"""
