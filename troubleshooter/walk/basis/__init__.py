"""What is decided at a hop, as values, and the words for it.

Must not know a stage.
"""
