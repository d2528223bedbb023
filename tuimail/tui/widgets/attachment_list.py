"""A message's attachments as BODYSTRUCTURE tells of them; none of their data is fetched."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style

from tuimail.imap.structure import Attachment
from tuimail.tui.cells import fit_cells, fit_cells_right
from tuimail.tui.figures import format_size
from tuimail.tui.widgets.line_list import LineList

_SIZE_WIDTH = 6
_INLINE = "shown in the text"


class AttachmentList(LineList):
    """One line an attachment: name, media type, about how large it is once decoded."""

    _attachments: Sequence[Attachment] = ()

    @property
    def current(self) -> Attachment | None:
        """The one under the cursor."""
        return self._attachments[self.cursor] if self.cursor < len(self._attachments) else None

    def show_attachments(self, attachments: Sequence[Attachment], notice: str) -> None:
        """Show these, or `notice` where there are none."""
        self._attachments = attachments
        self.notice = notice
        self.set_rows(len(attachments), 0)

    def render_row(self, index: int, width: int, style: Style) -> list[Segment]:
        attachment = self._attachments[index]
        faint = self.style_of("line--faint", style)
        note = f"{attachment.media_type}{f', {_INLINE}' if attachment.inline else ''}"
        room = width - _SIZE_WIDTH - 2
        name_width = max(12, room * 3 // 5)
        return [
            Segment(fit_cells(f" {attachment.name}", name_width) + " ", style),
            Segment(fit_cells(note, room - name_width), faint),
            Segment(" " + fit_cells_right(f"~{format_size(attachment.size)}", _SIZE_WIDTH), faint),
        ]
