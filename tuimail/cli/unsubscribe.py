"""`tuimail unsubscribe`: newsletters, and the links to leave them. Nothing is left for you."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tuimail.cli.folder_choice import choose_folders
from tuimail.cli.json_lines import as_addresses, as_moment, as_text
from tuimail.cli.message_table import shown_correspondent
from tuimail.cli.options import Options
from tuimail.cli.output import Output
from tuimail.cli.sifting import Sifter
from tuimail.cli.sign_in import open_store
from tuimail.imap.folder import Folder
from tuimail.imap.selection import Selection
from tuimail.imap.sieve import NEWSLETTERS
from tuimail.mail.unsubscribe import Link
from tuimail.overview.newsletters import Newsletter, group_newsletters
from tuimail.tui.figures import format_messages


def run_unsubscribe(options: Options) -> int:
    """List what can be unsubscribed from; gives the exit status. Raises TuimailError."""
    output = Output(as_json=options.json)
    with open_store(options, output) as (store, sign_in):
        folders = choose_folders(store, options, sign_in.start_folder)
        sifter = Sifter(store, output, options.connections)
        found = sifter.sift(folders, Selection(), NEWSLETTERS)
        newsletters = group_newsletters(message for _, message in found)
    if options.json:
        by_name = {folder.raw_name: folder for folder in folders}
        output.write_objects(_newsletter_object(one, by_name) for one in newsletters)
    else:
        output.write_lines(line for one in newsletters for line in _lines(one))
    lists = "1 list" if len(newsletters) == 1 else f"{len(newsletters):,} lists"
    messages = format_messages(sum(one.count for one in newsletters))
    output.note(f"{lists} in {messages} of {sifter.total:,}")
    return output.status


def _newsletter_object(
    newsletter: Newsletter, folders: Mapping[bytes, Folder]
) -> dict[str, object]:
    newest = newsletter.newest
    field = newest.list_unsubscribe
    best = None if field is None else field.best
    return {
        "list_id": as_text(newsletter.list_id),
        "from": as_addresses(newest.from_),
        "count": newsletter.count,
        "newest": as_moment(newsletter.received),
        "best": None if best is None else best.url,
        "one_click": field is not None and field.one_click,
        "links": [] if field is None else [link.url for link in field.links],
        "raw": None if field is None else field.raw.decoded,
        # of the newest message
        "folder": folders[newest.identity.folder].name.decoded,
        "uid": newest.identity.uid,
        "subject": newest.subject.decoded,
    }


def _lines(newsletter: Newsletter) -> Iterator[str]:
    """Two lines: a link is cut nowhere, so that it can be opened from the terminal."""
    day = f"{newsletter.received:%Y-%m-%d}" if newsletter.received else "undated"
    name = shown_correspondent(newsletter.newest.from_)
    list_id = newsletter.list_id
    if list_id:
        name = f"{list_id}, from {name}" if name else str(list_id)
    yield f"{newsletter.count:>6,}  {day:<10}  {name}"
    field = newsletter.newest.list_unsubscribe
    best = None if field is None else field.best
    one_click = field is not None and field.one_click
    yield f"{'':20}{_shown_link(best, one_click=one_click)}"


def _shown_link(link: Link | None, *, one_click: bool) -> str:
    if link is None:
        return "no link that is safe to open"
    told = link.url
    if one_click and link.scheme == "https":
        told += " (one click)"
    return told if link.warning is None else f"{told} ({link.warning})"
