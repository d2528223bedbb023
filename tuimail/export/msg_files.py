"""Raw messages on their way into Outlook's .msg files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tuimail.errors import MessageUnreadable
from tuimail.export.message_files import MessageFiles, SaveProgress
from tuimail.export.msg_worker import MsgWorker
from tuimail.export.names import SaveFormat, message_name
from tuimail.files import Directory, PartFile
from tuimail.imap.identity import Identity
from tuimail.imap.summary import Summary


@dataclass(frozen=True, slots=True)
class _Conversion:
    """A message that the worker has."""

    summary: Summary
    eml: PartFile
    size: int
    msg: PartFile

    def discard(self) -> None:
        self.eml.discard()
        self.msg.discard()


class MsgFiles(MessageFiles):
    """The same for .msg files: one message is converted while the next one comes.

    One that cannot be converted is saved as EML, and a remark says so.
    """

    def __init__(
        self,
        directory: Directory,
        summaries: Sequence[Summary],
        on_progress: Callable[[SaveProgress], None],
    ) -> None:
        super().__init__(directory, summaries, on_progress)
        self._worker = MsgWorker()
        self._conversion: _Conversion | None = None
        self._remarks: list[tuple[Identity, str]] = []

    @property
    def remarks(self) -> tuple[tuple[Identity, str], ...]:
        return tuple(self._remarks)

    def finish(self) -> None:
        try:
            with self._lock:
                self._end_conversion()
        finally:
            super().finish()

    def stop(self) -> None:
        # Without the lock, which whoever waits for the worker holds.
        self._worker.close()

    def close(self) -> None:
        self.stop()
        with self._lock:
            if self._conversion is not None:
                self._conversion.discard()
                self._conversion = None
        super().close()

    def _keep(self, summary: Summary, part: PartFile, size: int) -> None:
        uid = summary.identity.uid
        name = message_name(summary.internal_date, str(summary.subject), uid, SaveFormat.MSG)
        try:
            self._end_conversion()
            msg = self._directory.create_part(name)
            self._conversion = _Conversion(summary, part, size, msg)
            self._worker.send(part.path, msg.path, summary.internal_date, summary.flags)
        except BaseException:
            part.discard()
            raise

    def _end_conversion(self) -> None:
        """Take over what the worker has made. Raises FileError."""
        conversion, self._conversion = self._conversion, None
        if conversion is None:
            return
        summary = conversion.summary
        try:
            converted = self._worker.receive()
        except MessageUnreadable as error:
            conversion.msg.discard()
            self._batch.add(conversion.eml, conversion.size, summary.internal_date)
            self._remark(summary, f"saved as EML: {error}")
        except BaseException:
            conversion.discard()
            raise
        else:
            conversion.eml.discard()
            self._batch.add(conversion.msg, converted.size, summary.internal_date)
            for clause in converted.lost:
                self._remark(summary, clause)

    def _remark(self, summary: Summary, clause: str) -> None:
        self._remarks.append((summary.identity, clause))
