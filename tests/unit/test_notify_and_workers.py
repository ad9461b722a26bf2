from __future__ import annotations

import io
import json
import threading
from datetime import UTC, datetime, timedelta

import pytest

from casework import Actor, Desk, MemoryStore, Message, Rulebook
from casework.actions import Assign, Review
from casework.adapters.notify import LogNotifier
from casework.adapters.workers import run
from casework.errors import DeliveryFailed
from casework.testing import FrozenTime, RecordingNotifier

CLERK = Actor(id="wang", role="clerk")


def assigned() -> tuple[Desk, FrozenTime, str]:
    time = FrozenTime(datetime(2020, 7, 1, 1, tzinfo=UTC))
    desk = Desk(Rulebook.shipped("yunxi"), store=MemoryStore(), now=time)
    case = desk.receive(Message(subject="村口路灯不亮"))
    desk.act(case.id, Review(), by=CLERK)
    desk.act(case.id, Assign(lead="夹河镇"), by=CLERK)
    return desk, time, case.id


def test_the_log_channel_writes_one_line_a_notice_with_its_id_and_no_personal_data() -> None:
    desk, _, case = assigned()
    stream = io.StringIO()
    assert desk.deliver(LogNotifier(stream)).sent == 1
    line = json.loads(stream.getvalue())
    assert line["id"] == f"{case}:3:1"
    assert (line["to"], line["unit"], line["action"]) == ("handler", "夹河镇", "assign")
    assert "路灯" not in stream.getvalue()


def test_a_closed_log_is_a_failed_delivery_and_the_notice_waits() -> None:
    desk, time, _ = assigned()
    stream = io.StringIO()
    stream.close()
    assert desk.deliver(LogNotifier(stream)).retried == 1
    with pytest.raises(DeliveryFailed, match="log: cannot be written"):
        LogNotifier(stream)(desk.store.outbox.pending(time() + timedelta(days=1))[0].notification)
    time.advance(minutes=2)
    assert desk.deliver(RecordingNotifier()).sent == 1


def test_the_worker_sweeps_and_delivers_round_after_round_until_its_rounds_are_done() -> None:
    desk, time, case = assigned()
    channel = RecordingNotifier()
    time.to(datetime(2020, 7, 9, 1, tzinfo=UTC))
    rounds = list(run(desk, channel, every=timedelta(0), rounds=2))
    assert [row.sweep.cases for row in rounds] == [1, 0]
    assert len(desk.get(case).orders) == 1
    assert "supervisor" in [row.to for row in channel.sent]


def test_a_worker_that_is_told_to_stop_stops_without_another_round() -> None:
    desk, _, _ = assigned()
    stop = threading.Event()
    done = 0
    for _ in run(desk, RecordingNotifier(), every=timedelta(hours=1), stop=stop):
        done += 1
        stop.set()
    assert done == 1
