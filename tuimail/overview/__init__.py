"""Looking at whole folders at once."""
