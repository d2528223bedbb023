"""Exit statuses."""

from __future__ import annotations

DONE = 0
INCOMPLETE = 1
"""Done, but some folder or message failed."""
WRONG_USAGE = 2
NO_CONNECTION = 3
"""Could not connect or sign in, or the connection was lost for good."""
INTERRUPTED = 130
