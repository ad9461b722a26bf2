"""The register: units, their groups, who acts for them, and figures that are declared from outside.

The register has an order of its own, the published one, and reports follow it: a unit without a single message still has its
row. Nothing here knows a case.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from .errors import Problem, RegisterInvalid, UnknownUnit, nearest

Scope = Literal["own", "unit", "board", "any"]


class Actor(BaseModel):
    """Who acts: a person (or a program) in one role, for one unit and on some boards.

    ``unit`` is the unit that the actor acts for, ``boards`` the boards that the actor manages. The host decides who somebody
    is; casework decides what that role may do.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    id: str = Field(min_length=1, max_length=200)
    role: str = Field(min_length=1, max_length=100)
    unit: str | None = None
    boards: tuple[str, ...] = ()


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
    """A unit that handles cases (承办单位): a township, a department, an office."""

    name: str
    group: str
    en: str = ""
    parent: str = ""
    aliases: tuple[str, ...] = ()


class Declared(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A figure that no event of this store can give, such as a month before the system began; it names its source."""

    figure: str
    period: str
    value: int
    source: str


class Register(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The units in their published order, their groups, and the declared figures."""

    id: str
    zh: str = ""
    en: str = ""
    group: tuple[Group, ...] = ()
    unit: tuple[Unit, ...] = ()
    declared: tuple[Declared, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The units' names in the register's order."""
        return tuple(unit.name for unit in self.unit)

    def find(self, name: str, *, case: str | None = None) -> Unit:
        """Return the unit of this name or alias; `UnknownUnit` names the nearest one."""
        for unit in self.unit:
            if name == unit.name or name in unit.aliases:
                return unit
        raise UnknownUnit(name, units=self.names, case=case)

    def members(self, group: str) -> tuple[Unit, ...]:
        """Return the group's units in the register's order."""
        return tuple(unit for unit in self.unit if unit.group == group)

    def declared_value(self, figure: str, period: str) -> Declared | None:
        """Return the declared figure of a period (``"2020-06"``), or None where none was declared."""
        return next((row for row in self.declared if row.figure == figure and row.period == period), None)


def read_register(text: str, *, name: str = "register") -> Register:
    """Read a register from TOML; `RegisterInvalid` lists every problem with its path."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RegisterInvalid(name, [Problem(f"not TOML: {error}", name)]) from error
    problems: list[Problem] = []
    for key, kind in (("group", Group), ("unit", Unit), ("declared", Declared)):
        problems += _row_problems(document.get(key, ()), kind, key)
    problems += [
        Problem(f"unknown key {key!r}{nearest(key, Register.__struct_fields__)}", key)
        for key in document
        if key not in Register.__struct_fields__
    ]
    if problems:
        raise RegisterInvalid(name, problems)
    try:
        register = msgspec.convert(document, Register)
    except msgspec.ValidationError as error:
        raise RegisterInvalid(name, [Problem(str(error), name)]) from error
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
        return [Problem(f"must be an array of tables ([[{key}]])", key)] if rows else []
    problems = []
    for number, row in enumerate(rows):
        path = f"{key}[{number}]"
        if isinstance(row, Mapping):
            unknown = [name for name in row if name not in kind.__struct_fields__]
            problems += [
                Problem(f"unknown key {name!r}{nearest(name, kind.__struct_fields__)}", f"{path}.{name}") for name in unknown
            ]
            row = {name: value for name, value in row.items() if name not in unknown}
        try:
            msgspec.convert(row, kind)
        except msgspec.ValidationError as error:
            problems.append(Problem(str(error), path))
    return problems


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
    problems += _repeated([f"{row.figure} {row.period}" for row in register.declared], "declared", "period")
    problems += [
        Problem("a declared figure needs its source", f"declared[{n}].source")
        for n, row in enumerate(register.declared)
        if not row.source.strip()
    ]
    return problems


def _repeated(names: Sequence[str], table: str, key: str) -> list[Problem]:
    seen: dict[str, Any] = {}
    problems = []
    for number, name in enumerate(names):
        if name in seen:
            problems.append(Problem(f"{name!r} already stands at {table}[{seen[name]}]", f"{table}[{number}].{key}"))
        seen.setdefault(name, number)
    return problems
