"""Edge: lessons. A learner is told a symptom, looks where they want, and names what is wrong.

Decides how a lesson goes. Everything that is right or wrong in it is decided by the same walk, rules and remedies that
diagnose a real mesh; nothing is kept by hand but the story.
"""
