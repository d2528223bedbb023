"""What a command must not load: each of these costs a tenth of a second or more."""

from __future__ import annotations

import subprocess
import sys

import pytest

_PROGRAM = """
import sys
{code}
libraries = ("textual", "rich", "imapclient", "mailparser", "olefile")
print(*(name for name in libraries if name in sys.modules))
"""


def loaded_by(code: str) -> set[str]:
    """Which of the large libraries a fresh interpreter has loaded after `code`."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(code=code)],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("code", "libraries"),
    [
        ("import tuimail", set()),
        ("import tuimail.cli.main", set()),
        ("from tuimail.cli.parser import build_parser; build_parser()", set()),
        ("import tuimail.mail.opened", set()),
        ("import tuimail.msg.writer", set()),
        ("import tuimail.archive.server", set()),
        ("import tuimail.cli.browse", {"imapclient"}),
        ("import tuimail.cli.listing, tuimail.cli.folders", {"imapclient"}),
        ("import tuimail.cli.attachments, tuimail.cli.unsubscribe", {"imapclient"}),
        ("import tuimail.cli.show, tuimail.cli.doctor", {"imapclient"}),
        ("import tuimail.cli.manual", set()),
    ],
)
def test_loaded(code: str, libraries: set[str]) -> None:
    assert loaded_by(code) == libraries


def test_the_screen_starts_without_what_its_first_page_does_not_need() -> None:
    """A start is mostly imports: dialogs, exports, searches and messages' texts come later."""
    code = """
import sys
import tuimail.cli.browse, tuimail.tui.app
late = ("tuimail.mail.opened", "tuimail.imap.query", "tuimail.imap.selection", "sqlite3",
        "tuimail.export.save", "tuimail.export.plan", "tuimail.tui.screens.dialog")
print(*(name for name in late if name in sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
