"""What messages are called on the disk."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.export.names import message_name
from tuimail.files import numbered_name, safe_name
from tuimail.text import MailText

HOSTILE = json.loads((Path(__file__).parents[1] / "hostile_names.json").read_text())
MORNING = datetime(2026, 11, 20, 9, 14, 59, tzinfo=UTC)
LAST_UID = 2**32 - 1


def zone(hours: int) -> timezone:
    return timezone(timedelta(hours=hours))


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("Re: compiler notes", "2026-11-20_0914_re-compiler-notes_12345.eml"),
        ("[PATCH v2 1/3] Fix: foo_bar()", "2026-11-20_0914_patch-v2-1-3-fix-foo-bar_12345.eml"),
        ("Grüße aus Köln!", "2026-11-20_0914_grüße-aus-köln_12345.eml"),
        ("Ответ: счёт №7", "2026-11-20_0914_ответ-счёт-no7_12345.eml"),
        ("価格表のご案内", "2026-11-20_0914_価格表のご案内_12345.eml"),
        ("हिन्दी में", "2026-11-20_0914_हिन्दी-में_12345.eml"),
        ("ﬁnal", "2026-11-20_0914_final_12345.eml"),
        ("🎉🎉", "2026-11-20_0914_no-subject_12345.eml"),
        ("❤️ you", "2026-11-20_0914_you_12345.eml"),
        ("", "2026-11-20_0914_no-subject_12345.eml"),
        ("../../etc/passwd", "2026-11-20_0914_etc-passwd_12345.eml"),
        ("two\r\n lines\x1b[31m", "2026-11-20_0914_two-lines-31m_12345.eml"),
    ],
)
def test_the_name_of_a_message(subject: str, name: str) -> None:
    assert message_name(MORNING, str(MailText(subject)), 12345) == name


@pytest.mark.parametrize(
    ("moment", "name"),
    [
        (datetime(2026, 1, 1, 1, 30, tzinfo=zone(2)), "2025-12-31_2330_x_7.eml"),
        (datetime(2025, 12, 31, 22, 5, tzinfo=zone(-7)), "2026-01-01_0505_x_7.eml"),
        (datetime(1, 1, 1, tzinfo=zone(1)), "0001-01-01_0000_x_7.eml"),
        (datetime(9999, 12, 31, 23, 0, tzinfo=zone(-1)), "9999-12-31_2300_x_7.eml"),
        (None, "undated_x_7.eml"),
    ],
)
def test_the_date_is_utc(moment: datetime | None, name: str) -> None:
    assert message_name(moment, str(MailText("x")), 7) == name


@pytest.mark.parametrize("letter", ["x", "я", "価", "𝔘", "क्ष"])
def test_a_long_subject_never_costs_the_uid(letter: str) -> None:
    name = message_name(MORNING, str(MailText(letter * 1000)), LAST_UID)
    numbered = numbered_name(name, 999_999)
    assert name.endswith("_4294967295.eml")
    assert numbered.endswith("_4294967295~999999.eml")
    assert len(numbered.encode()) <= 180


@given(st.text() | st.sampled_from(HOSTILE), st.datetimes(timezones=st.just(UTC)) | st.none())
def test_every_subject_gives_a_safe_name(subject: str, moment: datetime | None) -> None:
    name = message_name(moment, str(MailText(subject)), 1)
    assert safe_name(name) == name
    assert name.endswith("_1.eml")


def test_names_of_a_folder_sort_by_date() -> None:
    moments = [MORNING + timedelta(minutes=n) for n in (0, 1, 60, 10_000, 1_000_000)]
    names = [message_name(moment, str(MailText("z")), 99 - n) for n, moment in enumerate(moments)]
    assert sorted(names) == names
