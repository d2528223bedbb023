"""The grammar of the command line; MANUAL.md is made of it too."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeAlias

from tuimail import __version__
from tuimail.cli.options import Options

DEFAULT_COMMAND = "browse"
SORT_KEYS = ("arrival", "received", "date", "from", "to", "cc", "subject", "size")

# argparse gives these no public names.
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001
_Container: TypeAlias = "argparse.ArgumentParser | argparse._ArgumentGroup"  # noqa: SLF001

_URL = "imaps://ada@imap.example.org"
_SET = "numbers as IMAP writes them: 1:20,35,40:*"


def parse_arguments(arguments: Sequence[str]) -> Options:
    """Read a command line, without the program's name; raises SystemExit as argparse does."""
    argv = with_command(arguments)
    # All commands together take 10 ms to describe; one that is named needs no other.
    parser = build_parser(argv[:1] if argv[0] in COMMANDS else COMMANDS)
    return parser.parse_args(argv, namespace=Options())


def with_command(arguments: Sequence[str]) -> list[str]:
    """Arguments that name no command are those of `browse`: `tuimail imaps://ada@example.org`."""
    if arguments and arguments[0] in (*COMMANDS, "-h", "--help", "--version"):
        return list(arguments)
    return [DEFAULT_COMMAND, *arguments]


def build_parser(names: Iterable[str] | None = None) -> argparse.ArgumentParser:
    """The parser of the whole command line, or of these commands only."""
    parser = argparse.ArgumentParser(
        prog="tuimail",
        description="Look through an IMAP mailbox without changing a byte of it.",
        epilog="`tuimail demo` needs no account and no network. "
        "`tuimail imaps://ada%40example.org@imap.example.org` browses that mailbox. "
        "`tuimail COMMAND --help` tells more of a command.",
    )
    parser.add_argument("--version", action="version", version=f"tuimail {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in COMMANDS if names is None else names:
        COMMANDS[name](commands, name)
    return parser


# --- one function for each command


def _add_browse(commands: Commands, name: str) -> argparse.ArgumentParser:
    command = _add_command(
        commands,
        name,
        "browse a mailbox (what is done when no command is named)",
        "Browse a mailbox: folders, pages of messages, and the message that is open.",
        f"tuimail {_URL}",
        f"tuimail browse {_URL} --password-command 'pass show mail'",
    )
    _add_account(command, nargs="?")
    command.add_argument(
        "--no-cache",
        action="store_true",
        help="keep no list of the inbox on this disk, and forget the one that is kept",
    )
    return command


def _add_demo(commands: Commands, name: str) -> argparse.ArgumentParser:
    command = _add_command(
        commands,
        name,
        "browse a built-in mailbox; needs no account and no network",
        "Browse a built-in mailbox, served by a small IMAP server on this machine.",
        "tuimail demo",
        "tuimail demo --connections 1",
    )
    _add_connections(command)
    return command


def _add_folders(commands: Commands, name: str) -> argparse.ArgumentParser:
    command = _add_command(
        commands,
        name,
        "list the folders and what they hold",
        "List every folder with its counts, special use, UIDVALIDITY and whether it is subscribed.",
        f"tuimail folders {_URL}",
        f"tuimail folders {_URL} --json | jq -r 'select(.unseen > 0).name'",
    )
    _add_account(command)
    _add_json(command)
    return command


def _add_list(commands: Commands, name: str) -> argparse.ArgumentParser:
    command = _add_command(
        commands,
        name,
        "list messages",
        "List messages of a folder: the newest 50, unless told otherwise. --seq, --uid, "
        "--recursive and --all list everything that they choose.",
        f"tuimail list {_URL} Archive/2024 --sort size",
        f"tuimail list {_URL} --all --search 'from:ada since:2024-01-01' --json",
    )
    _add_account(command)
    _add_folder(command)
    _add_numbers(command)
    _add_search(command)
    command.add_argument(
        "--sort",
        metavar="KEY",
        choices=SORT_KEYS,
        default="arrival",
        help=f"order by {', '.join(SORT_KEYS)} (default: arrival)",
    )
    direction = command.add_mutually_exclusive_group()
    direction.add_argument(
        "--ascending", action="store_true", default=False, help="lowest or oldest first"
    )
    direction.add_argument(
        "--descending",
        dest="ascending",
        action="store_false",
        default=False,
        help="highest or newest first (default)",
    )
    command.add_argument(
        "--page", metavar="N", type=_page, help="the Nth page, or `all` (default: 1)"
    )
    command.add_argument(
        "--page-size", metavar="N", type=_count, help="messages to a page (default: 50)"
    )
    command.add_argument(
        "--header",
        metavar="NAME",
        action="append",
        default=[],
        help="a header field to list too; may be given again",
    )
    command.add_argument(
        "--item",
        metavar="NAME",
        action="append",
        default=[],
        help="a FETCH item to list too: X-GM-MSGID, MODSEQ, EMAILID; may be given again",
    )
    _add_json(command)
    return command


def _add_attachments(commands: Commands, name: str) -> argparse.ArgumentParser:
    command = _add_command(
        commands,
        name,
        "list attachments, and save them",
        "List the attachments of messages without fetching them; with --save fetch and save them. "
        "Nothing that has the name already is overwritten.",
        f"tuimail attachments {_URL} --all --larger 1M",
        f"tuimail attachments {_URL} Invoices --name '*.pdf' --save invoices",
    )
    _add_account(command)
    _add_folder(command)
    _add_numbers(command)
    command.add_argument(
        "--name", metavar="GLOB", help="only those whose name fits, in any case: '*.pdf'"
    )
    command.add_argument(
        "--larger", metavar="SIZE", help="only those of more than SIZE octets: 500k, 1M"
    )
    command.add_argument(
        "--save", metavar="DIR", type=Path, help="save them into a folder, made when it is missing"
    )
    _add_json(command)
    return command


def _add_show(commands: Commands, name: str) -> argparse.ArgumentParser:
    command = _add_command(
        commands,
        name,
        "show a message",
        "Show a message: the headers that matter and its text. Nothing is marked as read.",
        f"tuimail show {_URL} INBOX 4711",
        f"tuimail show {_URL} INBOX --seq 1 --raw > first.eml",
    )
    _add_account(command)
    command.add_argument("folder", metavar="FOLDER", help="the folder's full name")
    command.add_argument("number", metavar="UID", nargs="?", help="the message's UID")
    command.add_argument("--seq", metavar="N", help="its sequence number, instead of the UID")
    part = command.add_mutually_exclusive_group()
    for word, told in (
        ("headers", "all header fields only"),
        ("text", "the text only"),
        ("raw", "the message itself, octet for octet; not to a terminal, which would obey it"),
    ):
        part.add_argument(
            f"--{word}", dest="part", action="store_const", const=word, default="", help=told
        )
    return command


def _add_unsubscribe(commands: Commands, name: str) -> argparse.ArgumentParser:
    command = _add_command(
        commands,
        name,
        "list newsletters and how to leave them",
        "List what can be unsubscribed from, by mailing list or sender, with the best link of the "
        "newest message. Nothing is unsubscribed from: open the link yourself.",
        f"tuimail unsubscribe {_URL}",
        f"tuimail unsubscribe {_URL} --all --json | jq -r 'select(.count > 20).best'",
    )
    _add_account(command)
    _add_folder(command)
    _add_json(command)
    return command


def _add_export(commands: Commands, name: str) -> argparse.ArgumentParser:
    command = _add_command(
        commands,
        name,
        "take out a folder, a subtree or the whole mailbox as files",
        "Save every message of a folder as a file, in the server's hierarchy, with a table and "
        "checksums that prove it. Told again, it goes on where it stopped and adds what is new.",
        f"tuimail export {_URL} --all --to ada",
        f"tuimail export {_URL} Archive --recursive --format msg --dry-run",
    )
    _add_account(command)
    _add_folder(command)
    _add_numbers(command)
    _add_search(command)
    command.add_argument(
        "--to", metavar="DIR", type=Path, help="where to, one account a folder (default: HOST-USER)"
    )
    command.add_argument(
        "--format",
        metavar="FORMAT",
        choices=("eml", "msg"),
        default="eml",
        help="eml, the message octet for octet, or Outlook's msg (default: eml)",
    )
    command.add_argument(
        "--dry-run", action="store_true", help="tell what would be done, and write nothing"
    )
    _add_json(command)
    return command


def _add_verify(commands: Commands, name: str) -> argparse.ArgumentParser:
    command = _add_command(
        commands,
        name,
        "prove that an export is whole, and still what the server holds",
        "Read every file of an export again and name what is missing, altered or unknown; with "
        "ACCOUNT also what has come, gone or changed on the server since. Nothing is changed.",
        "tuimail verify ada",
        f"tuimail verify ada {_URL} --json",
    )
    command.add_argument("directory", metavar="DIR", type=Path, help="the folder of the export")
    _add_account(command, nargs="?")
    _add_json(command)
    return command


def _add_doctor(commands: Commands, name: str) -> argparse.ArgumentParser:
    command = _add_command(
        commands,
        name,
        "what the server offers, how fast it is, what would fail",
        "Sign in, tell of the server and its capabilities, measure the round trip and the "
        "throughput, and warn of what will be slow or refused. Nothing is changed.",
        f"tuimail doctor {_URL}",
        "tuimail doctor imap+insecure://ada@localhost:1143",
    )
    _add_account(command)
    return command


# --- what several commands have in common


def _add_command(
    commands: Commands, name: str, told: str, description: str, *examples: str
) -> argparse.ArgumentParser:
    shown = "\n".join(f"  {example}" for example in examples)
    return commands.add_parser(
        name,
        help=told,
        description=textwrap.fill(description, 78),
        epilog=f"examples:\n{shown}",
        # keeps the lines of the examples, so the others are broken here
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _add_account(command: argparse.ArgumentParser, nargs: str | None = None) -> None:
    command.add_argument(
        "account",
        metavar="ACCOUNT",
        nargs=nargs,
        help="imaps://user@host[:port] (TLS), imap://user@host (STARTTLS), or "
        "imap+insecure://user@host (no protection; loopback only)",
    )
    signing_in = command.add_argument_group(
        "signing in",
        "The password comes from --password-command, from TUIMAIL_PASSWORD, or from a question.",
    )
    signing_in.add_argument(
        "--password-command", metavar="CMD", help="a command that prints the password"
    )
    signing_in.add_argument(
        "--ca-file", metavar="PEM", type=Path, help="trust these certificates, not the system's"
    )
    signing_in.add_argument(
        "--fingerprint",
        metavar="SHA256",
        help="trust only the server certificate with this fingerprint",
    )
    signing_in.add_argument(
        "--allow-plaintext",
        action="store_true",
        help="let imap+insecure:// send the password unprotected to another machine",
    )
    _add_connections(signing_in)


def _add_connections(command: _Container) -> None:
    command.add_argument(
        "--connections",
        metavar="N",
        type=_connection_count,
        default=4,
        help="open at most N connections (default: 4)",
    )


def _add_folder(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "folder", metavar="FOLDER", nargs="?", help="the folder's full name (default: INBOX)"
    )
    which = command.add_mutually_exclusive_group()
    which.add_argument("--recursive", action="store_true", help="with all folders below it")
    which.add_argument("--all", dest="everything", action="store_true", help="every folder")


def _add_numbers(command: argparse.ArgumentParser) -> None:
    which = command.add_mutually_exclusive_group()
    which.add_argument("--seq", metavar="SET", help=f"only these sequence {_SET}")
    which.add_argument("--uid", metavar="SET", help="only these UIDs, written likewise")


def _add_search(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--search", metavar="QUERY", help="only what matches: words, from:ada, larger:1M, is:unread"
    )


def _add_json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="JSON Lines instead of a table")


def _connection_count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 32:
        raise argparse.ArgumentTypeError("a number from 1 to 32")
    return int(text)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text[:11]) <= 1_000_000_000:
        raise argparse.ArgumentTypeError("a number from 1 on")
    return int(text)


def _page(text: str) -> str:
    return text if text == "all" else str(_count(text))


COMMANDS = {
    "browse": _add_browse,
    "demo": _add_demo,
    "folders": _add_folders,
    "list": _add_list,
    "attachments": _add_attachments,
    "show": _add_show,
    "unsubscribe": _add_unsubscribe,
    "export": _add_export,
    "verify": _add_verify,
    "doctor": _add_doctor,
}
"""By name, in the order in which they are told of."""
