"""What has come whole is brought to the disk."""

from __future__ import annotations

import hashlib
import sys
import threading
from pathlib import Path

import pytest

from tests.export.exporting import files
from tuimail.export import msg_worker
from tuimail.export.finishing import Finisher, WholeFile
from tuimail.export.frames import Message
from tuimail.export.names import SaveFormat
from tuimail.files import Directory

REFUSING = (
    "import json, sys\n"
    "for line in sys.stdin:\n"
    "    print(json.dumps({'msg': json.loads(line)['msg'], 'error': 'no'}), flush=True)\n"
)


def test_what_cannot_be_converted_is_saved_as_eml_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(msg_worker, "_COMMAND", (sys.executable, "-c", REFUSING))
    octets = [b"Subject: %d\r\n\r\n" % number for number in range(3)]
    finisher = Finisher(SaveFormat.MSG, threading.Event())
    with Directory.open(tmp_path) as directory:
        whole = []
        for number, raw in enumerate(octets):
            part = directory.create_part(f"{number}.eml")
            part.write(raw)
            message = Message(number, "2024-01-01T00:00:00+00:00", "hello", ())
            digest = hashlib.sha256(raw).hexdigest()
            whole.append(WholeFile(number, message, part, len(raw), digest))
        written, error = finisher.finish(directory, whole)
    finisher.close()
    assert error is None
    assert [(one.message, one.name, one.remark) for one in written] == [
        (number, f"{number}.eml", "saved as EML: no") for number in range(3)
    ]
    assert [one.file_sha256 for one in written] == [one.sha256 for one in whole]
    assert [files(tmp_path)[f"{number}.eml"] for number in range(3)] == octets
