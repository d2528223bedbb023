"""The address of a mailbox: `imaps://user@host[:port][/FOLDER]` (RFC 5092)."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import unquote

from tuimail.errors import UsageError
from tuimail.imap.endpoint import Endpoint, Security
from tuimail.text import safe_line

EXAMPLE = "imaps://ada@imap.example.org"

# `imap+insecure` is our own word: RFC 5092 knows `imap` only, RFC 8314 gives `imaps` its port.
_SCHEMES = {
    "imaps": (Security.TLS, 993),
    "imap": (Security.STARTTLS, 143),
    "imap+insecure": (Security.PLAIN, 143),
}
_URL = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<authority>[^/]*)(?P<path>/.*)?", re.I)
_PORT = re.compile(r"(?P<host>.*?)(?::(?P<port>[^:\]]*))?")
_HOST_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?")
_SIGN_IN = re.compile(r";AUTH=(\*|PLAIN|LOGIN)", re.I)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class Account:
    """What an account's URL says."""

    endpoint: Endpoint
    start_folder: str | None
    """The folder's full name, decoded; None for INBOX."""


def parse_account_url(text: str, *, allow_plaintext: bool = False) -> Account:
    """Read an ACCOUNT; raises UsageError, one sentence that never repeats a password.

    `%40` stands for an `@` in the user, and a plain one is understood: the last `@` divides.
    `allow_plaintext` lets `imap+insecure` leave this machine.
    """
    found = _URL.fullmatch(text)
    if found is None:
        raise UsageError(f"an account is a URL such as {EXAMPLE}")
    scheme = found["scheme"].lower()
    if scheme not in _SCHEMES:
        known = "imaps:// (TLS), imap:// (STARTTLS) or imap+insecure:// (no protection)"
        raise UsageError(f"an account begins with {known}")
    security, default_port = _SCHEMES[scheme]
    user_part, _, host_part = found["authority"].rpartition("@")
    user = _read_user(user_part)
    host, port = _read_host(host_part, default_port)
    if security is Security.PLAIN and not (allow_plaintext or _is_loopback(host)):
        raise UsageError(
            f"imap+insecure:// would send the password to {host} for everybody to read; "
            "use imaps://, or add --allow-plaintext if that network is yours"
        )
    return Account(Endpoint(host, port, security, user), _read_folder(found["path"] or ""))


def _read_user(text: str) -> str:
    if ":" in text:
        raise UsageError(
            "a password does not belong in the address, where others can see it; set "
            "TUIMAIL_PASSWORD, use --password-command, or wait to be asked"
        )
    name, semicolon, mechanism = text.partition(";")
    if semicolon and not _SIGN_IN.fullmatch(semicolon + mechanism):
        raise UsageError("of the ways to sign in, an account's address may name ;AUTH=PLAIN only")
    user = _require_visible(_decode(name, "user"), "user")
    if not user:
        raise UsageError(f"the account's address names no user; write it like {EXAMPLE}")
    return user


def _read_host(text: str, default_port: int) -> tuple[str, int]:
    found = _PORT.fullmatch(text)
    port_text = found["port"] if found else None
    host = _read_host_name(found["host"] if found else text)
    if not port_text:
        return host, default_port
    if not (port_text.isascii() and port_text.isdecimal() and 1 <= int(port_text[:6]) <= 65535):
        raise UsageError("a port is a number from 1 to 65535")
    return host, int(port_text)


def _read_host_name(text: str) -> str:
    """A host name in lower case, in the user's own letters, or an IP address without brackets."""
    host = _require_visible(_decode(text, "host"), "host").lower()
    if not host:
        raise UsageError(f"the account's address names no server; write it like {EXAMPLE}")
    try:
        if host.startswith("[") and host.endswith("]"):
            return str(ipaddress.IPv6Address(host[1:-1]))
        in_ascii = host.encode("idna").decode("ascii")
    except ValueError:
        in_ascii = ""
    if not _HOST_NAME.fullmatch(in_ascii):
        raise UsageError(f"{safe_line(host, 80)} is not the name of a server")
    return host


def _read_folder(path: str) -> str | None:
    folder = _decode(path, "folder").strip("/")
    if re.search("[;?#]", path) or _CONTROL.search(folder):
        raise UsageError("an account's address may end with a folder, and nothing after it")
    return folder or None


def _decode(text: str, what: str) -> str:
    try:
        if _STRAY_PERCENT.search(text):
            raise ValueError("% without two hexadecimal digits")
        decoded = unquote(text, errors="strict")
        decoded.encode("utf-8")
    except ValueError:
        raise UsageError(
            f"the {what} in the account's address cannot be read; write % as %25"
        ) from None
    return decoded


def _require_visible(text: str, what: str) -> str:
    if not text.isprintable():
        raise UsageError(f"the {what} in the account's address has characters that nobody can see")
    return text


def _is_loopback(host: str) -> bool:
    name = host.rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):  # RFC 6761, 6.3
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
