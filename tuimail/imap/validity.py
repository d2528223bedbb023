"""Opening the folder of messages whose UIDs are known from before."""

from __future__ import annotations

from tuimail.errors import FolderChanged, MessageUnreadable
from tuimail.imap.identity import Identity
from tuimail.imap.session import Selected, Session

GONE = "the message is no longer there"
WITHOUT_UID = "the server gave no UID for this message, so it cannot be fetched"


def check_validity(session: Session, identity: Identity, *, look: bool = False) -> Selected:
    """Open the identity's folder; raises FolderChanged when its UIDs are void,
    MessageUnreadable when it has no UID. For `look` see Session.examine.
    """
    if not identity.uid:
        raise MessageUnreadable(WITHOUT_UID)
    return open_folder(session, identity.folder, identity.uid_validity, look=look)


def open_folder(
    session: Session, folder: bytes, uid_validity: int, *, look: bool = False
) -> Selected:
    """Open a folder whose UIDs are known; raises FolderChanged when they are void."""
    selected = session.examine(folder, look=look)
    if selected.uid_validity != uid_validity:
        raise FolderChanged("the folder was made anew on the server meanwhile")
    return selected
