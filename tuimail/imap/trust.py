"""Which certificates are trusted."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuimail.errors import CertificateError, UsageError


@dataclass(frozen=True, slots=True)
class Trust:
    """The system's certificate authorities, unless one of these says otherwise.

    There is no way to accept any certificate.
    """

    ca_file: Path | None = None
    """PEM of the authorities, or of the server's own certificate, to trust instead."""
    fingerprint: str | None = None
    """SHA-256 of the server's certificate (DER) in hex; then that very certificate is trusted,
    whatever its name, issuer and date."""

    def context(self) -> ssl.SSLContext:
        """A client context. Raises UsageError for an unreadable file or fingerprint."""
        if self.fingerprint is not None:
            return _PinnedContext.trusting(_hex_digits(self.fingerprint))
        try:
            return ssl.create_default_context(cafile=self.ca_file)
        except OSError as error:
            reason = "no certificate in it" if isinstance(error, ssl.SSLError) else error.strerror
            raise UsageError(f"cannot read the CA file {self.ca_file}: {reason}") from error


class _PinnedContext(ssl.SSLContext):
    """Checks the fingerprint right after the handshake, before anything is said or heard."""

    pinned = ""

    @classmethod
    def trusting(cls, pinned: str) -> _PinnedContext:
        context = cls(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.pinned = pinned
        return context

    def wrap_socket(self, *arguments: Any, **options: Any) -> ssl.SSLSocket:
        sock = super().wrap_socket(*arguments, **options)
        import hashlib  # few pin a certificate

        found = hashlib.sha256(sock.getpeercert(binary_form=True) or b"").hexdigest()
        if found != self.pinned:
            sock.close()
            raise CertificateError(
                f"the server's certificate is not the pinned one; its fingerprint is {found}"
            )
        return sock


def _hex_digits(fingerprint: str) -> str:
    digits = fingerprint.replace(":", "").replace(" ", "").lower()
    if not re.fullmatch(r"[0-9a-f]{64}", digits):
        raise UsageError("a fingerprint is the 64 hexadecimal digits of a SHA-256")
    return digits
