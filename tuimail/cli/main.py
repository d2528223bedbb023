"""The command line: which command, with what, and the exit status."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

from tuimail.cli.options import Options
from tuimail.cli.output import silence_outputs
from tuimail.cli.parser import parse_arguments
from tuimail.cli.status import DONE, INCOMPLETE, INTERRUPTED, NO_CONNECTION, WRONG_USAGE
from tuimail.errors import CommandForbidden, ConnectError, ConnectionLost, TuimailError, UsageError


def run_program() -> NoReturn:
    """What the program `tuimail` does: one command, and the end of the process.

    Taking the interpreter apart took 0.4 s, most of what quitting may take, and waited for
    nothing: files are whole by now, and what threads still read is of no use to anybody.
    """
    _end_as_ctrl_c_does()
    status = main()
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.flush()
    os._exit(status)


def _end_as_ctrl_c_does() -> None:
    """Let a command that is told to end, or whose terminal is closed, put away what it has."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # by nohup
            signal.signal(number, signal.default_int_handler)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; `arguments` without the program's name. Gives the exit status."""
    # Little of what is imported and listed is ever garbage, and looking for it costs a tenth.
    gc.set_threshold(50_000)
    try:
        status = _run_and_flush(sys.argv[1:] if arguments is None else arguments)
    except KeyboardInterrupt:
        status = INTERRUPTED
    except BrokenPipeError:
        # Whoever read us has enough.
        silence_outputs()
        status = DONE
    except OSError as error:
        # stdout is a file on a full disk; every other OSError is one of our own errors by now.
        with contextlib.suppress(OSError):
            reason = (error.strerror or type(error).__name__).lower()
            print(f"tuimail: cannot write the output: {reason}", file=sys.stderr, flush=True)
        silence_outputs()
        status = INCOMPLETE
    return status


def _run_and_flush(arguments: Sequence[str]) -> int:
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started us
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    try:
        status = _run_in_plain_words(arguments)
    except SystemExit as end:  # argparse's, after --help and on wrong usage
        status = end.code if isinstance(end.code, int) else DONE
    sys.stdout.flush()
    return status


def _run_in_plain_words(arguments: Sequence[str]) -> int:
    options = parse_arguments(arguments)
    try:
        return _run(options)
    except TuimailError as error:
        sys.stdout.flush()
        print(f"tuimail: {error}", file=sys.stderr)
        if isinstance(error, UsageError):
            from tuimail.imap.query import QueryError

            if isinstance(error, QueryError):
                print(error.pointer, file=sys.stderr)
        return _status_of(error)


def _status_of(error: TuimailError) -> int:
    if isinstance(error, ConnectError | ConnectionLost):
        return NO_CONNECTION
    return WRONG_USAGE if isinstance(error, UsageError | CommandForbidden) else INCOMPLETE


def _run(options: Options) -> int:
    # Imported late: a command pays only for what it uses, `--help` for nothing.
    match options.command:
        case "demo":
            from tuimail.cli.demo import run_demo

            return run_demo(connections=options.connections)
        case "folders":
            from tuimail.cli.folders import run_folders

            return run_folders(options)
        case "list":
            from tuimail.cli.listing import run_list

            return run_list(options)
        case "attachments":
            from tuimail.cli.attachments import run_attachments

            return run_attachments(options)
        case "show":
            from tuimail.cli.show import run_show

            return run_show(options)
        case "unsubscribe":
            from tuimail.cli.unsubscribe import run_unsubscribe

            return run_unsubscribe(options)
        case "verify":
            from tuimail.cli.verify import run_verify

            return run_verify(options)
        case "export":
            from tuimail.cli.export import run_export_command

            return run_export_command(options)
        case "doctor":
            from tuimail.cli.doctor import run_doctor

            return run_doctor(options)
        case _:
            return _browse(options)


def _browse(options: Options) -> int:
    # Looking for garbage among what is being imported took 5 % of a start: the app begins with
    # it once the first frame is drawn.
    gc.disable()
    try:
        from tuimail.cli.browse import run_browse

        return run_browse(options)
    finally:
        gc.enable()
