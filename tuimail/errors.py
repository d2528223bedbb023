"""Every error that tuimail raises on purpose.

    TuimailError
    ├── UsageError              a wrong argument, address, set or setting
    ├── ConnectError            could not connect or sign in
    │   ├── CertificateError    the server's certificate is not to be trusted
    │   ├── SignInError         the server refused the user name or the password
    │   └── ServerBusy          the server lets nobody else in just now
    ├── ConnectionLost          the connection ended, or was given up, while in use
    │   ├── DeadlineExceeded    no whole answer in time
    │   └── ProtocolError       the server broke the protocol; nothing after it can be trusted
    ├── CommandRefused          the server answered NO or BAD
    ├── CommandForbidden        not on the read-only list, or an argument with CR, LF or NUL
    ├── FolderChanged           UIDVALIDITY is another one than before: every UID is void
    ├── MessageGone             the message was expunged meanwhile
    ├── MessageUnreadable       this one message's data cannot be read; its neighbours can
    │   ├── MessageTooComplex   reading it would cost more than any honest message does
    │   └── MessageTooLarge     it takes more than the file format holds
    └── FileError               the disk said no

`str(error)` is one sentence for a person. Words of a server or of a message in it have been
through `tuimail.text` where the error is raised.
"""

from __future__ import annotations


class TuimailError(Exception):
    """The base of the tree; what the edges (screen and commands) catch."""


class UsageError(TuimailError):
    """A wrong argument, address, set or setting."""


class ConnectError(TuimailError):
    """Could not connect or sign in."""


class CertificateError(ConnectError):
    """The server's certificate is not to be trusted."""


class SignInError(ConnectError):
    """The server refused the user name or the password."""


class ServerBusy(ConnectError):
    """The server lets nobody else in just now: too many connections, or it is going down."""


class ConnectionLost(TuimailError):
    """The connection ended, or was given up, while in use."""


class DeadlineExceeded(ConnectionLost):
    """No whole answer came in time; the connection is given up."""


class ProtocolError(ConnectionLost):
    """The server broke the protocol; nothing after it can be trusted."""


class CommandRefused(TuimailError):
    """The server answered NO or BAD.

    `status` is "NO" or "BAD"; `code` the response code in upper case ("UNAVAILABLE"), or "".
    """

    def __init__(self, sentence: str, *, status: str, code: str = "") -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code


class CommandForbidden(TuimailError):
    """A command that is not on the read-only list, or an argument with CR, LF or NUL."""


class FolderChanged(TuimailError):
    """UIDVALIDITY is another one than before: every UID of the folder is void."""


class MessageGone(TuimailError):
    """The message was expunged meanwhile."""


class MessageUnreadable(TuimailError):
    """This one message's data cannot be read; its neighbours can."""


class MessageTooComplex(MessageUnreadable):
    """Reading it would cost more than any honest message does."""


class MessageTooLarge(MessageUnreadable):
    """It takes more than the file format holds."""


class FileError(TuimailError):
    """The disk said no."""
