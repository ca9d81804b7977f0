"""Edge: what the cluster, files, archives and bundles hold, as an inventory, with secrets taken out on the way in.

Decides what was seen and what was not, and why. Knows `model` only; it must not know what the objects mean. The one
place that imports `kubernetes`.
"""
