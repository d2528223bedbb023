"""The command line: which command, with what, and the exit status."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from tuimail import __version__
from tuimail.errors import ConnectError, TuimailError

DONE, INCOMPLETE, WRONG_USAGE, NO_CONNECTION, INTERRUPTED = 0, 1, 2, 3, 130
"""Exit statuses."""

COMMANDS = ("browse", "demo")
DEFAULT_COMMAND = "browse"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; `arguments` without the program's name. Gives the exit status."""
    argv = list(sys.argv[1:] if arguments is None else arguments)
    options = build_parser().parse_args(with_command(argv))
    try:
        # Imported late: a command pays only for what it uses, `--help` for nothing.
        if options.command == "demo":
            from tuimail.cli.demo import run_demo

            return run_demo(connections=options.connections)
        from tuimail.cli.browse import run_browse

        return run_browse(
            options.account,
            password_command=options.password_command,
            ca_file=options.ca_file,
            fingerprint=options.fingerprint,
            allow_plaintext=options.allow_plaintext,
            connections=options.connections,
        )
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read us has enough; keep the interpreter from complaining at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except TuimailError as error:
        print(f"tuimail: {error}", file=sys.stderr)
        return NO_CONNECTION if isinstance(error, ConnectError) else WRONG_USAGE


def with_command(argv: list[str]) -> list[str]:
    """Arguments that name no command are those of `browse`: `tuimail imaps://ada@example.org`."""
    if any(argument in COMMANDS for argument in argv[:1]):
        return argv
    if argv and argv[0] in ("-h", "--help", "--version"):
        return argv
    return [DEFAULT_COMMAND, *argv]


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="tuimail",
        description="Look through an IMAP mailbox without changing a byte of it.",
        epilog="`tuimail demo` needs no account and no network. "
        "`tuimail imaps://ada%40example.org@imap.example.org` browses that mailbox.",
    )
    parser.add_argument("--version", action="version", version=f"tuimail {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    browse = commands.add_parser(
        "browse",
        help="browse a mailbox (what is done when no command is named)",
        description="Browse a mailbox. The password comes from TUIMAIL_PASSWORD, from "
        "--password-command, or from a question.",
    )
    browse.add_argument(
        "account",
        metavar="ACCOUNT",
        nargs="?",
        help="imaps://user@host[:port] (TLS), imap://user@host (STARTTLS), or "
        "imap+insecure://user@host (no protection; loopback only)",
    )
    browse.add_argument(
        "--password-command", metavar="CMD", help="a command that prints the password"
    )
    browse.add_argument(
        "--ca-file", metavar="PEM", type=Path, help="trust these certificates, not the system's"
    )
    browse.add_argument(
        "--fingerprint",
        metavar="SHA256",
        help="trust only the server certificate with this fingerprint",
    )
    browse.add_argument(
        "--allow-plaintext",
        action="store_true",
        help="let imap+insecure:// send the password unprotected to another machine",
    )
    demo = commands.add_parser(
        "demo",
        help="browse a built-in mailbox; needs no account and no network",
        description="Browse a built-in mailbox, served by a small IMAP server on this machine.",
    )
    for command in (browse, demo):
        command.add_argument(
            "--connections",
            metavar="N",
            type=_connection_count,
            default=4,
            help="open at most N connections (default: 4)",
        )
    return parser


def _connection_count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 32:
        raise argparse.ArgumentTypeError("a number from 1 to 32")
    return int(text)
