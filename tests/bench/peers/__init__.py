"""Other people's programs and libraries at the same work."""
