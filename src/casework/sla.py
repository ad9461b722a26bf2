"""Deadlines and clocks: limits, the conventions they are counted by, running clocks, verdicts and explanations.

Day arithmetic is done on dates in the rulebook's zone, elapsed arithmetic in UTC. A deadline is the exclusive instant `before`;
people see its `date`, the last day. Every convention that published rules differ on is explicit (`Count`), because on the same
thousand real messages they disagree about one message in twelve.
"""

from __future__ import annotations

import calendar as _months
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from itertools import islice, takewhile
from typing import Literal, Self, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from .calendars import Day, WorkCalendar
from .errors import CalendarNotAnnounced, InputError, NaiveDatetime, UnreadableLimit
from .moments import Lang, require_aware, show_moment, show_span

_T = TypeVar("_T")
_ONE_DAY = timedelta(days=1)
_ONE_HOUR = timedelta(hours=1)
_UNITS_ZH = {"working days": "个工作日", "calendar days": "个自然日", "months": "个月", "hours": "小时"}
_READ_ZH = {zh.removeprefix("个"): unit for unit, zh in _UNITS_ZH.items()} | {"日": "calendar days", "天": "calendar days"}
_LIMIT = re.compile(
    r"\s*(?P<amount>-?\d{1,5})"
    r"(?:\s+(?P<en>working day|calendar day|month|hour)s?|\s*(?P<zh>个?工作日|个?自然日|日|天|个月|个?小时))\s*",
    re.IGNORECASE,
)


def _chinese(lang: Lang) -> bool:
    if lang not in ("zh", "en"):
        raise InputError(f"there is no language {lang!r}; known: zh, en", value=lang)
    return lang == "zh"


class Limit(msgspec.Struct, frozen=True):
    """A length of time: ``amount`` (not negative) in ``unit`` ("working days", "calendar days", "months" or "hours").

    Raises `UnreadableLimit` for any other amount or unit.
    """

    amount: int
    unit: str

    def __post_init__(self) -> None:
        if self.unit not in _UNITS_ZH or self.amount < 0:
            raise UnreadableLimit(f"{self.amount} {self.unit}", why="a limit is not negative" if self.amount < 0 else "")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``"5 working days"``, ``"15 calendar days"``, ``"1 month"``, ``"24 hours"``; otherwise `UnreadableLimit`.

        In Chinese ``"5个工作日"``, ``"15日"`` (天, 个自然日), ``"1个月"``, ``"24小时"``; "1月" is January, and refused.
        """
        found = _LIMIT.fullmatch(text)
        if not found:
            raise UnreadableLimit(text)
        unit = f"{found['en'].lower()}s" if found["en"] else _READ_ZH[found["zh"].removeprefix("个")]
        return cls(int(found["amount"]), unit)

    def label(self, lang: Lang) -> str:
        """Return ``"5 working days"`` or ``"5个工作日"``; `parse` reads both."""
        if _chinese(lang):
            return f"{self.amount}{_UNITS_ZH[self.unit]}"
        return f"{self.amount} {self.unit[:-1] if self.amount == 1 else self.unit}"

    def __str__(self) -> str:
        return self.label("en")


class Deadline(msgspec.Struct, frozen=True, kw_only=True):
    """A due moment: ``date`` is the last day, ``before`` the exclusive instant (UTC) by which it must be done.

    ``provisional`` marks a deadline that rests on days which no notice has announced yet; one that counts every day alike, worked
    or not, rests on none.
    """

    date: date
    before: datetime
    provisional: bool = False

    def __str__(self) -> str:
        return f"{self.date.isoformat()}{' (provisional)' if self.provisional else ''}"


class Pause(msgspec.Struct, frozen=True):
    """A time that does not count against the limit; ``until`` is None while the pause is open.

    Raises NaiveDatetime, and InputError for a pause that ends before it starts.
    """

    since: datetime
    until: datetime | None = None

    def __post_init__(self) -> None:
        since = require_aware(self.since, what="the start of a pause")
        if self.until is not None and require_aware(self.until, what="the end of a pause") < since:
            raise InputError(
                f"a pause cannot end at {self.until.isoformat()}, before it starts at {self.since.isoformat()}", value=self.until
            )


class Alarm(msgspec.Struct, frozen=True):
    """A moment at which a rung of the ladder is due on a clock; ``n`` counts its repetitions from 1."""

    at: datetime
    rung: str
    n: int = 1


class SlaClock(msgspec.Struct, frozen=True, kw_only=True):
    """A clock as it stands after an event: every moment in it is computed, so reading it needs neither rule nor calendar.

    ``subject`` is the unit or the order that the clock is kept for ("" for the case), ``run`` counts its starts. ``left`` is what
    a paused clock has left: working days, whole hours for a limit in hours, calendar days for one in calendar days or months.
    ``late`` is the working days by which a stopped clock was late, none where no working day began in between. A cancelled clock
    ended without a verdict: its case was refused, or its unit taken off the case.
    """

    rule: str
    subject: str = ""
    run: int = 1
    status: Literal["running", "paused", "stopped", "cancelled"] = "running"
    started_at: datetime
    day_zero: date
    limit: Limit
    due: Deadline | None
    pauses: tuple[Pause, ...] = ()
    left: int | None = None
    stopped_at: datetime | None = None
    met: bool | None = None
    late: int = 0
    calendar: str
    alarms: tuple[Alarm, ...] = ()

    @property
    def key(self) -> str:
        """``"handle"``, or ``"accept:夹河镇"`` for a clock that is kept for one unit or order."""
        return f"{self.rule}:{self.subject}" if self.subject else self.rule

    @property
    def next_at(self) -> datetime | None:
        """The next moment at which a sweep has something to do for this clock."""
        return min((alarm.at for alarm in self.alarms), default=None) if self.status == "running" else None


class State(StrEnum):
    """What a clock says at a moment."""

    RUNNING = "running"
    DUE_SOON = "due soon"
    OVERDUE = "overdue"
    PAUSED = "paused"
    MET = "met"
    MET_LATE = "met late"
    CANCELLED = "cancelled"


class Verdict(msgspec.Struct, frozen=True):
    """A clock's verdict at a moment.

    ``days`` are working days: those left after today (of a paused clock, if the pause ended today), or, of one that is overdue or
    was met late, those since its last day.
    """

    state: State
    days: int


class Count(BaseModel):
    """How days are counted; each choice names who counts so.

    - ``day_zero``: the day of receipt itself, working or not (``as-is``: PRC Civil Code art. 201, UK FOIA s. 10), or, when that is
      no working day, the next working day (``next-working-day``: the UK Home Office's casework system).
    - ``cutoff``: a message after this local time counts as received on the next working day (HMCTS money claims: 16:00). So does
      one on a day off, whatever ``day_zero`` says: else Saturday's message would be due before that of Friday night.
    - ``ends``: ``24:00`` of the last day (Civil Code art. 203), ``same-time`` as the start (help-desks), or the local time at
      which business stops, ``"17:30"`` (art. 203, second sentence). Where the limit is 0 days and business has stopped for the
      day, the message counts as received on the next working day: nothing is due before it came.
    - ``roll``: a last day in calendar days or months that is no working day moves to the next one (``next``: art. 203) or not.

    A pause disregards whole days, both ends inclusive, overlaps counted once (FOIA s. 10(2)). A limit in hours runs from the
    moment itself (art. 201), whatever is chosen here, and is pushed back by exactly the time paused.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    day_zero: Literal["as-is", "next-working-day"] = "as-is"
    cutoff: time | None = None
    ends: str = Field(default="24:00", pattern=r"^(24:00|same-time|([01]\d|2[0-3]):[0-5]\d)$")
    roll: Literal["none", "next"] = "none"

    @model_validator(mode="after")
    def _on_the_wall(self) -> Self:
        if self.cutoff is not None and self.cutoff.tzinfo is not None:
            raise ValueError(f"a cut-off is a local time such as 17:30, without an offset; {self.cutoff} has one")
        if self.ends == "00:00":
            raise ValueError("a last day that ends at 00:00 would be over before it begins; its end is 24:00")
        return self

    @property
    def closing(self) -> time | None:
        """The local time at which business stops on the last day, where one is named."""
        return None if self.ends in ("24:00", "same-time") else time.fromisoformat(self.ends)


class ConditionalLimit(BaseModel):
    """One row of a clock's limits: the first whose condition holds is taken."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    is_: str = Field(alias="is")
    when: str = ""
    source: str = ""
    assumption: str = ""

    @field_validator("is_")
    @classmethod
    def _readable(cls, value: str) -> str:
        try:
            return str(Limit.parse(value))
        except UnreadableLimit as error:
            raise ValueError(str(error)) from error

    @property
    def limit(self) -> Limit:
        """The limit as a value."""
        return Limit.parse(self.is_)


class ClockRule(BaseModel):
    """A clock as a rulebook declares it.

    ``starts_on`` and ``stops_on`` name actions or states; ``pauses_on`` names states. ``per`` says what the clock is kept for:
    the case, each unit's assignment, or each order. ``on.reopen`` says whether a reopened case starts the clock anew.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    zh: str = ""
    en: str = ""
    per: Literal["case", "assignment", "order"] = "case"
    starts_on: tuple[str, ...] = Field(min_length=1)
    stops_on: tuple[str, ...] = Field(min_length=1)
    pauses_on: tuple[str, ...] = ()
    limit: tuple[ConditionalLimit, ...] = Field(min_length=1)
    count: Count = Count()
    soon: int = Field(default=1, ge=0)
    """The clock is "due soon" when at most this many working days are left."""
    when: str = ""
    source: str = ""
    assumption: str = ""

    @field_validator("starts_on", "stops_on", "pauses_on", mode="before")
    @classmethod
    def _one_or_more(cls, value: str | tuple[str, ...]) -> tuple[str, ...]:
        return (value,) if isinstance(value, str) else tuple(value)


_SAID = {  # in English and in Chinese
    "weekday": ("working day", "工作日"),
    "weekend": ("weekend", "周末"),
    "holiday": ("day off", "放假"),
    "make-up": ("make-up workday", "调休上班"),
    "notice": (", notice {}", ",依据通知{}"),
    "estimate": (", not announced yet", ",尚未公布"),
    "stood still": (", paused {}", ",中止{}"),
    "number": ("day {}", "第{}日"),
    "before": ("before day zero ({})", "起算日之前({})"),
    "receipt": ("day of receipt, not counted ({})", "收件当日不计({})"),
    "counted": ("{}", "{}"),
    "skipped": ("not counted: {}", "不计:{}"),
    "paused": ("not counted: paused ({})", "不计:中止期间({})"),
    "last": ("the last day ({})", "期限最后一日({})"),
    "rolled": ("the last day, moved here from a day off ({})", "期限最后一日,顺延至此({})"),
    "head": ("{} from {} ({}), calendar {}", "{},自{}起({}),历法{}"),
    "day off": ("received on {0}, not a working day: counted as received on {1}", "收件于{0},非工作日:视为{1}收件"),
    "cut-off": ("received on {0}, after {2:%H:%M}: counted as received on {1}", "收件于{0},已过{2:%H:%M}:视为{1}收件"),
    "corresponding day": ("counted in months: to the corresponding day, {0}", "按月计算:至对应日{0}止"),
    "month's end": ("counted in months: to {0}, the end of a month without a day {1}", "按月计算:当月无{1}日,至月末{0}止"),
    "due": ("due {}", "期限届满:{}"),
    "provisional": ("due {}, provisional: some days are not announced yet", "期限届满:{}(暂定:部分日期的安排尚未公布)"),
    "pausing": ("paused since {}, {} left; no due date until the pause ends", "自{}起中止,尚余{};中止结束前无期限届满日"),
    "ended": ("paused since {}, {} left; the clock ended in the pause, without a due date", "自{}起中止,尚余{};计时在中止期间结束"),
}
_Moved = Literal["", "day off", "cut-off"]
_WEEKDAYS = (("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), ("周一", "周二", "周三", "周四", "周五", "周六", "周日"))


def _say(what: str, lang: Lang, *facts: object) -> str:
    return _SAID[what][_chinese(lang)].format(*facts)


class CountedDay(msgspec.Struct, frozen=True):
    """One day of an explanation: its number if it was counted, and the part it plays.

    For a limit in hours it is the time that ran (``spent``) and that was ``paused`` on that day.
    """

    day: Day
    number: int | None
    part: Literal["before", "receipt", "counted", "skipped", "paused", "last", "rolled"]
    spent: timedelta | None = None
    paused: timedelta | None = None

    def mark(self, lang: Lang) -> str:
        """Return ``"day 3"`` or ``"第3日"``, the time that ran, or a dash."""
        if self.spent is not None:
            return show_span(self.spent, lang=lang)
        return "–" if self.number is None else _say("number", lang, self.number)

    def why(self, lang: Lang) -> str:
        """Return why the day was counted or was not, with the notice that decided it."""
        day, name = self.day, self.day.name.replace("; ", "、" if _chinese(lang) else "; ")
        words = [name or _say(day.reason, lang)]
        words += [_say("notice", lang, day.notice)] if day.notice else []
        words += [] if day.announced else [_say("estimate", lang)]
        words += [_say("stood still", lang, show_span(self.paused, lang=lang))] if self.paused else []
        return _say(self.part, lang, "".join(words))


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """How a deadline came about: every day from receipt to the last, counted or skipped, each with its reason and notice.

    ``moved`` says why day zero is not the day of receipt: a "day off", or a message after the "cut-off", which is ``moved_at``.
    Without ``due`` the clock stands in ``pause``, and ``left`` is what it has left.
    """

    started_at: datetime
    day_zero: date
    limit: Limit
    due: Deadline | None
    days: tuple[CountedDay, ...]
    calendar: str
    zone: str
    moved: _Moved = ""
    moved_at: time | None = None
    pause: Pause | None = None
    left: Limit | None = None

    def text(self, lang: Lang) -> str:
        """Return the explanation as lines: what was counted, from when, by which calendar; the days; the end."""
        lines = [_say("head", lang, self.limit.label(lang), self._shown(self.started_at), self.zone, self.calendar)]
        if self.moved:
            received = self.started_at.astimezone(_zone(self.zone)).date()
            lines.append(_say(self.moved, lang, received, self.day_zero, self.moved_at))
        if self.limit.unit == "months":
            end, wanted = _add_months(self.day_zero, self.limit.amount), self.day_zero.day
            lines.append(_say("corresponding day" if end.day == wanted else "month's end", lang, end, wanted))
        marks = [row.mark(lang) for row in self.days]
        width = max(map(_width, marks), default=0)
        for row, mark in zip(self.days, marks, strict=True):
            weekday = _WEEKDAYS[_chinese(lang)][row.day.date.weekday()]
            lines.append(f"  {row.day.date} {weekday}  {mark}{' ' * (width - _width(mark))}  {row.why(lang)}")
        if self.due is not None:
            end_shown = self._shown(self.due.before).replace(f"{self.due.date + _ONE_DAY} 00:00", f"{self.due.date} 24:00")
            lines.append(_say("provisional" if self.due.provisional else "due", lang, end_shown))
        elif self.pause is not None and self.left is not None:
            which = "pausing" if self.pause.until is None else "ended"
            lines.append(_say(which, lang, self._shown(self.pause.since), self.left.label(lang)))
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text("en")

    def _shown(self, moment: datetime) -> str:
        return show_moment(moment, zone=self.zone, seconds=bool(moment.second or moment.microsecond))


class Timekeeper(msgspec.Struct, frozen=True):
    """Counts by one calendar in one zone (an IANA name); everything about time that a rule needs, and nothing else.

    Past the calendar's last announced day it counts provisionally where ``provisional`` is set, and raises
    `CalendarNotAnnounced` otherwise.
    """

    calendar: WorkCalendar
    zone: str
    provisional: bool = False

    # -- plain deadlines

    def local(self, moment: datetime) -> datetime:
        """Return a moment as clocks on the wall showed it."""
        return require_aware(moment).astimezone(_zone(self.zone))

    def local_date(self, moment: datetime) -> date:
        """Return the date that clocks on the wall showed."""
        return self.local(moment).date()

    def day_zero(self, start: datetime, count: Count, *, limit: Limit = Limit(1, "working days")) -> date:  # noqa: B008 - frozen
        """Return the day from which *start* is counted, after cut-off and day-zero convention; for hours the day itself."""
        return self._counted(lambda calendar: self._zero(calendar, start, limit, count))[0]

    def deadline(self, start: datetime, limit: Limit, *, count: Count | None = None, pauses: Sequence[Pause] = ()) -> Deadline:
        """Return when *limit* from *start* (aware) is over; closed pauses are disregarded.

        Raises InputError for an open pause, and for a deadline after the year 9999.
        """
        for pause in pauses:
            if pause.until is None:
                raise InputError(f"there is no deadline while the pause since {pause.since.isoformat()} is open", value=pause)
        moment, how = require_aware(start), count or Count()
        return self._counted(lambda calendar: self._deadline(calendar, moment, limit, how, pauses))

    def _counted(self, ask: Callable[[WorkCalendar], _T]) -> _T:
        """Ask the announced days; where they do not reach and that is allowed, the provisional ones too."""
        try:
            try:
                return ask(self.calendar)
            except CalendarNotAnnounced:
                if not self.provisional:
                    raise
            return ask(self.calendar.provisional())
        except OverflowError as error:
            raise InputError("the day asked for lies outside the years 1 to 9999", value=self.calendar.name) from error

    def _zero(self, calendar: WorkCalendar, start: datetime, limit: Limit, count: Count) -> tuple[date, _Moved]:
        local = self.local(start)
        day, now = local.date(), local.time()
        if limit.unit == "hours":
            return day, ""
        if (count.cutoff is not None or count.day_zero == "next-working-day") and not calendar.is_working_day(day):
            return calendar.next_working_day(day), "day off"
        stopped = limit.amount == 0 and count.closing is not None and now >= count.closing
        if stopped or (count.cutoff is not None and now > count.cutoff):
            return calendar.add(day, 1), "cut-off"
        return day, ""

    def _deadline(self, calendar: WorkCalendar, start: datetime, limit: Limit, count: Count, pauses: Sequence[Pause]) -> Deadline:
        zero, moved = self._zero(calendar, start, limit, count)
        if limit.unit == "hours":
            before = start + limit.amount * _ONE_HOUR
            for since, until in _stretches(pauses, start):
                if since < before:
                    before += until - since
            return Deadline(date=max(zero, self.local_date(before - timedelta(microseconds=1))), before=before)
        spans = self._spans(pauses)
        worked = limit.unit == "working days"
        last = _last(calendar if worked else None, *_to_count(zero, limit), spans)
        if not worked and count.roll == "next":
            last = _last(calendar, last - _ONE_DAY, 1, spans)
        asked = worked or count.roll == "next"  # whether the last day, or day zero, depends on which days are worked
        rests_on = last if asked else zero if moved or count.cutoff or count.day_zero == "next-working-day" else date.min
        if count.ends == "24:00":
            before = self._instant(last + _ONE_DAY, time(0))
        else:
            before = self._instant(last, count.closing or self.local(start).time())
        return Deadline(date=last, before=before, provisional=rests_on > calendar.announced_through)

    def _spans(self, pauses: Sequence[Pause]) -> list[tuple[date, date]]:
        """Return closed pauses as days, both ends inclusive, overlapping ones united."""
        united: list[tuple[date, date]] = []
        for since, until in sorted((self.local_date(pause.since), self.local_date(pause.until)) for pause in pauses if pause.until):
            if united and since <= united[-1][1]:
                united[-1] = (united[-1][0], max(until, united[-1][1]))
            else:
                united.append((since, until))
        return united

    def _instant(self, day: date, at: time) -> datetime:
        """Return a local wall-clock moment in UTC.

        A time that a clock change skips moves forward by what was skipped; of one that happens twice the first is taken, unless
        *at* is itself the second (its ``fold`` is 1).
        """
        local = datetime.combine(day, at.replace(fold=0), tzinfo=_zone(self.zone))
        return max(local.astimezone(UTC), local.replace(fold=at.fold).astimezone(UTC))

    # -- clocks

    def begin(
        self, rule: ClockRule, limit: Limit, at: datetime, *, subject: str = "", run: int = 1, clock: SlaClock | None = None
    ) -> SlaClock:
        """Start a clock (or, given *clock*, start it anew as its next run)."""
        return SlaClock(
            rule=rule.id,
            subject=clock.subject if clock else subject,
            run=clock.run + 1 if clock else run,
            started_at=require_aware(at),
            day_zero=self.day_zero(at, rule.count, limit=limit),
            limit=limit,
            due=self.deadline(at, limit, count=rule.count),
            calendar=self._version,
        )

    def stop(self, clock: SlaClock, at: datetime) -> SlaClock:
        """Stop a clock: it was met if *at* lies before its due instant. A paused clock had time left, so it was met."""
        moment, due = require_aware(at), clock.due
        met = due is None or moment < due.before
        late = 0 if met or due is None else self.working_days(due.date, self.local_date(moment))
        pauses = _ended(clock.pauses, moment)
        return msgspec.structs.replace(
            clock, status="stopped", stopped_at=moment, met=met, late=late, left=None, pauses=pauses, alarms=()
        )

    def cancel(self, clock: SlaClock, at: datetime) -> SlaClock:
        """End a clock without a verdict."""
        moment = require_aware(at)
        pauses = _ended(clock.pauses, moment)
        return msgspec.structs.replace(clock, status="cancelled", stopped_at=moment, left=None, pauses=pauses, alarms=())

    def pause(self, clock: SlaClock, at: datetime) -> SlaClock:
        """Pause a running clock; it then has no due date, only what is left. A clock that is overdue stays so, and runs on."""
        moment = require_aware(at)
        if clock.status != "running" or clock.due is None or moment >= clock.due.before:
            return clock
        left = self._left(clock.day_zero, clock.limit, clock.due.before, clock.pauses, moment)
        return msgspec.structs.replace(
            clock, status="paused", due=None, left=left.amount, pauses=(*clock.pauses, Pause(moment)), alarms=()
        )

    def resume(self, clock: SlaClock, rule: ClockRule, at: datetime) -> SlaClock:
        """End a clock's open pause and compute its due date anew; InputError where *at* lies before the pause."""
        if clock.status != "paused":
            return clock
        pauses = _ended(clock.pauses, require_aware(at))
        due = self.deadline(clock.started_at, clock.limit, count=rule.count, pauses=pauses)
        return msgspec.structs.replace(clock, status="running", due=due, left=None, pauses=pauses, calendar=self._version)

    def _left(self, zero: date, limit: Limit, before: datetime, pauses: Sequence[Pause], at: datetime) -> Limit:
        """Return what is left of a limit when it is paused at a moment; the day of the pause is not used up."""
        if limit.unit == "hours":
            return Limit(max(0, (before - at) // _ONE_HOUR), "hours")
        worked, (after, total), day = limit.unit == "working days", _to_count(zero, limit), self.local_date(at)

        def used(calendar: WorkCalendar) -> int:
            days = _counting(calendar if worked else None, after, self._spans(pauses))
            return sum(1 for _ in takewhile(lambda each: each < day, days))

        return Limit(max(0, total - self._counted(used)), "working days" if worked else "calendar days")

    @property
    def _version(self) -> str:
        return f"{self.calendar.name}@{self.calendar.version}"

    def working_days(self, first: date, last: date) -> int:
        """Count the working days after *first* up to and including *last* (negative backwards)."""
        return self._counted(lambda calendar: calendar.count(first, last))

    def shift(self, due: Deadline, limit: Limit, *, back: bool) -> datetime:
        """Return the instant that lies *limit* before (``back``) or after a due moment, for warnings and rungs.

        In days and months it is at the due moment's time of day, whatever the clocks do in between.
        """
        sign = -1 if back else 1
        if limit.unit == "hours":
            return due.before + sign * limit.amount * _ONE_HOUR

        def moved(calendar: WorkCalendar) -> date:
            if limit.unit == "months":
                return _add_months(due.date, sign * limit.amount)
            if limit.unit == "calendar days" or not limit.amount:
                return due.date + sign * limit.amount * _ONE_DAY
            return calendar.add(due.date, sign * limit.amount)

        local = self.local(due.before)
        return self._instant(self._counted(moved) + (local.date() - due.date), local.time())

    def verdict(self, clock: SlaClock, rule: ClockRule, now: datetime) -> Verdict:
        """Return what the clock says at *now*."""
        moment = require_aware(now)
        if clock.status == "cancelled":
            return Verdict(State.CANCELLED, 0)
        if clock.status == "stopped":
            return Verdict(State.MET if clock.met else State.MET_LATE, clock.late)
        today = self.local_date(moment)
        if clock.due is None:
            if clock.limit.unit == "working days":
                return Verdict(State.PAUSED, clock.left or 0)
            pauses = _ended(clock.pauses, max(moment, clock.pauses[-1].since))
            due = self.deadline(clock.started_at, clock.limit, count=rule.count, pauses=pauses)
            return Verdict(State.PAUSED, max(0, self.working_days(today, due.date)))
        if moment >= clock.due.before:
            return Verdict(State.OVERDUE, self.working_days(clock.due.date, today))
        left = self.working_days(today, clock.due.date)
        return Verdict(State.DUE_SOON if left <= rule.soon else State.RUNNING, left)

    # -- explanations

    def explain(
        self, start: datetime, limit: Limit, *, count: Count | None = None, pauses: Sequence[Pause] = (), paused: bool = False
    ) -> Explanation:
        """Explain a deadline day by day; of a *paused* clock there is none yet, and the days go up to its open pause.

        A clock that was stopped in a pause is *paused* too: its last pause is then the one that it stands in.
        """
        moment, how = require_aware(start), count or Count()
        halt = next((pause for pause in pauses if pause.until is None), pauses[-1] if paused and pauses else None)
        if paused and halt is None:
            raise InputError("a paused clock cannot be explained without its pause", value=pauses)
        done = [pause for pause in pauses if pause is not halt]
        due = self.deadline(moment, limit, count=how, pauses=done)
        zero, moved = self._counted(lambda calendar: self._zero(calendar, moment, limit, how))
        pauses = done if halt is None else [*done, Pause(halt.since, halt.until or halt.since)]
        end = due.date if halt is None else self.local_date(pauses[-1].until or halt.since)
        received = self.local_date(moment)
        calendar = self.calendar if end <= self.calendar.last else self.calendar.provisional()  # to list days, not to count them
        listed = calendar.days(received, max(received, end))
        if limit.unit == "hours":
            rows = self._hours(listed, moment, due.before if halt is None else halt.since, pauses)
        else:
            rows = self._days(listed, zero, limit, due.date if halt is None else None, pauses)
        return Explanation(
            started_at=moment,
            day_zero=zero,
            limit=limit,
            due=due if halt is None else None,
            days=tuple(rows),
            calendar=self._version,
            zone=self.zone,
            moved=moved,
            moved_at=min(filter(None, (how.cutoff, how.closing))) if moved == "cut-off" else None,
            pause=halt,
            left=None if halt is None else self._left(zero, limit, due.before, done, halt.since),
        )

    def _days(
        self, days: Iterator[Day], zero: date, limit: Limit, last: date | None, pauses: Sequence[Pause]
    ) -> Iterator[CountedDay]:
        after, total = _to_count(zero, limit)
        total, number, spans = total if after == zero else 0, 0, self._spans(pauses)
        for day in days:
            if day.date < zero:
                yield CountedDay(day, None, "before")
            elif day.date == zero and total:
                yield CountedDay(day, None, "receipt")
            elif _in(day.date, spans):
                yield CountedDay(day, None, "paused")
            elif number < total and (day.working or limit.unit != "working days"):
                number += 1
                yield CountedDay(day, number, "counted")
            elif day.date == last:
                yield CountedDay(day, None, "rolled" if total else "last")
            else:
                yield CountedDay(day, None, "skipped")

    def _hours(self, days: Iterator[Day], start: datetime, stop: datetime, pauses: Sequence[Pause]) -> Iterator[CountedDay]:
        for day in days:
            first = max(start, self._instant(day.date, time(0)))
            last = max(first, min(stop, self._instant(day.date + _ONE_DAY, time(0))))
            inside = ((max(since, first), min(until, last)) for since, until in _stretches(pauses, start))
            paused = sum((until - since for since, until in inside if until > since), timedelta(0))
            yield CountedDay(day, None, "counted", last - first - paused, paused or None)


def _ended(pauses: Sequence[Pause], at: datetime) -> tuple[Pause, ...]:
    return tuple(pause if pause.until else Pause(pause.since, at) for pause in pauses)


def _stretches(pauses: Sequence[Pause], start: datetime) -> list[tuple[datetime, datetime]]:
    """Return closed pauses as stretches of time after *start*, in order, overlapping ones counted once."""
    found: list[tuple[datetime, datetime]] = []
    reached = start
    for since, until in sorted((pause.since, pause.until) for pause in pauses if pause.until):
        if until > reached:
            found.append((max(since, reached), until))
            reached = until
    return found


def _to_count(zero: date, limit: Limit) -> tuple[date, int]:
    """Return the day after which days are counted, and how many.

    No day at all is the first day that counts from day zero on: one day, counted after the day before it.
    """
    total = (_add_months(zero, limit.amount) - zero).days if limit.unit == "months" else limit.amount
    return (zero, total) if total else (zero - _ONE_DAY, 1)


def _in(day: date, spans: Sequence[tuple[date, date]]) -> bool:
    return any(since <= day <= until for since, until in spans)


def _counting(calendar: WorkCalendar | None, after: date, spans: Sequence[tuple[date, date]]) -> Iterator[date]:
    """Yield the days after *after* that lie in no span: those that are worked or, without a calendar, all."""
    day = after
    while True:
        day = day + _ONE_DAY if calendar is None else calendar.add(day, 1)
        if not _in(day, spans):
            yield day


def _last(calendar: WorkCalendar | None, after: date, total: int, spans: Sequence[tuple[date, date]]) -> date:
    if spans:
        return next(islice(_counting(calendar, after, spans), total - 1, None))
    return after + total * _ONE_DAY if calendar is None else calendar.add(after, total)


def _add_months(day: date, months: int) -> date:
    """Return the corresponding day *months* later; the month's last day where there is none (Civil Code art. 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError(f"{months} months from {day}")
    return date(year, month + 1, min(day.day, _months.monthrange(year, month + 1)[1]))


def _width(text: str) -> int:
    """Return how many columns a text takes: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


@cache
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError(f"there is no time zone {name!r}; give an IANA name such as 'Asia/Shanghai'", value=name) from error
