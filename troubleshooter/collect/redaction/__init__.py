"""What must not leave: secrets never, and names where somebody asks for that. Pure functions over objects and texts.

Must not know files, nor what becomes of a redacted object.
"""
