"""Comparing an export with the mailbox that it came from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.export.exports import SMALL, mailbox, stored, write_export
from tests.export.ledgers import ACCOUNT, asked
from tests.servers.archive import PASSWORD, RecordingConnection, RecordingServer
from tests.servers.dovecot import DovecotUser
from tests.servers.mailboxes import plain_message
from tests.servers.outlook import OutlookMessage, OutlookServer
from tests.servers.stores import store_on
from tuimail.archive.command import Command
from tuimail.archive.mailbox import Mailbox, StoredFolder
from tuimail.archive.response import no
from tuimail.errors import ConnectError
from tuimail.export.difference import Difference
from tuimail.export.ledger import Ledger
from tuimail.export.names import SaveFormat
from tuimail.export.records import Status
from tuimail.export.verify import verify_files
from tuimail.export.verify_server import verify_server
from tuimail.files import Directory


class Verifier:
    """Compares an export with a mailbox."""

    def __init__(self, export: Path) -> None:
        self.export = export
        self.not_asked: list[tuple[str, int | None]] = []
        self.commands: list[bytes] = []

    def __call__(self, content: Mailbox) -> list[Difference]:
        with RecordingServer(content) as server:
            self.commands = server.commands
            return self.at(server.port)

    def at(self, port: int, password: str = PASSWORD) -> list[Difference]:
        with (
            Directory.open(self.export, create=False) as directory,
            Ledger.read(directory) as ledger,
            store_on(port, password=password, with_screen=False) as store,
        ):
            return list(
                verify_server(store, ledger, on_not_asked=lambda *told: self.not_asked.append(told))
            )

    def told(self, content: Mailbox) -> list[tuple[str, str | None, int | None]]:
        return [(found.kind.value, found.folder, found.uid) for found in self(content)]


@pytest.fixture
def verify(tmp_path: Path) -> Verifier:
    write_export(tmp_path / "mail")
    return Verifier(tmp_path / "mail")


def with_folder(name: str, **changes: object) -> Mailbox:
    """SMALL, with one folder changed."""
    return Mailbox(
        tuple(
            replace(folder, **changes) if folder.name == name else folder  # type: ignore[arg-type]
            for folder in SMALL.folders
        )
    )


def ledger_of(export: Path) -> Ledger:
    with Directory.open(export) as directory:
        return Ledger.open(directory, ACCOUNT, SaveFormat.EML)


def test_a_mailbox_that_has_not_changed(verify: Verifier) -> None:
    assert verify(SMALL) == []
    assert verify.not_asked == []
    assert not any(b"BODY" in command for command in verify.commands)
    assert not any(command.startswith(b"SELECT") for command in verify.commands)


def test_what_came_and_what_went(verify: Verifier) -> None:
    found = verify(with_folder("INBOX", messages=tuple(map(stored, (1, 2, 4, 5, 6, 9)))))
    assert [(one.kind.value, one.uid, one.path) for one in found] == [
        ("new", 6, None),
        ("new", 9, None),
        ("gone", 3, "INBOX/3.eml"),
    ]
    assert {(one.folder, one.uid_validity) for one in found} == {("INBOX", 1)}
    assert found[2].sentence == "the server has it no longer"


def test_an_emptied_folder(verify: Verifier) -> None:
    assert verify.told(with_folder("Archive/2024", messages=())) == [
        ("gone", "Archive/2024", 11),
        ("gone", "Archive/2024", 12),
        ("gone", "Archive/2024", 13),
    ]


def test_a_message_that_is_another_one(verify: Verifier) -> None:
    messages = (*map(stored, range(1, 5)), stored(5, plain_message(5) + b"More.\r\n"))
    (found,) = verify(with_folder("INBOX", messages=messages))
    assert (found.kind.value, found.folder, found.uid) == ("changed", "INBOX", 5)
    assert found.sentence == "the server holds other bytes than were saved"
    fetched = [command for command in verify.commands if b"BODY.PEEK[]" in command]
    assert fetched == [b"UID FETCH 5 (UID BODY.PEEK[])"]


def test_a_server_that_guesses_at_sizes(tmp_path: Path) -> None:
    """Exchange: what it says of a size proves nothing, so the octets are compared."""
    raws = [plain_message(number) for number in range(1, 4)]
    inbox = StoredFolder("INBOX", tuple(stored(n, raw) for n, raw in enumerate(raws, 1)), (), 14)
    write_export(tmp_path / "mail", Mailbox((inbox,)), scopes=((b"INBOX", False),))
    raws[2] += b"More.\r\n"
    with OutlookServer(*map(OutlookMessage, raws)) as server:
        (found,) = Verifier(tmp_path / "mail").at(server.port, server.password)
    assert (found.kind.value, found.uid) == ("changed", 3)
    assert any(b"BODY.PEEK[]" in command for command in server.commands)


def test_folders_that_came_and_went(verify: Verifier) -> None:
    content = mailbox(
        INBOX=SMALL.folders[0].messages,
        Archive=(),
        Größe=SMALL.folders[3].messages,
        **{"Archive/2025": (stored(1),)},
    )
    assert verify.told(content) == [("gone", "Archive/2024", None), ("new", "Archive/2025", None)]


def test_a_folder_that_was_made_anew(verify: Verifier) -> None:
    (found,) = verify(with_folder("INBOX", uid_validity=2, messages=(stored(1),)))
    assert (found.kind.value, found.folder, found.uid) == ("changed", "INBOX", None)
    assert "UIDVALIDITY 1, now 2" in found.sentence


def test_what_was_saved_under_an_older_uid_validity_and_not_found_again(verify: Verifier) -> None:
    with ledger_of(verify.export) as ledger:
        old = ledger.records(Status.SAVED, 1)
        for record in old[:3]:
            ledger.move(1, (record.uid_validity, record.uid), (2, record.uid + 100))
        ledger.note_folder(1, 2, 3)
    # Another message has the UID now that one of the lost ones had.
    now = (stored(4), *(replace(stored(uid), uid=uid + 100) for uid in (1, 2, 3)))
    assert verify.told(with_folder("INBOX", uid_validity=2, messages=now)) == [
        ("new", "INBOX", 4),
        ("gone", "INBOX", 4),
        ("gone", "INBOX", 5),
    ]


def test_inbox_is_one_name_in_any_case(tmp_path: Path) -> None:
    messages = tuple(map(stored, range(1, 4)))
    write_export(tmp_path / "mail", mailbox(Inbox=messages), scopes=((b"inbox", True),))
    more = mailbox(INBOX=(*messages, stored(4)))
    assert Verifier(tmp_path / "mail").told(more) == [("new", "Inbox", 4)]


def test_what_failed_is_not_new(verify: Verifier) -> None:
    with ledger_of(verify.export) as ledger:
        failed = asked(6, uid_validity=1)._replace(status=Status.FAILED, error="garbage")
        ledger.note([failed])
        ledger.ask([asked(7, uid_validity=1)])
    messages = tuple(map(stored, range(1, 9)))
    assert verify.told(with_folder("INBOX", messages=messages)) == [("new", "INBOX", 8)]


@pytest.mark.parametrize(
    ("scopes", "new", "not_asked"),
    [
        ((), [], [("INBOX", 2), ("Archive/2025", None), ("Other", None)]),
        (
            ((b"INBOX", False),),
            [("INBOX", 6), ("INBOX", 7)],
            [("Archive/2025", None), ("Other", None)],
        ),
        (
            ((b"Archive", True),),
            [("Archive/2025", None)],
            [("INBOX", 2), ("Other", None)],
        ),
        (
            ((b"Archive", False), (b"INBOX", True)),
            [("INBOX", 6), ("INBOX", 7)],
            [("Archive/2025", None), ("Other", None)],
        ),
    ],
)
def test_only_what_was_asked_for_whole_can_have_new_messages(
    tmp_path: Path,
    scopes: tuple[tuple[bytes, bool], ...],
    new: list[tuple[str, int | None]],
    not_asked: list[tuple[str, int | None]],
) -> None:
    write_export(tmp_path / "mail", scopes=scopes)
    content = with_folder("INBOX", messages=tuple(map(stored, range(1, 8))))
    content = Mailbox((*content.folders, StoredFolder("Archive/2025"), StoredFolder("Other")))
    verify = Verifier(tmp_path / "mail")
    assert verify.told(content) == [("new", *place) for place in new]
    assert verify.not_asked == not_asked


def test_a_folder_that_cannot_be_opened_costs_itself_only(verify: Verifier) -> None:
    class Refusing(RecordingConnection):
        def handle_examine(self, command: Command) -> str:
            if command.arguments == [b"Archive/2024"]:
                raise no("[NOPERM] Not yours")
            return super().handle_examine(command)

    content = with_folder("Größe", messages=())
    with RecordingServer(content, connection_class=Refusing) as server:
        found = verify.at(server.port)
    assert [(one.kind.value, one.folder, one.uid) for one in found] == [
        ("unchecked", "Archive/2024", None),
        ("gone", "Größe", 21),
    ]
    assert "Not yours" in found[0].sentence


def test_thousands_of_messages(tmp_path: Path) -> None:
    content = mailbox(INBOX=tuple(map(stored, range(1, 3_501))))
    write_export(tmp_path / "mail", content)
    left = tuple(map(stored, (*range(1, 1_500), *range(1_501, 3_502))))
    seen: list[tuple[str, int, int]] = []
    with (
        RecordingServer(mailbox(INBOX=left)) as server,
        Directory.open(tmp_path / "mail") as directory,
        Ledger.read(directory) as ledger,
        store_on(server.port, with_screen=False) as store,
    ):
        found = list(verify_server(store, ledger, on_folder=lambda *place: seen.append(place)))
        sizes = [command for command in server.commands if b"RFC822.SIZE" in command]
    assert [(one.kind.value, one.uid) for one in found] == [("new", 3_501), ("gone", 1_500)]
    assert len(sizes) == 4
    assert seen[-1] == ("INBOX", 3_500, 3_500)


def test_a_server_that_is_not_there(verify: Verifier) -> None:
    with RecordingServer(SMALL) as server:
        port = server.port
    with pytest.raises(ConnectError):
        verify.at(port)


def test_dovecot(dovecot_user: DovecotUser, tmp_path: Path) -> None:
    """One byte, one file less, one file more, one message more, one less: those five."""
    user = dovecot_user
    user.create("Gr&APYA3w-e")
    user.append(*map(plain_message, range(1, 11)))
    user.append(plain_message(1), folder="Gr&APYA3w-e")
    content = Mailbox(
        (
            StoredFolder("INBOX", tuple(map(stored, range(1, 11))), (), validity(user, "INBOX")),
            StoredFolder("Größe", (stored(1),), (), validity(user, "Gr&APYA3w-e")),
        )
    )
    export = tmp_path / "mail"
    write_export(export, content)
    flags = user.flags()
    assert verify_both(user, export) == []
    assert user.flags() == flags

    octets = (export / "INBOX/2.eml").read_bytes()
    (export / "INBOX/2.eml").write_bytes(octets[:50] + bytes([octets[50] ^ 1]) + octets[51:])
    (export / "INBOX/3.eml").unlink()
    (export / "Größe/note.eml").write_bytes(b"Subject: not yours\r\n\r\n")
    user.append(plain_message(11))
    user.expunge(7)
    assert sorted(verify_both(user, export)) == [
        ("altered", "INBOX/2.eml", 2),
        ("gone", "INBOX/7.eml", 7),
        ("missing", "INBOX/3.eml", 3),
        ("new", "", 11),
        ("unknown", "Größe/note.eml", 0),
    ]


def validity(user: DovecotUser, folder: str) -> int:
    with user.connection() as client:
        _, (answer,) = client.status(folder, "(UIDVALIDITY)")
    return int(answer.rpartition(b"UIDVALIDITY ")[2].rstrip(b")"))


def verify_both(user: DovecotUser, export: Path) -> list[tuple[str, str, int]]:
    with (
        Directory.open(export, create=False) as directory,
        Ledger.read(directory) as ledger,
        store_on(
            user.server.port, user=user.name, password=user.password, with_screen=False
        ) as store,
    ):
        found = [*verify_files(directory, ledger), *verify_server(store, ledger)]
    return [(one.kind.value, one.path or "", one.uid or 0) for one in found]
