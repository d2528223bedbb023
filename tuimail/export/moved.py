"""Messages whose folder has another UIDVALIDITY now: the saved ones are found again."""

from __future__ import annotations

from tuimail.export.ledger import Ledger
from tuimail.export.records import Record

# In a table rather than in memory: there may be a million. The zone of a date is the server's
# affair, so moments are compared.
_BEGIN = (
    "DROP TABLE IF EXISTS temp.lost",
    "CREATE TEMP TABLE lost (uid_validity, uid, email_id, message_id, server_size, arrived)",
    "CREATE INDEX temp.lost_email_id ON lost (email_id)",
    "CREATE INDEX temp.lost_message_id ON lost (message_id)",
)
_FILL = """
INSERT INTO temp.lost
SELECT uid_validity, uid, email_id, message_id, server_size, strftime('%s', internal_date)
FROM message WHERE folder = ? AND status = 'saved' AND uid_validity != ?
"""
_BY_EMAIL_ID = "SELECT rowid, uid_validity, uid FROM temp.lost WHERE email_id = :email_id LIMIT 1"
_BY_MESSAGE_ID = """
SELECT rowid, uid_validity, uid FROM temp.lost
WHERE message_id = :message_id AND server_size = :size
AND arrived = strftime('%s', :arrived) AND (email_id IS NULL OR :email_id IS NULL) LIMIT 1
"""


class LostMessages:
    """Saved messages of a folder that have the UIDs of another UIDVALIDITY than it has now.

    One folder at a time. Every method may raise FileError.
    """

    def __init__(self, ledger: Ledger, folder: int, uid_validity: int) -> None:
        self._ledger = ledger
        with ledger.changing() as connection:
            for statement in _BEGIN:
                connection.execute(statement)
            self.count = connection.execute(_FILL, (folder, uid_validity)).rowcount
        self.found = 0

    def find_again(self, record: Record) -> bool:
        """Whether a message of the server is one of them: it takes the new UID then.

        It is the same when its EMAILID is (RFC 8474); where that is not known of both, when
        Message-ID, RFC822.SIZE and the date of arrival are.
        """
        if self.found == self.count:
            return False
        values = {
            "email_id": record.email_id,
            "message_id": record.message_id or None,
            "size": record.server_size,
            "arrived": record.internal_date,
        }
        same = self._ledger.select(_BY_EMAIL_ID, values)
        same = same or self._ledger.select(_BY_MESSAGE_ID, values)
        if not same:
            return False
        ((row, *old),) = same
        new = (record.uid_validity, record.uid)
        with self._ledger.changing() as connection:
            connection.execute("DELETE FROM temp.lost WHERE rowid = ?", (row,))
            if not self._ledger.move(record.folder, (old[0], old[1]), new):
                return False
        self.found += 1
        return True
