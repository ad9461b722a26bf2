"""The rulebook: a place's rules as one checked, versioned document.

It is written in TOML, merged over its base, checked as a whole (all problems at once, each with its path) and compiled. What the
store keeps is the merged document as JSON, so a case can be read under the rules it began with long after the file has changed.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, Self, TypeGuard, get_args
from zoneinfo import available_timezones

import msgspec
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from . import states
from .approvals import Approval
from .calendars import WorkCalendar
from .conditions import NAMES, Condition
from .errors import CaseworkError, InputError, LifecycleInvalid, Problem, RulebookInvalid, UnknownRulebook, nearest
from .escalation import OrderForm, Rung
from .languages import Lang, chinese
from .limits import BY_THE_DAY, Limit
from .privacy import Role
from .replies import ReplyRules
from .routing import RouteRule
from .sla import ClockRule, OfficeHours, Timekeeper
from .units import Register, load_register

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


class Intake(BaseModel):
    """Screening: the reasons for which a message may be refused or handed on, each with the class that it is counted in."""

    model_config = _FROZEN

    exits: dict[str, Literal["invalid", "duplicate", "transferred"]] = {}
    source: str = ""
    assumption: str = ""


class AssignmentRules(BaseModel):
    """Assignments: whether a unit must accept (签收) before it replies, and the reasons for which it may decline (none: any)."""

    model_config = _FROZEN

    accept: bool = True
    decline_reasons: tuple[str, ...] = ()
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


class Series(BaseModel):
    """Numbers of a periodical: the issue for period ``first`` is number 1, and one follows every month."""

    model_config = _FROZEN

    pattern: str = "第{n}期"
    first: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")


class Schedule(BaseModel):
    """A periodical report: how often, as of which day of the following month, its title and number series.

    ``title`` may hold ``{year}`` and ``{month}``; ``groups`` names the register's groups in the order of their tables.
    """

    model_config = _FROZEN

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    every: Literal["month"]
    as_of: int = Field(ge=1, le=28)
    form: Literal["bulletin"] = "bulletin"
    title: str
    publisher: str = ""
    series: Series | None = None
    groups: tuple[str, ...] = ()
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
    """What a rulebook changes in the standard lifecycle."""

    model_config = _FROZEN

    drop_states: tuple[str, ...] = ()
    drop_actions: tuple[str, ...] = ()
    state: tuple[StateRow, ...] = ()
    transition: tuple[TransitionRow, ...] = ()


class Outline(BaseModel):
    """The whole document; every key is described in ``docs/reference/rulebook.md``."""

    model_config = _FROZEN

    rulebook: Head
    classes: dict[str, tuple[str, ...]] = {}
    labels: dict[str, str] = {}
    roles: dict[str, Role] = {}
    lifecycle: LifecycleRows = LifecycleRows()
    intake: Intake = Intake()
    route: tuple[RouteRule, ...] = ()
    assignment: AssignmentRules = AssignmentRules()
    hours: OfficeHours | None = None
    clock: tuple[ClockRule, ...] = ()
    approval: tuple[Approval, ...] = Field(default=(), max_length=1)
    reply: ReplyRules = ReplyRules()
    order: tuple[OrderForm, ...] = ()
    rung: tuple[Rung, ...] = ()
    notify: tuple[NotifyRule, ...] = ()
    schedule: tuple[Schedule, ...] = ()


class Rulebook:
    """A checked, compiled rulebook. Equal documents have equal digests; nothing in it changes."""

    def __init__(
        self, document: Mapping[str, Any], *, name: str = "rulebook", register: Register | None = None, kept: bool = False
    ) -> None:
        """Check and compile a merged document; `RulebookInvalid` lists every problem.

        One that a store *kept* was checked against the register of its time, which may have changed since.
        """
        try:
            self.outline = Outline.model_validate(document)
        except ValidationError as error:
            raise RulebookInvalid(name, _readable(error)) from error
        self.text = msgspec.json.encode(document, order="deterministic").decode()
        self.digest = hashlib.sha256(self.text.encode()).hexdigest()[:16]
        self.register = register
        problems: list[Problem] = []
        self.lifecycle = self._lifecycle(problems)
        self.conditions: Mapping[str, Condition] = self._conditions(problems)
        problems += _cross_checks(self, None if kept else register)
        if problems:
            raise RulebookInvalid(name, problems)

    # -- where rulebooks come from

    @classmethod
    def parse(cls, text: str, *, name: str = "rulebook", register: Register | None = None) -> Self:
        """Read a rulebook from TOML, merged over its base; without a *register* of its own it has its base's."""
        return cls(_merged(text, name), name=name, register=register or _base_register(text))

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a rulebook from a TOML file; a file ``register.toml`` (or ``NAME.register.toml``) beside it is its register."""
        place = Path(path)
        try:
            text = place.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise RulebookInvalid(str(path), [Problem(f"cannot be read: {_unreadable(error)}", str(path))]) from error
        beside = [place.with_name(f"{place.stem}.register.toml"), place.with_name("register.toml")]
        register = next((load_register(file) for file in beside if file.is_file()), None)
        return cls.parse(text, name=place.name, register=register)

    @classmethod
    def shipped(cls, name: str) -> Self:
        """Return a rulebook that comes with casework; `UnknownRulebook` names them all."""
        if name not in shipped_names():
            raise UnknownRulebook(name, choices=shipped_names())
        return cls.load(Path(str(files(__package__) / "rulebooks" / name / "rulebook.toml")))

    @classmethod
    def restore(cls, text: str, *, register: Register | None = None) -> Self:
        """Read back what `text` kept: the merged document as JSON; `RulebookInvalid` for anything else."""
        try:
            document = msgspec.json.decode(text, type=dict[str, Any])
        except msgspec.MsgspecError as error:
            raise RulebookInvalid("stored rulebook", [Problem(f"is not what was stored: {error}", "document")]) from error
        return cls(document, name="stored rulebook", register=register, kept=True)

    # -- reading it

    @property
    def id(self) -> str:
        """The rulebook's name."""
        return self.outline.rulebook.id

    @property
    def zone(self) -> str:
        """The IANA name of the zone that days are counted in."""
        return self.outline.rulebook.zone

    @cached_property
    def clocks(self) -> Mapping[str, ClockRule]:
        """The clock rules by id, in the rulebook's order; those without office hours of their own have the rulebook's."""
        hours = self.outline.hours
        return {
            rule.id: rule.model_copy(update={"count": rule.count.model_copy(update={"hours": hours})})
            if hours and rule.count.hours is None
            else rule
            for rule in self.outline.clock
        }

    @cached_property
    def orders(self) -> Mapping[str, OrderForm]:
        """The order forms by id."""
        return {form.id: form for form in self.outline.order}

    @cached_property
    def rungs(self) -> Mapping[str, Rung]:
        """The ladder's rungs by id, in the rulebook's order."""
        return {rung.id: rung for rung in self.outline.rung}

    @cached_property
    def gates(self) -> tuple[str, ...]:
        """The roles of the gates before a reply is published, in order."""
        return tuple(role for approval in self.outline.approval for role in approval.by)

    @cached_property
    def idle(self) -> frozenset[str]:
        """Actions of the lifecycle to which no rule gives a meaning: no clock of the rulebook can be extended, or promised on."""
        extends = any(rule.extend for rule in self.clocks.values())
        promises = any(rule.promise for rule in self.clocks.values())
        return frozenset(([] if extends else ["extend", "refuse_extension"]) + ([] if promises else ["promise"]))

    @property
    def roles(self) -> Mapping[str, Role]:
        """The roles by name."""
        return self.outline.roles

    def schedule(self, form: str = "bulletin") -> Schedule | None:
        """Return the first schedule of this form, or None."""
        return next((row for row in self.outline.schedule if row.form == form), None)

    def label(self, word: str, *, lang: Lang = "zh") -> str:
        """Return a word as people read it: the rulebook's own label, or the word itself."""
        return self.outline.labels.get(word, word) if chinese(lang) else word

    def calendar(self) -> WorkCalendar:
        """Return the calendar that the rulebook names."""
        return WorkCalendar.named(self.outline.rulebook.calendar)

    def timekeeper(self, *, provisional: bool = False) -> Timekeeper:
        """Return a timekeeper that counts by the rulebook's calendar in its zone."""
        return Timekeeper(self.calendar(), self.zone, provisional=provisional)

    def __repr__(self) -> str:
        return f"Rulebook({self.id!r}, version {self.outline.rulebook.version}, {self.digest})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rulebook) and other.digest == self.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    # -- compiling it

    def _lifecycle(self, problems: list[Problem]) -> states.Lifecycle:
        rows = self.outline.lifecycle
        standard = states.standard_lifecycle()
        unknown = [action for action in rows.drop_actions if action not in standard.actions]
        problems += [
            Problem(f"unknown action {action!r}{nearest(action, standard.actions)}", "lifecycle.drop_actions") for action in unknown
        ]
        try:
            return standard.extend(
                name=self.id,
                add_states=[states.State(**row.model_dump()) for row in rows.state],
                drop_states=rows.drop_states,
                add_transitions=[states.Transition(row.action, row.source, row.dest) for row in rows.transition],
                drop_transitions=[row for row in standard.transitions if row.action in rows.drop_actions],
            )
        except LifecycleInvalid as error:
            problems += [Problem(problem.message, f"lifecycle.{problem.path}") for problem in error.problems]
            return standard

    def _conditions(self, problems: list[Problem]) -> Mapping[str, Condition]:
        compiled: dict[str, Condition] = {}
        for text, path in self._condition_texts():
            if text and text not in compiled:
                try:
                    compiled[text] = Condition(text, axes=self.outline.classes)
                except InputError as error:
                    problems.append(Problem(str(error), path))
        return compiled

    def _condition_texts(self) -> Iterator[tuple[str, str]]:
        for table in ("route", "rung", "notify", "clock"):
            for number, row in enumerate(getattr(self.outline, table)):
                yield row.when, f"{table}[{number}].when"
        for number, rule in enumerate(self.outline.clock):
            for line, limit in enumerate(rule.limit):
                yield limit.when, f"clock[{number}].limit[{line}].when"


def shipped_names() -> tuple[str, ...]:
    """Return the names of the rulebooks that come with casework; "standard" is the base that others build on."""
    folder = Path(str(files(__package__) / "rulebooks"))
    return tuple(sorted(place.parent.name for place in folder.glob("*/rulebook.toml")))


def shipped_file(name: str, file: str) -> Path:
    """Return the path of a data file of a shipped rulebook, such as ``messages-2020-07.csv`` of "yunxi"."""
    return Path(str(files(__package__) / "rulebooks" / name / file))


# --- reading and merging ----------------------------------------------------------------------------------------------


def _merged(text: str, name: str, *, seen: tuple[str, ...] = ()) -> dict[str, Any]:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RulebookInvalid(name, [Problem(f"not TOML: {error}", name)]) from error
    head = document.get("rulebook")
    base = head.get("base") if isinstance(head, dict) else None
    if not base:
        return document
    if base in seen:
        raise RulebookInvalid(name, [Problem(f"bases go in a circle: {' -> '.join((*seen, base))}", "rulebook.base")])
    if base not in shipped_names():
        raise RulebookInvalid(name, [Problem(f"unknown base {base!r}{nearest(str(base), shipped_names())}", "rulebook.base")])
    below = _merged(shipped_file(base, "rulebook.toml").read_text("utf-8"), base, seen=(*seen, base))
    return _over(below, document)


def _base_register(text: str) -> Register | None:
    head = tomllib.loads(text).get("rulebook")
    base = head.get("base") if isinstance(head, dict) else None
    file = shipped_file(str(base), "register.toml")
    return load_register(file) if base and file.is_file() else None


def _over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Lay one document over another: tables key by key, rows with an id by their id, everything else replaced."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            merged[key] = _over(old, value)
        elif _has_ids(old) and _has_ids(value):
            merged[key] = _rows_over(old, value)
        else:
            merged[key] = value
    return merged


def _rows_over(below: list[dict[str, Any]], above: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Replace rows by those above with their id, in their place; new rows follow, and an id given twice stays to be reported."""
    ids = {row["id"] for row in below}
    replacing: dict[Any, dict[str, Any]] = {}
    further = []
    for row in above:
        if row["id"] in ids and row["id"] not in replacing:
            replacing[row["id"]] = row
        else:
            further.append(row)
    return [replacing.get(row["id"], row) for row in below] + further


def _unreadable(error: OSError | UnicodeDecodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8 text; save it as UTF-8"
    return {FileNotFoundError: "there is no such file", IsADirectoryError: "it is a folder"}.get(type(error), str(error))


def _has_ids(rows: object) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(rows, list) and bool(rows) and all(isinstance(row, dict) and "id" in row for row in rows)


def _readable(error: ValidationError) -> list[Problem]:
    problems = []
    every = error.errors()
    for row in every:
        if row["type"] == "too_short" and any(other["loc"][: len(row["loc"])] == row["loc"] != other["loc"] for other in every):
            continue  # the rows are there; what is wrong with them is told by itself
        path = ""
        for part in row["loc"]:
            path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
        message = row["msg"].removeprefix("Value error, ")
        if row["type"] == "extra_forbidden":
            message = f"unknown key {row['loc'][-1]!r}{nearest(str(row['loc'][-1]), _keys_beside(row['loc']))}"
        elif row["type"] == "missing":
            message = f"the key {row['loc'][-1]!r} is missing"
        elif row["type"] != "value_error" and not isinstance(row["input"], dict | list):
            message += f" (got {row['input']!r})"
        problems.append(Problem(message, path or "rulebook"))
    return problems


def _keys_beside(place: tuple[int | str, ...]) -> list[str]:
    """Return the keys that the model at *place* knows, for suggestions."""
    model: Any = Outline
    for part in place[:-1]:
        if isinstance(part, str) and isinstance(model, type) and issubclass(model, BaseModel):
            field = next((row for name, row in model.model_fields.items() if part in (name, row.alias)), None)
            model = field.annotation if field else None
        while arguments := get_args(model):
            model = next((kind for kind in arguments[::-1] if kind is not Ellipsis and kind is not type(None)), None)
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return []
    return [field.alias or name for name, field in model.model_fields.items()]


# --- checks across tables ---------------------------------------------------------------------------------------------

_NO_HOURS = "working hours, and an end at 'close', need office hours: [hours] open = '09:00-12:00, 13:30-17:30'"


def _clock_problems(book: Rulebook, clock: ClockRule, path: str, happenings: Iterable[str]) -> Iterator[Problem]:
    """Yield what is wrong between a clock and the rest of its rulebook."""
    outline, life = book.outline, book.lifecycle
    places = [(name, happenings, "action or state", key) for key in ("starts_on", "stops_on") for name in getattr(clock, key)]
    places += [(name, life.states, "state", "pauses_on") for name in clock.pauses_on]
    if clock.extend and clock.extend.approve:
        places.append((clock.extend.approve, outline.roles, "role", "extend.approve"))
    for name, choices, what, key in places:
        names = list(choices)
        if name not in names:
            yield Problem(f"unknown {what} {name!r}{nearest(name, names)}", f"{path}.{key}")
    if not any(not limit.when for limit in clock.limit):
        yield Problem("one limit must stand without a condition, for all other cases", f"{path}.limit")
    approver = clock.extend.approve if clock.extend else ""
    if approver in outline.roles and "extend" not in outline.roles[approver].may:
        yield Problem(f"role {approver!r} allows extensions and may not extend", f"{path}.extend.approve")
    by_the_day = [line.limit.unit for line in clock.limit if line.limit.unit in BY_THE_DAY]
    for key, terms in (("extend", clock.extend), ("promise", clock.promise)):
        if terms and not any(key in role.may for role in outline.roles.values()):
            yield Problem(f"no role may {key}; give it to one under [roles.….may]", f"{path}.{key}")
        unit = Limit.parse(terms.cap).unit if terms and terms.cap else ""
        if terms and terms.cap_from == "due" and by_the_day and unit and unit not in BY_THE_DAY:
            yield Problem(f"a cap of {terms.cap} cannot be added to a limit in {by_the_day[0]}", f"{path}.{key}.cap")
    if not (outline.hours or clock.count.hours):
        timed = [f"limit[{line}].is" for line, limit in enumerate(clock.limit) if limit.limit.unit == "working hours"]
        asked = clock.extend.ask_before if clock.extend else "due"
        timed += ["extend.ask_before"] if asked != "due" and Limit.parse(asked).unit == "working hours" else []
        caps = (("extend.cap", clock.extend), ("promise.cap", clock.promise))
        timed += [key for key, terms in caps if terms and terms.cap and Limit.parse(terms.cap).unit == "working hours"]
        for where in [*timed, *(["count.ends"] if clock.count.ends == "close" else [])]:
            yield Problem(_NO_HOURS, f"{path}.{where}")
    if clock.on.transfer == "restart-on-accept" and not (outline.assignment.accept and "accept" in life.actions):
        yield Problem("units do not accept under this rulebook; use 'restart'", f"{path}.on.transfer")


def _cross_checks(book: Rulebook, register: Register | None) -> list[Problem]:
    outline, life = book.outline, book.lifecycle
    acts = [RECEIVE, *life.actions]
    happenings = [*acts, *life.states]
    problems: list[Problem] = []

    def known(name: str, choices: Iterable[str], what: str, path: str) -> None:
        names = list(choices)
        if name not in names:
            problems.append(Problem(f"unknown {what} {name!r}{nearest(name, names)}", path))

    problems += [
        Problem(f"{axis!r} has a meaning in conditions already; call the class otherwise", f"classes.{axis}")
        for axis in outline.classes
        if (axis in NAMES or axis == "unit") and axis != "outcome"  # a case has its outcome from that axis
    ]
    for name, role in outline.roles.items():
        for action in role.may:
            known(action, life.actions, "action", f"roles.{name}.may")
    for table in ("route", "clock", "order", "rung", "schedule"):
        seen: set[str] = set()
        for number, row in enumerate(getattr(outline, table)):
            if row.id in seen:
                problems.append(Problem(f"the id {row.id!r} is used twice", f"{table}[{number}].id"))
            seen.add(row.id)
    for number, rule in enumerate(outline.route):
        path = f"route[{number}]"
        if bool(rule.set) == bool(rule.call):
            problems.append(Problem("a route has exactly one of set, call", path))
        for axis, value in rule.set.items():
            if axis == "unit":
                if register:
                    names = [name for unit in register.unit for name in (unit.name, *unit.aliases)]
                    known(value, names, "unit", f"{path}.set.unit")
            else:
                known(axis, outline.classes, "class", f"{path}.set.{axis}")
                known(value, outline.classes.get(axis, (value,)), f"value for class {axis!r}", f"{path}.set.{axis}")
    for number, clock in enumerate(outline.clock):
        problems += _clock_problems(book, clock, f"clock[{number}]", happenings)
    for number, approval in enumerate(outline.approval):
        for name in approval.by:
            known(name, outline.roles, "role", f"approval[{number}].by")
            if name in outline.roles and "approve" not in outline.roles[name].may:
                problems.append(Problem(f"role {name!r} stands at a gate and may not approve", f"approval[{number}].by"))
    for number, form in enumerate(outline.order):
        for name in form.cc:
            known(name, outline.roles, "role", f"order[{number}].cc")
    for number, rung in enumerate(outline.rung):
        known(rung.clock, book.clocks, "clock", f"rung[{number}].on")
        standing = book.clocks.get(rung.clock)
        far = {"at": rung.distance.unit, "repeat.every": Limit.parse(rung.repeat.every).unit if rung.repeat else ""}
        if standing and standing.count.hours is None:
            problems += [Problem(_NO_HOURS, f"rung[{number}].{key}") for key, unit in far.items() if unit == "working hours"]
        for line in rung.do:
            verb, _, name = line.partition(":")
            if verb == "issue":
                known(name, book.orders, "order form", f"rung[{number}].do")
                known(verb, life.actions, "action", f"rung[{number}].do")
            elif verb == "notify":
                known(name, outline.roles, "role", f"rung[{number}].do")
            else:
                problems.append(Problem(f"cannot do {line!r}; a rung does 'issue:FORM' or 'notify:ROLE'", f"rung[{number}].do"))
    for number, notice in enumerate(outline.notify):
        known(notice.on, acts, "action", f"notify[{number}].on")
        for name in notice.to:
            known(name, [*outline.roles, "sender"], "role", f"notify[{number}].to")
    if outline.rulebook.late_by:
        known(outline.rulebook.late_by, book.clocks, "clock", "rulebook.late_by")
    if register:
        for number, schedule in enumerate(outline.schedule):
            for name in schedule.groups:
                known(name, [group.id for group in register.group], "group", f"schedule[{number}].groups")
    try:
        if outline.clock:
            book.calendar()
    except CaseworkError as error:
        problems.append(Problem(str(error), "rulebook.calendar"))
    return problems
