"""Support archives and other bundles of files: what is in them, without unpacking anything to disk.

`containers` gives the members of a tar or zip, whatever hostile hands made of it; `layouts` knows where support tools
put what; `sorting` makes objects and exhibits of members.
"""
