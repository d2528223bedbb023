"""What people type as an account."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.accounts.account_url import Account, parse_account_url
from tuimail.errors import UsageError
from tuimail.imap.endpoint import Endpoint, Security

TLS, STARTTLS, PLAIN = Security.TLS, Security.STARTTLS, Security.PLAIN


@pytest.mark.parametrize(
    ("url", "host", "port", "security", "user"),
    [
        ("imaps://ada@imap.example.org", "imap.example.org", 993, TLS, "ada"),
        ("imap://ada@imap.example.org", "imap.example.org", 143, STARTTLS, "ada"),
        ("imap+insecure://ada@localhost", "localhost", 143, PLAIN, "ada"),
        ("imaps://ada@imap.example.org:10993", "imap.example.org", 10993, TLS, "ada"),
        ("imaps://ada@imap.example.org:", "imap.example.org", 993, TLS, "ada"),
        ("IMAPS://ada@IMAP.Example.ORG", "imap.example.org", 993, TLS, "ada"),
        ("imaps://ada%40example.org@host", "host", 993, TLS, "ada@example.org"),
        ("imaps://ada@example.org@host", "host", 993, TLS, "ada@example.org"),
        ("imaps://EXAMPLE%5Cada@host", "host", 993, TLS, "EXAMPLE\\ada"),
        ("imaps://EXAMPLE\\ada@host", "host", 993, TLS, "EXAMPLE\\ada"),
        ("imaps://EXAMPLE%2Fada@host", "host", 993, TLS, "EXAMPLE/ada"),
        ("imaps://a%3Ab%25c@host", "host", 993, TLS, "a:b%c"),
        ("imaps://ada+lists@host", "host", 993, TLS, "ada+lists"),
        ("imaps://j%C3%BCrgen@host", "host", 993, TLS, "jürgen"),
        ("imaps://jürgen@bücher.example", "bücher.example", 993, TLS, "jürgen"),
        ("imaps://ada@192.0.2.7:993", "192.0.2.7", 993, TLS, "ada"),
        ("imaps://ada@[2001:DB8::1]", "2001:db8::1", 993, TLS, "ada"),
        ("imaps://ada@[2001:db8::1]:10993", "2001:db8::1", 10993, TLS, "ada"),
        ("imaps://ada@[fe80::1%25eth0]", "fe80::1%eth0", 993, TLS, "ada"),
        ("imaps://ada;AUTH=PLAIN@host", "host", 993, TLS, "ada"),
        ("imaps://ada;auth=*@host", "host", 993, TLS, "ada"),
        ("imap+insecure://ada@127.0.0.1:1143", "127.0.0.1", 1143, PLAIN, "ada"),
        ("imap+insecure://ada@127.8.8.8", "127.8.8.8", 143, PLAIN, "ada"),
        ("imap+insecure://ada@[::1]:1143", "::1", 1143, PLAIN, "ada"),
        ("imap+insecure://ada@mail.localhost", "mail.localhost", 143, PLAIN, "ada"),
    ],
)  # fmt: skip
def test_where_to_connect(url: str, host: str, port: int, security: Security, user: str) -> None:
    assert parse_account_url(url) == Account(Endpoint(host, port, security, user), None)


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("", None),
        ("/", None),
        ("/INBOX", "INBOX"),
        ("/Archive/2024", "Archive/2024"),
        ("/Archive/2024/", "Archive/2024"),
        ("/Entw%C3%BCrfe", "Entwürfe"),
        ("/Entwürfe", "Entwürfe"),
        ("/a%3Bb%3Fc%23d", "a;b?c#d"),
        ("/ada@example.org", "ada@example.org"),
    ],
)
def test_the_folder_to_start_in(path: str, folder: str | None) -> None:
    account = parse_account_url(f"imaps://ada@host{path}")
    assert account.start_folder == folder
    assert account.endpoint.shown == "ada@host"


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "a URL such as imaps://ada@imap.example.org"),
        ("ada@example.org", "a URL such as"),
        ("imaps:ada@example.org", "a URL such as"),
        ("imaps:/ada@example.org", "a URL such as"),
        ("https://ada@example.org", "begins with imaps://"),
        ("pop3://ada@example.org", "begins with imaps://"),
        ("imaps://imap.example.org", "names no user"),
        ("imaps://@imap.example.org", "names no user"),
        ("imaps://;AUTH=PLAIN@imap.example.org", "names no user"),
        ("imaps://ada@", "names no server"),
        ("imaps://ada@:993", "names no server"),
        ("imaps://ada@/INBOX", "names no server"),
        ("imaps://ada@host:0", "from 1 to 65535"),
        ("imaps://ada@host:65536", "from 1 to 65535"),
        ("imaps://ada@host:imaps", "from 1 to 65535"),
        ("imaps://ada@host:٩٩٣", "from 1 to 65535"),
        ("imaps://ada@host:-1", "from 1 to 65535"),
        ("imaps://ada@host:" + "9" * 5000, "from 1 to 65535"),
        ("imaps://ada@two words", "two words is not the name of a server"),
        ("imaps://ada@-host", "is not the name of a server"),
        ("imaps://ada@host..org", "is not the name of a server"),
        ("imaps://ada@" + "h" * 70 + ".org", "is not the name of a server"),
        ("imaps://ada@host?x", "is not the name of a server"),
        ("imaps://ada@[::1", "is not the name of a server"),
        ("imaps://ada@[::g]", "is not the name of a server"),
        ("imaps://ada@[host]", "is not the name of a server"),
        ("imaps://ada%zz@host", "write % as %25"),
        ("imaps://50%@host", "write % as %25"),
        ("imaps://%FF@host", "the user in the account's address cannot be read"),
        ("imaps://\ud800@host", "the user in the account's address cannot be read"),
        ("imaps://ada%0D%0AA1%20LOGOUT@host", "characters that nobody can see"),
        ("imaps://ada%00@host", "characters that nobody can see"),
        ("imaps://ada%E2%80%AE@host", "characters that nobody can see"),
        ("imaps://ada@ho\u200dst", "characters that nobody can see"),
        ("imaps://ada@host\n", "characters that nobody can see"),
        ("imaps://ada@host/INBOX;UID=20", "nothing after it"),
        ("imaps://ada@host/INBOX?SUBJECT x", "nothing after it"),
        ("imaps://ada@host/a%0Ab", "nothing after it"),
        ("imaps://ada;AUTH=XOAUTH2@host", ";AUTH=PLAIN only"),
        ("imaps://ada;AUTH=@host", ";AUTH=PLAIN only"),
        ("imap+insecure://ada@imap.example.org", "--allow-plaintext"),
        ("imap+insecure://ada@128.0.0.1", "--allow-plaintext"),
        ("imap+insecure://ada@localhost.example.org", "--allow-plaintext"),
        ("imap+insecure://ada@[2001:db8::1]", "--allow-plaintext"),
    ],
)
def test_what_is_refused_and_why(url: str, sentence: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_account_url(url)
    assert sentence in str(error.value)
    assert str(error.value).isprintable()


def test_plaintext_leaves_this_machine_only_when_it_is_allowed() -> None:
    account = parse_account_url("imap+insecure://ada@imap.example.org", allow_plaintext=True)
    assert account.endpoint == Endpoint("imap.example.org", 143, PLAIN, "ada")


@pytest.mark.parametrize(
    "url",
    [
        "imaps://ada:hunter2@imap.example.org",
        "imaps://ada:hunter2@@imap.example.org",
        "imaps://ada:@hunter2@imap.example.org",
        "imaps://ada:x/hunter2@imap.example.org",
        "imaps://ada@example.org:hunter2@imap.example.org",
        "imaps://:hunter2@imap.example.org",
        "imap+insecure://ada:hunter2@imap.example.org",
        "ada:hunter2@imap.example.org",
        "imaps:ada:hunter2@imap.example.org",
        "https://ada:hunter2@imap.example.org",
        "imaps://ada:hunter2",
    ],
)
def test_a_password_is_refused_and_never_repeated(url: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_account_url(url)
    assert "hunter2" not in str(error.value)


def test_a_refused_password_comes_with_the_places_where_it_belongs() -> None:
    with pytest.raises(UsageError, match=r"TUIMAIL_PASSWORD.*--password-command"):
        parse_account_url("imaps://ada:hunter2@imap.example.org")


@given(st.text() | st.text().map("imaps://ada@{}".format) | st.text().map("imaps://{}@host".format))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        endpoint = parse_account_url(text).endpoint
    except UsageError as error:
        shown = str(error)
    else:
        shown = endpoint.shown
        assert 1 <= endpoint.port <= 65535
    assert shown.isprintable()
