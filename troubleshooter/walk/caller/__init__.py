"""The caller's hop up to its listener: does the name resolve, does a proxy take the connection, and which listener?

Must not know routes.
"""
