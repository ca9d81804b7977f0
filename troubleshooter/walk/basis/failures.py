"""What Envoy logs as details of a request whose connection to the far end failed, as seen on a real one.

Must not know why it failed.
"""

from __future__ import annotations

RESET = "upstream_reset_before_response_started"
TERMINATION = f"{RESET}{{connection_termination}}"
TIMEOUT = f"{RESET}{{connection_timeout}}"
PROTOCOL_ERROR = f"{RESET}{{protocol_error}}"
REFUSED = f"{RESET}{{remote_connection_failure|delayed_connect_error:_Connection_refused}}"
HANDSHAKE = f"{RESET}{{{{remote_connection_failure|TLS_error:|{{}}:TLS_error_end}}}}"
WRONG_VERSION = HANDSHAKE.format("268435703:SSL_routines:OPENSSL_internal:WRONG_VERSION_NUMBER")
CUT_OFF = HANDSHAKE.format("33554536:system_library:OPENSSL_internal:Connection_reset_by_peer")
UNTRUSTED = HANDSHAKE.format("268435581:SSL_routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED")
