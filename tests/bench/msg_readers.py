"""Independent readers on what we write: `python -m tests.bench.msg_readers MAIL_OR_FOLDER...`

Each message is converted, and what extract-msg and npm's @kenjiuno/msgreader find in the .msg is
compared with what npm's mailparser finds in the EML. Printed: for each field how many values were
compared and how many differ, then each difference on one line, for a person to judge: one side or
the other may be wrong. Needs `pip install extract-msg`, Node.js, and
`npm install mailparser @kenjiuno/msgreader` in the folder whose node_modules --node-modules names.
"""

from __future__ import annotations

import argparse
import logging
import os
import subprocess
import sys
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import takewhile
from json import loads
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.msg_comparison import Comparison, compare_readings
from tests.bench.msg_extract import read_msg
from tests.bench.msg_reading import Reading, reading_from_json
from tests.mail_files import internet_messages
from tuimail.msg.writer import write_msg

EXPECTED_SCRIPT = Path(__file__).with_name("msg_expected.js")
READER_SCRIPT = Path(__file__).with_name("msg_readers.js")
SIDE_LIMIT = 80
"""Characters of a value in a line."""
_SECONDS_A_FILE = 2


def convert_files(mails: Sequence[Path], folder: Path) -> Iterator[Path]:
    """The .msg of each message, in order; an exception is printed, and leaves an empty file."""
    for number, mail in enumerate(mails):
        path = folder / f"{number}.msg"
        with path.open("wb") as out:
            try:
                write_msg(mail.read_bytes(), out)
            # Whatever it raises is a finding; the other messages are wanted too.
            except Exception as error:  # noqa: BLE001
                print(f"{mail}: write_msg raised {type(error).__name__}: {error}")
                out.truncate(0)
        yield path


def run_script(script: Path, modules: Path, files: Sequence[Path]) -> list[Reading]:
    """Of each file what the script reads in it. It is started again only after it broke down."""
    readings: list[Reading] = []
    while len(readings) < len(files):
        rest = files[len(readings) :]
        try:
            printed = subprocess.run(
                ["node", str(script)],
                input="\n".join(str(file.resolve()) for file in rest).encode(),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "NODE_PATH": str(modules)},
                timeout=30 + _SECONDS_A_FILE * len(rest),
                check=False,
            ).stdout
        except subprocess.TimeoutExpired as late:
            printed = late.stdout or b""
        # Only LF ends a line here, and what follows the last one was cut off.
        lines = printed.split(b"\n")[:-1]
        readings += [reading_from_json(loads(line)) for line in lines]
        if len(lines) < len(rest):
            readings.append(Reading(error=f"{script.name} ended, or did not end, at this file"))
    return readings


def compare_files(
    mails: Sequence[Path], converted: Sequence[Path], modules: Path, rtf_limit: int
) -> Iterator[tuple[Path, str, Comparison]]:
    """(message, reader, comparison)"""
    expected = run_script(EXPECTED_SCRIPT, modules, mails)
    found = {
        "msgreader": run_script(READER_SCRIPT, modules, converted),
        "extract-msg": [read_msg(path, rtf_limit) for path in converted],
    }
    unread = sum(1 for got in found["extract-msg"] if not got.error and got.rtf_html is None)
    print(f"{unread} messages whose RTF is larger than {rtf_limit:,} octets: not taken apart")
    for reader, readings in found.items():
        for mail, wanted, got in zip(mails, expected, readings, strict=True):
            for comparison in compare_readings(wanted, got, mail.read_bytes()):
                yield mail, reader, comparison


def print_report(
    comparisons: Iterator[tuple[Path, str, Comparison]], field: str | None, limit: int
) -> None:
    """A table of fields, then the differences; what both readers say of a message only once."""
    compared: Counter[tuple[str, str]] = Counter()
    different: Counter[tuple[str, str]] = Counter()
    lines: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for mail, reader, (name, expected, got, equal) in comparisons:
        compared[name, reader] += 1
        if not equal:
            different[name, reader] += 1
            sides = "expected {!r} got {!r}".format(*shorten_sides(expected, got))
            lines[name][f"{mail} {name}: {sides}"].append(reader)
    print(f"{'field':28} {'reader':12} {'compared':>9} {'equal':>9} {'different':>9}")
    for (name, reader), count in sorted(compared.items()):
        wrong = different[name, reader]
        print(f"{name:28} {reader:12} {count:9,} {count - wrong:9,} {wrong:9,}")
    for name in sorted(lines):
        if field in (None, name):
            print(f"\n{name}")
            for line, readers in list(lines[name].items())[:limit]:
                print(f"{line} ({' and '.join(dict.fromkeys(readers))})")
            if len(lines[name]) > limit:
                print(f"… and {len(lines[name]) - limit} more")


def shorten_sides(expected: str, got: str) -> tuple[str, str]:
    """Both from a little before the place where they part."""
    pairs = zip(expected, got, strict=False)
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    start = 0 if max(len(expected), len(got)) <= SIDE_LIMIT else max(0, same - 20)
    return expected[start : start + SIDE_LIMIT], got[start : start + SIDE_LIMIT]


def main() -> None:
    """Convert, read, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mails", nargs="+", type=Path, metavar="MAIL_OR_FOLDER")
    parser.add_argument("--node-modules", type=Path, default=Path("node_modules"), metavar="DIR")
    parser.add_argument("--field", help="print the differences of this field alone")
    parser.add_argument("--limit", type=int, default=1000, help="differences printed of a field")
    parser.add_argument("--rtf-limit", type=int, default=120_000, help="octets; larger RTF is slow")
    options = parser.parse_args()
    # Both talk of what they do not like; what they find is what counts here.
    logging.disable()
    warnings.simplefilter("ignore")
    mails = internet_messages(options.mails)
    if not mails:
        sys.exit("no messages there")
    with TemporaryDirectory() as folder:
        converted = list(convert_files(mails, Path(folder)))
        comparisons = compare_files(mails, converted, options.node_modules, options.rtf_limit)
        print_report(comparisons, options.field, options.limit)


if __name__ == "__main__":
    main()
