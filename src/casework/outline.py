"""The rulebook's document: every table and key, as pydantic models; ``docs/reference/rulebook.md`` describes each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from string import Formatter
from typing import Literal, Self
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from .approvals import Approval
from .errors import InputError, nearest
from .escalation import OrderForm, Rung
from .hours import WEEKDAYS
from .intake import Channel, Intake
from .moments import period
from .privacy import Role
from .replies import ReplyRules
from .routing import RouteRule
from .sla import ClockRule, Count, Length, OfficeHours

_FROZEN = ConfigDict(frozen=True, extra="forbid", defer_build=True)
RECEIVE = "receive"
"""The act by which a case comes about; it is no arrow of the lifecycle, and clocks and notices may wait for it."""


class Head(BaseModel):
    """What the rulebook is called, which zone and calendar it counts in, and which clock decides lateness."""

    model_config = _FROZEN

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    version: int = Field(ge=1)
    base: str = ""
    zh: str = ""
    en: str = ""
    zone: str = "Asia/Shanghai"
    calendar: str = "CN"
    late_by: str = ""
    source: str = ""

    @field_validator("zone")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"unknown time zone {value!r}{nearest(value, available_timezones())}")
        return value


class DeclineRule(BaseModel):
    """How long after it was asked a unit may decline ("" for any time), and how often a case may be declined (0: ever again)."""

    model_config = _FROZEN

    limit: Length | Literal[""] = ""
    count: Count = Count()
    max: int = Field(default=0, ge=0)
    source: str = ""
    assumption: str = ""


class AssignmentRules(BaseModel):
    """Assignments: whether a unit must accept (签收) before it replies, and how it may decline.

    ``decline_reasons`` lists the reasons for declining (none: any). When the lead declines, the case is with nobody ("lead"), or
    stays the responsibility of the unit that was asked first ("first-asked", 首接负责) until another leads. Units that assist
    "contribute" to the lead's reply, or may "reply" themselves; contributions are free or "required" before the lead replies.
    """

    model_config = _FROZEN

    accept: bool = True
    decline_reasons: tuple[str, ...] = ()
    decline: DeclineRule = DeclineRule()
    responsible: Literal["lead", "first-asked"] = "lead"
    assisting: Literal["contribute", "reply"] = "contribute"
    contributions: Literal["free", "required"] = "free"
    source: str = ""
    assumption: str = ""


class ConsultationRules(BaseModel):
    """Joint consultation (会商): which role convenes it, whether every unit's opinion is "required" before it is concluded.

    ``clock`` is the one that a concluded limit is set for; left out, the one that decides lateness.
    """

    model_config = _FROZEN

    convener: str = ""
    opinions: Literal["free", "required"] = "free"
    clock: str = ""
    source: str = ""
    assumption: str = ""


class RevisitRules(BaseModel):
    """Revisiting (回访): the condition under which a case is closed only after the citizen was asked, and whose fault it may be."""

    model_config = _FROZEN

    required: str = ""
    faults: tuple[str, ...] = ()
    source: str = ""
    assumption: str = ""


class ReopenRules(BaseModel):
    """Reopening (重办): for which reasons (none: any), how long after closing ("" for ever), and how often (0: any number)."""

    model_config = _FROZEN

    reasons: tuple[str, ...] = ()
    within: Length | Literal[""] = ""
    count: Count = Count()
    times: int = Field(default=0, ge=0)
    source: str = ""
    assumption: str = ""


class AskRules(BaseModel):
    """Asking the citizen (请补充): how often in one cycle of a case (0: any number)."""

    model_config = _FROZEN

    times: int = Field(default=0, ge=0)
    source: str = ""
    assumption: str = ""


class NotifyRule(BaseModel):
    """A notice: when an action is done, tell roles. ``to`` names roles of the rulebook, or "sender"."""

    model_config = _FROZEN

    on: str
    to: tuple[str, ...] = Field(min_length=1)
    zh: str
    en: str = ""
    when: str = ""
    source: str = ""
    assumption: str = ""


_PLACES = ("n", "year", "scope")
_TITLE_PLACES = {
    "day": ("year", "month", "day"),
    "week": ("year", "week"),
    "month": ("year", "month"),
    "quarter": ("year", "quarter"),
    "year": ("year",),
}
_PERIODS = {  # what a period of each kind is written like, and an example
    "day": (r"\d{4}-\d\d-\d\d", "2020-07-06"),
    "week": (r"\d{4}-W\d\d", "2020-W28"),
    "month": (r"\d{4}-\d\d", "2020-07"),
    "quarter": (r"\d{4}-Q\d", "2020-Q3"),
    "year": (r"\d{4}", "2020"),
}


def _places(text: str) -> Iterator[str]:
    """Yield the names of the places that a pattern holds in braces; ValueError for a brace without its other."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise ValueError(f"cannot read {text!r}: {error}") from error
    for _, name, form, turn in parts:
        if name is not None:
            if turn or (form and not (name == "n" and re.fullmatch(r"0\d", form))):
                raise ValueError(f"{text!r} has a place in braces that is more than a name; only {{n}} may have a width: {{n:03}}")
            yield name


class Series(BaseModel):
    """Numbers of a periodical. ``pattern`` holds ``{n}`` (or ``{n:03}``) and may hold ``{year}`` and ``{scope}``.

    A pattern with ``{year}`` starts anew each year. With ``first``, the period of number 1, numbers are counted from there, for
    each scope by itself; without, each issue takes the next number of the series as it is made, and ``{scope}`` makes a series for
    each.
    """

    model_config = _FROZEN

    pattern: str = "第{n}期"
    first: str = ""

    @field_validator("pattern")
    @classmethod
    def _numbered(cls, value: str) -> str:
        names = list(_places(value))
        for name in names:
            if name not in _PLACES:
                raise ValueError(f"the pattern {value!r} holds {{{name}}}, which is not known (known: {{n}}, {{year}}, {{scope}})")
        if "n" not in names:
            raise ValueError(f"a pattern of numbers holds {{n}}, for example '第{{n}}期'; got {value!r}")
        return value


class Schedule(BaseModel):
    """A periodical report: how often, for what, as of when, who is told, its title and its numbers.

    ``as_of`` is a day (1 to 28) of the month after the period, or a day ("mon" to "sun") of the week after the week; days have
    none. ``at`` is the local time of that day at which the issue is taken and made: left out, the day's end (24:00) after a month,
    quarter or year, its beginning (00:00) for weeks and days. ``days`` says whether every = "day" means working days or all.

    ``title`` may hold ``{year}``, what the period is called in it (``{quarter}``, ``{month}``, ``{week}``, ``{month}`` and
    ``{day}``), ``{period}`` and ``{scope}``; ``title_span``, of another period than the schedule's, ``{period}``. ``groups`` names
    the register's groups in the order of their tables, ``lists`` the lists that name cases or units, ``figures`` further figures.
    """

    model_config = _FROZEN

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    every: Literal["day", "week", "month", "quarter", "year"]
    days: Literal["working", "all"] = "working"
    as_of: int | str | None = None
    at: str = ""
    per: Literal["all", "board", "group", "unit"] = "all"
    form: Literal["bulletin", "list", "digest"] = "bulletin"
    title: str = ""
    title_span: str = ""
    publisher: str = ""
    series: Series | None = None
    to: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    lists: tuple[Literal["closed-late", "open-late", "zero", "open"], ...] = ()
    figures: tuple[str, ...] = ()
    source: str = ""
    assumption: str = ""

    @field_validator("at")
    @classmethod
    def _time_of_day(cls, value: str) -> str:
        if value and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d|24:00", value):
            raise ValueError(f"at is a time of day such as '08:30', up to '24:00'; got {value!r}")
        return value

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.form == "bulletin" and not self.title:
            raise ValueError("a bulletin has a title")
        if self.form == "bulletin" and "open" in self.lists:
            raise ValueError("a bulletin does not list all that is open; let form = 'list', or list what is 'open-late'")
        day = type(self.as_of) is int and 1 <= self.as_of <= 28
        if self.every == "day" and self.as_of is not None:
            raise ValueError("as_of says on which day after its period an issue is made; a day's own is made that day, at `at`")
        if self.every == "week" and self.as_of not in (None, *WEEKDAYS):
            raise ValueError(f"after a week as_of is a day of the following week ({', '.join(WEEKDAYS)}); got {self.as_of!r}")
        if self.every in ("month", "quarter", "year") and not day:
            got = "it is missing" if self.as_of is None else f"got {self.as_of!r}"
            raise ValueError(f"after a {self.every} as_of is a day of the following month, 1 to 28; {got}")
        if self.every != "day" and self.days != "working":
            raise ValueError("days says which days have an issue of their own: it goes with every = 'day'")
        known = (*_TITLE_PLACES[self.every], "period", "scope")
        for name in _places(self.title):
            if name not in known:
                alike = nearest(name, known)
                raise ValueError(f"the title holds {{{name}}}, which a {self.every} has not{alike} (known: {', '.join(known)})")
        if self.per == "all" and "{scope}" in f"{self.title}{self.series.pattern if self.series else ''}":
            raise ValueError("{scope} stands for what an issue is of; let per = 'board', 'group' or 'unit'")
        if self.series and self.series.first:
            self._begins(self.series.first)
        return self

    def _begins(self, first: str) -> None:
        if self.every == "day" and self.days == "working":
            raise ValueError(
                "issues of working days take their numbers as they are made, since a notice may change which days are worked; "
                "leave series.first out, or let days = 'all'"
            )
        form, example = _PERIODS[self.every]
        try:
            begin = period(first)[0] if re.fullmatch(form, first) else None
        except InputError:
            begin = None
        if begin is None:
            raise ValueError(f"series.first is the period of number 1, a {self.every} such as {example!r}; got {first!r}")


class FigureRule(BaseModel):
    """A rate as a place defines it: of the cases that ``base`` counts, how many ``of`` counts too.

    ``places`` are the decimals of the percentage, as it is published.
    """

    model_config = _FROZEN

    zh: str = Field(min_length=1)
    en: str = ""
    of: str
    base: str
    places: int = Field(default=2, ge=0, le=8)
    source: str = ""
    assumption: str = ""


class StateRow(BaseModel):
    """A state that a rulebook adds."""

    model_config = _FROZEN

    name: str
    en: str
    zh: str
    kind: Literal["open", "waiting", "closed", "final"]
    meaning: str = ""


class TransitionRow(BaseModel):
    """An arrow that a rulebook adds."""

    model_config = _FROZEN

    action: str
    source: str
    dest: str


class LifecycleRows(BaseModel):
    """What a rulebook changes in the standard lifecycle; ``unwatched`` says of open states why no clock need run in them."""

    model_config = _FROZEN

    drop_states: tuple[str, ...] = ()
    drop_actions: tuple[str, ...] = ()
    state: tuple[StateRow, ...] = ()
    transition: tuple[TransitionRow, ...] = ()
    unwatched: dict[str, str] = {}


class Outline(BaseModel):
    """The whole document; every key is described in ``docs/reference/rulebook.md``."""

    model_config = _FROZEN

    rulebook: Head
    classes: dict[str, tuple[str, ...]] = {}
    labels: dict[str, str] = {}
    roles: dict[str, Role] = {}
    lifecycle: LifecycleRows = LifecycleRows()
    channels: dict[str, Channel] = {}
    intake: Intake = Intake()
    route: tuple[RouteRule, ...] = ()
    assignment: AssignmentRules = AssignmentRules()
    hours: OfficeHours | None = None
    clock: tuple[ClockRule, ...] = ()
    approval: tuple[Approval, ...] = ()
    reply: ReplyRules = ReplyRules()
    consultation: ConsultationRules = ConsultationRules()
    revisit: RevisitRules = RevisitRules()
    reopen: ReopenRules = ReopenRules()
    ask: AskRules = AskRules()
    order: tuple[OrderForm, ...] = ()
    rung: tuple[Rung, ...] = ()
    notify: tuple[NotifyRule, ...] = ()
    figures: dict[str, FigureRule] = {}
    schedule: tuple[Schedule, ...] = ()

    @cached_property
    def clocks(self) -> Mapping[str, ClockRule]:
        """The clock rules by id, in order, those of orders' answers last; without office hours of their own they have these."""
        rules = (*self.clock, *(form.clock for form in self.order if form.clock))
        return {rule.id: _in_hours(rule, self.hours) for rule in rules}

    def gates(self, act: str, holds: Callable[[str], bool]) -> tuple[str, ...]:
        """Return the roles of the gates before an act, in order; *holds* says which conditions are true."""
        return tuple(role for row in self.approval if row.on == act and holds(row.when) for role in row.by)


def _in_hours(rule: ClockRule, hours: OfficeHours | None) -> ClockRule:
    if hours is None or rule.count.hours is not None:
        return rule
    return rule.model_copy(update={"count": rule.count.model_copy(update={"hours": hours})})
