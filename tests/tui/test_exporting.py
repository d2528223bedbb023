"""Exporting with `E`, from the plan to the sentence at the end."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.archive import (
    GarbageServer,
    RecordingConnection,
    RecordingServer,
    StallingServer,
    mailbox_of,
    plain_message,
)
from tests.tui.driving import ACCOUNT, SMALL, Driver, driven
from tests.tui.mailboxes import harbour
from tuimail.archive.fetch import Item
from tuimail.archive.folder_view import FolderView
from tuimail.export.ledger import Ledger
from tuimail.export.names import SaveFormat
from tuimail.export.records import Status
from tuimail.files import Directory
from tuimail.imap.endpoint import Endpoint, Security
from tuimail.tui.screens.export import ExportScreen, ScopeList
from tuimail.tui.screens.export_run import ExportRunScreen
from tuimail.tui.screens.quit import QuitScreen
from tuimail.tui.state import State


def remembering(folder: Path, save_format: SaveFormat = SaveFormat.EML) -> State:
    """Where the export went the last time."""
    state = State()
    state.note_export(ACCOUNT, folder, save_format)
    return state


async def open_export_dialog(drive: Driver) -> None:
    await drive.press("E")
    await drive.wait(lambda: isinstance(drive.app.screen, ExportScreen))
    await drive.pilot.pause(0)


async def plan(drive: Driver, *keys: str) -> None:
    """Open the dialog, press keys in it, and let it plan."""
    await open_export_dialog(drive)
    await drive.press(*keys, "enter")
    await drive.wait_for("to fetch")


async def start(drive: Driver) -> None:
    await drive.press("enter")
    await drive.wait(lambda: drive.app.screen is drive.main)


async def stop(drive: Driver) -> None:
    """Stop the export that runs, by its dialog."""
    await drive.press("E")
    await drive.wait(lambda: isinstance(drive.app.screen, ExportRunScreen))
    await drive.pilot.pause(0)
    await drive.press("s")
    await drive.wait(lambda: drive.main.status.sentence.startswith("Stopped: "))


def saved_by_uid(folder: Path) -> dict[int, bytes]:
    """What the ledger calls saved, as it is on the disk."""
    with Directory.open(folder, create=False) as directory, Ledger.read(directory) as ledger:
        return {
            record.uid: (folder / str(record.path)).read_bytes()
            for record in ledger.iter_records(Status.SAVED)
        }


def files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.*") if path.suffix in (".eml", ".msg", ".part"))


async def test_the_folder_is_exported_byte_for_byte(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    state = State.load(tmp_path / "state.json")
    state.note_export(ACCOUNT, folder, SaveFormat.EML)
    with RecordingServer(mailbox_of(230)) as server:
        async with driven(server, state=state) as drive:
            await plan(drive)
            assert not folder.exists()
            await start(drive)
            await drive.wait(
                lambda: drive.main.status.sentence == f"Exported 230 messages in {folder}."
            )
            assert drive.main.status.activity == ""
    assert saved_by_uid(folder) == {uid: plain_message(uid) for uid in range(1, 231)}
    with (folder / "index.csv").open(newline="", encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == 230
    assert len((folder / "SHA256SUMS").read_text().splitlines()) == 230
    assert State.load(tmp_path / "state.json").last_export(ACCOUNT) == (folder, SaveFormat.EML)


async def test_the_dialog_and_its_plan(harbour_server: RecordingServer) -> None:
    async with driven(harbour_server, screen=SMALL) as drive:
        await open_export_dialog(drive)
        await drive.expect("export")
        await drive.press("escape")
        await drive.wait(lambda: drive.app.screen is drive.main)


async def test_the_command_can_go_on_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both know an export by the same account and look for it in the same place."""
    monkeypatch.chdir(tmp_path)
    endpoint = Endpoint("imap.example.org", 993, Security.TLS, "ada")
    with RecordingServer(mailbox_of(3)) as server:
        async with driven(server, endpoint=endpoint) as drive:
            await plan(drive)
            await start(drive)
            await drive.wait(lambda: "Exported 3 messages in" in drive.main.status.sentence)
    with (
        Directory.open(tmp_path / "imap.example.org-ada", create=False) as directory,
        Ledger.read(directory) as ledger,
    ):
        assert ledger.account == "ada@imap.example.org:993"


async def test_the_folder_with_those_below_it(tmp_path: Path) -> None:
    with RecordingServer(harbour()) as server:
        async with driven(server, state=remembering(tmp_path)) as drive:
            await drive.press("1", *"jjjj")  # Lists, which only holds another one
            await open_export_dialog(drive)
            assert "(●) Lists with the folders below it" in drive.text
            await drive.press("enter")
            await drive.wait_for("1 message to fetch")
            await start(drive)
            await drive.wait(lambda: "Exported 1 message in" in drive.main.status.sentence)
    (file,) = files_in(tmp_path)
    assert file.parent == tmp_path / "Lists" / "lantern"
    with Directory.open(tmp_path) as directory, Ledger.read(directory) as ledger:
        assert ledger.scopes() == ((b"Lists", True),)


async def test_a_folder_that_only_holds_others_has_no_messages_of_its_own(tmp_path: Path) -> None:
    with RecordingServer(harbour()) as server:
        async with driven(server, state=remembering(tmp_path)) as drive:
            await drive.press("1", *"jjjj")
            await open_export_dialog(drive)
            await drive.press("k", "enter")
            await drive.wait_for("Lists holds no messages, only folders.")


async def test_the_whole_account_as_msg(tmp_path: Path) -> None:
    with RecordingServer(harbour()) as server:
        async with driven(server, state=remembering(tmp_path)) as drive:
            await open_export_dialog(drive)
            await drive.press("j", "j", "tab", "j", "enter")
            await drive.wait_for("65 messages to fetch")
            assert "the whole account, as MSG:" in drive.text
            await start(drive)
            await drive.wait(lambda: "Exported 65 messages in" in drive.main.status.sentence, 60)
    files = files_in(tmp_path)
    assert {file.suffix for file in files} == {".msg"}
    assert len(files) == 65
    with Directory.open(tmp_path) as directory, Ledger.read(directory) as ledger:
        assert ledger.scopes() == ((b"", True),)


@pytest.fixture
def stalling_server() -> Iterator[StallingServer]:
    """Six batches, which come once it may answer."""
    with StallingServer(mailbox_of(600)) as server:
        server.may_answer.set()
        yield server


async def test_what_is_stopped_goes_on_later(
    tmp_path: Path, stalling_server: StallingServer
) -> None:
    """In another run of the program too."""
    server, state = stalling_server, remembering(tmp_path)
    async with driven(server, state=state) as drive:
        await plan(drive)
        server.may_answer.clear()
        await start(drive)
        await drive.wait(lambda: drive.main.status.activity.startswith("Exporting 0 of 600"))
        await stop(drive)
        assert "of 600 saved; the same export goes on from there" in drive.main.status.sentence
        assert drive.main.status.activity == ""
        before = len(saved_by_uid(tmp_path))
        assert before < 600
        server.may_answer.set()
        await plan(drive)
        if before:
            assert f"{before} saved already" in drive.text
        await start(drive)
        await drive.wait(lambda: "Exported" in drive.main.status.sentence, 30)
    assert saved_by_uid(tmp_path) == {uid: plain_message(uid) for uid in range(1, 601)}
    assert len(files_in(tmp_path)) == 600
    async with driven(server, state=state) as drive:
        await plan(drive)
        await drive.wait_for("0 messages to fetch, 0; 600 saved already.")
        await start(drive)
        await drive.wait(lambda: "600 saved already" in drive.main.status.sentence)


async def test_while_it_runs_one_browses_and_sees_how_far_it_is(
    tmp_path: Path, stalling_server: StallingServer
) -> None:
    server = stalling_server
    async with driven(server, state=remembering(tmp_path), connections=3) as drive:
        await plan(drive)
        await drive.press("n")
        server.may_answer.clear()
        await start(drive)
        await drive.press("e")
        await drive.wait_for("An export is running; this can be saved")
        await drive.press("E")
        await drive.wait(lambda: isinstance(drive.app.screen, ExportRunScreen))
        await drive.wait_for("Exporting 0 of 600")
        await drive.press("escape")
        await drive.wait(lambda: drive.app.screen is drive.main)
        await drive.press("E")
        await drive.wait(lambda: isinstance(drive.app.screen, ExportRunScreen))
        server.may_answer.set()
        # It closes when there is nothing more to be seen.
        await drive.wait(lambda: drive.app.screen is drive.main, 30)
        assert "Exported 600 messages in" in drive.main.status.sentence


async def test_a_server_that_has_gone_is_waited_for_and_need_not_be(
    tmp_path: Path, stalling_server: StallingServer
) -> None:
    server = stalling_server
    async with driven(server, state=remembering(tmp_path)) as drive:
        await plan(drive)
        server.may_answer.clear()
        await start(drive)
        await drive.wait(lambda: drive.main.status.activity.startswith("Exporting"))
        server.close()
        await drive.wait(lambda: "going on in 2 seconds." in drive.main.status.sentence)
        await stop(drive)


async def test_leaving_while_it_runs_asks_first(
    tmp_path: Path, stalling_server: StallingServer
) -> None:
    server = stalling_server
    async with driven(server, state=remembering(tmp_path)) as drive:
        await plan(drive)
        server.may_answer.clear()
        await start(drive)
        await drive.wait(lambda: drive.main.status.activity.startswith("Exporting"))
        await drive.press("q")
        await drive.wait_for("An export is running")
        await drive.press("escape")
        await drive.wait(lambda: drive.app.screen is drive.main)
        await drive.press("q")
        await drive.wait(lambda: isinstance(drive.app.screen, QuitScreen))
        await drive.press("y")
        await drive.wait(lambda: not drive.app.is_running)
    assert [path for path in files_in(tmp_path) if path.suffix == ".part"] == []
    with Directory.open(tmp_path) as directory, Ledger.open(directory, ACCOUNT, SaveFormat.EML):
        pass  # nobody is at work in it any more


async def test_esc_leaves_a_plan_that_does_not_come(
    tmp_path: Path, stalling_server: StallingServer
) -> None:
    server, folder = stalling_server, tmp_path / "out"
    async with driven(server, state=remembering(folder)) as drive:
        await open_export_dialog(drive)
        server.may_answer.clear()
        await drive.press("enter")
        await drive.wait_for("Planning")
        await drive.wait_for("Esc stops")
        await drive.press("escape")
        await drive.wait_for("Enter plans it")
        await drive.press("tab", "down", "enter")
        await drive.wait_for("as MSG")
        server.may_answer.set()
        await drive.wait_for("600 messages to fetch")
        await drive.press("escape")
        await drive.wait_for("Enter plans it")
        await drive.press("escape")
        await drive.wait(lambda: drive.app.screen is drive.main)
    assert not folder.exists()


async def test_messages_that_fail_are_told(tmp_path: Path) -> None:
    with GarbageServer(mailbox_of(5), without_uid={2, 4}) as server:
        async with driven(server, state=remembering(tmp_path)) as drive:
            await plan(drive)
            await start(drive)
            await drive.wait_for("Exported 3 messages in")
            await drive.wait_for("2 failed: ")


@pytest.mark.parametrize(
    ("account", "save_format", "sentence"),
    [
        ("ada@example.org:993", SaveFormat.EML, "holds the mail of ada@example.org:993"),
        (ACCOUNT, SaveFormat.MSG, "holds MSG files"),
    ],
)
async def test_an_export_of_another_kind_is_refused(
    tmp_path: Path, account: str, save_format: SaveFormat, sentence: str
) -> None:
    with Directory.open(tmp_path) as directory, Ledger.open(directory, account, save_format):
        pass
    with RecordingServer(mailbox_of(3)) as server:
        async with driven(server, state=remembering(tmp_path)) as drive:
            await open_export_dialog(drive)
            await drive.press("enter")
            await drive.wait_for(sentence)
            # Where one was, to choose something else.
            assert isinstance(drive.app.focused, ScopeList)
            await drive.press("escape")
            await drive.wait(lambda: drive.app.screen is drive.main)


class VastConnection(RecordingConnection):
    """Every message has a terabyte, less one octet."""

    def write_row(self, view: FolderView, number: int, items: tuple[Item, ...]) -> bytes:
        row = super().write_row(view, number, items)
        return re.sub(rb"RFC822.SIZE \d+", b"RFC822.SIZE %d" % ((1 << 40) - 1), row)


async def test_without_room_there_is_no_start(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    with RecordingServer(mailbox_of(900), connection_class=VastConnection) as server:
        async with driven(server, state=remembering(folder)) as drive:
            await plan(drive)
            await drive.wait_for("900 messages to fetch, 900T")
            await drive.wait_for("That is too little: about 900T are needed.")
            await drive.press("enter", "ctrl+s")
            assert isinstance(drive.app.screen, ExportScreen)
            await drive.press("escape")
            await drive.wait_for("Enter plans it")
            await drive.press("escape")
            await drive.wait(lambda: drive.app.screen is drive.main)
    assert not folder.exists()


async def test_files_of_somebody_else_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "index.csv").write_text("mine")
    with RecordingServer(mailbox_of(3)) as server:
        async with driven(server, state=remembering(tmp_path)) as drive:
            await open_export_dialog(drive)
            await drive.press("enter")
            await drive.wait_for("holds a file index.csv that is no export's")
    assert [path.name for path in tmp_path.iterdir()] == ["index.csv"]
    assert (tmp_path / "index.csv").read_text() == "mine"


async def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with RecordingServer(mailbox_of(3)) as server:
        async with driven(server, state=remembering(tmp_path / "file" / "out")) as drive:
            await plan(drive)
            await start(drive)
            await drive.wait_for("Cannot open the folder")
            await drive.press("e")
            await drive.wait_for("Save 1 message")
