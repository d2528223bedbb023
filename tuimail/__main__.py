"""`python -m tuimail`."""

from tuimail.cli.main import run_program

run_program()
