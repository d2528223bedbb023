"""tuimail: look through an IMAP mailbox from the terminal without changing a byte of it."""

__version__ = "0.1.0"
