"""How far a request reaches into a mesh. Must not know how a mesh is read."""
