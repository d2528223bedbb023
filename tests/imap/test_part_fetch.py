"""One part into a sink: exact octets, nothing else fetched, lost connections, messages gone."""

from __future__ import annotations

import io

import pytest

from tests.servers.archive import DroppingServer, RecordingServer
from tests.servers.dovecot import DovecotUser
from tests.servers.mailboxes import mailbox_with
from tests.servers.proxy import RecordingProxy
from tests.servers.scripted import ScriptedServer
from tests.servers.stores import INBOX, store_on
from tuimail.errors import FileError, FolderChanged, MessageGone, MessageUnreadable
from tuimail.imap.identity import Identity
from tuimail.imap.paging import Order
from tuimail.imap.store import MailStore
from tuimail.imap.structure import Part
from tuimail.imap.summary import Summary

ENCODED = b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5eg==\r\n" * 9_000
MIXED = (
    b"Subject: large\r\nContent-Type: multipart/mixed; boundary=cut\r\n\r\n--cut\r\n\r\ntext\r\n"
    b'--cut\r\nContent-Type: application/pdf; name="a.pdf"\r\n'
    b"Content-Transfer-Encoding: base64\r\n\r\n" + ENCODED + b"\r\n--cut\r\n"
    b"Content-Type: image/png\r\n\r\n\r\n--cut--\r\n"
)
ALONE = b"Content-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n" + ENCODED


def newest(store: MailStore) -> Summary:
    return store.page(INBOX, 1, Order()).result(10).summaries[0]


def take(store: MailStore, message: Summary, part: Part) -> bytes:
    sink = io.BytesIO()
    store.part_into(message.identity, part, sink).result(10)
    return sink.getvalue()


def test_the_exact_octets(dovecot_user: DovecotUser) -> None:
    dovecot_user.append(MIXED, ALONE)
    with store_on(
        dovecot_user.server.port, user=dovecot_user.name, password=dovecot_user.password
    ) as store:
        alone, mixed = store.page(INBOX, 1, Order()).result(10).summaries
        assert take(store, alone, alone.attachments[0].part) == ENCODED
        large, empty = (attachment.part for attachment in mixed.attachments)
        assert take(store, mixed, large) == ENCODED
        assert take(store, mixed, empty) == b""


def test_little_is_fetched_beside_the_part(dovecot_user: DovecotUser) -> None:
    dovecot_user.append(MIXED)
    with (
        RecordingProxy(dovecot_user.server.port).running() as proxy,
        store_on(proxy.port, user=dovecot_user.name, password=dovecot_user.password) as store,
    ):
        message = newest(store)
        before = proxy.received
        take(store, message, message.attachments[0].part)
        assert proxy.received - before < len(ENCODED) + 4096


@pytest.mark.parametrize("cut", [{2}, {2, 3}])
def test_after_a_lost_connection_it_goes_on_where_it_was(cut: set[int]) -> None:
    # The server cuts its answer in the middle, so each time half of what is missing has come.
    with DroppingServer(mailbox_with(MIXED), cut=cut) as server, store_on(server.port) as store:
        message = newest(store)
        assert take(store, message, message.attachments[0].part) == ENCODED
        asked = [command for command in server.commands if b"BODY.PEEK[2]" in command]
    assert b"<" not in asked[0]
    origins = [int(command.partition(b"<")[2].partition(b".")[0]) for command in asked[1:]]
    assert len(origins) == len(cut)
    assert 0 < origins[0] < len(ENCODED)


def test_what_is_gone_or_void() -> None:
    part = Part("2", "application/pdf")
    with RecordingServer(mailbox_with(MIXED)) as server, store_on(server.port) as store:
        identity = newest(store).identity
        gone = Identity(identity.folder, identity.uid_validity, 77)
        void = Identity(identity.folder, identity.uid_validity + 1, identity.uid)
        with pytest.raises(MessageGone):
            store.part_into(gone, part, io.BytesIO()).result(10)
        with pytest.raises(FolderChanged):
            store.part_into(void, part, io.BytesIO()).result(10)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b'(UID 5 BODY[2] "short")', b"short"),
        (b"(BODY[2] {5}\r\nshort UID 5)", b"short"),
        (b'(FLAGS (\\Seen) UID 5)\r\n* 1 FETCH (UID 5 BODY[2] "short")', b"short"),
        (b'(UID 6 BODY[2] "other")\r\n* 1 FETCH (UID 5 BODY[2] "short")', b"short"),
        (b"(UID 5 BODY[2] {0}\r\n)", b""),
    ],
)
def test_answers_of_other_shapes(answer: bytes, expected: bytes) -> None:
    def fetch(tag: bytes, _: bytes) -> bytes:
        return b"* 1 FETCH " + answer + b"\r\n" + tag + b" OK done\r\n"

    with (
        ScriptedServer({"UID FETCH": fetch}).running() as server,
        store_on(server.port) as store,
    ):
        sink = io.BytesIO()
        part = Part("2", "application/pdf")
        store.part_into(Identity(b"INBOX", 9, 5), part, sink).result(10)
    assert sink.getvalue() == expected


def test_a_part_that_the_server_does_not_give() -> None:
    def fetch(tag: bytes, _: bytes) -> bytes:
        return b"* 1 FETCH (UID 5 BODY[2] NIL)\r\n" + tag + b" OK done\r\n"

    part = Part("2", "application/pdf")
    with ScriptedServer({"UID FETCH": fetch}).running() as server, store_on(server.port) as store:
        request = store.part_into(Identity(b"INBOX", 9, 5), part, io.BytesIO())
        with pytest.raises(MessageUnreadable):
            request.result(10)


def test_a_sink_that_refuses() -> None:
    class Full(io.BytesIO):
        def write(self, _: object) -> int:
            raise FileError("the disk is full")

    with RecordingServer(mailbox_with(MIXED)) as server, store_on(server.port) as store:
        message = newest(store)
        part = message.attachments[0].part
        with pytest.raises(FileError):
            store.part_into(message.identity, part, Full()).result(10)
        # the store goes on
        assert take(store, message, part) == ENCODED
