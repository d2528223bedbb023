"""Taking messages out of a mailbox."""
