"""The catalogue of facts, and the derivers that read them off a mesh, a walk and evidence, case by case.

Decides which word each attribute of a case has, with its sources. Knows `walk`, `evidence`, `mesh` and `model`; it must
not know the knowledge base or how anything is inferred from a fact.
"""
