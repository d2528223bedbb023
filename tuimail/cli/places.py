"""Where tuimail keeps its own files. Mail and secrets are in none of them."""

from __future__ import annotations

from pathlib import Path

import platformdirs


def state_file() -> Path:
    """What the screen remembers from one run to the next."""
    return Path(platformdirs.user_state_dir("tuimail")) / "state.json"
