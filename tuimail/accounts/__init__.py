"""Who to connect as."""
