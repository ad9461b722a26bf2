"""Changes made by hand, from payloads, so that a contract tests a store and neither desk nor rulebook."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from .. import events as ev
from .. import journal
from ..cases import Case
from ..events import Event, Payload, StoredEvent
from ..facts import Fact, facts_of
from ..folding import evolve
from ..ports import Change, Notification, Snapshot
from ..schedules import Issue
from ..sla import Alarm, Deadline, Extension, Limit, Pause, SlaClock

NOON = datetime(2020, 7, 1, 4, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def clock(*, alarm: datetime | None = None, stopped: datetime | None = None, late: int = 0) -> SlaClock:
    """Return a clock "handle": running with an alarm at a moment, or stopped at one, late or not."""
    return SlaClock(
        rule="handle",
        status="stopped" if stopped else "running",
        started_at=NOON,
        day_zero=date(2020, 7, 1),
        limit=Limit(5, "working days"),
        due=Deadline(date=date(2020, 7, 8), before=datetime(2020, 7, 8, 16, tzinfo=UTC)),
        stopped_at=stopped,
        met=late == 0 if stopped else None,
        late=late,
        calendar="CN@0",
        alarms=(Alarm(alarm, "late"),) if alarm else (),
    )


def odd_clocks() -> tuple[SlaClock, ...]:
    """Return clocks of every status, with all that a clock can bear."""
    plain = clock(alarm=NOON + DAY)
    steps = (
        Extension(at=NOON + HOUR, limit=Limit(5, "working days"), since="due-unrolled"),
        Extension(at=NOON + HOUR, limit=Limit(3, "months"), since="receipt"),
        Extension(at=NOON + 2 * HOUR, until=date(2020, 9, 30), since="promise"),
    )
    around = Deadline(
        date=date(2027, 1, 5),
        before=datetime(2027, 1, 5, 16, tzinfo=UTC),
        provisional=True,
        earliest=date(2027, 1, 4),
        latest=date(2027, 1, 8),
    )
    pauses = (Pause(NOON, NOON + HOUR), Pause(NOON + 2 * HOUR))
    made = msgspec.structs.replace
    return (
        made(plain, rule="extended", extensions=steps, pauses=pauses[:1]),
        made(plain, rule="provisional", due=around, run=3, limit=Limit(30, "calendar days")),
        made(plain, rule="paused", status="paused", due=None, left=3, pauses=pauses, alarms=()),
        made(plain, rule="waiting", status="waiting", due=None, subject="甲", alarms=()),
        made(plain, rule="cancelled", status="cancelled", stopped_at=NOON + HOUR, alarms=()),
        made(clock(stopped=NOON, late=4), rule="stopped", subject="o1", limit=Limit(4, "working hours")),
    )


def received(*, number: str | None = None, channel: str = "portal") -> ev.Received:
    """Return the payload that every history begins with."""
    return ev.Received(
        message="1.message",
        channel=channel,
        board=None,
        number=number,
        sender=None,
        public=True,
        rulebook="standard",
        rulebook_digest="0" * 16,
        classes={},
    )


def assigned(lead: str, *assisting: str) -> ev.Assigned:
    """Return an assignment."""
    return ev.Assigned(lead=lead, assisting=assisting, instead_of=None, rule=None, note=None)


def submitted(unit: str) -> ev.Submitted:
    """Return a reply."""
    return ev.Submitted(unit=unit, reply=1, text="9.reply", outcome=None, findings=(), gates=(), passed=0)


def change(
    before: Snapshot | None,
    *payloads: Payload,
    case: str = "c1",
    at: datetime = NOON,
    clocks: tuple[SlaClock, ...] = (),
    key: str | None = None,
    digest: str | None = None,
    **kept: Any,
) -> Change:
    """Make a change of payloads, one minute apart; *clocks* go with the last, *kept* holds texts, numbers, notifications."""
    now: Case | None = before.case if before else None
    head, stored, facts = before.head if before else "", list[StoredEvent](), list[Fact]()
    for n, data in enumerate(payloads):
        event = Event(
            case=now.id if now else case,
            seq=now.version + 1 if now else 1,
            occurred_at=at + n * timedelta(minutes=1),
            recorded_at=at + n * timedelta(minutes=1),
            actor="王",
            role="clerk",
            action=data.kind,
            state=data.kind,
            data=data,
            clocks=clocks if n == len(payloads) - 1 else (),
        )
        now = evolve(now, event)
        text = journal.encode(event)
        head = journal.chain(head, text)
        stored.append(StoredEvent(event.case, event.seq, text, head))
        facts += facts_of(now, event)
    assert now is not None
    return Change(
        case=now,
        expected=before.case.version if before else 0,
        head=head,
        events=tuple(stored),
        facts=tuple(facts),
        key=key,
        digest=digest or (f"digest of {key}" if key else None),
        **kept,
    )


def issue(**more: Any) -> Issue:
    """Return an issue: the fifth monthly one, or another."""
    usual = Issue(
        rulebook="yunxi",
        schedule="monthly",
        period="2020-07",
        scope="",
        form="bulletin",
        number="第5期",
        n=5,
        as_of=datetime(2020, 8, 10, 16, tzinfo=UTC),
        rulebook_digest="0" * 16,
        made_at=NOON,
    )
    return msgspec.structs.replace(usual, **more)


def issue_notice(of: Issue, n: int = 1) -> Notification:
    """Return a notice of an issue."""
    return Notification(case="", seq=0, n=n, to="leader", unit="", action="publish", zh="应予编发", en="is due", issue=of.id)


def notice(case: str, seq: int, n: int = 1) -> Notification:
    """Return a notice."""
    return Notification(case=case, seq=seq, n=n, to="handler", unit="甲", action="assign", zh="请签收", en="please accept")
