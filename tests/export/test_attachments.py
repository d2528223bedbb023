"""Saving attachments from a real server."""

from __future__ import annotations

import base64
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest

from tests.servers.archive import ChangingServer, DroppingServer, RecordingServer, StallingServer
from tests.servers.mailboxes import mailbox_with
from tests.servers.stores import INBOX, store_on
from tuimail.archive.demo.mailbox import demo_mailbox
from tuimail.errors import FileError
from tuimail.export.attachments import Item, save_attachments
from tuimail.export.message_files import SaveProgress
from tuimail.imap.folder import Folder
from tuimail.imap.selection import Selection
from tuimail.imap.sieve import ATTACHMENTS
from tuimail.imap.store import MailStore

WAIT = 20


def letter(*attached: tuple[str, bytes], encoding: str = "base64") -> bytes:
    """A message with these attachments, by name and decoded octets."""
    parts = "".join(
        f'--cut\r\nContent-Type: application/octet-stream; name="{name}"\r\n'
        f"Content-Transfer-Encoding: {encoding}\r\n\r\n"
        f"{base64.encodebytes(octets).decode() if encoding == 'base64' else octets.decode()}\r\n"
        for name, octets in attached
    )
    return (
        "From: ada@example.org\r\nDate: Fri, 20 Nov 2026 09:14:00 +0100\r\n"
        f"Content-Type: multipart/mixed; boundary=cut\r\n\r\n{parts}--cut--\r\n"
    ).encode()


def find_all(store: MailStore, folder: Folder = INBOX) -> list[Item]:
    chosen = store.choose(folder, Selection()).result(WAIT)
    return [
        (message, attachment)
        for _, rows in store.sift(chosen, ATTACHMENTS)
        for message in rows
        for attachment in message.attachments
    ]


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def walk_leaves(message: Message) -> Iterator[Message]:
    """The parts outside nested messages."""
    if message.is_multipart() and message.get_content_maintype() == "multipart":
        for part in message.get_payload():
            assert isinstance(part, Message)
            yield from walk_leaves(part)
    else:
        yield message


def decoded_octets(part: Message) -> bytes:
    octets = part.get_payload(decode=True)
    assert isinstance(octets, bytes)
    return octets


def test_decoded_as_the_stdlib_does(tmp_path: Path) -> None:
    expected = sorted(
        decoded_octets(part)
        for stored in demo_mailbox().folders[0].messages
        for part in walk_leaves(message_from_bytes(stored.load()))
        if part.get_filename() and part.get_content_maintype() != "message"
    )
    with RecordingServer(demo_mailbox()) as server, store_on(server.port) as store:
        items = [item for item in find_all(store) if item[1].part.filename]
        items = [item for item in items if item[1].part.media_type != "message/rfc822"]
        report = save_attachments(store, items, tmp_path / "new").result(WAIT)
        assert not any(b"BODY.PEEK[]" in command for command in server.commands)
    assert report.failed == ()
    assert report.saved == len(expected) > 10
    assert sorted(files_in(tmp_path / "new").values()) == expected
    assert report.sentence.startswith(f"Saved {len(expected)} attachments in ")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()}
    assert modes == {0o600}


def test_one_name_for_several(tmp_path: Path) -> None:
    raws = (letter(("a.pdf", b"1"), ("A.PDF", b"2")), letter(("a.pdf", b"3"), ("a.pdf", b"3")))
    with RecordingServer(mailbox_with(*raws)) as server, store_on(server.port) as store:
        items = find_all(store)
        report = save_attachments(store, items, tmp_path).result(WAIT)
        assert (report.saved, report.already_there) == (4, 0)
        assert files_in(tmp_path) == {
            "a.pdf": b"3",
            "a~2.pdf": b"3",
            "a~3.pdf": b"1",
            "A~4.PDF": b"2",
        }
        again = save_attachments(store, items, tmp_path).result(WAIT)
    assert (again.saved, again.already_there) == (0, 4)
    assert len(files_in(tmp_path)) == 4


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"mine")
    (tmp_path / "link.pdf").symlink_to("/etc/passwd")
    raw = letter(("a.pdf", b"theirs"), ("link.pdf", b"linked"))
    with RecordingServer(mailbox_with(raw)) as server, store_on(server.port) as store:
        report = save_attachments(store, find_all(store), tmp_path).result(WAIT)
    assert report.saved == 2
    assert files_in(tmp_path)["a.pdf"] == b"mine"
    assert files_in(tmp_path)["a~2.pdf"] == b"theirs"
    assert files_in(tmp_path)["link~2.pdf"] == b"linked"


def test_names_of_strangers_stay_inside(tmp_path: Path) -> None:
    names = ("../../etc/passwd", "/abs", "..", ".bashrc", "con.txt", "a\x00b", "x" * 400 + ".pdf")
    raw = letter(*((name, name.encode()) for name in names))
    target = tmp_path / "in"
    with RecordingServer(mailbox_with(raw)) as server, store_on(server.port) as store:
        report = save_attachments(store, find_all(store), target).result(WAIT)
    assert report.saved == len(names)
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
    assert all(not name.startswith(".") for name in files_in(target))


def test_large_ones_in_every_encoding(tmp_path: Path) -> None:
    large = bytes(range(256)) * 8_000
    text = ("0123456789 " * 50_000).encode()
    raws = (letter(("a.bin", large)), letter(("b.txt", text), encoding="7bit"))
    with RecordingServer(mailbox_with(*raws)) as server, store_on(server.port) as store:
        came: list[SaveProgress] = []
        report = save_attachments(store, find_all(store), tmp_path, on_progress=came.append).result(
            WAIT
        )
    assert report.saved == 2
    assert files_in(tmp_path) == {"a.bin": large, "b.txt": text}
    assert came[-1] == SaveProgress(2, 2, len(large) + len(text))


def test_a_message_that_is_gone_costs_its_own_attachments_only(tmp_path: Path) -> None:
    raws = (letter(("a.pdf", b"1")), letter(("b.pdf", b"2"), ("c.pdf", b"3")))
    with ChangingServer(mailbox_with(*raws)) as server, store_on(server.port) as store:
        items = find_all(store)
        server.expunge(2)
        store.look(INBOX).result(WAIT)
        report = save_attachments(store, items, tmp_path).result(WAIT)
    assert report.saved == 1
    assert [(identity.uid, sentence) for identity, sentence in report.failed] == [
        (2, "the message is no longer there")
    ] * 2
    assert files_in(tmp_path) == {"a.pdf": b"1"}


def test_after_a_lost_connection_it_is_whole(tmp_path: Path) -> None:
    large = bytes(range(256)) * 8_000
    mailbox = mailbox_with(letter(("a.bin", large)))
    with DroppingServer(mailbox, cut={2}) as server, store_on(server.port) as store:
        report = save_attachments(store, find_all(store), tmp_path).result(WAIT)
    assert report.saved == 1
    assert files_in(tmp_path) == {"a.bin": large}


@pytest.mark.parametrize("connections", [1, 4])
def test_whoever_cancels_finds_no_half_file(tmp_path: Path, connections: int) -> None:
    raws = [letter((f"{number}.pdf", b"x")) for number in range(6)]
    with StallingServer(mailbox_with(*raws)) as server:
        server.may_answer.set()
        with store_on(server.port, connections=connections) as store:
            items = find_all(store)
            server.may_answer.clear()
            before = server.count(b"UID FETCH")
            request = save_attachments(store, items, tmp_path)
            over = threading.Event()
            request.add_done_callback(lambda _: over.set())
            server.wait_for(b"UID FETCH", before + 1)
            request.cancel()
            assert over.wait(WAIT)
    with pytest.raises(CancelledError):
        request.result()
    assert files_in(tmp_path) == {}


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    mailbox = mailbox_with(letter(("a.pdf", b"1")))
    with RecordingServer(mailbox) as server, store_on(server.port) as store:
        request = save_attachments(store, find_all(store), tmp_path / "file" / "in")
        with pytest.raises(FileError):
            request.result(WAIT)
