"""Messages grouped into the lists that they can be unsubscribed from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tuimail.imap.identity import Identity
from tuimail.imap.summary import Summary
from tuimail.mail.addresses import parse_addresses
from tuimail.mail.unsubscribe import parse_list_unsubscribe
from tuimail.overview.newsletters import group_newsletters

START = datetime(2026, 11, 20, tzinfo=UTC)


def message(
    uid: int,
    *,
    sender: bytes = b"News <news@example.org>",
    list_id: bytes | None = None,
    hours: int | None = 0,
    link: bytes | None = b"<https://example.org/leave>",
) -> Summary:
    return Summary(
        Identity(b"INBOX", 1, uid),
        uid,
        internal_date=None if hours is None else START + timedelta(hours=hours),
        from_=parse_addresses(sender),
        list_unsubscribe=None if link is None else parse_list_unsubscribe(link),
        fields={} if list_id is None else {"list-id": list_id},
    )


def test_one_for_each_list_whoever_wrote() -> None:
    found = group_newsletters(
        [
            message(1, list_id=b"Knots <knots.example.org>", sender=b"ada@example.org", hours=1),
            message(2, list_id=b"The knot list <KNOTS.example.org>", sender=b"bo@x", hours=3),
            message(3, list_id=b"<knots.example.org>", sender=b"cy@x", hours=2),
            message(4, list_id=b"<lanterns.example.org>"),
        ]
    )
    assert [(one.newest.identity.uid, one.count) for one in found] == [(2, 3), (4, 1)]
    assert str(found[0].list_id) == "The knot list <KNOTS.example.org>"


def test_else_one_for_each_address() -> None:
    found = group_newsletters(
        [
            message(1, sender=b"Shop <shop@example.org>"),
            message(2, sender=b"The Shop <SHOP@example.org>"),
            message(3, sender=b"shop@example.com"),
            message(4, sender=b""),
        ]
    )
    assert sorted((one.count, one.newest.identity.uid) for one in found) == [(1, 3), (1, 4), (2, 2)]


def test_the_most_frequent_first_then_the_newest() -> None:
    found = group_newsletters(
        [
            message(1, sender=b"a@x", hours=9),
            message(2, sender=b"b@x", hours=1),
            message(3, sender=b"b@x", hours=None),
            message(4, sender=b"c@x", hours=10),
            message(5, sender=b"d@x", hours=None),
        ]
    )
    assert [str(one.sender and one.sender.address) for one in found] == ["b@x", "c@x", "a@x", "d@x"]
    assert found[0].received == START + timedelta(hours=1)


def test_messages_without_the_field_do_not_count() -> None:
    assert group_newsletters([message(1, link=None)]) == []
