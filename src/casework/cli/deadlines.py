"""One deadline, computed from what is said on the command line: the limit, the conventions, and what happened meanwhile."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from ..errors import InputError, nearest
from ..languages import Lang, chinese
from .terminal import Language, day_named, say
from .wording import provisional as provisional_words

if TYPE_CHECKING:
    from datetime import date

    from ..hours import OfficeHours
    from ..limits import Count, Limit, Pause
    from ..sla import ClockRule, SlaClock, Timekeeper

_ZONES = {"CN": "Asia/Shanghai", "GB": "Europe/London", "JP": "Asia/Tokyo", "DE": "Europe/Berlin"}
_FROM = ("due", "due-unrolled", "today", "receipt")
_EXTENSION = re.compile(r"\s*(?P<limit>\S.*?)(?:\s+from\s+(?P<since>\S+))?(?:\s+at\s+(?P<at>\S.*?))?\s*", re.IGNORECASE)
_PROMISE = re.compile(r"\s*(?P<until>\S.*?)(?:\s+at\s+(?P<at>\S.*?))?\s*", re.IGNORECASE)
_OF_THE_DAY = re.compile(r"[:：Tt时時点點]")
_TICK = timedelta(microseconds=1)
_SAID = {  # in English and in Chinese
    "as of": ("as of {}: {}", "截至{}：{}"),
    "as of then": ("as of {}, when it was due {}: {}", "截至{}（当时期限为{}）：{}"),
    "warning": ("warning {}, {} before", "提醒：{}，提前{}"),
    "no warning": ("no warning {} before: there is no due date while the pause is open", "提前{}的提醒：中止结束前无期限届满日"),
}


def deadline(
    received: Annotated[str, typer.Argument(help="When it was received, for example '2026-09-29 10:00' or '2026年9月29日 10时'.")],
    limit: Annotated[str, typer.Option(help="For example '5 working days', '24 hours' or '4 working hours'.")],
    calendar: Annotated[str, typer.Option(help="CN, GB-ENG, US, JP, DE, …")] = "CN",
    zone: Annotated[str | None, typer.Option(help="An IANA time zone; left out, the calendar's own where it has one.")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Explain it day by day.")] = False,
    notices: Annotated[Path | None, typer.Option(help="A TOML file of notices to lay over the calendar.")] = None,
    as_of: Annotated[str | None, typer.Option(help="Count by the calendar as it was known on this day.")] = None,
    provisional: Annotated[bool, typer.Option("--provisional", help="Estimate days that are not announced yet.")] = False,
    day_zero: Annotated[str, typer.Option(help="as-is or next-working-day.")] = "as-is",
    cutoff: Annotated[str | None, typer.Option(help="Later receipts count for the next working day, for example 17:30.")] = None,
    ends: Annotated[str, typer.Option(help="24:00, same-time, close (of office hours), or a time such as 17:30.")] = "24:00",
    roll: Annotated[str, typer.Option(help="none or next.")] = "none",
    hours: Annotated[str | None, typer.Option(help="Office hours, for example '09:00-12:00, 13:30-17:30'.")] = None,
    special: Annotated[
        list[str] | None,
        typer.Option(help="Hours of their own: 2026-10-10=09:00-12:00, fri=09:00-12:00; none is closed: 2026-10-10=. Repeat it."),
    ] = None,
    pause: Annotated[
        list[str] | None,
        typer.Option(help="A pause, days or moments: 2026-10-13..2026-10-15; an open one: 2026-10-13.. Repeat it."),
    ] = None,
    on_pause: Annotated[str, typer.Option(help="working-days (whole days do not count) or exact.")] = "working-days",
    extend: Annotated[
        list[str] | None,
        typer.Option(
            help="More time: '5 working days from due at 2026-10-09 10:00'; from due (if left out), due-unrolled, today, receipt; "
            "at, when it was granted: at receipt, if left out. Repeat it."
        ),
    ] = None,
    promise: Annotated[
        list[str] | None, typer.Option(help="A promised day: '2026-10-20 at 2026-10-09 10:00'; at as with --extend. Repeat it.")
    ] = None,
    at: Annotated[str | None, typer.Option(help="Say what was left, or how late it was, at this moment, or now.")] = None,
    warn: Annotated[
        list[str] | None, typer.Option(help="Print the moment so long before it is due, for example '2 working days'. Repeat it.")
    ] = None,
    lang: Language = "en",
) -> None:
    """Compute a deadline, and explain every day of it."""
    from ..calendars import WorkCalendar
    from ..limits import Limit
    from ..moments import read_moment
    from ..notices import load_notices
    from ..sla import Timekeeper

    laid = load_notices(notices) if notices else ()
    known = WorkCalendar.named(calendar, notices=laid, as_of=None if as_of is None else day_named(as_of, "--as-of"))
    keeper = Timekeeper(known, _zone(calendar, zone), provisional=provisional)
    start = read_moment(received, zone=keeper.zone, what="the moment of receipt")
    length = Limit.parse(limit)
    count = _count(day_zero=day_zero, cutoff=cutoff, ends=ends, roll=roll, on_pause=on_pause, hours=_hours(hours, special or []))
    if count.hours is None and (length.unit == "working hours" or count.ends == "close"):
        wanted = "a limit in working hours" if length.unit == "working hours" else "--ends close"
        raise InputError(f"{wanted} needs office hours; give --hours '09:00-12:00, 13:30-17:30'", value=limit)
    whole_days = length.unit in ("working days", "calendar days", "months") and count.on_pause == "working-days"
    course = _Course(
        keeper,
        _rule(length, count),
        length,
        start,
        tuple(_pause(text, keeper, whole_days=whole_days) for text in pause or []),
        tuple(sorted(_grants(extend or [], promise or [], keeper, start), key=lambda grant: grant.at)),
    )
    warnings = [Limit.parse(text) for text in warn or []]
    moment = None if at is None else _moment(at, keeper, start)
    clock = course.clock()
    if explain or clock.due is None:
        account = keeper.explain(
            start, length, count=count, pauses=clock.pauses, extensions=clock.extensions, paused=clock.due is None
        ).text(lang=lang)
        say(account if explain else account.splitlines()[-1])
    else:
        say(f"{_end(keeper, clock)} ({keeper.zone})")
        if clock.due.provisional:
            say(provisional_words(clock.due, lang))
    for before in warnings:
        say(_warning(keeper, clock, before, count, lang))
    if moment:
        say(_standing(course, clock, moment, lang))


class _Grant(NamedTuple):
    """More time, as it was asked for on the command line: a limit from somewhere, or until a promised day."""

    at: datetime
    since: str
    limit: Limit | None = None
    until: date | None = None


class _Course(NamedTuple):
    """All that was said about one clock."""

    keeper: Timekeeper
    rule: ClockRule
    limit: Limit
    start: datetime
    pauses: tuple[Pause, ...]
    grants: tuple[_Grant, ...]

    def clock(self, *, at: datetime | None = None) -> SlaClock:
        """Return the clock as it stands in the end, or as it stood at a moment, when what came later was not known."""
        from msgspec.structs import replace

        past = [pause for pause in self.pauses if at is None or pause.since <= at]
        over = tuple(pause for pause in past if pause.until and (at is None or pause.until <= at))
        begun = self.keeper.begin(self.rule, self.limit, self.start)
        clock = self.keeper.recount(replace(begun, pauses=over), self.rule)
        for grant in self.grants:
            if at is None or grant.at <= at:
                clock = _granted(self.keeper, self.rule, clock, grant)
        halts = [pause.since for pause in past if pause not in over]
        return self.keeper.pause(clock, self.rule, min(halts)) if halts else clock


def _rule(limit: Limit, count: Count) -> ClockRule:
    """Return a rule that allows what was asked for; what a rulebook would allow is not the question here."""
    from ..sla import ClockRule

    return ClockRule.model_validate(
        {
            "id": "deadline",
            "starts_on": "receive",
            "stops_on": "publish",
            "limit": [{"is": str(limit)}],
            "count": count,
            "promise": {"times": 1000, "reason": False},
        }
    )


def _granted(keeper: Timekeeper, rule: ClockRule, clock: SlaClock, grant: _Grant) -> SlaClock:
    """Return a clock with more time; `ExtensionRefused` where it is none, or comes after the last day."""
    from ..sla import ExtendRule

    if grant.until is not None:
        return keeper.promise(clock, rule, grant.until, grant.at)
    terms = ExtendRule.model_validate({"from": grant.since, "times": 1000})
    assert grant.limit is not None  # noqa: S101 - what is no promise has a limit; for the type checker
    return keeper.extend(clock, rule.model_copy(update={"extend": terms}), grant.limit, grant.at)


# --- reading the options ----------------------------------------------------------------------------------------------


def _zone(calendar: str, zone: str | None) -> str:
    country = calendar.partition("-")[0]
    if zone is None and country not in _ZONES:
        raise InputError(
            f"calendar {calendar!r} has no single time zone; name one, for example --zone America/New_York", value=calendar
        )
    return _ZONES[country] if zone is None else zone


def _count(**options: object) -> Count:
    from pydantic import ValidationError

    from ..limits import Count

    try:
        return Count.model_validate(options)
    except ValidationError as error:
        first = error.errors()[0]
        option = "--" + str(first["loc"][0]).replace("_", "-")
        if first["type"] == "string_pattern_mismatch":
            why = "accepted: 24:00, close, same-time, or a time such as 17:30"
        else:
            why = str(first.get("ctx", {}).get("error", first["msg"]))
        raise InputError(f"cannot read {option} {first['input']!r}: {why}", value=first["input"]) from error


def _hours(every_day: str | None, special: list[str]) -> OfficeHours | None:
    """Return the office hours of the options; without --hours a working day has 24 hours."""
    from ..hours import WEEKDAYS, OfficeHours

    if every_day is None:
        if special:
            raise InputError("--special says when hours differ from --hours; give both", value=special[0])
        return None
    found: dict[str, dict[object, str]] = {"weekdays": {}, "dates": {}}
    for text in special:
        when, equals, hours = text.partition("=")
        if not equals:
            raise InputError(
                f"cannot read --special {text!r}; accepted: a date or a day of the week and its hours, such as "
                "2026-10-10=09:00-12:00 or fri=09:00-12:00, and 2026-10-10= for a day without any",
                value=text,
            )
        name = when.strip().lower()
        key = name if name in WEEKDAYS else day_named(when.strip(), "the day of --special")
        days = found["weekdays" if name in WEEKDAYS else "dates"]
        if key in days:
            raise InputError(f"--special names {key} twice; give its hours once, as 09:00-12:00, 13:30-17:30", value=text)
        days[key] = _readable(hours, "--special")
    if not every_day.strip():
        raise InputError(
            "--hours is empty; accepted: the hours of every working day, such as '09:00-12:00, 13:30-17:30'", value=every_day
        )
    return OfficeHours.model_validate({"open": _readable(every_day, "--hours"), **found})


def _readable(hours: str, option: str) -> str:
    from ..hours import intervals

    try:
        intervals(hours)
    except ValueError as error:
        raise InputError(f"{option}: {error}", value=hours) from error
    return hours


def _pause(text: str, keeper: Timekeeper, *, whole_days: bool) -> Pause:
    """Read a pause; one that ends on a day lasts until its end.

    Where whole days are left out, the last of them must not be left behind: the pause then ends just within it.
    """
    from ..limits import Pause
    from ..moments import day_bounds, read_moment

    first, dots, last = (part.strip() for part in text.partition(".."))
    last = last if dots else first
    if not first or (not dots and _OF_THE_DAY.search(first)):
        raise InputError(
            f"cannot read --pause {text!r}; accepted: days or moments such as 2026-10-13..2026-10-15 or "
            "'2026-10-13 09:00..2026-10-15 17:00', one whole day 2026-10-13, and 2026-10-13.. for a pause that is still open",
            value=text,
        )
    since = read_moment(first, zone=keeper.zone, what="the start of --pause")
    if not last:
        return Pause(since)
    until = read_moment(last, zone=keeper.zone, what="the end of --pause")
    if not _OF_THE_DAY.search(last):
        day = keeper.local_date(until)
        end = day_bounds(day, day, zone=keeper.zone)[1]
        until = end - _TICK if whole_days else end
    if until < since:
        raise InputError(f"--pause {text!r} ends before it starts; write its start first", value=text)
    return Pause(since, until)


def _grants(extend: list[str], promise: list[str], keeper: Timekeeper, start: datetime) -> list[_Grant]:
    from ..limits import Limit
    from ..moments import read_moment

    found = []
    for text in extend:
        read = _EXTENSION.fullmatch(text)
        since = (read["since"] or "due").lower() if read else ""
        if not read or since not in _FROM:
            raise InputError(
                f"cannot read --extend {text!r}{nearest(since, _FROM) if since else ''}; accepted: a limit, perhaps from "
                f"{', '.join(_FROM)}, perhaps at a moment, such as '5 working days from due at 2026-10-09 10:00'",
                value=text,
            )
        if since == "today" and not read["at"]:
            raise InputError(f"--extend {text!r} counts from the day of its grant; say when: … at 2026-10-09 10:00", value=text)
        granted = read_moment(read["at"], zone=keeper.zone, what="the moment of --extend") if read["at"] else start
        found.append(_Grant(granted, since, limit=Limit.parse(read["limit"])))
    for text in promise:
        read = _PROMISE.fullmatch(text)
        if not read or _OF_THE_DAY.search(read["until"]):
            raise InputError(
                f"cannot read --promise {text!r}; accepted: a day, perhaps at a moment, such as '2026-10-20 at 2026-10-09 10:00'",
                value=text,
            )
        granted = read_moment(read["at"], zone=keeper.zone, what="the moment of --promise") if read["at"] else start
        until = keeper.local_date(read_moment(read["until"], zone=keeper.zone, what="the day of --promise"))
        found.append(_Grant(granted, "promise", until=until))
    for grant in found:
        if grant.at < start:
            raise InputError("more time cannot be given before the receipt; write when it was given after 'at'", value=grant.at)
    return found


def _moment(text: str, keeper: Timekeeper, start: datetime) -> datetime:
    from ..desk import utc_now
    from ..moments import read_moment

    moment = utc_now() if text.strip().lower() == "now" else read_moment(text, zone=keeper.zone, what="the moment of --at")
    if moment < start:
        raise InputError(f"--at {text!r} is before the receipt; nothing ran yet", value=text)
    return moment


# --- what is printed --------------------------------------------------------------------------------------------------


def _end(keeper: Timekeeper, clock: SlaClock) -> str:
    """Return a due moment as people write it; what is provisional about it is said apart."""
    from msgspec.structs import replace

    assert clock.due is not None  # noqa: S101 - asked of clocks that are due; for the type checker
    return keeper.show(replace(clock.due, provisional=False, earliest=None, latest=None))


def _warning(keeper: Timekeeper, clock: SlaClock, before: Limit, count: Count, lang: Lang) -> str:
    from ..limits import Deadline

    if clock.due is None:
        return _SAID["no warning"][chinese(lang)].format(before.label(lang))
    moment = keeper.shift(clock.due, before, back=True, count=count)
    shown = keeper.show(Deadline(date=keeper.local_date(moment - _TICK), before=moment))
    return _SAID["warning"][chinese(lang)].format(shown, before.label(lang))


def _standing(course: _Course, clock: SlaClock, moment: datetime, lang: Lang) -> str:
    """Return what the clock says at a moment, with its due date at that moment where it was another."""
    from ..moments import show_moment

    then = course.clock(at=moment)
    said = course.keeper.verdict(then, course.rule, moment).text(lang)
    shown = show_moment(moment, zone=course.keeper.zone)
    if then.due is None or then.due == clock.due:
        return _SAID["as of"][chinese(lang)].format(shown, said)
    return _SAID["as of then"][chinese(lang)].format(shown, _end(course.keeper, then), said)
