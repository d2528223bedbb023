"""Talking to an IMAP server, read-only."""
