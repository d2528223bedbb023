"""MANUAL.md, made from the parser: `python -m tuimail.cli.manual > MANUAL.md`.

With `--check FILE` nothing is written; the exit status says whether the file is up to date.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from tuimail.cli.manual_chapters import BEGINNING, CHAPTERS
from tuimail.cli.parser import COMMANDS, DEFAULT_COMMAND


def write_manual() -> str:
    """The whole text."""
    parser = argparse.ArgumentParser(prog="tuimail")
    commands = parser.add_subparsers()
    described = {name: add(commands, name) for name, add in COMMANDS.items()}
    # Browsing takes an account and what belongs to it, and nothing else.
    shared = _arguments(described[DEFAULT_COMMAND])
    return "\n".join(
        [
            BEGINNING,
            *_table(shared),
            *(
                line
                for name, command in described.items()
                for line in _describe(name, command, {action.dest for action in shared})
            ),
            CHAPTERS,
        ]
    )


def _describe(name: str, command: argparse.ArgumentParser, shared: set[str]) -> Iterator[str]:
    arguments = _arguments(command)
    places = [action for action in arguments if not action.option_strings]
    words = [f"[{one.metavar}]" if one.nargs == "?" else str(one.metavar) for one in places]
    yield f"### tuimail {name}\n"
    yield f"`{' '.join(['tuimail', name, *words, '[OPTION]...'])}`\n"
    yield f"{' '.join((command.description or '').split())}\n"
    yield from _table([action for action in arguments if action.dest not in shared])
    yield "```"
    epilog = command.epilog or ""
    yield from (line.strip() for line in epilog.removeprefix("examples:\n").splitlines())
    yield "```\n"


def _arguments(command: argparse.ArgumentParser) -> list[argparse.Action]:
    # argparse has no public way to read what was put in, and its own text differs by version.
    return [action for action in command._actions if action.dest != "help"]  # noqa: SLF001


def _table(actions: list[argparse.Action]) -> Iterator[str]:
    if actions:
        yield "| | |"
        yield "|---|---|"
        yield from (f"| {_name(action)} | {_escape(action.help or '')} |" for action in actions)
        yield ""


def _name(action: argparse.Action) -> str:
    if not action.option_strings:
        return str(action.metavar)
    takes_value = action.nargs != 0
    value = f" {action.metavar}" if takes_value else ""
    return f"`{action.option_strings[-1]}{value}`"


def _escape(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> int:
    """Write it to stdout, or check a file; gives the exit status."""
    options = argparse.ArgumentParser(description="write MANUAL.md to stdout")
    options.add_argument("--check", metavar="FILE", type=Path, help="compare, and write nothing")
    file: Path | None = options.parse_args().check
    text = write_manual()
    if file is None:
        sys.stdout.write(text)
        return 0
    if file.read_text(encoding="utf-8") == text:
        return 0
    print(f"{file} is not up to date: python -m tuimail.cli.manual > {file}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
