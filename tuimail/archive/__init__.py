"""Messages on this machine, served read-only over loopback IMAP."""
