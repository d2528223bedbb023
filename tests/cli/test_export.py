"""`tuimail export`, from every kind of server."""

from __future__ import annotations

import hashlib
import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.command import Done, run, started, url
from tests.cli.conftest import Served
from tests.cli.oracle import Told, listed, read_folder, signed_in
from tests.servers.archive import EndlessServer, RecordingServer, mailbox_of, wait_until
from tests.servers.dovecot import DovecotUser
from tests.servers.faulty import Fault, FaultyServer
from tests.servers.mailboxes import LazyMessages, plain_message
from tuimail.archive.mailbox import Mailbox, StoredFolder
from tuimail.imap import pool
from tuimail.msg.reader import read_msg

PR_SUBJECT = 0x0037001F
KEYS = ["folder", "uid_validity", "uid", "path", "format", "size", "sha256", "status"]


def export(server: RecordingServer, path: Path, *more: str) -> Done:
    return run("export", url(server.port), "--to", str(path), *more)


def message_files(path: Path, suffix: str = ".eml") -> list[Path]:
    return sorted(path.rglob(f"*{suffix}"))


def check_sums(path: Path) -> int:
    """What `sha256sum -c` says of the export; gives how many files it found whole."""
    done = subprocess.run(
        ["sha256sum", "-c", "SHA256SUMS"], cwd=path, capture_output=True, text=True, check=True
    )
    return done.stdout.count(": OK\n")


def held_by(served: Served) -> list[list[Told]]:
    """Every message of every folder, as imaplib reads it: flags, sizes, octets."""
    with signed_in(served.port, served.user, served.password) as client:
        names = [name for name, (words, _) in listed(client).items() if "\\Noselect" not in words]
        return [read_folder(client, name)[1] for name in names]


def test_every_byte_and_no_flag_from_every_server(served: Served, tmp_path: Path) -> None:
    before = held_by(served)
    wanted = sorted(one.raw for folder in before for one in folder)
    done = run(
        "export", served.url, "--all", "--to", str(tmp_path), "--json", password=served.password
    )
    assert done.status == 0, done.said
    *lines, summary = done.objects
    assert all(list(line) == KEYS for line in lines)
    for line in lines:
        octets = (tmp_path / line["path"]).read_bytes()
        assert (line["size"], line["sha256"]) == (len(octets), hashlib.sha256(octets).hexdigest())
        assert (line["status"], line["format"]) == ("saved", "eml")
    assert len(lines) == len(wanted)
    assert summary == {
        "summary": {"server": len(wanted), "saved": len(wanted), "skipped": 0, "failed": 0}
    }
    assert sorted(file.read_bytes() for file in message_files(tmp_path)) == wanted
    assert check_sums(tmp_path) == len(wanted)
    assert held_by(served) == before
    again = run(
        "export", served.url, "--all", "--to", str(tmp_path), "--json", password=served.password
    )
    assert {line["status"] for line in again.objects[:-1]} == {"skipped"}
    assert again.objects[-1]["summary"]["skipped"] == len(wanted)


def test_sums_are_told_at_the_end(tmp_path: Path) -> None:
    with RecordingServer(mailbox_of(12)) as server:
        first = export(server, tmp_path)
        assert (first.status, first.text) == (0, "")
        assert first.said.splitlines()[0].startswith("tuimail: 12 messages to fetch, ")
        assert first.said.endswith("INBOX: server 12 = saved 12 + skipped 0 + failed 0\n")
        second = export(server, tmp_path)
        assert second.said.endswith("INBOX: server 12 = saved 0 + skipped 12 + failed 0\n")


def test_a_folder_named_after_server_and_user_where_none_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with RecordingServer(mailbox_of(1)) as server:
        run("export", url(server.port))
    assert len(message_files(tmp_path / "127.0.0.1-demo" / "INBOX")) == 1


def test_a_dry_run_tells_and_writes_nothing(tmp_path: Path) -> None:
    folders = (StoredFolder("INBOX", LazyMessages(3)), StoredFolder("What?", LazyMessages(2)))
    with RecordingServer(Mailbox(folders)) as server:
        done = export(server, tmp_path / "out", "--all", "--dry-run")
        assert done.status == 0
        assert [line.split() for line in done.lines] == [
            ["FOLDER", "MESSAGES", "SAVED", "TO", "FETCH", "SIZE", "PATH"],
            ["INBOX", "3", "0", "3", "639", "INBOX"],
            ["What?", "2", "0", "2", "426", "What_"],
        ]
        assert "tuimail: What? goes to What_\n" in done.said
        assert not (tmp_path / "out").exists()
        assert not [c for c in server.commands if b"BODY.PEEK[]" in c]
        export(server, tmp_path / "out")
        done = export(server, tmp_path / "out", "--all", "--dry-run", "--json")
        assert done.objects[0] == {
            "folder": "INBOX",
            "server": 3,
            "skipped": 3,
            "asked": 0,
            "octets": 0,
            "path": "INBOX",
        }
    assert len(message_files(tmp_path / "out")) == 3


def test_which_messages(tmp_path: Path) -> None:
    with RecordingServer(mailbox_of(20)) as server:
        export(server, tmp_path / "uid", "--uid", "3:5")
        export(server, tmp_path / "seq", "--seq", "19:*")
        export(server, tmp_path / "search", "--search", "subject:7")
    names = {
        one.name: [file.stem.rpartition("_")[2] for file in message_files(one)]
        for one in tmp_path.iterdir()
    }
    assert names == {"uid": ["3", "4", "5"], "seq": ["19", "20"], "search": ["7", "17"]}


def test_one_account_a_folder_and_one_format(tmp_path: Path) -> None:
    with RecordingServer(mailbox_of(1)) as server, RecordingServer(mailbox_of(1)) as other:
        export(server, tmp_path)
        for done in (export(other, tmp_path), export(server, tmp_path, "--format", "msg")):
            assert done.status == 2
            assert "choose another folder" in done.said


def test_files_of_somebody_else_are_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "index.csv").write_text("mine")
    with RecordingServer(mailbox_of(1)) as server:
        done = export(server, tmp_path)
    assert done.status == 2
    assert "holds a file index.csv that is no export's" in done.said
    assert [file.name for file in tmp_path.iterdir()] == ["index.csv"]


def test_two_at_once_into_one_folder(tmp_path: Path) -> None:
    with (
        EndlessServer(mailbox_of(1), EndlessServer.LITERAL, at=b"UID FETCH 1 (UID BODY") as server,
        started("export", url(server.port), "--to", str(tmp_path)),
    ):
        wait_until(lambda: bool(message_files(tmp_path, ".part")))
        done = export(server, tmp_path)
        assert done.status == 1
        assert done.said == f"tuimail: another export is at work in {tmp_path}\n"
        # Whatever it found would be half of the truth.
        done = run("verify", str(tmp_path))
        said = f"tuimail: an export is at work in {tmp_path}; verify it when that is done\n"
        assert (done.status, done.text, done.said) == (2, "", said)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_whatever_ends_it_ends_it_cleanly_and_the_next_run_goes_on(
    tmp_path: Path, number: signal.Signals
) -> None:
    with EndlessServer(mailbox_of(1), EndlessServer.LITERAL, at=b"UID FETCH 1 (UID BODY") as server:
        with started("export", url(server.port), "--to", str(tmp_path)) as process:
            wait_until(lambda: bool(message_files(tmp_path, ".part")))
            process.send_signal(number)
            _, said = process.communicate(timeout=20)
        assert process.returncode == 130
        assert said.endswith(b"0 messages saved in this run; the same command goes on from there\n")
        assert not message_files(tmp_path, ".part")
        assert (tmp_path / "SHA256SUMS").read_bytes() == b""
        server.at = b"never"
        assert export(server, tmp_path).status == 0
    assert message_files(tmp_path)[0].read_bytes() == plain_message(1)


def test_a_reader_that_has_enough(tmp_path: Path) -> None:
    """The export is not whole then, and says nothing but that; what had come is kept."""
    with RecordingServer(mailbox_of(3_000)) as server:
        with started("export", url(server.port), "--to", str(tmp_path), "--json") as process:
            assert process.stdout is not None
            assert process.stdout.readline().startswith(b'{"folder"')
            process.stdout.close()
            assert process.stderr is not None
            said = process.stderr.read()
            assert process.wait(60) == 1
        assert re.fullmatch(rb"tuimail: 3,000 messages to fetch, .*\n", said)
        there = len(message_files(tmp_path))
        assert 0 < there < 3_000
        assert not message_files(tmp_path, ".part")
        again = export(server, tmp_path)
    assert again.said.endswith(f"saved {3_000 - there:,} + skipped {there:,} + failed 0\n")


def test_what_fails_is_told_and_the_rest_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "BACK_OFF", (0.01, 0.01, 0.01))
    folders = tuple(
        StoredFolder(name, LazyMessages(30, first_uid=first))
        for name, first in (("INBOX", 1), ("Closed", 101), ("Sent", 201))
    )
    server = FaultyServer(
        Mailbox(folders), faults={7: Fault.REFUSED, 208: Fault.LOST}, closed={"Closed"}
    )
    with server:
        done = export(server, tmp_path, "--all")
        as_json = export(server, tmp_path, "--all", "--json")
    assert done.status == 1
    assert "tuimail: Closed: " in done.said
    assert "INBOX, UID 7: the server" in done.said
    assert "Sent, UID 208: " in done.said
    assert "INBOX: server 30 = saved 29 + skipped 0 + failed 1\n" in done.said
    assert len(message_files(tmp_path)) == 58 == check_sums(tmp_path)
    bad = [line for line in as_json.objects[:-1] if line["status"] == "failed"]
    assert [(line["folder"], line["uid"], line["path"]) for line in bad] == [
        ("Closed", None, None),
        ("INBOX", 7, None),
        ("Sent", 208, None),
    ]
    assert all(line["error"] for line in bad)


def test_too_little_space_is_said_before_the_first_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tuimail.export.task.free_space", lambda _path: 5_000)
    with RecordingServer(mailbox_of(10)) as server:
        done = export(server, tmp_path)
        assert done.status == 1
        assert "the export needs about 29K" in done.said
        assert f"{tmp_path} has room for 4.9K" in done.said
        assert not [c for c in server.commands if b"BODY.PEEK[]" in c]


def test_msg_files_hold_the_messages(tmp_path: Path) -> None:
    with RecordingServer(mailbox_of(25)) as server:
        done = export(server, tmp_path, "--format", "msg", "--json")
    assert done.status == 0, done.said
    assert [line["format"] for line in done.objects[:-1]] == ["msg"] * 25
    found = message_files(tmp_path, ".msg")
    assert len(found) == 25 == check_sums(tmp_path)
    assert not message_files(tmp_path, ".part")
    by_uid = {line["uid"]: line for line in done.objects[:-1]}
    assert by_uid[3]["sha256"] == hashlib.sha256(plain_message(3)).hexdigest()
    with (tmp_path / by_uid[3]["path"]).open("rb") as file:
        assert read_msg(file).properties[PR_SUBJECT] == "Message 3"


def test_large_mailbox_from_dovecot_adds_new_mail_only(
    dovecot_user: DovecotUser, tmp_path: Path
) -> None:
    dovecot_user.append(*map(plain_message, range(1, 251)))
    flags = dovecot_user.flags()
    account = url(dovecot_user.server.port, dovecot_user.name)

    def export_again() -> Done:
        return run(
            "export", account, "--to", str(tmp_path), "--json", password=dovecot_user.password
        )

    assert export_again().objects[-1]["summary"]["saved"] == 250
    assert dovecot_user.flags() == flags
    dovecot_user.append(plain_message(251))
    dovecot_user.expunge(5)
    assert export_again().objects[-1]["summary"] == {
        "server": 250,
        "saved": 1,
        "skipped": 249,
        "failed": 0,
    }
    assert len(message_files(tmp_path)) == 251 == check_sums(tmp_path)
