"""Sections of one message: its header, one part with its MIME header."""

from __future__ import annotations

from tuimail.errors import MessageGone, MessageUnreadable
from tuimail.imap.command import sequence_set
from tuimail.imap.fetch import Row
from tuimail.imap.identity import Identity
from tuimail.imap.page import FetchedPart
from tuimail.imap.session import Session
from tuimail.imap.structure import Part
from tuimail.imap.validity import GONE, check_validity
from tuimail.imap.wire import Response

TEXT_LIMIT = (1 << 20) + 1
"""Octets of a part that is read on the screen; one more than is shown, so that a cut is seen."""


def fetch_header(session: Session, identity: Identity) -> bytes:
    """A message's raw header block. Raises MessageGone, FolderChanged, MessageUnreadable."""
    return _fetch(session, identity, {b"HEADER": None})[b"HEADER"]


def fetch_part(session: Session, identity: Identity, part: Part) -> FetchedPart:
    """A part, still encoded, and its MIME header. Raises as `fetch_header`.

    At most `TEXT_LIMIT` octets of it: a text of a gigabyte is no reason to hold it in memory.
    """
    section = part.section.encode("ascii")
    mime = section + b".MIME"
    found = _fetch(session, identity, {mime: None, section: TEXT_LIMIT})
    return FetchedPart(found[mime], found[section])


def _fetch(
    session: Session, identity: Identity, limits: dict[bytes, int | None]
) -> dict[bytes, bytes]:
    """Sections by name, each with how many of its octets are wanted."""
    # Without the look Dovecot still gives a message that is gone for everybody else.
    selected = check_validity(session, identity, look=True)
    changes = selected.changes
    found: dict[bytes, bytes] = {}

    def receive(parts: Response) -> bool:
        row = Row.of(parts)
        if row is None or row.uid != identity.uid:
            return False
        before = len(found)
        for name, limit in limits.items():
            origin = None if limit is None else 0
            label = b"BODY[%b]" % name if origin is None else b"BODY[%b]<%d>" % (name, origin)
            if row.has_item(label):
                # NIL is how a server says that a section is empty, or that there is none.
                found[name] = row.section(name, origin) or b""
        return len(found) > before

    items = b" ".join(
        b"BODY.PEEK[%b]" % name if limit is None else b"BODY.PEEK[%b]<0.%d>" % (name, limit)
        for name, limit in limits.items()
    )
    for _ in range(2):
        session.uid_fetch(sequence_set([identity.uid]), b"(UID " + items + b")", receive)
        if selected.changes == changes or not found:
            break
        # Something went meanwhile: was it this one?
        changes = selected.changes
        found.clear()
    if not found:
        raise MessageGone(GONE)
    if len(found) < len(limits):
        raise MessageUnreadable("the server does not send all of this message")
    return found
