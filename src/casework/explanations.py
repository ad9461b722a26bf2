"""How a deadline came about: every day counted or skipped, its reason and its notice, in words that a jurist can check."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Literal

import msgspec

from .calendars import Day
from .hours import Intervals, written
from .languages import WEEKDAYS_EN, WEEKDAYS_ZH, Lang, chinese, display_width
from .limits import Deadline, Extension, Limit, Pause, add_months
from .moments import show_moment, show_span

_SAID = {  # in English and in Chinese
    "weekday": ("working day", "工作日"),
    "weekend": ("weekend", "周末"),
    "holiday": ("day off", "放假"),
    "make-up": ("make-up workday", "调休上班"),
    "notice": (", notice {}", "，依据通知{}"),
    "estimate": (", not announced yet", "，尚未公布"),
    "unsettled": (", open to the next year's notice", "，次年通知或作调整"),
    "stood still": (", paused {}", "，中止{}"),
    "number": ("day {}", "第{}日"),
    "before": ("before day zero ({})", "起算日之前（{}）"),
    "receipt": ("day zero, not counted ({})", "起算当日不计（{}）"),
    "counted": ("{}", "{}"),
    "skipped": ("not counted: {}", "不计：{}"),
    "paused": ("not counted: paused ({})", "不计：中止期间（{}）"),
    "last": ("the last day ({})", "期限最后一日（{}）"),
    "rolled": ("the last day, moved here from a day off ({})", "期限最后一日，顺延至此（{}）"),
    "closed": ("not counted: {}, no office hours", "不计：{}，无办公时间"),
    "open": ("{}, open {}", "{}，办公时间{}"),
    "due extended": (
        "extended on {0} by {1}, counted from the last day, {2}",
        "{0}准予延期{1}，自期限最后一日{2}起算",
    ),
    "due-unrolled extended": (
        "extended on {0} by {1}, counted from {2}, the last day before it was moved off a day off",
        "{0}准予延期{1}，自顺延前的期限最后一日{2}起算",
    ),
    "today extended": ("extended on {0} by {1}, counted from that day", "{0}准予延期{1}，自当日起算"),
    "receipt extended": ("extended on {0} to {1} in all, counted from day zero, {2}", "{0}准予延期，期限改为{1}，自起算日{2}起算"),
    "promise extended": ("promised on {0} for {3}", "{0}承诺于{3}前办结"),
    "unpaused": ("without the pauses due {}; exactly the time paused is made up for", "不计中止则期限届满于{}；按实际中止时间顺延"),
    "kept": ("the clock keeps {}, counted by calendar {}, which is not kept here", "计时仍以{}为准，其所依历法{}未留存"),
    "between": ("expected between {} and {}", "预计在{}至{}之间"),
    "head": ("{} from {} ({}), calendar {}", "{}，自{}起（{}），历法{}"),
    "day off": ("received on {0}, not a working day: counted as received on {1}", "收件于{0}，非工作日：视为{1}收件"),
    "cut-off": ("received on {0}, past {2:%H:%M}: counted as received on {1}", "收件于{0}，已过{2:%H:%M}：视为{1}收件"),
    "corresponding day": ("counted in months: to the corresponding day, {0}", "按月计算：至对应日{0}止"),
    "month's end": ("counted in months: to {0}, the end of a month without a day {1}", "按月计算：当月无{1}日，至月末{0}止"),
    "due": ("due {}", "期限届满：{}"),
    "provisional": (
        "due {}, provisional: a notice still to come may move it",
        "期限届满：{}（暂定：待公布的放假安排可能使其变动）",
    ),
    "pausing": ("paused since {}, {} left; no due date until the pause ends", "自{}起中止，尚余{}；中止结束前无期限届满日"),
    "ended": (
        "paused since {}, {} left; the clock ended in the pause, without a due date",
        "自{}起中止，尚余{}；计时在中止期间结束",
    ),
}
Deemed = Literal["", "day off", "cut-off"]
"""Why a message counts as received on a later day than it was."""


def _say(what: str, lang: Lang, *facts: object) -> str:
    return _SAID[what][chinese(lang)].format(*facts)


class CountedDay(msgspec.Struct, frozen=True):
    """One day of an explanation: its number if it was counted, its part.

    Of a limit in hours, the time ``spent`` and ``paused``; ``open`` are the office hours of that day, where they are counted by.
    """

    day: Day
    number: int | None
    part: Literal["before", "receipt", "counted", "skipped", "paused", "last", "rolled"]
    spent: timedelta | None = None
    paused: timedelta | None = None
    open: Intervals = ()

    def mark(self, lang: Lang) -> str:
        """Return ``"day 3"`` or ``"第3日"``, the time that ran, or a dash."""
        if self.spent is not None:
            return show_span(self.spent, lang=lang)
        return "–" if self.number is None else _say("number", lang, self.number)

    def why(self, lang: Lang) -> str:
        """Return why the day was counted or was not, with the notice that decided it."""
        day, name = self.day, self.day.name.replace("; ", "、" if chinese(lang) else "; ")
        words = [name or _say(day.reason, lang)]
        words += [_say("notice", lang, day.notice)] if day.notice else []
        words += [] if day.settled else [_say("unsettled" if day.announced else "estimate", lang)]
        words += [_say("stood still", lang, show_span(self.paused, lang=lang))] if self.paused else []
        said = "".join(words)
        if self.open:
            return _say("open", lang, said, written(self.open))
        return _say("closed" if self.part == "skipped" and self.day.working else self.part, lang, said)


class Leg(msgspec.Struct, frozen=True, kw_only=True):
    """What an extension added: the day it was granted on (local), the day after which it counts, and its days."""

    extension: Extension
    granted_on: date
    since: date
    days: tuple[CountedDay, ...]


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """How a deadline came about: every day from receipt to the last, counted or skipped, each with its reason and notice.

    ``extended`` holds the days that each extension added. ``unpaused`` is when it would be due without its pauses, where those push
    the end back by exactly their time, and ``made_up`` the days over which that time is made up for. ``moved`` says why day zero
    is not the day of receipt: a "day off", or a message after the "cut-off", which is ``moved_at``. Without ``due`` the clock
    stands in ``pause``, and ``left`` is what it has left. ``kept`` is a clock's due date where it differs from this account,
    because the calendar ``kept_by`` that it was counted by is not known.
    """

    started_at: datetime
    day_zero: date
    limit: Limit
    due: Deadline | None
    days: tuple[CountedDay, ...]
    extended: tuple[Leg, ...] = ()
    unpaused: Deadline | None = None
    made_up: tuple[CountedDay, ...] = ()
    calendar: str
    zone: str
    moved: Deemed = ""
    moved_at: time | None = None
    pause: Pause | None = None
    left: Limit | None = None
    kept: Deadline | None = None
    kept_by: str = ""

    def text(self, lang: Lang) -> str:
        """Return the explanation as lines: what was counted, from when, by which calendar; the days; the end."""
        lines = [_say("head", lang, self.limit.label(lang), self._shown(self.started_at), self.zone, self.calendar)]
        if self.moved:
            lines.append(_say(self.moved, lang, self._shown(self.started_at)[:10], self.day_zero, self.moved_at))
        if self.limit.unit == "months":
            end, wanted = add_months(self.day_zero, self.limit.amount), self.day_zero.day
            lines.append(_say("corresponding day" if end.day == wanted else "month's end", lang, end, wanted))
        lines += _lines(self.days, lang)
        for leg in self.extended:
            more = leg.extension
            length = more.limit.label(lang) if more.limit else ""
            lines.append(_say(f"{more.since} extended", lang, leg.granted_on, length, leg.since, more.until))
            lines += _lines(leg.days, lang)
        if self.due is not None:
            if self.unpaused is not None:
                lines.append(_say("unpaused", lang, self._end(self.unpaused)))
                lines += _lines(self.made_up, lang)
            lines.append(_say("provisional" if self.due.provisional else "due", lang, self._end(self.due)))
            if self.due.earliest is not None:
                lines.append(_say("between", lang, self.due.earliest, self.due.latest))
            if self.kept is not None:
                lines.append(_say("kept", lang, self._end(self.kept), self.kept_by))
        elif self.pause is not None and self.left is not None:
            ending = "ended" if self.pause.until else "pausing"
            lines.append(_say(ending, lang, self._shown(self.pause.since), self.left.label(lang)))
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text("en")

    def _end(self, due: Deadline) -> str:
        return self._shown(due.before).replace(f"{due.date + timedelta(days=1)} 00:00", f"{due.date} 24:00")

    def _shown(self, moment: datetime) -> str:
        return show_moment(moment, zone=self.zone, seconds=bool(moment.second or moment.microsecond))


def _lines(days: tuple[CountedDay, ...], lang: Lang) -> list[str]:
    marks = [row.mark(lang) for row in days]
    weekdays = WEEKDAYS_ZH if chinese(lang) else WEEKDAYS_EN
    width = max(map(display_width, marks), default=0)
    return [
        f"  {row.day.date} {weekdays[row.day.date.weekday()]}  {mark}{' ' * (width - display_width(mark))}  {row.why(lang)}"
        for row, mark in zip(days, marks, strict=True)
    ]
