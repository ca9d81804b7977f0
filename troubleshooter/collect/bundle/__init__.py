"""The program's own bundle: everything that a diagnosis was made of, in one archive that gives the same diagnosis later
and elsewhere.

Must not know what any object or text means.
"""
