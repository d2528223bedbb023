"""A folder with its subfolders as one list."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.imap.came import Came
from tests.servers.archive import RecordingServer, mailbox_of
from tests.servers.stores import store_on
from tuimail.archive.mailbox import Mailbox
from tuimail.imap.folder import Folder, with_subfolders
from tuimail.imap.paging import Order, SortKey
from tuimail.imap.query import parse_query
from tuimail.text import MailText


def boxes() -> Mailbox:
    """Top (7 messages), Top/A (60), Top/B (3), and others that do not belong."""

    def folder(name: str, count: int, *attributes: str) -> object:
        made = mailbox_of(count, lambda n: f"Subject: {name} {n}\r\nFrom: z@x\r\n\r\n{n}".encode())
        return replace(made.folders[0], name=name, attributes=attributes)

    folders = [
        folder("INBOX", 2),
        folder("Top", 7),
        folder("Top/A", 60),
        folder("Top/B", 3),
        folder("Top/None", 0, "\\Noselect"),
        folder("Topmost", 4),
    ]
    return Mailbox(tuple(folders))  # type: ignore[arg-type]


@pytest.mark.parametrize("query", [None, "from:z"])
@pytest.mark.parametrize("key", [SortKey.ARRIVAL, SortKey.SIZE])
@pytest.mark.parametrize("descending", [True, False])
def test_pages_go_through_one_folder_after_another(
    query: str | None, key: SortKey, descending: bool
) -> None:
    with RecordingServer(boxes()) as server, store_on(server.port) as store:
        folders = store.folders().result(10)
        top = next(f for f in folders if str(f.name) == "Top")
        chosen = with_subfolders(folders, top)
        assert [str(f.name) for f in chosen] == ["Top", "Top/A", "Top/B", "Top/None"]
        parsed = parse_query(query) if query else None
        shown: list[tuple[bytes, int]] = []
        results = None
        for number in (1, 2, 3):
            came = Came()
            page = store.joined_page(
                chosen,
                number,
                Order(key, descending),
                size=30,
                query=parsed,
                results=results,
                on_row=came.take_row,
            ).result(10)
            results = page.results
            assert came.page == (page.window, page.summaries)
            shown += [(s.identity.folder, s.identity.uid) for s in page.summaries]
            assert (page.window.total, page.window.pages) == (70, 3)
        expected = [
            (name, uid)
            for name, count in ((b"Top", 7), (b"Top/A", 60), (b"Top/B", 3))
            for uid in (range(count, 0, -1) if descending else range(1, count + 1))
        ]
        assert sorted(shown) == sorted(expected)
        assert [name for name, _ in shown] == [name for name, _ in expected]
        if key is SortKey.ARRIVAL:
            assert shown == expected
        if query:
            asked = [c for c in server.commands if c.startswith((b"UID SEARCH", b"UID SORT"))]
            assert len(asked) == 3


def test_one_bad_folder_is_named_and_the_rest_come() -> None:
    with RecordingServer(boxes()) as server, store_on(server.port) as store:
        folders = (
            Folder(b"Top", MailText("Top"), "/", ()),
            Folder(b"Gone", MailText("Gone"), "/", ()),
            Folder(b"Top/B", MailText("Top/B"), "/", ()),
        )
        page = store.joined_page(folders, 1, Order(), query=parse_query("from:z")).result(10)
        assert page.window.total == 10
        assert list(page.refused) == [b"Gone"]
        assert store.joined_page(folders, 1, Order()).result(10).window.total == 10
        assert server.count(b"EXAMINE") > 0
