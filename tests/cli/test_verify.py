"""`tuimail verify`, on exports that `tuimail export` wrote."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.command import Done, run, url
from tests.cli.conftest import Served
from tests.servers.archive import RecordingServer
from tests.servers.dovecot import DovecotUser
from tests.servers.mailboxes import mailbox_of, mailbox_with, plain_message
from tuimail.archive.mailbox import Mailbox, StoredFolder

KEYS = ["kind", "folder", "uid_validity", "uid", "path", "sentence"]


def export(account: str, path: Path, *arguments: str, password: str) -> None:
    done = run("export", account, "--to", str(path), *arguments, password=password)
    assert done.status == 0, done.said


def file_of(path: Path, uid: int) -> Path:
    """The one file of this UID."""
    (found,) = path.glob(f"*_{uid}.???")
    return found


def flip_one_bit(path: Path) -> None:
    octets = bytearray(path.read_bytes())
    octets[len(octets) // 2] ^= 1
    path.write_bytes(octets)


def check_sums(path: Path) -> int:
    """The exit status of `sha256sum -c`."""
    command = ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
    return subprocess.run(command, cwd=path, capture_output=True, check=False).returncode


@pytest.mark.parametrize("save_format", ["eml", "msg"])
def test_a_fresh_export_has_no_difference(served: Served, tmp_path: Path, save_format: str) -> None:
    path = tmp_path / "mail"
    export(served.url, path, "--all", "--format", save_format, password=served.password)
    count = sum(len(folder.messages) for folder in served.mailbox.folders)
    assert sum(1 for _ in path.rglob(f"*.{save_format}")) == count
    assert check_sums(path) == 0
    offline = run("verify", str(path), "--json")
    assert (offline.status, offline.said) == (
        0,
        f"tuimail: {count} files are as they were saved\n",
    )
    assert offline.objects == [{"summary": {"files": count, "differences": 0}}]
    done = run("verify", str(path), served.url, password=served.password)
    assert (done.status, done.text) == (0, "")
    assert done.said == (
        f"tuimail: {count} files are as they were saved, and the server holds the same messages\n"
    )


def test_five_differences_are_five(dovecot_user: DovecotUser, tmp_path: Path) -> None:
    """One byte, one file less, one file more, one message more, one less: exactly those."""
    user, path = dovecot_user, tmp_path / "mail"
    account = url(user.server.port, user.name)
    user.create("Archive", "Archive/Gr&APYA3w-e")
    user.append(*map(plain_message, range(1, 31)))
    user.append(*map(plain_message, range(31, 41)), folder="Archive/Gr&APYA3w-e")
    export(account, path, "--all", password=user.password)
    flags = user.flags()
    assert run("verify", str(path), account, password=user.password).status == 0
    assert user.flags() == flags

    altered = file_of(path / "INBOX", 2)
    missing = file_of(path / "Archive/Größe", 3)
    flip_one_bit(altered)
    missing.unlink()
    shutil.copy(file_of(path / "INBOX", 5), path / "INBOX/copy.eml")
    user.append(plain_message(41))
    user.expunge(7)
    gone = file_of(path / "INBOX", 7)

    done = run("verify", str(path), account, "--json", password=user.password)
    assert done.status == 1
    assert done.said == "tuimail: 40 files, 5 differences\n"
    *found, last = done.objects
    nothing = {"messages": 0, "folders": 0}
    assert last == {"summary": {"files": 40, "differences": 5, "not_asked_for": nothing}}
    assert all(list(one) == KEYS for one in found)
    assert {(one["kind"], one["folder"], one["uid"], one["path"]) for one in found} == {
        ("altered", "INBOX", 2, f"INBOX/{altered.name}"),
        ("missing", "Archive/Größe", 3, f"Archive/Größe/{missing.name}"),
        ("unknown", None, None, "INBOX/copy.eml"),
        ("new", "INBOX", 31, None),
        ("gone", "INBOX", 7, f"INBOX/{gone.name}"),
    }
    assert len(found) == 5

    shown = run("verify", str(path), account, password=user.password)
    assert shown.status == 1
    assert sorted(line.split("  ")[0] for line in shown.lines) == [
        *("DIFFERENCE", "altered", "gone", "missing", "new", "unknown")
    ]
    assert next(line for line in shown.lines if line.startswith("new")).split(maxsplit=4) == [
        *("new", "INBOX,", "UID", "31", "it is on the server, and not in the export")
    ]

    export(account, path, "--all", password=user.password)
    again = run("verify", str(path), account, "--json", password=user.password)
    assert {one["kind"] for one in again.objects[:-1]} == {"altered", "unknown", "gone"}


def test_what_was_not_asked_for_is_no_difference(tmp_path: Path) -> None:
    others = (StoredFolder("Sent", ()), StoredFolder("Trash", ()))
    with RecordingServer(Mailbox((*mailbox_of(20).folders, *others))) as server:
        export(url(server.port), tmp_path, "--uid", "1:5", password=server.password)
        done = run("verify", str(tmp_path), url(server.port))
        as_json = run("verify", str(tmp_path), url(server.port), "--json")
    assert done.status == 0
    assert done.said.splitlines() == [
        "tuimail: INBOX: on the server are 15 messages more, not asked for",
        "tuimail: on the server are 2 folders more, not asked for",
        "tuimail: 5 files are as they were saved, and the server still holds them, beside what was"
        " not asked for",
    ]
    assert as_json.objects[-1]["summary"]["not_asked_for"] == {"messages": 15, "folders": 2}


def test_another_account_is_refused(tmp_path: Path) -> None:
    with RecordingServer(mailbox_with(plain_message(1))) as server:
        export(url(server.port), tmp_path, password=server.password)
        done = run("verify", str(tmp_path), url(server.port, "bob"))
        assert not any(b"bob" in command for command in server.commands)
        holds = f"{tmp_path} holds the mail of demo@127.0.0.1:{server.port}"
        assert done.said == f"tuimail: {holds}, not that of bob@127.0.0.1:{server.port}\n"
    assert (done.status, done.text) == (2, "")


def test_a_server_that_is_gone_is_said_before_files_are_read(tmp_path: Path) -> None:
    with RecordingServer(mailbox_with(plain_message(1))) as server:
        account = url(server.port)
        export(account, tmp_path, password=server.password)
    file_of(tmp_path / "INBOX", 1).unlink()
    done = run("verify", str(tmp_path), account)
    assert (done.status, done.text) == (3, "")
    assert run("verify", str(tmp_path)).status == 1


@pytest.mark.parametrize("there", [False, True])
def test_where_there_is_no_export(tmp_path: Path, there: bool) -> None:
    path = tmp_path / "mail"
    if there:
        path.mkdir()
    done = run("verify", str(path))
    assert done.status == (2 if there else 1)
    sentence = (
        "there is no export in {}" if there else "cannot open the folder {}: it does not exist"
    )
    assert done.said == f"tuimail: {sentence.format(path)}\n"
    assert not there or os.listdir(path) == []


def test_hostile_names_reach_no_terminal(tmp_path: Path) -> None:
    with RecordingServer(mailbox_with(plain_message(1))) as server:
        export(url(server.port), tmp_path, password=server.password)
    (tmp_path / "INBOX/\x1b]0;owned\x07\u202egnp.exe").touch()
    (tmp_path / os.fsdecode(b"\xff.eml")).touch()
    done = run("verify", str(tmp_path))
    assert done.status == 1
    assert [re.split(r" {2,}", line)[1] for line in done.lines[1:]] == [
        "�.eml",
        "INBOX/�]0;owned��gnp.exe",
    ]
    told: Done = run("verify", str(tmp_path), "--json")
    assert [one["path"] for one in told.objects[:-1]] == [
        "\udcff.eml",
        "INBOX/\x1b]0;owned\x07\u202egnp.exe",
    ]
    assert b"\x1b" not in told.octets


@pytest.mark.parametrize("what", ["link", "beginning"])
def test_what_is_no_whole_export(tmp_path: Path, what: str) -> None:
    path, ledger = tmp_path / "mail", tmp_path / "mail/.tuimail"
    path.mkdir()
    if what == "link":
        (tmp_path / "elsewhere").mkdir()
        ledger.symlink_to(tmp_path / "elsewhere")
    else:
        ledger.mkdir()
        (ledger / "ledger.sqlite3").touch()
    with RecordingServer(mailbox_of(3)) as server:
        command = ("export", url(server.port), "--to", str(path))
        dry = run(*command, "--dry-run")
        verified = run("verify", str(path))
        done = run(*command)
    assert verified.status == 2
    if what == "link":
        assert dry.said == done.said
        assert "a link or a file stands where a folder belongs" in dry.said
        assert (dry.status, done.status) == (1, 1)
    else:
        assert verified.said == (
            f"tuimail: there is only the beginning of an export in {path}; export again\n"
        )
        assert (dry.status, done.status) == (0, 0)


def test_a_name_is_told_as_list_tells_it(tmp_path: Path) -> None:
    name = "a\u202eb\x07"
    mailbox = Mailbox((StoredFolder(name, mailbox_of(2).folders[0].messages),))
    with RecordingServer(mailbox) as server:
        listed = run("list", url(server.port), "--all", "--json").objects
        command = ("export", url(server.port), "--all", "--to", str(tmp_path), "--json")
        planned = run(*command, "--dry-run").objects
        exported = run(*command).objects[:-1]
        skipped = run(*command).objects[:-1]
        file_of(next(one for one in tmp_path.iterdir() if one.name.startswith("a")), 1).unlink()
        verified = run("verify", str(tmp_path), "--json").objects[:-1]
        shown = run("verify", str(tmp_path))
    for lines in (listed, planned, exported, skipped, verified):
        assert {line["folder"] for line in lines} == {name}
    assert not {"\u202e", "\x07"} & set(shown.text + shown.said)
