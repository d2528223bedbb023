"""HTML within RTF: what a plain reader shows, and that the HTML comes back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from compressed_rtf import decompress  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st
from RTFDE import DeEncapsulator  # type: ignore[import-untyped]

from tests.msg.rtf_reader import read_rtf_html, read_rtf_text
from tuimail.mail.charsets import decode_text
from tuimail.mail.entity import parse_entity
from tuimail.mail.transfer_encoding import decode_body
from tuimail.msg.rtf import encapsulate_html, wrap_rtf

HEADER = (
    rb"{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0\fswiss\fcharset0 Arial;}}"
    rb"\uc1\pard\plain\f0\fs20 {\*\htmltag64}"
)

LETTER = r"""<!DOCTYPE html>
<html>
<head><meta charset="utf-8"><title>Weekly</title>
<style>p { color: red }</style>
</head>
<body>
  <!-- seen by nobody -->
  <h1>News</h1>
  <p>Dear Ada,<br>
  this is&nbsp;&euro;&nbsp;5 &lt;today&gt;, says
  <b>Zoë</b>   in C:\temp {x} 😀.</p><div>And <i>this</i><div>too</div></div>
  <table><tr><td>Name</td><td>Size</td></tr>
  <tr><td>a</td> <td>1</td></tr></table>
<pre>  if x:
	y()</pre>
  <ul><li>one<li>two</ul><p>&nbsp;</p>a<br><br>b
</body>
</html>
"""
LETTER_SHOWN = """News
Dear Ada,
this is\xa0€\xa05 <today>, says Zoë in C:\\temp {x} 😀.
And this
too
Name\tSize\t
a\t1\t
  if x:
\ty()
one
two
\xa0
a

b\x20
"""


def with_crlf(html: str) -> str:
    return re.sub(r"\r\n?|\n", "\r\n", html)


@pytest.mark.parametrize(
    ("html", "body"),
    [
        ("", rb""),
        ("plain text", rb"plain text"),
        ("<b>bold</b> rest", rb"{\*\htmltag84 <b>}bold{\*\htmltag92 </b>} rest"),
        (
            "<P>a</P>\r\n<p>b",
            rb"{\*\htmltag64 <P>}a{\*\htmltag72 </P>}\htmlrtf \par\htmlrtf0 "
            rb"{\*\htmltag4 \par }{\*\htmltag64 <p>}b",
        ),
        ("a<br>b", rb"a{\*\htmltag116 <br>}\htmlrtf \par\htmlrtf0 b"),
        ("a\nb  c", rb"a{\*\htmltag4 \par }\htmlrtf  \htmlrtf0 b"
                    rb"{\*\htmltag4   }\htmlrtf  \htmlrtf0 c"),
        ("a&nbsp;b", rb"a{\*\htmltag84 &nbsp;}\htmlrtf \u160?\htmlrtf0 b"),
        ("&#x1F600;", rb"{\*\htmltag84 &#x1F600;}\htmlrtf \u-10179?\u-8704?\htmlrtf0 "),
        ("&lt;&amp", rb"{\*\htmltag84 &lt;&amp}\htmlrtf <&\htmlrtf0 "),
        ("&no; 1 < 2", rb"{\*\htmltag84 &no;}\htmlrtf &no;\htmlrtf0  1 "
                       rb"{\*\htmltag84 <}\htmlrtf <\htmlrtf0  2"),
        ("\\ {é} 中 豈 😀", rb"\\ \{\u233?\} \u20013? \u-29624? \u-10179?\u-8704?"),
        ("a\0b\ud83dc\x1b", rb"a\u-3?b\u-3?c\u27?"),
        ("<a\tb='>\n'>", rb"{\*\htmltag84 <a\tab b='>\par '>}"),
        ("<style>p {}\n</STYLE>", rb"{\*\htmltag241 <style>p \{\}\par }{\*\htmltag249 </STYLE>}"),
        ("<style>a<b", rb"{\*\htmltag241 <style>a<b}"),
        ("<!-- a<b> -- ", rb"{\*\htmltag240 <!-- a<b> -- }"),
        ("<!-->a", rb"{\*\htmltag240 <!-->}a"),
        ("<head>a <p>b", rb"{\*\htmltag34 <head>}{\*\htmltag1 a}{\*\htmltag1  }"
                         rb"{\*\htmltag64 <p>}b"),
        ("<pre>a\n\t b</pre>", rb"{\*\htmltag84 <pre>}a\par \tab  b{\*\htmltag92 </pre>}"
                               rb"\htmlrtf \par\htmlrtf0 "),
    ],
)  # fmt: skip
def test_table(html: str, body: bytes) -> None:
    assert encapsulate_html(html) == HEADER + body + b"}"


def test_what_a_plain_reader_shows() -> None:
    assert read_rtf_text(encapsulate_html(LETTER)) == with_crlf(LETTER_SHOWN)


@pytest.mark.parametrize(
    "html",
    [LETTER, "<p>\\par \\'41 {\\b} \\\\</p>\n\n<!-- {\\*\\x} -->", "&eacute;é\té &#8364; 中 😀"],
)
def test_another_reader_gets_the_html_back(html: str) -> None:
    reader = DeEncapsulator(encapsulate_html(html))
    reader.deencapsulate()
    assert reader.html.decode() == html


PIECES = [
    *("<p>", "</p>", "<br>", "<td>", "</td>", "<head>", "</head>", "<body>", "<pre>", "</pre>"),
    *("<style>", "</style>", "<title>", "</title>", "<script", "<!--", "-->", "<!", "<?", "</"),
    *("<", ">", "&", "&amp;", "&#65;", "&#0", "&bogus", "&#x110000;", "=", '"', "'", ' a="'),
    *("\\", "{", "}", "\\'e9", "\\u65?", "\\par ", "\\htmlrtf ", "\r", "\n", "\t", " ", "\x0c"),
    *("x", "é", "\xa0", "中", "\ufb01", "😀", "\U0010ffff"),
]


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=30))
def test_the_html_comes_back(pieces: list[str]) -> None:
    html = "".join(pieces)
    assert read_rtf_html(encapsulate_html(html)) == with_crlf(html).replace("\0", "\ufffd")


@pytest.mark.parametrize(
    "unit",
    [
        *("<!--", "<!---", "<", "<a ", "<a", '<a ="', "<a ='\"", "</", "<!", "&", "&a", "& ", "&#"),
        *("<style>", "<style", "<style></styl", "<title>", "<head>", "<pre>\n", "<p>", "  ", "\n"),
    ],
)
def test_the_html_comes_back_from_a_bomb(unit: str) -> None:
    html = unit * (50_000 // len(unit))
    assert read_rtf_html(encapsulate_html(html)) == with_crlf(html)


def test_the_html_comes_back_from_the_corpus(corpus: list[Path]) -> None:
    parts = set()
    for path in corpus:
        raw = path.read_bytes()
        for entity in parse_entity(raw).walk():
            if entity.media_type == "text/html" and not entity.children:
                body = decode_body(raw[entity.body_start : entity.end], entity.encoding)
                parts.add(decode_text(body, entity.parameters.get("charset")))
    assert len(parts) > 100
    for html in parts:
        assert read_rtf_html(encapsulate_html(html)) == with_crlf(html).replace("\0", "\ufffd")


@pytest.mark.parametrize("rtf", [b"", b"{\\rtf1 a}", encapsulate_html(LETTER)])
def test_wrapped(rtf: bytes) -> None:
    assert decompress(wrap_rtf(rtf)) == rtf


def test_wrapped_bytes() -> None:
    assert wrap_rtf(b"{a}") == b"\x0f\0\0\0\x03\0\0\0MELA\0\0\0\0{a}"
