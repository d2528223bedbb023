"""HTML mail as text for a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.patience import patience
from tuimail.mail.charsets import decode_text
from tuimail.mail.entity import parse_entity
from tuimail.mail.html_text import INPUT_LIMIT, OUTPUT_LIMIT, html_to_text
from tuimail.mail.transfer_encoding import decode_body


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("hello", "hello\n"),
        ("  hello \n\t world  ", "hello world\n"),
        ("<p>one</p><p>two</p>", "one\n\ntwo\n"),
        ("<div>one</div><div>two</div>", "one\ntwo\n"),
        ("one<br>two<br/><br>three", "one\ntwo\n\nthree\n"),
        ("<br><br><br>one<br><br><br><br>two<br>", "one\n\ntwo\n"),
        ("<div>one</div><div><br></div><div>two</div>", "one\n\ntwo\n"),
        ("<h1>Title</h1>text", "Title\n\ntext\n"),
        ("a <b>bold</b><i>er</i> word", "a bolder word\n"),
        ("<span>a</span> <span>b</span>", "a b\n"),
        ("a<hr>b", "a\n----------\nb\n"),
        # what nobody reads
        ("<head><title>T</title><style>p{}</style></head><body>a<script>b</script>", "a\n"),
        ("<template><p>x</p></template>a<!-- b -->", "a\n"),
        # entities, once
        ("&lt;b&gt; &amp;lt; &copy; &nbsp;x", "<b> &lt; ©  x\n"),
        # hints to a renderer are dropped, and what turns text around is left to MailText
        ("Donau&shy;dampf&#8203;schiff&#847;&zwnj;", "Donaudampfschiff\n"),
        ("a\u202eb", "a\u202eb\n"),
        ("Preview&nbsp;&zwnj;&nbsp;&zwnj;&nbsp;<p>text", "Preview\n\ntext\n"),
        # links
        ('<a href="https://a.org/x">here</a> now', "here <https://a.org/x> now\n"),
        ('<a href="https://a.org/">https://a.org</a>', "https://a.org\n"),
        ('<a href="https://A.org">a.org</a>', "a.org\n"),
        (
            '<a href="https://evil.test">https://bank.org</a>',
            "https://bank.org <https://evil.test>\n",
        ),
        ('<a href="mailto:a@b.org">a@b.org</a>', "a@b.org\n"),
        ('<a href="mailto:a@b.org">Ada</a>', "Ada <mailto:a@b.org>\n"),
        ('<a href="#top">top</a> <a name=x>y</a> <a href="javascript:x()">z</a>', "top y z\n"),
        ('<a href="http\u017f://a.org">x</a>', "x\n"),
        ('<a href="https://a.org/?a=1&amp;b=2">x</a>', "x <https://a.org/?a=1&b=2>\n"),
        ('<a href=" https://a.org/ ">x</a>', "x <https://a.org/>\n"),
        (
            '<a href="https://a.org">one<a href="https://b.org">two',
            "one <https://a.org>two <https://b.org>\n",
        ),
        ('<a href="https://a.org"><div>block</div></a>', "block\n<https://a.org>\n"),
        ('<a href="https://a.org"><img src="t.gif"></a>', ""),
        ('<a href="https://a.org"><img alt="Logo"></a>', "[Logo] <https://a.org>\n"),
        (f'<a href="https://a.org/{"x" * 5_000}">long</a>', "long\n"),
        # images
        ('<img src="https://t.test/1.gif"><img alt=" a  cat "><img alt="">', "[a cat]\n"),
        # lists
        ("<ul><li>a<li>b</ul>c", "- a\n- b\n\nc\n"),
        ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b\n"),
        ("x<ul><li>a<ol><li>b</ol></li><li>c</ul>", "x\n\n- a\n  1. b\n- c\n"),
        ("<ul><li>a<br>b</ul>", "- a\n  b\n"),
        ("<ul><li></li></ul>after", "after\n"),
        ("<li>alone", "- alone\n"),
        # tables: a row is a line
        ("<table><tr><td>a<td> b </td></tr><tr><th>c</th></tr></table>", "a  b\nc\n"),
        ("<table><tr><td></td><td>b</td></tr></table>", "b\n"),
        ("<table><tr><td><table><tr><td>a</table><td>b</table>", "a\n\nb\n"),
        # quotes
        (
            "a<blockquote>b<blockquote>c</blockquote>d</blockquote>e",
            "a\n\n> b\n>\n> > c\n>\n> d\n\ne\n",
        ),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b\n"),
        ("</blockquote></ul></pre>a", "a\n"),
        # preformatted
        ("<pre>a  b\n\n\n  c</pre>d", "a  b\n\n\n  c\n\nd\n"),
        ("<pre>a\r\nb</pre>", "a\nb\n"),
        # controls come through; MailText is what makes them harmless
        ("a\x1b]0;x\x07", "a\x1b]0;x\x07\n"),
    ],
)
def test_renders(html: str, text: str) -> None:
    assert html_to_text(html) == text


def test_input_is_limited() -> None:
    assert html_to_text(" " * INPUT_LIMIT + "late") == ""


@pytest.mark.parametrize("unit", ["<blockquote>x", "<ul><li>x", "<td>x", "<img alt=x>", "<br>x"])
def test_output_is_limited(unit: str) -> None:
    assert len(html_to_text(unit * (INPUT_LIMIT // len(unit)))) <= OUTPUT_LIMIT + 100


BOMBS = (
    *("<p>", "<br>", "<td>", "<td>x", "<pre>\n", "<pre>\nx", "\n", "<ul>", "<li>", "<ol><li>x"),
    *("<blockquote>", "<blockquote>x", "</blockquote>", "<a href=x>", "<a href='https://x'>y"),
    *(
        "<img alt=x>",
        "<hr>",
        "<div>x",
        "<table><tr><td>x",
        "<!-- ",
        "<i>",
        "<a href='https://x'><br>",
    ),
)


@pytest.mark.parametrize("unit", BOMBS)
def test_a_bomb_takes_linear_time(unit: str) -> None:
    html = unit * (200_000 // len(unit))
    with patience():
        html_to_text(html)


TAGS = "p /p ul /ul ol li pre /pre blockquote /blockquote a /a td br table tr div h1 x"
PIECES = [f"<{tag}>" for tag in TAGS.split()] + ["<a href='https://x'>", "<img alt=y>"]


@given(st.lists(st.sampled_from([*PIECES, "a", " ", "\n", "&nbsp;", "<", ">"]), max_size=20))
def test_never_raises_and_has_no_empty_edges(units: list[str]) -> None:
    text = html_to_text("".join(units))
    assert text == "" or text.endswith("\n")
    assert not text.startswith("\n")


def test_every_html_part_of_the_corpus_becomes_text(corpus: list[Path]) -> None:
    parts = 0
    for path in corpus:
        raw = path.read_bytes()
        for entity in parse_entity(raw).walk():
            if entity.media_type == "text/html" and not entity.children:
                body = decode_body(raw[entity.body_start : entity.end], entity.encoding)
                text = html_to_text(decode_text(body, entity.parameters.get("charset")))
                assert "<div" not in text.lower()
                assert "</p>" not in text.lower()
                parts += 1
    assert parts > 100
