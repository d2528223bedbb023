"""What strangers and servers wrote, in every place that shows it: harmless text, never obeyed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.color import Color
from textual.filter import LineFilter
from textual.widgets import DataTable, Input, Static, TextArea

from tests.servers.archive import RecordingServer
from tests.tui.driving import ACCOUNT, MEDIUM, WIDE, Driver, driven
from tests.tui.mailboxes import letter, stored
from tuimail.archive.mailbox import Mailbox, StoredFolder
from tuimail.export.names import SaveFormat
from tuimail.imap.events import Alert, Lost, Throttled
from tuimail.text import MailText
from tuimail.tui.line_filter import ControlCharacters
from tuimail.tui.messages import StoreReported
from tuimail.tui.state import State
from tuimail.tui.widgets.details import Tab

PAYLOADS = (
    "[/]",
    "[PATCH] x",
    "[@click=app.quit]press[/]",
    "[link=https://evil.example]here[/link]",
    "a\x1b]52;c;Y3VybCBldmlsLnRlc3R8c2g=\x07b",
    "a\x1b]0;owned\x07b",
    "a\x1b[2Jb",
    "a\x9b2Jb\x9d0;owned\x9cb",
    "a\u202egnp.exe",
    "a\u2066b\u2069c\u200fd\ufeffe",
    "a\u2028b\u2029c\x00d\x08e\x7ff",
    "zalgo" + "\u0300\u0301\u0302" * 40,
    "\ud800lone",
)
OURS = "─━│▌▏▸▾●✓⚑↩✎✗○◌·…—–"
UNSAFE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2028\u2029"
    "\u2060-\u206f\ufeff\ud800-\udfff]"
)


def hostile_mailbox() -> Mailbox:
    """Each payload as a subject, a sender, a header value, an attachment's name, a body."""
    letters = []
    for number, payload in enumerate(PAYLOADS, 1):
        word = payload.replace("\n", " ").replace("\x00", "")
        name = word.encode("utf-8", "replace").hex()
        quoted = "".join(f"%{name[i : i + 2]}" for i in range(0, len(name), 2))
        body = (
            f"--cut\nContent-Type: text/plain; charset=utf-8\n\n{word}\n"
            f"--cut\nContent-Type: application/x-{number}\n"
            f"Content-Disposition: attachment; filename*=utf-8''{quoted}\n\nx\n--cut--"
        )
        letters.append(
            letter(
                number,
                subject=word,
                sender=f'"{word}" <w{number}@example.org>',
                fields=f"X-Payload: {word}\nList-Unsubscribe: <{word}>, <https://x.example/{word}>\n",
                content_type='multipart/mixed; boundary="cut"',
                body=body,
            )
        )
    inbox = StoredFolder("INBOX", tuple(stored(n, raw) for n, raw in enumerate(letters, 1)))
    names = [f"{n} {p}".replace("/", "|").replace("\x00", "") for n, p in enumerate(PAYLOADS)]
    return Mailbox((inbox, *(StoredFolder(name.replace("\ud800", "")) for name in names)))


def assert_harmless(drive: Driver) -> None:
    assert not UNSAFE.search(drive.text.replace("\n", "")), repr(drive.text)
    assert drive.app.is_running


async def test_a_walk_over_a_hostile_mailbox() -> None:
    with RecordingServer(hostile_mailbox()) as server:
        async with driven(server, screen=MEDIUM) as drive:
            assert_harmless(drive)
            for literal in ("[/]", "[PATCH] x", "[@click=app.quit]press[/]"):
                assert drive.text.count(literal) >= 2, literal
            drive.main.details.all_headers = True
            for _ in PAYLOADS:
                await drive.press("enter")
                await drive.settle()
                assert_harmless(drive)
                for tab in (Tab.HEADERS, Tab.ATTACHMENTS):
                    drive.main.details.tab = tab
                    await drive.pilot.pause(0)
                    assert_harmless(drive)
                await drive.press("U")
                assert_harmless(drive)
                assert not UNSAFE.search(drive.app.clipboard)
                await drive.press("escape", "escape", "j")


async def test_hostile_folder_names_are_opened_and_found() -> None:
    with RecordingServer(hostile_mailbox()) as server:
        async with driven(server, screen=MEDIUM) as drive:
            for _ in PAYLOADS:
                await drive.press("J")
                assert_harmless(drive)
            await drive.settle()
            for query, found in (
                ("0 [", "Open 0 [|]"),
                ("2 [@", "Open 2 [@click"),
                ("owned", "Open 5"),
            ):
                await drive.press(":", *query)
                await drive.wait_for(found)
                assert_harmless(drive)
                await drive.press("escape")


async def test_an_export_of_hostile_folders(tmp_path: Path) -> None:
    """Asked for, planned, run: every name is harmless on the screen and on the disk."""
    out = tmp_path / "[link] out \u202e"
    state = State()
    state.note_export(ACCOUNT, out, SaveFormat.EML)
    with RecordingServer(hostile_mailbox()) as server:
        async with driven(server, screen=WIDE, state=state) as drive:
            for _ in PAYLOADS:
                await drive.press("J", "E")
                await drive.wait_for("with the folders below it")
                assert_harmless(drive)
                await drive.press("escape")
            await drive.press("E", "j", "j", "enter")
            await drive.wait_for(f"{len(PAYLOADS)} messages to fetch")
            await drive.wait_for("folders have other names on the disk.")
            assert_harmless(drive)
            await drive.press("enter")
            await drive.wait_for(f"Exported {len(PAYLOADS)} messages in")
            assert_harmless(drive)
    assert len(list(out.rglob("*.eml"))) == len(PAYLOADS)
    assert list(tmp_path.iterdir()) == [out]


async def test_what_a_server_says(harbour_server: RecordingServer) -> None:
    async with driven(harbour_server, screen=MEDIUM) as drive:
        for payload in PAYLOADS:
            said = MailText(payload)
            for event in (Alert(said), Throttled(1, str(said)), Lost(str(said))):
                drive.main.post_message(StoreReported(event))
                await drive.pilot.pause(0)
                assert_harmless(drive)
        assert "The server says" in drive.text


class _Unguarded(App[None]):
    """Widgets that somebody forgot to give safe text."""

    def get_line_filters(self) -> Sequence[LineFilter]:
        return (*super().get_line_filters(), ControlCharacters())

    def compose(self) -> ComposeResult:
        raw = " ".join(PAYLOADS[4:])
        yield Static(raw, markup=False)
        yield Input(raw)
        yield TextArea(raw)
        table: DataTable[str] = DataTable()
        table.add_column("x")
        for payload in PAYLOADS[4:]:
            table.add_row(payload)
        yield table

    def on_mount(self) -> None:
        self.notify(" ".join(PAYLOADS[4:]), markup=False)


async def test_the_line_filter_cleans_every_widget() -> None:
    app = _Unguarded()
    async with app.run_test(size=(100, 40), notifications=True) as pilot:
        await pilot.pause()
        strips = app.screen._compositor.render_strips(app.size)
        text = "".join(strip.text for strip in strips)
    assert "owned" in text
    assert not UNSAFE.search(text)


def test_the_line_filter_keeps_the_width_and_what_is_ours() -> None:
    line = [Segment("a\x1bb"), Segment(OURS), Segment("x\x9b日本\u202e")]
    cleaned = ControlCharacters().apply(line, Color(0, 0, 0))
    assert [one.cell_length for one in cleaned] == [one.cell_length for one in line]
    assert cleaned[1].text == OURS
    assert not UNSAFE.search("".join(one.text for one in cleaned))
