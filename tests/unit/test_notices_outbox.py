"""Notices: queued with what they tell of, to the roles that the rulebook names, each sent at least once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from casework import Desk, MemoryStore, Message, Sender
from casework.actions import Accept, Assign, Publish, Review, SubmitReply
from casework.testing import FrozenTime, RecordingNotifier
from tests.unit.town import CLERK, HANDLER, WEDNESDAY, town

NOTIFY = """
[[notify]]
on = "receive"
to = ["clerk", "sender"]
zh = "来件已收到"
en = "received"

[[notify]]
on = "publish"
to = ["sender"]
when = "kind == 'complaint'"
zh = "您的投诉已答复"
"""


@pytest.fixture
def now() -> FrozenTime:
    return FrozenTime(WEDNESDAY)


@pytest.fixture
def desk(now: FrozenTime) -> Desk:
    return Desk(town(NOTIFY), store=MemoryStore(), now=now, new_id=lambda: "c1")


def waiting(desk: Desk) -> list[tuple[str, str, str, str]]:
    rows = desk.store.outbox.pending(WEDNESDAY + timedelta(days=999))
    return [(row.notification.id, row.notification.to, row.notification.unit, row.notification.zh) for row in rows]


def publish(desk: Desk, kind: str) -> None:
    desk.receive(Message(subject="路灯不亮", sender=Sender(ref="u-1", name="王小明")))
    desk.act("c1", Review(classes={"kind": kind}), by=CLERK)
    desk.act("c1", Assign(lead="夹河镇"), by=CLERK)
    desk.act("c1", Accept(), by=HANDLER)
    desk.act("c1", SubmitReply(text="已安排维修人员更换路灯。"), by=HANDLER)
    desk.act("c1", Publish(), by=CLERK)


def test_each_act_tells_those_whom_the_rulebook_names(desk: Desk) -> None:
    publish(desk, "help")
    assert waiting(desk) == [
        ("c1:1:1", "clerk", "", "来件已收到"),
        ("c1:1:2", "sender", "", "来件已收到"),
        ("c1:3:1", "handler", "夹河镇", "请签收"),
        ("c1:6:1", "sender", "夹河镇", "您的来件已答复"),
    ]


def test_a_notice_with_a_condition_is_queued_where_it_holds(desk: Desk) -> None:
    publish(desk, "complaint")
    assert waiting(desk)[-2:] == [
        ("c1:6:1", "sender", "夹河镇", "您的来件已答复"),
        ("c1:6:2", "sender", "夹河镇", "您的投诉已答复"),
    ]


def test_a_notice_holds_nothing_of_the_sender(desk: Desk) -> None:
    publish(desk, "help")
    shown = " ".join(repr(row.notification) for row in desk.store.outbox.pending(WEDNESDAY))
    assert [word for word in ("王小明", "u-1", "路灯") if word in shown] == []


def test_what_the_channel_took_is_not_sent_again(desk: Desk) -> None:
    publish(desk, "help")
    channel = RecordingNotifier()
    first = desk.deliver(channel, limit=3)
    second = desk.deliver(channel)
    assert (first.sent, second.sent, desk.deliver(channel).sent) == (3, 1, 0)
    assert [row.id for row in channel.sent] == ["c1:1:1", "c1:1:2", "c1:3:1", "c1:6:1"]


def test_what_the_channel_refused_does_not_hold_up_the_rest(desk: Desk, now: FrozenTime) -> None:
    publish(desk, "help")
    channel = RecordingNotifier()
    channel.fail_next(2)
    delivery = desk.deliver(channel)
    assert (delivery.sent, delivery.retried, delivery.given_up) == (2, 2, 0)
    assert desk.deliver(channel).sent == 0
    now.advance(minutes=1)
    assert desk.deliver(channel).sent == 2
    assert sorted(row.id for row in channel.sent) == ["c1:1:1", "c1:1:2", "c1:3:1", "c1:6:1"]
    assert channel.refused == 2


def test_a_fault_in_the_channel_s_own_code_is_a_failed_attempt_and_every_notice_waits(desk: Desk) -> None:
    publish(desk, "help")

    def broken(notification: object) -> None:
        raise RuntimeError("a fault in the channel's own code")

    told = desk.deliver(broken)
    assert (told.sent, told.retried, told.given_up) == (0, 4, 0)
    assert {row.attempts for row in desk.store.outbox.pending(datetime(2190, 1, 1, tzinfo=UTC))} == {1}
