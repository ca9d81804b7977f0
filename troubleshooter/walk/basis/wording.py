"""What is sent over a connection, in words.

Decides nothing.
"""

from __future__ import annotations

from troubleshooter.mesh.policy.mtls import Accepts, Offer, Reason, Sends


def mode_text(sent: Offer) -> str:
    """What is sent: plaintext, or which TLS."""
    return {Sends.MTLS: "mutual TLS", Sends.TLS: "TLS", Sends.CUSTOM_MTLS: "mutual TLS with own certificates"}.get(
        sent.sends, "plaintext"
    )


def agreement(sent: Offer, accepts: Accepts | None) -> str:
    """What is sent, why, and what the far end's policies say to it."""
    why = {
        Reason.RULE: "as the DestinationRule says",
        Reason.AUTO: "by auto mTLS",
        Reason.AUTO_NO_PROXY: "by auto mTLS, since the endpoint has no proxy",
        Reason.NO_AUTO: "since auto mTLS is off and no DestinationRule sets TLS",
        Reason.NO_PROXY: "since no proxy sends it",
        Reason.EXCLUDED_PORT: "since an annotation leaves the port out",
        Reason.EXCLUDED_RANGE: "since an annotation leaves the address out",
        Reason.NOT_TAKEN: "since nothing is taken to the proxy",
        Reason.RUN_AS_PROXY: "since the application runs as the proxy's user or group",
        Reason.TOLD: "as the request says",
        Reason.EXTERNAL: "as the client makes it",
    }[sent.reason]
    taken = f"; {accepts.mode.value} accepts it" if accepts else ""
    return f"{mode_text(sent)} {why}{taken}"
