"""Aspose.Email at a task: `with_aspose.py msg PORT USER PASSWORD COUNT FOLDER`.

Fetches the first messages and writes each as an Outlook .msg.
"""

from __future__ import annotations

import sys

from aspose.email import SaveOptions
from aspose.email.clients import SecurityOptions
from aspose.email.clients.imap import ImapClient


def main() -> None:
    """Sign in, fetch, convert, write."""
    _task, port, user, password, count, folder = sys.argv[1:7]
    client = ImapClient("127.0.0.1", int(port), user, password, SecurityOptions.NONE)
    client.select_folder("INBOX")
    for number in range(1, int(count) + 1):
        message = client.fetch_message(number)
        message.save(f"{folder}/{number}.msg", SaveOptions.default_msg_unicode)


main()
