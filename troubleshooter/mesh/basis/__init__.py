"""What every other part of the mesh stands on: objects by kind and name, names of hosts, exportTo, texts and numbers.

Must not know what any object of Istio means.
"""
