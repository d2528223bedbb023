"""Fixtures for the screen."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.servers.archive import RecordingServer
from tests.tui.mailboxes import harbour


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Dates are shown in local time, so here is local time."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def harbour_server() -> Iterator[RecordingServer]:
    """The mailbox of `mailboxes.harbour`, served."""
    with RecordingServer(harbour()) as server:
        yield server
