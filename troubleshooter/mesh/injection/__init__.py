"""Whether a pod gets a proxy when it is made: labels, webhooks, revisions, and the injector's own settings.

Must not know which pods there are.
"""
