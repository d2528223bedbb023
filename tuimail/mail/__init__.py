"""What a message is, without any network."""
