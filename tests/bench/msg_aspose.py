"""Our .msg files beside Aspose.Email's: `python -m tests.bench.msg_aspose --aspose-python PYTHON`

PYTHON is one that has Aspose.Email-for-Python-via-NET; its evaluation mode does. Both convert the
same messages as one process each, on one core, in turns; printed: seconds of the whole process
and its peak of memory. With --open Aspose opens every .msg that we write of the mails that are
named, and what it finds is compared with the EML as Python's email package reads it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any, NamedTuple

from tests.bench.mailboxes import small_messages, varied_messages
from tests.mail_files import internet_messages

OURS = [sys.executable, "-m", "tuimail.msg"]
WORKER = Path(__file__).with_name("msg_aspose_worker.py")
RUNS = 3
LARGE = 30 << 20
RECIPIENTS = 2_000
_READ, _UNSENT = 0x01, 0x08


class Cost(NamedTuple):
    seconds: float
    memory: int
    """Peak of the process in KB."""


def run_worker(command: Sequence[str], orders: Iterable[dict[str, str]]) -> tuple[Cost, list[Any]]:
    """All orders to one process; its cost and its answers."""
    with TemporaryFile("w+") as stdin, TemporaryFile("w+") as stdout:
        for order in orders:
            print(json.dumps(order), file=stdin)
        stdin.seek(0)
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.DEVNULL,
            # .NET needs a library for languages otherwise, and shows dates in the machine's zone.
            env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1", "TZ": "UTC"},
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        stdout.seek(0)
        return Cost(seconds, usage.ru_maxrss), [json.loads(line) for line in stdout]


def conversion_orders(mails: Iterable[Path], folder: Path) -> Iterator[dict[str, str]]:
    for number, mail in enumerate(mails):
        yield {"eml": str(mail.resolve()), "msg": str(folder / f"{number}.msg")}


def write_messages(messages: Iterable[bytes], folder: Path) -> list[Path]:
    """One file each."""
    folder.mkdir()
    files = []
    for number, raw in enumerate(messages):
        files.append(folder / f"{number}.eml")
        files[-1].write_bytes(raw)
    return files


def write_large(path: Path) -> list[Path]:
    """A message of 30 MiB with one attachment, written in pieces: a child's peak of memory counts
    what its parent held when it was made."""
    with path.open("wb") as file:
        file.write(
            b"From: a@example.com\r\nTo: b@example.com\r\nSubject: large\r\n"
            b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n'
            b"--x\r\nContent-Type: text/plain\r\n\r\nSee there.\r\n"
            b"--x\r\nContent-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n"
            b'Content-Disposition: attachment; filename="large.zip"\r\n\r\n'
        )
        line = b64encode(bytes(range(57))) + b"\r\n"
        for _ in range(LARGE // len(line) // 1000):
            file.write(line * 1000)
        file.write(b"--x--\r\n")
    return [path]


def many_recipients() -> bytes:
    people = ",\r\n ".join(
        f"Reader {number} <r{number}@example.com>" for number in range(RECIPIENTS)
    )
    return f"From: a@example.com\r\nTo: {people}\r\nSubject: many\r\n\r\nHello.\r\n".encode()


def measure(name: str, mails: Sequence[Path], workers: dict[str, list[str]], folder: Path) -> None:
    """Convert in turns; print a row."""
    costs: dict[str, list[Cost]] = {worker: [] for worker in workers}
    errors = dict.fromkeys(workers, 0)
    for _ in range(RUNS):
        for worker, command in workers.items():
            target = folder / worker
            target.mkdir(exist_ok=True)
            cost, answers = run_worker(command, conversion_orders(mails, target))
            costs[worker].append(cost)
            failed = sum("error" in answer for answer in answers)
            errors[worker] = failed + len(mails) - len(answers)
    row = f"{name:24}"
    seconds = []
    for worker in workers:
        seconds.append(statistics.median(cost.seconds for cost in costs[worker]))
        memory = max(cost.memory for cost in costs[worker]) / 1024
        row += f"{seconds[-1]:8.2f} s {memory:5.0f} MB {errors[worker]:4} failed"
    print(f"{row}{seconds[0] / seconds[1]:8.2f}", flush=True)


def run_benchmark(
    workers: dict[str, list[str]], count: int, mails: Sequence[Path], folder: Path
) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    print(f"{'':24}" + "".join(f"{worker:>29}" for worker in workers) + "   ratio")
    small = write_messages((sample.raw for sample in small_messages(count)), folder / "small")
    varied = write_messages((sample.raw for sample in varied_messages(count)), folder / "varied")
    measure("1 small, so the start", small[:1], workers, folder)
    measure(f"{count:,} small", small, workers, folder)
    measure(f"{count:,} varied", varied, workers, folder)
    measure("30 MiB", write_large(folder / "large.eml"), workers, folder)
    many = write_messages([many_recipients()], folder / "many")
    measure(f"{RECIPIENTS:,} recipients", many, workers, folder)
    if mails:
        measure(f"{len(mails):,} named", mails, workers, folder)


def compare_opened(aspose: list[str], mails: Sequence[Path], folder: Path) -> None:
    """Print what Aspose finds in our files that the EML does not say."""
    _, answers = run_worker(OURS, conversion_orders(mails, folder))
    opened = [{"msg": str(folder / f"{number}.msg")} for number in range(len(mails))]
    _, found = run_worker(aspose, opened)
    print(f"{len(mails)} messages, {len(answers)} converted, {len(found)} opened")
    different = 0
    for mail, got in zip(mails, found, strict=False):
        expected = expect(message_from_bytes(mail.read_bytes()))
        if "error" in got:
            expected = {"error": "none"}
        else:
            got["flags"] &= _READ | _UNSENT
        for field, value in expected.items():
            if value != got[field]:
                different += 1
                print(f"{mail} {field}: expected {str(value)[:80]!r} got {str(got[field])[:80]!r}")
    print(f"{different} differences")


def expect(message: Message) -> dict[str, Any]:
    """The values of an EML under the names that the worker gives them."""
    return {
        "class": _message_class(message),
        "flags": _READ,
        "date": _date(message),
        "message_id": (message.get("Message-ID") or "").strip(),
        "recipients": [
            [role, address] for role in ("to", "cc", "bcc") for address in _addresses(message, role)
        ],
    }


def _addresses(message: Message, role: str) -> list[str]:
    # What `get` gives has lost its octets over 127.
    values = [
        value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        for name, value in message.raw_items()
        if name.lower() == role
    ]
    try:
        return [address for _, address in getaddresses(values) if address]
    except RecursionError:
        return ["too many for Python's email package"]


def _message_class(message: Message) -> str:
    """MS-OXOSMIME 2.1."""
    content_type = message.get_content_type()
    protocol = str(message.get_param("protocol", ""))
    if content_type == "multipart/signed" and "pkcs7" in protocol:
        return "IPM.Note.SMIME.MultipartSigned"
    return "IPM.Note.SMIME" if content_type.endswith("/pkcs7-mime") else "IPM.Note"


def _date(message: Message) -> str | None:
    try:
        date = parsedate_to_datetime(str(message.get("Date", "")))
    except ValueError:
        return None
    # Without a zone it is UTC (RFC 5322, 3.3, `-0000`).
    return f"{date if date.tzinfo is None else date.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"


def main() -> None:
    """Measure, or open."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mails", nargs="*", type=Path, metavar="MAIL_OR_FOLDER")
    parser.add_argument("--aspose-python", required=True, metavar="PYTHON")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--open", action="store_true", dest="opens")
    options = parser.parse_args()
    aspose = [options.aspose_python, str(WORKER)]
    mails = internet_messages(options.mails)
    with TemporaryDirectory() as folder:
        if options.opens:
            compare_opened(aspose, mails, Path(folder))
        else:
            workers = {"tuimail": OURS, "Aspose.Email": aspose}
            run_benchmark(workers, options.count, mails, Path(folder))


if __name__ == "__main__":
    main()
