"""`tuimail folders`: every folder and what it holds."""

from __future__ import annotations

from tuimail.cli.options import Options
from tuimail.cli.output import Output
from tuimail.cli.sign_in import open_store
from tuimail.cli.table import Column
from tuimail.imap.folder import in_outline_order
from tuimail.imap.folder_list import CountedFolder
from tuimail.tui.figures import format_messages, format_size

_COLUMNS = (
    Column("MESSAGES", at_right=True),
    Column("UNREAD", at_right=True),
    Column("SIZE", at_right=True),
    Column("USE"),
    Column("SUBSCRIBED"),
    Column("NAME"),
)


def run_folders(options: Options) -> int:
    """List the folders; gives the exit status. Raises TuimailError."""
    output = Output(as_json=options.json)
    with open_store(options, output) as (store, _):
        counted = {one.folder.raw_name: one for one in store.counted_folders().result()}
    ordered = in_outline_order([one.folder for one in counted.values()])
    folders = [counted[folder.raw_name] for folder in ordered]
    if options.json:
        output.write_objects(_folder_object(one) for one in folders)
    else:
        output.write_rows(_COLUMNS, map(_cells, folders))
    messages = sum(one.status.messages or 0 for one in folders)
    count = "1 folder" if len(folders) == 1 else f"{len(folders):,} folders"
    output.note(f"{count}, {format_messages(messages)}")
    return output.status


def _folder_object(counted: CountedFolder) -> dict[str, object]:
    folder, status = counted.folder, counted.status
    return {
        "name": folder.name.decoded,
        # ASCII, whatever the server sends: modified UTF-7, else the octets as \xNN.
        "raw_name": folder.raw_name.decode("ascii", "backslashreplace"),
        "delimiter": folder.delimiter,
        "attributes": folder.attributes,
        "special_use": folder.special_use,
        "selectable": folder.selectable,
        "has_children": folder.has_children,
        "subscribed": counted.subscribed,
        "messages": status.messages,
        "unseen": status.unseen,
        "recent": status.recent,
        "uid_next": status.uid_next,
        "uid_validity": status.uid_validity,
        "size": status.size,
    }


def _cells(counted: CountedFolder) -> list[str]:
    status = counted.status
    return [
        "" if status.messages is None else f"{status.messages:,}",
        "" if status.unseen is None else f"{status.unseen:,}",
        format_size(status.size),
        (counted.folder.special_use or "").removeprefix("\\").lower(),
        {True: "yes", False: "no", None: ""}[counted.subscribed],
        str(counted.folder.name),
    ]
