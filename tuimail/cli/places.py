"""Where tuimail keeps its own files. No secret and no message's body is in any of them."""

from __future__ import annotations

from pathlib import Path

import platformdirs


def state_file() -> Path:
    """What the screen remembers from one run to the next."""
    return Path(platformdirs.user_state_dir("tuimail")) / "state.json"


def cache_file() -> Path:
    """The inbox as it was shown last, for the time until the server has answered."""
    return Path(platformdirs.user_cache_dir("tuimail")) / "pages.sqlite3"
