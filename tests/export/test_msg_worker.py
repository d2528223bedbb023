"""The process that converts, and what becomes of its orders when it ends."""

from __future__ import annotations

import hashlib
import os
import signal
from pathlib import Path

import pytest

from tests.export.converting import converter
from tests.servers.mailboxes import plain_message
from tuimail.errors import MessageUnreadable
from tuimail.export.msg_worker import MsgWorker


def order(worker: MsgWorker, folder: Path, number: int) -> Path:
    eml, msg = folder / f"{number}.eml", folder / f"{number}.msg"
    eml.write_bytes(plain_message(number))
    worker.send(eml, msg, None, ())
    return msg


def test_orders_ahead_of_their_answers_are_answered_in_order(tmp_path: Path) -> None:
    worker = MsgWorker()
    for msg in [order(worker, tmp_path, number) for number in range(1, 5)]:
        converted = worker.receive()
        octets = msg.read_bytes()
        assert converted.size == len(octets)
        assert converted.sha256 == hashlib.sha256(octets).hexdigest()
    worker.close()


def test_a_worker_that_dies_costs_the_first_of_its_orders(tmp_path: Path) -> None:
    worker = MsgWorker()
    order(worker, tmp_path, 1)
    worker.receive()
    os.kill(converter(), signal.SIGSTOP)
    _, *behind = [order(worker, tmp_path, number) for number in range(2, 6)]
    os.kill(converter(), signal.SIGKILL)
    with pytest.raises(MessageUnreadable, match="did not come to an end"):
        worker.receive()
    assert [worker.receive().size for _ in behind] == [msg.stat().st_size for msg in behind]
    worker.close()


def test_dropped_orders_are_not_answered(tmp_path: Path) -> None:
    worker = MsgWorker()
    order(worker, tmp_path, 1)
    os.kill(converter(), signal.SIGSTOP)
    order(worker, tmp_path, 2)
    worker.drop_orders()
    third = order(worker, tmp_path, 3)
    assert worker.receive().size == third.stat().st_size
    assert not (tmp_path / "2.msg").exists()
    worker.close()
