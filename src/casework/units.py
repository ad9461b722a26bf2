"""The register: units, their groups and places, boards, who may act for whom, and figures that are declared from outside.

The register has an order of its own, the published one, and reports follow it: a unit without a single message still has its
row. Nothing here knows a case.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from .errors import (
    FORMS_OF_VALUES,
    InputError,
    Problem,
    RegisterInvalid,
    UnknownBoard,
    UnknownUnit,
    choices_of,
    got,
    listed,
    nearest,
)

Scope = Literal["own", "unit", "board", "any"]


class Actor(BaseModel):
    """Who acts: a person (or a program) in one role, for one unit and on some boards.

    ``unit`` is the unit that the actor acts for, by its name, ``boards`` the boards that the actor manages; ``scope`` narrows the
    scope of the role and never widens it. The host decides who somebody is; casework decides what that role may do, and where a
    register has grants, whether the person has the role.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    id: str = Field(min_length=1, max_length=200)
    role: str = Field(min_length=1, max_length=100)
    unit: str | None = None
    boards: tuple[str, ...] = ()
    scope: Scope | None = None


SYSTEM = "system"
"""Role of the desk itself, in the events that a sweep or a rule brings about."""


class Group(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A group of units that is counted and printed together, such as townships (乡镇) or departments (县直部门)."""

    id: str
    zh: str
    en: str
    zero_list: bool = False
    """Whether a bulletin names the group's units that received nothing (零诉求)."""


class Unit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A unit that handles cases (承办单位): a township, a department, an office.

    ``parent`` is the unit that it belongs to (隶属关系), ``places`` are the villages and streets that it answers for (属地).
    """

    name: str
    group: str
    en: str = ""
    parent: str = ""
    aliases: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


class Board(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A column that citizens address (留言栏目): the mayor's, a county's party secretary's.

    ``unit`` is the unit that manages it, ``level`` such as "city" or "county". One that is ``outside`` belongs to another portal:
    its messages are handled here, and it is left out where something is done for each board.
    """

    name: str
    en: str = ""
    unit: str = ""
    level: str = ""
    outside: bool = False


class Person(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who may act, by the id that the host knows them by."""

    id: str
    name: str


class Grant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person may act in a role: for a unit (by name or alias), on boards; ``scope`` narrows the role's own."""

    person: str
    role: str
    unit: str = ""
    boards: tuple[str, ...] = ()
    scope: Scope | None = None

    def __str__(self) -> str:
        return described(self.role, self.unit, self.boards, self.scope)


def described(role: str, unit: str | None, boards: Sequence[str], scope: Scope | None) -> str:
    """Return what a grant gives, or an actor claims, in words: ``"handler for 夹河镇"``."""
    for_unit, on_boards = f" for {unit}" if unit else "", f" on {', '.join(boards)}" if boards else ""
    return f"{role}{for_unit}{on_boards}{f' (scope {scope})' if scope else ''}"


class Declared(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A figure that no event of this store can give, such as a month before the system began; it names its source."""

    figure: str
    period: str
    value: int
    source: str


class Register(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """The units in their published order, their groups, the people with their grants, and the declared figures."""

    id: str
    zh: str = ""
    en: str = ""
    group: tuple[Group, ...] = ()
    unit: tuple[Unit, ...] = ()
    board: tuple[Board, ...] = ()
    person: tuple[Person, ...] = ()
    grant: tuple[Grant, ...] = ()
    declared: tuple[Declared, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The units' names in the register's order."""
        return tuple(unit.name for unit in self.unit)

    @property
    def boards(self) -> tuple[str, ...]:
        """The names of the portal's own boards in the register's order, without those outside."""
        return tuple(board.name for board in self.board if not board.outside)

    def known_board(self, name: str) -> str:
        """Return a board's name, own or outside; where the register lists any, `UnknownBoard` names the nearest one."""
        names = [board.name for board in self.board]
        if names and name not in names:
            raise UnknownBoard(name, boards=names)
        return name

    def find(self, name: str, *, case: str | None = None) -> Unit:
        """Return the unit of this name or alias; `UnknownUnit` names the nearest one."""
        unit = self._units.get(name)
        if unit is None:
            raise UnknownUnit(name, units=self.names, case=case)
        return unit

    def members(self, group: str) -> tuple[Unit, ...]:
        """Return the group's units in the register's order."""
        return tuple(unit for unit in self.unit if unit.group == group)

    # -- which unit belongs to which, and where

    def parent(self, name: str) -> Unit | None:
        """Return the unit that a unit belongs to, or None; `UnknownUnit` where the register has no unit *name*."""
        return self._units.get(self.find(name).parent)

    def children(self, name: str) -> tuple[Unit, ...]:
        """Return the units that belong to a unit directly, in the register's order; `UnknownUnit` for a unit it has not."""
        above = self.find(name).name
        return tuple(unit for unit in self.unit if unit.parent == above)

    def above(self, name: str) -> tuple[str, ...]:
        """Return the names of the units above a unit, the nearest first; of one that the register has not, nothing."""
        found: list[str] = []
        unit = self._units.get(name)
        while unit and (unit := self._units.get(unit.parent)) and unit.name not in found:  # parents of any register, checked or not
            found.append(unit.name)
        return tuple(found)

    def answers_for(self, place: str) -> Unit | None:
        """Return the unit that answers for a place, or None: where no unit lists it, or the text fits two of them equally.

        A unit lists *place* itself, or a place that the text contains: ``"夹河镇安家村二组"`` contains ``"安家村"``. Of several the
        longest counts. Blanks and full-width forms do not matter.
        """
        text = _folded(place)
        if unit := self._places.get(text):
            return unit
        inside = [listed_place for listed_place in self._places if listed_place in text]
        most = max(map(len, inside), default=0)
        found = {self._places[row].name: self._places[row] for row in inside if len(row) == most}
        return next(iter(found.values())) if len(found) == 1 else None

    # -- who may act

    def grants_of(self, person: str) -> tuple[Grant, ...]:
        """Return a person's grants in the register's order, their units by name."""
        return self._grants.get(person, ())

    def actor(self, person: str, role: str | None = None, unit: str | None = None) -> Actor:
        """Return the actor that a person, by id, is by the grant of this *role* and *unit*; both may be left out where one fits.

        An InputError names the grants that there are where none fits or several do; `UnknownUnit` where the register has no *unit*.
        """
        grants = self.grants_of(person)
        if not grants:
            people = [row.id for row in self.person]
            if person in people:
                raise InputError(f"the register grants {person} nothing; add a [[grant]]", value=person)
            why = f"the register has no person {person!r}{nearest(person, people)} (people: {listed(people)})"
            raise InputError(why, value=person)
        wanted = self.find(unit).name if unit else None
        fitting = [row for row in grants if role in (None, row.role) and wanted in (None, row.unit)]
        has = "; ".join(map(str, grants))
        if not fitting:
            roles = [row.role for row in grants]
            alike = nearest(role, roles) if role and role not in roles else ""
            claimed = described(role or "any role", wanted, (), None)
            raise InputError(f"{person} has no grant as {claimed}{alike} (grants: {has})", value=role or unit)
        if len(fitting) > 1:
            several = "; ".join(map(str, fitting))
            raise InputError(
                f"{person} has {len(fitting)} grants that fit; name the role and the unit (they are: {several})", value=person
            )
        [grant] = fitting
        return Actor(id=person, role=grant.role, unit=grant.unit or None, boards=grant.boards, scope=grant.scope)

    def declared_value(self, figure: str, period: str) -> Declared | None:
        """Return the declared figure of a period (``"2020-06"``), or None where none was declared."""
        return next((row for row in self.declared if row.figure == figure and row.period == period), None)

    # -- indexes: looked up at every act, worked out once

    @cached_property
    def _units(self) -> Mapping[str, Unit]:
        units: dict[str, Unit] = {}
        for unit in self.unit:
            for name in (unit.name, *unit.aliases):
                units.setdefault(name, unit)
        return units

    @cached_property
    def _places(self) -> Mapping[str, Unit]:
        return {_folded(place): unit for unit in reversed(self.unit) for place in unit.places if _folded(place)}

    @cached_property
    def _grants(self) -> Mapping[str, tuple[Grant, ...]]:
        found: dict[str, tuple[Grant, ...]] = {}
        for row in self.grant:
            unit = self._units.get(row.unit)
            named = msgspec.structs.replace(row, unit=unit.name) if unit else row
            found[row.person] = (*found.get(row.person, ()), named)
        return found


def _folded(place: str) -> str:
    return "".join(unicodedata.normalize("NFKC", place).casefold().split())


_KINDS: Mapping[str, str] = {"str": "text", "int": "whole", "float": "number", "bool": "flag", "array": "list", "object": "table"}
"""Which of `FORMS_OF_VALUES` msgspec means by its names of kinds."""

_ROWS: Mapping[str, type[msgspec.Struct]] = {
    "group": Group,
    "unit": Unit,
    "board": Board,
    "person": Person,
    "grant": Grant,
    "declared": Declared,
}


def read_register(text: str, *, name: str = "register") -> Register:
    """Read a register from TOML; `RegisterInvalid` lists every problem with its path."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RegisterInvalid(name, [Problem(f"not TOML: {error}", name)]) from error
    problems = list(_table_problems({key: value for key, value in document.items() if key not in _ROWS}, Register, ""))
    for key, kind in _ROWS.items():
        problems += _row_problems(document.get(key, ()), kind, key)
    if problems:
        raise RegisterInvalid(name, problems)
    register = msgspec.convert(document, Register)
    problems = _register_problems(register)
    if problems:
        raise RegisterInvalid(name, problems)
    return register


def load_register(path: Path) -> Register:
    """Read a register from a TOML file."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RegisterInvalid(str(path), [Problem(f"cannot be read: {error}", str(path))]) from error
    return read_register(text, name=path.name)


def _row_problems(rows: object, kind: type[msgspec.Struct], key: str) -> list[Problem]:
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        return [Problem(f"must be rows, each under [[{key}]] with two brackets", key)]
    problems: list[Problem] = []
    for number, row in enumerate(rows):
        path = f"{key}[{number}]"
        if isinstance(row, Mapping):
            problems += _table_problems(row, kind, f"{path}.")
        else:
            problems.append(Problem(f"must be {FORMS_OF_VALUES['table']}, not {got(row)}", path))
    return problems


def _table_problems(table: Mapping[str, Any], kind: type[msgspec.Struct], path: str) -> Iterator[Problem]:
    """Yield what is wrong with the form of a table, key by key, in the words of the rulebook's problems."""
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    for name, value in table.items():
        if name not in fields:
            like = nearest(name, fields) or choices_of(fields)
            yield Problem(f"unknown key {name!r}{like}", f"{path}{name}")
            continue
        try:
            msgspec.convert(value, fields[name].type)
        except msgspec.ValidationError as error:
            yield _value_problem(str(error), value, f"{path}{name}")
    for name, field in fields.items():
        if field.required and name not in table:
            yield Problem(f"the key {name!r} is missing", f"{path}{name}")


def _value_problem(said: str, value: Any, path: str) -> Problem:
    """Return what msgspec *said* of a value in other words, under the path of the part of it that is wrong."""
    for at in re.findall(r"\[(\d+)\]", said.partition(" - at ")[2]):
        value, path = value[int(at)], f"{path}[{at}]"
    if said.startswith("Invalid enum value"):
        choices = get_args(Scope)
        return Problem(f"unknown value {value!r}{nearest(value, choices)} (one of: {', '.join(choices)})", path)
    wanted = re.findall(r"\w+", said.partition("`")[2].partition("`")[0])
    words = list(dict.fromkeys(FORMS_OF_VALUES[_KINDS[kind]] for kind in wanted if kind in _KINDS))
    return Problem(f"must be {' or '.join(words)}, not {got(value)}" if words else said, path)


def _register_problems(register: Register) -> list[Problem]:
    problems: list[Problem] = []
    groups = [group.id for group in register.group]
    names: dict[str, int] = {}
    for number, unit in enumerate(register.unit):
        path = f"unit[{number}]"
        if unit.group not in groups:
            problems.append(Problem(f"unknown group {unit.group!r}{nearest(unit.group, groups)}", f"{path}.group"))
        if unit.parent and unit.parent not in register.names:
            problems.append(Problem(f"unknown parent {unit.parent!r}{nearest(unit.parent, register.names)}", f"{path}.parent"))
        for name in (unit.name, *unit.aliases):
            if not name.strip():
                problems.append(Problem("a unit needs a name", f"{path}.name"))
            elif name in names:
                problems.append(Problem(f"{name!r} already names unit[{names[name]}]", f"{path}.name"))
            names.setdefault(name, number)
    problems += _repeated([group.id for group in register.group], "group", "id")
    problems += [*_circles(register), *_place_problems(register), *_board_problems(register), *_grant_problems(register)]
    problems += _repeated([f"{row.figure} {row.period}" for row in register.declared], "declared", "period")
    problems += [
        Problem("a declared figure needs its source", f"declared[{n}].source")
        for n, row in enumerate(register.declared)
        if not row.source.strip()
    ]
    return problems


def _circles(register: Register) -> Iterator[Problem]:
    """Yield each circle of parents once, at the first of its units."""
    told: set[str] = set()
    for number, unit in enumerate(register.unit):
        above = register.above(unit.name)
        if unit.name in above and unit.name not in told:
            circle = above[: above.index(unit.name) + 1]
            told.update(circle)
            yield Problem(f"parents go in a circle: {' -> '.join((unit.name, *circle))}", f"unit[{number}].parent")


def _place_problems(register: Register) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for number, unit in enumerate(register.unit):
        for line, place in enumerate(unit.places):
            folded, path = _folded(place), f"unit[{number}].places[{line}]"
            if not folded:
                yield Problem("a place needs a name", path)
            elif folded in first:
                yield Problem(f"{place!r} is already listed at {first[folded]}", path)
            first.setdefault(folded, path)


def _board_problems(register: Register) -> Iterator[Problem]:
    units = [name for unit in register.unit for name in (unit.name, *unit.aliases)]
    for number, board in enumerate(register.board):
        if not board.name.strip():
            yield Problem("a board needs a name", f"board[{number}].name")
        if board.unit and board.unit not in units:
            yield Problem(f"unknown unit {board.unit!r}{nearest(board.unit, units)}", f"board[{number}].unit")
    yield from _repeated([board.name for board in register.board], "board", "name")


def _grant_problems(register: Register) -> Iterator[Problem]:
    """Yield what is wrong with people and grants, as far as the register alone can tell: roles are the rulebook's."""
    people, units = [row.id for row in register.person], [name for unit in register.unit for name in (unit.name, *unit.aliases)]
    for number, person in enumerate(register.person):
        if not person.id.strip():
            yield Problem("a person needs an id", f"person[{number}].id")
    yield from _repeated(people, "person", "id")
    first: dict[tuple[str, str, str], int] = {}
    for number, grant in enumerate(register.grant):
        path = f"grant[{number}]"
        if grant.person not in people:
            yield Problem(f"unknown person {grant.person!r}{nearest(grant.person, people)}", f"{path}.person")
        if not grant.role.strip():
            yield Problem("a grant needs a role", f"{path}.role")
        if grant.unit and grant.unit not in units:
            yield Problem(f"unknown unit {grant.unit!r}{nearest(grant.unit, units)}", f"{path}.unit")
        boards = [board.name for board in register.board]
        for line, name in enumerate(grant.boards if boards else ()):
            if name not in boards:
                yield Problem(f"unknown board {name!r}{nearest(name, boards)}", f"{path}.boards[{line}]")
        if grant.scope == "unit" and not grant.unit:
            yield Problem("a grant of scope 'unit' names its unit", f"{path}.unit")
        if grant.scope == "board" and not grant.boards:
            yield Problem("a grant of scope 'board' names its boards", f"{path}.boards")
        named = register.find(grant.unit).name if grant.unit in units else grant.unit
        held = first.setdefault((grant.person, grant.role, named), number)
        if held != number:
            what = described(grant.role, named, (), None)
            yield Problem(f"{grant.person} is already {what} at grant[{held}]; one grant may name several boards", path)


def _repeated(names: Sequence[str], table: str, key: str) -> list[Problem]:
    seen: dict[str, Any] = {}
    problems = []
    for number, name in enumerate(names):
        if name in seen:
            problems.append(Problem(f"{name!r} already stands at {table}[{seen[name]}]", f"{table}[{number}].{key}"))
        seen.setdefault(name, number)
    return problems
