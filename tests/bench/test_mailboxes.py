"""The mailboxes that measurements run on are what their figures say."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from datetime import UTC, datetime
from email import message_from_bytes, policy
from itertools import islice, pairwise
from statistics import mean

import pytest

from tests.bench.mailboxes import Sample, append_messages, small_messages, varied_messages
from tests.servers.dovecot import DovecotUser

VARIED = list(varied_messages(1000))
SMALL = list(small_messages(1000))


def share(pattern: bytes, samples: list[Sample]) -> float:
    return mean(re.search(pattern, sample.raw) is not None for sample in samples)


def test_a_message_depends_on_its_number_alone() -> None:
    assert list(varied_messages(10)) == VARIED[:10]
    assert list(islice(small_messages(10**6), 10)) == SMALL[:10]


def test_the_same_on_every_python() -> None:
    digest = hashlib.sha256(b"".join(sample.raw for sample in VARIED + SMALL)).hexdigest()
    assert digest == "47ce0de8cecbed79fb6d6002f30462c533c36c96c1f9493d02064907a9af494f"


def test_sizes() -> None:
    sizes = [len(sample.raw) for sample in VARIED]
    assert min(sizes) > 900
    assert max(sizes) < 55_000
    assert mean(sizes) == pytest.approx(12_500, rel=0.1)
    assert {len(sample.raw) for sample in SMALL} == {1024}


def test_lines() -> None:
    for sample in VARIED + SMALL:
        assert not re.search(rb"(?<!\r)\n|\r(?!\n)|\0", sample.raw)
        assert max(map(len, sample.raw.split(b"\r\n"))) <= 998


def test_dates_ascend() -> None:
    for samples in (VARIED, SMALL):
        dates = [sample.internal_date for sample in samples]
        assert all(earlier < later for earlier, later in pairwise(dates))
        assert dates[0] > datetime(2018, 1, 1, tzinfo=UTC)


def test_shares() -> None:
    assert share(rb"\r\nList-Unsubscribe: <", VARIED) == pytest.approx(0.3, abs=0.05)
    assert share(rb"\r\nContent-Disposition: attachment", VARIED) == pytest.approx(0.2, abs=0.05)
    assert share(rb"\r\nSubject: =\?utf-8", VARIED) == pytest.approx(0.15, abs=0.04)
    assert 0.98 <= share(rb"\r\nDate: ", VARIED) < 1
    flags = Counter(flag for sample in VARIED for flag in sample.flags)
    assert flags["\\Seen"] == pytest.approx(800, abs=50)
    assert set(flags) == {"\\Seen", "\\Answered", "\\Flagged", "$Forwarded"}


def test_stdlib_parses_them() -> None:
    for sample in VARIED[:200] + SMALL[:50]:
        message = message_from_bytes(sample.raw, policy=policy.default)
        assert message["From"].addresses[0].domain
        assert not message["Subject"].defects
        assert message["Message-ID"]
        assert not [defect for part in message.walk() for defect in part.defects]


def test_append(dovecot_user: DovecotUser) -> None:
    # 600 messages are more than one APPEND carries
    samples = [*islice(varied_messages(600), 300), *small_messages(300)]
    server = dovecot_user.server
    for folder in ("INBOX", 'Gärten "1"'):
        appended = append_messages(
            "127.0.0.1", server.port, dovecot_user.name, dovecot_user.password, folder, samples
        )
        assert appended == 600
    with dovecot_user.connection() as client:
        client.select('"G&AOQ-rten \\"1\\""', readonly=True)
        _, answer = client.fetch("1:*", "(FLAGS INTERNALDATE BODY.PEEK[])")
    rows = [row for row in answer if isinstance(row, tuple)]
    assert [row[1] for row in rows] == [sample.raw for sample in samples]
    for (head, _), sample in zip(rows, samples, strict=True):
        assert f'INTERNALDATE "{sample.internal_date:%d-%b-%Y %H:%M:%S} +0000"'.encode() in head
        flags = re.findall(rb"[\\$]\w+", head.partition(b"FLAGS (")[2].partition(b")")[0])
        assert {flag.decode() for flag in flags} - {"\\Recent"} == set(sample.flags)


def test_append_says_what_the_server_refused(dovecot_user: DovecotUser) -> None:
    port = dovecot_user.server.port
    with pytest.raises(AssertionError, match="AUTHENTICATIONFAILED"):
        append_messages("127.0.0.1", port, dovecot_user.name, "wrong", "INBOX", ())
