"""Everything that casework raises, in one tree.

    CaseworkError
    ├── DefinitionError          a lifecycle, rulebook, register or notice does not hold together
    │   ├── LifecycleInvalid
    │   ├── RulebookInvalid
    │   ├── RegisterInvalid
    │   └── NoticeInvalid
    ├── InputError               a value from outside cannot be used
    │   ├── NaiveDatetime
    │   ├── UnreadableMoment
    │   ├── UnreadableLimit
    │   ├── UnreadableTable
    │   ├── UnknownColumn
    │   ├── UnknownUnit
    │   ├── UnknownClass
    │   ├── UnknownCalendar
    │   ├── UnknownClock
    │   ├── UnknownRulebook
    │   └── CalendarNotAnnounced
    ├── CommandRefused           a command was understood and not carried out
    │   ├── NotAllowed           … not in this state
    │   ├── NotPermitted         … not by this actor
    │   ├── ConditionUnmet       … not with these contents
    │   │   └── ExtensionRefused … not with these terms: late, too often, past the cap, shorter
    │   ├── StaleVersion         … not on this version of the case
    │   └── KeyReused            … not with this idempotency key
    ├── CaseNotFound
    ├── DeliveryFailed           a notice could not be handed to its channel
    └── StoreError
        ├── SchemaMismatch
        └── ChainBroken

Every error says what was tried, on which case, and what would work; the same facts are attributes. A definition error carries
*all* problems that were found, not the first one.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple


class Problem(NamedTuple):
    """One thing wrong with a definition: what, and where."""

    message: str
    path: str

    def __str__(self) -> str:
        return f"{self.message} @ {self.path}"


def nearest(name: str, choices: Iterable[str], *, alike: float = 0.6) -> str:
    """Return ``"; did you mean 'x'?"`` for the choice most like *name*, or an empty string where none is *alike* (0 to 1)."""
    close = difflib.get_close_matches(name, list(choices), n=5, cutoff=alike)
    slips = [choice for choice in close if _one_slip(name, choice)]
    return f"; did you mean {(slips or close)[0]!r}?" if close else ""


def _one_slip(name: str, choice: str) -> bool:
    """Return whether one slip makes the one of the other: a letter too many, too few, wrong, or two that changed places."""
    while name and choice and name[0] == choice[0]:
        name, choice = name[1:], choice[1:]
    while name and choice and name[-1] == choice[-1]:
        name, choice = name[:-1], choice[:-1]
    return max(len(name), len(choice)) <= 1 or (len(name) == 2 and name == choice[::-1])


def choices_of(names: Iterable[str], *, most: int = 24) -> str:
    """Return ``" (known: a, b)"``, what there is where a name is like none; an empty string where there is more than *most*."""
    every = list(names)
    if not every:
        return " (there is none)"
    return f" (known: {listed(every, most=most)})" if len(every) <= most else ""


FORMS_OF_VALUES: Mapping[str, str] = {
    "text": "a text in quotes",
    "whole": "a whole number",
    "number": "a number",
    "flag": "true or false",
    "list": "a list, such as ['…']",
    "table": "a table",
}
"""What a value of a document should be, in words."""


def got(value: object) -> str:
    """Return in words what stands where something else should."""
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, date) else repr(value)


def listed(names: Iterable[str], *, most: int = 12) -> str:
    """Return names as a readable list, cut after *most*; ``"nothing"`` where there is none."""
    every = list(names)
    if not every:
        return "nothing"
    shown = ", ".join(every[:most])
    return shown if len(every) <= most else f"{shown}, … ({len(every)} in all)"


def _restore(kind: type[CaseworkError], args: tuple[Any, ...], facts: dict[str, Any]) -> CaseworkError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(facts)
    return error


class CaseworkError(Exception):
    """Base of every error that casework raises."""

    def __reduce__(self) -> tuple[Callable[..., CaseworkError], tuple[Any, ...]]:
        return _restore, (type(self), self.args, dict(self.__dict__))


# --- definitions ------------------------------------------------------------------------------------------------------


class DefinitionError(CaseworkError):
    """A definition does not hold together; ``problems`` lists everything that was found."""

    what = "definition"

    def __init__(self, name: str, problems: Sequence[Problem]) -> None:
        self.name = name
        self.problems = tuple(problems)
        count = len(self.problems)
        lines = "".join(f"\n  - {problem}" for problem in self.problems)
        super().__init__(f"{self.what} {name!r} has {count} problem{'s' if count != 1 else ''}:{lines}")


class LifecycleInvalid(DefinitionError):
    """States or transitions that do not form a lifecycle."""

    what = "lifecycle"


class RulebookInvalid(DefinitionError):
    """A rulebook that cannot be used; nothing of it was loaded."""

    what = "rulebook"


class RegisterInvalid(DefinitionError):
    """A register of units that cannot be used."""

    what = "register"


class NoticeInvalid(DefinitionError):
    """A notice of days off and make-up workdays that cannot be used."""

    what = "notices"


# --- input ------------------------------------------------------------------------------------------------------------


class InputError(CaseworkError):
    """A value from outside cannot be used; ``value`` is that value."""

    def __init__(self, message: str, *, value: object = None) -> None:
        self.value = value
        super().__init__(message)


class NaiveDatetime(InputError):
    """A moment without an offset: it could mean any of twenty-four moments, so it is refused."""

    def __init__(self, value: object, *, what: str = "moment") -> None:
        self.what = what
        super().__init__(
            f"{what} {value!s} has no UTC offset; give an aware datetime, for example 2026-09-29T10:00:00+08:00", value=value
        )


class UnreadableMoment(InputError):
    """A text that should name a date or a moment and does not."""

    def __init__(self, value: object, *, what: str = "moment") -> None:
        self.what = what
        super().__init__(
            f"cannot read {what} {value!r}; accepted: 2026-09-29, 2026-09-29 10:00, 2026/9/29 10:00:00, 2026-09-29T10:00+08:00",
            value=value,
        )


class UnreadableLimit(InputError):
    """A text that should name a limit and does not."""

    def __init__(self, value: object, *, why: str = "") -> None:
        super().__init__(
            f"cannot read the limit {value!r}{': ' + why if why else ''}; accepted: a whole number from 0 to 99999 and one of "
            "'working days', 'calendar days', 'months', 'hours', 'working hours', or in Chinese 个工作日, 日 (天, 个自然日), 个月, "
            "小时, 个工作小时 "
            "(for example '5 working days', '5个工作日' or '五个工作日')",
            value=value,
        )


class UnreadableTable(InputError):
    """A file that should hold a table and cannot be read as one."""


class UnknownColumn(InputError):
    """A column that a table should have and has not."""

    def __init__(self, column: str, *, columns: Sequence[str], table: str) -> None:
        self.column = column
        self.columns = tuple(columns)
        self.table = table
        super().__init__(f"{table} has no column {column!r}{nearest(column, columns)} (columns: {listed(columns)})", value=column)


class UnknownUnit(InputError):
    """A unit that the register does not list."""

    def __init__(self, unit: str, *, units: Sequence[str], case: str | None = None) -> None:
        self.unit = unit
        self.units = tuple(units)
        self.case = case
        super().__init__(f"the register has no unit {unit!r}{nearest(unit, units)} (units: {listed(units)})", value=unit)


class UnknownClass(InputError):
    """A class axis, or a value on it, that the rulebook does not declare."""

    def __init__(self, axis: str, value: str | None, *, choices: Sequence[str], case: str | None = None) -> None:
        self.axis = axis
        self.choices = tuple(choices)
        self.case = case
        tried = f"class {axis!r}" if value is None else f"value {value!r} for class {axis!r}"
        super().__init__(
            f"the rulebook declares no {tried}{nearest(value or axis, choices)} (declared: {listed(choices)})", value=value
        )


class UnknownChannel(InputError):
    """A channel that the rulebook does not declare."""

    def __init__(self, channel: str, *, channels: Sequence[str]) -> None:
        self.channel = channel
        self.channels = tuple(channels)
        super().__init__(
            f"the rulebook declares no channel {channel!r}{nearest(channel, channels)} (channels: {listed(channels)})",
            value=channel,
        )


class UnknownCode(InputError):
    """A query code that no message was given."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f"no message has the query code {code!r}; it is twelve letters and digits, such as 7k2m-x9qp-4wna, as told on receipt",
            value=code,
        )


class UnknownBoard(InputError):
    """A board that the register does not list."""

    def __init__(self, board: str, *, boards: Sequence[str]) -> None:
        self.board = board
        self.boards = tuple(boards)
        super().__init__(f"the register has no board {board!r}{nearest(board, boards)} (boards: {listed(boards)})", value=board)


class MessageRefused(InputError):
    """A message that does not pass the checks of the way in; ``reasons`` says everything that has to be put right.

    Nothing was kept; the caller still has the message.
    """

    def __init__(self, reasons: Sequence[tuple[str, str]]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(f"the message cannot be taken: {'; '.join(f'{why} ({check})' for check, why in self.reasons)}")


class UnknownCalendar(InputError):
    """A calendar that neither the notices nor the ``holidays`` library know."""


class UnknownClock(InputError):
    """A clock that a case does not have."""

    def __init__(self, key: str, *, clocks: Sequence[str], case: str) -> None:
        self.key = key
        self.clocks = tuple(clocks)
        self.case = case
        super().__init__(f"case {case} has no clock {key!r}{nearest(key, clocks)} (clocks: {listed(clocks)})", value=key)


class UnknownRulebook(InputError):
    """A rulebook name or digest that nothing is stored under."""

    def __init__(self, name: str, *, choices: Sequence[str]) -> None:
        self.name = name
        self.choices = tuple(choices)
        known = f" (there are: {listed(choices)})" if choices else ": the store keeps none yet; receive or import a message first"
        super().__init__(f"there is no rulebook {name!r}{nearest(name, choices)}{known}", value=name)


class CalendarNotAnnounced(InputError):
    """Days of a year whose notice has not been published: they are never guessed in silence."""

    def __init__(self, calendar: str, year: int, *, announced_through: object) -> None:
        self.calendar = calendar
        self.year = year
        self.announced_through = announced_through
        super().__init__(
            f"the working days of {year} are not announced in calendar {calendar!r} (announced through {announced_through}); "
            "add the notice when it is published, or ask for a provisional deadline",
            value=year,
        )


# --- commands ---------------------------------------------------------------------------------------------------------


class CommandRefused(CaseworkError):
    """A command was understood and not carried out; the case is as it was.

    ``case`` is the case's id, ``tried`` the action, ``allowed`` what would work in its place.
    """

    def __init__(self, message: str, *, case: str | None, tried: str, allowed: Sequence[str] = ()) -> None:
        self.case = case
        self.tried = tried
        self.allowed = tuple(allowed)
        super().__init__(message)


class NotAllowed(CommandRefused):
    """The case's state has no such action; one that may be *misspelt* is told from the nearest that it has."""

    def __init__(self, tried: str, *, state: str, allowed: Sequence[str], case: str | None = None, misspelt: bool = True) -> None:
        self.state = state
        where = f"case {case} in state" if case else "state"
        super().__init__(
            f"cannot {tried} {where} {state!r}{nearest(tried, allowed) if misspelt else ''} (allowed: {listed(allowed)})",
            case=case,
            tried=tried,
            allowed=allowed,
        )


class NotPermitted(CommandRefused):
    """The actor's role may not do this, or not on this case."""

    def __init__(
        self, tried: str, *, actor: str, role: str, why: str, allowed: Sequence[str] = (), case: str | None = None
    ) -> None:
        self.actor = actor
        self.role = role
        self.why = why
        where = f" case {case}" if case else ""
        super().__init__(f"{actor} ({role}) may not {tried}{where}: {why}", case=case, tried=tried, allowed=allowed)


class ConditionUnmet(CommandRefused):
    """The contents of the command do not meet a rule of the rulebook; ``reasons`` says which."""

    def __init__(self, tried: str, reasons: Sequence[str], *, case: str | None, allowed: Sequence[str] = ()) -> None:
        self.reasons = tuple(reasons)
        where = f" case {case}" if case else ""
        super().__init__(f"cannot {tried}{where}: " + "; ".join(reasons), case=case, tried=tried, allowed=allowed)


class ExtensionRefused(ConditionUnmet):
    """More time for a clock, asked for or promised, that the rulebook does not allow; ``reasons`` has everything against it."""

    def __init__(self, tried: str, clock: str, reasons: Sequence[str], *, case: str | None = None) -> None:
        self.clock = clock
        super().__init__(tried, [f"clock {clock!r}: {reason}" for reason in reasons], case=case or None)


class StaleVersion(CommandRefused):
    """The case has changed since the caller read it."""

    def __init__(self, case: str, *, expected: int, actual: int, tried: str = "commit") -> None:
        self.expected = expected
        self.actual = actual
        super().__init__(
            f"cannot {tried} case {case}: expected version {expected}, it is at {actual}; read it again and decide anew",
            case=case,
            tried=tried,
        )


class KeyReused(CommandRefused):
    """An idempotency key came back with another command."""

    def __init__(self, key: str, *, case: str | None, tried: str) -> None:
        self.key = key
        super().__init__(
            f"cannot {tried}: the idempotency key {key!r} was used for another command on case {case}; use a new key",
            case=case,
            tried=tried,
        )


class CaseNotFound(CaseworkError):
    """No case has this id."""

    def __init__(self, case: str) -> None:
        self.case = case
        super().__init__(f"there is no case {case!r} in this store")


# --- the world outside ------------------------------------------------------------------------------------------------


class DeliveryFailed(CaseworkError):
    """A channel did not take a notice; it stays in the outbox and is tried again."""

    def __init__(self, message: str, *, channel: str, code: str = "") -> None:
        self.channel = channel
        self.code = code
        super().__init__(f"{channel}: {message}{f' (code {code})' if code else ''}")


class StoreError(CaseworkError):
    """The store cannot do what was asked."""


class SchemaMismatch(StoreError):
    """The tables in the database are of another version than this casework."""

    def __init__(self, *, found: int, expected: int, url: str) -> None:
        self.found = found
        self.expected = expected
        super().__init__(
            f"the casework tables in {url} are of version {found}, this casework needs version {expected}; "
            + (
                "install a newer casework"
                if found > expected
                else "open it once with create=True, which adds the tables that are new"
                if found == 1
                else "export the cases with the older casework and import them into a new file"
            )
        )


class ChainBroken(StoreError):
    """A stored event is not the one that was written: changed, missing or out of order."""

    def __init__(self, case: str, seq: int, why: str) -> None:
        self.case = case
        self.seq = seq
        self.why = why
        super().__init__(f"the history of case {case} is broken at event {seq}: {why}")
