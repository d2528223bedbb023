"""The real program in real terminals: what it writes to them, and how it leaves them."""

from __future__ import annotations

import re
import sys
import unicodedata
from base64 import b64decode
from pathlib import Path

import pytest

from tests.servers.archive import PASSWORD, EndlessServer, SilentServer, mailbox_of
from tests.servers.scripted import Answer, ScriptedServer
from tests.servers.terminal import (
    Pty,
    Terminal,
    Tmux,
    environment,
    find_controls,
    remove_controls,
)
from tests.tui.hostile import (
    ALERTS,
    HARMLESS,
    HOSTILE,
    LINK,
    HostileServer,
    Words,
    mailto_link,
)

MEDIUM = (120, 36)
_COPY = "\x1b]52;"
_ON_AT_FIRST = {"7", "25"}
"""Of a terminal's private modes (DECSET): wrapping, cursor."""
# A row of the list: a date, people and words, a size.
_ROW = re.compile(r"│.*?(?:\d\d:\d\d|\d\d? [A-Z][a-z]{2}) \S.*[\d.]+[KM]?$", re.MULTILINE)


def command_for(port: int) -> list[str]:
    return [sys.executable, "-m", "tuimail", f"imap+insecure://demo@127.0.0.1:{port}"]


def modes_left(recording: str) -> set[str]:
    """The terminal's private modes that are not as they were before."""
    modes = dict(re.findall(r"\x1b\[\?(\d+)([hl])", recording))
    assert modes
    return {mode for mode, state in modes.items() if (state == "h") != (mode in _ON_AT_FIRST)}


def check_sanity(terminal: Pty) -> None:
    """The terminal is as the program found it."""
    recording = terminal.recording.decode()
    assert modes_left(recording) == set()
    # the keyboard protocol of kitty is a stack
    assert len(re.findall(r"\x1b\[>\d+u", recording)) == recording.count("\x1b[<u")
    assert terminal.attributes == terminal.attributes_before


def test_the_demo_in_the_smallest_terminal(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tuimail", "demo"]
    with Pty(command, environment(tmp_path)) as terminal:
        terminal.wait(lambda: len(_ROW.findall(terminal.text)) >= 15)
        terminal.wait(lambda: "INBOX" in terminal.text.split("\n")[0])
        terminal.wait(lambda: "1–50 of" in terminal.text.split("\n")[-2])
        terminal.wait(lambda: re.search(r"Enter Read.* \? Help", terminal.text.split("\n")[-1]))
        terminal.press("q")
        assert terminal.wait_for_end() == 0
        check_sanity(terminal)


@pytest.mark.parametrize("at", [b"", b"LOGIN", b"FETCH"])
def test_quitting_waits_for_no_server(at: bytes, tmp_path: Path) -> None:
    with (
        SilentServer(mailbox_of(3), at=at) as server,
        Pty(command_for(server.port), environment(tmp_path, TUIMAIL_PASSWORD=PASSWORD)) as terminal,
    ):
        terminal.wait_for("READ-ONLY")
        if at:
            terminal.wait(lambda: server.count(at))
        terminal.press("q")
        # Every wait for the server would last ten seconds and more.
        assert terminal.wait_for_end(6) == 0
        check_sanity(terminal)


def test_a_terminal_that_goes_away_ends_it(tmp_path: Path) -> None:
    with Pty([sys.executable, "-m", "tuimail", "demo"], environment(tmp_path)) as terminal:
        terminal.wait_for("1–50 of")
        terminal.hang_up()
        assert terminal.process.wait(30) != 0


# A mailbox full of attacks


def go_to_list(terminal: Terminal) -> None:
    """Keys that come before the focus does go to where it was."""
    terminal.press("2")
    terminal.wait_for("━ INBOX")


def read_letters(terminal: Terminal, all_words: tuple[Words, ...]) -> None:
    """From the letter under the cursor down: short headers, text, all headers, attachments."""
    for number in range(len(all_words), 0, -1):
        terminal.wait_for(f"Subject +subject{number}")
        terminal.press("\r")
        terminal.wait_for(f" body{number}")
        terminal.press("h")
        terminal.wait_for(f"X-Words: field{number}")
        terminal.press("h]")
        terminal.wait_for(f" file{number}")
        terminal.press("[")
        go_to_list(terminal)
        terminal.press("j")


def open_folders(terminal: Terminal, all_words: tuple[Words, ...]) -> None:
    """From Bye on, for each of the words: a folder that opens, one that is refused."""
    for number in range(1, len(all_words) + 1):
        terminal.press("J")
        terminal.wait_for(f"no messages in folder{number}")
        if number in ALERTS:
            terminal.wait_for(f"alert{number}")
    for number in range(1, len(all_words) + 1):
        terminal.press("J")
        terminal.wait_for(f"refused{number}")


def lose_connection(terminal: Terminal, server: HostileServer) -> None:
    """From INBOX on to Bye."""
    terminal.press("J")
    terminal.wait_for("bye")
    server.may_greet.set()
    terminal.wait_for("There are no messages in Bye")


def copy(terminal: Terminal, all_words: tuple[Words, ...]) -> None:
    """From the newsletter down to the last letter but one: toasts and the choice of links."""
    terminal.press("u")
    terminal.wait_for("Copied the unsubscribe link")
    terminal.press("U")
    terminal.wait_for("Copy an unsubscribe link")
    for number in range(1, len(all_words) + 1):
        terminal.press("j")
        terminal.wait_for(f"link{number} ")
    terminal.press("\r")
    terminal.wait(lambda: "Copy an unsubscribe link" not in terminal.text)
    terminal.press("\r")
    terminal.wait_for("unread")
    terminal.press("[[")
    go_to_list(terminal)
    for number in range(len(all_words), 0, -1):
        terminal.press("ju")
        terminal.wait_for(f"javascript:script{number}")
        terminal.press("y")
        terminal.wait_for(f"<id{number}")


def use_dialogs(terminal: Terminal, all_words: tuple[Words, ...], folder: Path) -> None:
    terminal.press(":")
    terminal.wait_for("Search for commands")
    terminal.press("folder")
    terminal.wait(lambda: all(f"Open folder{n}" in terminal.text for n in (1, len(all_words))))
    terminal.press("\x1b")
    terminal.wait(lambda: "Open folder" not in terminal.text)
    terminal.press("?")
    terminal.wait_for("Keys: messages")
    terminal.press("\x1b")
    terminal.wait(lambda: "Keys: messages" not in terminal.text)
    terminal.press("e")
    terminal.wait_for("Save 1 message")
    terminal.press(f"{folder}\r")
    terminal.wait_for("Saved 1 message")


def record_walk(all_words: tuple[Words, ...], home: Path) -> str:
    """Everything that a walk through all screens writes to the terminal."""
    with (
        HostileServer(all_words) as server,
        Pty(
            command_for(server.port), environment(home, TUIMAIL_PASSWORD=PASSWORD), MEDIUM
        ) as terminal,
    ):
        terminal.wait_for("newsletter")
        terminal.wait_for("Refused")
        use_dialogs(terminal, all_words, home / "saved")
        copy(terminal, all_words)
        terminal.press("gj")
        read_letters(terminal, all_words)
        lose_connection(terminal, server)
        open_folders(terminal, all_words)
        terminal.press("q")
        assert terminal.wait_for_end() == 0
        check_sanity(terminal)
        return terminal.recording.decode()


def copies(recording: str) -> list[str]:
    """What a terminal was told to put on the clipboard."""
    copied = [c for c in find_controls(recording) if c.startswith(_COPY)]
    return [b64decode(c[len(_COPY) :].strip("c;\x07")).decode() for c in copied]


def test_nothing_of_a_stranger_is_more_than_text_in_the_terminal(tmp_path: Path) -> None:
    hostile = record_walk(HOSTILE, tmp_path)
    harmless = record_walk(HARMLESS, tmp_path)

    found = {c for c in find_controls(hostile) if not c.startswith(_COPY)}
    assert found == {c for c in find_controls(harmless) if not c.startswith(_COPY)}
    shown = remove_controls(hostile)
    strange = {c for c in shown if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}}
    assert strange <= {"\r", "\n"}
    # It did stand there, everywhere.
    for number, words in enumerate(HOSTILE, 1):
        for place in (
            "subject{} {}",
            "sender{} {} <sender@evil.test>",
            "receiver{} {} <receiver@evil.test>",
            "<id{}{}@evil.test>",
            "field{} {}",
            "<javascript:script{}{}>",
            "link{} {}",
            "body{} {}",
            "file{} {}",
            "Open folder{} {}",
            "There are no messages in folder{} {}",
            "The server refused EXAMINE: refused{} {}",
        ):
            assert place.format(number, words.shown) in shown
    for number in ALERTS:
        assert f"alert{number} {HOSTILE[number - 1].shown}" in shown
    assert f"The server closed the connection: bye {HOSTILE[0].shown}" in shown
    assert f"The server refused UID FETCH: unread {HOSTILE[0].shown}" in shown

    ids = [f"<id{n}{words.shown}@evil.test>" for n, words in enumerate(HOSTILE, 1)]
    assert copies(hostile) == [LINK, mailto_link(len(HOSTILE), HOSTILE[-1]), *reversed(ids)]


def test_nothing_of_a_stranger_is_more_than_text_in_tmux(tmp_path: Path, tmux: type[Tmux]) -> None:
    with (
        HostileServer(HOSTILE) as server,
        tmux(
            command_for(server.port), environment(tmp_path, TUIMAIL_PASSWORD=PASSWORD)
        ) as terminal,
    ):
        title = terminal.title
        terminal.wait_for("newsletter")
        terminal.wait_for("Refused")
        terminal.press("j")
        read_letters(terminal, HOSTILE)
        lose_connection(terminal, server)
        open_folders(terminal, HOSTILE)
        assert terminal.clipboard is None
        terminal.press("K" * (2 * len(HOSTILE) + 1))
        terminal.wait_for("newsletter")
        terminal.press("u")
        terminal.wait(lambda: terminal.clipboard)
        assert terminal.clipboard == LINK
        assert terminal.title == title
        flags = ("alternate_on", "mouse_any_flag")
        assert [terminal.tell(flag) for flag in flags] == ["1", "1"]
        terminal.press("q")
        terminal.wait(lambda: terminal.has_ended)
        assert [terminal.tell(flag) for flag in flags] == ["0", "0"]


def test_tmux_does_obey(tmp_path: Path, tmux: type[Tmux]) -> None:
    """What the test above would see, had a stranger's words come through."""
    command = ["printf", "%s", HOSTILE[0].written + HOSTILE[2].written]
    with tmux(command, environment(tmp_path)) as terminal:
        # Not for the end of the program: tmux may still be reading what it wrote.
        terminal.wait(lambda: (terminal.clipboard, terminal.title) == ("owned", "owned"))


# Faults

_GARBAGE = b"\xff\x9b((\x1b]0;owned\x07\r\n"


@pytest.mark.parametrize(
    ("name", "answer", "sentence"),
    [
        (
            "LOGIN",
            lambda tag, _: tag + b" NO \x1b]0;owned\x07\r\n",
            "refused to sign in demo: �]0;owned�",
        ),
        ("CAPABILITY", lambda *_: _GARBAGE, "no IMAP server we can use"),
        ("LIST", lambda *_: _GARBAGE, "INBOX 1–3 of 3"),
        ("FETCH", lambda *_: _GARBAGE, "a line that answers no command"),
    ],
)
def test_garbage_is_a_sentence(name: str, answer: Answer, sentence: str, tmp_path: Path) -> None:
    script = ScriptedServer({name: answer}, greeting=b"* OK hello\r\n")
    with (
        script.running() as server,
        Pty(command_for(server.port), environment(tmp_path, TUIMAIL_PASSWORD=PASSWORD)) as terminal,
    ):
        terminal.wait(lambda: sentence in " ".join(terminal.text.split()))
        terminal.press("q")
        assert terminal.wait_for_end() == 0
        check_sanity(terminal)
        assert PASSWORD.encode() not in terminal.recording
        assert "owned" not in "".join(find_controls(terminal.recording.decode()))


_FAULTY = """
from tuimail.cli.browse import show_screen
from tuimail.imap.store import MailStore

def connect(folder):
    password = "open-sesame"
    raise ZeroDivisionError("\\x1b]0;owned\\x07")

raise SystemExit(show_screen(MailStore(connect), "demo"))
"""


def test_a_fault_of_ours_tells_no_secret_and_leaves_the_terminal_sane(tmp_path: Path) -> None:
    with Pty([sys.executable, "-c", _FAULTY], environment(tmp_path)) as terminal:
        assert terminal.wait_for_end() == 1
        check_sanity(terminal)
        recording = terminal.recording.decode()
        assert "ZeroDivisionError: �]0;owned�" in recording
        assert PASSWORD not in recording
        assert "owned" not in "".join(find_controls(recording))


def test_a_flood_of_alerts_leaves_the_keys_alone(tmp_path: Path) -> None:
    flood = b"".join(b"* OK [ALERT] flood %d\r\n" % number for number in range(300))
    with (
        EndlessServer(mailbox_of(3), (b"", flood)) as server,
        Pty(command_for(server.port), environment(tmp_path, TUIMAIL_PASSWORD=PASSWORD)) as terminal,
    ):
        terminal.wait_for("flood")
        terminal.press("?")
        terminal.wait_for("Keys: messages")
        terminal.press("\x1b")
        terminal.wait(lambda: "Keys: messages" not in terminal.text)
        terminal.press("q")
        assert terminal.wait_for_end(10) == 0


def test_enter_twice_in_a_dialog_answers_once(tmp_path: Path) -> None:
    with (
        HostileServer(HARMLESS) as server,
        Pty(command_for(server.port), environment(tmp_path, TUIMAIL_PASSWORD=PASSWORD)) as terminal,
    ):
        terminal.wait_for("newsletter")
        terminal.press("U")
        terminal.wait_for("Copy an unsubscribe link")
        terminal.press("\r\r")
        terminal.wait_for("Copied the unsubscribe link")
        terminal.press("q")
        assert terminal.wait_for_end() == 0
        assert copies(terminal.recording.decode()) == [LINK]
