"""Edge: lessons for people who train, made from the same causes, walks and consultations as a diagnosis.

Decides the order of scenarios and what a learner is told. Knows the consultation and the layers below it; it must not
know the other edges.
"""
