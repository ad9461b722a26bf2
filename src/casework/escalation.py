"""The ladder: rungs on clocks, and the orders that they issue.

A rung says what is due at which distance from a clock's due moment. Its moments are computed when the clock starts (`alarms`) and
kept in the clock, so a sweep only compares moments. An occasion (rung, clock, run, repetition) fires once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from .documents import Document
from .errors import UnreadableLimit
from .sla import Alarm, ClockRule, Limit, SlaClock, Timekeeper

_FROZEN = ConfigDict(frozen=True, extra="forbid", defer_build=True)


def _checked_limit(text: str) -> str:
    try:
        Limit.parse(text.removeprefix("-"))
    except UnreadableLimit as error:
        raise ValueError(str(error)) from error
    return text


class Repeat(BaseModel):
    """A rung that comes again: every so often, at most ``max`` times in all."""

    model_config = _FROZEN

    every: str
    max: int = Field(ge=2, le=100)

    @field_validator("every")
    @classmethod
    def _readable(cls, value: str) -> str:
        if value.startswith("-") or not Limit.parse(_checked_limit(value)).amount:
            raise ValueError(f"a rung comes again after some time, not after {value}; accepted: a limit such as '1 working day'")
        return value


class Rung(BaseModel):
    """A rung of the ladder. ``on`` is ``"due:CLOCK"`` (then ``at`` may be negative: before it) or ``"late:CLOCK"``.

    ``do`` lists ``"issue:FORM"`` (an order) and ``"notify:ROLE"``; ``mode`` "propose" leaves the decision to a person (适时).
    """

    model_config = _FROZEN

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    on: str = Field(pattern=r"^(due|late):[a-z][a-z0-9-]*$")
    at: str = "0 hours"
    do: tuple[str, ...] = Field(min_length=1)
    mode: Literal["auto", "propose"] = "auto"
    repeat: Repeat | None = None
    when: str = ""
    source: str = ""
    assumption: str = ""

    @field_validator("at")
    @classmethod
    def _readable(cls, value: str) -> str:
        return _checked_limit(value)

    @model_validator(mode="after")
    def _consistent(self) -> Rung:
        if self.on.startswith("late:") and self.at.startswith("-"):
            raise ValueError("a rung on lateness lies after the due moment; for a warning before it use on = 'due:…'")
        if self.repeat and self.distance.amount and Limit.parse(self.repeat.every).unit != self.distance.unit:
            raise ValueError("'at' and 'repeat.every' must be in the same unit")
        return self

    @property
    def distance(self) -> Limit:
        """How far from the clock's due moment the rung lies, without its sign."""
        return Limit.parse(self.at.removeprefix("-"))

    @property
    def clock(self) -> str:
        """The id of the clock that the rung stands on."""
        return self.on.partition(":")[2]

    def effects(self, verb: str) -> tuple[str, ...]:
        """Return what follows ``verb:`` in ``do``."""
        return tuple(row.partition(":")[2] for row in self.do if row.startswith(f"{verb}:"))


class OrderAnswer(BaseModel):
    """Whether units must answer an order, and which role strikes it off."""

    model_config = _FROZEN

    wanted: bool = True
    cleared_by: str = ""


class OrderForm(BaseModel):
    """A form of order (督办单, 交办函, 催办 …): to which roles it is copied, its document, its answer."""

    model_config = _FROZEN

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    zh: str = ""
    en: str = ""
    cc: tuple[str, ...] = ()
    document: Document
    answer: OrderAnswer = OrderAnswer()
    source: str = ""
    assumption: str = ""


def alarm(rung: Rung, clock: SlaClock, rule: ClockRule, keeper: Timekeeper, *, n: int = 1) -> Alarm | None:
    """Return the n-th moment of a rung on a clock, or None past its last repetition or where the clock has no due moment.

    A distance in working hours is counted by the office hours of the clock's *rule*.
    """
    if clock.due is None or (n > 1 and (rung.repeat is None or n > rung.repeat.max)):
        return None
    amount, unit = rung.distance.amount * (-1 if rung.at.startswith("-") else 1), rung.distance.unit
    if rung.repeat and n > 1:
        every = Limit.parse(rung.repeat.every)
        amount, unit = amount + (n - 1) * every.amount, every.unit
    return Alarm(keeper.shift(clock.due, Limit(abs(amount), unit), back=amount < 0, count=rule.count), rung.id, n)


def alarms(
    rungs: Sequence[Rung],
    clock: SlaClock,
    rule: ClockRule,
    keeper: Timekeeper,
    *,
    over: Callable[[Alarm], bool] = lambda _: False,
) -> tuple[Alarm, ...]:
    """Return a running clock's alarms, of each rung the first repetition that is not *over*, the earliest first."""
    if clock.status != "running":
        return ()
    found = []
    for rung in rungs:
        n, row = 1, alarm(rung, clock, rule, keeper) if rung.clock == clock.rule else None
        while row and over(row):
            n += 1
            row = alarm(rung, clock, rule, keeper, n=n)
        if row:
            found.append(row)
    return tuple(sorted(found, key=lambda row: (row.at, row.rung)))


def occasion(alarm: Alarm, clock: SlaClock) -> str:
    """Return the occasion's key: rung, clock, run, repetition."""
    return f"{alarm.rung}/{clock.key}/{clock.run}/{alarm.n}"
