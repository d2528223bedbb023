"""Names that every file system takes, made of what a stranger wrote."""

from __future__ import annotations

import re
import unicodedata

from tuimail.text import REPLACEMENT, is_plain, safe_line

NAME_LIMIT = 180
"""Octets of a file name in UTF-8: leaves Windows room for the folder in its 260 characters."""
PART = ".part"
"""The end of the name of a file that is being written."""

_LEGAL = str.maketrans(dict.fromkeys('<>:"/\\|?*' + REPLACEMENT, "_"))
_EXTENSION = re.compile(r"(?<=.)\.\w{1,16}$")
# Windows takes these for devices, whatever extension follows, and ¹ ² ³ for digits.
_DEVICE = re.compile(r"(con|prn|aux|nul|clock\$|conin\$|conout\$|(com|lpt)[0-9]) *(\.|$)", re.I)
# Hidden files, options and home folders, also behind what stood for a slash.
_LEADING = re.compile(r"^_*([.~ -]_*)+")
# HFS+ does not see them, so that two names which differ by one would be the same file.
_WITHOUT_JOINERS = str.maketrans("", "", "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}")


def safe_name(text: str, *, suffix: str = "", limit: int = NAME_LIMIT) -> str:
    """One file or folder name that Windows, macOS and Linux all take, made of a stranger's text.

    At most `limit` octets of UTF-8 in NFC, never empty, never hidden, an option or a home
    folder, never `*.part`. `suffix` is ours and stays whole at the end; an extension in `text`
    stays too, the rest is cut. The same text gives the same name, but two texts may share one.
    """
    stem, extension = _split_extension(_clean(text))
    if name_key(extension) == PART:
        extension += "_"
    ending = extension + suffix
    room = limit - len(ending.encode())
    if room < 1:
        raise ValueError(f"no room for a name before {ending!r} in {limit} octets")
    stem = cut_octets(stem, room).rstrip(" ." if not ending else "") or "_"
    if _DEVICE.match(unicodedata.normalize("NFKC", stem + ending)):
        stem = "_" + cut_octets(stem, room - 1)
    return stem + ending


def numbered_name(name: str, number: int) -> str:
    """The `number`th choice where `name` is taken: `a.eml`, `a~2.eml`, `a~3.eml` …"""
    if number == 1:
        return name
    stem, extension = _split_extension(name)
    return safe_name(stem, suffix=f"~{number}{extension}")


def name_key(name: str) -> str:
    """What two names share when some file system takes them for one.

    NFKC and case folding as in Unicode 3.13, D146 (`a.txt`, `A.TXT`), without joiners.
    """
    if name.isascii():
        return name.lower()
    folded = unicodedata.normalize("NFD", name.translate(_WITHOUT_JOINERS)).casefold()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", folded).casefold())


def _clean(text: str) -> str:
    line = safe_line(text, limit=len(text)).translate(_LEGAL)
    if not is_plain(line):
        line = "".join("_" if unicodedata.category(c) == "Cn" else c for c in line)
    line = " ".join(line.split()).rstrip(" .")
    return _LEADING.sub("_", line) or ("_" if text else "unnamed")


def _split_extension(name: str) -> tuple[str, str]:
    found = _EXTENSION.search(name)
    return (name[: found.start()], found.group()) if found else (name, "")


def cut_octets(text: str, octets: int) -> str:
    """The longest start of the text that has at most so many octets in UTF-8."""
    return text.encode()[:octets].decode(errors="ignore")
