"""Verifying the files of an export, without a server."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.export.exports import stored, write_export, write_message
from tests.export.ledgers import ACCOUNT, asked
from tests.msg.letters import FULL
from tests.system import MOUNTING
from tuimail.export.difference import Difference
from tuimail.export.ledger import Ledger
from tuimail.export.names import SaveFormat
from tuimail.export.proof import write_proof
from tuimail.export.records import Status
from tuimail.export.verify import verify_files
from tuimail.files import Directory
from tuimail.msg.__main__ import main as convert

HERE = Path(__file__).parents[1]

OTHER_BYTES = (
    "it holds other bytes than were saved; delete it, and the next export fetches it again"
)


def verify(path: Path) -> list[Difference]:
    with Directory.open(path, create=False) as directory, Ledger.read(directory) as ledger:
        return list(verify_files(directory, ledger))


def told(path: Path) -> list[tuple[str, str | None, str]]:
    return [(found.kind.value, found.path, found.sentence) for found in verify(path)]


@contextmanager
def changing(path: Path, save_format: SaveFormat = SaveFormat.EML) -> Iterator[Ledger]:
    """A ledger that is changed, and the proof of what it says then."""
    with (
        Directory.open(path) as directory,
        Ledger.open(directory, ACCOUNT, save_format) as ledger,
    ):
        yield ledger
        write_proof(ledger, directory)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    write_export(tmp_path / "mail")
    return tmp_path / "mail"


def test_an_export_is_as_it_was_written(export: Path) -> None:
    assert verify(export) == []


def test_every_file_is_counted(export: Path) -> None:
    seen: list[tuple[int, int]] = []
    with Directory.open(export) as directory, Ledger.read(directory) as ledger:
        list(verify_files(directory, ledger, lambda done, total: seen.append((done, total))))
    assert seen == [(done, 9) for done in range(1, 10)]


def flip_one_bit(path: Path) -> None:
    octets = bytearray(path.read_bytes())
    octets[len(octets) // 2] ^= 1
    path.write_bytes(octets)


def make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def make_link(path: Path) -> None:
    path.rename(path.parents[2] / "kept")
    path.symlink_to(path.parents[2] / "kept")


def make_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("change", "kind", "sentence"),
    [
        (flip_one_bit, "altered", OTHER_BYTES),
        (lambda path: path.write_bytes(b""), "altered", "it has 0 bytes; {size} were saved"),
        (Path.unlink, "missing", "it is not there"),
        (
            make_folder,
            "altered",
            "cannot read {path}: something that is no file has that name",
        ),
        (
            make_link,
            "altered",
            "cannot read {path}: it is a link, and links are not followed there",
        ),
        (make_pipe, "altered", "cannot read {path}: something that is no file has that name"),
    ],
)
def test_one_file_that_is_not_as_it_was(
    export: Path, change: Callable[[Path], object], kind: str, sentence: str
) -> None:
    path = export / "INBOX" / "3.eml"
    size = path.stat().st_size
    change(path)
    (found,) = verify(export)
    assert (found.kind.value, found.sentence) == (kind, sentence.format(size=size, path=path))
    assert (found.folder, found.uid_validity, found.uid) == ("INBOX", 1, 3)
    assert found.path == "INBOX/3.eml"


def test_a_byte_a_file_and_a_file_too_many_are_named(export: Path) -> None:
    flip_one_bit(export / "Archive/2024/12.eml")
    (export / "INBOX/4.eml").unlink()
    shutil.copy(export / "INBOX/5.eml", export / "INBOX/5~2.eml")
    assert told(export) == [
        ("altered", "Archive/2024/12.eml", OTHER_BYTES),
        ("missing", "INBOX/4.eml", "it is not there"),
        ("unknown", "INBOX/5~2.eml", "it was not written by this export"),
    ]


NOT_AS_THE_LEDGER = "it is not what the ledger says; the next export writes it anew"


@pytest.mark.parametrize("name", ["index.csv", "SHA256SUMS"])
@pytest.mark.parametrize(
    ("change", "kind", "sentence"),
    [
        (Path.unlink, "missing", "it is not there"),
        (flip_one_bit, "altered", NOT_AS_THE_LEDGER),
        (lambda path: path.write_bytes(b""), "altered", NOT_AS_THE_LEDGER),
        (lambda path: path.write_bytes(path.read_bytes()[:-1]), "altered", NOT_AS_THE_LEDGER),
        (lambda path: path.write_bytes(path.read_bytes() + b"x"), "altered", NOT_AS_THE_LEDGER),
        (
            lambda path: (path.rename(path.parent.parent / "moved"), path.symlink_to("../moved")),
            "altered",
            "cannot read {path}: it is a link, and links are not followed there",
        ),
    ],
)
def test_a_proof_that_is_not_what_the_ledger_says(
    export: Path, name: str, change: Callable[[Path], object], kind: str, sentence: str
) -> None:
    change(export / name)
    assert told(export) == [(kind, name, sentence.format(path=export / name))]


def test_a_proof_that_was_written_before_the_ledger_changed(export: Path) -> None:
    with (
        Directory.open(export) as directory,
        Ledger.open(directory, ACCOUNT, SaveFormat.EML) as ledger,
    ):
        (record,) = ledger.records(Status.SAVED, most=1)
        ledger.note([record._replace(flags=())])
    assert told(export) == [("altered", "index.csv", NOT_AS_THE_LEDGER)]


def test_files_of_strangers_wherever_they_are(export: Path) -> None:
    odd = os.fsdecode(b"INBOX/\xff\x1b[2J.eml")
    for name in ("x.eml", "INBOX/index.csv", "deep/er/SHA256SUMS", "INBOX/.tuimail/a", odd):
        path = export / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    (export / "link").symlink_to("/etc")
    (export / "Archive/dangling").symlink_to("nowhere")
    for name in ("INBOX/half.eml.part", "index.csv.part"):
        (export / name).write_bytes(b"what a crash left")
    (export / "empty").mkdir()
    assert {(kind, path) for kind, path, _ in told(export)} == {
        ("unknown", name)
        for name in (
            *("x.eml", "INBOX/index.csv", "deep/er/SHA256SUMS", "INBOX/.tuimail/a", odd),
            *("link", "Archive/dangling", "INBOX/half.eml.part", "index.csv.part"),
        )
    }


def test_what_was_never_finished(export: Path) -> None:
    (export / "INBOX/half.eml.part").write_bytes(b"what a crash left")
    assert told(export) == [("unknown", "INBOX/half.eml.part", "it was never finished")]


def test_a_folder_that_was_replaced_by_a_link(export: Path, tmp_path: Path) -> None:
    (export / "Archive").rename(tmp_path / "moved")
    (export / "Archive").symlink_to(tmp_path / "moved")
    assert told(export) == [
        *(("missing", f"Archive/2024/{uid}.eml", "it is not there") for uid in (11, 12, 13)),
        ("unknown", "Archive", "it was not written by this export"),
    ]


def test_folders_deeper_than_a_path_may_be_long(export: Path) -> None:
    folder = Directory.open(export)
    for _ in range(50):
        with folder:
            folder = folder.child("d" * 100)
    with folder, folder.create_part("x") as part:
        part.finish()
    (found,) = verify(export)
    assert (found.kind.value, found.path) == ("unknown", ("d" * 100 + "/") * 50 + "x")


def test_what_failed_and_what_never_came_is_told(export: Path) -> None:
    with changing(export) as ledger:
        ledger.note([asked(8)._replace(status=Status.FAILED, error="the server sends garbage")])
        ledger.ask([asked(uid) for uid in range(100, 1_300)])
    first, second = verify(export)
    assert (first.kind.value, first.folder, first.uid) == ("failed", "INBOX", 8)
    assert first.sentence == "it was not saved: the server sends garbage"
    assert (second.kind.value, second.folder, second.uid) == ("unfinished", "INBOX", None)
    assert second.sentence.startswith("1,200 of its messages have not been saved yet")


def test_a_folder_that_could_not_be_opened_is_told(export: Path) -> None:
    with changing(export) as ledger:
        (closed,) = (folder for folder in ledger.folders() if folder.name == "Archive")
        ledger.note_unopened(closed.id, "the server refused EXAMINE: Permission denied")
    (found,) = verify(export)
    assert (found.kind.value, found.folder, found.uid) == ("failed", "Archive", None)
    assert found.sentence == (
        "it could not be opened: the server refused EXAMINE: Permission denied"
    )


@pytest.mark.parametrize(
    "path", ["../outside.eml", "/etc/passwd", "INBOX/../../x", "INBOX/", "a\0b"]
)
def test_a_ledger_cannot_lead_outside(export: Path, path: str) -> None:
    (export.parent / "outside.eml").write_bytes(b"")
    with changing(export) as ledger:
        (record,) = ledger.records(Status.SAVED, most=1)
        ledger.note([record._replace(uid=99, path=path, file_size=0)])
    (found,) = verify(export)
    assert found.kind.value == "missing"


def test_saved_without_a_file(export: Path) -> None:
    with changing(export) as ledger:
        ledger.note([asked(99)._replace(status=Status.SAVED)])
    assert told(export) == [
        ("missing", None, "the ledger names no files of 1 messages that were saved")
    ]


def write_msg_export(path: Path, *files: bytes) -> None:
    with changing(path, SaveFormat.MSG) as ledger:
        folder = ledger.add_folder(b"INBOX", "INBOX", "INBOX")
        for uid, octets in enumerate(files, 1):
            record = write_message(path, folder, 1, stored(uid, octets))
            (path / f"INBOX/{uid}.eml").rename(path / f"INBOX/{uid}.msg")
            ledger.note([record._replace(path=f"INBOX/{uid}.msg")])


def test_msg_files_are_read_back(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(FULL)
    convert([str(tmp_path / "a.eml"), str(tmp_path / "a.msg")])
    whole = (tmp_path / "a.msg").read_bytes()
    write_msg_export(tmp_path / "mail", whole, whole[:-4_096], b"Subject: no MSG\r\n\r\n")
    assert [(kind, path) for kind, path, _ in told(tmp_path / "mail")] == [
        ("unreadable", "INBOX/2.msg"),
        ("unreadable", "INBOX/3.msg"),
    ]
    assert told(tmp_path / "mail")[1][2] == (
        "it cannot be read back: This is no Outlook .msg file."
    )


VERIFY = """
import pathlib, sys
from tuimail.export.ledger import Ledger
from tuimail.export.verify import verify_files
from tuimail.files import Directory
with Directory.open(pathlib.Path(sys.argv[1]), create=False) as directory:
    with Ledger.read(directory) as ledger:
        print([(found.kind.value, found.path) for found in verify_files(directory, ledger)])
"""


@pytest.mark.usefixtures("unshare")
def test_a_read_only_medium(export: Path) -> None:
    (export / "INBOX/4.eml").unlink()
    script = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && "$2" -c "$3" "$1"'
    command = ["sh", "-c", script, "sh", str(export), sys.executable, VERIFY]
    done = subprocess.run(
        [*MOUNTING, *command], capture_output=True, encoding="utf-8", check=True, cwd=HERE.parent
    )
    assert done.stdout == "[('missing', 'INBOX/4.eml')]\n"


def test_nothing_is_written(export: Path) -> None:
    def times() -> dict[str, int]:
        return {str(path): path.stat().st_mtime_ns for path in export.rglob("*")}

    before = times()
    verify(export)
    assert times() == before
