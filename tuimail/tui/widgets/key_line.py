"""The last line of every screen: the keys that help most just now."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.binding import Binding
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from tuimail.tui.keys import ALL_KEYS, LASTING_KEYS, name_key

_GAP = "  "
_ORDER = {binding.id: place for place, binding in enumerate(ALL_KEYS)}


@dataclass(frozen=True, slots=True)
class _Hint:
    keys: str
    words: str
    press: str
    """The key that a click stands for."""

    @property
    def width(self) -> int:
        return cell_len(self.keys) + 1 + cell_len(self.words)


class KeyLine(Widget):
    """Draws as many keys as fit; help and the way out always do.

    Textual's Footer is a widget for each key, mounted anew with each move of the focus: 40 ms.
    """

    COMPONENT_CLASSES = {"keys--key", "keys--words"}

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed)

    def _bindings_changed(self, _screen: Screen[object]) -> None:
        self.refresh()

    def render_line(self, _y: int) -> Strip:
        left, right = self._choose_hints()
        cells: list[Segment] = []
        for hint in left:
            cells += [*self._draw(hint), Segment(_GAP, self.rich_style)]
        used = sum(segment.cell_length for segment in cells)
        room = self.size.width - used - _length(right)
        cells.append(Segment(" " * room, self.rich_style))
        for index, hint in enumerate(right):
            cells += [Segment(_GAP if index else "", self.rich_style), *self._draw(hint)]
        return Strip(cells).adjust_cell_length(self.size.width, self.rich_style)

    def on_click(self, event: events.Click) -> None:
        clicked = event.get_content_offset_capture(self).x
        left, right = self._choose_hints()
        for x, hints in ((0, left), (self.size.width - _length(right), right)):
            for hint in hints:
                if x <= clicked < x + hint.width:
                    self.app.simulate_key(hint.press)
                x += hint.width + len(_GAP)

    def _draw(self, hint: _Hint) -> list[Segment]:
        return [
            Segment(hint.keys, self.get_component_rich_style("keys--key")),
            Segment(f" {hint.words}", self.get_component_rich_style("keys--words")),
        ]

    def _choose_hints(self) -> tuple[list[_Hint], list[_Hint]]:
        """What fits, left and right."""
        shown: dict[str, Binding] = {}
        for active in self.screen.active_bindings.values():
            if active.binding.show and active.enabled:
                shown.setdefault(active.binding.id or active.binding.action, active.binding)
        bindings = sorted(shown.values(), key=lambda one: _ORDER.get(one.id, len(_ORDER)))
        right = _hint([one for one in bindings if one.id in LASTING_KEYS])
        left: list[_Hint] = []
        room = self.size.width - _length(right)
        for hint in _hint([one for one in bindings if one.id not in LASTING_KEYS]):
            room -= hint.width + len(_GAP)
            if room < 0:
                break
            left.append(hint)
        return left, right


def _hint(bindings: list[Binding]) -> list[_Hint]:
    """One hint a binding, and one for neighbours that belong together."""
    hints: list[_Hint] = []
    for group, members in groupby(bindings, lambda one: one.group or one):
        together = list(members)
        keys = " ".join(name_key(one.key) for one in together)
        words = group.description if isinstance(group, Binding.Group) else together[0].description
        hints.append(_Hint(keys, words, together[0].key))
    return hints


def _length(hints: list[_Hint]) -> int:
    return sum(hint.width for hint in hints) + len(_GAP) * max(0, len(hints) - 1)
