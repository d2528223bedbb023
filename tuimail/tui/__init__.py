"""The screen: a Textual app."""
