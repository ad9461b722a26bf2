"""Clocks, and who counts for them: rules, running clocks, verdicts, and the `Timekeeper` by which all of them count.

The values (`Limit`, `Deadline`, `Pause`, `Extension`) and conventions (`Count`) are in `limits`, the arithmetic in `reckoning`, the
account of a deadline day by day in `explanations`; all of them can be imported from here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal, Self

import msgspec
from msgspec.structs import replace as _with
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema, field_validator, model_validator

from .errors import ExtensionRefused, UnreadableLimit
from .explanations import CountedDay, Explanation
from .hours import OfficeHours
from .languages import Lang, chinese
from .limits import WRITTEN, Count, Deadline, Extension, Limit, Pause
from .moments import require_aware, show_moment, show_span
from .reckoning import Reckoner

__all__ = [
    "Alarm",
    "ClockRule",
    "ConditionalLimit",
    "Count",
    "CountedDay",
    "Deadline",
    "Explanation",
    "ExtendRule",
    "Extension",
    "Limit",
    "OfficeHours",
    "Pause",
    "PromiseRule",
    "SlaClock",
    "Standing",
    "Timekeeper",
    "Turns",
    "Verdict",
]

_ONE_MINUTE = timedelta(minutes=1)
_FROZEN = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Alarm(msgspec.Struct, frozen=True, gc=False):
    """A moment at which a rung of the ladder is due on a clock; ``n`` counts its repetitions from 1."""

    at: datetime
    rung: str
    n: int = 1


class SlaClock(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A clock as it stands after an event: every moment in it is computed, so reading it needs neither rule nor calendar.

    ``subject`` is the unit or the order that the clock is kept for ("" for the case), ``run`` counts its starts. ``left`` is what
    a paused clock has left: working days, whole hours for a limit in (working) hours, calendar days for one in calendar days or
    months. ``late`` is the working days by which a stopped clock was late, none where no working day began in between. A cancelled
    clock ended without a verdict: its case was refused, or its unit taken off the case. A waiting one starts anew when the case's
    next unit accepts it.
    """

    rule: str
    subject: str = ""
    run: int = 1
    status: Literal["running", "paused", "stopped", "cancelled", "waiting"] = "running"
    started_at: datetime
    day_zero: date
    limit: Limit
    due: Deadline | None
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()
    left: int | None = None
    stopped_at: datetime | None = None
    met: bool | None = None
    late: int = 0
    calendar: str
    alarms: tuple[Alarm, ...] = ()

    @property
    def run_key(self) -> str:
        """The clock's key with its run: ``"handle/2"``."""
        return f"{self.key}/{self.run}"

    @property
    def key(self) -> str:
        """``"handle"``, or ``"accept:夹河镇"`` for a clock that is kept for one unit or order."""
        return f"{self.rule}:{self.subject}" if self.subject else self.rule

    @property
    def next_at(self) -> datetime | None:
        """The next moment at which a sweep has something to do for this clock."""
        return min((alarm.at for alarm in self.alarms), default=None) if self.status == "running" else None


class Standing(StrEnum):
    """What a clock says at a moment."""

    RUNNING = "running"
    DUE_SOON = "due soon"
    OVERDUE = "overdue"
    PAUSED = "paused"
    MET = "met"
    MET_LATE = "met late"
    CANCELLED = "cancelled"
    WAITING = "waiting"


_VERDICTS = {  # without and with days, in English and in Chinese
    Standing.RUNNING: (("due today", "{} left"), ("今日到期", "还剩{}")),
    Standing.DUE_SOON: (("due today", "{} left"), ("今日到期", "还剩{}")),
    Standing.OVERDUE: (("overdue", "overdue by {}"), ("已逾期", "逾期{}")),
    Standing.PAUSED: (("paused", "paused, {} left"), ("中止", "中止，尚余{}")),
    Standing.MET: (("met", ""), ("按期", "")),
    Standing.MET_LATE: (("met late", "met late by {}"), ("逾期完成", "逾期{}完成")),
    Standing.CANCELLED: (("cancelled", ""), ("终止", "")),
    Standing.WAITING: (("waiting for acceptance", ""), ("待签收后起算", "")),
}


_WORKING_TIME = ("{} of working time", "工作时间{}")


class Verdict(msgspec.Struct, frozen=True):
    """A clock's verdict; ``days`` are working days left after today (paused: if the pause ended today), or since the last day.

    ``time`` is the same to the minute for a limit in hours or working hours, in which it is then counted (``working``), and None
    for others.
    """

    state: Standing
    days: int
    time: timedelta | None = None
    working: bool = False

    def text(self, lang: Lang) -> str:
        """Return the verdict in words: ``"2 working days left"``, ``"逾期1个工作日"``; days that are none are not named."""
        words, counted = _VERDICTS[self.state][chinese(lang)]
        if self.time is not None and self.time >= _ONE_MINUTE and counted:
            span = show_span(self.time, lang=lang, in_days=not self.working)
            return counted.format(_WORKING_TIME[chinese(lang)].format(span) if self.working else span)
        days = Limit(abs(self.days), "working days").label(lang)
        return counted.format(days) if self.days and counted else words


# --- rules ------------------------------------------------------------------------------------------------------------


def _readable(value: str) -> str:
    """Return a limit as it is written in English; ValueError for what is none."""
    try:
        return str(Limit.parse(value))
    except UnreadableLimit as error:
        raise ValueError(str(error)) from error


Length = Annotated[str, AfterValidator(_readable), WithJsonSchema({"type": "string", "pattern": f"^{WRITTEN}$"})]
"""A limit as a rulebook writes it."""


class ConditionalLimit(BaseModel):
    """One row of a clock's limits: the first whose condition holds is taken."""

    model_config = _FROZEN

    when: str = ""
    is_: Length = Field(alias="is")
    source: str = ""
    assumption: str = ""

    @property
    def limit(self) -> Limit:
        """The limit as a value."""
        return Limit.parse(self.is_)


Turn = Literal["continue", "resume", "recompute", "restart", "restart-on-accept"]


class Turns(BaseModel):
    """What becomes of a clock when its case takes a turn; of a turn that is not named, nothing.

    ``return`` is a reply sent back, ``transfer`` another lead unit in place of the last, ``reclassify`` another class, ``reopen`` a
    closed case opened again. A clock then does one of these:

    - ``continue``: it goes on as if it had never stopped (a running clock is left as it is);
    - ``resume``: it goes on, and the time since it stopped is a pause (Zammad, Frappe Helpdesk);
    - ``recompute``: its limit is chosen anew and counted from the same start (HOCS after a change of case type);
    - ``restart``: it starts anew at this moment, its limit chosen anew (Alaveteli after a clarification);
    - ``restart-on-accept``: it starts anew when the next unit accepts, and waits until then.
    """

    model_config = _FROZEN

    return_: Turn | None = Field(default=None, alias="return")
    reclassify: Turn | None = None
    transfer: Turn | None = None
    reopen: Turn | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        for name, then in (("return", self.return_), ("reclassify", self.reclassify), ("reopen", self.reopen)):
            if then == "restart-on-accept":
                raise ValueError(f"no unit accepts anew after {name}; 'restart' starts the clock at once")
        return self


class ExtendRule(BaseModel):
    """How a clock may be given more time.

    ``ask_before`` is "due" (asked before the due moment) or a limit before it; ``approve`` the role that allows what others ask for
    ("" for whoever may extend). ``from`` says from where the new limit counts, see `Extension`. ``cap`` bounds the whole, counted
    from receipt (of a later run, from its start) or from the first due date ("" for no bound), ``times`` how often.
    """

    model_config = _FROZEN

    ask_before: str = "due"
    approve: str = ""
    from_: Literal["due", "due-unrolled", "today", "receipt"] = Field(default="due", alias="from")
    cap: Length | Literal[""] = ""
    cap_from: Literal["receipt", "due"] = "receipt"
    times: int = Field(default=1, ge=1)
    source: str = ""
    assumption: str = ""

    @field_validator("ask_before")
    @classmethod
    def _when(cls, value: str) -> str:
        return value if value == "due" else _readable(value)


class PromiseRule(BaseModel):
    """How a unit may promise a day: within ``cap`` of the first due date or of receipt ("" for no bound), with a reason or not."""

    model_config = _FROZEN

    cap: Length | Literal[""] = ""
    cap_from: Literal["receipt", "due"] = "due"
    times: int = Field(default=1, ge=1)
    reason: bool = True
    source: str = ""
    assumption: str = ""


class ClockRule(BaseModel):
    """A clock as a rulebook declares it.

    ``starts_on`` and ``stops_on`` name actions or states; ``pauses_on`` names states. ``per`` says what the clock is kept for:
    the case, each unit's assignment, or each order (of one ``form``, where one is named). ``on_calendar_change`` says what a new
    notice does to an open deadline: nothing ("keep"), only make it later, or whatever follows from counting anew.
    """

    model_config = _FROZEN

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    zh: str = ""
    en: str = ""
    per: Literal["case", "assignment", "order"] = "case"
    form: str = ""
    starts_on: tuple[str, ...] = Field(min_length=1)
    stops_on: tuple[str, ...] = Field(min_length=1)
    pauses_on: tuple[str, ...] = ()
    when: str = ""
    limit: tuple[ConditionalLimit, ...] = Field(min_length=1)
    count: Count = Count()
    soon: int = Field(default=1, ge=0)
    """The clock is "due soon" when at most this many working days are left."""
    on: Turns = Turns()
    extend: ExtendRule | None = None
    promise: PromiseRule | None = None
    on_calendar_change: Literal["keep", "later-only", "recompute"] = "recompute"
    source: str = ""
    assumption: str = ""

    @field_validator("starts_on", "stops_on", "pauses_on", mode="before")
    @classmethod
    def _one_or_more(cls, value: str | tuple[str, ...]) -> tuple[str, ...]:
        return (value,) if isinstance(value, str) else value


# --- the timekeeper ---------------------------------------------------------------------------------------------------


class Timekeeper(Reckoner, frozen=True):
    """Keeps clocks: a `Reckoner` that starts, pauses, extends and judges them. Every clock it is given stays as it was.

    A moment that is given is aware; NaiveDatetime otherwise.
    """

    def begin(self, rule: ClockRule, limit: Limit, at: datetime, *, subject: str = "", clock: SlaClock | None = None) -> SlaClock:
        """Start a clock (or, given *clock*, start it anew as its next run)."""
        zero, due = self.reckon(at, limit, count=rule.count)
        return SlaClock(
            rule=rule.id,
            subject=clock.subject if clock else subject,
            run=clock.run + 1 if clock else 1,
            started_at=require_aware(at),
            day_zero=zero,
            limit=limit,
            due=due,
            calendar=self.version,
        )

    def stop(self, clock: SlaClock, at: datetime) -> SlaClock:
        """Stop a clock: it was met if *at* lies before its due instant. A paused clock had time left, so it was met."""
        moment, due = require_aware(at), clock.due
        met = due is None or moment < due.before
        late = 0 if met or due is None else self.working_days(due.date, self.local_date(moment))
        pauses = _ended(clock.pauses, moment)
        return _with(clock, status="stopped", stopped_at=moment, met=met, late=late, left=None, pauses=pauses, alarms=())

    def cancel(self, clock: SlaClock, at: datetime) -> SlaClock:
        """End a clock without a verdict."""
        pauses = _ended(clock.pauses, require_aware(at))
        return _with(clock, status="cancelled", stopped_at=require_aware(at), left=None, pauses=pauses, alarms=())

    def wait(self, clock: SlaClock, at: datetime) -> SlaClock:
        """End a run without a verdict; the next one begins when a unit accepts."""
        return _with(self.cancel(clock, at), status="waiting", stopped_at=None, due=None, met=None, late=0)

    def pause(self, clock: SlaClock, rule: ClockRule, at: datetime) -> SlaClock:
        """Pause a running clock; it then has no due date, only what is left. A clock that is overdue stays so, and runs on."""
        moment = require_aware(at)
        if clock.status != "running" or clock.due is None or moment >= clock.due.before:
            return clock
        left = self._left_of(clock, rule, moment)
        return _with(clock, status="paused", due=None, left=left.amount, pauses=(*clock.pauses, Pause(moment)), alarms=())

    def resume(self, clock: SlaClock, rule: ClockRule, at: datetime) -> SlaClock:
        """End a clock's open pause and compute its due date anew; InputError where *at* lies before the pause."""
        if clock.status != "paused":
            return clock
        return self._running(clock, rule, _ended(clock.pauses, require_aware(at)))

    def revive(self, clock: SlaClock, rule: ClockRule, at: datetime, *, pausing: bool) -> SlaClock:
        """Let an ended clock go on from where it was: the time since it ended counts, or (*pausing*) was a pause."""
        if clock.status not in ("stopped", "cancelled") or clock.stopped_at is None:
            return clock
        gap = (Pause(clock.stopped_at, require_aware(at)),) if pausing else ()
        return self._running(clock, rule, (*clock.pauses, *gap))

    def recount(self, clock: SlaClock, rule: ClockRule, *, limit: Limit | None = None) -> SlaClock:
        """Compute a clock's due date anew from its start, by this calendar and, where one is given, another limit."""
        changed = _with(clock, limit=limit) if limit is not None else clock
        if clock.status == "paused":
            moment = clock.pauses[-1].since
            zero = self.day_zero(clock.started_at, rule.count, limit=changed.limit)
            left = self._left_of(_with(changed, pauses=clock.pauses[:-1]), rule, moment)
            return _with(changed, day_zero=zero, left=left.amount, calendar=self.version)
        return self._running(changed, rule, clock.pauses) if clock.status == "running" else clock

    def extend(
        self, clock: SlaClock, rule: ClockRule, limit: Limit, at: datetime, *, asked_at: datetime | None = None, case: str = ""
    ) -> SlaClock:
        """Give a clock more time as its rule allows; *asked_at* is when it was asked for, if not now.

        Raises ExtensionRefused with every reason: it comes too late, once too often, past the cap, or shortens the limit.
        """
        terms = rule.extend
        if terms is None:
            raise ExtensionRefused("extend", clock.key, ("the rulebook allows no extension of it",), case=case)
        step = Extension(since=terms.from_, at=require_aware(at), limit=limit)
        return self._granted(clock, rule, step, terms, terms.ask_before, asked_at or at, case)

    def promise(
        self, clock: SlaClock, rule: ClockRule, until: date, at: datetime, *, asked_at: datetime | None = None, case: str = ""
    ) -> SlaClock:
        """Make a promised day the last one of a clock, as its rule allows; asked for at *asked_at*, or at the same moment.

        Raises ExtensionRefused as `extend` does.
        """
        terms = rule.promise
        if terms is None:
            raise ExtensionRefused("promise", clock.key, ("the rulebook allows no promise on it",), case=case)
        step = Extension(since="promise", at=require_aware(at), until=until)
        return self._granted(clock, rule, step, terms, "due", require_aware(asked_at or at), case)

    def verdict(self, clock: SlaClock, rule: ClockRule, now: datetime) -> Verdict:
        """Return what the clock says at *now*."""
        moment = require_aware(now)
        if clock.status == "cancelled":
            return Verdict(Standing.CANCELLED, 0)
        if clock.status == "waiting":
            return Verdict(Standing.WAITING, 0)
        timed = clock.limit.unit == "working hours"
        if clock.status == "stopped":
            late = None if clock.met else self._time(clock, rule, clock.stopped_at or moment)
            return Verdict(Standing.MET if clock.met else Standing.MET_LATE, clock.late, late, timed)
        today = self.local_date(moment)
        if clock.due is None:
            at = max(moment, clock.pauses[-1].since)
            due = self._running(clock, rule, _ended(clock.pauses, at)).due
            left = max(0, self.working_days(today, due.date)) if due else 0
            return Verdict(Standing.PAUSED, left, self._time(_with(clock, due=due), rule, at), timed)
        if moment >= clock.due.before:
            return Verdict(Standing.OVERDUE, self.working_days(clock.due.date, today), self._time(clock, rule, moment), timed)
        left = self.working_days(today, clock.due.date)
        state = Standing.DUE_SOON if left <= rule.soon else Standing.RUNNING
        return Verdict(state, left, self._time(clock, rule, moment), timed)

    # -- inside

    def _running(self, clock: SlaClock, rule: ClockRule, pauses: tuple[Pause, ...]) -> SlaClock:
        """Return a clock that runs, its due date computed from all that it knows."""
        zero, due = self.reckon(clock.started_at, clock.limit, count=rule.count, pauses=pauses, extensions=clock.extensions)
        return _with(
            clock,
            status="running",
            day_zero=zero,
            due=due,
            pauses=pauses,
            left=None,
            stopped_at=None,
            met=None,
            late=0,
            calendar=self.version,
        )

    def _left_of(self, clock: SlaClock, rule: ClockRule, at: datetime) -> Limit:
        return self.left(clock.started_at, clock.limit, at, count=rule.count, pauses=clock.pauses, extensions=clock.extensions)

    def _time(self, clock: SlaClock, rule: ClockRule, at: datetime) -> timedelta | None:
        """Return the time between a moment and the due moment of a limit in hours, in what it is counted in."""
        if clock.due is None or clock.limit.unit not in ("hours", "working hours"):
            return None
        first, last = sorted((at, clock.due.before))
        return last - first if clock.limit.unit == "hours" else self.time_between(first, last, rule.count)

    def _granted(
        self,
        clock: SlaClock,
        rule: ClockRule,
        step: Extension,
        terms: ExtendRule | PromiseRule,
        ask_before: str,
        asked_at: datetime,
        case: str,
    ) -> SlaClock:
        """Return a clock with one more extension, or refuse it with every reason that stands against it."""
        tried, promised = ("promise", True) if step.since == "promise" else ("extend", False)
        if clock.status != "running" or clock.due is None:
            raise ExtensionRefused(tried, clock.key, (f"it is {clock.status}, and has no due date to move",), case=case)
        reasons, due = [], clock.due
        latest = due.before if ask_before == "due" else self.shift(due, Limit.parse(ask_before), back=True, count=rule.count)
        if require_aware(asked_at) >= latest:
            when, before = (show_moment(moment, zone=self.zone) for moment in (asked_at, latest))
            reasons.append(f"it was asked for too late, at {when}; the last moment is before {before}")
        if (earlier := sum((row.since == "promise") == promised for row in clock.extensions)) >= terms.times:
            reasons.append(f"that was done {earlier} times, and the rulebook allows {terms.times}")
        extended = self._running(_with(clock, extensions=(*clock.extensions, step)), rule, clock.pauses)
        new = extended.due
        if new is None or new.before <= due.before:
            reasons.append(f"it would not give more time: due {self.show(due)}, with it {self.show(new) if new else 'never'}")
        elif new.date > (end := self.calendar.provisional().last):
            reasons.append(f"it would be due {new.date}, and days can be counted through {end} only")
        elif terms.cap:
            bound = self._cap(clock, rule, Limit.parse(terms.cap), terms.cap_from)
            if new.before > bound.before:
                since = "receipt" if terms.cap_from == "receipt" else "the first due date"
                reasons.append(
                    f"it would be due {self.show(new)}, past the cap of {terms.cap} from {since}, which is {self.show(bound)}"
                )
        if reasons:
            raise ExtensionRefused(tried, clock.key, reasons, case=case)
        return extended

    def _cap(self, clock: SlaClock, rule: ClockRule, cap: Limit, since: str) -> Deadline:
        if since == "receipt":
            return self.deadline(clock.started_at, cap, count=rule.count, pauses=clock.pauses)
        more = (Extension(since="due", at=clock.started_at, limit=cap),)
        return self.deadline(clock.started_at, clock.limit, count=rule.count, pauses=clock.pauses, extensions=more)


def _ended(pauses: Sequence[Pause], at: datetime) -> tuple[Pause, ...]:
    return tuple(pause if pause.until else Pause(pause.since, at) for pause in pauses)
