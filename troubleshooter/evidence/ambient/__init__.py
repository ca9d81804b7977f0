"""What ambient mode's own proxies say: the log of ztunnel.

Must not know what a failure means, or which cause it has.
"""
