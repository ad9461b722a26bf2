"""The edge where people write and read moments: inside casework a moment is an aware datetime in UTC, people write local time.

The forms that sheets and portals hold are read here directly; pendulum reads the rarer ones and is imported only for them.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from .errors import InputError, NaiveDatetime, UnreadableMoment, nearest
from .languages import MONTHS_EN, WEEKDAYS_EN, WEEKDAYS_ZH, Lang, chinese

_CLOCK = r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{1,2})(?::(?P<second>[0-9]{1,2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?"
_DIGITS = re.compile(
    r"(?P<year>[0-9]{4})(?P<mark>[-/.])(?P<month>[0-9]{1,2})(?P=mark)(?P<day>[0-9]{1,2})"
    rf"(?:(?:[Tt]|\s+){_CLOCK}\s*(?P<offset>[Zz]|[+-][0-9]{{2}}(?::?[0-9]{{2}})?)?)?"
)
_CHINESE = re.compile(
    r"(?P<year>[0-9]{4})年\s*(?P<month>[0-9]{1,2})月\s*(?P<day>[0-9]{1,2})(?:[日号號]|(?=\s|$))"
    r"\s*(?:(?:星期|[周週]|礼拜|禮拜)(?P<weekday>[一二三四五六日天]))?\s*"
    rf"(?:{_CLOCK}|(?P<hour_>[0-9]{{1,2}})[时時点點](?:整|\s*(?P<minute_>[0-9]{{1,2}})分?(?:\s*(?P<second_>[0-9]{{1,2}})秒)?)?)?"
)
# What pendulum is asked for: forms that name a whole day. It would fill what is missing with today's date, and takes a week 00.
_ISO = re.compile(
    r"(?:[0-9]{4}-W(?!00)[0-9]{2}-[1-7]|[0-9]{4}W(?!00)[0-9]{2}[1-7]|[0-9]{4}-(?!000)[0-9]{3}|[0-9]{8})"
    r"(?:[T ][0-9]{2}(?::?[0-9]{2}(?::?[0-9]{2}(?:[.,][0-9]{1,9})?)?)?\s*(?P<offset>Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)
_MAIL = re.compile(
    r"(?:(?P<weekday>Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,?\s+)?(?P<day>[0-9]{1,2})\s+(?P<month>[A-Z][a-z]{2,8})\s+(?P<year>[0-9]{4})"
    r"(?:\s+(?P<clock>[0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:\s*(?P<offset>Z|GMT|UTC|UT|[+-][0-9]{2}:?[0-9]{2}))?)?"
)


# --- reading ----------------------------------------------------------------------------------------------------------


def read_moment(value: object, *, zone: str, what: str = "moment", naive_ok: bool = False) -> datetime:
    """Return as UTC the moment that *value* (a text, datetime or date) names to somebody in *zone*, say ``"Asia/Shanghai"``.

    A text without an offset is local time in *zone*; a day alone is its midnight. Read are ``2026-09-29``, ``2019/4/8 8:37:20``,
    ``2026年9月29日 10时30分``, ISO 8601 with week or day numbers, and the dates of e-mails. 24:00 is the end of the day; digits
    beyond the microsecond are cut off. A naive datetime *object* is refused unless *naive_ok*, which is for cells of a sheet.

    A local time that a clock change skips is moved forward by what was skipped; of one that happens twice the first is taken.
    Raises `UnreadableMoment`, `NaiveDatetime`, and `InputError` for an unknown zone; *what* names the value in the error.
    """
    local = zone_named(zone)
    if type(value) is str and (quick := _quickly(value, local)) is not None:
        return quick
    if isinstance(value, datetime):
        if value.utcoffset() is not None or not naive_ok:
            return require_aware(value, what=what)
        return _in_utc(value.replace(tzinfo=None), local, value, what)
    if isinstance(value, date):
        return _in_utc(datetime.combine(value, time()), local, value, what)
    if not isinstance(value, str):
        raise UnreadableMoment(value, what=what)
    text = value.strip()
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).strip()  # full-width digits and colons
    found = _DIGITS.fullmatch(text) or _CHINESE.fullmatch(text)
    try:
        naive, offset = _from_parts(found.groupdict()) if found else _by_pendulum(text)
    except (ValueError, OverflowError) as error:
        raise UnreadableMoment(value, what=what) from error
    return _in_utc(naive, local if offset is None else offset, value, what)


def _quickly(text: str, local: tzinfo) -> datetime | None:
    """Return what the most frequent form says, 2026-09-29T10:00 with or without seconds and an offset such as +08:00.

    None for every other form, which is read with more care.
    """
    size = len(text)
    if not (16 <= size <= 32 and text[4] == text[7] == "-" and text[10] in "T " and text[13] == ":"):
        return None
    offset = size > 19 and text[-6] in "+-"
    if offset and (text[-3] != ":" or text[-2] > "5"):
        return None
    try:
        read = datetime.fromisoformat(text)
        if offset:
            return read.astimezone(UTC)
        return read.replace(tzinfo=local).astimezone(UTC) if read.tzinfo is None else None
    except (ValueError, OverflowError):
        return None


def _from_parts(parts: dict[str, str | None]) -> tuple[datetime, tzinfo | None]:
    def number(name: str) -> int:
        return int(parts.get(name) or parts.get(f"{name}_") or 0)

    day = date(number("year"), number("month"), number("day"))
    weekday = parts.get("weekday")
    if weekday and WEEKDAYS_ZH[day.weekday()] != f"周{weekday.replace('天', '日')}":
        raise ValueError(f"{day} is not a 周{weekday}")
    hour, minute, second = number("hour"), number("minute"), number("second")
    micros = int((parts.get("fraction") or "0")[:6].ljust(6, "0"))
    if (hour, minute, second, micros) == (24, 0, 0, 0):
        day, hour = day + timedelta(days=1), 0
    return datetime(day.year, day.month, day.day, hour, minute, second, micros), _offset(parts.get("offset"))  # noqa: DTZ001


def _offset(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text.upper() in ("Z", "UT", "UTC", "GMT"):
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    minutes = int(digits[2:])
    if minutes > 59:
        raise ValueError(f"an offset of {minutes} minutes")
    span = timedelta(hours=int(digits[:2]), minutes=minutes)
    return timezone(-span if text[0] == "-" else span)


def _by_pendulum(text: str) -> tuple[datetime, tzinfo | None]:
    iso, mail = _ISO.fullmatch(text), _MAIL.fullmatch(text)
    if iso:
        import pendulum

        read = pendulum.parse(text, exact=True)
        if isinstance(read, pendulum.DateTime):
            naive = _plain(read.naive())
        elif isinstance(read, pendulum.Date):
            naive = datetime(read.year, read.month, read.day)  # noqa: DTZ001 - the zone is given by the caller
        else:
            raise ValueError("neither a day nor a moment")
        return naive, _offset(iso["offset"])
    if mail:
        import pendulum

        # The day of the week is checked here: pendulum moves a date whose day of the week is wrong, without a word.
        month, clock = mail["month"], mail["clock"] or "00:00"
        form = f"D {'MMM' if len(month) == 3 else 'MMMM'} YYYY HH:mm{':ss' if clock.count(':') == 2 else ''}"
        naive = _plain(pendulum.from_format(f"{mail['day']} {month} {mail['year']} {clock}", form, locale="en").naive())
        if mail["weekday"] and mail["weekday"] != WEEKDAYS_EN[naive.weekday()]:
            raise ValueError(f"{naive.date()} is not a {mail['weekday']}")
        return naive, _offset(mail["offset"])
    raise ValueError("none of the known forms")


def _plain(value: datetime) -> datetime:
    """Return a `datetime` proper in place of one of a subclass (pendulum's, or a fake clock's)."""
    if type(value) is datetime:
        return value
    day = datetime(value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond, value.tzinfo)
    return day.replace(fold=value.fold)


def _in_utc(naive: datetime, zone: tzinfo, value: object, what: str) -> datetime:
    # fold=0 is the earlier of two equal local times; a skipped one takes the offset from before the change: later by the gap.
    try:
        return _plain(naive).replace(tzinfo=zone, fold=0).astimezone(UTC)
    except OverflowError as error:
        raise UnreadableMoment(value, what=what) from error


@lru_cache(maxsize=64)
def zone_named(name: str) -> ZoneInfo:
    """Return the time zone of an IANA name; an `InputError` with the nearest name where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError, TypeError, AttributeError) as error:
        alike = nearest(str(name), sorted(available_timezones()))
        raise InputError(f"there is no time zone {name!r}{alike}; give an IANA name such as 'Asia/Shanghai'", value=name) from error


def require_aware(value: datetime, *, what: str = "moment") -> datetime:
    """Return the moment as UTC; raise `NaiveDatetime`, which names *what* it was, where it has no offset.

    What is no datetime at all, a date or a text, is an `UnreadableMoment`; `read_moment` reads texts.
    """
    if type(value) is datetime and value.tzinfo is UTC:
        return value
    if not isinstance(value, datetime):
        raise UnreadableMoment(value, what=what)
    if value.utcoffset() is None:
        raise NaiveDatetime(value, what=what)
    try:
        return _plain(value).astimezone(UTC)
    except OverflowError as error:
        raise UnreadableMoment(value, what=what) from error


# --- showing ----------------------------------------------------------------------------------------------------------


def show_moment(value: datetime, *, zone: str, seconds: bool = False) -> str:
    """Return ``2020-07-01 09:12`` as the clocks in *zone* show it, cut (not rounded) to the minute, or to the second.

    `read_moment` reads it back as the same minute, save in the hour that a clock change repeats. Raises `NaiveDatetime`, and
    `InputError` for an unknown zone.
    """
    try:
        local = require_aware(value).astimezone(zone_named(zone))
    except OverflowError as error:
        raise InputError(f"cannot show {value} in {zone}: it lies outside the years 1 to 9999", value=value) from error
    return local.replace(tzinfo=None).isoformat(sep=" ", timespec="seconds" if seconds else "minutes")


def show_day(day: date, *, lang: Lang = "zh") -> str:
    """Return ``2020年7月1日`` or ``1 July 2020``; `read_moment` reads both as that day's midnight."""
    month = show_month(day, lang=lang)
    return f"{month}{day.day}日" if chinese(lang) else f"{day.day} {month}"


def show_month(day: date, *, lang: Lang = "zh") -> str:
    """Return the month that a day is in: ``2020年7月`` or ``July 2020``."""
    return f"{day.year:04}年{day.month}月" if chinese(lang) else f"{MONTHS_EN[day.month - 1]} {day.year:04}"


_UNITS = ((" d", " h", " min", " s", " "), ("天", "小时", "分", "秒", ""))  # in English and in Chinese


def show_span(delta: timedelta, *, lang: Lang = "zh", in_days: bool = True) -> str:
    """Return ``3天2小时5分`` or ``3 d 2 h 5 min``: days of 24 hours, parts of a minute dropped, parts that are nothing left out.

    Not *in_days*, the same is ``74小时5分``: a working day has not 24 hours. Less than a minute is shown in seconds; a span
    backwards begins with a minus sign.
    """
    days, hours, minutes, seconds, between = _UNITS[chinese(lang)]
    size = abs(delta)
    if size < timedelta(minutes=1):
        shown = f"{size.seconds}{seconds}" if size.seconds else f"0{minutes}"
        return f"-{shown}" if delta < timedelta(0) and size.seconds else shown
    whole = size.days if in_days else 0
    counts = ((whole, days), ((size - timedelta(days=whole)) // timedelta(hours=1), hours), (size.seconds // 60 % 60, minutes))
    return ("-" if delta < timedelta(0) else "") + between.join(f"{count}{unit}" for count, unit in counts if count)


# --- periods ----------------------------------------------------------------------------------------------------------

_PERIOD = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?:Q(?P<quarter>[1-4])|W(?P<week>[0-9]{2})|(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?))?", re.IGNORECASE
)


def period(text: str) -> tuple[date, date]:
    """Return the first and the last day (both belong to it) of a period.

    ``2020`` a year, ``2020-Q3`` a quarter, ``2020-07`` a month, ``2020-W31`` an ISO week from Monday to Sunday, ``2020-07-01`` a
    day; ``a..b`` is from the first day of a to the last of b. Raises `InputError` for anything else, and for a range that runs
    backwards.
    """
    first, dots, last = text.partition("..")
    begin, end = _one_period(first, text), _one_period(last if dots else first, text)
    if end[1] < begin[0]:
        raise InputError(f"the period {text!r} runs backwards: {end[1]} is before {begin[0]}", value=text)
    return begin[0], end[1]


def _one_period(part: str, text: str) -> tuple[date, date]:
    found = _PERIOD.fullmatch(part.strip())
    try:
        if not found:
            raise ValueError("unknown form")
        year = int(found["year"])
        if found["week"]:
            monday = date.fromisocalendar(year, int(found["week"]), 1)
            return monday, monday + timedelta(days=6)
        if found["day"]:
            day = date(year, int(found["month"]), int(found["day"]))
            return day, day
        if found["month"]:
            return _months(year, int(found["month"]), 1)
        if found["quarter"]:
            return _months(year, 3 * int(found["quarter"]) - 2, 3)
        return _months(year, 1, 12)
    except (ValueError, OverflowError) as error:
        raise InputError(
            f"cannot read the period {text!r}; accepted: 2020, 2020-Q3, 2020-07, 2020-W31, 2020-07-01, 2020-07-01..2020-07-31",
            value=text,
        ) from error


def _months(year: int, first: int, count: int) -> tuple[date, date]:
    last = first + count - 1
    end = date(year, 12, 31) if last == 12 else date(year, last + 1, 1) - timedelta(days=1)
    return date(year, first, 1), end


def day_bounds(first: date, last: date, *, zone: str) -> tuple[datetime, datetime]:
    """Return in UTC the moment at which *first* begins in *zone* and the one at which *last* is over; the second is exclusive.

    A day on which the clocks change has 23 or 25 hours. Raises `InputError` where *last* is before *first*, for an unknown zone,
    and for days at the very ends of the calendar.
    """
    if last < first:
        raise InputError(f"the last day {last} is before the first day {first}", value=last)
    local = zone_named(zone)
    try:
        begin, end = (
            datetime(day.year, day.month, day.day, tzinfo=local).astimezone(UTC) for day in (first, last + timedelta(days=1))
        )
    except OverflowError as error:
        raise InputError(f"{first} to {last} lies outside the years 1 to 9999", value=last) from error
    return begin, end
