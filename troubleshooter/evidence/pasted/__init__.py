"""What people copy out of a terminal or a browser: the pieces of it, and the request that they tell of.

Must not know knowledge: which symptom a text betrays is decided where the knowledge base is.
"""
